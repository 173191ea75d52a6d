"""A document's blocks as HTML: headings, lists, facts and tables, with marks and markers in them.

Whatever comes from a document is escaped here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby, pairwise

from ingest.records import Block, Document, Span

# What to mark, each with the mark's class; the inner one first.
Marks = Sequence[tuple[Span, str]]
# A table column's heading, and how many before it have the same.
Column = tuple[str, int]


def render(
    document: Document, within: Span, marks: Marks = (), *, markers: bool = True, top: int = 3
) -> str:
    """Return the part of a document that lies within a range.

    ``top`` is the HTML level of the document's second level of headings. The first is its title,
    which is left out.
    """
    return _Rendering(document, within, marks, markers, top).html()


def inside(span: Span, text: str) -> bool:
    """Tell whether a range is a place in a text that can be marked."""
    return 0 <= span.start < span.end <= len(text)


class _Rendering:
    def __init__(
        self, document: Document, within: Span, marks: Marks, markers: bool, top: int
    ) -> None:
        self._document = document
        self._within = within
        self._marks = marks
        self._markers = document.markers if markers else ()
        self._titles = {
            r.number: f"{r.publisher}: {r.title}" if r.publisher else r.title
            for r in document.references
        }
        self._top = top

    def html(self) -> str:
        shown = [b for b in self._document.blocks if self._clipped(b.span) is not None]
        return "".join(self._grouped(shown))

    def _clipped(self, span: Span) -> Span | None:
        start, end = max(span.start, self._within.start), min(span.end, self._within.end)
        return Span(start, end) if start < end else None

    def _grouped(self, blocks: Iterable[Block]) -> Iterable[str]:
        for kind, group in groupby(blocks, key=self._kind):
            members = list(group)
            if kind == "item":
                yield f"<ul>{''.join(self._item(b) for b in members)}</ul>"
            elif kind == "fact":
                yield f"<dl>{''.join(self._fact(b) for b in members)}</dl>"
            elif kind == "row":
                yield self._rows(members)
            else:
                yield from (self._block(b) for b in members)

    def _kind(self, block: Block) -> str:
        whole = block.label and block.body and self._clipped(block.label) == block.label
        return "paragraph" if block.kind == "fact" and not whole else block.kind

    def _block(self, block: Block) -> str:
        inner = self._slice(block.span)
        if block.kind == "heading":
            level = min(block.level + self._top - 2, 6)
            whole = block.level > 1
            return f'<h{level} id="r{block.span.start}">{inner}</h{level}>' if whole else ""
        if block.kind == "reference" and self._document.kind == "document":
            return f'<p class="post">{inner}</p>'
        return f"<p>{inner}</p>"

    def _item(self, block: Block) -> str:
        if not (block.label and block.body) or self._clipped(block.label) != block.label:
            return f"<li>{self._slice(block.span)}</li>"
        name = Span(block.span.start, block.label.end)
        rest = self._slice(Span(name.end, block.span.end))
        return f"<li><b>{self._slice(name)}</b>{rest}</li>"

    def _fact(self, block: Block) -> str:
        label, value = (self._slice(span) if span else "" for span in (block.label, block.body))
        return f"<div><dt>{label}</dt><dd>{value}</dd></div>"

    def _rows(self, rows: list[Block]) -> str:
        """Return one or more tables: a row whose headings do not fit the last begins another."""
        tables: list[tuple[list[Column], list[Block]]] = []
        for row in rows:
            columns = self._columns(row)
            if tables and (merged := _merged(tables[-1][0], columns)) is not None:
                tables[-1] = (merged, [*tables[-1][1], row])
            else:
                tables.append((columns, [row]))
        return "".join(self._one_table(columns, members) for columns, members in tables)

    def _columns(self, row: Block) -> list[Column]:
        seen: Counter[str] = Counter()
        columns = []
        for heading, _ in row.cells:
            name = self._text(heading)
            columns.append((name, seen[name]))
            seen[name] += 1
        return columns

    def _one_table(self, columns: list[Column], rows: list[Block]) -> str:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name, _ in columns)
        lines = []
        for row in rows:
            values = dict(zip(self._columns(row), (value for _, value in row.cells), strict=True))
            cells = (f"<td>{self._slice(values[c]) if c in values else ''}</td>" for c in columns)
            lines.append(f"<tr>{''.join(cells)}</tr>")
        named = any(name for name, _ in columns)
        return (
            '<div class="tabell" tabindex="0" role="region" aria-label="Tabell"><table>'
            f"{f'<thead><tr>{head}</tr></thead>' if named else ''}"
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )

    def _text(self, span: Span) -> str:
        return self._document.text[span.start : span.end]

    def _slice(self, whole: Span) -> str:
        """Return a slice of the text, escaped, with marks around it and markers put back."""
        span = self._clipped(whole)
        if span is None:
            return ""
        markers: dict[int, list[int]] = {}
        for marker in self._markers:
            if span.start < marker.offset <= span.end:
                markers.setdefault(marker.offset, []).append(marker.number)
        edges = {span.start, span.end, *markers}
        for mark, _ in self._marks:
            edges |= {edge for edge in mark if span.start < edge < span.end}
        out = []
        for start, end in pairwise(sorted(edges)):
            inner = escape(self._document.text[start:end]).replace("\n", "<br>")
            for mark, name in self._marks:
                if mark.start <= start and end <= mark.end:
                    inner = f'<mark class="{name}">{inner}</mark>'
            out.append(inner + "".join(self._superscript(n) for n in markers.get(end, ())))
        return "".join(out)

    def _superscript(self, number: int) -> str:
        title = escape(self._titles.get(number, ""))
        return f'<sup class="not" title="{title}">{number}</sup>'


def _merged(columns: list[Column], more: list[Column]) -> list[Column] | None:
    """Return a table's columns with a further row's, or None where it is another table's row.

    An empty cell is left out of its row, so that a row may name only some of the columns.
    """
    if not any(name for name, _ in columns + more):
        return max(columns, more, key=len)
    if not set(columns) & set(more):
        return None
    both = list(columns)
    for place, column in enumerate(more):
        if column not in both:
            before = [c for c in more[:place] if c in both]
            both.insert(both.index(before[-1]) + 1 if before else 0, column)
    return both
