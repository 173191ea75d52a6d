"""Lines from a marked-up table: facts, or rows as «heading: value»."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ingest.readers.markup_text import Element
from ingest.structure import Line, fact_line, row_line

_LABEL_WORDS = 10
_LABEL_CHARACTERS = 80
# A row or column may claim to go on for ever.
_MOST_COLUMNS = 100
_MOST_ROWS = 1000


class _Cell(NamedTuple):
    """A place in the grid. ``repeats``: its cell begins in a column further left."""

    text: str
    repeats: bool = False


_Row = list[_Cell]


def table_lines(table: Element, text_of: Callable[[Element], str]) -> list[Line] | None:
    """Return a table's lines: its caption, then facts or rows; None where it only lays out.

    ``text_of`` gives a cell's text. What spans several rows stands in each of them; a row that is
    one cell from side to side is a title between the rows.
    """
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    if _lays_out(table, rows):
        return None
    grid = _grid(rows, text_of)
    width = max((len(row) for row in grid), default=0)
    lines = [Line(text) for c in table if c.tag == "caption" and (text := text_of(c))]
    at = 0
    while at < len(grid) and _is_title(grid[at], width):
        lines.append(Line(grid[at][0].text))
        at += 1
    below = at + _head_rows(rows[at:])
    headings = _headings(grid[at:below], width)
    body = [row for row in grid[below:] if any(cell.text for cell in row)]
    facts = width == 2 and not any(headings) and all(_is_fact(r) or _is_title(r, 2) for r in body)
    for row in body:
        if _is_title(row, width):
            lines.append(Line(row[0].text))
        elif facts:
            lines.append(fact_line(row[0].text, row[1].text))
        else:
            lines.append(row_line(headings, ["" if cell.repeats else cell.text for cell in row]))
    if not body and any(headings):
        lines.append(row_line((), headings))
    return lines


def _lays_out(table: Element, rows: list[Element]) -> bool:
    """Tell whether a table sets out a page: it holds what no table of data does, or is a frame."""
    if table.get("role") in ("presentation", "none"):
        return True
    if any(e is not table for e in table.iter("table", "h1", "h2", "h3", "h4", "h5", "h6")):
        return True
    if next(table.iter("th"), None) is not None:
        return False
    columns = max((len(_cells(row)) for row in rows), default=0)
    prose = next(table.iter("p", "ul", "ol", "dl"), None) is not None
    return columns < 2 or (len(rows) < 2 and prose)


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in ("td", "th")]


def _grid(rows: list[Element], text_of: Callable[[Element], str]) -> list[_Row]:
    grid: list[_Row] = []
    hanging: dict[int, tuple[int, _Cell]] = {}  # column: (rows left, what spans them)
    for row in rows:
        places: _Row = []

        def fill(places: _Row = places) -> None:
            while (at := len(places)) in hanging:
                left, cell = hanging.pop(at)
                if left > 1:
                    hanging[at] = left - 1, cell
                places.append(cell)

        for cell in _cells(row):
            fill()
            text = text_of(cell)
            down = _span(cell, "rowspan", _MOST_ROWS)
            for column in range(_span(cell, "colspan", _MOST_COLUMNS)):
                place = _Cell(text, repeats=column > 0)
                if down > 1:
                    hanging[len(places)] = down - 1, place
                places.append(place)
        fill()
        grid.append(places)
    return grid


def _span(cell: Element, name: str, most: int) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), most) if value.isdecimal() and len(value) < 6 else 1


def _is_title(row: _Row, width: int) -> bool:
    return width > 1 and len(row) == width and bool(row[0].text) and all(c.repeats for c in row[1:])


def _is_fact(row: _Row) -> bool:
    label = row[0].text
    short = len(label.split()) <= _LABEL_WORDS and len(label) <= _LABEL_CHARACTERS
    return len(row) == 2 and short and bool(label and row[1].text) and label[-1] not in ".!?"


def _head_rows(rows: list[Element]) -> int:
    """Return how many rows at the top hold headings of columns."""

    def leading(test: Callable[[Element], bool]) -> int:
        return next((i for i, row in enumerate(rows) if not test(row)), len(rows))

    if marked := leading(lambda row: row.getparent().tag == "thead"):
        return marked
    if (by_cells := leading(lambda row: all(c.tag == "th" for c in _cells(row)))) < len(rows):
        if by_cells:
            return by_cells
        return int(leading(_is_bold) == 1)
    return 0


def _is_bold(row: Element) -> bool:
    """Tell whether all of a row's text is in bold type, as the headings of an unmarked table."""
    texts = [(cell, cell.text_content().strip()) for cell in _cells(row)]
    return any(text for _, text in texts) and all(
        not text or any(b.text_content().strip() == text for b in cell.iter("b", "strong"))
        for cell, text in texts
    )


def _headings(rows: list[_Row], width: int) -> list[str]:
    """Return each column's heading; several rows of them are read from the top down."""
    headings: list[str] = []
    for column in range(width):
        parts = [row[column].text for row in rows if column < len(row)]
        headings.append(" ".join(dict.fromkeys(filter(None, parts))))
    return headings
