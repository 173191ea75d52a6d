"""Evidence that a statement answers a question, as numbers that a small linear model weighs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answer.question import Question
from answer.spans import candidates
from index.analysis import Term, index_terms, question_terms
from index.records import Hit, UnitHit
from ingest.records import Span

FEATURES = (
    "similarity",  # cosine of the statement to the question, from the best among the candidates
    "passage",  # the passage's fused search score, from the best
    "coverage",  # share of the question's content words in the statement, weighed by rarity
    "context",  # the same with the headings, the lead-in and the statement before
    "around",  # the same in the whole passage
    "typed",  # the statement holds a span of the type asked for that the question lacks
    "untyped",  # a type was asked for and the statement has no such span
    "label",  # share of a fact's label that the question names
    "brief",  # the statement is very short and says little on its own
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of the question: the terms it is found by, and how rare it is (idf)."""

    text: str
    terms: tuple[Term, ...]
    weight: float
    known: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A unit of a found passage with its evidence, in ``FEATURES``' order."""

    hit: Hit
    unit: UnitHit
    features: tuple[float, ...]
    spans: tuple[Span, ...]
    score: float = 0.0


def weigh_words(
    question: Question,
    frequency: Mapping[str, int],
    passages: int,
    alternatives: Mapping[str, tuple[Term, ...]],
) -> tuple[Word, ...]:
    """Return the content words with their inverse passage frequency (Robertson & Spärck Jones).

    ``alternatives`` holds further terms that a word may stand as.
    """
    weighed = []
    for text in question.content:
        terms = (*question_terms([text]), *alternatives.get(text, ()))
        # The word itself where the corpus has it, or else the commonest of its parts.
        whole = max((frequency.get(t.text, 0) for t in terms if t.weight == 1.0), default=0)
        count = whole or max((frequency.get(t.text, 0) for t in terms), default=0)
        idf = math.log(1 + (passages - min(count, passages) + 0.5) / (count + 0.5))
        weighed.append(Word(text, terms, idf, count > 0))
    return tuple(weighed)


def coverage(words: Sequence[Word], terms: set[str]) -> float:
    """Return the share (0..1) of the words' weight that the terms cover; 0 without words."""
    total = sum(word.weight for word in words)
    return sum(word.weight * covered(word, terms) for word in words) / total if total else 0.0


def covered(word: Word, terms: set[str]) -> float:
    """Return how far the terms cover one word: 1 whole, less by a part of a compound."""
    return max((term.weight for term in word.terms if term.text in terms), default=0.0)


def gather(question: Question, words: Sequence[Word], hits: Sequence[Hit]) -> list[Statement]:
    """Return every unit of the hits as a statement with its evidence."""
    best = max((unit.similarity for hit in hits for unit in hit.units), default=0.0)
    top = hits[0].score if hits else 0.0
    found = []
    for hit in hits:
        around = coverage(words, set(index_terms(f"{hit.chunk.context}\n{hit.chunk.text}")))
        before: set[str] = set()
        for unit in hit.units:
            own = set(index_terms(unit.chunk.text))
            context = set(index_terms(f"{hit.chunk.context}\n{unit.chunk.context}"))
            spans = _typed_spans(question, unit.chunk.text)
            typed = question.type in ("money", "number", "date", "duration", "who", "organisation")
            features = (
                (unit.similarity - best) * 10,
                hit.score - top,
                coverage(words, own),
                coverage(words, own | context | before),
                around,
                float(typed and bool(spans)),
                float(typed and not spans),
                _label_share(question, unit.chunk.text),
                float(len(unit.chunk.text) < 45 and ":" not in unit.chunk.text),
            )
            found.append(Statement(hit, unit, features, tuple(spans)))
            before = own
    return found


def _typed_spans(question: Question, text: str) -> list[Span]:
    asked = question.text.casefold()
    spans = candidates(question.type, text)
    return [s for s in spans if text[s.start : s.end].casefold() not in asked]


def _label_share(question: Question, text: str) -> float:
    label, colon, value = text.partition(": ")
    if not colon or not value or len(label.split()) > 10 or "\n" in label:
        return 0.0
    terms = index_terms(label)
    asked = {term.text for term in question_terms(question.content)}
    return sum(term in asked for term in terms) / len(terms) if terms else 0.0
