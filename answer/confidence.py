"""How sure an answer is, as a probability, and whether to give it at all.

Two logistic regressions over the same evidence: that the corpus answers the question (``said``),
and that the answer chosen is right where it does (``right``). Their product is the confidence.
The weights stand in ``weights.json``, apart for answers that a reader has read and for those by
rules alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from answer.candidates import Candidate, said
from answer.evidence import FEATURES as EVIDENCE
from answer.evidence import Word, coverage, covered
from answer.question import Question, says_type
from answer.records import Verdict
from index.analysis import index_terms

FEATURES = (
    "coverage",  # share of the question's content words that the statement and its context cover
    "around",  # the same for the whole passage
    "lacking",  # the largest share of them that one word has which is not there at all
    "unknown",  # share of the content words' weight, numbers apart, that stands nowhere
    "names",  # share of the question's names and numbers that the passage lacks
    "similarity",  # cosine of the statement, above 0.8 (where this model's cosines crowd), times 10
    "margin",  # the best statement's score above the next passage's
    "value",  # the amount, number, date or period asked for is in the statement
    "no_value",  # it is not
    "no_name",  # a person or organisation was asked for, and none is in the statement
)
# Which way each may count. A fit that is free to turn them learns how one set of questions happens
# to be written (there, rare words may speak for an answer), not what is evidence.
SIGNS = (1, 1, -1, -1, -1, 1, 1, 1, -1, -1)
READER_FEATURES = (
    *FEATURES,
    "reader",  # the log odds that the reader gives for the answer being there
    "span",  # the log probability of the span it chose
)
READER_SIGNS = (*SIGNS, 1, 1)
_CLEARLY = 0.6


def features(
    question: Question, words: Sequence[Word], found: Sequence[Candidate]
) -> tuple[float, ...]:
    """Return the evidence for the first candidate.

    In ``FEATURES``' order; in ``READER_FEATURES``' where it has been read.
    """
    first = found[0]
    best = first.statement
    about, unit = best.hit.chunk.about, best.unit.chunk
    statement = set(index_terms(f"{about}\n{unit.context}\n{unit.text}"))
    passage = set(index_terms(f"{about}\n{best.hit.chunk.text}"))
    spelt = [word for word in words if not word.text[0].isdigit()]
    total = sum(word.weight for word in spelt)
    unknown = sum(word.weight for word in spelt if not word.known) / total if total else 1.0
    names = [word for word in words if _is_name(question.text, word.text)]
    other = next((c.score for c in found[1:]), first.score - 3.0)
    evidence = dict(zip(EVIDENCE, best.features, strict=True))
    who = question.type in ("who", "organisation")
    values = (
        evidence["context"],
        coverage(words, passage),
        _lacking(question, words, statement),
        unknown,
        1.0 - coverage(names, passage) if names else 0.0,
        (best.unit.similarity - 0.8) * 10,
        min(first.score - other, 5.0),
        evidence["value"],
        evidence["no_value"],
        float(who and not evidence["name"]),
    )
    if first.reading is None:
        return values
    return (*values, said(first.reading), first.reading.score)


def probability(weights: Mapping[str, float], values: Sequence[float]) -> float:
    """Return the probability (0..1) that the answer is right."""
    names = READER_FEATURES[: len(values)]
    total = weights["bias"] + sum(
        weights[name] * value for name, value in zip(names, values, strict=True)
    )
    return logistic(total)


def logistic(odds: float) -> float:
    """Return log odds as a probability (0..1)."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def verdict(question: Question, values: Sequence[float], there: float, threshold: float) -> Verdict:
    """Tell said, on the subject but not said, and out of subject apart.

    ``there`` is the probability that the corpus answers at all. A Swedish question most of whose
    words the corpus lacks, and that is like none of its statements, is out of subject whatever
    amounts or dates happen to stand there, unless all else speaks clearly for an answer.
    """
    evidence = dict(zip(FEATURES, values, strict=False))
    strange = evidence["unknown"] >= 0.7 and evidence["around"] < 0.1
    foreign = evidence["unknown"] == 1 and evidence["similarity"] < 0.3
    unsure = there < _CLEARLY and not question.english
    if unsure and (foreign or (strange and evidence["similarity"] < 0.2)):
        return "out_of_subject"
    if there >= threshold:
        return "said"
    return "out_of_subject" if evidence["similarity"] < 0.3 and strange else "not_said"


def missing(words: Sequence[Word], found: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the question's words that the nearest passage lacks, or that stand nowhere."""
    nowhere = tuple(word.text for word in words if not word.known)
    if nowhere or not found:
        return nowhere
    chunk = found[0].statement.hit.chunk
    passage = set(index_terms(f"{chunk.about}\n{chunk.text}"))
    return tuple(w.text for w in words if not any(t.text in passage for t in w.terms))


def _lacking(question: Question, words: Sequence[Word], terms: set[str]) -> float:
    """Return the largest share of the words' weight that the terms leave out with one word.

    A near miss has most of a question's words; what it lacks is often the one that tells the
    fact asked for from those that are told. A word that only says what type of answer is asked
    for, as «kostade» does, is answered by the amount itself.
    """
    total = sum(word.weight for word in words)
    told = [word for word in words if not says_type(question.type, word.text)]
    return max((w.weight * (1 - covered(w, terms)) for w in told), default=0.0) / (total or 1.0)


def _is_name(question: str, word: str) -> bool:
    """Tell whether a word is a number, or is written with a capital inside the question."""
    if word[0].isdigit():
        return True
    at = question.casefold().find(word)
    return at > 0 and question[at].isupper()
