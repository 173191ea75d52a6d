"""The paragraphs of a document, from its pages' lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ingest.pdf.body import LARGER, Body
from ingest.pdf.hyphens import joint
from ingest.pdf.layout import PageLine
from ingest.references import LIST_HEADING

# A line is another paragraph's where it stands this much further down than lines usually do.
_WIDER = 1.2
# In sizes of the letters: an indent, and how much two that are the same may differ in size.
_INDENT = 0.8
_SAME_SIZE = 0.08

_ENDS = re.compile(r"[.!?:;…][»”’\"')\]]*$")
_SIGN = re.compile(r"[•◦●○■□▪▶]\s")
_DASH = re.compile(r"[-–—*·]\s")
_COUNT = re.compile(r"(\d{1,2}|[A-Za-z])[.)]\s")
_ENTRY = re.compile(r"\[?(\d{1,3})(?:\]|[.:)])?\s+\S")
_FACT = re.compile(r"[A-ZÅÄÖ0-9][^:.!?]{0,60}:\s\S")
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s+\S")


@dataclass(slots=True)
class Paragraph:
    """Lines that go together. ``breaks`` are (offset, page) where another page begins within it.

    ``raised`` are ranges of small raised numbers. ``apart`` says that space stands above it,
    ``listed`` that it stands indented below a lead-in, as a list's item whose sign is no character.
    ``entry`` is its number in the reference list.
    """

    text: str
    page: int
    size: float
    bold: bool
    left: float
    apart: bool = True
    listed: bool = False
    lines: int = 1
    entry: int | None = None
    breaks: list[tuple[int, int]] = field(default_factory=list)
    raised: list[tuple[int, int]] = field(default_factory=list)

    def add(self, line: PageLine, page: int) -> None:
        """Append a line, with the hyphen at the end of the one before gone where it should be."""
        drop, between = joint(self.text, line.text)
        self.text = self.text[: len(self.text) - drop] + between
        if page != (self.breaks[-1][1] if self.breaks else self.page):
            self.breaks.append((len(self.text), page))
        self.raised += [(a + len(self.text), b + len(self.text)) for a, b in line.raised]
        self.text += line.text
        self.lines += 1

    def page_at(self, offset: int) -> int:
        """Return the page that holds a character."""
        return max([self.page, *(page for start, page in self.breaks if start <= offset)])

    @property
    def ended(self) -> bool:
        """Whether it ends as a sentence or a lead-in does, before the numbers raised at its end."""
        text = self.text
        while self.raised and text and len(text) == self.raised[-1][1]:
            text = text[: self.raised[-1][0]]
        return bool(_ENDS.search(text))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that stand together on a page."""

    page: int
    rows: tuple[PageLine, ...]


def paragraphs(
    pages: Iterable[tuple[int, Sequence[PageLine]]], body: Body
) -> list[Paragraph | Table]:
    """Return the document's paragraphs and tables in reading order, across columns and pages."""
    builder = _Builder(body)
    for page, lines in pages:
        builder.add_page(page, lines)
    return builder.found


def is_fact(text: str) -> bool:
    """Tell whether a text begins as «rubrik: värde» does."""
    return bool(_FACT.match(text))


