"""Evidence that a statement answers a question, as numbers that a small linear model weighs."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answer.question import Question
from answer.spans import candidates, enumeration
from index.abbreviations import abbreviations
from index.analysis import Term, index_terms, question_terms, stem
from index.records import Hit, UnitHit
from ingest.records import Span

FEATURES = (
    "similarity",  # cosine of the statement to the question, from the best among the candidates
    "order",  # share of the question's neighbouring content words that are neighbours here
    "passage",  # the passage's fused search score, from the best
    "document",  # share of the question's content words in the document, weighed by rarity
    "coverage",  # share of them in the statement, weighed by rarity in the document
    "context",  # the same with the headings, the lead-in and the statement before
    "around",  # the same in the whole passage
    "value",  # an amount, number, date or period was asked for, and one is here that is not asked
    "no_value",  # one was asked for, and none is here
    "name",  # a person or organisation was asked for, and one is here that the question lacks
    "reason",  # a reason was asked for, and a clause here looks like one
    "defines",  # a definition was asked for, and a clause here looks like one
    "list",  # several things were asked for, and here is a list or an enumeration
    "label",  # share of a fact's label that the question names; 1 for an item named by its letter
    "introduces",  # an abbreviation's meaning was asked for, and it is introduced here
    "early",  # a definition was asked for; 1 for the first statement found in its document, falling
    "brief",  # the statement is very short and says little on its own
)
_VALUES = ("money", "number", "date", "duration")
_LIST_ITEM = re.compile(r"(?:^|\n)(?:[-–•*]|[A-Za-zÅÄÖ0-9][.)]) ")


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


def gather(
    question: Question,
    words: Sequence[Word],
    local: Mapping[str, Sequence[Word]],
    hits: Sequence[Hit],
) -> list[Statement]:
    """Return every unit of the hits as a statement with its evidence.

    ``words`` are weighed by how rare they are in the corpus, ``local`` by how rare they are in
    each document: what a document speaks of throughout does not tell its statements apart.
    """
    best = max((unit.similarity for hit in hits for unit in hit.units), default=0.0)
    top = hits[0].score if hits else 0.0
    order = sorted((hit.chunk.start, hit.chunk.id) for hit in hits)
    found = []
    for hit in hits:
        inside = local[hit.chunk.document_id]
        whole = set(index_terms(f"{hit.chunk.about}\n{hit.chunk.text}"))
        document = _told(words, inside)
        place = order.index((hit.chunk.start, hit.chunk.id))
        before: set[str] = set()
        for number, unit in enumerate(hit.units):
            text = unit.chunk.text
            own_order = index_terms(text)
            own = set(own_order)
            context = set(index_terms(f"{hit.chunk.about}\n{unit.chunk.context}"))
            spans = _typed_spans(question, text)
            value = question.type in _VALUES
            features = (
                (unit.similarity - best) * 10,
                _order(question, own_order),
                hit.score - top,
                document,
                coverage(inside, own),
                coverage(inside, own | context | before),
                coverage(inside, whole),
                float(value and bool(spans)),
                float(value and not spans),
                float(question.type in ("who", "organisation") and bool(spans)),
                float(question.type == "why" and bool(spans)),
                float(question.type == "definition" and bool(spans)),
                float(question.several and _is_list(hit, text)),
                _label_share(question, text),
                float(question.type == "definition" and _introduces(question, text)),
                1 / (1 + place + number) if question.type == "definition" else 0.0,
                float(len(text) < 45 and ":" not in text),
            )
            found.append(Statement(hit, unit, features, tuple(spans)))
            before = own
    return found


def _told(words: Sequence[Word], inside: Sequence[Word]) -> float:
    """Return the share of the words' weight that stands anywhere in the document."""
    total = sum(word.weight for word in words)
    told = sum(word.weight for word, there in zip(words, inside, strict=True) if there.known)
    return told / total if total else 0.0


def _order(question: Question, terms: Sequence[str]) -> float:
    """Return the share of neighbouring content words that stand within three words of another."""
    stems = [stem(word) for word in question.content]
    pairs = list(itertools.pairwise(stems))
    if not pairs:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        places.setdefault(term, []).append(place)
    near = sum(
        any(abs(a - b) <= 6 for a in places.get(x, ()) for b in places.get(y, ())) for x, y in pairs
    )
    return near / len(pairs)


def _typed_spans(question: Question, text: str) -> list[Span]:
    asked = question.text.casefold()
    spans = candidates(question, text)
    return [s for s in spans if text[s.start : s.end].casefold() not in asked]


def _is_list(hit: Hit, text: str) -> bool:
    at = hit.chunk.text.find(text)
    follows = hit.chunk.text[at + len(text) :] if at >= 0 else ""
    leads = text.rstrip().endswith(":") and bool(_LIST_ITEM.match(follows))
    return leads or enumeration(text) is not None


def _introduces(question: Question, text: str) -> bool:
    return any(a.short.lower() in question.content for a in abbreviations(text))


def _label_share(question: Question, text: str) -> float:
    if question.letter and text.startswith((f"{question.letter}. ", f"{question.letter}) ")):
        return 1.0
    label, colon, value = text.partition(": ")
    if not colon or not value or len(label.split()) > 10 or "\n" in label:
        return 0.0
    terms = index_terms(label)
    asked = {term.text for term in question_terms(question.content)}
    return sum(term in asked for term in terms) / len(terms) if terms else 0.0
