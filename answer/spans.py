"""Spans in a statement that can be short answers: amounts, numbers, dates, names, clauses.

Patterns of written Swedish.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from answer.question import FINITE, Grain, Question, any_of, is_verb
from index.analysis import STOPWORDS, lexicon, stem, words
from ingest.records import Span

_DIGITS = r"(?:\d{1,3}(?:[ \u00a0.]\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?)"
_FRACTIONS = (
    r"en\shalv en\stredjedel två\stredjedelar en\sfjärdedel tre\sfjärdedelar en\sfemtedel "
    r"en\stiondel hälften"
)
_WORDS = (
    r"två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton "
    r"nitton (?:tjugo|trettio|fyrtio|femtio|sextio|sjuttio|åttio|nittio)"
    r"(?:ett|två|tre|fyra|fem|sex|sju|åtta|nio)?"
)
_ONE_WORD = f"(?:{'|'.join(_WORDS.split())})"
MANY = any_of(
    r"(?:ett|två|tre|fyra|fem)\soch\sett\shalvt (?:en|två|tre|fyra|fem)\soch\sen\shalv "
    rf"{_ONE_WORD}\s(?:tusen|hundra) {_FRACTIONS} noll {_WORDS} "
    "hundra tusen dussintals hundratals tusentals"
)
ORDINAL = r"(?:annan|annat|tredje|fjärde|femte|sjätte|sjunde|åttonde|nionde|tionde)"
ONE_IN = rf"\b(?:nästan |ungefär |drygt )?vart? {ORDINAL} (?=\w)"
NUMBER = rf"(?:{_DIGITS}|{MANY})"
_HEDGE = (
    r"(?:\b(?:över|under|omkring|cirka|ca|ungefär|drygt|knappt|nära|minst|högst|närmare|runt|"
    r"upp till|(?:mer|fler|mindre|färre) än) )?"
)
_SCALE = r"(?:tusen|miljon(?:er)?|miljard(?:er)?|mn|mdr)"
_CURRENCY = any_of("kronor kr SEK euro EUR dollar USD pund öre mkr mdkr tkr")
_MONTH = any_of(
    "januari februari mars april maj juni juli augusti september oktober november december"
)
_YEAR = r"\b(?:1[5-9]|20)\d\d\b"
_TO = r"\s?[-–—]\s?"
_SEASON = any_of("våren sommaren hösten vintern")
_UNIT = any_of(
    r"dag(?:ar)? dygn vecka veckor månad(?:er)? år timm(?:e|ar) minut(?:er)? sekund(?:er)? "
    r"kvartal termin(?:er)?"
)


def _compiled(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_LENGTH = any_of("meter centimeter millimeter km kilometer mil")
_HOW_LONG = re.compile(r"\b(?:hur lång|hur långt|hur långa|how long)\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\b(?:hur många|antal|how many|number of)\b", re.IGNORECASE)
_COUNTED = re.compile(r"\b(?:hur många|antal) [\w-]+(?: [\w-]+)?", re.IGNORECASE)


_MONEY = _compiled(
    rf"(?:{_DIGITS}|{MANY}|en)(?: {_SCALE})? ?(?:svenska )?{_CURRENCY}(?!: \d)",
    rf"{_DIGITS} (?:miljoner|miljarder)\b",
)
# The currency may stand in a label or in a table's heading: «Miljoner kronor: 275».
_PRICED = _compiled(rf"{_CURRENCY}[^:;\n]{{0,20}}: (?P<value>{_DIGITS})(?![\w,])")
_SHARE = _compiled(
    rf"{_HEDGE}(?:{_DIGITS}|{MANY}|\ben) (?:procent|promille)\b",
    rf"{_HEDGE}{any_of(_FRACTIONS)}",
    rf"{_HEDGE}\b(?:\d+|{MANY}) av (?:\d+|{MANY})(?! {_SCALE})\b",
    rf"{ONE_IN}[\w-]+",
)
_HOW_LARGE_PART = re.compile(any_of(r"\w*andel(?:en)? del part share proportion"), re.IGNORECASE)
_FEAST = any_of("jul(?:en)? påsk(?:en)? pingst midsommar nyår(?:et)? årsskiftet")
_PART_OF = r"(?:\b(?:början|mitten|slutet) av )?"
_DATE = _compiled(
    rf"(?:\bden )?\b\d{{1,2}} {_MONTH}(?: {_YEAR})?",
    rf"\b\d{{1,2}}{_TO}\d{{1,2}} {_MONTH}(?: {_YEAR})?",
    rf"{_MONTH}{_TO}{_MONTH}(?: {_YEAR})?",
    rf"{_PART_OF}{_SEASON}(?: {_YEAR})?",
    rf"{_PART_OF}{_MONTH}(?: {_YEAR})?",
    rf"\b(?:före|efter|till|under|vid|kring|över) {_FEAST}(?: {_YEAR})?",
    rf"{_YEAR}-\d\d-\d\d",
    rf"{_YEAR}{_TO}{_YEAR}",
    rf"{_PART_OF}{_YEAR}",
    rf"\bkl(?:ockan|\.)? \d{{1,2}}(?:[.:]\d\d)?(?:{_TO}\d{{1,2}}(?:[.:]\d\d)?)?",
)
_FROM_TO = _compiled(
    rf"\b(?:den )?\d{{1,2}} {_MONTH}(?: {_YEAR})? till (?:den )?\d{{1,2}} {_MONTH}(?: {_YEAR})?",
    rf"{_MONTH}(?: {_YEAR})? till {_MONTH}(?: {_YEAR})?",
)
_PERIOD = re.compile(any_of(r"\w*period(?:en)? tid\s(?:av|på) datum dagar månader"), re.IGNORECASE)
_DURATION = _compiled(
    rf"(?:{_DIGITS}(?:{_TO}{_DIGITS})?|(?:{NUMBER} till )?{NUMBER}|\ben|\bett|några|flera|ett par) "
    rf"(?:hela )?{_UNIT}"
    rf"(?: och (?:{_DIGITS}|{MANY}) (?:sekund|minut|månad)(?:er)?)?(?! {_YEAR})"
)
_MEASURE = any_of(
    "kWh MWh GWh TWh kW MW km² kvm "
    "procent procentenheter promille öre kilo kilogram kg gram ton liter deciliter kubikmeter "
    "meter centimeter millimeter km kilometer mil kvadratmeter kvadratkilometer hektar grader "
    "kilowattimmar megawattimmar gigawattimmar terawattimmar kilowatt megawatt poäng "
    "decibel watt volt hertz bar kalorier kilokalorier kilojoule"
)
_COUNT = _compiled(
    rf"{_HEDGE}(?:\b{_DIGITS}(?: {_SCALE}\b)?(?: {_MEASURE}| ?%)?|{MANY}(?: {_MEASURE})?)"
)
_CAPITAL = r"[A-ZÅÄÖ][\w&/-]*"
NAME = re.compile(
    rf"\b{_CAPITAL}(?: (?:(?:för|av|von|de|i) )?{_CAPITAL})*"
    r"(?:(?: svenska| nordiska)? (?:universitet|AB)\b)?"
)
# Those who act without a name: «regionens egen samordningsgrupp», «styrgruppen för projektet».
_ACTOR = re.compile(
    r"\b(?:[\wåäö]+(?:ens|ets|nas|s) (?:egen |egna )?)?"
    r"\w*(?:styrelsen?|grupp(?:en)?|leverantören|byrån|verket|"
    r"myndigheten|nämnden|politikerna|ledningen|bolaget|företaget|regionen|medarbetarna|vårdgivar(?:en|na))\b"
    r"(?: för \w+)?",
    re.IGNORECASE,
)
_CLAUSE = r"(?:(?!, (?:vilket|vilken|och delvis|dels|men)\b)[^.;!?])+"
# A cause is told by what follows the conjunction; a purpose («för att …») with it.
_CAUSING = re.compile(
    rf"(?P<cause>[^.,;:!?]+?) {any_of('gjorde gör medförde medför ledde orsakade')} (?:till )?att\b"
)
_REASON = _compiled(
    any_of(
        r"på\sgrund\sav eftersom därför\satt till\sföljd\sav (?:beror|berodde)\spå "
        r"med\sutgångspunkt\si tack\svare med\sanledning\sav genom\satt "
        r"med\shänsyn\still orsaka(?:s|des|ts)\sav av\satt "
        r"(?:målet|syftet|avsikten|tanken|ambitionen)\s.{0,60}?(?:är|var|varit)\satt"
    )
    + rf"(?: att)? (?P<cause>{_CLAUSE})",
    rf"(?P<purpose>\b(?:i syfte att|med syftet? att|så att|(?<!i stället )(?<!istället )för att) "
    rf"{_CLAUSE})",
    r"(?P<sake>\bför (?:[\w-]+ ){1,3}skull)\b",
)
_COPULA = _compiled(
    any_of(
        r"är var innebär innebar betyder kallas menas avses består\sav utgörs\sav innefattar "
        r"omfattar handlar\som går\sut\spå syftar\still ställer\skrav\spå"
    )
    + r" (?P<body>[^.;!?]+)"
)
# How near before its verb the subject of a definition stands.
_SUBJECT_WORDS = 4
_NOUN = 5
_AFTER_COLON = re.compile(r"(?P<noun>[\w-]+): (?P<body>[^.;!?\n]+)")
_EXPLAINED = re.compile(
    r"(?P<nouns>[\w-]+(?: [\w-]+)?), "
    r"(?:(?:det vill säga|alltså|dvs\.?|med andra ord|där) |(?=(?:en|ett) ))(?P<body>[^.;!?]+)"
)
_APPOSITION = re.compile(
    rf"\b(?P<noun>(?:{_CAPITAL}s |(?:det|den|de) [a-zåäö]+[ae] )?[a-zåäö]{{5,}})"
    rf"(?= (?P<name>{_CAPITAL})(?![:\w]))"
)
# «Det som blir kvar kallas drank»
_SO_CALLED = re.compile(
    r"(?P<body>[^.,;:!?]{8,}?) (?:kallas|kallades|benämns) (?:för )?(?P<noun>[\w-]+)"
)
_SHORT_NAME = re.compile(rf"\b{_CAPITAL}-[a-zåäö]+")
_GRAINS: dict[Grain, re.Pattern[str]] = {
    "day": re.compile(rf"\d{{1,2}} {_MONTH}|\d-\d\d-\d", re.IGNORECASE),
    "month": re.compile(rf"{_MONTH}|{_SEASON}|\d-\d\d-\d", re.IGNORECASE),
}
_LEAD = re.compile(
    rf"{FINITE.pattern} (?:(?:fram|upp|ut|in|på|av|med|om|i|till|mellan|såsom|bland annat) )*(?=\S)"
)
_ANY_YEAR = re.compile(_YEAR)
_YEARLY = re.compile(r"[^,;]+")
_WHOLE = re.compile(r"\bav (?:de |dessa |totalt |sammanlagt |\w{2,}s )?$", re.IGNORECASE)
# A comma, point or colon between figures is part of a number.
_THING = r"[^\s,.;:](?:[^,.;:]|(?<=\d)[,.:](?=\d)){0,70}"
_ENUMERATION = re.compile(
    rf"(?<!\w)(?:{_THING}, ){{1,8}}?{_THING}? (?:och|samt|eller|respektive) {_THING}(?!\w)"
)
_RELATIVE = re.compile(r", (?:som|där|vilket|vilken|vilka) ")
_ALIKE = re.compile(
    "|".join(rf"{one}(?:, {one})* (?:och|samt) {one}" for one in (NAME.pattern, _YEAR))
)


def candidates(question: Question, text: str) -> list[Span]:
    """Return the spans of ``text`` that may answer a question of this type, in order."""
    found = _in_clause_of_year(question, text, _of_type(question, text))
    return _counting(question, text, found)


def nearest(question: Question, text: str) -> list[Span]:
    """Return the candidates, or where there is none what comes next to the type asked for.

    For an amount that is a share; for a date to the day one less exact.
    """
    found = candidates(question, text)
    if not found and question.type == "money":
        return _spans(_SHARE, text)
    if not found and question.grain:
        return candidates(replace(question, grain=None), text)
    return found


def _in_clause_of_year(question: Question, text: str, found: list[Span]) -> list[Span]:
    """Return the spans in the clause with the question's year, where it holds any; else all."""
    years = {match[0] for match in _ANY_YEAR.finditer(question.text)}
    if not years:
        return found
    for clause in _YEARLY.finditer(text):
        told = {match[0] for match in _ANY_YEAR.finditer(clause[0])}
        if len(told) == 1 and told <= years:
            inside = [s for s in found if clause.start() <= s.start and s.end <= clause.end()]
            if left := [s for s in inside if text[slice(*s)] not in told]:
                return left
    return found


