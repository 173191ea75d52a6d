"""Word documents (.docx, .docm).

Read from the parts themselves: no library gives the text with its notes, tracked changes, content
controls and text boxes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from ingest.readers.docx_styles import Styles, W, on, value, whole
from ingest.readers.elements import Element, Notes, Paragraph, Piece, Table, TableCell, paragraphs
from ingest.readers.flow import read_flow
from ingest.readers.package import RELATIONSHIP, Package, commonest, opened
from ingest.records import Document

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NOTEREF = re.compile(r'\s*NOTEREF\s+"?([^\s"\\]+)')
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+"?(https?:[^\s"]+)')
# What only wraps text: changes that were kept, tags, controls, directions of writing.
_WRAPPERS = {"ins", "moveTo", "smartTag", "customXml", "sdtContent", "dir", "bdo"}
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}
_MOST_COLUMNS = 63  # Word's own limit


def read_docx(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a Word document: its text as with all changes accepted, no headers and footers.

    Raises KallsvarError where it has a password, is damaged or holds no text.
    """
    with opened(data, ".docx") as package:
        part = package.linked("", "officeDocument") or "word/document.xml"
        root = package.xml(part)
        if root is None or (body := root.find(f"{W}body")) is None:
            raise ValueError("no text in the package")
        styles = Styles(
            *(package.xml(package.linked(part, kind) or "") for kind in ("styles", "numbering"))
        )
        text = _Text(styles, package.links(part), _noted_bookmarks(body))
        elements = list(text.elements(body))
        properties = package.properties()
        return read_flow(
            elements,
            _notes(package, part, styles),
            replace(properties, language=commonest(text.languages) or properties.language),
            document_id=document_id,
            title=title,
        )


@dataclass(slots=True)
class _Inline:
    """A paragraph's text as it is read. ``fields`` are the open ones: [instruction, its end]."""

    styled_bold: bool
    pieces: list[Piece]
    boxes: list[etree._Element] = field(default_factory=list)
    fields: list[tuple[str, bool]] = field(default_factory=list)
    bold: set[bool] = field(default_factory=set)


class _Text:
    """Walks one part's text. ``links`` are the part's; ``bookmarks`` hold notes, by name."""

    def __init__(
        self, styles: Styles, links: dict[str, tuple[str, str]], bookmarks: dict[str, str]
    ) -> None:
        self._styles = styles
        self._links = links
        self._bookmarks = bookmarks
        self.languages: Counter[str] = Counter()

    def elements(self, parent: etree._Element) -> Iterator[Element]:
        """Yield the paragraphs and tables in a body, a cell, a text box or a note."""
        held: list[Piece] = []
        for node in parent:
            tag = _tag(node)
            if tag == "p":
                held = yield from self._paragraph(node, held)
            elif tag == "tbl":
                yield self._table(node)
            elif tag in _WRAPPERS or (tag == "sdt" and not _is_left_out(node)):
                yield from self.elements(node)
        if held:
            yield Paragraph(tuple(held))

    def _paragraph(
        self, node: etree._Element, held: list[Piece]
    ) -> Generator[Element, None, list[Piece]]:
        """Yield a paragraph and the text boxes at it; return it where it runs into the next."""
        role = self._styles.role(node.find(f"{W}pPr"))
        if role.contents:
            return held
        line = _Inline(role.bold, held)
        self._inline(node, line)
        # A deleted paragraph mark joins the paragraph to the next one.
        joined = node.find(f"{W}pPr/{W}rPr/{W}del") is not None
        if not joined:
            pieces, bold = tuple(line.pieces), line.bold == {True}
            if role.level is not None:
                yield Paragraph(pieces, "heading" if role.level else "title", role.level + 1)
            elif role.listed:
                yield Paragraph(pieces, "item", role.depth, ordered=role.ordered, bold=bold)
            else:
                yield Paragraph(pieces, bold=bold)
        for box in line.boxes:
            yield from self.elements(box)
        return line.pieces if joined else []

    def _table(self, node: etree._Element) -> Table:
        rows: list[tuple[TableCell, ...]] = []
        headers = 0
        for row in _within(node, "tr"):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                continue
            before = None if properties is None else properties.find(f"{W}gridBefore")
            header = None if properties is None else properties.find(f"{W}tblHeader")
            if header is not None and on(value(header, "val")) and headers == len(rows):
                headers += 1
            empty = [] if before is None else [TableCell(columns=_columns(before))]
            rows.append((*empty, *(self._cell(cell) for cell in _within(row, "tc"))))
        return Table(tuple(rows), headers or int(self._styles.headed(node)))

    def _cell(self, node: etree._Element) -> TableCell:
        span = node.find(f"{W}tcPr/{W}gridSpan")
        merge = node.find(f"{W}tcPr/{W}vMerge")
        return TableCell(
            tuple(self.elements(node)),
            1 if span is None else _columns(span),
            merged=merge is not None and value(merge, "val") != "restart",
        )

    def _inline(self, parent: etree._Element, line: _Inline, url: str | None = None) -> None:
        for node in parent:
            tag = _tag(node)
            if tag == "r":
                self._run(node, line, url)
            elif tag == "hyperlink":
                kind, target = self._links.get(node.get(f"{RELATIONSHIP}id", ""), ("", None))
                self._inline(node, line, target if kind == "hyperlink" else url)
            elif tag == "fldSimple":
                line.fields.append((value(node, "instr"), False))
                self._result(line)
                self._inline(node, line, url)
                line.fields.pop()
            elif tag in _WRAPPERS or (tag == "sdt" and not _is_left_out(node)):
                self._inline(node, line, url)
            elif node.tag in (f"{_MATH}oMath", f"{_MATH}oMathPara"):
                line.pieces.append(Piece("".join(t.text or "" for t in node.iter(f"{_MATH}t"))))

    def _run(self, node: etree._Element, line: _Inline, url: str | None) -> None:
        properties = node.find(f"{W}rPr")
        if on(self._styles.format(properties, "vanish")):
            return
        marked = False
        for child in node:
            tag = _tag(child)
            if kind := _NOTES.get(tag):
                line.pieces.append(Piece(note=f"{kind} {value(child, 'id')}"))
                # A mark of the writer's own («*») stands in the text after the note it marks.
                marked = on(child.get(f"{W}customMarkFollows"))
            elif tag == "fldChar":
                self._field(value(child, "fldCharType"), line)
            elif tag == "instrText" and line.fields:
                instruction, ended = line.fields[-1]
                line.fields[-1] = (instruction + (child.text or ""), ended)
            elif text := _text(child):
                if not marked and not self._hidden(line):
                    self._add(text, properties, line, url)
            else:
                line.boxes += _boxes(child)

    def _add(
        self, text: str, properties: etree._Element | None, line: _Inline, url: str | None
    ) -> None:
        style = self._styles.format
        lifted = whole(style(properties, "position")) > 2  # half points, by hand
        raised = style(properties, "vertAlign") == "superscript" or lifted
        linked = (found[1] for f, _ in line.fields if (found := _HYPERLINK.match(f)))
        line.pieces.append(Piece(text, raised, url=url or next(linked, None)))
        if text.strip():
            bold = style(properties, "b")
            line.bold.add(line.styled_bold if bold is None else on(bold))
            language = style(properties, "lang") or self._styles.language
            self.languages[language] += len(text)

    def _field(self, change: str, line: _Inline) -> None:
        if change == "begin":
            line.fields.append(("", False))
        elif change == "separate" and line.fields:
            self._result(line)
        elif change == "end" and line.fields:
            line.fields.pop()

    def _result(self, line: _Inline) -> None:
        """End a field's instruction; one that refers to a note cites it again."""
        instruction, _ = line.fields[-1]
        line.fields[-1] = (instruction, True)
        if key := self._noted(instruction):
            line.pieces.append(Piece(note=key))

    def _hidden(self, line: _Inline) -> bool:
        return any(not ended or self._noted(field) for field, ended in line.fields)

    def _noted(self, instruction: str) -> str | None:
        found = _NOTEREF.match(instruction)
        return self._bookmarks.get(found[1]) if found else None


