"""From ranked statements to what is shown: the answer's place in its passage, and its span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answer.evidence import Word, covered
from answer.question import Question
from answer.spans import NUMBER, candidates, enumeration, nearest, trim
from index.abbreviations import abbreviations
from index.analysis import STOPWORDS, index_terms
from ingest.records import Block, Document, Span
from ingest.sentences import sentence_spans

VALUES = ("money", "number", "date", "duration")
_LONGEST_VALUE = 60
_PAIR = 2
_TOKEN = re.compile(r"\w+(?:[:.,'’/-]\w+)*")


# A sentence that opens so says nothing without the one before it.
_LEANING = re.compile(
    r"(?:detta|dessa|denna|delvis|bland annat|framförallt|framför allt|här|där|därefter|därmed|"
    r"först efter det|i stället|istället|majoriteten av dessa|flera av dem|utöver detta|de|den|hon|"
    r"han|man)\b",
    re.IGNORECASE,
)
_FACT = re.compile(r"(?:[-–•*] |\d+[.)] )?(?:[^\s:]+ ){0,7}[^\s:]+: (?P<value>[^\n]+)")
_ORDERED = re.compile(r"(?:För det (?:första|andra|tredje|fjärde|femte)|Dels) ")
# What follows is beside the value itself.
_ASIDE = re.compile(r"[,;(]")
_BREAK = re.compile(r"[,;:()«»”\"]|\s[–-]\s")


@dataclass(frozen=True, slots=True)
class Extract:
    """An answer's place and the short answer's, in the document's text.

    ``core`` is the part of the answer that was found; the references are its. ``given`` says that
    the short answer (or that there is none) follows from the document's structure; ``named`` that
    it is an item which the question names by its letter.
    """

    answer: Span
    core: Span
    short: Span | None
    given: bool = False
    named: bool = False


def extract(question: Question, words: Sequence[Word], document: Document, at: Span) -> Extract:
    """Return the answer around the best statement, which stands at ``at``.

    It is the statement itself, with the neighbour it leans on; or the whole list, where the
    statement leads in to one, or belongs to one and the question asks for several things.
    """
    block = block_at(document, at.start)
    leads = any(b.lead == at for b in document.blocks)
    if (question.whole or leads) and (whole := _whole_list(document, block, at)):
        if question.whole:
            return Extract(whole, whole, None, given=True)
        only = [b for b in document.blocks if b.lead == at]
        lead = document.text[slice(*at)]
        answers = question.type in VALUES or (
            question.type == "definition" and bool(candidates(question, lead))
        )
        if len(only) == 1 and not answers:
            # What is led in to is one thing: that is the answer.
            return Extract(whole, whole, only[0].span, given=True)
        # What is asked for may stand in the sentence that leads in to the list.
        return Extract(whole, whole, *short_answer(question, words, document.text, at))
    if block is not None and block.kind == "fact" and block.body:
        return Extract(block.span, block.span, _value(question, document, block.body), given=True)
    if block is not None and (body := _told_value(question, document.text, block)):
        return Extract(block.span, block.span, _value(question, document, body), given=True)
    if block is not None and block.cells:
        cell = _cell(question, words, document.text, block)
        return Extract(block.span, block.span, cell, given=cell is not None)
    if block is not None and block.kind == "item" and block.label and block.body:
        named = question.letter == document.text[block.span.start]
        item = _named_item(question, words, document, block, by_letter=named)
        return Extract(at, at, item, given=True, named=named)
    if told := _announced(question, document.text, block, at):
        return Extract(Span(at.start, told.end), Span(at.start, told.end), told, given=True)
    short, given = short_answer(question, words, document.text, at)
    answer = _with_neighbours(document, block, at, settled=_settled(question, short))
    return Extract(answer, at, short, given)


def short_answer(
    question: Question, words: Sequence[Word], text: str, at: Span
) -> tuple[Span | None, bool]:
    """Return the span in a statement that answers, or None, and whether its form gives it.

    Among spans of the type asked for it is the one closest to the question's words; otherwise
    the longest stretch that the question does not already say.
    """
    statement = text[at.start : at.end]
    found = _given_span(question, statement)
    given = found is not None
    found = found or _best_span(question, words, statement)
    return (Span(at.start + found.start, at.start + found.end) if found else None), given


def _given_span(question: Question, statement: str) -> Span | None:
    """Return an abbreviation's long form where that is asked for."""
    if question.type == "definition":
        for introduced in abbreviations(statement):
            if introduced.short.lower() in question.content:
                return introduced.span
    return None