def _of_type(question: Question, text: str) -> list[Span]:
    content, grain = question.content, question.grain
    match question.type:
        case "money":
            return sorted([*_spans(_MONEY, text), *_spans(_PRICED, text, "value")])
        case "date":
            if _PERIOD.search(question.text) and (periods := _spans(_FROM_TO, text)):
                return periods
            wanted = _GRAINS.get(grain) if grain else None
            return [s for s in _spans(_DATE, text) if not wanted or wanted.search(text[slice(*s)])]
        case "duration":
            spans = _spans(_DURATION, text)
            if not spans and _HOW_LONG.search(question.text):
                spans = [s for s in _spans(_COUNT, text) if re.search(_LENGTH, text[slice(*s)])]
            return spans
        case "number":
            dates = _spans(_DATE, text)
            # «omkring 1500» is no year.
            counts = [
                s for s in _spans(_COUNT, text)
                if text[s.start].isalpha() or not any(_overlap(s, d) for d in dates)
            ]  # fmt: skip
            if _HOW_LARGE_PART.search(question.text) and (shares := _spans(_SHARE, text)):
                return shares
            if _HOW_MANY.search(question.text):
                # «Av 60 laxar tog 41 fiskvägen»: what the part is taken of is not asked for.
                return [s for s in counts if not _WHOLE.search(text, 0, s.start)] or counts
            # How much it is may be an amount, or a time.
            wider = [*_spans(_MONEY, text), *_spans(_DURATION, text)]
            return [max([s, *(w for w in wider if _overlap(s, w))], key=_length) for s in counts]
        case "who" | "organisation":
            names = [s for s in _spans(NAME, text) if not _common(text, s)]
            actors = [s for s in _spans(_ACTOR, text) if not any(_overlap(s, n) for n in names)]
            return sorted([*names, *actors])
        case "yes_no":
            kinds = (_MONEY, _DATE, _DURATION, _COUNT)
            return sorted({s for kind in kinds for s in _spans(kind, text)})
        case "why":
            told = [s for kind in ("cause", "purpose", "sake") for s in _spans(_REASON, text, kind)]
            return sorted([*told, *_spans(_CAUSING, text, "cause")])
        case "definition":
            return _definitions(text, content)
        case _:
            return []


