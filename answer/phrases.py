"""Where a short answer begins and ends, in written Swedish.

A reader, or a pattern, finds about where an answer stands; a phrase has ends of its own. What is
known of them: a phrase lies in one sentence and ends with a whole word; a genitive needs its noun;
a conjunction or preposition at an end belongs to what was left out; a clause set first in its
sentence ends where the main clause's verb stands.
"""

from __future__ import annotations

import re

from answer.naming import DOING, with_focus
from answer.question import FINITE, Question, any_of, is_verb
from answer.spans import NAME, NUMBER, ONE_IN, ORDINAL, clause_end, trim
from index.analysis import stem, words
from ingest.records import Span
from ingest.sentences import sentence_at, sentence_spans

_GENITIVE = re.compile(r"(?:[^\W\d_]+:s|[A-ZÅÄÖ]\w+s|\w{3,}(?:ens|ets|nas|rnas))")
_NEXT_WORD = re.compile(r" ([^\W\d_][\w:-]*)")
_LOOSE_START = re.compile(any_of(r"och samt eller men som dels delvis att\sdet\sär") + r"\s+", re.I)
_DELS = re.compile(r"\bdels $", re.IGNORECASE)
_ALSO = re.compile(r",? (?:och )?dels ", re.IGNORECASE)
_LOOSE_END = re.compile(
    r"\s+"
    + any_of(
        "och samt eller men som att av i på för med om till från vid hos mellan under enligt är "
        "var den det de en ett"
    )
    + r"$",
    re.IGNORECASE,
)
_ENDING = re.compile(
    rf" {any_of('av upp ut in ned ner bort om på till med över fram igen tillbaka')}(?=[.;!?]|$)"
)
_JOINING = frozenset("och samt eller men som att".split())
_CLAUSE_END = re.compile(r"[.;!?]|$")
_AND_CLAUSE = re.compile(r",? (?:och|men|samt) ([^\W\d_]+) ([^\W\d_]+)")
_OR_NOT = re.compile(r" eller (?:inte|ej)\b")
_TAIL = re.compile(
    r",? (?:som bland annat|som till exempel|såsom)\b|, (?:som|vilket|vilken|vilka)\b"
)
# Whose words they are.
_SAID = re.compile(r", (?:enligt|säger|menar|skriver|hävdar|anser|berättar|uppger) ")
_TITLE = 3
# «Inspektionen för vård» and «Olin av Ek» are names; what follows these is not.
_OF_NO_NAME = frozenset(
    "på som enligt när efter innan att men via genom till från med under".split()
)
_AND = re.compile(r",? (?:och|samt|eller|respektive) |, ")
# As many words of a sentence are an answer's beginning, not the end of what comes before it.
_PART = 4
# A main clause after the clause set before it is told by a modal verb, or by being short.
_MODAL = re.compile(
    any_of("kan kunde ska skulle får fick måste vill ville bör borde"), re.IGNORECASE
)
_SHORT_CLAUSE = 4
_AND_ANOTHER = re.compile(r" (?:och|samt) [\w-]+(?=[,.;:]|$)")
_FRONTED = re.compile(
    any_of(r"eftersom då när sedan om trots\satt genom\satt efter\satt för\satt"), re.IGNORECASE
)

# A verb at the start, and a preposition after it, belong to what is said of the answer.
_PARTICLE = any_of("tillbaka upp ned ner ut in bort fram ihop igen loss")
_OPENING_VERB = re.compile(
    rf"(?!{ONE_IN}){FINITE.pattern} (?!{_PARTICLE})(?:(?:på|av|med|om|i|för|till) )?"
)
_TO_DO = re.compile(any_of("göra gjort do done"), re.IGNORECASE)
# «Vad hände?» and «vad visade provet?» ask for all that is told.
_HAPPENED = re.compile(any_of(r"händ(?:e|er)? hänt inträffa\w* skedde visa(?:r|de)"), re.IGNORECASE)
# «att, efter råd och samtal, bygga»: what is put in comes before the verb.
_INSERTED = re.compile(r"att, .{3,80}, (?=[a-zåäö]+ )")
_ASKED_AIM = re.compile(any_of(r"\w*(?:syftet?|målet?|avsikten?|tanken?)"), re.IGNORECASE)
_AIM = re.compile(r"(?!för att )(?:[\w-]+ ){1,3}(?:skulle|ska) (?=(?!ha )[\w-]+a )", re.IGNORECASE)
_PURPOSE_FIRST = re.compile(
    rf"För att [^.,;!?]+?(?= {FINITE.pattern} )(?<!som)(?<!att)(?<!när)(?<!där)(?<!inte)"
)
_COPULA = re.compile(r"(?:är|var|blev) (?=\w)")
_PLACE = re.compile(r"\W*(?:var|where)\b", re.IGNORECASE)
_ONE = re.compile(r"\bvart? $", re.IGNORECASE)
_ORDINAL = re.compile(rf"{ORDINAL}\b")
_CHANGED = re.compile(
    any_of(r"ökade? steg stiger öka\w* minska\w* sjönk sjunker föll gick ändra\w*"), re.IGNORECASE
)
_TO_WHAT = re.compile(r"\btill (?:vil\w+|hur|what)\b", re.IGNORECASE)
_RISEN = re.compile(rf"\bfrån {NUMBER}(?: [\w-]+)? till $", re.IGNORECASE)
# One of the clauses in a row ends where the next one begins.
_ONE_CLAUSE = r"att (?:(?!, (?:och )?att | och att |, (?:men|medan|vilket) )[^.;:!?])+"
_CLAUSES = re.compile(rf"\b{_ONE_CLAUSE}(?:, {_ONE_CLAUSE})*,? och {_ONE_CLAUSE}")
_AT = re.compile(r"\b(?:i|på|vid|hos|inom|utanför|mellan|under|nära) $", re.IGNORECASE)
_VERB_BEFORE = re.compile(rf"{FINITE.pattern} $")
_TO = re.compile(r"\batt $")
_INFINITIVE = re.compile(r"\batt (?:inte )?\w+a\b")
_THAT_CLAUSE = re.compile(r"[^.;:!?]*?(?=[.;:!?]|, (?:och|men|medan|vilket|enligt) |$)")