def _best_span(question: Question, words: Sequence[Word], statement: str) -> Span | None:
    if question.several and question.type != "why" and (whole := enumeration(statement)):
        return whole
    asked = question.text.casefold()
    found = nearest(question, statement)
    found = [s for s in found if statement[s.start : s.end].casefold() not in asked]
    if found:
        places = _places(words, statement)
        return min(found, key=lambda s: (_distance(s, places), s.start))
    if question.type in VALUES:
        return None
    return _unsaid(words, statement)


def _announced(question: Question, text: str, block: Block | None, at: Span) -> Span | None:
    """Return what tells of the things that the statement only counts or begins to tell, or None.

    «Tre krav ska uppfyllas. Taket ska hålla, dörren ska stänga och golvet ska bära.» «Det fanns
    två krav. För det första ska taket hålla. För det andra ska dörren stänga.»
    """
    if not (question.several and block and block.kind == "paragraph"):
        return None
    told = sentence_spans(text[at.start : block.span.end], at.start)
    ordered = [s for s in told if _ORDERED.match(text, s.start)]
    if len(ordered) > 1 and ordered[0] in told[:2]:
        return trim(text, Span(ordered[0].start, ordered[-1].end))
    if not question.focus:
        return None
    focus = re.escape(question.focus)
    if not re.search(rf"{NUMBER} (?:\w+ )?{focus}\b", text[slice(*at)], re.IGNORECASE):
        return None
    following = next((s for s in sentence_spans(text[at.end : block.span.end], at.end)), None)
    if enumeration(text[slice(*at)]) or following is None:
        return None
    whole = enumeration(text[slice(*following)])
    return trim(text, following) if whole else None


def _settled(question: Question, short: Span | None) -> bool:
    return short is not None and question.type in VALUES


def _with_neighbours(document: Document, block: Block | None, at: Span, *, settled: bool) -> Span:
    """Widen a sentence by the one it leans on, and by one that leans on it unless settled."""
    if block is None or block.kind != "paragraph":
        return at
    text = document.text
    inside = sentence_spans(text[block.span.start : block.span.end], block.span.start)
    number = next((i for i, span in enumerate(inside) if span.start <= at.start < span.end), None)
    if number is None:
        return at
    start, end = at
    if number > 0 and _LEANING.match(text, start):
        start = inside[number - 1].start
    if not settled and number + 1 < len(inside) and _LEANING.match(text, inside[number + 1].start):
        end = inside[number + 1].end
    return Span(start, end)


def block_at(document: Document, offset: int) -> Block | None:
    """Return the block that holds a place, or None."""
    return next((b for b in document.blocks if b.span.start <= offset < b.span.end), None)


def _whole_list(document: Document, block: Block | None, at: Span) -> Span | None:
    if block is None:
        return None
    lead = block.lead
    if block.kind != "item":
        # The statement may be the sentence that leads in to a list.
        leads = {b.lead for b in document.blocks if b.lead}
        lead = next((span for span in leads if span == at), None)
    if lead is None:
        if block.kind != "item":
            return None
        members = _run(document, block)
        return Span(members[0].span.start, members[-1].span.end) if len(members) > 1 else None
    members = [b for b in document.blocks if b.lead == lead]
    return Span(lead.start, members[-1].span.end)


def _run(document: Document, block: Block) -> list[Block]:
    """Return the items in a row around one that has no lead-in."""
    at = document.blocks.index(block)
    first = last = at
    while first > 0 and document.blocks[first - 1].kind == "item":
        first -= 1
    while last + 1 < len(document.blocks) and document.blocks[last + 1].kind == "item":
        last += 1
    return list(document.blocks[first : last + 1])


def _told_value(question: Question, text: str, block: Block) -> Span | None:
    """Return the value of a list's item that tells a fact, «Antal båtar: 7», or None."""
    if block.kind != "item" or block.label or question.several:
        return None
    fact = _FACT.fullmatch(text, *block.span)
    return Span(*fact.span("value")) if fact else None


