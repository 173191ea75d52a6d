"""The best statements, placed in their documents, and read closely where a reader is at hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from answer.evidence import Statement, Word
from answer.extract import VALUES, Extract, extract
from answer.question import Question
from answer.reader import Reader, Reading
from answer.spans import candidates, trim
from ingest.records import Document, Span

READ = 5
_CLAUSES = ("why", "definition")
# What leads in to an answer and is no part of it.
_LEADING = re.compile(
    r"(?:om|på grund av|till följd av|eftersom|because(?: of)?)\s+", re.IGNORECASE
)
_SUREST = 6.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement with the answer's place in its document.

    ``reading`` is what the reader says of it, with offsets into the document; None where it has
    not read it.
    """

    statement: Statement
    document: Document
    place: Extract
    score: float
    reading: Reading | None = None


def place_statements(
    question: Question,
    words: Sequence[Word],
    statements: Sequence[Statement],
    document: Callable[[str], Document],
) -> list[Candidate]:
    """Return each statement with its place, in the order given."""
    placed = []
    for statement in statements:
        home = document(statement.hit.chunk.document_id)
        unit = statement.unit.chunk
        place = extract(question, words, home, Span(unit.start, unit.end))
        placed.append(Candidate(statement, home, place, statement.score))
    return placed


def read_candidates(
    reader: Reader, question: Question, found: Sequence[Candidate], weight: float
) -> list[Candidate]:
    """Return the first candidates as read, in their new order, then the others as they were.

    The score gains ``weight`` times the log odds that the answer is there, and the short answer
    is the reader's where the place's own is not given by the document's structure.
    """
    answers = [c.place.answer for c in found[:READ]]
    texts = [c.document.text[a.start : a.end] for c, a in zip(found, answers, strict=False)]
    headings = [" ".join(c.document.section(c.place.answer.start)[-1:]) for c in found[:READ]]
    read = []
    contexts = [f"{heading}." if heading else "" for heading in headings]
    readings = reader.read(question.text, texts, contexts)
    for candidate, reading in zip(found, readings, strict=False):
        at = candidate.place.answer.start
        placed = replace(reading, start=at + reading.start, end=at + reading.end)
        score = candidate.score + weight * said(placed)
        chosen = replace(candidate, score=score, reading=placed)
        read.append(replace(chosen, place=_place(question, chosen, placed)))
    read.sort(key=lambda c: -c.score)
    return [*read, *found[len(read) :]]


def said(reading: Reading) -> float:
    """Return the log odds that the answer stands in what was read, within ±6."""
    no_answer = min(max(reading.no_answer, 1e-9), 1 - 1e-9)
    return max(-_SUREST, min(_SUREST, math.log((1 - no_answer) / no_answer)))


def _place(question: Question, candidate: Candidate, reading: Reading) -> Extract:
    place = candidate.place
    if place.given or reading.start >= reading.end:
        return place
    text = candidate.document.text
    short = trim(text, Span(reading.start, reading.end))
    if question.type in (*VALUES, *_CLAUSES):
        # The reader says which; where it starts and ends the pattern knows better.
        if typed := _typed(question, candidate, short):
            return replace(place, short=typed)
        if question.type in VALUES:
            return place
    if leading := _LEADING.match(text, short.start, short.end):
        short = Span(leading.end(), short.end)
    return replace(place, short=short)


def _typed(question: Question, candidate: Candidate, read: Span) -> Span | None:
    """Return the value of the type asked for that the reader's span overlaps most."""
    at = candidate.place.answer
    text = candidate.document.text[at.start : at.end]
    found = [
        Span(at.start + s.start, at.start + s.end)
        for s in candidates(question.type, text, question.grain)
    ]
    overlaps = [(min(s.end, read.end) - max(s.start, read.start), s) for s in found]
    best = max(overlaps, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] > 0 else None
