"""Opening a PDF, its pages one at a time, and what it says of itself."""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.errors import KallsvarError

T = TypeVar("T")

# PDFium is not thread-safe. Held for a page at a time, so that a picture for the chat does not
# wait for the whole of a long document.
_PDFIUM = threading.Lock()

_UNREADABLE = (
    "PDF-filen är skadad eller ofullständig och går inte att läsa. Öppna den i ett PDF-program, "
    "spara en ny kopia och lägg till den i stället."
)
_REASONS = {
    pdfium.FPDF_ERR_PASSWORD: "PDF-filen är skyddad med lösenord. Spara en kopia utan lösenord och "
    "lägg till den i stället.",
    pdfium.FPDF_ERR_SECURITY: "PDF-filen är skyddad på ett sätt som Källsvar inte kan läsa. Spara "
    "en oskyddad kopia och lägg till den i stället.",
}
# A damaged file may claim any number of pages: so many in a row that cannot be read, and it ends.
_GIVE_UP = 100

# What programs write where nobody gave a title or an author.
_NO_TITLE = re.compile(
    r"(?:microsoft \w+ - .*|untitled.*|namnlös.*|dokument ?\d*|document ?\d*|presentation ?\d*|"
    r".*\.(?:docx?|odt|pdf|indd|tex|dvi|rtf|pptx?|xlsx?|qxp|pages|html?)|\W*)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(r"(?:anonymous|unknown|okänd|user|admin\w*|\W*)", re.IGNORECASE)
_DATE = re.compile(r"D:(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file says of itself; None where it says nothing of use. ``date`` is ISO."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF. Raises KallsvarError where it is empty, damaged or protected."""
    if not data or data.isspace():
        raise KallsvarError("Filen är tom.")
    with _PDFIUM:
        try:
            pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise KallsvarError(_REASONS.get(error.err_code, _UNREADABLE)) from error
    try:
        yield pdf
    finally:
        with _PDFIUM:
            pdf.close()


def on_page(
    pdf: pypdfium2.PdfDocument, number: int, work: Callable[[pypdfium2.PdfPage], T]
) -> T | None:
    """Return what ``work`` makes of a page (from 1), or None where the page cannot be read."""
    with _PDFIUM:
        try:
            page = pdf[number - 1]
        except pypdfium2.PdfiumError:
            return None
        try:
            return work(page)
        except pypdfium2.PdfiumError:
            return None
        finally:
            page.close()


def each_page(
    pdf: pypdfium2.PdfDocument, work: Callable[[pypdfium2.PdfPage], T]
) -> Iterator[tuple[int, T]]:
    """Yield each readable page's number (from 1) and what ``work`` makes of it, one at a time.

    Raises KallsvarError where no page can be read.
    """
    failed = 0
    found = False
    for number in range(1, page_count(pdf) + 1):
        result = on_page(pdf, number, work)
        if result is not None:
            found, failed = True, 0
            yield number, result
        elif (failed := failed + 1) == _GIVE_UP:
            break
    if not found:
        raise KallsvarError(_UNREADABLE)


def page_count(pdf: pypdfium2.PdfDocument) -> int:
    """Return how many pages the file says it has."""
    with _PDFIUM:
        return len(pdf)


def has_pictures(pdf: pypdfium2.PdfDocument) -> bool:
    """Tell whether any page shows a picture."""

    def pictured(page: pypdfium2.PdfPage) -> bool:
        return any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]))

    return any(found for _, found in each_page(pdf, pictured))


def metadata(pdf: pypdfium2.PdfDocument) -> Metadata:
    """Return the file's title, author, date of creation and language, where it gives them."""
    with _PDFIUM:
        title, author, date = (_tag(pdf, name) for name in ("Title", "Author", "CreationDate"))
        language = _string(lambda *room: pdfium.FPDFCatalog_GetLanguage(pdf, *room))
    day = _DATE.match(date)
    tongue = _LANGUAGE.fullmatch(language)
    return Metadata(
        title=None if _NO_TITLE.fullmatch(title) else title,
        author=None if _NO_AUTHOR.fullmatch(author) else author,
        date="-".join(day.groups()) if day else None,
        language=tongue[1].lower() if tongue else None,
    )


def _tag(pdf: pypdfium2.PdfDocument, name: str) -> str:
    return _string(lambda *room: pdfium.FPDF_GetMetaText(pdf, name.encode() + b"\0", *room))


def _string(read: Callable[..., int]) -> str:
    """Return a string of PDFium's: asked first for its size in bytes, then for its UTF-16."""
    size = read(None, 0)
    if size <= 2:
        return ""
    room = (ctypes.c_ushort * ((size + 1) // 2))()
    read(room, size)
    text = bytes(room)[: size - 2].decode("utf-16-le", errors="ignore")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