def _counting(question: Question, text: str, found: list[Span]) -> list[Span]:
    """Leave out numbers of other things, where one stands with the noun whose number is asked for.

    «Elva klick mot två»: two may also be clicks; «elva klick på fyra dagar»: four are not.
    """
    asked = _COUNTED.search(question.text)
    if asked is None or question.type != "number":
        return found
    nouns = {stem(w) for w in question.content if w in asked[0].lower().split()}
    after = [words(text[s.end : s.end + 60])[:2] for s in found]
    counted = [any(stem(word) in nouns for word in following) for following in after]
    if not any(counted):
        return found
    return [
        s for s, ours, following in zip(found, counted, after, strict=True)
        if ours or not (following and _noun_like(text, s, following[0]))
    ]  # fmt: skip


def _noun_like(text: str, span: Span, following: str) -> bool:
    """Tell whether the word right after a span may be what it counts."""
    beside = text[span.end : span.end + 1 + len(following)].lower() == f" {following}"
    return beside and following not in STOPWORDS and not FINITE.fullmatch(following)


def _definitions(text: str, content: Sequence[str]) -> list[Span]:
    """Return what a text says that one of the words asked about is.

    After a verb such as «är» whose subject it is; as an explanation after a comma or colon; or as
    the noun right before a name: «journalsystemet Rekord».
    """
    asked = {stem(word) for word in content}
    found = []
    for match in _COPULA.finditer(text):
        subject = re.split(r"[.!?;]", text[: match.start()])[-1].split()[-_SUBJECT_WORDS:]
        if asked & {stem(word) for word in words(" ".join(subject))}:
            found.append(Span(*match.span("body")))
    for match in _EXPLAINED.finditer(text):
        if asked & {stem(word) for word in words(match["nouns"])}:
            start, end = match.span("body")
            found.append(Span(start, clause_end(text, start, end)))
    for match in _AFTER_COLON.finditer(text):
        if stem(match["noun"].lower()) in asked:
            found.append(Span(*match.span("body")))
    for match in _APPOSITION.finditer(text):
        name = match["name"]
        last = match["noun"].split()[-1]
        if stem(name.lower()) in asked and len(last) >= _NOUN and not is_verb(last):
            found.append(Span(*match.span("noun")))
    for match in _SO_CALLED.finditer(text):
        if stem(match["noun"].lower()) in asked:
            found.append(Span(*match.span("body")))
    for match in _SHORT_NAME.finditer(text):
        if stem(match[0].lower().rpartition("-")[2]) in asked or match[0].lower() in content:
            found += filter(None, [_renamed(text, match)])
    return sorted(_whole(text, found))


