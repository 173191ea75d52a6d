"""The tables of a page: lines whose cells stand under each other, made rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.pdf.hyphens import joint
from ingest.pdf.layout import WIDE_GAP, Cell, PageLine

# Heights of the letters: from one row to the next at most, and from line to line within a cell.
_ROW_PITCH = 3.5
_LINE_PITCH = 1.4
# Edges this near stand under each other.
_ALIGNED = 0.6
_REMEMBERED = 10

# A list's sign or a heading's number, which only looks like a cell.
_LABEL = re.compile(
    r"[-–•§]|[\[(]?(?:\d{1,3}(?:\.\d{1,2})*|[A-Za-zÅÄÖåäö]|[ivx]{1,5})[\]).:]{0,2}", re.IGNORECASE
)
_LEADER = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}")


@dataclass(slots=True)
class _Part:
    """What stands in a cell: text with origins, and ranges of raised numbers in it."""

    text: str = ""
    origins: list[int] = field(default_factory=list)
    raised: list[tuple[int, int]] = field(default_factory=list)

    def add(self, line: PageLine, cell: Cell) -> None:
        if self.text:
            drop, between = joint(self.text, line.text[cell.start : cell.end])
            self.text = self.text[: len(self.text) - drop] + between
            self.origins[len(self.text) - len(between) :] = [-1] * len(between)
        shift = len(self.text) - cell.start
        self.text += line.text[cell.start : cell.end]
        self.origins += line.origins[cell.start : cell.end]
        self.raised += [
            (a + shift, b + shift) for a, b in line.raised if cell.start <= a < cell.end
        ]


@dataclass(slots=True)
class _Column:
    """A column's cells so far: the first one and some of the last."""

    cells: list[Cell]

    def add(self, cell: Cell) -> None:
        self.cells.append(cell)
        del self.cells[1:-_REMEMBERED]

    def aligned(self, cell: Cell, tolerance: float) -> bool:
        """Tell whether a cell has an edge, or its middle, under that of one of the column's."""
        return any(
            abs(own.left - cell.left) < tolerance
            or abs(own.right - cell.right) < tolerance
            or abs(own.left + own.right - cell.left - cell.right) < tolerance
            for own in self.cells
        )

    def overlaps(self, cell: Cell) -> bool:
        return any(own.left < cell.right and cell.left < own.right for own in self.cells)


@dataclass(slots=True)
class _Row:
    line: PageLine
    parts: dict[int, _Part]
    end: float


def with_tables(lines: Sequence[PageLine]) -> list[PageLine]:
    """Return a page's lines, with those that form a table as its rows and wrapped cells whole."""
    found: list[PageLine] = []
    number = 0
    at = 0
    while at < len(lines):
        table = _Table()
        count = table.read(lines[at:])
        if count:
            number += 1
            found += table.rows(number)
            at += count
        else:
            found.append(lines[at])
            at += 1
    return found