def whole_phrase(text: str, span: Span, question: Question) -> Span:
    """Return a span of a text moved to the ends of the phrase that it stands for.

    ``text`` is the statement; the span may be empty, and then stays so.
    """
    if span.start >= span.end:
        return span
    span = _whole_words(text, _one_sentence(text, span))
    if question.type not in ("why", "definition"):
        span = _one_clause(text, span)
    span = _begun(text, _without_main_clause(text, span), question)
    span = _ended(text, span, question)
    if question.type == "who":
        span = _whole_name(text, span)
    return _completed(text, span, question)


def _whole_words(text: str, span: Span) -> Span:
    start, end = span
    while start > 0 and _of_word(text[start - 1]) and _of_word(text[start]):
        start -= 1
    while end < len(text) and _of_word(text[end]) and _of_word(text[end - 1]):
        end += 1
    return trim(text, Span(start, end))


def _begun(text: str, span: Span, question: Question) -> Span:
    """Return a span from where its phrase begins."""
    both = _ALSO.search(text, *span) is not None
    if both and (dels := _DELS.search(text, 0, span.start)):
        span = Span(dels.start(), span.end)
    span = _from_verb(text, span, question)
    if inserted := _INSERTED.match(text, *span):
        span = Span(inserted.end(), span.end)
    if _ASKED_AIM.search(question.text) and (aim := _AIM.match(text, *span)):
        # «Stödet skulle | rädda butikerna»
        span = Span(aim.end(), span.end)
    if question.type == "why" and (copula := _COPULA.match(text, *span)):
        span = Span(copula.end(), span.end)
    if _TO_DO.search(question.text) and text.startswith("att ", span.start, span.end):
        span = Span(span.start + 4, span.end)
    opening = _LOOSE_START.match(text, span.start, span.end)
    # «Dels …, dels …» is one answer in two parts.
    if opening and opening.end() < span.end and not (both and _DELS.match(text, *opening.span())):
        span = Span(opening.end(), span.end)
    return span


def _from_verb(text: str, span: Span, question: Question) -> Span:
    """Return a span with the verb before it where its doing is asked for, else without its own."""
    doing = question.type == "what" and DOING.search(question.text) is not None
    told = text.startswith("att ", span.start)
    if doing and not told and (verb := _VERB_BEFORE.search(text, 0, span.start)):
        return Span(verb.start(), span.end)
    if doing or question.type == "why" or _HAPPENED.search(question.text):
        return span
    verb = _OPENING_VERB.match(text, *span)
    return Span(verb.end(), span.end) if verb and verb.end() < span.end else span


def _ended(text: str, span: Span, question: Question) -> Span:
    """Return a span up to where its phrase ends."""
    if question.type == "why" and (purpose := _PURPOSE_FIRST.match(text, *span)):
        # «För att rädda ekonomin | beviljade regionen ett bidrag»
        span = Span(span.start, purpose.end())
    while closing := _LOOSE_END.search(text[span.start : span.end]):
        # What ends its clause belongs to it: «gick inte att läsa av», «kopplat till den».
        joins = closing[0].strip().lower() in _JOINING
        if closing.start() == 0 or (not joins and _CLAUSE_END.match(text, span.end)):
            break
        span = trim(text, Span(span.start, span.start + closing.start()))
    if question.type in ("definition", "why") and (
        tail := _TAIL.search(text, span.start + 20, span.end)
    ):
        span = Span(span.start, tail.start())
    if question.type == "definition":
        span = Span(span.start, clause_end(text, *span))
    if said := _SAID.search(text, span.start + 1, span.end):
        span = Span(span.start, said.start())
    return span


