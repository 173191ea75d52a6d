"""A document's reference list, and the markers that point into it.

Text copied from a web page has lost its superscripts: `kronor.⁵` has become `kronor. 5`. A number
is taken for a marker only where a marker can stand (after a sentence, after a fact's value, alone
on the line that closes a list) and where the reference list has that number. References are mostly
numbered as they are first cited, so a marker does not jump ahead of those read so far, unless the
document as a whole shows that it cites in another order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.records import Reference

LIST_HEADING = re.compile(
    r"(?:referens(?:er|lista)?|käll(?:or|förteckning|hänvisningar)|litteratur(?:förteckning)?|"
    r"noter|fotnoter|slutnoter|references|sources|notes)\s*:?",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\[?(\d{1,3})(?:\]|[.:)])?\s+(\S.*)")
_ADDRESS = re.compile(r"https?://[^\s<>«»\"]+[^\s<>«»\".,;)]")

# How an entry is written. A name has no punctuation; a title ends as a sentence does, but not in a
# person's initial.
_NAME = r"[A-ZÅÄÖ0-9][^.,:;?!()«»”\"]*"
_PUBLISHER = rf"(?P<publisher>{_NAME})"
_BEGINS = r"[A-ZÅÄÖ0-9«»”\"(]"
_TITLE = rf"(?P<title>{_BEGINS}.*(?:(?<!\b[^\W\d])\.|[?!]|[”\"»]\.?))"
_YEAR = r"(?:19|20)\d\d"
_MONTH = "(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december)"
_DATE = rf"(?:(?:(?:den )?\d{{1,2}} )?{_MONTH} {_YEAR}|{_YEAR}-\d\d-\d\d)"
_SURNAME = r"(?:(?:von|af|de|van|der) )?[A-ZÅÄÖ][\w'’-]*[a-zåäöéü]"
_INITIALED = rf"{_SURNAME}(?: {_SURNAME})? (?!(?:AB|HB|KB)\b)[A-ZÅÄÖ]{{1,3}}"
_AUTHORS = rf"(?>{_INITIALED}(?:, {_INITIALED})*+(?:,? (?:m\.? ?fl|et al))?\. )"
_PERSON = (
    rf"{_SURNAME}, (?:[A-ZÅÄÖ]\.(?:[ -]?[A-ZÅÄÖ]\.){{0,4}}|{_SURNAME}(?: {_SURNAME}| [A-ZÅÄÖ]\.?)?)"
)
# Possessive, as all that are repeated here: nobody's list of authors may take seconds to read.
_PERSONS = rf"(?>{_PERSON}(?:(?:,? (?:&|och) |, ){_PERSON})*+)"
_PLACE = r"(?:Stockholm|Göteborg|Malmö|Lund|Uppsala|Umeå|Linköping|London|New York)"
_PUBLISHED = rf" ?\({_YEAR}[a-z]?(?:, [^()]{{1,20}})?\)[.,:]? "
_STYLES = tuple(
    re.compile(style)
    for style in (
        # Efternamn, A. (2020). Titel. Utgivare. — Utgivare (2020). Titel.
        rf"{_PERSONS}{_PUBLISHED}{_TITLE} (?:{_NAME}: )?{_PUBLISHER}(?:, \d.*)?\.?",
        rf"{_PERSONS}{_PUBLISHED}(?P<title>{_BEGINS}[^.]*)\.?",
        rf"{_PUBLISHER}\.?{_PUBLISHED}(?P<title>{_BEGINS}.*?)(?:\. (?P=publisher))?\.?",
        # Efternamn A. Titel. Tidskrift. 2023;12(3):44–51. — Efternamn A. Titel. Ort: Förlag; 2020.
        rf"(?:{_AUTHORS}|{_NAME}\. ){_TITLE} {_PUBLISHER}\.? ?{_YEAR};.*",
        rf"{_AUTHORS}{_TITLE} (?:{_NAME}: )?{_PUBLISHER}[,;] {_YEAR}\.?",
        rf"{_AUTHORS}(?P<title>{_BEGINS}[^.]*)\.? {_YEAR}\.?",
        # Titel. Utgivare, 12 mars 2024.
        rf"(?:{_AUTHORS})?{_TITLE} {_PUBLISHER}, {_DATE}\.?",
        # Utgivare. Titel. 2023.
        rf"(?!{_AUTHORS}){_PUBLISHER}\. {_TITLE} (?:{_YEAR}|{_DATE})\.?",
        # Efternamn, Anna, Titel, Förlag, 2020. A name in definite form is an authority's.
        rf"(?!\w+e[nt],){_PERSONS}, (?P<title>{_BEGINS}.*), (?:{_NAME}: )?{_PUBLISHER},"
        rf"(?: {_PLACE},?)? {_YEAR}\.?",
    )
)
_VISITED = re.compile(r"[ ,]*[\[(]?\b(?:hämtad|läst|besökt)\b[^.]{0,40}\.?$", re.IGNORECASE)
_NO_TITLE = re.compile(rf"{_DATE}\.?|[\d\W]*")
_BY_PERSONS = re.compile(rf"{_AUTHORS}|{_PERSONS}{_PUBLISHED}")
_NAME_WORDS = 8
_ENTRY_CHARACTERS = 1_000
# A sentence begins with these, and no name of a publisher.
_NO_NAME = re.compile(r"(?:En|Ett|De[nt]?|Om|Hur|Vad|Varför|När|Så|Att|Från|Till|Med|I|På|Nu)\b")
# «Inspektionen för vård och omsorg»
_LONG_NAME = re.compile(r"\w+(?:e[nt]|-) (?:för|och) .*")
_SENTENCE_IN_NAME = re.compile(r"[^\W\d]{4,}[.?!] ")

# The numbers of one marker: «4», «4, 7», «4–6».
NUMBERS = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
BRACKETED = re.compile(rf"[ \u00a0]?\[({NUMBERS})\]")
_BARE = re.compile(rf"(?<=[.!?»”\")])[ \u00a0]({NUMBERS})(?=[ \u00a0]+[A-ZÅÄÖ«»”\"]|$)")
_PARENTHESISED = re.compile(rf"(?:^|[ \u00a0])\(({NUMBERS})\)")
_CLOSES = re.compile(r"[.,;:!?»”\"]|[ \u00a0]?\(\d|$")
_SENTENCE_ENDS = re.compile(r"[.!?»”\")]$")
_SENTENCE_BEGINS = re.compile(r"[ \u00a0]+[A-ZÅÄÖ«»”\"]")
_ALONE = re.compile(rf"[\[(]?({NUMBERS})[\])]?")
# After these a number belongs to what is named: «kap. 3», «artikel 5 (2)».
_NAMED_BY_NUMBER = re.compile(
    r"\b(?:(?:kap|art|nr|kl|ca|sid|s)\.|(?:kap\.|artikel|punkt|stycket|§) \d+ ?[a-z]?)$",
    re.IGNORECASE,
)

_LABEL = re.compile(r"[^:]{1,100}:\s+")
_VALUE_MARKER = re.compile(r"(?<=[\w%°²³)»”\"])[ \u00a0]+(\d{1,3})$")
# After these a number is part of the value: «8 av 10», «plan 3».
_PART_OF_VALUE = re.compile(
    r"(?:^|\s)(?:och|eller|till|av|på|i|om|vid|mellan|från|per|mot|minst|högst|över|under|omkring|"
    r"cirka|ca|nr|nummer|den|kl|klockan|plan|våning|sal|rum|kanal|del|kapitel|sida|steg|version|"
    r"årskurs|klass|grupp|vecka|dag|punkt)$",
    re.IGNORECASE,
)
_DIGITS_BEFORE = re.compile(r"\d[\d \u00a0]*$")
_WHOLE_NUMBER = re.compile(r"\d+|\d{1,3}(?:[ \u00a0]\d{3})+")

# A marker may run this far ahead of those read before it; a reader may have missed one.
_LEEWAY = 2
# As far back as it is told what a number belongs to, in characters.
_NEAR = 40
# So many different numbers, and this share of the list, show how a document cites.
_FEWEST_CITED = 3
_SHARE_CITED = 0.5


def parse_entry(line: str) -> Reference | None:
    """Read «7: Utgivare, Titel» (also «[7] …», «7. …»); None where the line is no entry.

    The publisher is None where it cannot be told from the title.
    """
    match = _ENTRY.fullmatch(line)
    if not match:
        return None
    rest = match[2].strip()
    url = None
    if address := _ADDRESS.search(rest):
        url = address[0]
        after = rest[address.end() :].lstrip(" .,;)>")
        rest = (rest[: address.start()] + after).strip(" ,;()<>") or url
    publisher, title = _attributed(rest)
    said = f"{publisher}, {title}" if publisher else title
    return Reference(int(match[1]), publisher, title, url, None if said == rest else rest)


def _attributed(entry: str) -> tuple[str | None, str]:
    """Return an entry's publisher, or None, and its title."""
    styles = _STYLES if len(entry) <= _ENTRY_CHARACTERS else ()
    for match in (style.fullmatch(_VISITED.sub("", entry)) for style in styles):
        publisher = match and (match.groupdict().get("publisher") or "").strip()
        if match and (not publisher or _is_name(publisher)):
            return publisher or None, match["title"].removesuffix(".")
    publisher, _, title = entry.partition(", ")
    title = title.strip()
    named = len(publisher.split()) <= 4 or (_LONG_NAME.fullmatch(publisher) and _is_name(publisher))
    # A sentence («Detta gäller, enligt lagen, …») goes on in lower case; a title does not.
    titled = not _NO_TITLE.fullmatch(title) and not title[0].islower()
    if not (named and titled) or _SENTENCE_IN_NAME.search(publisher) or _BY_PERSONS.match(entry):
        return None, entry
    return publisher, title


