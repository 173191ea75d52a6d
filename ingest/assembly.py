"""A Document from classified lines: clean text, blocks with offsets, markers lifted out."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.errors import KallsvarError
from ingest.markers import MarkerReader
from ingest.records import Block, Document, Marker, Reference, Span
from ingest.sentences import sentence_spans
from ingest.structure import Line


class _Builder:
    """Grows the text line by line and notes what stands where."""

    def __init__(self, numbers: frozenset[int], lines: Sequence[Line]) -> None:
        self.blocks: list[Block] = []
        self.markers: list[Marker] = []
        told = (number for line in lines for _, number in line.markers or ())
        self._reader = MarkerReader(numbers, (x.text for x in lines if _may_hold(x)), told)
        self._leads: dict[int, Span] = {}  # by the depth of the list that each leads in to
        self.pages: list[int] = []
        # Joined once, at the end: a long document has thousands.
        self._pieces: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        """The text so far."""
        return "\n".join(self._pieces)

    def add(self, line: Line) -> None:
        """Append one line; a lone number after a list becomes a marker and no text."""
        in_list = bool(self.blocks) and self.blocks[-1].kind in ("item", "fact")
        clean, found = line.text, list(line.markers or ())
        if line.markers is None:
            if self.blocks and (numbers := self._reader.alone(line.text)):
                self.markers += [Marker(self._length, n, closes_list=in_list) for n in numbers]
                return
            if _may_hold(line):
                clean, found = self._reader.lift(line.text, value=line.kind in ("fact", "item"))
        start = self._length + 1 if self._pieces else 0
        if line.page:
            # A page without text begins where the next one does.
            self.pages += [start] * (line.page - len(self.pages))
        for offset, page in line.breaks:
            self.pages += [start + _kept(line.text, clean, offset)] * (page - len(self.pages))
        self._pieces.append(clean)
        self._length = start + len(clean)
        span = Span(start + line.prefix, start + len(clean))
        self.markers += [Marker(start + offset, number) for offset, number in found]
        depth = line.level if line.kind == "item" else -1
        self._leads = {d: lead for d, lead in self._leads.items() if d <= depth}
        self._block(line, clean, span, start)
        if line.leads and (sentences := sentence_spans(clean, start)):
            self._leads[depth + 1] = sentences[-1]

    def _block(self, line: Line, clean: str, span: Span, start: int) -> None:
        if line.continues and self.blocks:
            last = self.blocks[-1]
            body = Span(last.body.start if last.body else span.start, span.end)
            self.blocks[-1] = Block(
                "item", Span(last.span.start, span.end), lead=last.lead, label=last.label, body=body
            )
            return
        label = Span(start + line.label[0], start + line.label[1]) if line.label else None
        match line.kind:
            case "title" | "heading":
                self.blocks.append(Block("heading", span, level=line.level))
            case "item":
                lead = self._leads[max(self._leads)] if self._leads else None
                self.blocks.append(Block("item", span, lead=lead, label=label))
            case "fact" if label and line.label:
                value = clean.index(":", line.label[1]) + 1
                value += len(clean[value:]) - len(clean[value:].lstrip())
                body = Span(start + value, span.end)
                self.blocks.append(Block("fact", span, label=label, body=body))
            case "row":
                self.blocks.append(Block("row", span, cells=_cells(line, clean, start)))
            case "entry":
                self.blocks.append(Block("reference", span))
            case _:
                self.blocks.append(Block("paragraph", span))


def _may_hold(line: Line) -> bool:
    """Tell whether markers may lie flattened in a line's text."""
    return line.markers is None and line.kind not in ("entry", "title", "heading")


def _cells(line: Line, clean: str, start: int) -> tuple[tuple[Span, Span], ...]:
    """Return a row's cells where they are once the markers are lifted out of its text."""

    def moved(cell: tuple[int, int]) -> Span:
        return Span(*(start + _kept(line.text, clean, offset) for offset in cell))

    return tuple((moved(heading), moved(value)) for heading, value in line.cells)


def _kept(text: str, clean: str, offset: int) -> int:
    """Return where a place in a text is once the markers are lifted out of it."""
    if text == clean:
        return offset
    at = 0
    for character in text[:offset]:
        at += clean[at : at + 1] == character
    return at


def assemble(
    lines: Sequence[Line],
    references: Sequence[Reference] = (),
    *,
    document_id: str,
    title: str | None = None,
) -> Document:
    """Build a Document. The title is the given one, else the title line, else the id's stem.

    Raises KallsvarError where there is no text in the lines.
    """
    builder = _Builder(frozenset(r.number for r in references), lines)
    for line in lines:
        builder.add(line)
    if not builder.text.strip():
        raise KallsvarError("Filen innehåller ingen text.")
    heading = next((line.text for line in lines if line.kind == "title"), None)
    return Document(
        id=document_id,
        title=title or heading or document_id.rsplit("/", 1)[-1].rsplit(".", 1)[0],
        text=builder.text,
        blocks=tuple(builder.blocks),
        markers=tuple(builder.markers),
        references=tuple(references),
        pages=tuple(builder.pages),
    )
