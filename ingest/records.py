"""What reading a document yields. Every offset counts characters of ``Document.text``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "item", "fact", "row", "reference"]
DocumentKind = Literal["document", "reference"]
ChunkKind = Literal["passage", "unit"]


# Between the headings of a context.
HEADINGS = " › "


class Span(NamedTuple):
    """A half-open range of characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document's structure.

    ``level`` is a heading's (1 is the title in the text, 2 the first below it). ``lead`` is the
    range of the sentence or line that leads in to the list that an item belongs to. ``label`` and
    ``body`` are a fact's label and value, or the name and description of a named item. ``cells``
    are a table row's column headings and values; a heading is empty where the table has none.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    lead: Span | None = None
    label: Span | None = None
    body: Span | None = None
    cells: tuple[tuple[Span, Span], ...] = ()


class Marker(NamedTuple):
    """A reference marker lifted out of the text: it stood at ``offset`` and pointed at ``number``.

    ``closes_list`` marks one that stood alone after a list and so covers all of it.
    """

    offset: int
    number: int
    closes_list: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of a document's reference list. ``url`` is None where no address is known.

    ``entry`` is all that is written, without number and address, where that is more than
    «publisher, title».
    """

    number: int
    publisher: str | None
    title: str
    url: str | None = None
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: clean text, its structure, and what it rests on.

    ``id`` is the path under the corpus folder; a reference record's is ``<path>#<number>``.
    ``pages`` holds the start offset of each page, for formats that have pages.
    """

    id: str
    title: str
    text: str
    blocks: tuple[Block, ...] = ()
    markers: tuple[Marker, ...] = ()
    references: tuple[Reference, ...] = ()
    publisher: str | None = None
    url: str | None = None
    author: str | None = None
    language: str = "sv"
    date: str | None = None
    kind: DocumentKind = "document"
    pages: tuple[int, ...] = ()

    def section(self, offset: int) -> tuple[str, ...]:
        """Return the headings above ``offset``, outermost first; the title is not one of them."""
        path: list[tuple[int, str]] = []
        for block in self.blocks:
            if block.span.start > offset:
                break
            if block.kind == "heading" and block.level > 1:
                while path and path[-1][0] >= block.level:
                    path.pop()
                path.append((block.level, self.text[block.span.start : block.span.end]))
        return tuple(text for _, text in path)

    def page(self, offset: int) -> int | None:
        """Return the page (from 1) that holds ``offset``, or None where there are no pages."""
        return sum(start <= offset for start in self.pages) or None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a document to search: a passage to show, or a unit (sentence, item, fact) of one.

    ``document.text[start:end] == text`` always holds. ``context`` (the title and headings that
    stand in the text, and for an item its lead-in) is embedded and searched with the text but never
    shown as part of it. ``title`` is what the document is called where its text does not say so (in
    its metadata, or by the file's name): searched only, so that a new title embeds nothing.
    """

    document_id: str
    kind: ChunkKind
    start: int
    end: int
    text: str
    context: str = ""
    parent: str | None = None
    title: str = ""
    id: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(f"{self.about}\0{self.text}".encode()).hexdigest()[:8]
        object.__setattr__(
            self, "id", f"{self.document_id}:{self.kind[0]}{self.start}-{self.end}:{digest}"
        )

    @property
    def about(self) -> str:
        """What the text stands under, outermost first: title, then context."""
        return HEADINGS.join(part for part in (self.title, self.context) if part)

    @property
    def embedded_text(self) -> str:
        """The text that is embedded: context, a line break, the text itself."""
        return f"{self.context}\n{self.text}" if self.context else self.text
