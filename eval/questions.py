"""The fixed questions: what is asked, and what a right answer holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import KallsvarError

Split = Literal["dev", "test"]

QUESTIONS = Path(__file__).with_name("questions.jsonl")
_REQUIRED = ("id", "group", "question", "kind", "style", "split", "answerable", "evidence")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold answer.

    ``evidence`` holds alternatives, each a tuple of verbatim pieces that a passage must all hold.
    ``group`` is shared by the phrasings of one question, which lie in the same split. Where
    ``short_is_list`` the short answers are the items of a list, otherwise they are alternatives.
    ``unanswerable`` is «near» (on the subject) or «far», None where the question has an answer.
    """

    id: str
    group: str
    question: str
    kind: str
    style: str
    split: Split
    answerable: bool
    evidence: tuple[tuple[str, ...], ...]
    short_answers: tuple[str, ...] = ()
    short_is_list: bool = False
    references: tuple[int, ...] = ()
    unanswerable: str | None = None


def load_questions(path: Path = QUESTIONS, split: str = "all") -> list[Question]:
    """Return the questions of a split («dev», «test» or «all») in file order.

    Raises KallsvarError naming the line where the file is missing or malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise KallsvarError(f"Frågefilen {path} går inte att läsa: {error.strerror}.") from error
    questions = [
        _question(line, number, path.name)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if len({q.id for q in questions}) != len(questions):
        raise KallsvarError(f"Frågefilen {path.name} har samma id på flera frågor.")
    _require_whole_groups(questions, path.name)
    return [q for q in questions if split in ("all", q.split)]


def _question(line: str, number: int, name: str) -> Question:
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError as error:
        raise KallsvarError(f"{name}, rad {number}: inte giltig JSON ({error}).") from error
    missing = [field for field in _REQUIRED if field not in record]
    if missing:
        raise KallsvarError(f"{name}, rad {number}: fältet «{missing[0]}» saknas.")
    return Question(
        id=record["id"],
        group=record["group"],
        question=record["question"],
        kind=record["kind"],
        style=record["style"],
        split=record["split"],
        answerable=record["answerable"],
        evidence=tuple(tuple(pieces) for pieces in record["evidence"]),
        short_answers=tuple(record.get("short_answers", ())),
        short_is_list=bool(record.get("short_is_list", False)),
        references=tuple(record.get("references", ())),
        unanswerable=record.get("unanswerable"),
    )


def _require_whole_groups(questions: Sequence[Question], name: str) -> None:
    splits: dict[str, str] = {}
    for question in questions:
        if splits.setdefault(question.group, question.split) != question.split:
            raise KallsvarError(
                f"{name}: gruppen {question.group} ligger både i dev och test; en grupp ska ligga "
                "i en av dem."
            )
