"""PowerPoint presentations (.pptx, .pptm): a page for each slide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

from lxml import etree

from ingest.readers.citing import plain
from ingest.readers.elements import Element, Paragraph, Piece, Table, TableCell
from ingest.readers.flow import read_flow
from ingest.readers.package import RELATIONSHIP, commonest, opened
from ingest.readers.slide_order import Box, reading_order
from ingest.records import Document

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NO_BULLET = f"{_A}buNone"
_BULLETS = (f"{_A}buChar", f"{_A}buBlip")
_NUMBERS = f"{_A}buAutoNum"
# What stands on every slide alike.
_FURNITURE = ("sldNum", "dt", "ftr", "hdr")
_TITLES = ("title", "ctrTitle")
_NOTES = "Anteckningar: "


def read_pptx(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a presentation: each slide's title, text, tables, diagrams and speaker's notes.

    Raises KallsvarError where it has a password, is damaged or holds no text.
    """
    with opened(data, ".pptx") as package:
        from pptx import Presentation

        known = package.properties()
        presentation = Presentation(BytesIO(package.usual(data)))
        slides = [_Slide(slide, number) for number, slide in enumerate(presentation.slides, 1)]
        elements = [element for slide in slides for element in slide.elements(known.title)]
        languages = sum((slide.languages for slide in slides), Counter[str]())
        return read_flow(
            elements,
            {},
            replace(known, language=commonest(languages) or known.language),
            document_id=document_id,
            title=title,
            inferred=False,
        )


class _Slide:
    """One slide, read shape by shape. ``slide`` is python-pptx's."""

    def __init__(self, slide: Any, number: int) -> None:
        self.languages: Counter[str] = Counter()
        self._slide = slide
        self._page = number
        tree = slide.shapes.element
        _unwrap(tree)
        self._title = next((e for e in tree.iter(f"{_P}sp") if _placeholder(e) in _TITLES), None)

    def elements(self, known: str | None) -> Iterator[Element]:
        """Yield the slide's title, the rest of it, and its notes.

        The first slide's title is the document's, unless another is ``known``.
        """
        below = [e for box in self._boxes(self._slide.shapes) for e in self._shape(box)]
        filled = [e for e in below if isinstance(e, Table) or plain(e.pieces)]
        filled += self._notes()
        lines = () if self._title is None else self._title.iter(f"{_A}p")
        pieces = tuple(piece for p in lines for piece in (*self._pieces(p), Piece("\n")))
        name = plain(pieces)
        opening = self._title is not None and _placeholder(self._title) == "ctrTitle"
        if name and self._page == 1 and (opening or known in (None, name)):
            yield Paragraph(pieces, "title", 1, page=self._page)
        elif name:
            yield Paragraph(pieces, "heading", 2, page=self._page)
        elif filled:
            yield Paragraph((Piece(f"Bild {self._page}"),), "heading", 2, page=self._page)
        yield from filled

    def _boxes(self, shapes: Iterable[Any]) -> list[Any]:
        """Return the shapes that may hold text, in reading order."""
        return reading_order(
            [
                Box(s.left or 0, s.top or 0, s.width or 0, s.height or 0, s)
                for s in shapes
                if s.element is not self._title
                and _placeholder(s.element) not in _FURNITURE
                and next(s.element.iter(f"{_A}t", f"{_DIAGRAM}relIds"), None) is not None
            ]
        )

    def _shape(self, shape: Any) -> Iterator[Element]:
        from pptx.shapes.group import GroupShape

        if isinstance(shape, GroupShape):
            for inner in self._boxes(shape.shapes):
                yield from self._shape(inner)
        elif (table := shape.element.find(f".//{_A}tbl")) is not None:
            yield self._table(table)
        elif (diagram := shape.element.find(f".//{_DIAGRAM}relIds")) is not None:
            yield from self._diagram(diagram.get(f"{RELATIONSHIP}dm", ""))
        else:
            body = shape.element.find(f"{_P}txBody")
            styles = self._list_styles(shape.element)
            for node in () if body is None else body.iter(f"{_A}p"):
                yield self._paragraph(node, styles)

    def _paragraph(self, node: etree._Element, styles: list[etree._Element]) -> Paragraph:
        own = node.find(f"{_A}pPr")
        level = 0 if own is None else int(own.get("lvl", "0"))
        inherited = (style.find(f"{_A}lvl{level + 1}pPr") for style in styles)
        bullet = next((b for p in (own, *inherited) if (b := _bullet(p)) is not None), _NO_BULLET)
        pieces = tuple(self._pieces(node))
        if bullet == _NO_BULLET:
            return Paragraph(pieces, bold=_is_bold(node), page=self._page)
        return Paragraph(pieces, "item", level, ordered=bullet == _NUMBERS, page=self._page)

    def _list_styles(self, shape: etree._Element) -> list[etree._Element]:
        """Return where a shape's bullets are told, the nearest first: itself, layout, master."""
        places = [shape]
        held = shape.find(f".//{_P}ph")
        layout = self._slide.slide_layout
        if held is not None:
            same = (e for e in layout.element.iter(f"{_P}sp") if _index(e) == held.get("idx", "0"))
            places += list(same)[:1]
        styles = [place.find(f"{_P}txBody/{_A}lstStyle") for place in places]
        name = "otherStyle" if held is None else "bodyStyle"
        styles.append(layout.slide_master.element.find(f"{_P}txStyles/{_P}{name}"))
        return [style for style in styles if style is not None]

    def _table(self, table: etree._Element) -> Table:
        properties = table.find(f"{_A}tblPr")
        headed = properties is not None and properties.get("firstRow") in ("1", "true")
        rows = tuple(
            tuple(
                TableCell(
                    tuple(self._paragraph(node, []) for node in cell.iter(f"{_A}p")),
                    max(1, int(cell.get("gridSpan", "1"))),
                    merged=cell.get("vMerge") in ("1", "true"),
                )
                for cell in row.iter(f"{_A}tc")
                if cell.get("hMerge") not in ("1", "true")
            )
            for row in table.iter(f"{_A}tr")
        )
        return Table(rows, int(headed and len(rows) > 1), page=self._page)

    def _diagram(self, link: str) -> Iterator[Paragraph]:
        """Yield the texts of a diagram («SmartArt»), whose data is a part of its own."""
        part = self._slide.part.related_part(link)
        root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        for point in root.iter(f"{_DIAGRAM}pt"):
            if point.get("type", "node") == "node":
                pieces = [p for node in point.iter(f"{_A}p") for p in self._pieces(node)]
                yield Paragraph(tuple(pieces), "item", page=self._page)

    def _notes(self) -> Iterator[Paragraph]:
        frame = self._slide.notes_slide.notes_text_frame if self._slide.has_notes_slide else None
        for node in () if frame is None else frame._element.iter(f"{_A}p"):
            pieces = tuple(self._pieces(node))
            if plain(pieces):
                # The empty paragraph keeps two notes from being read as two facts.
                yield Paragraph((), page=self._page)
                yield Paragraph((Piece(_NOTES), *pieces), page=self._page)

    def _pieces(self, paragraph: etree._Element) -> Iterator[Piece]:
        for node in paragraph:
            if node.tag == f"{_A}br":
                yield Piece("\n")
            elif node.tag == f"{_A}r" or (node.tag == f"{_A}fld" and not _is_furniture(node)):
                properties = node.find(f"{_A}rPr")
                text = (node.findtext(f"{_A}t") or "").replace("\v", "\n")
                if properties is None:
                    yield Piece(text)
                    continue
                self.languages[properties.get("lang", "")] += len(text)
                yield Piece(
                    text, int(properties.get("baseline", "0").rstrip("%")) > 0,
                    url=self._address(properties),
                )  # fmt: skip
            elif isinstance(node.tag, str):
                yield Piece("".join(t.text or "" for t in node.iter(_MATH_TEXT)))

    def _address(self, properties: etree._Element) -> str | None:
        click = properties.find(f"{_A}hlinkClick")
        link = None if click is None else self._slide.part.rels.get(click.get(f"{RELATIONSHIP}id"))
        return str(link.target_ref) if link is not None and link.is_external else None


