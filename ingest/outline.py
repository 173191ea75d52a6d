"""A document as it was read, a line for each thing in it, so that a person can check it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.chunking import chunk
from ingest.records import Block, Document, Marker, Span

LineStyle = Literal["fact", "heading", "text", "note", "reference"]

_STEP = "  "


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A line to show. ``indent`` counts steps; ``name`` is what stands before the text, if any."""

    style: LineStyle
    text: str
    indent: int = 0
    name: str = ""

    def __str__(self) -> str:
        name = f"{self.name}: " if self.name and self.style == "fact" else self.name
        return f"{_STEP * self.indent}{name}{self.text}"


def outline(document: Document) -> Iterator[OutlineLine]:
    """Yield the document's metadata, its structure with markers put back, and its references."""
    yield from _facts(document)
    level = 0
    page = 0
    lead: Span | None = None
    for block in document.blocks:
        if (here := document.page(block.span.start) or 0) > page:
            page = here
            yield OutlineLine("note", f"— sida {page} —")
        if block.kind == "heading":
            level = max(block.level, 1)
            mark = "#" * level + " "
            yield OutlineLine("heading", _text(document, block.span), level - 1, mark)
        elif block.kind != "reference":
            if block.lead and block.lead != lead:
                said = document.text[slice(*block.lead)]
                yield OutlineLine("note", f"lista efter «{said}»", level)
            lead = block.lead
            yield _line(document, block, level)
    if document.references:
        yield OutlineLine("heading", f"Källor som anges ({len(document.references)})")
    for reference in document.references:
        parts = (reference.publisher, reference.title, reference.url or "ingen adress")
        text = ", ".join(part for part in parts if part)
        yield OutlineLine("reference", text, 1, f"[{reference.number}] ")


def _facts(document: Document) -> Iterator[OutlineLine]:
    chunks = chunk(document)
    passages = sum(c.kind == "passage" for c in chunks)
    facts = {
        "Dokument": document.id,
        "Titel": document.title,
        "Utgivare": document.publisher,
        "Författare": document.author,
        "Datum": document.date,
        "Språk": document.language,
        "Adress": document.url,
        "Sidor": str(len(document.pages)) if document.pages else None,
        "Tecken": str(len(document.text)),
        "Passager": str(passages),
        "Sökbara delar": str(len(chunks)),
    }
    for name, value in facts.items():
        if value:
            yield OutlineLine("fact", value, 0, name)


def _line(document: Document, block: Block, level: int) -> OutlineLine:
    text = _text(document, block.span)
    match block.kind:
        case "item":
            # A named item's description stands on the lines below its name.
            return OutlineLine("text", text.replace("\n", " – "), level + bool(block.lead), "• ")
        case "fact":
            return OutlineLine("text", text, level, "= ")
        case "row":
            cells = [
                ": ".join(filter(None, (_text(document, head), _text(document, value))))
                for head, value in block.cells
            ]
            return OutlineLine("text", " | ".join(cells) or text, level, "| ")
        case _:
            return OutlineLine("text", text.replace("\n", " "), level)


def _text(document: Document, span: Span) -> str:
    """Return a range of the text with its markers put back as «[7]»."""
    inside = [m for m in document.markers if _stands_in(m, span)]
    parts, at = [], span.start
    for marker in inside:
        parts += [document.text[at : marker.offset], f"[{marker.number}]"]
        at = marker.offset
    return "".join([*parts, document.text[at : span.end]])


def _stands_in(marker: Marker, span: Span) -> bool:
    return span.start < marker.offset <= span.end
