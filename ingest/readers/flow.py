"""A Document from paragraphs and tables, as the readers of word processors' files yield them.

Their formats say what is a heading, an item, a note. What only looks like structure (a list typed
with hyphens, headings that are merely bold, a typed reference list) is told here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.readers.citing import Citations, Markers, entry, linked, plain
from ingest.readers.elements import Element, Notes, Paragraph, Table, TableCell, paragraphs
from ingest.readers.package import Properties
from ingest.readers.tables import Cell, table_lines
from ingest.records import Document, Reference
from ingest.references import LIST_HEADING, parse_entry
from ingest.structure import Line, classify, looks_like_heading

_HEADINGS = ("title", "heading")
_COMPLETE = re.compile(r"[.!?:;,»”\")]$")


def read_flow(
    elements: Iterable[Element],
    notes: Notes,
    properties: Properties,
    *,
    document_id: str,
    title: str | None,
    inferred: bool = True,
) -> Document:
    """Build the Document of paragraphs and tables; ``notes`` are those that they cite, by key.

    ``inferred`` allows headings that the format does not tell to be told from their looks.
    Raises KallsvarError where there is no text.
    """
    body = list(_unboxed(elements))
    if inferred:
        body = _bold_headings(body)
    listed = _reference_list(body)
    known = [entry for entry in listed.values() if entry]
    citations = Citations(notes, known, paragraphs(body))
    lines = _lines(body, listed, citations)
    if not lines:
        raise KallsvarError(
            "Filen innehåller ingen text. Består den av bilder, till exempel inskannade sidor, "
            "så behöver de textigenkännas först."
        )
    styled = any(line.kind in _HEADINGS for line in lines)
    lines = classify(lines, has_title=styled, headings=inferred and not styled)
    if inferred and styled:
        lines = _one_title(lines)
        lines = _promoted(lines, named=properties.title is not None)
    named = styled and any(line.kind == "title" for line in lines)
    document = assemble(
        [*_led(lines), *_note_lines(citations, lines[-1])],
        [*known, *(note for note, _ in citations.cited)],
        document_id=document_id,
        title=title or (None if named else properties.title),
    )
    return properties.on(document)


def _unboxed(elements: Iterable[Element]) -> Iterator[Element]:
    """Open the tables that are no tables but frames: of one column, or with headings in them."""
    for element in elements:
        if isinstance(element, Paragraph):
            yield element
            continue
        cells = [cell for row in element.rows for cell in row if not cell.merged]
        inside = [part for cell in cells for part in cell.content]
        framed = any(isinstance(part, Table) or part.kind in _HEADINGS for part in inside)
        if framed or all(len(row) == 1 for row in element.rows):
            yield from _unboxed(inside)
        else:
            yield element


def _bold_headings(elements: list[Element]) -> list[Element]:
    """Where no style says what is a heading, take short bold paragraphs over others for it."""
    filled = [i for i, e in enumerate(elements) if isinstance(e, Table) or plain(e.pieces)]
    found = list(elements)
    for at, i in enumerate(filled):
        element = elements[i]
        if isinstance(element, Table):
            continue
        if element.kind in _HEADINGS:
            return elements
        below = elements[filled[at + 1]] if at + 1 < len(filled) else None
        if (
            element.kind == "paragraph"
            and element.bold
            and below is not None
            and (at == 0 or not (isinstance(below, Paragraph) and below.bold))
            and looks_like_heading(plain(element.pieces))
        ):
            found[i] = replace(element, kind="heading" if at else "title", level=2 if at else 1)
    return found


def _reference_list(elements: Sequence[Element]) -> dict[int, Reference | None]:
    """Find the last typed reference list: the place of its heading (None) and of each entry."""
    for at in range(len(elements) - 1, -1, -1):
        heading = elements[at]
        if isinstance(heading, Table) or not LIST_HEADING.fullmatch(plain(heading.pieces)):
            continue
        found: dict[int, Reference | None] = {}
        for i in range(at + 1, len(elements)):
            below = elements[i]
            if isinstance(below, Table) or below.kind in _HEADINGS:
                break
            if not (text := plain(below.pieces)):
                continue
            if below.ordered:
                found[i] = entry(len(found) + 1, text, below.pieces)
            elif typed := parse_entry(text):
                found[i] = linked(typed, below.pieces)
            else:
                return {}
        return {at: None, **found} if found else {}
    return {}


def _lines(
    elements: Sequence[Element], listed: Mapping[int, Reference | None], citations: Citations
) -> list[Line]:
    lines: list[Line] = []
    broken = True
    for i, element in enumerate(elements):
        if isinstance(element, Table):
            rows = ([_cell(cell, citations) for cell in row] for row in element.rows)
            new = table_lines(rows, headers=element.headers)
        elif i in listed:
            new = [_listed(element, listed[i])]
        else:
            text, markers = citations.text(element.pieces)
            if markers and lines and not text:
                # A marker alone after a list or a table is its last line's.
                end = len(lines[-1].text)
                alone = tuple((end, number) for _, number in markers)
                lines[-1] = replace(lines[-1], markers=(*(lines[-1].markers or ()), *alone))
            if element.continues and not (lines and lines[-1].kind == "item"):
                element = replace(element, continues=False)
            new = _paragraph(element, text, markers, citations.flattened)
        if new:
            new[0] = replace(new[0], after_break=broken)
        broken = not new or isinstance(element, Table)
        lines += [replace(line, page=element.page) for line in new]
    return lines


def _listed(paragraph: Paragraph, found: Reference | None) -> Line:
    """Return the line of a typed reference list's heading (there is no reference) or entry."""
    text = plain(paragraph.pieces)
    if found is None:
        level = paragraph.level if paragraph.kind == "heading" else 2
        return Line(text.rstrip(": "), "heading", level=level, markers=())
    number = f"{found.number}. " if paragraph.ordered else ""
    return Line(number + text, "entry", markers=())


