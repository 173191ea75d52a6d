"""A table's rows as facts («rubrik: värde») or as rows under the table's headings."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.pdf.layout import Cell, PageLine
from ingest.pdf.notes import Notes
from ingest.pdf.paragraphs import Paragraph, Table
from ingest.structure import Line, fact_line, row_line

_YEAR = re.compile(r"(?:19|20)\d\d(?:\D(?:19|20)?\d\d)?")
_FACT = re.compile(r"[^:]{1,80}:\s+\S.*")
_SENTENCE = re.compile(r"[.!?]$")
_LABEL_CHARACTERS = 120

_Text = tuple[str, list[tuple[int, int]]]


def table_lines(table: Table, notes: Notes) -> list[Line]:
    """Return a line for each row: a fact where the table is labels and values, else a row."""
    rows = [[_cell(row, cell, table.page, notes) for cell in row.cells] for row in table.rows]
    headings = [""] * len(rows[0])
    if _has_headings(table):
        headings = [text for text, _ in rows.pop(0)]
    lines: list[Line] = []
    for row in rows:
        filled = [cell for cell in row if cell[0]]
        if len(filled) > 1 and all(_FACT.fullmatch(text) for text, _ in filled):
            # A form: each cell is a fact by itself.
            for text, markers in filled:
                label, _, value = text.partition(":")
                lines.append(replace(fact_line(label, value.strip()), markers=tuple(markers)))
        elif len(row) == 2 and len(filled) == 2 and not any(headings) and _is_label(row[0][0]):
            lines.append(_fact(row[0], row[1]))
        else:
            lines.append(_row(headings, row))
    return [replace(line, page=table.page) for line in lines]


def _cell(row: PageLine, cell: Cell, page: int, notes: Notes) -> _Text:
    raised = [(a - cell.start, b - cell.start) for a, b in row.raised if cell.start <= a < cell.end]
    text = row.text[cell.start : cell.end]
    part = Paragraph(text, page, row.size, row.bold, cell.left, raised=raised)
    text, markers, _ = notes.lift(part)
    return text, markers


def _has_headings(table: Table) -> bool:
    """Tell whether the first row names the columns: it alone is bold or without figures."""
    first, *others = table.rows
    if not others:
        return False
    if first.bold and not all(row.bold for row in others):
        return True
    names = [first.text[cell.start : cell.end] for cell in first.cells[1:]]
    if len(names) < 2 or not all(names):
        return False
    if any(_figures(name) and not _YEAR.fullmatch(name) for name in names):
        return False
    values = [row.text[c.start : c.end] for row in others for c in row.cells[1:] if c.end > c.start]
    figures = sum(_figures(value) and not _YEAR.fullmatch(value) for value in values)
    return 2 * figures > len(values)


def _figures(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_label(text: str) -> bool:
    return len(text) <= _LABEL_CHARACTERS and not _SENTENCE.search(text)


def _fact(label: _Text, value: _Text) -> Line:
    line = fact_line(label[0], value[0])
    shift = len(line.text) - len(value[0])
    markers = [*label[1], *((at + shift, number) for at, number in value[1])]
    return replace(line, markers=tuple(markers))


def _row(headings: list[str], row: list[_Text]) -> Line:
    line = row_line(headings, [text for text, _ in row])
    filled = [markers for text, markers in row if text]
    markers = [
        (start + at, number)
        for (_, (start, _)), own in zip(line.cells, filled, strict=True)
        for at, number in own
    ]
    return replace(line, markers=tuple(markers))
