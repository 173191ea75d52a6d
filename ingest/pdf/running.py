"""What is printed on page after page: running heads and feet, page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ingest.pdf.layout import PageLine

# The part of the page, from its upper and lower edge, and the lines in it, where they may stand.
_MARGIN = 0.15
_LINES = 3
_SAME_PLACE = 3.0  # points

_CHARACTERS = 120  # at most, beside a page number

_NUMBER = re.compile(r"\d+")
_FIRST, _LAST = re.compile(r"(\d{1,4})(?!\S)"), re.compile(r"(?<!\S)(\d{1,4})$")
_ROMAN = re.compile(r"[ivxlc]{1,7}")
_PAGE_NUMBER = re.compile(
    r"[-–(\s]*(?:(?:sid(?:a|an)?|s|page|p)\.?\s*)?(\d{1,4})"
    r"(?:\s*(?:av|of|/|\()\s*\d{1,4}\)?)?[-–)\s]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page's number from 1, its height in points, and its lines in reading order."""

    number: int
    height: float
    lines: Sequence[PageLine]


@dataclass(frozen=True, slots=True)
class _Candidate:
    page: int
    place: int
    base: float
    numbers: tuple[int, ...]


def without_running(pages: Sequence[Page]) -> list[list[PageLine]]:
    """Return each page's lines without those that stand on other pages too, at the same place.

    Numbers in them may be the same or rise with the pages. Beside a number that rises with the
    pages, the text may be another on each.
    """
    groups: dict[tuple[bool, str], list[_Candidate]] = defaultdict(list)
    running: set[tuple[int, int]] = set()
    for page in pages:
        for place, top in _margins(page):
            line = page.lines[place]
            numbers = tuple(int(n[-6:]) for n in _NUMBER.findall(line.text))
            text = _NUMBER.sub("#", line.text.casefold())
            if _ROMAN.fullmatch(text):
                text = "#"
            groups[top, text].append(_Candidate(page.number, place, line.base, numbers))
            found = _PAGE_NUMBER.fullmatch(line.text)
            if found and int(found[1]) == page.number:
                running.add((page.number, place))
    for group in groups.values():
        running |= _repeated(group, len(pages))
    running |= _numbered(pages)
    return [
        [line for place, line in enumerate(page.lines) if (page.number, place) not in running]
        for page in pages
    ]


def _margins(page: Page) -> list[tuple[int, bool]]:
    """Return the places of the page's outermost lines, and for each whether it is at the top."""
    order = sorted(
        (place for place, line in enumerate(page.lines) if line.turn == 0),
        key=lambda place: page.lines[place].base,
    )
    edge = _MARGIN * page.height
    bases = sorted({round(page.lines[place].base) for place in order})
    upper, lower = set(bases[:_LINES]), set(bases[-_LINES:])
    found: list[tuple[int, bool]] = []
    for place in order:
        base = page.lines[place].base
        if base < edge and round(base) in upper:
            found.append((place, True))
        elif base > page.height - edge and round(base) in lower:
            found.append((place, False))
    return found


def _repeated(group: list[_Candidate], pages: int) -> set[tuple[int, int]]:
    """Return (page, place) of those that enough others agree with in place and numbers."""
    base = median(candidate.base for candidate in group)
    group = [c for c in group if abs(c.base - base) < _SAME_PLACE]
    for i in range(len(group[0].numbers) if group else 0):
        numbered = [c for c in group if i < len(c.numbers)]
        same, many = Counter(c.numbers[i] for c in numbered).most_common(1)[0]
        step, rising = Counter(c.numbers[i] - c.page for c in numbered).most_common(1)[0]
        if rising >= many:
            group = [c for c in numbered if c.numbers[i] - c.page == step]
        else:
            group = [c for c in numbered if c.numbers[i] == same]
    enough = 2 if pages == 2 else 3
    distinct = {candidate.page for candidate in group}
    return {(c.page, c.place) for c in group} if len(distinct) >= enough else set()


def _numbered(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """Return (page, place) of the lines that begin or end with the page's printed number."""
    found: dict[tuple[bool, int], list[_Candidate]] = defaultdict(list)
    for page in pages:
        for place, top in _margins(page):
            line = page.lines[place]
            for number in _outer_numbers(line.text):
                step = number - page.number
                found[top, step].append(_Candidate(page.number, place, line.base, ()))
    running: set[tuple[int, int]] = set()
    for group in found.values():
        base = median(candidate.base for candidate in group)
        group = [c for c in group if abs(c.base - base) < _SAME_PLACE]
        if len({c.page for c in group}) >= max(3, 0.3 * len(pages)):
            running |= {(c.page, c.place) for c in group}
    return running


def _outer_numbers(text: str) -> set[int]:
    if len(text) > _CHARACTERS:
        return set()
    ends = (_FIRST.match(text), _LAST.search(text))
    return {int(match[1]) for match in ends if match}
