"""What people thought of the answers, kept in ``var/feedback.sqlite``, and as evaluation questions.

``python -m eval feedback`` lists it. A thumb up says that the answer is right, which makes an
evaluation question of it; a thumb down says only that something is wrong, and becomes a draft whose
evidence a person fills in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from answer import Answer

Vote = Literal["up", "down"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, at TEXT NOT NULL, vote TEXT NOT NULL, comment TEXT NOT NULL,
    question TEXT NOT NULL, read_as TEXT, answered INTEGER NOT NULL, confidence REAL NOT NULL,
    answer TEXT, short_answer TEXT, document TEXT, numbers TEXT NOT NULL, verdict TEXT NOT NULL)
"""
# The evaluation's names of what is asked for.
_KINDS = {
    "money": "money", "number": "number", "duration": "number", "date": "date", "who": "who",
    "organisation": "who", "why": "why", "list": "list", "definition": "definition",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feedback:
    """One vote on one answer. ``at`` is UTC in ISO 8601; ``numbers`` are the references shown."""

    id: str
    at: str
    vote: Vote
    comment: str
    question: str
    read_as: str | None
    answered: bool
    confidence: float
    answer: str | None
    short_answer: str | None
    document: str | None
    numbers: tuple[int, ...]
    verdict: str


_COLUMNS = tuple(field.name for field in fields(Feedback))


def of_answer(id: str, vote: Vote, comment: str, question: str, answer: Answer) -> Feedback:
    """Return the feedback that a vote on an answer is."""
    first = answer.passages[0] if answer.passages else None
    return Feedback(
        id=id,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        vote=vote,
        comment=comment,
        question=question,
        read_as=answer.read_as,
        answered=answer.answered,
        confidence=answer.confidence,
        answer=answer.answer,
        short_answer=answer.short_answer,
        document=first.document.id if first else None,
        numbers=tuple(r.number for r in first.references) if first and answer.answered else (),
        verdict=answer.verdict,
    )


class FeedbackStore:
    """The votes in a SQLite file, which is made when the first one is given."""

    def __init__(self, var: Path) -> None:
        self.path = var / "feedback.sqlite"

    def put(self, entry: Feedback) -> None:
        """Keep a vote, in place of an earlier one with the same id.

        Raises KallsvarError where it cannot be written.
        """
        values = asdict(entry) | {"numbers": json.dumps(entry.numbers)}
        marks = ", ".join(f":{name}" for name in _COLUMNS)
        with self._open() as connection:
            connection.execute(f"INSERT OR REPLACE INTO feedback VALUES ({marks})", values)

    def withdraw(self, id: str) -> None:
        """Forget a vote; one that was never given is no error."""
        with self._open() as connection:
            connection.execute("DELETE FROM feedback WHERE id = ?", (id,))

    def all(self) -> list[Feedback]:
        """Return every vote, oldest first."""
        if not self.path.exists():
            return []
        with self._open() as connection:
            rows = connection.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM feedback ORDER BY at, id"
            ).fetchall()
        return [_entry(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=10)) as connection, connection:
                connection.execute(_SCHEMA)
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise KallsvarError(
                f"Omdömena i {self.path} går inte att läsa eller skriva ({error})."
            ) from error


def _entry(values: dict[str, Any]) -> Feedback:
    values["numbers"] = tuple(json.loads(values["numbers"]))
    values["answered"] = bool(values["answered"])
    return Feedback(**values)


def as_questions(entries: Iterable[Feedback], vote: Vote) -> list[dict[str, Any]]:
    """Return votes of one kind as records of a file of questions, one for each thing asked.

    Of thumbs up the evidence is the answer that was shown. Of thumbs down it is empty, and the
    comment goes along.
    """
    records: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry.vote != vote:
            continue
        asked = entry.read_as or entry.question
        number = f"f{len(records) + 1:03d}"
        record = _record(number, asked, entry)
        if vote == "down":
            record |= {"comment": entry.comment, "answer": entry.answer}
        earlier = records.get(asked.casefold())
        if earlier:
            record["id"], record["group"] = earlier["id"], earlier["group"]
        records[asked.casefold()] = record
    return list(records.values())


def _kind(asked: str, document: str | None) -> str:
    """Return what a question asks for, by the evaluation's name."""
    from answer.question import read_question

    if document and "#" in document:
        return "source"
    return _KINDS.get(read_question(asked).type, "what")


def _record(number: str, asked: str, entry: Feedback) -> dict[str, Any]:
    # A thumb down on an answer or on an abstention both mean that there is another answer.
    answerable = entry.answered or entry.vote == "down"
    gold = answerable and entry.vote == "up"
    far = "far" if entry.verdict == "out_of_subject" else "near"
    return {
        "id": number, "group": number, "question": asked,
        "kind": _kind(asked, entry.document) if answerable else "unanswerable",
        "style": "feedback", "split": "dev", "answerable": answerable,
        "evidence": [[entry.answer]] if gold else [],
        "short_answers": [entry.short_answer] if gold and entry.short_answer else [],
        "references": list(entry.numbers) if gold else [],
        "unanswerable": None if answerable else far,
    }  # fmt: skip


def feedback(
    export: Annotated[
        Path | None, typer.Option(help="Skriv rätta svar som frågor i en JSONL-fil.")
    ] = None,
    drafts: Annotated[
        Path | None, typer.Option(help="Skriv fel svar som utkast att fylla i, i en JSONL-fil.")
    ] = None,
    var: Annotated[Path | None, typer.Option(help="Mappen där omdömena ligger.")] = None,
) -> None:
    """Visa omdömena om svaren, eller skriv dem som frågor till utvärderingen."""
    from settings import from_options

    try:
        entries = FeedbackStore(from_options(var=var).var).all()
        for path, vote in ((export, "up"), (drafts, "down")):
            if path:
                _write(path, as_questions(entries, cast(Vote, vote)))
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    if not (export or drafts):
        _show(entries)


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise KallsvarError(f"Filen {path} går inte att skriva: {error.strerror}.") from error
    typer.echo(f"{len(records)} {'fråga' if len(records) == 1 else 'frågor'} i {path}")


def _show(entries: list[Feedback]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for entry in entries:
        mark, style = ("bra", "green") if entry.vote == "up" else ("dåligt", "red")
        console.print(Text(f"{entry.at[:16].replace('T', ' ')}  ", style="dim"), end="")
        console.print(Text(f"{mark:>6}", style=style), Text(entry.question))
        said = entry.answer if entry.answered else "avstod"
        console.print(Text(f"{'':>26}{said}", style="dim"))
        if entry.comment:
            console.print(Text(f"{'':>26}«{entry.comment}»"))
    up = sum(entry.vote == "up" for entry in entries)
    console.print(
        Text(f"{len(entries)} omdömen: {up} bra, {len(entries) - up} dåliga.", style="dim")
    )


if __name__ == "__main__":
    typer.run(feedback)
