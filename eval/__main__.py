"""``python -m eval``: asks the fixed questions, or those of a collection, and reports."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.feedback import feedback
from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from eval.gate import Change
    from eval.report import Report
    from settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command("feedback")(feedback)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    split: Annotated[str, typer.Option(help="dev, test eller all.")] = "all",
    accept: Annotated[
        bool, typer.Option("--accept", help="Spara resultatet som ny baslinje.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv bara ett JSON-objekt.")] = False,
    beir: Annotated[Path | None, typer.Option(help="Mapp med en BEIR-samling.")] = None,
    squad: Annotated[Path | None, typer.Option(help="Fil i SQuAD-format.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Mappen med dokumenten.")] = None,
    var: Annotated[Path | None, typer.Option(help="Mappen för index och rapporter.")] = None,
    model: Annotated[str | None, typer.Option(help="Annan Sentence Transformers-modell.")] = None,
    progress: Annotated[
        bool, typer.Option("--progress", help="Skriv förloppet rad för rad, för ett annat program.")
    ] = False,
) -> None:
    """Kör utvärderingen och jämför med baslinjen."""
    from settings import from_options, go_quiet

    if context.invoked_subcommand:
        return
    go_quiet()
    try:
        settings = from_options(corpus=corpus, var=var, model=model)
        if beir or squad:
            _collection(settings, beir, squad, as_json)
            return
        if split not in ("dev", "test", "all"):
            raise KallsvarError(f"Delen «{split}» finns inte; välj dev, test eller all.")
        passed = _questions(settings, split, accept, as_json, progress)
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    if not passed:
        raise typer.Exit(2)


def _questions(settings: Settings, split: str, accept: bool, as_json: bool, lines: bool) -> bool:
    from answer import Answerer
    from answer.records import STEPS
    from eval import gate
    from eval.questions import load_questions
    from eval.report import FINAL, make_report, write_report
    from eval.run import means
    from ingest.__main__ import sync_with_progress

    questions = load_questions(split=split)
    sync_with_progress(settings)
    engine = Answerer(settings)
    with progress_bar(len(STEPS) * len(questions), lines=lines) as advance:
        report = make_report(engine, questions, advance)
    rows, summary = report.rows[FINAL], report.summaries[FINAL]
    if accept:
        if split != "all":
            raise KallsvarError("Baslinjen sparas för alla frågor: kör --accept utan --split.")
        gate.store(gate.baseline(rows, summary))
    changes = gate.compare(rows, summary) if split == "all" and gate.BASELINE.exists() else []
    folder = settings.var / "eval" / datetime.now().strftime("%Y-%m-%dT%H%M%S")
    write_report(report, changes, folder)
    if as_json:
        sys.stdout.write(json.dumps({"metrics": means(summary)}) + "\n")
    else:
        _show(report, changes, folder)
    return not any(change.failed for change in changes)


def _collection(settings: Settings, beir: Path | None, squad: Path | None, as_json: bool) -> None:
    from eval.collections import evaluate, load_beir, load_squad, open_collection

    collection = load_beir(beir) if beir else load_squad(squad or Path())
    engine = open_collection(collection, settings)
    with progress_bar(len(collection.queries)) as advance:
        measures = evaluate(collection, engine, advance)
    if as_json:
        sys.stdout.write(json.dumps({"metrics": measures}) + "\n")
        return
    typer.echo(
        f"{collection.name}: {len(collection.texts)} texter, {len(collection.queries)} frågor"
    )
    for name, value in measures.items():
        typer.echo(f"{name:>20}  {value:.3f}")


@contextmanager
def progress_bar(total: int, *, lines: bool = False) -> Iterator[Callable[[], None]]:
    """Show a progress bar on standard error; yields what to call for each step done.

    With ``lines`` it is told a line at a time, «FÖRLOPP done total», for another program to read.
    """
    if lines:
        count = itertools.count(1)

        def tell() -> None:
            if (done := next(count)) % 20 == 0 or done == total:
                print(f"FÖRLOPP {done} {total}", file=sys.stderr, flush=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("Frågar", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _show(report: Report, changes: list[Change], folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from eval.metrics import NAMES, SPLIT_NAMES, STEP_NAMES, decimal

    console = Console(highlight=False)
    steps = (STEP_NAMES[step] for step in report.summaries)
    ranking = Table("", *steps, title="Sökning: belägget hittas")
    for name in ("Success@1", "Success@3", "Success@5", "RR"):
        cells = [decimal(summary[name].mean) for summary in report.summaries.values()]
        ranking.add_row(NAMES[name], *cells)
    console.print(ranking)
    parts = (SPLIT_NAMES[split] for split in report.by_split)
    answers = Table("", *parts, title="Svar, med 95 % intervall")
    for name, label in NAMES.items():
        answers.add_row(label, *(str(summary[name]) for summary in report.by_split.values()))
    console.print(answers)
    for change in changes:
        if change.failed:
            console.print(
                f"[red]Sämre än baslinjen: {NAMES.get(change.measure, change.measure)} "
                f"{decimal(change.before)} → {decimal(change.now)}[/red]"
            )
    console.print(f"Rapport: {folder / 'report.html'}")


if __name__ == "__main__":
    app(prog_name="python -m eval")
