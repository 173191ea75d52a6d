"""Where on its pages a slice of a PDF's text stands.

The page is laid out again as when it was read, and its lines are put against the document's text
of that page. The reader left some lines out (running heads, footnotes), and of others a hyphen or
a reference number; nothing else was changed. So a character's place is sure where every way to put
the page's lines against all of the text agrees on it, and only then is it given.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2

from ingest.pdf.characters import Box, Characters
from ingest.pdf.layout import PageLine, page_lines
from ingest.pdf.source import on_page, opened
from ingest.pdf.tables import with_tables
from ingest.pdf.words import HYPHEN, words_of
from ingest.records import Document, Span

_NUMBER_SIGNS = frozenset("0123456789,;–-[]()")
_NUMBER_LENGTH = 11
# Wider than this many heights, a gap parts two boxes.
_GAP = 1.5


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Boxes on a page (from 1), one for each line of words, in shares of its width and height."""

    page: int
    boxes: tuple[Box, ...]


class _Sign(NamedTuple):
    """A character of the document's text; white space is left out.

    ``optional`` is one that the page may lack; ``marked`` says that the page may have a reference
    number before it.
    """

    offset: int
    character: str
    optional: bool = False
    marked: bool = False


class _Source(NamedTuple):
    """A page's character as an origin: its line, its place in that, its number on the page."""

    line: int
    place: int
    character: int


# Where a line's characters end among the signs, and which of them is which sign.
_Walk = tuple[int, list[tuple[int, int]]]


def places(data: bytes, document: Document, span: Span) -> list[PageBoxes]:
    """Return where ``document.text[span.start:span.end]`` stands in the PDF it was read from.

    Nothing where that is not sure. Raises KallsvarError where the file cannot be read.
    """
    found: list[PageBoxes] = []
    edges = itertools.pairwise((*document.pages, len(document.text)))
    with opened(data) as pdf:
        for number, (start, end) in enumerate(edges, 1):
            part = Span(max(start, span.start), min(end, span.end))
            if not document.text[part.start : part.end].strip():
                continue
            boxes = on_page(pdf, number, _Finder(document, Span(start, end), part))
            if not boxes:
                return []
            found.append(PageBoxes(number, boxes))
    return found


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds the boxes of a part of a page's text on that page; none where they are not sure."""

    document: Document
    page: Span
    part: Span

    def __call__(self, page: pypdfium2.PdfPage) -> tuple[Box, ...]:
        signs = list(_signs(self.document, self.page))
        characters = Characters(page)
        try:
            lines = with_tables(page_lines(list(words_of(characters))))
            sources = _sources(lines, signs, _tail(self.document, signs))
            wanted: list[_Source] = []
            for sign, own in zip(signs, sources, strict=True):
                if not self.part.start <= sign.offset < self.part.end:
                    continue
                if len(own) > 1 or not (own or sign.optional):
                    return ()
                wanted += own
            return tuple(_boxes(characters, lines, sorted(wanted)))
        finally:
            characters.close()


def _signs(document: Document, page: Span) -> Iterator[_Sign]:
    """Yield the page's text but what the reader wrote into it: a row's column headings."""
    written: set[int] = set()
    optional: set[int] = set()
    for block in document.blocks:
        if block.span.end <= page.start or block.span.start >= page.end:
            continue
        if block.kind == "fact" and block.label:
            optional.add(block.label.end)
        elif block.kind == "row":
            written.update(range(*block.span))
            for _, value in block.cells:
                written.difference_update(range(*value))
    marks = {marker.offset for marker in document.markers}
    marked = False
    for offset in range(*page):
        marked = marked or offset in marks
        character = document.text[offset]
        if not character.isspace() and offset not in written:
            yield _Sign(offset, character, offset in optional, marked)
            marked = False
    yield _Sign(page.end, "", marked=marked or page.end in marks)


