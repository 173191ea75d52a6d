"""Chunks from a Document: passages to show, and in each the units to search.

Search looks at small units (a sentence, an item, a fact) and shows the passage around the one
that was found. A passage never crosses a heading, keeps a list with the sentence that leads in to
it where both fit, and is embedded with the title and headings above it, as they stand in the text.
A title that only the metadata or the file's name gives is searched but not embedded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ingest.records import HEADINGS, Block, Chunk, Document, Span
from ingest.sentences import sentence_spans

# Changed when reading, chunking or term analysis changes what comes out, so that the index knows.
CHUNKER = "11"

PASSAGE_CHARACTERS = 1200
LIST_CHARACTERS = 2000


def chunk(document: Document) -> list[Chunk]:
    """Return the passages in order, each followed by its units.

    A passage that is a single unit has none of its own. Offsets rise, every chunk's text is the
    slice of the document at its offsets.
    """
    chunks: list[Chunk] = []
    outline = _Outline(document)
    for group in _passages(document):
        start, end = group[0].start, group[-1].end
        passage = Chunk(
            document_id=document.id,
            kind="passage",
            start=start,
            end=end,
            text=document.text[start:end],
            context=HEADINGS.join(outline.path(start)),
            title=outline.outside,
        )
        chunks.append(passage)
        if len(group) > 1:
            chunks += [
                Chunk(
                    document_id=document.id,
                    kind="unit",
                    start=unit.start,
                    end=unit.end,
                    text=document.text[unit.start : unit.end],
                    context=HEADINGS.join(outline.nearest(unit.start)),
                    parent=passage.id,
                )
                for unit in group
            ]
    return chunks


class _Outline:
    """What stands above each place of a document, worked out once."""

    def __init__(self, document: Document) -> None:
        own = _title_in_text(document)
        # The title where the text does not give it.
        self.outside = "" if own == document.title else document.title
        self._top = (own,) if own else ()
        self._starts = [-1]
        self._sections: list[tuple[str, ...]] = [()]
        path: list[tuple[int, str]] = []
        for block in document.blocks:
            if block.kind == "heading" and block.level > 1:
                while path and path[-1][0] >= block.level:
                    path.pop()
                path.append((block.level, document.text[slice(*block.span)]))
                self._starts.append(block.span.start)
                self._sections.append(tuple(text for _, text in path))
        self._leads = {
            block.span.start: document.text[slice(*block.lead)]
            for block in document.blocks
            if block.kind == "item" and block.lead
        }

    def path(self, offset: int) -> tuple[str, ...]:
        """Return the title and headings above a place, outermost first."""
        return (*self._top, *self._section(offset))

    def nearest(self, offset: int) -> tuple[str, ...]:
        """Return the nearest heading or title above a place, and what leads in to its list."""
        above, lead = self.path(offset)[-1:], self._leads.get(offset)
        return (*above, lead) if lead and lead not in above else above

    def _section(self, offset: int) -> tuple[str, ...]:
        return self._sections[bisect_right(self._starts, offset) - 1]


def _title_in_text(document: Document) -> str:
    """Return the title that stands in the text itself; a reference record's is its entry's."""
    if document.kind == "reference":
        return document.title
    tops = (b.span for b in document.blocks if b.kind == "heading" and b.level == 1)
    return next((document.text[slice(*span)] for span in tops), "")


def _passages(document: Document) -> Iterator[list[Span]]:
    """Yield each passage as its units' ranges."""
    group: list[Span] = []
    in_list = False
    for block, following in zip(document.blocks, [*document.blocks[1:], None], strict=True):
        if block.kind == "heading" or (block.kind == "reference" and document.kind == "document"):
            if group:
                yield group
            group, in_list = [], False
            continue
        units = _units(document, block)
        leads = following is not None and following.lead is not None and block.kind != "item"
        limit = LIST_CHARACTERS if block.kind == "item" and in_list else PASSAGE_CHARACTERS
        # A sentence that leads in to a list opens a passage with it.
        if group and (leads or units[-1].end - group[0].start > limit or _closes(block, in_list)):
            yield group
            group = []
        for unit in units:
            if group and unit.end - group[0].start > limit:
                yield group
                group = []
            group.append(unit)
        in_list = leads or (block.kind == "item" and in_list)
    if group:
        yield group


def _closes(block: Block, in_list: bool) -> bool:
    return in_list and block.kind != "item"


def _units(document: Document, block: Block) -> list[Span]:
    text = document.text[block.span.start : block.span.end]
    spans = sentence_spans(text, block.span.start) if block.kind == "paragraph" else [block.span]
    return [piece for span in spans for piece in _fit(document.text, span)]


def _fit(text: str, span: Span) -> Iterator[Span]:
    """Cut a range that is longer than a passage at white space."""
    start = span.start
    while span.end - start > PASSAGE_CHARACTERS:
        cut = text.rfind(" ", start, start + PASSAGE_CHARACTERS)
        cut = cut if cut > start else start + PASSAGE_CHARACTERS
        yield Span(start, cut)
        start = cut + (text[cut] == " ")
    if start < span.end:
        yield Span(start, span.end)
