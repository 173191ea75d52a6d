"""What the door shows: how far a sync has come, what became of each file, what there is."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.listing import Listed, State
    from index.sync import Outcome, Progress, SyncReport
    from ingest.keeping import Added
    from ingest.outline import OutlineLine
    from ingest.records import Reference
    from ingest.reference_pages import ReferenceOutcome, ReferenceProgress, ReferenceState

OUTCOMES: dict[Outcome, str] = {
    "added": "tillagd",
    "updated": "uppdaterad",
    "unchanged": "oförändrad",
    "removed": "borttagen",
    "skipped": "överhoppad",
}
STATES: dict[State, str] = {"indexed": "inläst", "skipped": "överhoppad", "waiting": "väntar"}
_REFERENCES: dict[ReferenceState, str] = {
    "fetched": "hämtad",
    "present": "finns redan",
    "no address": "utan adress",
    "failed": "ej hämtad",
}
_ADDED = {"new": "ny", "replaced": "ersatt", "same": "finns redan", "refused": "nekad"}
# With more files than these, the unchanged ones are only counted.
_MANY = 20


@contextlib.contextmanager
def meter() -> Iterator[Callable[[Progress], None]]:
    """Give what shows a sync's progress on standard error, where that is a terminal."""
    with _bar("Läser in") as update:

        def show_progress(now: Progress) -> None:
            update(now.files_done, now.files_total, progress_line(now))

        yield show_progress


@contextlib.contextmanager
def reference_meter() -> Iterator[ReferenceProgress]:
    """Give what shows which of the documents' sources is being fetched, in the same way."""
    with _bar("Hämtar") as update:

        def show_progress(done: int, total: int, reference: Reference) -> None:
            update(done, total, f"{done} av {total} källor · {reference.title}")

        yield show_progress


@contextlib.contextmanager
def _bar(work: str) -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (work, BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None, visible=False)

        def update(done: int, total: int, said: str) -> None:
            bar.update(task, completed=done, total=total, description=said, visible=True)

        yield update


def progress_line(now: Progress) -> str:
    """Return how far a sync has come: files done, rate, time left, current file."""
    parts = [f"{now.files_done} av {now.files_total} filer"]
    if now.files_done:
        parts.append(f"{_number(now.rate)} filer/s")
    if now.seconds_left is not None:
        parts.append(f"{duration(now.seconds_left)} kvar")
    if now.current:
        parts.append(now.current)
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a time as a person says it: «45 s», «3 min», «2 h 5 min»."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",") if value < 10 else f"{value:.0f}"


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Give what tells whether Ctrl-C was pressed; pressed again it ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def show(report: SyncReport, *, news_only: bool = False) -> None:
    """Print what became of the files, those that were skipped last, and a summary.

    ``news_only`` leaves out what is unchanged.
    """
    if report.rebuilt:
        _print(report.rebuilt, "yellow")
    few = len(report.files) <= _MANY and not news_only
    for result in sorted(report.files, key=lambda result: result.outcome == "skipped"):
        if few or result.outcome != "unchanged":
            reason = f": {result.reason}" if result.reason else ""
            _print(f"{OUTCOMES[result.outcome]:>11}  {result.id}{reason}")
    counts = [
        f"{word}: {report.count(outcome)}" for outcome, word in OUTCOMES.items()
        if report.count(outcome) and not (news_only and outcome == "unchanged")
    ]  # fmt: skip
    if counts:
        _print(", ".join(counts) + ".", "dim")
    if report.cancelled:
        done = "Det som är klart är kvar och går att söka i; nästa körning fortsätter därifrån."
        if report.rebuilt:
            done = "Det gamla indexet svarar tills det nya är helt; nästa körning fortsätter."
        _print(f"Avbrutet. {done}", "yellow")


def show_added(added: Iterable[Added]) -> None:
    """Print what became of the files that were to be added."""
    for file in added:
        name, reason = file.id or file.name, file.reason
        if file.outcome == "same" and file.id != file.name:
            name, reason = file.name, f"Samma innehåll som {file.id}."
        _print(f"{_ADDED[file.outcome]:>11}  {name}" + (f": {reason}" if reason else ""))


def show_references(outcomes: Sequence[ReferenceOutcome]) -> None:
    """Print what became of the documents' sources, by document."""
    document = ""
    for outcome in outcomes:
        if outcome.document_id != document:
            document = outcome.document_id
            _print(document, "bold")
        said = (
            outcome.page
            if outcome.reason is None
            else f"{outcome.reference.title}: {outcome.reason}"
        )
        _print(f"{_REFERENCES[outcome.state]:>11}  [{outcome.reference.number}] {said}")
    if not outcomes:
        _print("Inget dokument anger några källor.")


def show_list(documents: Sequence[Listed]) -> None:
    """Print the documents as a table."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("Dokument", "Titel", "Typ"):
        table.add_column(name, overflow="fold")
    for name in ("Sidor", "Delar", "Källor"):
        table.add_column(name, justify="right")
    for name in ("Inlagd", "Läge"):
        table.add_column(name, overflow="fold")
    for document in documents:
        names = "".join(f"\n= {name}" for name in document.names if name != document.id)
        state = STATES[document.state] + (f": {document.reason}" if document.reason else "")
        numbers = (document.pages, document.chunks, document.references)
        cells = (
            document.id + names, document.title, document.type,
            *(str(number or "") for number in numbers), document.added, state,
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    _console().print(table if documents else "Det finns inga dokument.")


def show_list_as_json(documents: Sequence[Listed]) -> None:
    """Print the documents as a JSON array of objects."""
    print(json.dumps([asdict(document) for document in documents], ensure_ascii=False, indent=1))


def show_outline(lines: Iterable[OutlineLine]) -> None:
    """Print a document as it was read."""
    styles = {"heading": "bold", "note": "dim italic", "reference": "cyan"}
    for line in lines:
        _print(str(line), styles.get(line.style, ""))


def _print(text: str, style: str = "") -> None:
    from rich.text import Text

    _console().print(Text(text, style=style), soft_wrap=True)


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False)
