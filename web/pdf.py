"""A PDF's own page as a picture, with the words of the answer marked at their places."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import KallsvarError
from ingest.records import Document, Span
from web.document import Place

if TYPE_CHECKING:
    from ingest.pdf.characters import Box

_SCALE = 1.6
_MOST_PAGES = 3


def page_view(corpus: Path, document: Document, place: Place) -> str:
    """Return the pages that a place stands on, with marks; nothing where there are no pages.

    Where the words cannot be placed exactly the page has no marks.
    """
    at = place.answer or place.passage
    if at is None or not document.id.lower().endswith(".pdf") or not place.marks(document):
        return ""
    try:
        data = (corpus / document.id).read_bytes()
        marks = {"traff": _boxes(data, document, place.answer),
                 "passage": _boxes(data, document, place.passage)}  # fmt: skip
        pages = sorted(marks["traff"] or marks["passage"]) or [document.page(at.start) or 1]
        return "".join(
            _page(data, page, {name: boxes.get(page, ()) for name, boxes in marks.items()})
            for page in pages[:_MOST_PAGES]
        )
    except (OSError, KallsvarError):
        # The file is gone or has changed: what was read from it is still shown as text.
        return ""


def _boxes(data: bytes, document: Document, span: Span | None) -> dict[int, tuple[Box, ...]]:
    from ingest.pdf.places import places

    return {p.page: p.boxes for p in places(data, document, span)} if span else {}


def _page(data: bytes, page: int, marks: dict[str, Iterable[Box]]) -> str:
    from ingest.pdf.picture import page_picture

    picture = page_picture(data, page, _SCALE)
    source = base64.b64encode(picture.png).decode()
    boxes = "".join(_mark(name, box) for name in ("passage", "traff") for box in marks[name])
    return (
        f'<figure><div class="pdfsida"><img alt="Sidan {page} i dokumentet" '
        f'width="{picture.width}" height="{picture.height}" '
        f'src="data:image/png;base64,{source}">{boxes}</div>'
        f"<figcaption>Sidan {page}</figcaption></figure>"
    )


def _mark(name: str, box: Box) -> str:
    return (
        f'<span class="ruta {name}" style="left:{100 * box.left:.3f}%;top:{100 * box.top:.3f}%;'
        f"width:{100 * (box.right - box.left):.3f}%;"
        f'height:{100 * (box.bottom - box.top):.3f}%"></span>'
    )
