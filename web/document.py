"""A document as the side panel shows it: its text with a place marked, and its structure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from ingest.records import Block, Document, Span
from web.blocks import Marks, inside, render
from web.links import link

# Of a longer document the panel first shows this many characters around the place.
_AROUND = 30_000
_ROWS = 600

_KINDS = {
    "heading": ("rubrik", "rubriker"), "paragraph": ("stycke", "stycken"),
    "item": ("punkt", "punkter"), "fact": ("uppgift", "uppgifter"),
    "row": ("tabellrad", "tabellrader"), "reference": ("referens", "referenser"),
}  # fmt: skip
CHANGED = "Dokumentet har ändrats sedan svaret gavs, så stället går inte att markera."


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document to open it. ``print`` is the passage's fingerprint when it was cited."""

    document: str
    passage: Span | None = None
    answer: Span | None = None
    print: str = ""

    def marks(self, document: Document) -> Marks | None:
        """Return what to mark; None where the passage is no longer what it was.

        A mark is exact or it is not there.
        """
        if self.passage is None:
            return []
        text = document.text
        if not inside(self.passage, text) or fingerprint(text, self.passage) != self.print:
            return None
        marks = [(self.passage, "passage")]
        if self.answer and inside(self.answer, text):
            marks.insert(0, (self.answer, "traff"))
        return marks


def read_place(sent: Mapping[str, Any]) -> Place:
    """Return the place that a page asks for. Raises ValueError, KeyError or TypeError."""
    return Place(
        str(sent["document"]),
        _span(sent, "start", "end"),
        _span(sent, "answerStart", "answerEnd"),
        str(sent.get("print", "")),
    )


def _span(sent: Mapping[str, Any], start: str, end: str) -> Span | None:
    return Span(int(sent[start]), int(sent[end])) if start in sent else None


def fingerprint(text: str, span: Span) -> str:
    """Return what tells whether a passage still stands where it did."""
    return hashlib.sha256(text[span.start : span.end].encode()).hexdigest()[:12]


def panel(document: Document, place: Place, *, whole: bool = False, pages: str = "") -> str:
    """Return a document with the passage tinted and the answer's sentence marked.

    ``pages`` is the view of the page itself, where the document has one.
    """
    marks = place.marks(document)
    note = f'<p class="notis">{CHANGED}</p>' if marks is None else ""
    at = place.passage if marks else None
    shown = Span(0, len(document.text)) if whole else _around(document, at)
    text = render(document, shown, marks or ())
    cut = shown != (0, len(document.text))
    more = '<p><button type="button" class="hela knapp">Visa hela dokumentet</button></p>'
    views = [("text", "Text"), ("struktur", "Struktur")]
    if pages:
        views.insert(0, ("sida", "Sidan"))
    buttons = "".join(
        f'<button type="button" class="flik" data-vy="{name}" '
        f'aria-pressed="{str(i == 0).lower()}">{label}</button>'
        for i, (name, label) in enumerate(views)
    )
    body = f"{more if cut and shown.start else ''}{text}{more if cut else ''}"
    page = f'<div class="vy sidbild" data-vy="sida">{pages}</div>' if pages else ""
    return (
        f"{_header(document)}{note}<div class='vyer' role='group' aria-label='Visa som'>{buttons}"
        f"</div>{page}<div class='vy text' data-vy='text'{' hidden' if pages else ''}>"
        f"{_contents(document) if not cut else ''}{body}</div>"
        f"<div class='vy struktur' data-vy='struktur' hidden>{structure(document)}</div>"
    )


def _header(document: Document) -> str:
    source = " · ".join(
        escape(part) for part in (document.publisher, document.author, document.date) if part
    )
    told = f'<p class="utgivare">{source}</p>' if source else ""
    address = f"<p>{link(document.url, document.url)}</p>" if document.url else ""
    return f"<header>{told}{address}</header>" if told or address else ""


def _around(document: Document, at: Span | None) -> Span:
    """Return the whole text, or of a long one the blocks around a place (else its beginning)."""
    size = len(document.text)
    if size <= 2 * _AROUND:
        return Span(0, size)
    middle = at or Span(0, 0)
    low, high = middle.start - _AROUND, middle.end + _AROUND
    near = [b.span for b in document.blocks if b.span.end > low and b.span.start < high]
    if not near:
        return Span(max(0, low), min(size, high))
    start, end = near[0].start, near[-1].end
    return Span(0 if near[0] == document.blocks[0].span else start,
                size if near[-1] == document.blocks[-1].span else end)  # fmt: skip


def _contents(document: Document) -> str:
    headings = [b for b in document.blocks if b.kind == "heading" and b.level > 1]
    if len(headings) < 2:
        return ""
    entries = "".join(
        f'<li style="margin-left:{min(b.level - 2, 4)}rem"><button type="button" class="lank" '
        f'data-till="r{b.span.start}">{escape(_text(document, b))}</button></li>'
        for b in headings
    )
    return f'<details class="innehall"><summary>Innehåll</summary><ul>{entries}</ul></details>'


def structure(document: Document) -> str:
    """Return how a document was read: its facts, and block by block what each was taken for."""
    counts: Counter[str] = Counter(block.kind for block in document.blocks)
    told = ", ".join(
        f"{counts[kind]} {one if counts[kind] == 1 else many}"
        for kind, (one, many) in _KINDS.items()
        if counts[kind]
    )
    facts = {
        "Fil": document.id, "Titel": document.title, "Utgivare": document.publisher,
        "Författare": document.author, "Datum": document.date, "Språk": document.language,
        "Sidor": len(document.pages) or None, "Tecken": f"{len(document.text):,}".replace(",", " "),
        "Delar": told,
    }  # fmt: skip
    listed = "".join(
        f"<div><dt>{name}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in facts.items()
        if value
    )
    rows = "".join(_row(document, block) for block in document.blocks[:_ROWS])
    rest = len(document.blocks) - _ROWS
    more = f"<p>… och {rest} delar till.</p>" if rest > 0 else ""
    paged = '<th scope="col">Sida</th>' if document.pages else ""
    return (
        f'<dl>{listed}</dl><div class="tabell" tabindex="0" role="region" aria-label="Delar">'
        f'<table><thead><tr><th scope="col">Slag</th><th scope="col">Text</th>'
        f'<th scope="col">Referens</th>{paged}</tr></thead><tbody>{rows}</tbody>'
        f"</table></div>{more}"
    )


def _row(document: Document, block: Block) -> str:
    name = _KINDS[block.kind][0]
    kind = f"{name} {block.level}" if block.kind == "heading" else name
    numbers = ", ".join(
        str(m.number) for m in document.markers if block.span.start < m.offset <= block.span.end
    )
    text = _text(document, block)
    short = text if len(text) <= 160 else f"{text[:159].rstrip()}…"
    page = f"<td>{document.page(block.span.start)}</td>" if document.pages else ""
    return (
        f'<tr class="slag-{block.kind}"><td>{kind}</td><td>{escape(short)}</td>'
        f"<td>{numbers}</td>{page}</tr>"
    )


def _text(document: Document, block: Block) -> str:
    return document.text[block.span.start : block.span.end]
