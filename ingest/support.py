"""What a statement rests on: from a place in a text to the references that stand for it."""

from __future__ import annotations

from ingest.records import Block, Document, Reference, Span
from ingest.sentences import sentence_spans


def references_for(document: Document, start: int, end: int) -> tuple[Reference, ...]:
    """Return the references of the statement in ``text[start:end]``, by number.

    They are the markers inside it, or else the nearest one after it in the same paragraph, fact
    or list (a list begins with the sentence that leads in to it).
    """
    known = {reference.number: reference for reference in document.references}
    inside = {m.number for m in document.markers if start < m.offset <= end}
    if not inside:
        limit = _unit_end(document.blocks, end)
        after = [m for m in document.markers if end < m.offset <= limit]
        inside = {m.number for m in after if m.offset == after[0].offset}
    return tuple(known[number] for number in sorted(inside) if number in known)


def _unit_end(blocks: tuple[Block, ...], offset: int) -> int:
    """Return where the paragraph, fact or list that holds the end of a statement ends."""
    limit = offset
    lead: Span | None = None
    for block in blocks:
        if block.span.start < offset <= block.span.end:
            limit = block.span.end
            lead = block.lead or block.span
        elif (
            lead
            and block.kind == "item"
            and block.lead
            and (block.lead == lead or lead.start <= block.lead.start < lead.end)
        ):
            limit = block.span.end
        elif lead:
            break
    return limit


def statements(document: Document) -> list[Span]:
    """Return the document's statements in order: sentences, list items, facts, table rows."""
    found: list[Span] = []
    for block in document.blocks:
        if block.kind == "paragraph":
            text = document.text[block.span.start : block.span.end]
            found += sentence_spans(text, block.span.start)
        elif block.kind in ("item", "fact", "row"):
            found.append(block.span)
    return found


def reference_records(document: Document) -> list[Document]:
    """Return one document for each entry of the reference list.

    Its text is the entry and, a line each, the statements of the citing document that rest on it.
    """
    resting: dict[int, list[str]] = {}
    for start, end in statements(document):
        for reference in references_for(document, start, end):
            statement = document.text[start:end].replace("\n", " ")
            resting.setdefault(reference.number, []).append(statement)
    return [_record(document, r, resting.get(r.number, [])) for r in document.references]


def _record(document: Document, reference: Reference, resting: list[str]) -> Document:
    entry = reference.entry or ", ".join(filter(None, (reference.publisher, reference.title)))
    text = entry
    blocks = [Block("reference", Span(0, len(entry)))]
    for statement in resting:
        start = len(text) + 1
        text += "\n" + statement
        blocks.append(Block("paragraph", Span(start, len(text))))
    return Document(
        id=f"{document.id}#{reference.number}",
        title=reference.title,
        text=text,
        blocks=tuple(blocks),
        references=(reference,),
        publisher=reference.publisher,
        url=reference.url,
        language=document.language,
        kind="reference",
    )
