"""Text from the web, in whatever encoding it came, as UTF-8.

A stored page has no HTTP header any more, so what the header says is used here, once, and what
the page says about itself is made true.
"""

from __future__ import annotations

import codecs
import re

from ingest.readers.text import decode

# Where an HTML page tells its encoding: a meta element or an XML declaration.
_TOLD = re.compile(
    r"(<(?:meta|\?xml)\b[^<>]*?(?:charset|encoding)\s*=\s*[\"']?\s*)([\w:.-]+)", re.IGNORECASE
)
_TOLD_WITHIN = 4096
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# As browsers read them (WHATWG's Encoding Standard).
_MEANT = {"ascii": "cp1252", "iso8859-1": "cp1252"}


def as_utf8(data: bytes, *, charset: str | None, html: bool) -> bytes:
    """Return text as UTF-8; ``charset`` is the HTTP header's.

    An HTML page says so too afterwards: with a byte order mark, which outranks all else, and
    where it named another encoding. Raises KallsvarError where the bytes are no text.
    """
    text = _decoded(data, charset, html=html).lstrip("\ufeff")
    if html:
        head = _TOLD.sub(r"\g<1>utf-8", text[:_TOLD_WITHIN])
        text = "\ufeff" + head + text[_TOLD_WITHIN:]
    return text.encode("utf-8", errors="replace")


def _decoded(data: bytes, charset: str | None, *, html: bool) -> str:
    """Decode by byte order mark, else as UTF-8 if it is that, else as the header or page says."""
    if data.startswith(_BOMS):
        return decode(data)
    codec = _codec(charset)
    wide = codec.startswith(("utf-16", "utf-32"))
    if not wide and (text := _utf8(data)) is not None:
        return text
    told = _TOLD.search(data[:_TOLD_WITHIN].decode("latin-1")) if html else None
    for name in filter(None, (codec, _codec(told[2]) if told else "")):
        try:
            return data.decode(name)
        except (LookupError, UnicodeError):
            continue
    return decode(data)


def _utf8(data: bytes) -> str | None:
    """Return the text if it is UTF-8, perhaps with a broken character or two.

    Text in another encoding is practically never valid UTF-8 by chance, so this is surer than
    what is declared: servers often declare ISO 8859-1 whatever they send.
    """
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(not c.isascii() for c in text) - broken if broken else 0
    return text if broken * 10 <= whole else None


def _codec(label: str | None) -> str:
    """Return Python's name of an encoding, or nothing for one that is unknown."""
    try:
        name = codecs.lookup((label or "").strip()).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name)
