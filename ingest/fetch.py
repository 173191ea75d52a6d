"""Fetches a document from the web: its final address, its content, and which kind of file it is."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import date
from email.message import Message
from pathlib import PurePosixPath

import httpx

from ingest.addresses import AddressPolicy, Resolver, checked_url, is_public, resolve
from ingest.charsets import as_utf8
from ingest.errors import KallsvarError
from ingest.responses import LIMITS, Limits, body, final_response, open_visit, refuse_failure
from ingest.robots import Robots, refuse_unwelcome

_OFFICE = "application/vnd.openxmlformats-officedocument"
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "application/csv": ".csv",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
}
_ALIASES = {".htm": ".html", ".xhtml": ".html", ".markdown": ".md"}
KNOWN_SUFFIXES = frozenset(_SUFFIXES.values()) | frozenset(_ALIASES)
# Types that say nothing, so that the file's name decides.
_SILENT = {
    "", "application/octet-stream", "binary/octet-stream", "application/download",
    "application/force-download", "application/x-download",
}  # fmt: skip
_PLAIN = {".txt", ".md", ".csv"}
_TEXT = _PLAIN | {".html"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document from the web. ``url`` is where it was found in the end, ``fetched`` the day.

    Text and HTML have become UTF-8; other content is as it came.
    """

    url: str
    content: bytes
    suffix: str
    fetched: date


def fetch(
    url: str,
    *,
    limits: Limits = LIMITS,
    allowed: AddressPolicy = is_public,
    resolve: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    robots: Robots | None = None,
) -> Fetched:
    """Fetch a document, as a polite guest and from the open internet only.

    ``robots`` carries sites' rules from one fetch to the next. Raises KallsvarError, saying what
    happened and what to do, where the document is not to be had.
    """
    start = checked_url(url, max_length=limits.address_length)
    rules: Robots = {} if robots is None else robots
    with (
        open_visit(limits, allowed=allowed, resolve=resolve, tls=tls) as visit,
        final_response(
            visit, start, check=lambda hop: refuse_unwelcome(visit, hop, rules)
        ) as response,
    ):
        refuse_failure(response)
        suffix = _suffix(response)
        content = body(response, limits.size)
        charset = response.charset_encoding
        final = str(response.url.copy_with(fragment=None))
    if suffix in _TEXT:
        content = as_utf8(content, charset=charset, html=suffix == ".html")
    if not content.removeprefix(b"\xef\xbb\xbf").strip():
        raise KallsvarError(f"{final} gav ett tomt svar. Kontrollera adressen i webbläsaren.")
    return Fetched(final, content, suffix, date.today())


def _suffix(response: httpx.Response) -> str:
    """Return the ending of such a file. Raises KallsvarError where Källsvar reads none such.

    The server's word for the type goes before the address's ending, which is often another.
    """
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    named = _named_suffix(response)
    suffix = named if kind in _SILENT else _SUFFIXES.get(kind, "")
    if suffix == ".txt" and named in _PLAIN:
        # Servers that do not know Markdown or CSV call them plain text.
        return named
    if not suffix:
        told = f"av typen {kind}" if kind else "av okänd typ"
        raise KallsvarError(
            f"{response.url} är {told}, som Källsvar inte läser. Webbsidor, text, Markdown, CSV, "
            "PDF, Word, PowerPoint, Excel, OpenDocument, EPUB och e-post går att hämta."
        )
    return suffix


def _named_suffix(response: httpx.Response) -> str:
    """Return the known ending of the file's name, as the server or else the address tells it."""
    header = Message()
    header["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    for name in (header.get_filename(""), response.url.path):
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in KNOWN_SUFFIXES:
            return _ALIASES.get(suffix, suffix)
    return ""
