"""OpenDocument texts (.odt), as LibreOffice and others write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from ingest.readers.elements import Element, Paragraph, Piece, Table, TableCell, paragraphs
from ingest.readers.flow import read_flow
from ingest.readers.odt_styles import OFFICE, TEXT, Look, Styles
from ingest.readers.package import Package, Properties, commonest, opened, properties
from ingest.records import Document

_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_META = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
}
# Made by the program out of the text, or no part of it as it reads now.
_LEFT_OUT = {
    f"{TEXT}{name}"
    for name in (
        "table-of-content", "illustration-index", "table-index", "object-index", "user-index",
        "alphabetical-index", "tracked-changes", "note-citation", "ruby-text", "hidden-text",
        "hidden-paragraph", "script", "list-level-style-number", "sequence-decls",
    )
} | {f"{OFFICE}annotation", f"{OFFICE}annotation-end"}  # fmt: skip
_MOST_COLUMNS = 63


def read_odt(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read an OpenDocument text as it reads with all changes accepted.

    Raises KallsvarError where it has a password, is damaged or holds no text.
    """
    with opened(data, ".odt") as package:
        root = package.xml("content.xml")
        if root is None or (body := root.find(f"{OFFICE}body/{OFFICE}text")) is None:
            raise ValueError("no text in the package")
        text = _Text(Styles(root, package.xml("styles.xml")))
        elements = list(text.elements(body))
        known = _properties(package)
        return read_flow(
            elements,
            text.notes,
            replace(known, language=commonest(text.languages) or known.language),
            document_id=document_id,
            title=title,
        )


@dataclass(slots=True)
class _Inline:
    """A paragraph's text as it is read, and the frames that are anchored in it."""

    pieces: list[Piece] = field(default_factory=list)
    frames: list[etree._Element] = field(default_factory=list)
    bold: set[bool] = field(default_factory=set)


