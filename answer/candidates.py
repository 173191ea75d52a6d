"""The best statements, placed in their documents, and read closely where a reader is at hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from answer.evidence import Statement, Word
from answer.extract import VALUES, Extract, block_at, extract
from answer.naming import done_by_subject, named_item, named_kind, titled_name
from answer.phrases import whole_phrase
from answer.question import Question, is_verb
from answer.reader import Reader, Reading
from answer.spans import NAME, NUMBER, candidates, enumerated, enumeration, nearest, trim
from ingest.records import Block, Document, Span
from ingest.sentences import sentence_at, sentence_spans

# How many statements are read closely at most; several may be of one passage.
READ = 8
# As many as run at once on two cores.
_TOGETHER = 2
# Log odds of an answer being there: a high one for the reader, and what it mostly says.
_LIKELY, _MOSTLY = 1.0, -1.5
_CLAUSES = ("why", "definition")
# What leads in to an answer and is no part of it.
_LEADING = re.compile(
    r"(?:om|på grund av|till följd av|eftersom|because(?: of)?)\s+", re.IGNORECASE
)
_WHEN = re.compile(r"\b(?:när|when|hur länge|how long)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:om|när|efter att|innan|tills) $", re.IGNORECASE)
_PHRASE_START = re.compile(r"(?:en|ett|att|den|det|de)\b")
_AFTER = re.compile(r"\W*?(?: ([^\W\d_]+))?")
_HOW_MUCH = re.compile(
    r"\bhur (?:mycket|stor[at]?|hög[at]?|lång[at]?|djup[at]?|bred[at]?|tung[at]?|låg[at]?)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(r" [^\W\d_]+(?: (?:per|om|i) [^\W\d_]+)?")
# One is no number by any pattern, nor is every measure one.
_COUNTED = re.compile(rf"(?:bara |endast )?(?:en|ett|{NUMBER}) [\w-]+(?: av \w+)?", re.IGNORECASE)
_CAUSE = re.compile(r"\b(?:efter|genom|tack vare|på grund av|till följd av) $", re.IGNORECASE)
_PAIR = re.compile(r"\w (?:och|samt) \w")
_EVEN = 0.2
# How much lower a score may be for its answer to be shown beside the best, and how long both are.
_CLOSE = 3.0
# Log odds of an answer being there that leave no doubt of it.
_PLAIN = 0.5
_LONGEST_ANSWER = 500
_SUREST = 6.0
# A reason has at least a subject, a verb and something more.
_REASON = 3


T = TypeVar("T", Statement, "Candidate")


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


def first_of_each(found: Sequence[T]) -> list[T]:
    """Return the first statement or candidate of each passage, in the order given."""
    first: dict[str, T] = {}
    for one in found:
        statement = one.statement if isinstance(one, Candidate) else one
        first.setdefault(statement.hit.chunk.id, one)
    return list(first.values())


def with_rivals(question: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates, each first one of a passage with the answers that come close to it.

    Those are the answers in the same paragraph whose score is little lower: where it is not plain
    which of two sentences answers, both are shown. Beside a value only another value is, and beside
    what the reader finds likely nothing. ``found`` is given best first.
    """
    widened = []
    for candidate in first_of_each(found):
        start, end = candidate.place.answer
        block = block_at(candidate.document, start)
        likely = candidate.reading is not None and said(candidate.reading) > _PLAIN
        for other in () if likely else found:
            at = other.place.answer
            close = other.score >= candidate.score - _CLOSE
            if question.type in VALUES and candidate.place.short:
                close = close and other.place.short is not None
            if close and block and block.kind == "paragraph" and _inside(other, candidate, block):
                wide = Span(min(start, at.start), max(end, at.end))
                if wide.end - wide.start <= _LONGEST_ANSWER:
                    start, end = wide
        place = replace(candidate.place, answer=Span(start, end))
        widened.append(replace(candidate, place=place))
    return widened


def _inside(other: Candidate, candidate: Candidate, block: Block) -> bool:
    """Tell whether another candidate's answer is of the same passage and inside a block."""
    start, end = other.place.answer
    same = other.statement.hit.chunk.id == candidate.statement.hit.chunk.id
    return same and block.span.start <= start and end <= block.span.end


