"""Plain text, such as an article copied from a web page."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import replace

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.records import Document, Reference
from ingest.references import LIST_HEADING, parse_entry
from ingest.structure import Line, classify, split_lines

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_INVISIBLE |= {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """Return bytes as text: UTF-8, UTF-16 with or without BOM, else Windows-1252.

    Raises KallsvarError where the bytes are no text at all.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace")
    sample = data[:4000]
    if sample.count(0) > len(sample) // 4:
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    if 0 in sample:
        raise KallsvarError("Filen är inte text: den innehåller binära data.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def normalise(text: str) -> str:
    """Return text in NFC with plain line breaks and without invisible and control characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\f", "\n\n").replace("\u2028", "\n").translate(_INVISIBLE)


def read_text(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a plain text file. Raises KallsvarError where it holds no text."""
    lines = split_lines(normalise(decode(data)))
    if not lines:
        raise KallsvarError("Filen är tom.")
    body, tail, references = _split_references(lines)
    classified = classify(body, has_title=False)
    return assemble([*classified, *tail], references, document_id=document_id, title=title)


def _split_references(lines: list[Line]) -> tuple[list[Line], list[Line], list[Reference]]:
    """Cut off the reference list at the end: its heading, then lines that are all entries."""
    for at in range(len(lines) - 1, -1, -1):
        if not LIST_HEADING.fullmatch(lines[at].text):
            continue
        entries = [parse_entry(line.text) for line in lines[at + 1 :]]
        references = [entry for entry in entries if entry]
        if not references or len(references) != len(entries):
            break
        heading = replace(lines[at], text=lines[at].text.rstrip(": "), kind="heading", level=2)
        tail = [heading, *(replace(line, kind="entry") for line in lines[at + 1 :])]
        return lines[:at], tail, references
    return lines, [], []