def _paragraph(paragraph: Paragraph, text: str, markers: Markers, flattened: bool) -> list[Line]:
    lines = []
    parts = _parts(text) if paragraph.kind == "paragraph" else [(0, len(text))]
    for start, end in parts:
        inside = tuple((at - start, number) for at, number in markers if start <= at <= end)
        line = Line(
            text[start:end].replace("\n", " "),
            paragraph.kind,
            level=paragraph.level,
            continues=paragraph.continues,
            markers=None if flattened and not inside else inside,
        )
        lines += [line] if line.text else []
    return lines


def _parts(text: str) -> list[tuple[int, int]]:
    """Cut a paragraph at its line breaks, but not those that only break a sentence."""
    cuts = [m.start() for m in re.finditer(r"\n(?![a-zåäö])", text)]
    return list(zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(text)], strict=True))


def _cell(cell: TableCell, citations: Citations) -> Cell:
    """Join a cell's paragraphs, with a comma between those that nothing else parts."""
    text = ""
    markers: Markers = []
    inside = [p for p in paragraphs(cell.content) if plain(p.pieces)]
    for paragraph in inside:
        part, found = citations.text(paragraph.pieces)
        if text and part:
            apart = _COMPLETE.search(text) or part[0].islower() or part[0] in "(–-"
            text += " " if apart else ", "
        markers += [(len(text) + at, number) for at, number in found]
        text += part.replace("\n", " ")
    bold = bool(inside) and all(paragraph.bold for paragraph in inside)
    return Cell(text, tuple(markers), bold, cell.columns, cell.merged)


def _one_title(lines: list[Line]) -> list[Line]:
    """Let the first title be the title; a title's second line is text, a later one a heading."""
    titles = [i for i, line in enumerate(lines) if line.kind == "title"]
    for i in titles[1:]:
        second = i - 1 in titles
        lines[i] = replace(
            lines[i], kind="paragraph" if second else "heading", level=0 if second else 2
        )
    return lines


def _promoted(lines: list[Line], *, named: bool) -> list[Line]:
    """Where a single heading stands above all others, it is the title.

    Where the file has a title in its properties (``named``), only one that opens the text is.
    """
    headings = [line for line in lines if line.kind == "heading"]
    own = [line for line in headings if not LIST_HEADING.fullmatch(line.text)]
    if not own or any(line.kind == "title" for line in lines):
        return lines
    above = [line for line in own if line.level == min(line.level for line in own)]
    if above != own[:1] or (lines[0] is not own[0] and (named or len(own) == 1)):
        return lines
    return [
        line if line.kind != "heading"
        else replace(line, kind="title", level=1) if line is own[0]
        else replace(line, level=max(2, line.level - 1))
        for line in lines
    ]  # fmt: skip


def _led(lines: Sequence[Line]) -> Iterator[Line]:
    """Let the line above a list lead in to it, or the item above one nested in it."""
    for line, below in zip(lines, [*lines[1:], None], strict=True):
        above = line.kind in ("paragraph", *_HEADINGS)
        if below is None or below.kind != "item" or below.continues:
            yield replace(line, leads=False)
        else:
            nested = line.kind == "item" and below.level > line.level
            yield replace(line, leads=above or nested)


def _note_lines(citations: Citations, last: Line) -> list[Line]:
    """Return the notes' lines, under a heading of their own unless the text ends with one."""
    if not citations.cited:
        return []
    headed = last.kind == "heading" and LIST_HEADING.fullmatch(last.text)
    heading = [] if headed else [Line("Referenser", "heading", level=2, markers=())]
    return heading + [
        Line(f"{note.number}. {text}", "entry", markers=()) for note, text in citations.cited
    ]