def _value(question: Question, document: Document, body: Span) -> Span:
    """Return a fact's value, or where that is long the span or the first sentence in it."""
    text = document.text[body.start : body.end]
    if len(text) <= _LONGEST_VALUE and not (question.type in VALUES and _ASIDE.search(text)):
        return body
    found = candidates(question, text)
    if not found and question.type in VALUES:
        # The unit may stand in the label: «Dagar i drift: 84, förr 58».
        found = candidates(replace(question, type="number"), text)
    if found:
        return Span(body.start + found[0].start, body.start + found[0].end)
    return sentence_spans(text, body.start)[0]


def _cell(question: Question, words: Sequence[Word], text: str, block: Block) -> Span | None:
    """Return the value of a table row under the heading that the question names best, or None.

    A value that the question itself says only points the row out. Of equals one of the type asked
    for wins, then the first.
    """
    asked = question.text.casefold()
    found: list[tuple[float, bool, int, Span]] = []
    for place, (heading, value) in enumerate(block.cells):
        said = text[slice(*value)]
        if said.casefold() in asked:
            continue
        terms = set(index_terms(text[slice(*heading)]))
        named = sum(word.weight * covered(word, terms) for word in words)
        told = f"{text[slice(*heading)]}: {said}"
        typed = any(told[s.start :] == said for s in candidates(question, told))
        if named or typed:
            found.append((named, typed, -place, value))
    if not found and len(block.cells) == _PAIR and question.type not in VALUES:
        # Where the question says one of a pair, it asks for the other.
        others = [v for _, v in block.cells if text[slice(*v)].casefold() not in asked]
        return others[0] if len(others) == 1 else None
    return max(found)[-1] if found else None


def _named_item(
    question: Question,
    words: Sequence[Word],
    document: Document,
    block: Block,
    *,
    by_letter: bool,
) -> Span | None:
    """Return an option's description where the question names it, else its name."""
    if not (block.label and block.body):
        return None
    label = document.text[block.label.start : block.label.end]
    named = sum(covered(word, set(index_terms(label))) for word in words)
    if by_letter and re.search(r"\bheter|\bnamn|\bvilket alternativ", question.text, re.I):
        return block.label
    return block.body if named or by_letter else block.label


def _places(words: Sequence[Word], statement: str) -> list[tuple[int, float]]:
    """Return where in a statement the question's words stand, with their weight."""
    found = []
    for match in _TOKEN.finditer(statement):
        terms = set(index_terms(match[0]))
        weight = max((word.weight * covered(word, terms) for word in words), default=0.0)
        if weight:
            found.append(((match.start() + match.end()) // 2, weight))
    return found


def _distance(span: Span, places: Sequence[tuple[int, float]]) -> float:
    """Return the weighted mean distance in characters of a span from the question's words."""
    total = sum(weight for _, weight in places)
    if not total:
        return 0.0
    middle = (span.start + span.end) / 2
    return sum(abs(middle - place) * weight for place, weight in places) / total


def _unsaid(words: Sequence[Word], statement: str) -> Span | None:
    """Return the stretch that best completes what the question says.

    Stretches run between the question's own words and the clause's breaks; the one with the most
    words that carry meaning wins, the later of two equals, as what is new comes last in Swedish.
    """
    breaks = {match.start() for match in _BREAK.finditer(statement)}
    stretches: list[tuple[int, int, int]] = []
    start = end = None
    weight = 0
    for match in [*_TOKEN.finditer(statement), None]:
        said = match is not None and any(
            covered(word, set(index_terms(match[0]))) >= 1 for word in words
        )
        broken = match is None or (
            end is not None and any(end <= b <= match.start() for b in breaks)
        )
        if (said or broken) and start is not None and end is not None:
            stretches.append((weight, start, end))
            start, weight = None, 0
        if match is None or said:
            continue
        content = match[0].lower() not in STOPWORDS
        if content:
            start = match.start() if start is None else start
            end = match.end()
            weight += 1
    if not stretches:
        return None
    _, start, end = max(stretches, key=lambda s: (min(s[0], 8), s[1]))
    return Span(start, end)
