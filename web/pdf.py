"""A PDF's own page as a picture, with the words of the answer marked at their places."""

from __future__ import annotations

import base64
from pathlib import Path

from ingest.errors import KallsvarError
from ingest.records import Document
from web.document import Place

_SCALE = 1.6
_MOST_PAGES = 3


def page_view(corpus: Path, document: Document, place: Place) -> str:
    """Return the pages that hold a place, with marks; nothing where the document has no pages.

    Where the words cannot be placed exactly there is the page without marks.
    """
    at = place.answer or place.passage
    if at is None or not document.id.lower().endswith(".pdf") or not place.marks(document):
        return ""
    from ingest.pdf.picture import page_picture
    from ingest.pdf.places import places

    try:
        data = (corpus / document.id).read_bytes()
        found = places(data, document, at)
        boxes = {found_page.page: found_page.boxes for found_page in found}
        pages = sorted(boxes) or [document.page(at.start) or 1]
        shown = []
        for page in pages[:_MOST_PAGES]:
            picture = page_picture(data, page, _SCALE)
            marks = "".join(
                f'<span class="ruta" style="left:{100 * b.left:.3f}%;top:{100 * b.top:.3f}%;'
                f"width:{100 * (b.right - b.left):.3f}%;"
                f'height:{100 * (b.bottom - b.top):.3f}%"></span>'
                for b in boxes.get(page, ())
            )
            source = base64.b64encode(picture.png).decode()
            shown.append(
                f'<figure><div class="pdfsida"><img alt="Sidan {page} i dokumentet" '
                f'width="{picture.width}" height="{picture.height}" '
                f'src="data:image/png;base64,{source}">{marks}</div>'
                f"<figcaption>Sidan {page}</figcaption></figure>"
            )
        return "".join(shown)
    except (OSError, KallsvarError):
        return ""
