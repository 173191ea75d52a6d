"""Excel workbooks (.xlsx, .xlsm), row by row."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.readers.cell_values import shown
from ingest.readers.package import opened
from ingest.readers.sheet import limited, sheet_lines
from ingest.readers.text import normalise
from ingest.records import Document
from ingest.structure import Line

_LAST_ROW = 1_048_576  # Excel's own limit; a broken file may claim more


def read_xlsx(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a workbook's visible sheets, each under its name, with values as they are shown.

    Raises KallsvarError where it has a password, is damaged, is empty or has too many rows.
    """
    with opened(data, ".xlsx") as package, warnings.catch_warnings():
        from openpyxl import load_workbook

        # openpyxl warns of what it does not keep when it writes.
        warnings.simplefilter("ignore")
        known = package.properties()
        workbook = load_workbook(
            BytesIO(package.usual(data)), read_only=True, data_only=True, keep_links=False
        )
        sheets = [s for s in workbook.worksheets if s.sheet_state == "visible"]
        lines: list[Line] = []
        for sheet, rows in zip(sheets, limited(map(_rows, sheets)), strict=True):
            name = Line(" ".join(normalise(sheet.title).split()), "heading", level=2, markers=())
            if found := list(sheet_lines(rows)):
                lines += [name, *found]
        if not lines:
            raise KallsvarError("Arbetsboken är tom: inget synligt blad innehåller någon text.")
        document = assemble(lines, document_id=document_id, title=title or known.title)
        return known.on(document)


def _rows(sheet: Any) -> Iterator[Sequence[str]]:
    sheet.reset_dimensions()  # which programs often state wrongly
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > _LAST_ROW:
            break
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    text = value if isinstance(value, str) else shown(value, cell.number_format)
    if not (text.isprintable() and unicodedata.is_normalized("NFC", text)):
        text = normalise(text)
    return " ".join(text.split())
