"""The markers in a text that point into its reference list.

Text copied from a web page has lost its superscripts: `kronor.⁵` has become `kronor. 5`. A number
is taken for a marker only where a marker can stand (after a sentence, after a fact's value, alone
on the line that closes a list) and where the reference list has that number. References are mostly
numbered as they are first cited, so a marker does not jump ahead of those read so far, unless the
document as a whole shows that it cites in another order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