def _tail(document: Document, signs: Sequence[_Sign]) -> int:
    """Return from which sign on all are references: footnotes, which stand on other pages."""
    references = [block.span for block in document.blocks if block.kind == "reference"]
    tail = len(signs) - 1
    while tail and any(s.start <= signs[tail - 1].offset < s.end for s in references):
        tail -= 1
    return tail


def _sources(lines: Sequence[PageLine], signs: Sequence[_Sign], tail: int) -> list[set[_Source]]:
    """Return for each sign its characters in all ways to put the lines against all the signs.

    A line is either left out or put where it reads as the signs do; the order is kept.
    """
    keys = [
        [(c, origin) for c, origin in zip(line.text, line.origins, strict=True) if c != " "]
        for line in lines
    ]
    starts: dict[str, set[int]] = defaultdict(set)
    for at, sign in enumerate(signs):
        starts["" if sign.optional or sign.marked else sign.character].add(at)
    reached = {0}
    walks: list[dict[int, list[_Walk]]] = []
    for key in keys:
        text = "".join(character for character, _ in key)
        possible = (starts[text[:1]] | starts[""]) & reached
        walks.append({at: list(_walk(text, signs, 0, at, True)) for at in possible})
        reached |= {end for found in walks[-1].values() for end, _ in found}
    sources: list[set[_Source]] = [set() for _ in signs]
    # From where the lines after the one at hand can be put against all that is left.
    completing = {at for at in reached if at >= tail}
    for number in range(len(lines) - 1, -1, -1):
        more: set[int] = set()
        for at, found in walks[number].items():
            for end, pairs in found:
                if end in completing:
                    more.add(at)
                    for match, place in pairs:
                        sources[match].add(_Source(number, place, keys[number][place][1]))
        completing |= more
    return sources


def _walk(text: str, signs: Sequence[_Sign], place: int, at: int, marked: bool) -> Iterator[_Walk]:
    """Yield the ways in which a line's text, from ``place``, reads as the signs do from ``at``.

    ``marked`` False: the number that may stand here has been passed.
    """
    pairs: list[tuple[int, int]] = []
    while place < len(text):
        sign, character = signs[at], text[place]
        if sign.marked and marked:
            for after in range(place + 1, min(place + _NUMBER_LENGTH, len(text)) + 1):
                if text[after - 1] not in _NUMBER_SIGNS:
                    break
                for end, rest in _walk(text, signs, after, at, False):
                    yield end, pairs + rest
        if character == HYPHEN and place == len(text) - 1:
            yield at, list(pairs)
        if character == sign.character:
            pairs.append((at, place))
            place += 1
        elif not sign.optional:
            return
        at, marked = at + 1, True
    yield at, pairs


def _boxes(
    characters: Characters, lines: Sequence[PageLine], sources: Sequence[_Source]
) -> Iterator[Box]:
    """Yield a box around each run of characters on a line, in shares of the page."""
    run: Box | None = None
    for source in sources:
        box = characters.box(source.character)
        if box is None:
            continue
        if run is not None and _together(run, box, lines[source.line].turn):
            run = Box(*map(min, run[:2], box[:2]), *map(max, run[2:], box[2:]))
            continue
        if run is not None:
            yield _share(run, characters)
        run = box
    if run is not None:
        yield _share(run, characters)


def _together(run: Box, box: Box, turn: int) -> bool:
    """Tell whether a character stands on the same line as a run, with no wide gap between."""
    if turn % 2:
        run, box = (Box(b.top, b.left, b.bottom, b.right) for b in (run, box))
    height = max(run.bottom - run.top, box.bottom - box.top)
    shared = min(run.bottom, box.bottom) - max(run.top, box.top)
    gap = max(box.left - run.right, run.left - box.right)
    return shared > 0.5 * min(run.bottom - run.top, box.bottom - box.top) and gap < _GAP * height


def _share(box: Box, page: Characters) -> Box:
    left, right = (min(max(x / page.width, 0.0), 1.0) for x in (box.left, box.right))
    top, bottom = (min(max(y / page.height, 0.0), 1.0) for y in (box.top, box.bottom))
    return Box(left, top, right, bottom)