def read_candidates(
    reader: Reader,
    question: Question,
    found: Sequence[Candidate],
    weight: float,
    *,
    all_of: bool = False,
) -> list[Candidate]:
    """Return the candidates, given best first, in the order that reading them gives.

    A score gains ``weight`` times the log odds that the answer is there, and the short answer
    is the reader's where the place's own is not given by the document's structure. Reading ends
    when no other could come first, were the reader to find its answer likely; unless ``all_of``
    them are to be read.
    """
    read: list[Candidate] = []
    while len(read) < len(found):
        ahead = found[len(read) : len(read) + _TOGETHER]
        if read and not all_of and _leads(read, ahead[0], weight):
            break
        read += _read(reader, question, ahead, weight)
    unread = [replace(c, score=c.score + weight * _MOSTLY) for c in found[len(read) :]]
    return sorted([*read, *unread], key=lambda c: -c.score)


def _leads(read: Sequence[Candidate], next_one: Candidate, weight: float) -> bool:
    return max(c.score for c in read) >= next_one.score + weight * _LIKELY


def _read(
    reader: Reader, question: Question, found: Sequence[Candidate], weight: float
) -> list[Candidate]:
    read = []
    shown = [shown_text(candidate) for candidate in found]
    readings = reader.read(question.text, [text for text, _ in shown], [c for _, c in shown])
    for candidate, reading in zip(found, readings, strict=True):
        at = candidate.place.answer.start
        placed = replace(reading, start=at + reading.start, end=at + reading.end)
        if candidate.place.named:
            # The letter tells what is asked for, and the reader knows nothing of letters.
            placed = replace(placed, no_answer=min(placed.no_answer, _EVEN))
        score = candidate.score + weight * said(placed)
        chosen = replace(candidate, score=score, reading=placed)
        read.append(replace(chosen, place=_place(question, chosen, placed)))
    return read


def shown_text(candidate: Candidate) -> tuple[str, str]:
    """Return what the reader is shown of a candidate: its text, and what it stands under.

    That is the document's title, the heading, and the sentence before (of a list's item the one
    that leads in to the list): «Den blev klar i juni» says nothing on its own.
    """
    document, at = candidate.document, candidate.place.answer
    titles = dict.fromkeys([document.title, *document.section(at.start)[-1:]])
    parts = [*(f"{title}." for title in titles if title), _before(document, at.start)]
    return document.text[slice(*at)], " ".join(part for part in parts if part)


def _before(document: Document, start: int) -> str:
    """Return the sentence before a place in its paragraph, or the lead-in of its list, or ""."""
    block = block_at(document, start)
    if block is None or block.kind not in ("paragraph", "item"):
        return ""
    if block.lead:
        return document.text[slice(*block.lead)]
    at = block.span.start
    ahead = [s for s in sentence_spans(document.text[slice(*block.span)], at) if s.end <= start]
    return document.text[slice(*ahead[-1])] if ahead and block.kind == "paragraph" else ""


def said(reading: Reading) -> float:
    """Return the log odds that the answer stands in what was read, within ±6."""
    no_answer = min(max(reading.no_answer, 1e-9), 1 - 1e-9)
    return max(-_SUREST, min(_SUREST, math.log((1 - no_answer) / no_answer)))


def _place(question: Question, candidate: Candidate, reading: Reading) -> Extract:
    """Return the place with the short answer that the reader found, at its phrase's ends."""
    place, at = candidate.place, candidate.place.answer
    if place.given or reading.start >= reading.end:
        return place
    text = candidate.document.text[at.start : at.end]
    read = trim(text, Span(reading.start - at.start, reading.end - at.start))
    short = short_from_reading(question, text, read)
    if short is None:
        return place
    return replace(place, short=Span(at.start + short.start, at.start + short.end))


