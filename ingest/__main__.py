"""``python -m ingest``: brings the index in line with the corpus and says what became of each file.

The door stands in ``ingest`` because that is where documents come in; the work is ``index.sync``'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from index.sync import Outcome, SyncReport
    from settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

OUTCOMES: dict[Outcome, str] = {
    "added": "tillagd",
    "updated": "uppdaterad",
    "unchanged": "oförändrad",
    "removed": "borttagen",
    "skipped": "överhoppad",
}


@app.callback(invoke_without_command=True)
def main(
    corpus: Annotated[Path | None, typer.Option(help="Mappen med dokumenten.")] = None,
    var: Annotated[Path | None, typer.Option(help="Mappen för index och modeller.")] = None,
    model: Annotated[str | None, typer.Option(help="Annan Sentence Transformers-modell.")] = None,
) -> None:
    """Läs in dokumenten i corpus-mappen, så att de går att söka i."""
    from settings import from_options, go_quiet

    go_quiet()
    try:
        show(sync_with_progress(from_options(corpus=corpus, var=var, model=model)))
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None


def sync_with_progress(settings: Settings) -> SyncReport:
    """Sync with a progress bar on standard error while texts are embedded."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from index.sync import sync

    columns = ("Läser in", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=None, visible=False)
        return sync(
            settings, lambda done, total: progress.update(
                task, completed=done, total=total, visible=True
            )
        )  # fmt: skip


def show(report: SyncReport) -> None:
    """Print each file's result, with the reason for a skipped one, and a summary."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if report.rebuilt:
        console.print(Text(report.rebuilt, style="yellow"))
    for result in report.files:
        reason = f": {result.reason}" if result.reason else ""
        console.print(Text(f"{OUTCOMES[result.outcome]:>11}  {result.id}{reason}"))
    counts = [
        f"{word}: {report.count(outcome)}" for outcome, word in OUTCOMES.items()
        if report.count(outcome)
    ]  # fmt: skip
    console.print(Text(", ".join(counts) + ".", style="dim"))


if __name__ == "__main__":
    app(prog_name="python -m ingest")