def _is_name(text: str) -> bool:
    """Tell whether a stretch of an entry could be the name of a publisher."""
    return len(text.split()) <= _NAME_WORDS and not _NO_NAME.match(text)


def listed(numbers: str) -> list[int]:
    """Return the numbers of «1, 3–5»."""
    found: list[int] = []
    for part in re.split(r"[,;]", numbers):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        found += range(ends[0], ends[-1] + 1) if ends[0] <= ends[-1] < ends[0] + 20 else ends
    return found


class MarkerReader:
    """Lifts flattened markers out of lines, in reading order.

    ``numbers`` are those of the document's reference list; with none, nothing is a marker.
    ``lines`` are all that may hold markers, and ``told`` the numbers that the format told markers
    for: a way of citing that covers much of the list is the document's, and its order is free.
    """

    def __init__(
        self, numbers: frozenset[int], lines: Iterable[str] = (), told: Iterable[int] = ()
    ) -> None:
        self._numbers = numbers
        self._highest = 0
        cited: dict[str, set[int]] = {"": set(), "(": set(), "[": set(told)}
        for line in lines if numbers else ():
            for match in _candidates(line):
                found = listed(match[1])
                cited[_sign(match)].update(found if numbers.issuperset(found) else ())
        fewest = max(_FEWEST_CITED, _SHARE_CITED * len(numbers))
        self._free = {sign for sign, found in cited.items() if len(found) >= fewest}
        # A document that cites in another way has its own use for «(3)».
        other = max(len(cited[""]), len(cited["["]))
        self._parentheses = len(cited["("]) > other

    def alone(self, line: str) -> list[int]:
        """Return the numbers of a line that is nothing but a marker."""
        match = _ALONE.fullmatch(line)
        return self._taken(match, _LEEWAY) if match else []

    def lift(self, line: str, *, value: bool = False) -> tuple[str, list[tuple[int, int]]]:
        """Return the line without its markers, and (offset in that line, number) for each.

        ``value`` allows a bare number that ends a fact's value, such as «Över 3 000 15».
        """
        found: list[tuple[int, int]] = []
        kept: list[str] = []
        at = length = 0
        for match in _candidates(line) if self._numbers else ():
            if match.start() < at or not (numbers := self._taken(match, _LEEWAY)):
                continue
            kept.append(line[at : match.start()])
            length += len(kept[-1])
            found += [(length, number) for number in numbers]
            at = match.end()
        kept.append(line[at:])
        text = "".join(kept)
        if value and not found and (last := _VALUE_MARKER.search(text)) and self._ends(last):
            text = text[: last.start()]
            found.append((len(text), int(last[1])))
        return text, found

    def _ends(self, match: re.Match[str]) -> bool:
        """Tell whether a bare number that ends a fact's value is a marker, and take it if so.

        It is none where it can be part of the value. Else it is one where it is the next in order
        or the last one again; where the order is free, where the value has a number of its own.
        """
        before = match.string[: match.start()]
        label = _LABEL.match(before)
        digits = _DIGITS_BEFORE.search(before)
        goes_on = digits and (len(match[1]) > 2 or not _WHOLE_NUMBER.fullmatch(digits[0]))
        if not label or goes_on or _PART_OF_VALUE.search(before):
            return False
        if int(match[1]) >= self._highest and self._taken(match, 1):
            return True
        own = re.search(r"\d", before[label.end() :])
        return bool(own and "" in self._free and self._taken(match, _LEEWAY))

    def _taken(self, match: re.Match[str], leeway: int) -> list[int]:
        """Return a marker's numbers, none where it is no marker."""
        sign, numbers = _sign(match), listed(match[1])
        if not self._numbers.issuperset(numbers) or (sign == "(" and not self._parentheses):
            return []
        highest = self._highest
        for number in numbers:
            if sign not in self._free and number > highest + leeway:
                return []
            highest = max(highest, number)
        self._highest = highest
        return numbers


