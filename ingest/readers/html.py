"""HTML: a web page, or a document that was saved or written as one."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from ingest.errors import KallsvarError
from ingest.readers.markup import drop_unseen, markup_document, parse_markup
from ingest.readers.markup_notes import cited_numbers, lift_notes
from ingest.readers.text import decode
from ingest.readers.web_page import main_content, page_facts
from ingest.records import Document

_DECLARED = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:.-]+)|<\?xml[^>]+encoding\s*=\s*[\"']([\w:.-]+)",
    re.IGNORECASE,
)
# Where a page may say its encoding, in bytes.
_HEAD = 4096


def read_html(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a page's main content, or all of a page that has no menus and the like around it.

    Raises KallsvarError where it holds no text or is no HTML.
    """
    text = decode_html(data)
    if not text.strip():
        raise KallsvarError("Filen är tom.")
    root = parse_markup(text)
    facts = page_facts(root)
    drop_unseen(root)
    body = root.find("body") if root.find("body") is not None else root
    notes = lift_notes(body)
    cited = cited_numbers(body)
    main = main_content(body, facts.title)
    # What only a menu or a comment cited is not the text's.
    elsewhere = cited - cited_numbers(main)
    notes = [note for note in notes if note.number not in elsewhere]
    document = markup_document(
        main, notes, document_id=document_id, title=title, named=facts.title, certain=False
    )
    return replace(
        document,
        author=facts.author,
        publisher=facts.publisher,
        date=facts.date,
        url=facts.url,
        language=facts.language or document.language,
    )


def decode_html(data: bytes) -> str:
    """Return a page's text: by its BOM, as UTF-8, in the encoding it declares, else as text is.

    Raises KallsvarError where the bytes are no text at all.
    """
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-8") if b"\0" not in data else decode(data)
        except UnicodeDecodeError:
            pass
        if match := _DECLARED.search(data[:_HEAD]):
            name = (match[1] or match[2]).decode("ascii", "replace").lower()
            try:
                # Pages that say Latin-1 mean Windows-1252, which has more characters.
                latin = codecs.lookup(name).name in ("iso8859-1", "ascii")
                if not name.startswith("utf"):
                    return data.decode("cp1252" if latin else name, errors="replace")
            except (LookupError, ValueError):
                pass
    return decode(data)
