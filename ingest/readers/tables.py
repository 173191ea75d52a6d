"""Lines from a table's rows: facts, rows under their headings, or mere text.

A table in a letter and a sheet of a workbook are read alike. Whether the first row holds headings
is told by the format, else by how its cells look against those below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from ingest.structure import Line, fact_line, row_line

_LONGEST_HEADING = 80
_LONGEST_LABEL = 100
_LONGEST_CELL = 250
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDS = re.compile(r"[.!?;][»”\")]*$")
# A number, an amount, a share, a date: digits, and at most a unit in letters.
_VALUE = re.compile(
    r"(?:ca\s|cirka\s)?[^\w]*\d[^A-Za-zÅÄÖåäö]*(?:kr|kronor|tkr|mkr|mdkr|SEK|EUR|st|h|m|km|milj\.?)?",
    re.IGNORECASE,
)


class Cell(NamedTuple):
    """A table cell. ``columns`` is how many it spans; ``merged``: it continues the one above."""

    text: str
    markers: tuple[tuple[int, int], ...] = ()
    bold: bool = False
    columns: int = 1
    merged: bool = False


Row = Sequence[Cell]


def table_lines(rows: Iterable[Row], *, headers: int = 0) -> list[Line]:
    """Return a whole table's lines. ``headers``: so many first rows are known to hold headings."""
    kept = [(i, row) for i, row in enumerate(spread(rows)) if any(cell.text for cell in row)]
    filled = [row for _, row in kept]
    layout, used = Layout.of(filled, headers=sum(i < headers for i, _ in kept))
    lines = [line for row in filled[:used] if (line := caption(row))]
    return lines + [line for row in filled[used:] for line in layout.lines(row)]


def spread(rows: Iterable[Row]) -> Iterator[list[Cell]]:
    """Yield the rows with a cell in every column: a merged one is the same object in each."""
    above: list[Cell] = []
    for row in rows:
        here: list[Cell] = []
        for cell in row:
            if cell.merged:
                span = above[len(here) : len(here) + cell.columns]
                here += span or [_EMPTY]
            else:
                here += [cell] * cell.columns
        above = here
        yield here


def caption(row: Row) -> Line | None:
    """Return the line of a row that is one cell alone (a table's caption), None for another."""
    cells = _distinct(row)
    return Line(cells[0].text, markers=cells[0].markers) if len(cells) == 1 else None


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table's rows are to be read: under headings, as facts, or as they stand."""

    headings: tuple[Cell, ...] = ()
    facts: bool = False
    prose: bool = False
    width: int = 0

    @classmethod
    def of(cls, rows: Sequence[Row], *, headers: int = 0) -> tuple[Layout, int]:
        """Return the layout that the first rows show, and how many rows are captions or headings.

        The rows are as ``spread`` gives them.
        """
        width = max((len(row) for row in rows), default=0)
        filled = sum(any(c < len(row) and row[c].text for row in rows) for c in range(width))
        at = 0
        while not headers and filled > 1 and at < len(rows) and len(_distinct(rows[at])) == 1:
            at += 1  # captions
        below = rows[at:]
        count = _deepened(below, headers or _looks_headed(below, filled))
        if filled > 1 and count and len(below) > count:
            return cls(headings=_headings(below[:count], width), width=width), at + count
        if filled == 1:
            return cls(prose=True, width=width), at
        cells = [_distinct(row) for row in below]
        pairs = [pair for pair in cells if len(pair) == 2]
        if filled == 2 and pairs and all(_is_label(label.text) for label, _ in pairs):
            return cls(facts=True, width=width), at
        # Two columns of long texts are a page's layout, no table.
        long = any(len(cell.text) > _LONGEST_CELL for row in cells for cell in row)
        return cls(prose=filled == 2 and long, width=width), at

    def lines(self, row: Row) -> Iterator[Line]:
        """Yield a row's line, none where it is empty; in prose a line for each cell."""
        cells = _distinct(row)
        whole = len(cells) == 1 and (self.facts or row.count(cells[0]) == self.width)
        if self.prose or whole:
            yield from (Line(cell.text, markers=cell.markers) for cell in cells)
        elif self.facts and len(cells) == 2:
            label, value = cells
            line = fact_line(label.text, value.text)
            at = len(line.text) - len(value.text)
            end = at - 2
            markers = [(min(offset, end), number) for offset, number in label.markers]
            markers += [(at + offset, number) for offset, number in value.markers]
            yield replace(line, markers=tuple(markers))
        elif cells:
            yield self._row(row)

    def _row(self, row: Row) -> Line:
        headings: list[str] = []
        values: list[Cell] = []
        notes: list[list[int]] = []
        for column, cell in enumerate(row):
            above = self.headings[column] if column < len(self.headings) else _EMPTY
            if not cell.text:
                continue
            if values and values[-1] is cell:
                if above.text and above.text not in headings[-1]:
                    headings[-1] += f", {above.text}" if headings[-1] else above.text
            else:
                headings.append(above.text)
                values.append(cell)
                notes.append([])
            notes[-1] += [number for _, number in above.markers]
        line = row_line(headings, [cell.text for cell in values])
        markers: list[tuple[int, int]] = []
        for (_, (start, end)), cell, above_notes in zip(line.cells, values, notes, strict=True):
            markers += [(start + offset, number) for offset, number in cell.markers]
            # What a note to a column's heading says holds for each of its values.
            markers += [(end, number) for number in above_notes]
        return replace(line, markers=tuple(markers))