def _candidates(line: str) -> list[re.Match[str]]:
    """Return what may be markers in a line, in order."""
    bare = (m for m in _BARE.finditer(line) if not _NAMED_BY_NUMBER.search(_before(line, m)))
    found = [*BRACKETED.finditer(line), *bare, *_parenthesised(line)]
    return sorted(found, key=re.Match.start)


def _parenthesised(line: str) -> Iterator[re.Match[str]]:
    """Yield the «(3)» that close something; those of an enumeration open its parts."""
    opened: set[int] = set()
    for match in _PARENTHESISED.finditer(line):
        before, number = _before(line, match), listed(match[1])[0]
        closes = before and _CLOSES.match(line, match.end())
        between = _SENTENCE_ENDS.search(before) and _SENTENCE_BEGINS.match(line, match.end())
        if not closes and (not between or number - 1 in opened):
            opened.add(number)
        elif not _NAMED_BY_NUMBER.search(before):
            yield match


def _before(line: str, match: re.Match[str]) -> str:
    """Return what stands right before a match: a whole line may be a book's."""
    return line[max(0, match.start() - _NEAR) : match.start()]


def _sign(match: re.Match[str]) -> str:
    """Return the bracket that opens a marker, «» where it is bare."""
    opening = match[0].lstrip()[:1]
    return opening if opening in "([" else ""
