"""Footnotes, reference lists, and the small raised numbers that point to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.pdf.body import Body
from ingest.pdf.hyphens import joint
from ingest.pdf.layout import PageLine
from ingest.pdf.paragraphs import Paragraph
from ingest.records import Reference
from ingest.references import parse_entry

# A footnote's letters are at most this large beside the running text's.
_SMALLER = 0.94

_BEGINS = re.compile(r"\[?(\d{1,3})(?:(?:\]|[.:)])?\s+(?=\S)|(?=[^\W\d_]{2}|[«”\"]))")
_ENDS = re.compile(r"[.!?][»”\")]*$")
_RANGE = re.compile(r"(\d{1,3})(?:\s?[–-]\s?(\d{1,3}))?")
# After a unit or in a formula a raised number is none: «12 m²», «CO₂».
_UNIT = re.compile(r"(?:^|[\s\d(])(?:[kcdmµn]?m|CO|NO|R|x)$")


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its page, its number there, its text."""

    page: int
    number: int
    text: str


class Notes:
    """What numbers in the text point to: the footnotes of their page, or the reference list.

    ``references`` are those of the list and then the footnotes. A footnote whose number another
    has (where each page begins with 1) is given the next free one.
    """

    def __init__(self, footnotes: Sequence[Note], entries: Sequence[str]) -> None:
        self.references = [entry for text in entries if (entry := parse_entry(text))]
        self._listed = frozenset(reference.number for reference in self.references)
        self._by_page: dict[tuple[int, int], int] = {}
        taken = set(self._listed)
        free = max([*taken, *(note.number for note in footnotes)], default=0)
        for note in footnotes:
            number = note.number
            if number in taken:
                number = free = free + 1
            taken.add(number)
            self._by_page[note.page, note.number] = number
            entry = parse_entry(f"{number} {note.text}")
            self.references.append(entry or Reference(number, None, note.text))

    def lift(
        self, paragraph: Paragraph
    ) -> tuple[str, list[tuple[int, int]], list[tuple[int, int]]]:
        """Return a paragraph's text without the raised numbers that point to something.

        With it come the markers, as (offset, number), and the page breaks, as (offset, page).
        """
        kept: list[str] = []
        markers: list[tuple[int, int]] = []
        cuts: list[tuple[int, int]] = []
        at = length = 0
        for start, end in paragraph.raised:
            targets = [
                self._target(paragraph.page_at(start), number)
                for number in numbers(paragraph.text[start:end])
            ]
            before = paragraph.text[at:start]
            if not targets or None in targets or _UNIT.search(paragraph.text[:start]):
                continue
            kept.append(before.rstrip() if paragraph.text[end : end + 1] in ("", " ") else before)
            cuts.append((at + len(kept[-1]), end))
            length += len(kept[-1])
            markers += [(length, target) for target in targets if target is not None]
            at = end
        kept.append(paragraph.text[at:])
        breaks = [
            (offset - sum(min(offset, b) - a for a, b in cuts if a < offset), page)
            for offset, page in paragraph.breaks
        ]
        return "".join(kept), markers, breaks

    def _target(self, page: int, number: int) -> int | None:
        own = self._by_page.get((page, number))
        return own if own is not None else number if number in self._listed else None


def numbers(raised: str) -> list[int]:
    """Return the numbers in «1», «1,2» or «[1–3]»."""
    found: list[int] = []
    for match in _RANGE.finditer(unicodedata.normalize("NFKC", raised)):
        first = int(match[1])
        found += range(first, max(first, min(int(match[2] or first), first + 20)) + 1)
    return found


def without_footnotes(
    pages: Sequence[tuple[int, Sequence[PageLine]]], body: Body
) -> tuple[list[tuple[int, list[PageLine]]], list[Note]]:
    """Return the pages without their footnotes, and the footnotes in order.

    They end a column or the page: the first begins with a number that a raised number above points
    to, and is itself raised or set smaller than the running text.
    """
    rest: list[tuple[int, list[PageLine]]] = []
    notes: list[Note] = []
    for page, lines in pages:
        kept: list[PageLine] = []
        called = {
            number
            for line in lines
            for start, end in line.raised
            if start > 0
            for number in numbers(line.text[start:end])
        }
        for region in sorted({line.region for line in lines}):
            own = [line for line in lines if line.region == region]
            first = _first_note(own, called, body)
            carried = _carried(own[:first], notes[-1] if notes else None, page, body)
            if carried:
                text = notes[-1].text
                for line in own[first - carried : first]:
                    text = _joined(text, line.text)
                notes[-1] = replace(notes[-1], text=text)
            kept += own[: first - carried]
            notes += _notes(own[first:], page)
        rest.append((page, kept))
    return rest, notes


def _first_note(lines: Sequence[PageLine], called: set[int], body: Body) -> int:
    """Return where the footnotes begin among a region's lines: their end where there are none."""
    first = len(lines)
    for i in range(len(lines) - 1, -1, -1):
        line = lines[i]
        if line.table or line.size > 1.02 * body.size:
            break
        number, _ = _number(line)
        raised = bool(line.raised) and line.raised[0][0] == 0
        if number in called and (raised or line.size < _SMALLER * body.size):
            first = i
    return first


def _carried(lines: Sequence[PageLine], last: Note | None, page: int, body: Body) -> int:
    """Return how many lines at the end go on the last footnote of the page before."""
    if last is None or last.page != page - 1 or _ENDS.search(last.text):
        return 0
    count = 0
    while count < len(lines) and lines[-1 - count].size < _SMALLER * body.size:
        count += 1
    return count if count and lines[-count].text[0].islower() else 0


def _notes(lines: Sequence[PageLine], page: int) -> list[Note]:
    notes: list[Note] = []
    for line in lines:
        number, text = _number(line)
        if number is not None and (not notes or number == notes[-1].number + 1):
            notes.append(Note(page, number, text))
        elif notes:
            notes[-1] = replace(notes[-1], text=_joined(notes[-1].text, line.text))
    return notes


def _number(line: PageLine) -> tuple[int | None, str]:
    """Return the number that a line begins with, and the text after it."""
    if line.raised and line.raised[0][0] == 0:
        found = numbers(line.text[: line.raised[0][1]])
        if len(found) == 1:
            return found[0], line.text[line.raised[0][1] :].strip()
    if match := _BEGINS.match(line.text):
        return int(match[1]), line.text[match.end() :]
    return None, line.text


def _joined(before: str, after: str) -> str:
    drop, between = joint(before, after)
    return before[: len(before) - drop] + between + after
