"""A page of a PDF as a picture."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pypdfium2

from ingest.errors import KallsvarError
from ingest.pdf.source import on_page, opened

# So that a poster does not fill the memory: such a page is drawn smaller.
_MOST_PIXELS = 25_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A page drawn as PNG. ``width`` and ``height`` are in pixels."""

    png: bytes
    width: int
    height: int


def page_picture(data: bytes, page: int, scale: float) -> Picture:
    """Draw a page (from 1) at ``scale`` pixels a point; 1 gives 72 pixels an inch.

    Raises KallsvarError where the file or the page cannot be read.
    """
    if scale <= 0:
        raise ValueError(f"scale must be positive, not {scale}")

    def draw(opened_page: pypdfium2.PdfPage) -> Picture:
        width, height = opened_page.get_size()
        most = (_MOST_PIXELS / max(width * height, 1)) ** 0.5
        image = opened_page.render(scale=min(scale, most)).to_pil()
        png = io.BytesIO()
        image.save(png, "PNG")
        return Picture(png.getvalue(), image.width, image.height)

    with opened(data) as pdf:
        picture = on_page(pdf, page, draw) if page > 0 else None
    if picture is None:
        raise KallsvarError(f"Sidan {page} finns inte i PDF-filen eller går inte att läsa.")
    return picture