class _Table:
    """Takes up lines as long as they go on the table that the first of them begin."""

    def __init__(self) -> None:
        self._columns: list[_Column] = []
        self._rows: list[_Row | PageLine] = []
        self._aligned = 0

    def read(self, lines: Sequence[PageLine]) -> int:
        """Return how many lines belong to a table at the start: 0 where there is none."""
        # The second row may stand below what is wrapped in the first.
        if not _is_row(lines[0]) or not any(map(_is_row, lines[1:4])):
            return 0
        count = 0
        for line in lines:
            if not self._take(line):
                break
            count += 1
        while self._rows and isinstance(self._rows[-1], PageLine):
            self._rows.pop()
            count -= 1
        rows = [row.line for row in self._rows if isinstance(row, _Row)]
        # Two narrow gaps may stand under each other by chance; three hardly.
        least = 2 if all(_is_wide(row) for row in rows) else 3
        return count if len(rows) >= least and 2 * self._aligned >= len(rows) - 1 else 0

    def rows(self, number: int) -> Iterator[PageLine]:
        """Yield the table's rows, and the lines between them that are none."""
        order = self._order(range(len(self._columns)))
        for row in self._rows:
            if isinstance(row, PageLine):
                yield row
                continue
            text = ""
            origins: list[int] = []
            cells: list[Cell] = []
            raised: list[tuple[int, int]] = []
            for column in order:
                part = row.parts.get(column, _Part())
                if text and part.text:
                    text += " "
                    origins.append(-1)
                edges = self._columns[column].cells[0]
                start = len(text)
                cells.append(Cell(start, start + len(part.text), edges.left, edges.right))
                raised += [(a + start, b + start) for a, b in part.raised]
                text += part.text
                origins += part.origins
            yield replace(
                row.line,
                text=text,
                origins=origins,
                end=row.end,
                cells=tuple(cells),
                raised=tuple(raised),
                table=number,
            )

    def _take(self, line: PageLine) -> bool:
        if not self._columns:
            self._columns = [_Column([cell]) for cell in line.cells]
            self._add(line, dict(enumerate(line.cells)))
            return True
        last = self._rows[-1]
        before = last if isinstance(last, PageLine) else last.line
        pitch = line.base - last.end
        if line.region != before.region or not 0 < pitch < _ROW_PITCH * line.size:
            return False
        tight = pitch < _LINE_PITCH * line.size
        if len(line.cells) == 1:
            return self._take_single(line, tight)
        if not _is_row(line):
            return False
        places = self._places(line)
        if places is None:
            return False
        if tight and isinstance(last, _Row) and self._goes_on(last, line, places):
            for column, cell in places.items():
                last.parts.setdefault(column, _Part()).add(line, cell)
            last.end = line.base
        else:
            self._add(line, places)
        return True

    def _take_single(self, line: PageLine, tight: bool) -> bool:
        """Take up a line with one cell: more of the cell above it, or a heading between rows."""
        cell, last = line.cells[0], self._rows[-1]
        if not isinstance(last, _Row):
            return False
        near = [k for k, c in enumerate(self._columns) if c.aligned(cell, _ALIGNED * line.size)]
        over = [k for k, column in enumerate(self._columns) if column.overlaps(cell)]
        first = self._order(range(len(self._columns)))[0]
        if len(over) == 1 and over[0] in near and tight:
            broken = last.parts.get(over[0], _Part()).text.endswith("-")
            if over[0] != first or line.text[0].islower() or broken:
                last.parts.setdefault(over[0], _Part()).add(line, cell)
                last.end = line.base
                return True
        if over == [first] and first in near:
            self._rows.append(line)
            return True
        return False

    def _places(self, line: PageLine) -> dict[int, Cell] | None:
        """Return the line's cells by column, or None where they do not stand in the columns."""
        places: dict[int, Cell] = {}
        tolerance = _ALIGNED * line.size
        new: list[Cell] = []
        for cell in line.cells:
            free = [k for k in range(len(self._columns)) if k not in places]
            near = [k for k in free if self._columns[k].aligned(cell, tolerance)]
            over = [k for k in free if self._columns[k].overlaps(cell)]
            if len(near) > 1:
                near = [k for k in near if k in over] or near
            if near or len(over) == 1:
                places[(near or over)[0]] = cell
            elif not over:
                new.append(cell)
            else:
                return None
        if len(places) < 2:
            return None
        order = self._order(places)
        if sorted(places, key=lambda k: places[k].left) != order:
            return None
        self._aligned += any(self._columns[k].aligned(places[k], tolerance) for k in order[1:])
        for cell in new:
            self._columns.append(_Column([]))
            places[len(self._columns) - 1] = cell
        for k, cell in places.items():
            self._columns[k].add(cell)
        return places

    def _order(self, columns: Iterable[int]) -> list[int]:
        return sorted(columns, key=lambda k: self._columns[k].cells[0].left)

    def _goes_on(self, row: _Row, line: PageLine, places: dict[int, Cell]) -> bool:
        """Tell whether a line holds the rest of the row above it, broken in several cells."""
        texts = {k: line.text[cell.start : cell.end] for k, cell in places.items()}
        known = all(k in row.parts for k in places)
        begun = any(
            text[0].islower() or (k in row.parts and row.parts[k].text.endswith("-"))
            for k, text in texts.items()
        )
        return known and begun and not any(text[0].isdigit() for text in texts.values())

    def _add(self, line: PageLine, places: dict[int, Cell]) -> None:
        parts = {column: _Part() for column in places}
        for column, cell in places.items():
            parts[column].add(line, cell)
        self._rows.append(_Row(line, parts, line.base))


def _is_row(line: PageLine) -> bool:
    if len(line.cells) < 2 or _LEADER.search(line.text):
        return False
    first = line.cells[0]
    return len(line.cells) > 2 or not _LABEL.fullmatch(line.text[first.start : first.end])


def _is_wide(line: PageLine) -> bool:
    gaps = (after.left - before.right for before, after in itertools.pairwise(line.cells))
    return min(gaps) > WIDE_GAP * line.size