def _notes(package: Package, part: str, styles: Styles) -> Notes:
    found = {}
    for name in _NOTES.values():
        notes_part = package.linked(part, name)
        root = package.xml(notes_part) if notes_part else None
        if notes_part is None or root is None:
            continue
        text = _Text(styles, package.links(notes_part), {})
        for note in root:
            if value(note, "type") in ("", "normal"):
                inside = paragraphs(text.elements(note))
                pieces = [piece for p in inside for piece in (*p.pieces, Piece("\n"))]
                found[f"{name} {value(note, 'id')}"] = pieces
    return found


def _noted_bookmarks(body: etree._Element) -> dict[str, str]:
    """Return the notes that bookmarks hold, by the bookmark's name; fields refer to them so."""
    found: dict[str, str] = {}
    inside: dict[str, str] = {}
    for node in body.iter(f"{W}bookmarkStart", f"{W}bookmarkEnd", *(W + tag for tag in _NOTES)):
        tag = _tag(node)
        if tag == "bookmarkStart":
            inside[value(node, "id")] = value(node, "name")
        elif tag == "bookmarkEnd":
            inside.pop(value(node, "id"), None)
        else:
            for name in inside.values():
                found.setdefault(name, f"{_NOTES[tag]} {value(node, 'id')}")
    return found


def _tag(node: etree._Element) -> str:
    """Return the name of one of Word's own elements, "" of another."""
    return node.tag[len(W) :] if isinstance(node.tag, str) and node.tag.startswith(W) else ""


def _text(node: etree._Element) -> str:
    tag = _tag(node)
    if tag == "sym":
        code = value(node, "char")
        character = chr(int(code, 16)) if re.fullmatch("[0-9A-Fa-f]{4}", code) else ""
        # Symbol fonts keep their signs where no character has its place.
        return "" if "\ud800" <= character <= "\uf8ff" else character
    if tag == "t":
        return (node.text or "").replace("\n", " ")
    return {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(tag, "")


def _boxes(node: etree._Element) -> Iterator[etree._Element]:
    """Yield the text boxes in a drawing, those kept in two versions once."""
    if _tag(node) == "txbxContent":
        yield node
        return
    choices = node.findall(f"{_COMPATIBILITY}Choice")[:1]
    for child in choices or node:
        yield from _boxes(child)


def _within(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield a table's rows or a row's cells, also those in content controls."""
    for node in parent:
        if _tag(node) == tag:
            yield node
        elif _tag(node) in _WRAPPERS or _tag(node) == "sdt":
            yield from _within(node, tag)


def _is_left_out(control: etree._Element) -> bool:
    """Tell whether a content control holds a table of contents, or only asks to be filled in."""
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    asks = control.find(f"{W}sdtPr/{W}showingPlcHdr")
    contents = gallery is not None and value(gallery, "val") == "Table of Contents"
    return contents or (asks is not None and on(value(asks, "val")))


def _columns(span: etree._Element) -> int:
    return min(max(whole(value(span, "val")), 1), _MOST_COLUMNS)
