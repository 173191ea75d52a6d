"""A document's reference list, and the markers that point into it.

Text copied from a web page has lost its superscripts: `kronor.⁵` has become `kronor. 5`. A number
is taken for a marker only where a marker can stand (after a sentence, after a fact's value, alone
on the line that closes a list), where the reference list has that number, and where it does not
jump ahead of the markers read so far, since references are numbered as they are first cited.
"""

from __future__ import annotations

import re

from ingest.records import Reference

LIST_HEADING = re.compile(
    r"(?:referens(?:er|lista)?|käll(?:or|förteckning|hänvisningar)|litteratur(?:förteckning)?|"
    r"noter|fotnoter|slutnoter|references|sources|notes)\s*:?",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\[?(\d{1,3})(?:\]|[.:)])?\s+(\S.*)")
_ADDRESS = re.compile(r"https?://[^\s<>«»\"]+[^\s<>«»\".,;)]")
_SENTENCE_MARKER = re.compile(
    r"(?<=[.!?»”\")])[ \u00a0]\[?(\d{1,3})\]?(?=[ \u00a0]+[A-ZÅÄÖ«”\"]|$)"
)
_VALUE_MARKER = re.compile(r"(?<=\S)[ \u00a0]+\[?(\d{1,3})\]?$")
_BRACKETED = re.compile(r"[ \u00a0]?\[(\d{1,3})\]")
_ALONE = re.compile(r"\[?(\d{1,3})\]?")

# A marker may run this far ahead of those read before it; a reader may have missed one.
_LEEWAY = 2


def parse_entry(line: str) -> Reference | None:
    """Read «7: Utgivare, Titel» (also «[7] …», «7. …»); None where the line is no entry."""
    match = _ENTRY.fullmatch(line)
    if not match:
        return None
    rest = match[2].strip()
    url = None
    if address := _ADDRESS.search(rest):
        url = address[0]
        after = rest[address.end() :].lstrip(" .,;)>")
        rest = (rest[: address.start()] + after).strip(" ,;()<>") or url
    publisher, comma, title = rest.partition(", ")
    # A sentence («Detta gäller, enligt lagen, …») goes on in lower case; a title does not.
    if not comma or len(publisher.split()) > 4 or not title.strip() or title.strip()[0].islower():
        return Reference(int(match[1]), None, rest, url)
    return Reference(int(match[1]), publisher, title.strip(), url)


class MarkerReader:
    """Lifts flattened markers out of lines, in reading order.

    ``numbers`` are those of the document's reference list; with none, nothing is a marker.
    """

    def __init__(self, numbers: frozenset[int]) -> None:
        self._numbers = numbers
        self._highest = 0

    def alone(self, line: str) -> int | None:
        """Return the number of a line that is nothing but a marker."""
        match = _ALONE.fullmatch(line)
        return self._take(int(match[1]), _LEEWAY) if match else None

    def lift(self, line: str, *, value: bool = False) -> tuple[str, list[tuple[int, int]]]:
        """Return the line without its markers, and (offset in that line, number) for each.

        ``value`` allows a bare number that ends a fact's value, such as «Över 3 000 15». There
        nothing but the order of the numbers tells a marker, so it must be the next one or the
        last one again.
        """
        found: list[tuple[int, int]] = []
        kept: list[str] = []
        at = length = 0
        patterns = (_BRACKETED, _SENTENCE_MARKER)
        matches = sorted((m for p in patterns for m in p.finditer(line)), key=lambda m: m.start())
        for match in matches:
            if match.start() < at or self._take(int(match[1]), _LEEWAY) is None:
                continue
            kept.append(line[at : match.start()])
            length += len(kept[-1])
            found.append((length, int(match[1])))
            at = match.end()
        kept.append(line[at:])
        text = "".join(kept)
        if value and not found and (last := _VALUE_MARKER.search(text)):
            number = int(last[1])
            whole = text[: last.start()].rstrip().endswith(":")
            if not whole and number >= self._highest and self._take(number, 1) is not None:
                text = text[: last.start()]
                found.append((len(text), number))
        return text, found

    def _take(self, number: int, leeway: int) -> int | None:
        if number not in self._numbers or number > self._highest + leeway:
            return None
        self._highest = max(self._highest, number)
        return number