def _whole_name(text: str, span: Span) -> Span:
    """Return a person or organisation with all of its name, and without what is said of it."""
    for name in NAME.finditer(text):
        if name.end() <= span.start or name.start() >= span.end:
            continue
        start, end = min(span.start, name.start()), max(span.end, name.end())
        before = text[start : name.start()]
        after = _NEXT_WORD.match(text, name.end())
        told = after and (after[1] in _OF_NO_NAME or is_verb(after[1]))
        if told and len(before.split()) <= _TITLE and not _AND.match(text, name.end()):
            end = name.end()
        return Span(start, end)
    return span


def _of_word(character: str) -> bool:
    return character.isalnum() or character in ":-"


def _one_sentence(text: str, span: Span) -> Span:
    """Return the part of a span in its first sentence, or if that is short in its longest."""
    parts = [
        Span(max(span.start, s.start), min(span.end, s.end))
        for s in sentence_spans(text)
        if s.start < span.end and span.start < s.end
    ]
    if parts and len(text[slice(*parts[0])].split()) >= _PART:
        return parts[0]
    return max(parts, key=lambda p: p.end - p.start, default=span)


def _one_clause(text: str, span: Span) -> Span:
    """Return a span without the clause put after it: «papper | och läxor delades ut»."""
    for match in _AND_CLAUSE.finditer(text, *span):
        told = FINITE.search(text, span.start, match.start())
        other = not is_verb(match[1]) and FINITE.fullmatch(match[2])
        # «ett avstånd på en mil | men skärpte villkoren»
        contrary = "men" in match[0] and FINITE.fullmatch(match[1])
        # Of «att röda, gröna och blå ska säljas» the verb is that of them all.
        joint = other and text.startswith("att ", span.start)
        if not told and not joint and (other or contrary):
            return Span(span.start, match.start())
    return span


def _without_main_clause(text: str, span: Span) -> Span:
    """Cut a clause that opens its sentence before the verb of the main clause that follows it."""
    sentence = sentence_at(text, span.start)
    if sentence is None or span.end < sentence.end - 1:
        return span
    before = text[sentence.start : span.start].strip(" ,")
    fronted = _FRONTED.search(before)
    if fronted is None or len(before[: fronted.start()].split()) > 1:
        return span
    verbs = list(FINITE.finditer(text, span.start, span.end))
    if len(verbs) < 2:
        return span
    modal = _MODAL.fullmatch(verbs[-1][0])
    if not modal and len(text[verbs[-1].end() : span.end].split()) > _SHORT_CLAUSE:
        return span
    return trim(text, Span(span.start, verbs[-1].start()))


def _completed(text: str, span: Span, question: Question) -> Span:
    start, end = span
    last = text[start:end].rpartition(" ")[2]
    if _GENITIVE.fullmatch(last) and (following := _NEXT_WORD.match(text, end)):
        end = following.end()
    for more in (_OR_NOT, _AND_ANOTHER, _ENDING):
        # A verb's particle is none of a noun's phrase: «byttes hela styrelsen | ut».
        if more is _ENDING and not _has_verb(text, Span(start, end)):
            continue
        if following := more.match(text, end):
            end = following.end()
    changed = _CHANGED.search(question.text) and not _TO_WHAT.search(question.text)
    if changed and (risen := _RISEN.search(text, 0, start)):
        start = risen.start()
    if _PLACE.match(question.text) and (at := _AT.search(text, 0, start)):
        start = at.start()
    elif (
        question.type in ("what", "definition")
        and not _TO_DO.search(question.text)
        and (to := _TO.search(text, 0, start))
    ):
        start, end = _that(text, Span(to.start(), end), question)
    elif question.type == "what" and text.startswith("att ", start):
        end = _that(text, Span(start, end), question).end
    if text.startswith("att ", start):
        start, end = _with_other_clauses(text, Span(start, end))
    if (one := _ONE.search(text, 0, start)) and _ORDINAL.match(text, start):
        start = one.start()
    if question.focus:
        start = with_focus(text, Span(start, end), question.focus)
    return Span(start, end)


def _with_other_clauses(text: str, span: Span) -> Span:
    """Return a clause with those in a row with it: «att A, att B och att C»."""
    for row in _CLAUSES.finditer(text, *(sentence_at(text, span.start) or span)):
        if row.start() <= span.start and span.end <= row.end():
            return trim(text, Span(*row.span()))
    return span


def _that(text: str, span: Span, question: Question) -> Span:
    """Return a clause with its «att» and its verb, or without «att» where the question says that.

    «Vad tände torven?» on «att gnistor tände torven» asks for «gnistor».
    """
    if _has_verb(text, span):
        return span
    clause = _THAT_CLAUSE.match(text, span.end)
    verb = clause and FINITE.search(clause[0])
    bare = Span(span.start + len("att "), span.end)
    if clause is None or verb is None:
        return bare
    said = {stem(word) for word in words(question.text)}
    return bare if stem(verb[0].lower()) in said else trim(text, Span(span.start, clause.end()))


def _has_verb(text: str, span: Span) -> bool:
    """Tell whether a span holds a finite verb, or an infinitive after «att»."""
    inside = text[slice(*span)]
    return _INFINITIVE.search(inside) is not None or any(map(is_verb, words(inside)))
