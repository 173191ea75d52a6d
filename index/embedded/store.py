"""The store on one machine, and how its three parts keep to one generation.

SQLite decides. A writer changes records in a transaction, writes the terms of the next generation
beside the old ones, and only then commits the transaction, which says what parts belong to the new
generation. Rows added and removed since the vectors' file was made are found by their numbers and
in the journal, so that a change costs what it changes. A crash before the commit leaves the old
generation whole; what it left behind is swept up by the next writer. A part that is missing or
broken is made again from the records.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from index.analysis import Term
from index.embedded import embeddings, journal, records
from index.embedded.base import Base
from index.embedded.database import Facts, connect, read_facts
from index.embedded.folder import Folder, Limits
from index.embedded.tending import Tending, repaired_terms
from index.embedded.terms import TermIndex
from index.embedded.vectors import Mask, VectorIndex
from index.embedded.words import StoredAbbreviations, StoredWords
from index.embedded.writer import EmbeddedWriter
from index.encoder import Vectors
from index.records import Match, Where
from index.store import Content, FileState, LongForms, Vocabulary
from ingest.records import Chunk, Document, DocumentKind

_SPARE = 1_000


class EmbeddedStore:
    """A ``Store`` in a folder. Safe to read from several threads and processes at once."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        """Open the index in a folder; an empty one where there is none.

        Raises OSError where the folder cannot be made.
        """
        self._limits = limits or Limits()
        self._folder = Folder(folder)
        self._connection = connect(folder)
        self._watch = connect(folder)
        self._lock = threading.RLock()
        self._tending = Tending(self._folder, self._limits)
        self._words = StoredWords(self._connection, self._lock)
        self._abbreviations = StoredAbbreviations(self._connection, self._lock)
        self._vectors: VectorIndex | None = None
        self._terms: TermIndex | None = None
        self._facts = Facts()
        self._move()

    @property
    def generation(self) -> int:
        return self._facts.generation

    def refresh(self) -> None:
        with self._lock:
            if not self.fresh():
                self._move()

    def fresh(self) -> bool:
        with self._lock:
            return read_facts(self._watch).generation == self.generation

    def made_with(self) -> tuple[str, str]:
        return self._facts.model, self._facts.chunker

    def suits(self, model: str, chunker: str) -> bool:
        return self.generation > 0 and self.made_with() == (model, chunker)

    def files(self) -> dict[str, FileState]:
        with self._lock:
            return records.files(self._connection)

    def documents(self, kind: DocumentKind | None = None) -> list[Document]:
        with self._lock:
            return list(records.documents(self._connection, kind))

    def document(self, document_id: str) -> Document | None:
        return self._document(document_id)

    def contents(self) -> list[Content]:
        with self._lock:
            return records.contents(self._connection)

    def nearest(self, vector: Vectors, k: int, where: Where) -> list[Match]:
        with self._lock:
            return self._vector_index().nearest(vector, k, self._mask(where), self._exact)

    def matching(self, terms: Sequence[Term], k: int, where: Where) -> list[Match]:
        # What was opened never changes: it needs no lock, so that vectors can be looked through
        # meanwhile.
        index = self._terms
        if index is None:
            with self._lock:
                index = self._term_index() if self.passages() else None
        return index.matching(terms, k, where) if index else []

    def chunks(self, rows: Sequence[int]) -> list[tuple[int, Chunk]]:
        with self._lock:
            return records.passages_with_units(self._connection, rows)

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        with self._lock:
            return self._vector_index().similarities(vector, rows, self._exact)

    def term_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        with self._lock:
            index = self._term_index() if self.passages() else None
            return {term: index.frequency(term) if index else 0 for term in terms}

    def term_frequency_in(
        self, document_id: str, terms: Sequence[str]
    ) -> tuple[int, dict[str, int]]:
        with self._lock:
            return self._term_index().frequency_in(document_id, terms)

    def vocabulary(self) -> Vocabulary:
        return self._words

    def abbreviations(self) -> LongForms:
        return self._abbreviations

    def passages(self) -> int:
        return self._facts.passages

    def unembedded(self, model: str, texts: Sequence[str]) -> list[str]:
        with self._lock:
            return embeddings.without_vectors(self._watch, model, texts)

    def lay_by(self, model: str, texts: Sequence[str], vectors: Vectors) -> None:
        with self._folder.writing():
            connection = connect(self._folder.path, writing=True)
            try:
                embeddings.lay_by(connection, model, texts, vectors)
            finally:
                connection.close()

    @contextlib.contextmanager
    def write(self, model: str, chunker: str) -> Iterator[EmbeddedWriter]:
        with self._folder.writing():
            # A connection of its own: readers go on seeing the old generation meanwhile.
            connection = connect(self._folder.path, writing=True)
            try:
                connection.execute("BEGIN IMMEDIATE")
                before = read_facts(connection)
                writer = EmbeddedWriter(connection, before, model)
                yield writer
                self._tending.wait_for_merging()
                facts, merging = writer.publish(self._folder, self._limits, chunker)
                # The generation before is kept for those who read it at this moment.
                self._folder.sweep(before, facts)
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                connection.close()
            self._tending.merge(merging)
        self.refresh()
        self._tending.start(facts)

    def settle(self) -> None:
        """Wait until nothing is made anew in the background any more."""
        self._tending.wait()
        self.refresh()

    def _move(self) -> None:
        """Move to the latest generation."""
        # A read transaction holds the records at the generation of the vectors and terms, however
        # long this store is open and whatever is written meanwhile.
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")
        before, self._facts = self._facts, read_facts(self._connection)
        if self._vectors and (before.base, before.model) == (self._facts.base, self._facts.model):
            self._vectors = self._followed(self._vectors, before)
        else:
            self._vectors = None
        if before.terms != self._facts.terms:
            self._terms = None
        self._mask = lru_cache(maxsize=64)(self._make_mask)
        self._document = lru_cache(maxsize=64)(self._read_document)

    def _followed(self, vectors: VectorIndex, before: Facts) -> VectorIndex | None:
        """Return vectors of a generation brought to this one; None where it is too long ago."""
        if before.generation < self._facts.followed_from:
            return None
        vectors.remove(journal.removed(self._connection, before.generation))
        for block in embeddings.from_row(self._connection, before.next_row):
            vectors.add(*block)
        live = self._facts.chunks - (self._facts.base_size - self._facts.base_removed)
        # Those that have gone lie in memory still, until they are read anew without them.
        return vectors if vectors.latest <= 2 * live + _SPARE else None

    def _vector_index(self) -> VectorIndex:
        if self._vectors is None:
            facts = self._facts
            base = None
            if facts.base:
                with contextlib.suppress(RuntimeError):
                    base = Base(self._folder.base(facts.base))
                if base is not None and len(base) != facts.base_size:
                    base = None
            self._vectors = VectorIndex(base)
            if base:
                self._vectors.mark(records.kinds(self._connection, facts.base_row))
                self._vectors.remove(journal.removed_up_to(self._connection, facts.base_row))
            for block in embeddings.from_row(self._connection, facts.base_row + 1 if base else 0):
                self._vectors.add(*block)
            self._tending.start(facts, broken=bool(facts.base) and base is None, writer=False)
        return self._vectors

    def _term_index(self) -> TermIndex:
        if self._terms is None:
            with contextlib.suppress(ValueError):
                self._terms = TermIndex(self._folder.terms(self._facts.terms))
            if self._terms is None or len(self._terms) != self._facts.passages:
                self._terms = repaired_terms(self._folder, self._connection, self._facts)
        return self._terms

    def _exact(self, rows: Sequence[int]) -> Vectors:
        return embeddings.of_rows(self._connection, rows)

    def _make_mask(self, where: Where) -> Mask | None:
        rows = None
        if where.documents:
            rows = records.rows_of_documents(self._connection, where.documents)
        return self._vector_index().mask(where.kind, rows)

    def _read_document(self, document_id: str) -> Document | None:
        with self._lock:
            return records.document(self._connection, document_id)
