"""What a word processor's or a presentation's file holds, whichever its format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph's text ("\\n" is a line break in it), or a note cited there.

    ``raised`` text is set as a superscript; ``note`` is a cited note's key; ``url`` is where the
    text leads, if it is a link.
    """

    text: str = ""
    raised: bool = False
    note: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as its format describes it.

    ``level`` is a heading's or an item's, as in ``structure.Line``. ``ordered``: an item whose
    number the program writes. ``continues``: a further paragraph of the item above. ``bold``: all
    of it is.
    """

    pieces: tuple[Piece, ...]
    kind: Literal["title", "heading", "item", "paragraph"] = "paragraph"
    level: int = 0
    ordered: bool = False
    continues: bool = False
    bold: bool = False
    page: int | None = None


@dataclass(frozen=True, slots=True)
class TableCell:
    """A table's cell. ``columns`` is how many it spans; ``merged``: it continues the one above."""

    content: tuple[Paragraph | Table, ...] = ()
    columns: int = 1
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; so many of its first rows (``headers``) are declared to hold headings."""

    rows: tuple[tuple[TableCell, ...], ...]
    headers: int = 0
    page: int | None = None


Element = Paragraph | Table
Notes = Mapping[str, Sequence[Piece]]


def paragraphs(elements: Iterable[Element]) -> Iterator[Paragraph]:
    """Yield the paragraphs, those in tables too, in reading order."""
    for element in elements:
        if isinstance(element, Paragraph):
            yield element
        else:
            for row in element.rows:
                for cell in row:
                    yield from paragraphs(cell.content)
