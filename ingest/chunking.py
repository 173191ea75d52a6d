"""Chunks from a Document: passages to show, and in each the units to search.

Search looks at small units (a sentence, an item, a fact) and shows the passage around the one
that was found. A passage never crosses a heading, keeps a list with the sentence that leads in to
it where both fit, and is embedded with the title and headings above it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.records import Block, Chunk, Document, Span
from ingest.sentences import sentence_spans

# Changed when reading, chunking or term analysis changes what comes out, so that the index knows.
CHUNKER = "8"

# Between the headings of a context.
HEADINGS = " › "

PASSAGE_CHARACTERS = 1200
LIST_CHARACTERS = 2000


def chunk(document: Document) -> list[Chunk]:
    """Return the passages in order, each followed by its units.

    A passage that is a single unit has none of its own. Offsets rise, every chunk's text is the
    slice of the document at its offsets.
    """
    chunks: list[Chunk] = []
    for group in _passages(document):
        start, end = group[0].start, group[-1].end
        context = HEADINGS.join((document.title, *document.section(start)))
        passage = _slice(document, "passage", start, end, context)
        chunks.append(passage)
        if len(group) > 1:
            chunks += [
                _slice(
                    document, "unit", unit.start, unit.end, _unit_context(document, unit), passage
                )
                for unit in group
            ]
    return chunks


def _slice(
    document: Document, kind: str, start: int, end: int, context: str, parent: Chunk | None = None
) -> Chunk:
    return Chunk(
        document_id=document.id,
        kind="unit" if kind == "unit" else "passage",
        start=start,
        end=end,
        text=document.text[start:end],
        context=context,
        parent=parent.id if parent else None,
    )


def _unit_context(document: Document, unit: Span) -> str:
    section = document.section(unit.start)
    lead = next(
        (b.lead for b in document.blocks if b.kind == "item" and b.span.start == unit.start), None
    )
    parts = [section[-1] if section else document.title]
    if lead and (above := document.text[lead.start : lead.end]) not in parts:
        parts.append(above)
    return HEADINGS.join(parts)


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