_EMPTY = Cell("")


def _distinct(row: Row) -> list[Cell]:
    """Return a row's filled cells, a merged one once."""
    found: list[Cell] = []
    for cell in row:
        if cell.text and not (found and found[-1] is cell):
            found.append(cell)
    return found


def _headings(rows: Sequence[Row], width: int) -> tuple[Cell, ...]:
    """Join the headings above each column, the outer first: «Kostnad» over «2023» is one."""
    headings = []
    for column in range(width):
        stack: list[Cell] = []
        for row in rows:
            if column < len(row) and row[column].text and row[column] not in stack:
                stack.append(row[column])
        text = " ".join(cell.text.rstrip(" :") for cell in stack)
        headings.append(Cell(text, tuple(m for cell in stack for m in cell.markers)))
    return tuple(headings)


def _looks_headed(rows: Sequence[Row], filled: int) -> int:
    """Return 1 where the first row looks like headings over the others, else 0."""
    if len(rows) < 2 or filled < 2:
        return 0
    first, rest = _distinct(rows[0]), [_distinct(row) for row in rows[1:]]
    texts = [cell.text for cell in first]
    if len(set(texts)) < len(texts) or not all(_is_heading(text) for text in texts):
        return 0
    # The names of rows, down the left side, may be bold as well.
    if all(cell.bold for cell in first) and not any(c.bold for cells in rest for c in cells[1:]):
        return 1
    if filled == 2:
        values = [cells[1].text for cells in rest if len(cells) == 2]
        numbers = len(values) > 1 and all(is_value(value) for value in values)
        return int(len(first) == 2 and numbers and not is_value(texts[1]))
    # A column for remarks may lack a heading, and so may the one of the rows' names.
    headed = sum(bool(cell.text) for cell in rows[0])
    return int(headed * 3 >= filled * 2 and not _YEAR.fullmatch(rows[0][0].text))


def _deepened(rows: Sequence[Row], count: int) -> int:
    """Return how many rows hold headings, where the last of ``count`` may be parted by the next.

    It is where a heading reaches down into the next row, or over several columns of it.
    """
    while 0 < count < len(rows) - 1:
        above, below = rows[count - 1], rows[count]
        down = any(a.text and a is b for a, b in zip(above, below, strict=False))
        across = any(a.text and a is b for a, b in pairwise(above))
        if not down and not (across and all(_is_heading(c.text) for c in _distinct(below))):
            break
        count += 1
    return count


def is_value(text: str) -> bool:
    """Tell whether a text is a number, an amount, a share or a date, and no more."""
    return bool(_VALUE.fullmatch(text))


def _is_heading(text: str) -> bool:
    named = not is_value(text) or _YEAR.fullmatch(text)
    return len(text) <= _LONGEST_HEADING and not _ENDS.search(text) and bool(named)


def _is_label(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and not re.search(r"[.!?]$", text)
