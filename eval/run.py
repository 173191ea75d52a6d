"""Asks the questions and judges the answers: one row a question, aggregates after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from eval.metrics import (
    Interval,
    bootstrap,
    calibration_error,
    collapsed,
    contained,
    exact_match,
    f1,
    holds_evidence,
    ranking_measures,
    roc_area,
)
from eval.questions import Question

if TYPE_CHECKING:
    from answer import Answer
    from answer.records import Step
    from ingest.records import Document

PASSAGES = 10


class Engine(Protocol):
    """What the evaluation needs of an answerer."""

    def ask(
        self, question: str, *, id: str | None = None, k: int = 5, step: Step = "reader"
    ) -> Answer: ...

    def document(self, document_id: str) -> Document: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A question, what was answered, and how that is judged. None where a measure says nothing."""

    id: str
    group: str
    split: str
    kind: str
    style: str
    question: str
    unanswerable: str | None
    answered: bool
    confidence: float
    answer: str | None
    short_answer: str | None
    right: float
    measures: dict[str, float | None]
    passages: list[dict[str, Any]] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    milliseconds: float = 0.0


def judge(question: Question, answer: Answer, engine: Engine) -> Row:
    """Judge one answer.

    The answer judged is the one that stands in the first passage, given or held back, so that
    finding and abstaining are measured apart.
    """
    shown, short, numbers = _first(answer, engine)
    relevant = [int(_relevant(question, p.text)) for p in answer.passages]
    measures: dict[str, float | None] = {}
    right = 0.0
    if question.answerable:
        rr = ranking_measures({question.id: relevant}, {question.id: _relevant_count(question)})[
            question.id
        ]
        held = contained(shown, question.short_answers, all_of=question.short_is_list)
        measures |= {
            **rr,
            "short_contained": held,
            "short_exact": None
            if question.short_is_list
            else exact_match(short, question.short_answers),
            "short_f1": None if question.short_is_list else f1(short, question.short_answers),
            "references_exact": float(numbers == set(question.references))
            if question.references and held
            else None,
            "false_abstaining": float(not answer.answered),
        }
        right = rr["Success@1"]
    elif question.unanswerable == "far":
        measures["abstained_far"] = float(not answer.answered)
    else:
        measures["abstained_near"] = float(not answer.answered)
    return Row(
        id=question.id, group=question.group, split=question.split, kind=question.kind,
        style=question.style, question=question.question, unanswerable=question.unanswerable,
        answered=answer.answered, confidence=answer.confidence, answer=shown, short_answer=short,
        right=right, measures=measures,
        passages=[_brief(p.text, j) for p, j in zip(answer.passages, relevant, strict=True)],
        wanted=[piece for pieces in question.evidence for piece in pieces],
        milliseconds=answer.timings_ms.get("total", 0.0),
    )  # fmt: skip


def _brief(text: str, relevant: int) -> dict[str, Any]:
    return {"text": text, "relevant": bool(relevant)}


def _first(answer: Answer, engine: Engine) -> tuple[str | None, str | None, set[int]]:
    """Return the answer, short answer and reference numbers of the first passage or passages."""
    if not answer.passages:
        return None, None, set()
    first = answer.passages[0]
    if answer.answered and answer.answer and "#" in first.document.id:
        lines = answer.answer.split("\n")
        made_of = [p for p in answer.passages if p.text.partition("\n")[0] in lines]
        numbers = {r.number for p in made_of for r in p.references}
        return answer.answer, answer.short_answer, numbers
    text = engine.document(first.document.id).text
    shown = text[first.answer_start : first.answer_end] if first.answer_start is not None else None
    short = None
    if first.short_answer_start is not None:
        short = text[first.short_answer_start : first.short_answer_end]
    return shown, short, {r.number for r in first.references}


def _relevant(question: Question, text: str) -> bool:
    if question.kind == "source":
        # Its evidence is spread over one record for each source.
        head = collapsed(text.partition("\n")[0])
        return any(collapsed(piece) in head for pieces in question.evidence for piece in pieces)
    return holds_evidence(text, question.evidence)


def _relevant_count(question: Question) -> int:
    return len(question.evidence[0]) if question.kind == "source" else 1


def run(
    engine: Engine,
    questions: Sequence[Question],
    *,
    step: Step = "reader",
    advance: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Ask every question in order and judge it."""
    rows = []
    for question in questions:
        answer = engine.ask(question.question, id=question.id, k=PASSAGES, step=step)
        rows.append(judge(question, answer, engine))
        advance()
    return rows


RANKING = (
    "Success@1", "Success@3", "Success@5", "R@1", "R@3", "R@5", "RR", "nDCG@10",
)  # fmt: skip
EXTRACTION = ("short_contained", "short_exact", "short_f1", "references_exact")
ABSTAINING = ("false_abstaining", "abstained_near", "abstained_far")


def summarise(rows: Sequence[Row]) -> dict[str, Interval]:
    """Return each measure's mean over the questions it applies to, with its 95 % interval."""
    found = {
        name: _interval(rows, lambda row, name=name: row.measures.get(name))  # type: ignore[misc]
        for name in (*RANKING, *EXTRACTION, *ABSTAINING)
    }
    abstained = [row for row in rows if not row.answered]
    unanswerable = [row for row in rows if row.unanswerable]
    found["abstain_precision"] = _interval(abstained, lambda row: float(bool(row.unanswerable)))
    found["abstain_recall"] = _interval(unanswerable, lambda row: float(not row.answered))
    found["calibration_error"] = _interval_of(rows, _calibration_error)
    found["roc_near"] = _interval_of([row for row in rows if row.unanswerable != "far"], _roc_near)
    return found


def _calibration_error(rows: Sequence[Row]) -> float:
    return calibration_error([row.confidence for row in rows], [row.right for row in rows])


def _roc_near(rows: Sequence[Row]) -> float:
    return roc_area(
        [row.confidence for row in rows if not row.unanswerable],
        [row.confidence for row in rows if row.unanswerable],
    )


def _interval_of(rows: Sequence[Row], statistic: Callable[[Sequence[Row]], float]) -> Interval:
    """Return a statistic of whole rows with its interval."""
    places = list(range(len(rows)))
    return bootstrap(
        places, [row.group for row in rows],
        statistic=lambda sample: statistic([rows[int(place)] for place in sample]),
    )  # fmt: skip


def _interval(rows: Iterable[Row], value: Callable[[Row], float | None]) -> Interval:
    pairs = [(found, row.group) for row in rows if (found := value(row)) is not None]
    return bootstrap([v for v, _ in pairs], [g for _, g in pairs])


def as_records(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows as plain dictionaries."""
    return [asdict(row) for row in rows]


def means(summary: Mapping[str, Interval]) -> dict[str, float]:
    """Return the summary's means alone, without those of nothing."""
    return {name: round(i.mean, 4) for name, i in summary.items() if i.size}