def _unwrap(tree: etree._Element) -> None:
    """Put in place of what is kept in two versions (text with formulas, say) the first of them."""
    for both in list(tree.iter(f"{_COMPATIBILITY}AlternateContent")):
        choice, parent = both.find(f"{_COMPATIBILITY}Choice"), both.getparent()
        if choice is not None and parent is not None:
            for at, node in enumerate(list(choice), parent.index(both)):
                parent.insert(at, node)
            parent.remove(both)


def _placeholder(shape: etree._Element) -> str:
    """Return the kind of placeholder that a shape is, "" for none."""
    held = shape.find(f"*/*/{_P}ph")
    return "" if held is None else str(held.get("type", "obj"))


def _index(shape: etree._Element) -> str | None:
    held = shape.find(f"*/*/{_P}ph")
    return None if held is None else str(held.get("idx", "0"))


def _bullet(properties: etree._Element | None) -> str | None:
    """Return what kind of bullet a paragraph's properties tell, None where they tell nothing."""
    for node in () if properties is None else properties:
        if node.tag in (_NO_BULLET, _NUMBERS):
            return str(node.tag)
        if node.tag in _BULLETS:
            return _BULLETS[0]
    return None


def _is_bold(paragraph: etree._Element) -> bool:
    runs = [r for r in paragraph.iter(f"{_A}r") if (r.findtext(f"{_A}t") or "").strip()]
    set_so = (r.find(f"{_A}rPr") for r in runs)
    return bool(runs) and all(p is not None and p.get("b") in ("1", "true") for p in set_so)


def _is_furniture(field: etree._Element) -> bool:
    return str(field.get("type", "")).startswith(("slidenum", "datetime"))
