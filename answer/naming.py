"""What in a statement the question itself points at, by a word that it shares with it.

The name after the role asked for, the thing of the kind asked for, what the one asked about does.
"""

from __future__ import annotations

import re

from answer.question import FINITE, Question, any_of
from answer.spans import MANY, NAME, enumerated, enumeration, trim
from index.analysis import STOPWORDS, compound_parts, stem, words
from ingest.records import Span

_WORD = re.compile(r"[\w:’'/-]+")
_AND_OTHERS = re.compile(r", (?:och|men|samt|medan) ")
_LONGEST_THING = 6
_NAME_LIKE = re.compile(rf"[A-ZÅÄÖ\d«»”\"]|{MANY}")
_PREPOSITION = re.compile(r" (?:på|om|av) ")
# «Vad gör …?» and «hur slutade …?» ask for the verb too, «vad ska … göra?» for its infinitive.
DOING = re.compile(
    rf"{any_of('gör gjorde gjordes doing')}(?! att)|^\W*hur {FINITE.pattern}(?!.*\btill väga\b)",
    re.IGNORECASE,
)


def titled_name(text: str, question: Question) -> Span | None:
    """Return the only name right after a word of the question: «kassör» asks for «kassör Ek»."""
    asked = {stem(word) for word in question.content}
    found = []
    for name in NAME.finditer(text):
        before = list(_WORD.finditer(text, 0, name.start()))[-1:]
        if before and before[0].end() == name.start() - 1 and stem(before[0][0].lower()) in asked:
            found.append(Span(*name.span()))
    return found[0] if len(found) == 1 else None


def with_focus(text: str, span: Span, focus: str) -> int:
    """Return a span's start with the noun asked for, or past it where a name or number follows.

    «Vilken vana …?» asks for «vana av att …»; «vilken arkitekt …?» for «Olin», not «arkitekten
    Olin».
    """
    first = _WORD.match(text, span.start)
    if first and stem(first[0].lower()) == stem(focus):
        joined = _PREPOSITION.match(text, first.end(), span.end)
        following = joined.end() if joined else first.end() + 1
        named = following < span.end and _NAME_LIKE.match(text, following)
        return following if named else span.start
    if _NAME_LIKE.match(text, span.start):
        return span.start
    head = _focus_before(text, span.start, focus)
    if head is None or (
        # «vana av att leda», but «villkoret att två finns på plats» asks for what follows.
        text.startswith("att ", span.start) and not _PREPOSITION.search(text, head, span.start)
    ):
        return span.start
    return head


def _focus_before(text: str, start: int, focus: str) -> int | None:
    """Return where the noun asked for stands right before a span, with at most a preposition."""
    before = list(_WORD.finditer(text, 0, start))[-2:]
    for word in before:
        between = text[word.end() : start].split()
        if stem(word[0].lower()) == stem(focus) and all(w in STOPWORDS for w in between):
            return word.start()
    return None


def done_by_subject(text: str, span: Span, question: Question) -> Span:
    """Return what the one asked about does, where a span tells what another one does.

    «Vad gjorde köket?» on «Köket stängde, och hallen målades» asks for «stängde».
    """
    if question.focus or not DOING.search(question.text):
        return span
    cuts = [0, *(at for m in _AND_OTHERS.finditer(text) for at in m.span()), len(text)]
    clauses = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    asked = {stem(word) for word in question.content}
    named = [c for c in clauses if asked & {stem(w) for w in words(text[slice(*c)])}]
    if not named or any(c.start <= span.start < c.end for c in named):
        return span
    verb = FINITE.search(text, *named[0])
    return trim(text, Span(verb.start(), named[0].end)) if verb else span


def named_kind(text: str, span: Span | None, focus: str | None) -> Span | None:
    """Return the word in a statement that is of the kind asked for.

    «Vilken lag …?» asks for a word whose last part is «lag», such as «patientdatalagen». Of
    several the one inside ``span`` wins; outside it none counts where there is a span.
    """
    if focus is None:
        return None
    wanted = stem(focus)
    low, high = span or (0, len(text))
    found = []
    for word in _WORD.finditer(text):
        if word.start() < low or word.end() > high:
            continue
        last = word[0].lower().rstrip("-:/'’").rpartition("-")[2]
        parts = compound_parts(last) or (last,)
        if last and (len(parts) > 1 or "-" in word[0]) and stem(parts[-1]) == wanted:
            found.append(Span(word.start(), word.end()))
    return found[0] if len(found) == 1 else None


def named_item(text: str, question: Question) -> Span | None:
    """Return the one thing of an enumeration that shares a word with the question, or None."""
    whole = enumeration(text)
    if whole is None or question.several:
        return None
    asked = {stem(word) for word in question.content}
    before = {stem(word) for word in words(text[: whole.start])}
    things = enumerated(text, whole)
    if len(things) < 3 or any(len(text[slice(*t)].split()) > _LONGEST_THING for t in things):
        return None
    shared = [t for t in things if asked & ({stem(w) for w in words(text[slice(*t)])} - before)]
    return shared[0] if len(shared) == 1 else None
