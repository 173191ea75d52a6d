"""Tables as text (.csv, .tsv): one row a line, the cells parted by one sign throughout."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.readers.sheet import limited, sheet_lines
from ingest.readers.text import decode, normalise
from ingest.records import Document

_DELIMITERS = ";\t,|"
_SAMPLE_CHARACTERS = 4000  # the sniffer's time grows with their square


def read_csv(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a table kept as text. Raises KallsvarError where it is empty, no text or no table."""
    text = normalise(decode(data))
    first, _, rest = text.partition("\n")
    delimiter = None
    if first.startswith("sep=") and len(first) == 5:  # Excel's own way to tell
        delimiter, text = first[4], rest
    rows = _rows(text, delimiter or _delimiter(text[:_SAMPLE_CHARACTERS]))
    lines = [line for sheet in limited([rows]) for line in sheet_lines(sheet)]
    if not lines:
        raise KallsvarError("Filen är tom.")
    return assemble(lines, document_id=document_id, title=title)


def _rows(text: str, delimiter: str) -> Iterator[Sequence[str]]:
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            yield [" ".join(cell.split()) for cell in row]
    except csv.Error as error:
        raise KallsvarError(
            f"Filen går inte att läsa som en tabell ({error}). Öppna den i ett kalkylprogram och "
            "spara den som .xlsx."
        ) from error


def _delimiter(sample: str) -> str:
    """Return the sign that parts the cells: the likeliest, or else the commonest."""
    try:
        return csv.Sniffer().sniff(sample, delimiters=_DELIMITERS).delimiter
    except csv.Error:
        return max(_DELIMITERS, key=sample.count)