class _Text:
    """Walks the text; the notes met are kept by key."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self.languages: Counter[str] = Counter()
        self.notes: dict[str, list[Piece]] = {}

    def elements(self, parent: Iterable[etree._Element]) -> Iterator[Element]:
        """Yield the paragraphs and tables in a body, a section, a cell, a frame or a note."""
        for node in parent:
            if node.tag in (f"{TEXT}p", f"{TEXT}h"):
                yield from self._paragraph(node)
            elif node.tag == f"{TEXT}list":
                yield from self._list(node, node.get(f"{TEXT}style-name", ""), 1)
            elif node.tag == f"{_TABLE}table":
                yield self._table(node)
            elif isinstance(node.tag, str) and node.tag not in _LEFT_OUT:
                yield from self.elements(node)

    def _paragraph(self, node: etree._Element, item: Paragraph | None = None) -> Iterator[Element]:
        """Yield a paragraph, in a list made as ``item``, and what its frames hold."""
        style = node.get(f"{TEXT}style-name", "")
        line = _Inline()
        self._inline(node, line, self._styles.look("paragraph", style))
        level = self._styles.level(style)
        if node.tag == f"{TEXT}h" and level != 0:
            told = node.get(f"{TEXT}outline-level", "")
            level = int(told) if told.isdecimal() else level or 1
        pieces, bold = tuple(line.pieces), line.bold == {True}
        if level is not None:
            yield Paragraph(pieces, "heading" if level else "title", level + 1)
        elif item:
            yield replace(item, pieces=pieces, bold=bold)
        else:
            yield Paragraph(pieces, bold=bold)
        for frame in line.frames:
            yield from self.elements(frame)

    def _list(self, node: etree._Element, style: str, depth: int) -> Iterator[Element]:
        item = Paragraph((), "item", depth - 1, ordered=self._styles.ordered(style, depth))
        for member in node:
            continues = False
            for part in member:
                if part.tag == f"{TEXT}list":
                    yield from self._list(part, part.get(f"{TEXT}style-name", style), depth + 1)
                elif part.tag not in (f"{TEXT}p", f"{TEXT}h"):
                    yield from self.elements([part])
                elif member.tag == f"{TEXT}list-header":
                    yield from self._paragraph(part)
                else:
                    yield from self._paragraph(part, replace(item, continues=continues))
                    continues = True

    def _table(self, node: etree._Element) -> Table:
        rows = [
            tuple(self._cells(row))
            for row in node.iter(f"{_TABLE}table-row")
            if next(row.iterancestors(f"{_TABLE}table")) is node
        ]
        headers = node.find(f"{_TABLE}table-header-rows")
        return Table(tuple(rows), 0 if headers is None else len(headers))

    def _cells(self, row: etree._Element) -> Iterator[TableCell]:
        covered = 0
        for node in row:
            times = _count(node, "number-columns-repeated")
            if node.tag == f"{_TABLE}covered-table-cell":
                # Covered from the left by a cell that spans it, or else from above.
                for _ in range(max(0, times - covered)):
                    yield TableCell(merged=True)
                covered = max(0, covered - times)
            elif node.tag == f"{_TABLE}table-cell":
                content = tuple(self.elements(node))
                columns = _count(node, "number-columns-spanned")
                covered = columns - 1
                for _ in range(times):
                    yield TableCell(content, columns)

    def _inline(
        self, parent: etree._Element, line: _Inline, look: Look, url: str | None = None
    ) -> None:
        self._add(parent.text, line, look, url)
        for node in parent:
            tag = node.tag if isinstance(node.tag, str) else ""
            if tag in (f"{TEXT}s", f"{TEXT}tab"):
                self._add(" ", line, look, url)
            elif tag == f"{TEXT}line-break":
                line.pieces.append(Piece("\n"))
            elif tag == f"{TEXT}note":
                line.pieces.append(Piece(note=self._note(node)))
            elif tag == f"{TEXT}note-ref":
                line.pieces.append(Piece(note=node.get(f"{TEXT}ref-name", "")))
            elif tag.startswith(_DRAW):
                line.frames.append(node)
            elif tag and tag not in _LEFT_OUT:
                style = node.get(f"{TEXT}style-name", "") if tag == f"{TEXT}span" else ""
                inner = self._styles.look("text", style, look) if style else look
                self._inline(node, line, inner, node.get(_HREF) or url)
            self._add(node.tail, line, look, url)

    def _add(self, text: str | None, line: _Inline, look: Look, url: str | None) -> None:
        if not text or look.hidden:
            return
        line.pieces.append(Piece(text.replace("\n", " "), look.raised, url=url))
        if text.strip():
            line.bold.add(look.bold)
            self.languages[look.language] += len(text)

    def _note(self, node: etree._Element) -> str:
        key = node.get(f"{TEXT}id") or f"note {len(self.notes)}"
        body = node.find(f"{TEXT}note-body")
        self.notes[key] = []
        inside = () if body is None else paragraphs(self.elements(body))
        self.notes[key] += [piece for p in inside for piece in (*p.pieces, Piece("\n"))]
        return key


def _count(node: etree._Element, name: str) -> int:
    told = node.get(f"{_TABLE}{name}", "")
    return min(max(int(told), 1), _MOST_COLUMNS) if told.isdecimal() and len(told) < 10 else 1


def _properties(package: Package) -> Properties:
    root = package.xml("meta.xml")
    meta = None if root is None else root.find(f"{OFFICE}meta")
    if meta is None:
        return Properties()
    return properties(
        title=meta.findtext("dc:title", None, _META),
        author=meta.findtext("meta:initial-creator", None, _META)
        or meta.findtext("dc:creator", None, _META),
        date=meta.findtext("dc:date", None, _META)
        or meta.findtext("meta:creation-date", None, _META),
        language=meta.findtext("dc:language", None, _META),
    )