def _renamed(text: str, name: re.Match[str]) -> Span | None:
    """Return the long name right before a short one that ends in its first word, or None.

    «lagen om tillfälliga broar, TB-lagen».
    """
    head = name[0].lower().rpartition("-")[2]
    clause = re.split(r"[.;:!?(]", text[: name.start()])[-1]
    start = clause.lower().rfind(f"{head} ")
    if start < 0 or not clause.endswith(", "):
        return None
    return Span(name.start() - len(clause) + start, name.start() - 2)


def clause_end(text: str, start: int, end: int) -> int:
    """Return where a clause put into another ends: before a comma and the other's verb."""
    first = re.match(r"[^\W\d_]+", text[start:end])
    if first and is_verb(first[0]):
        return end  # itself a run of verbs: «såldes, skänktes eller slängdes»
    for comma in re.finditer(r", (?:och )?([^\W\d_]+)", text[start:end]):
        if is_verb(comma[1]):
            return start + comma.start()
    return end


def enumeration(text: str) -> Span | None:
    """Return a run of things joined by commas and «och», the longest in the text, or None."""
    found = max(_spans(_ENUMERATION, text), key=lambda s: s.end - s.start, default=None)
    if found is None:
        return None
    if _RELATIVE.search(text, *found) and (alike := _spans(_ALIKE, text)):
        # Commas that set off a clause set nothing in a row: what is in a row stands last in it.
        return alike[-1]
    first = text[slice(*found)].partition(",")[0]
    # What leads in to the first thing, up to its verb, is none of it.
    verbs = list(_LEAD.finditer(first))
    start = found.start + (verbs[-1].end() if verbs else 0)
    loose = re.match(r"(?:och|samt|eller) ", text[start : found.end])
    return Span(start + (loose.end() if loose else 0), found.end)


