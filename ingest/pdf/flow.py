"""What a document's paragraphs and tables are: its title, headings, lists, facts, references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.pdf.body import LARGER, Body, body_of
from ingest.pdf.grids import table_lines
from ingest.pdf.layout import PageLine
from ingest.pdf.notes import Notes, without_footnotes
from ingest.pdf.paragraphs import Paragraph, Table, is_fact, paragraphs
from ingest.pdf.running import Page, without_running
from ingest.records import Reference
from ingest.references import LIST_HEADING
from ingest.structure import Line, LineKind, classify, looks_like_heading

_CONTENTS = re.compile(r"innehåll(?:sförteckning)?|contents|table of contents", re.IGNORECASE)
_LEADER = re.compile(r"(?:\.{4,}|(?:\. ?){4,}|…{2,})\s*\d{1,4}$")
_PAGE = re.compile(r"[\s.…](\d{1,4})$")
_NUMBERING = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_UNENDED = re.compile(r"[^.;,]$")

_HEADING_CHARACTERS = 140
_DEEPEST = 6

# A heading's style: its size, and the depth of its numbering.
_Style = tuple[float, int]


def structured(
    pages: Sequence[Page], known_title: str | None
) -> tuple[list[Line], list[Reference]]:
    """Return the document's lines with their kinds, and its references.

    ``known_title`` is one from elsewhere: what it says on the first page is then the title.
    """
    numbers = [page.number for page in pages]
    clean = list(zip(numbers, map(_without_contents, without_running(pages)), strict=True))
    body = body_of(clean)
    rest, footnotes = without_footnotes(clean, body)
    parts = paragraphs(rest, body)
    entries = [_entry(p)[0] for p in parts if isinstance(p, Paragraph) and p.entry]
    notes = Notes(footnotes, entries)
    levels = _levels(parts, body, known_title)
    lines: list[Line] = []
    for index, part in enumerate(parts):
        if isinstance(part, Table):
            lines += table_lines(part, notes)
        else:
            before = parts[index - 1] if index else None
            line = _line(part, levels.get(index), notes)
            lines.append(replace(line, after_break=part.apart and not _go_together(before, part)))
    if not any(line.markers for line in lines):
        # Nothing raised points anywhere, so numbers may lie flattened in the text.
        lines = [replace(line, markers=None) for line in lines]
    told = any(isinstance(p := parts[i], Paragraph) and body.stands_out(p) for i in levels)
    lines = classify(lines, has_title=bool(known_title), headings=not told)
    # They belong to no page's text: like a reference list they stand at the end.
    lines += [Line(f"{note.number} {note.text}", "entry", markers=()) for note in footnotes]
    return lines, notes.references


def _line(part: Paragraph, level: int | None, notes: Notes) -> Line:
    if part.entry:
        text, breaks = _entry(part)
        return Line(text, "entry", markers=(), page=part.page, breaks=tuple(breaks))
    text, markers, breaks = notes.lift(part)
    kind: LineKind = "item" if part.listed else "paragraph"
    return Line(
        text,
        kind if level is None else "title" if level == 1 else "heading",
        level=level or 0,
        markers=tuple(markers),
        page=part.page,
        breaks=tuple(breaks),
    )


def _go_together(before: Paragraph | Table | None, part: Paragraph) -> bool:
    """Tell facts one below the other: in print, space between them does not part them."""
    return (
        isinstance(before, Paragraph)
        and 1 in (before.lines, part.lines)
        and all(is_fact(text) for text in (before.text, part.text))
    )


def _entry(part: Paragraph) -> tuple[str, list[tuple[int, int]]]:
    """Return a reference's text and page breaks, with a space after a number that is raised."""
    if not part.raised or part.raised[0][0] or part.text[part.raised[0][1] :][:1] == " ":
        return part.text, part.breaks
    end = part.raised[0][1]
    return f"{part.text[:end]} {part.text[end:]}", [(at + 1, page) for at, page in part.breaks]


def _levels(
    parts: Sequence[Paragraph | Table], body: Body, known_title: str | None
) -> dict[int, int]:
    """Return the level of each part that is a heading: 1 for the title, and below it by size."""
    headings: dict[int, Paragraph] = {}
    for i, (part, following) in enumerate(zip(parts, [*parts[1:], None], strict=True)):
        if isinstance(part, Paragraph) and _is_heading(part, following, body):
            headings[i] = part
    styles = Counter(map(_style, headings.values()))
    title = _title(headings, parts, body, known_title, styles)
    if title is not None:
        styles[_style(headings[title])] -= 1
    ranks = {style: rank for rank, style in enumerate(sorted(+styles, key=lambda s: (-s[0], s[1])))}
    return {
        i: 1 if i == title else min(2 + ranks[_style(part)], _DEEPEST)
        for i, part in headings.items()
    }


def _is_heading(part: Paragraph, following: Paragraph | Table | None, body: Body) -> bool:
    if part.entry:
        return False
    if isinstance(following, Paragraph) and following.entry and LIST_HEADING.fullmatch(part.text):
        return True
    if part.lines > 3 or not body.stands_out(part):
        return False
    if part.size > LARGER * body.size:
        letters = sum(character.isalpha() for character in part.text)
        return (
            len(part.text) <= _HEADING_CHARACTERS
            and 2 * letters > len(part.text)
            and bool(_UNENDED.search(part.text))
        )
    return following is not None and looks_like_heading(part.text)


def _style(part: Paragraph) -> _Style:
    numbering = _NUMBERING.match(part.text)
    return round(part.size * 2) / 2, numbering[1].count(".") + 1 if numbering else 1


def _title(
    headings: dict[int, Paragraph],
    parts: Sequence[Paragraph | Table],
    body: Body,
    known_title: str | None,
    styles: Counter[_Style],
) -> int | None:
    """Return which heading is the title: the known one, or the largest on the first page."""
    first = [i for i, part in headings.items() if part.page == parts[0].page]
    if not first:
        return None
    if known_title:
        for i in first:
            if headings[i].text.casefold() == known_title.casefold():
                return i
    largest = max(first, key=lambda i: headings[i].size)
    if known_title and styles[_style(headings[largest])] > 1:
        return None  # one heading of several; the title is not in the text
    return largest if headings[largest].size > LARGER * body.size or largest == 0 else None


def _without_contents(lines: Sequence[PageLine]) -> list[PageLine]:
    """Return a page's lines without a table of contents, which only repeats the headings."""
    led = [bool(_LEADER.search(line.text)) for line in lines]
    kept: list[PageLine] = []
    at = 0
    while at < len(lines):
        end = _contents_end(lines, led, at + 1) if _CONTENTS.fullmatch(lines[at].text) else 0
        if not end and not (led[at] and sum(led) > 2):
            kept.append(lines[at])
        at = end or at + 1
    return kept


def _contents_end(lines: Sequence[PageLine], led: Sequence[bool], start: int) -> int:
    """Return where the entries below the heading of a table of contents end; 0 for none.

    Each ends in a page number, after dots or a gap. Where one is lower than the one before it, they
    are no pages and it is no table of contents.
    """
    last = end = 0
    for i in range(start, len(lines)):
        page = _PAGE.search(lines[i].text)
        if page and (led[i] or len(lines[i].cells) > 1):
            if int(page[1]) < last:
                return 0
            last, end = int(page[1]), i + 1
        elif not (i + 1 < len(lines) and led[i + 1]):  # else it goes on in the next line
            break
    return end
