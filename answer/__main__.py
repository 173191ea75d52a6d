"""``python -m answer "fråga"``: the answer in the terminal, or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from answer import Answer, Answerer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    question: Annotated[str, typer.Argument(help="Frågan, på svenska eller engelska.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Skriv svaret som ett JSON-objekt.")
    ] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Läs rader {"id": …, "question": …} från standard in.')
    ] = False,
    corpus: Annotated[Path | None, typer.Option(help="Mappen med dokumenten.")] = None,
    var: Annotated[Path | None, typer.Option(help="Mappen för index och modeller.")] = None,
    model: Annotated[str | None, typer.Option(help="Annan Sentence Transformers-modell.")] = None,
    k: Annotated[int, typer.Option(min=1, max=50, help="Antal passager att visa.")] = 5,
) -> None:
    """Ställ en fråga till dokumenten och få ett ordagrant svar med källa."""
    from settings import from_options, go_quiet

    go_quiet()
    try:
        from answer import Answerer
        from index.sync import sync

        settings = from_options(corpus=corpus, var=var, model=model)
        sync(settings)
        answerer = Answerer(settings)
        if jsonl:
            for answer in _lines(answerer, k):
                print(json.dumps(answer, ensure_ascii=False), flush=True)
        elif as_json:
            print(json.dumps(answerer.ask(question, k=k).as_json(), ensure_ascii=False, indent=1))
        else:
            _show(answerer.ask(question, k=k))
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None


def _lines(answerer: Answerer, k: int) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            question, given = record["question"], record.get("id")
            if not isinstance(question, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KallsvarError(
                f'Rad {number} är inte ett JSON-objekt med "question" som text.'
            ) from None
        yield answerer.ask(question, id=given, k=k).as_json()


def _show(answer: Answer) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if answer.message:
        console.print(Text(answer.message))
        return
    if answer.answered:
        text = Text(answer.answer or "")
        if answer.short_answer:
            text.highlight_words([answer.short_answer], "bold reverse")
        console.print(text)
        console.print(Text(f"({answer.band} – sannolikhet {answer.confidence:.0%})", style="dim"))
    else:
        console.print(Text("Källorna svarar inte på det.", style="bold"))
        if answer.missing:
            console.print(Text(f"Saknas i källorna: {', '.join(answer.missing)}", style="dim"))
        console.print(Text("Närmaste passager:"))
    for passage in answer.passages:
        where = " › ".join((passage.document.title, *passage.section))
        publisher = f"{passage.document.publisher}: " if passage.document.publisher else ""
        console.print(Text(f"\n[{passage.rank}] {publisher}{where}", style="bold"))
        console.print(Text(passage.text))
        for reference in passage.references:
            source = ", ".join(filter(None, (reference.publisher, reference.title, reference.url)))
            console.print(Text(f"    Referens {reference.number}: {source}", style="dim"))


if __name__ == "__main__":
    app(prog_name="python -m answer")