def enumerated(text: str, whole: Span) -> list[Span]:
    """Return the things of an enumeration, as ``enumeration`` found it."""
    cuts = [whole.start]
    for match in re.finditer(r",\s+|\s+(?:och|samt|eller|respektive)\s+", text[slice(*whole)]):
        cuts += [whole.start + match.start(), whole.start + match.end()]
    cuts.append(whole.end)
    return [trim(text, Span(a, b)) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def trim(text: str, span: Span) -> Span:
    """Return a span without white space and loose punctuation at its ends."""
    start, end = span
    while start < end and text[start] in " \n\t,;:–-.":
        start += 1
    while start < end and text[end - 1] in " \n\t,;:–-.":
        end -= 1
    return Span(start, end)


def _spans(pattern: re.Pattern[str], text: str, group: str | int = 0) -> list[Span]:
    spans = (Span(*m.span(group)) for m in pattern.finditer(text) if m[group] is not None)
    return list(_whole(text, spans))


def _whole(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    return (trimmed for span in spans if (trimmed := trim(text, span)).start < trimmed.end)


def _common(text: str, span: Span) -> bool:
    """Tell whether a capital is only that of a sentence's first word."""
    word = text[slice(*span)]
    first = span.start == 0 or text[: span.start].rstrip()[-1:] in (".", "!", "?", ":", "\n", "–")
    return (
        first
        and " " not in word
        and not word[1:2].isupper()
        and lexicon().get(word.lower(), 0) > 1e-6
    )


def _length(span: Span) -> int:
    return span.end - span.start


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end