def short_from_reading(question: Question, text: str, read: Span) -> Span | None:
    """Return the short answer in a statement around what was read; None where the rules' stands."""
    if question.type in (*VALUES, *_CLAUSES):
        # The reader says which; where it starts and ends the pattern knows better.
        if typed := _typed(question, text, read):
            if question.type not in _CLAUSES:
                return _with_unit(question, text, typed, read)
            return whole_phrase(text, _narrowed(text, typed, read), question)
        if question.type == "definition" and (found := nearest(question, text)):
            return whole_phrase(text, found[0], question)
        if question.type in VALUES and not _open(question, text):
            # No pattern knows all that may be counted: «en procent», «bara ett parti».
            counted = not nearest(question, text) and _COUNTED.match(text, *read)
            return read if counted else None
    if question.several and question.type != "why" and (whole := enumeration(text)):
        return _enumerated(text, whole, read)
    if question.type == "yes_no":
        # What is asked about is a value that the question itself says.
        asked = question.text.casefold()
        values = candidates(question, text)
        named = [v for v in values if text[v.start : v.end].casefold() in asked]
        if named:
            return max(named, key=lambda v: v.end - v.start)
    if question.type in ("who", "organisation"):
        if _named(text, read):
            return read
        if titled := titled_name(text, question):
            return titled
    if question.type == "what":
        if item := named_item(text, question):
            return item
        if kind := named_kind(text, read, question.focus):
            return kind
        read = done_by_subject(text, read, question)
    if _WHEN.search(question.text) and (condition := _CONDITION.search(text, 0, read.start)):
        read = Span(condition.start(), read.end)
    elif leading := _LEADING.match(text, read.start, read.end):
        read = Span(leading.end(), read.end)
    phrase = whole_phrase(text, read, question)
    caused = _CAUSE.search(text, 0, phrase.start)
    if question.type == "why" and not caused and len(text[slice(*phrase)].split()) < _REASON:
        # A thing is no reason; what is told of it is.
        return trim(text, sentence_at(text, phrase.start) or phrase)
    return phrase


def _named(text: str, read: Span) -> bool:
    """Tell whether a span is all of a name, a title with a sentence's capital apart."""
    for name in NAME.finditer(text):
        if name.end() == read.end and name.start() <= read.start:
            first = name.start() == 0 or text[: name.start()].endswith(". ")
            return name.start() == read.start or (first and " " in text[slice(*read)])
    return False


def _narrowed(text: str, typed: Span, read: Span) -> Span:
    """Return a clause that the pattern found, cut to the reader's where that ends its phrase.

    It starts where the reader does at an article or «att», and ends there before a comma or a
    verb: «Då föll taket eftersom balken var rutten | och det började regna».
    """
    start, end = typed
    most = 2 * (min(end, read.end) - read.start) > end - start
    if most and start < read.start and _PHRASE_START.match(text, read.start):
        start = read.start
    after = _AFTER.match(text, read.end)
    if start < read.end < end and (after is None or after[1] is None or is_verb(after[1])):
        end = read.end
    return Span(start, end)


def _with_unit(question: Question, text: str, typed: Span, read: Span) -> Span:
    """Return a number with the unit that the reader reads on to, where it is asked how much."""
    bare = question.type == "number" and re.search(
        rf"{NUMBER}$", text[slice(*typed)], re.IGNORECASE
    )
    more = _UNIT.fullmatch(text, typed.end, max(typed.end, read.end))
    if bare and more and read.start <= typed.start and _HOW_MUCH.search(question.text):
        return Span(typed.start, read.end)
    return typed


def _open(question: Question, text: str) -> bool:
    """Tell whether a time is asked for that the text gives otherwise: «när marken har frusit»."""
    return _WHEN.search(question.text) is not None and not nearest(question, text)


def _enumerated(text: str, whole: Span, read: Span) -> Span | None:
    """Return an enumeration, from where the reader starts in its first thing; None apart from it.

    The pattern cannot tell what leads in to the first thing from the thing itself. Where the
    reader finds several things it has them all.
    """
    if read.end <= whole.start or read.start >= whole.end:
        return None
    if enumeration(text[slice(*read)]) or _PAIR.search(text, *read):
        return read
    first = enumerated(text, whole)[0]
    return Span(read.start if first.start < read.start < first.end else whole.start, whole.end)


def _typed(question: Question, text: str, read: Span) -> Span | None:
    """Return the value of the type asked for that the reader's span overlaps most."""
    found = nearest(question, text)
    overlaps = [(min(s.end, read.end) - max(s.start, read.start), s) for s in found]
    best = max(overlaps, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] > 0 else None
