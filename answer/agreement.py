"""What other passages say of the same thing.

One that says the same supports the answer; one that says otherwise is shown beside it, with what
tells the two apart: the one is a plan, the other what came about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from answer.candidates import Candidate, said
from answer.evidence import FEATURES
from answer.extract import VALUES
from answer.question import Question, any_of
from answer.records import Relation, Stance

# How much of the first statement's share of the question's words another must have.
_LIKE = 0.75
_LEAST = 0.5
_PLANNED = re.compile(
    any_of(
        r"skulle ska planer\w+ plan(?:en|erna)? ursprunglig\w* tidsplan\w* väntas "
        r"beräkna\w* mål(?:et)? "
        r"avs(?:er|åg|ågs|es) tänkt kommer\satt prognos\w* uppskatta\w* budgetera\w* siktar siktade"
    ),
    re.IGNORECASE,
)
_NUMBERS = {
    name: str(number)
    for number, names in enumerate(
        "noll,en ett,två,tre,fyra,fem,sex,sju,åtta,nio,tio,elva,tolv".split(",")
    )
    for name in names.split()
}
_NAMED = re.compile(
    r"januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december|"
    r"våren?|sommaren?|hösten?|vintern?|miljon(?:er)?|miljard(?:er)?|tusen|procent"
)
_WORD = re.compile(r"\d+(?:[ .]\d{3})*(?:,\d+)?|\w+")


def relate(
    question: Question, found: Sequence[Candidate], read: Callable[[Candidate], Candidate]
) -> dict[int, Relation]:
    """Return how the passages that speak of the same thing relate to the first, by their place.

    Only where an amount, a number, a date or a period is asked for: those can be compared. The
    first itself is in it, as ``says``, where another differs from it. ``read`` is to read one that
    has not been read, where the first has.
    """
    if question.type not in VALUES or not found:
        return {}
    first = _value(found[0])
    if first is None:
        return {}
    related: dict[int, Relation] = {}
    for place, other in enumerate(found[1:], start=1):
        value = _value(other)
        if value is None or not _same_matter(found[0], other, read):
            continue
        if same(first, value):
            related[place] = Relation("supports", value, _stance(other))
        elif _stance(other) != _stance(found[0]):
            related[place] = Relation("differs", value, _stance(other))
    if any(r.kind == "differs" for r in related.values()):
        related[0] = Relation("says", first, _stance(found[0]))
    return related


def same(one: str, other: str) -> bool:
    """Tell whether two values are the same, or one only says it more closely."""
    a, b = _parts(one), _parts(other)
    return bool(a and b) and (a <= b or b <= a)


def _parts(value: str) -> set[str]:
    found = {_NUMBERS.get(word.lower(), word.lower()) for word in _WORD.findall(value)}
    numbers = {re.sub(r"[ .]", "", word) for word in found if word[0].isdigit()}
    # Of an amount or a count only the number and its size; of a date also the month or season.
    return numbers | {word for word in found if _NAMED.fullmatch(word)}


def _value(candidate: Candidate) -> str | None:
    short = candidate.place.short
    return candidate.document.text[short.start : short.end] if short else None


def _same_matter(
    first: Candidate, other: Candidate, read: Callable[[Candidate], Candidate]
) -> bool:
    """Tell whether another statement covers the question about as well as the first does."""
    own, its = _coverage(first), _coverage(other)
    if its < max(_LEAST, _LIKE * own):
        return False
    if first.reading is None:
        return True
    reading = other.reading or read(other).reading
    return reading is not None and said(reading) >= min(0.0, said(first.reading) - 1.5)


def _coverage(candidate: Candidate) -> float:
    return dict(zip(FEATURES, candidate.statement.features, strict=True))["context"]


def _stance(candidate: Candidate) -> Stance:
    """Return whether a value is of what was planned or of what came about.

    A plan's words stand before its value, in the same sentence («skulle börja våren 2021»); after
    it they speak of something else («2018 beslutades att den skulle byggas»).
    """
    short = candidate.place.short
    if short is None:
        return "done"
    before = candidate.document.text[candidate.place.answer.start : short.start]
    sentence = re.split(r"[.!?;]\s", before)[-1]
    return "planned" if _PLANNED.search(sentence) else "done"
