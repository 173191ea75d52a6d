"""PDF: the text of its pages, with what their layout tells of its structure."""

from __future__ import annotations

from dataclasses import replace

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.pdf.flow import structured
from ingest.pdf.layout import page_lines
from ingest.pdf.running import Page
from ingest.pdf.source import each_page, has_pictures, metadata, opened
from ingest.pdf.tables import with_tables
from ingest.pdf.words import Word, page_words
from ingest.records import Document

_SCANNED = (
    "PDF-filen innehåller bara bilder av text (den är inskannad), så det finns inget att söka i. "
    "Kör textigenkänning (OCR) på den, t.ex. med «ocrmypdf -l swe» eller i ett skannerprogram, och "
    "lägg till den nya filen."
)
_WITHOUT_TEXT = (
    "PDF-filen innehåller ingen text som går att läsa ut. Kontrollera att det är rätt fil. Om det "
    "syns text i den: kör textigenkänning (OCR) på den, t.ex. med «ocrmypdf -l swe»."
)


def read_pdf(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a PDF, one page at a time.

    Raises KallsvarError where it is damaged or protected, or holds no text: with what to do where
    it is scanned.
    """
    with opened(data) as pdf:
        about = metadata(pdf)
        pages = [_page(number, *read) for number, read in each_page(pdf, page_words)]
        if not any(page.lines for page in pages):
            raise KallsvarError(_SCANNED if has_pictures(pdf) else _WITHOUT_TEXT)
    lines, references = structured(pages, title or about.title)
    if not title and not any(line.kind == "title" for line in lines):
        title = about.title
    document = assemble(lines, references, document_id=document_id, title=title)
    return replace(
        document,
        author=about.author,
        date=about.date,
        language=about.language or document.language,
    )


def _page(number: int, height: float, words: list[Word]) -> Page:
    # Where each character came from is of no use here, and would be most of a long document's size.
    lines = [replace(line, origins=()) for line in with_tables(page_lines(words))]
    return Page(number, height, lines)
