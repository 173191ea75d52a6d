"""From ranked statements to what is shown: the answer's place in its passage, and the span in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answer.evidence import Word, covered
from answer.question import Question
from answer.spans import candidates, enumeration
from index.analysis import index_terms
from ingest.records import Block, Document, Span
from ingest.sentences import sentence_spans

_LONGEST_VALUE = 60
_TOKEN = re.compile(r"\w+(?:[:.,'’/-]\w+)*")


@dataclass(frozen=True, slots=True)
class Extract:
    """An answer's place and the short answer's, in the document's text."""

    answer: Span
    short: Span | None


def extract(question: Question, words: Sequence[Word], document: Document, at: Span) -> Extract:
    """Return the answer around the best statement, which stands at ``at``.

    It is the statement itself, or the whole list where the question asks for several things and
    the statement belongs to one or leads in to it.
    """
    block = _block(document, at)
    if question.several and (whole := _whole_list(document, block, at)):
        return Extract(whole, None)
    if block is not None and block.kind == "fact" and block.body:
        return Extract(block.span, _value(question, document, block.body))
    if block is not None and block.kind == "item" and block.label and block.body:
        return Extract(at, _named_item(question, words, document, block))
    return Extract(at, short_answer(question, words, document.text, at))


def short_answer(question: Question, words: Sequence[Word], text: str, at: Span) -> Span | None:
    """Return the span in a statement that answers, or None where none would be clear.

    Among spans of the type asked for it is the one closest to the question's words; otherwise
    the longest stretch that the question does not already say.
    """
    statement = text[at.start : at.end]
    if question.several and (several := enumeration(statement)):
        return Span(at.start + several.start, at.start + several.end)
    found = candidates(question.type, statement)
    asked = question.text.casefold()
    found = [s for s in found if statement[s.start : s.end].casefold() not in asked]
    if found:
        places = _places(words, statement)
        nearest = min(found, key=lambda s: (_distance(s, places), s.start))
        return Span(at.start + nearest.start, at.start + nearest.end)
    if question.type in ("what", "definition", "who", "organisation", "list", "yes_no", "why"):
        unsaid = _unsaid(words, statement)
        if unsaid:
            return Span(at.start + unsaid.start, at.start + unsaid.end)
    return None


def _block(document: Document, at: Span) -> Block | None:
    return next((b for b in document.blocks if b.span.start <= at.start < b.span.end), None)


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


def _value(question: Question, document: Document, body: Span) -> Span:
    """Return a fact's value, or where that is long the span or the first sentence in it."""
    text = document.text[body.start : body.end]
    if len(text) <= _LONGEST_VALUE:
        return body
    if found := candidates(question.type, text):
        return Span(body.start + found[0].start, body.start + found[0].end)
    return sentence_spans(text, body.start)[0]


def _named_item(
    question: Question, words: Sequence[Word], document: Document, block: Block
) -> Span | None:
    """Return an option's description where the question names it, else its name."""
    if not (block.label and block.body):
        return None
    label = document.text[block.label.start : block.label.end]
    named = sum(covered(word, set(index_terms(label))) for word in words)
    letter = document.text[block.span.start]
    by_letter = re.search(rf"\b{re.escape(letter)}\b", question.text)
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
    """Return the longest stretch of a statement between words that the question says."""
    cuts = [0]
    for match in _TOKEN.finditer(statement):
        terms = set(index_terms(match[0]))
        if any(covered(word, terms) >= 1 for word in words):
            cuts += [match.start(), match.end()]
    cuts.append(len(statement))
    stretches = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    if len(stretches) < 2:
        return None
    longest = max(stretches, key=lambda s: s.end - s.start)
    piece = statement[longest.start : longest.end]
    start = longest.start + len(piece) - len(piece.lstrip(" ,;:–-"))
    end = longest.end - len(piece) + len(piece.rstrip(" ,;:.–-"))
    return Span(start, end) if end - start >= 2 else None
