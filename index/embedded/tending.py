"""Making parts anew in the background, while the old ones answer.

The part is made from the records as they stood when the work began, beside the old one; then, under
the writers' lock, it is brought up to what has been written meanwhile, by the journal, and becomes
part of a generation of its own. Whatever goes wrong leaves the old part in its place, and the next
writer has it tried again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

from filelock import Timeout

from index.embedded import base, journal, records, terms
from index.embedded.database import Facts, commit, connect, read_facts, write_facts
from index.embedded.folder import Folder, Limits

Wanted = Literal["nothing", "none", "extended", "trained"]


def wanted_base(facts: Facts, limits: Limits, *, broken: bool = False) -> Wanted:
    """Return what is to become of the file of vectors; ``none``: all are to be searched exactly."""
    if facts.chunks <= (limits.exact // 2 if facts.base and not broken else limits.exact):
        return "none" if facts.base else "nothing"
    if not facts.base or broken or facts.base_removed > limits.removed * facts.base_size:
        return "trained"
    latest = facts.chunks - (facts.base_size - facts.base_removed)
    most = max(limits.latest, limits.latest_share * facts.base_size)
    return "extended" if latest > most else "nothing"


def want_terms(facts: Facts, limits: Limits) -> bool:
    """Tell whether the terms are to be written anew, without the passages removed."""
    return facts.terms_removed > max(limits.rewritten, limits.removed * facts.passages)


class Tending:
    """The background work on one index, as far as this process does it."""

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._merging: threading.Thread | None = None
        self._working: threading.Thread | None = None

    def merge(self, merging: Any) -> None:
        """Let a writer of terms finish its merging; None is nothing to finish."""
        if merging is not None:
            self._merging = threading.Thread(target=merging.wait_merging_threads)
            self._merging.start()

    def wait_for_merging(self) -> None:
        """Wait until the folder of terms that this process wrote last is at rest."""
        if self._merging is not None:
            self._merging.join()

    def start(self, facts: Facts, *, broken: bool = False, writer: bool = True) -> None:
        """Start the work that a generation calls for, if none is under way.

        ``broken`` tells that the file of vectors is. A writer's process stays until the work is
        done; a reader's may end, and another takes it up.
        """
        wanted = wanted_base(facts, self._limits, broken=broken) != "nothing"
        if not wanted and not want_terms(facts, self._limits):
            return
        if self._working is None or not self._working.is_alive():
            self._working = threading.Thread(
                target=self._work, kwargs={"broken": broken}, daemon=not writer
            )
            self._working.start()

    def wait(self) -> None:
        """Wait until what this process does in the background is done."""
        self.wait_for_merging()
        if self._working is not None:
            self._working.join()

    def _work(self, *, broken: bool) -> None:
        import faiss

        # Half of the processor is left to those who ask.
        faiss.omp_set_num_threads(max(1, (os.cpu_count() or 2) // 2))
        failures = (OSError, RuntimeError, ValueError, sqlite3.Error)
        with (
            contextlib.suppress(Timeout, *failures),
            self._folder.tending().acquire(timeout=0),
        ):
            while self._tend_base(broken=broken) or self._tend_terms():
                broken = False

    def _tend_base(self, *, broken: bool) -> bool:
        """Do what the file of vectors wants; tell whether there was anything."""
        with self._snapshot() as (connection, facts):
            wanted = wanted_base(facts, self._limits, broken=broken)
            if wanted == "nothing":
                return False
            path = self._folder.base(facts.generation)
            part = self._folder.part(path)
            measured = facts.chunks >= self._limits.growth * facts.measured
            size = 0
            if wanted == "extended":
                with contextlib.suppress(RuntimeError):
                    size = base.extend(
                        connection, self._folder.base(facts.base), part, facts.base_row + 1,
                        measured=measured, drift=self._limits.drift,
                    )  # fmt: skip
                wanted = "extended" if size else "trained"
            if wanted == "trained":
                size = base.train(connection, part)
                measured = True

        def change(connection: sqlite3.Connection, now: Facts) -> Facts | None:
            if now.model != facts.model or now.base != facts.base:
                return None
            if wanted != "none":
                self._folder.place(path)
            # What the file does not hold nobody looks for in it.
            held = facts.base_row if wanted == "extended" else 0
            journal.forget_rows(connection, held + 1, facts.generation)
            row = facts.next_row - 1 if size else 0
            return replace(
                now,
                base=facts.generation if size else 0,
                base_row=row,
                base_size=size,
                base_removed=len(journal.removed_up_to(connection, row)),
                measured=size if measured else facts.measured,
                followed_from=max(now.followed_from, facts.generation),
            )

        self._publish(facts, change)
        return True

    def _tend_terms(self) -> bool:
        """Write the terms anew if they want it; tell whether they did."""
        with self._snapshot() as (connection, facts):
            if not want_terms(facts, self._limits):
                return False
            part = self._folder.part(self._folder.terms(facts.generation))
            terms.build(part, records.passages(connection, 0)).wait_merging_threads()

        def change(connection: sqlite3.Connection, now: Facts) -> Facts | None:
            path = self._folder.terms(now.generation + 1)
            removed = journal.removed_passages(connection, facts.generation)
            added = records.passages(connection, facts.next_row)
            terms.follow(part, path, removed, added).wait_merging_threads()
            if len(terms.TermIndex(path)) != now.passages:
                return None
            return replace(now, terms=now.generation + 1, terms_removed=len(removed))

        self._publish(facts, change)
        return True

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[tuple[sqlite3.Connection, Facts]]:
        connection = connect(self._folder.path)
        try:
            connection.execute("BEGIN")
            yield connection, read_facts(connection)
        finally:
            connection.close()

    def _publish(
        self, made_at: Facts, change: Callable[[sqlite3.Connection, Facts], Facts | None]
    ) -> None:
        """Make a generation with a part made at another; none if it does not fit any more."""
        with self._folder.writing():
            connection = connect(self._folder.path, writing=True)
            try:
                connection.execute("BEGIN IMMEDIATE")
                before = read_facts(connection)
                # Without the whole journal since, the part cannot be brought up to the present.
                fits = before.followed_from <= made_at.generation
                facts = change(connection, before) if fits else None
                if facts is None:
                    connection.execute("ROLLBACK")
                    return
                facts = replace(facts, generation=before.generation + 1)
                write_facts(connection, facts)
                commit(connection)
                self._folder.sweep(before, facts)
            finally:
                connection.close()


def repaired_terms(folder: Folder, connection: sqlite3.Connection, facts: Facts) -> terms.TermIndex:
    """Return the terms of a generation, made again from its records as a connection sees them."""
    path = folder.terms(facts.terms)
    with folder.tending():
        # Another process may have been first.
        with contextlib.suppress(ValueError):
            index = terms.TermIndex(path)
            if len(index) == facts.passages:
                return index
        part = folder.part(path)
        terms.build(part, records.passages(connection, 0)).wait_merging_threads()
        folder.place(path)
    return terms.TermIndex(path)
