"""Lines from a sheet of cells: its tables, parted by empty rows, each under its headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice

from ingest.errors import KallsvarError
from ingest.readers.tables import Cell, Layout, caption, is_value
from ingest.structure import Line

# Rows become passages to search, and every filled cell takes memory; more than this is a database,
# not a document.
MOST_ROWS = 50_000
MOST_CELLS = 250_000
# How many rows show whether a table has headings, and whether it is one of facts.
_SAMPLE = 50

Texts = Sequence[str]


def limited(sheets: Iterable[Iterable[Texts]]) -> Iterator[Iterator[Texts]]:
    """Yield the sheets' rows. Raises KallsvarError where all hold more than the limits above."""
    count = cells = 0

    def counted(rows: Iterable[Texts]) -> Iterator[Texts]:
        nonlocal count, cells
        for row in rows:
            filled = sum(map(bool, row))
            count += filled > 0
            cells += filled
            if count > MOST_ROWS or cells > MOST_CELLS:
                limits = f"{MOST_ROWS:,} rader eller {MOST_CELLS:,} ifyllda celler"
                raise KallsvarError(
                    f"Filen är för stor: den har fler än {limits.replace(',', ' ')}. Dela upp den, "
                    "eller spara en kopia med bara det som ska gå att fråga om."
                )
            yield row

    for rows in sheets:
        yield counted(rows)


def sheet_lines(rows: Iterable[Texts]) -> Iterator[Line]:
    """Yield the lines of a sheet, whose rows hold the cells' texts.

    A table that goes on after an empty row keeps its headings.
    """
    layout = Layout()
    for filled, block in groupby(rows, key=any):
        if not filled:
            continue
        cells = ([Cell(text) for text in row] for row in block)
        sample = list(islice(cells, _SAMPLE))
        own, used = Layout.of(sample)
        if own.prose or not _goes_on(layout, own, sample[used - bool(own.headings) :]):
            current = own
        else:
            current, used = layout, used - bool(own.headings)
        if current.headings:
            layout = current
        yield from (line for row in sample[:used] if (line := caption(row)))
        for row in chain(sample[used:], cells):
            yield from current.lines(row)


def _goes_on(layout: Layout, own: Layout, rows: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether rows after an empty one belong under the headings above it."""
    headed = {i for i, heading in enumerate(layout.headings) if heading.text}
    columns = {i for row in rows for i, cell in enumerate(row) if cell.text}
    if not columns <= headed or len(columns) < 2:
        return False
    if not own.headings:
        return True
    # Words over numbers are headings of their own; words over words may well be one more row.
    first, rest = rows[0], rows[1:]
    over_numbers = any(
        not is_value(first[i].text) and all(is_value(r[i].text) for r in rest if i < len(r))
        for i in columns
        if i < len(first) and first[i].text
    )
    return columns == headed and not over_numbers
