"""Keeps the index in line with the corpus as the folder changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from index.sync import FileResult, SyncReport
from ingest.errors import KallsvarError

# A change is acted on when nothing more has come for a while, or when a long copying has gone on
# for some time (ms).
_QUIET = 400
_LONGEST = 5_000
# Looked at even when the file system says nothing: network drives often do not.
_UNASKED = 10_000


def watch(
    corpus: Path,
    run: Callable[[], SyncReport],
    tell: Callable[[SyncReport | KallsvarError], None],
    stopped: Callable[[], bool],
) -> None:
    """Sync with ``run`` at once and whenever the corpus changes, until ``stopped`` says so.

    ``tell`` is called when something came of it: with a report that has news, or with an error
    that is another than the last.
    """
    from watchfiles import watch as changes

    news = _News(tell)
    news.of(run)
    for _ in changes(
        corpus,
        watch_filter=lambda _, path: not _hidden(corpus, Path(path)),
        debounce=_LONGEST,
        step=_QUIET,
        stop_event=_Stop(stopped),
        rust_timeout=_UNASKED,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if stopped():
            return
        news.of(run)


def _hidden(corpus: Path, path: Path) -> bool:
    """Tell whether a path is hidden, as files are while they are copied into their place."""
    for root in (corpus, corpus.resolve()):
        if path.is_relative_to(root):
            return any(part.startswith(".") for part in path.relative_to(root).parts)
    return False


class _Stop:
    """Whether to stop, as ``watchfiles`` asks it."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.is_set = stopped


class _News:
    """Tells of a sync only what is new since the last one."""

    def __init__(self, tell: Callable[[SyncReport | KallsvarError], None]) -> None:
        self._tell = tell
        self._before: set[FileResult] = set()
        self._error = ""

    def of(self, run: Callable[[], SyncReport]) -> None:
        try:
            report = run()
        except KallsvarError as error:
            if str(error) != self._error:
                self._tell(error)
            self._error = str(error)
            return
        results = set(report.files)
        changed = any(r.outcome not in ("unchanged", "skipped") for r in results)
        if changed or report.cancelled or results - self._before:
            self._tell(report)
        # What was added has not changed the next time, and that is no news.
        self._before = results | {FileResult(r.id, "unchanged", r.reason) for r in results}
        self._error = ""