class _Builder:
    def __init__(self, body: Body) -> None:
        self.found: list[Paragraph | Table] = []
        self._body = body
        self._last: PageLine | None = None
        self._last_edge = 0.0
        self._page = 0
        # In a reference list: the number of the entry to come.
        self._entry: int | None = None

    def add_page(self, page: int, lines: Sequence[PageLine]) -> None:
        """Take up a page's lines."""
        edges = self._edges(lines)
        for line, edge in zip(lines, edges, strict=True):
            if line.table:
                self._add_row(line, page)
            else:
                self._add_line(line, page, edge)
            self._last, self._last_edge, self._page = line, edge, page

    def _add_row(self, line: PageLine, page: int) -> None:
        last = self.found[-1] if self.found else None
        same = self._last is not None and self._last.table == line.table and self._page == page
        if isinstance(last, Table) and same:
            self.found[-1] = Table(page, (*last.rows, line))
        else:
            self.found.append(Table(page, (line,)))

    def _add_line(self, line: PageLine, page: int, edge: float) -> None:
        last = self._last
        current = self.found[-1] if self.found else None
        entry = self._entry_number(line)
        listed = False
        if isinstance(current, Paragraph) and last and not last.table and not entry:
            if page == self._page and line.region == last.region:
                listed = _is_listed(current, line)
                goes_on = self._goes_on_below(current, last, line)
            else:
                goes_on = self._goes_on_elsewhere(current, last, line)
            if goes_on:
                current.add(line, page)
                return
        apart = (
            last is None
            or page != self._page
            or line.region != last.region
            or line.base - last.end > _WIDER * self._body.pitch * line.size
        )
        if entry:
            self._entry = entry + 1
        elif LIST_HEADING.fullmatch(line.text):
            self._entry = 1
        elif self._body.stands_out(line):
            self._entry = None
        self.found.append(
            Paragraph(
                line.text,
                page,
                line.size,
                line.bold,
                line.left,
                apart=apart,
                listed=listed,
                entry=entry,
                raised=list(line.raised),
            )
        )

    def _entry_number(self, line: PageLine) -> int | None:
        """Return the number of the reference that a line begins, within a reference list."""
        if self._entry is None:
            return None
        if line.raised and line.raised[0][0] == 0:
            number = line.text[: line.raised[0][1]].strip("[]()")
        elif match := _ENTRY.match(line.text):
            number = match[1]
        else:
            return None
        return self._entry if number == str(self._entry) else None

    def _goes_on_below(self, current: Paragraph, last: PageLine, line: PageLine) -> bool:
        """Tell whether a line below another goes on its paragraph."""
        body, size = self._body, line.size
        pitch = line.base - last.end
        if abs(size - last.size) > _SAME_SIZE * size or pitch <= 0:
            return False
        open_ended = not current.ended and line.text[0].islower()
        if line.bold != last.bold and not open_ended:
            return False
        if current.entry:
            return pitch < 2 * body.pitch * size
        if body.stands_out(line) and body.stands_out(current):
            fits = self._fits(last, line) and size <= LARGER * body.size
            return pitch < 1.7 * size and not _NUMBERED.match(line.text) and not fits
        if pitch > _WIDER * body.pitch * size or _begins_item(current, line):
            return False
        if is_fact(line.text) and current.lines == 1 and is_fact(current.text):
            return False
        first = line.text[0]
        ended = current.ended or not (first.islower() or first in "/(~")
        if current.listed:
            # An item need not end as a sentence does; where it does not, it is clearly short.
            spare = 0.0 if ended else 0.2 * (self._last_edge - last.left)
            return _is_listed(current, line) and not self._fits(last, line, spare)
        if not self._indent_fits(current, last, line):
            return False
        return not (ended and self._fits(last, line))

    def _indent_fits(self, current: Paragraph, last: PageLine, line: PageLine) -> bool:
        """Tell whether a line begins where its paragraph's next line would."""
        shift = line.left - last.left
        hanging = bool(_SIGN.match(current.text) or _DASH.match(current.text))
        hanging = hanging or bool(_COUNT.match(current.text))
        if shift > _INDENT * line.size:
            return hanging and current.lines == 1
        if shift < -_INDENT * line.size:
            # The first line may be indented, a list's item may not.
            return current.lines == 1 and not hanging
        return True

    def _fits(self, last: PageLine, line: PageLine, spare: float = 0.0) -> bool:
        """Tell whether a line's first word had room on the line above, which so ended there.

        ``spare`` is room to be left after it, in points.
        """
        word = len(line.text.split(" ", 1)[0]) + 1
        width = (line.right - line.left) * word / max(len(line.text), 1)
        return self._last_edge - last.right - spare > width + 0.3 * line.size

    def _goes_on_elsewhere(self, current: Paragraph, last: PageLine, line: PageLine) -> bool:
        """Tell whether the first line of a column or page goes on the paragraph before it."""
        if abs(line.size - last.size) > _SAME_SIZE * line.size or line.bold != last.bold:
            return False
        if current.entry:
            return not current.ended or line.text[0].islower()
        if self._body.stands_out(line) or current.ended or line.turn != last.turn:
            return False
        if _begins_item(current, line):
            return False
        item = _SIGN.match(current.text) or _COUNT.match(current.text)
        full = current.lines > 1 and not item and not self._fits(last, line)
        return line.text[0].islower() or full

    def _edges(self, lines: Sequence[PageLine]) -> list[float]:
        """Return for each line how far right its neighbours go: where a full line would end."""
        edges: list[float] = []
        start = 0
        for i, line in enumerate(lines):
            following = lines[i + 1] if i + 1 < len(lines) else None
            if (
                following
                and following.region == line.region
                and abs(following.size - line.size) <= _SAME_SIZE * line.size
                and 0 < following.base - line.end <= _WIDER * self._body.pitch * line.size
            ):
                continue
            run = lines[start : i + 1]
            left, right = min(each.left for each in run), max(each.right for each in run)
            near = sum(each.right > right - 0.15 * (right - left) for each in run)
            if len(run) < 3 or near < 0.5 * (len(run) - 1):
                # No wrapped text by itself; what the column holds elsewhere tells its width.
                column = [each.right for each in lines if each.region == line.region]
                right = max(*column, self._body.edges.get(round(left / 10), 0.0), right)
            edges += [right] * len(run)
            start = i + 1
        return edges


def _is_listed(current: Paragraph, line: PageLine) -> bool:
    """Tell whether a line stands in the list that a paragraph leads in to or is part of."""
    indent = _INDENT * line.size
    if current.listed:
        return line.left > current.left - indent
    signed = _SIGN.match(line.text) or _DASH.match(line.text) or _COUNT.match(line.text)
    return current.text.endswith(":") and line.left > current.left + indent and not signed


def _begins_item(current: Paragraph, line: PageLine) -> bool:
    """Tell whether a line begins an item of a list."""
    if _SIGN.match(line.text):
        return True
    if _DASH.match(line.text):
        return current.ended or bool(_DASH.match(current.text))
    count = _COUNT.match(line.text)
    if not count:
        return False
    before = _COUNT.match(current.text)
    return count[1] in ("1", "a", "A") or (before is not None and _next(before[1]) == count[1])


def _next(count: str) -> str:
    return str(int(count) + 1) if count.isdigit() else chr(ord(count) + 1)
