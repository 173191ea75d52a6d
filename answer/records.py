"""The answer, as data. Offsets count characters of the cited document's text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from ingest.records import Reference

Band = Literal["säker", "trolig", "osäker"]
# How far an answer is worked out: by one part of the search, by both, by the evidence of each
# statement, and with the reader. The last is how it is done; the others show what each adds.
Step = Literal["dense", "terms", "hybrid", "statements", "reader"]
STEPS: tuple[Step, ...] = ("dense", "terms", "hybrid", "statements", "reader")
Stance = Literal["planned", "done"]
Verdict = Literal["said", "not_said", "out_of_subject"]

_CONTRACT = (
    "id", "question", "answered", "confidence", "answer", "short_answer", "passages", "timings_ms"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """The document that a passage comes from."""

    id: str
    title: str
    publisher: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """How a passage's value relates to the first one's, and whether it is a plan's or an outcome's.

    ``says`` is the first passage itself, where another differs from it.
    """

    kind: Literal["says", "supports", "differs"]
    value: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of a document, with the answer's place in it.

    ``answer_start``/``answer_end`` and the short answer's are None where the passage has none.
    """

    rank: int
    text: str
    start: int
    end: int
    answer_start: int | None
    answer_end: int | None
    short_answer_start: int | None
    short_answer_end: int | None
    section: tuple[str, ...]
    page: int | None
    score: float
    document: Citation
    references: tuple[Reference, ...]
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Källsvar says to a question. Abstaining is an ordinary answer with answered False.

    ``confidence`` is a probability in 0..1. ``read_as`` is the question as it was understood
    where that differs from what was typed (a follow-up, a repaired spelling). ``missing`` names
    the words of the question that the sources lack, when it abstains. ``message`` is a Swedish
    line to show when there is nothing else to say (a question that cannot be read).
    """

    id: str | None
    question: str
    answered: bool
    confidence: float
    answer: str | None
    short_answer: str | None
    passages: tuple[Passage, ...]
    timings_ms: dict[str, float]
    verdict: Verdict = "said"
    read_as: str | None = None
    missing: tuple[str, ...] = ()
    message: str | None = None

    @property
    def band(self) -> Band:
        """The confidence in words."""
        if self.confidence >= 0.85:
            return "säker"
        return "trolig" if self.confidence >= 0.6 else "osäker"

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the design's contract, key for key."""
        record = asdict(self)
        for passage in record["passages"]:
            del passage["relation"]
            for reference in passage["references"]:
                del reference["entry"]
        return {name: record[name] for name in _CONTRACT}
