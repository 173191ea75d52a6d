"""Which reader reads which kind of file, by the ending of its name."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from ingest.errors import KallsvarError
from ingest.records import Document


class DocumentReader(Protocol):
    """Reads a file's bytes into a Document, with what metadata the file itself carries.

    Raises KallsvarError, in Swedish, where the file cannot be read or holds no text.
    """

    def __call__(self, data: bytes, *, document_id: str, title: str | None = None) -> Document: ...


# Imported when first used: some bring large libraries.
_READERS = {
    ".txt": "text:read_text",
    ".md": "markdown:read_markdown",
    ".markdown": "markdown:read_markdown",
    ".html": "html:read_html",
    ".htm": "html:read_html",
    ".xhtml": "html:read_html",
    ".pdf": "pdf:read_pdf",
    ".epub": "epub:read_epub",
    ".eml": "eml:read_eml",
    ".docx": "docx:read_docx",
    ".docm": "docx:read_docx",
    ".odt": "odt:read_odt",
    ".pptx": "pptx:read_pptx",
    ".pptm": "pptx:read_pptx",
    ".xlsx": "xlsx:read_xlsx",
    ".xlsm": "xlsx:read_xlsx",
    ".csv": "csv:read_csv",
    ".tsv": "csv:read_csv",
}
SUFFIXES = tuple(_READERS)

# What the programs that write these can save them as instead.
_SAVED_AS = {
    ".doc": ".docx",
    ".rtf": ".docx",
    ".xls": ".xlsx",
    ".xlsb": ".xlsx",
    ".ods": ".xlsx",
    ".ppt": ".pptx",
    ".odp": ".pptx",
}


def reader_for(suffix: str) -> DocumentReader:
    """Return the reader of files whose names end so. Raises KallsvarError where there is none."""
    place = _READERS.get(suffix.lower())
    if place is None and (newer := _SAVED_AS.get(suffix.lower())):
        raise KallsvarError(
            f"Formatet «{suffix}» stöds inte. Öppna filen i sitt program, spara den som {newer} "
            "och lägg till den nya filen i stället."
        )
    if place is None:
        known = ", ".join(SUFFIXES)
        raise KallsvarError(f"Formatet «{suffix}» stöds inte (stöds: {known}).")
    module, _, name = place.partition(":")
    return cast(DocumentReader, getattr(import_module(f"ingest.readers.{module}"), name))
