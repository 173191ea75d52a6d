"""E-mail: a message with its sender, receivers and date as facts, and its text."""

from __future__ import annotations

import binascii
import datetime
import email
import email.errors
import email.header
import email.message
import email.utils
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.readers.eml_text import is_attribution, message_lines
from ingest.readers.html import decode_html
from ingest.readers.markup import drop_unseen, markup_document, parse_markup
from ingest.readers.markup_lines import element_text
from ingest.readers.markup_notes import lift_notes
from ingest.readers.markup_text import Element
from ingest.readers.metadata import language_code
from ingest.readers.text import decode, normalise
from ingest.records import Document
from ingest.structure import Line, fact_line

# The older of the standard library's two policies: it reads any header, the newer one fails on
# some that are out there.
_Part = email.message.Message
_HEADERS = frozenset(("from", "to", "subject", "date", "received", "message-id", "return-path"))
_ENCRYPTED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_OUTLOOK = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_ODD = (
    ArithmeticError, AssertionError, AttributeError, IndexError, LookupError, TypeError, ValueError,
    binascii.Error, email.errors.MessageError,
)  # fmt: skip


def read_eml(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a message: subject, sender, receivers, date, the names of attachments, and its text.

    What is attached is not read. Raises KallsvarError where there is no text, or it is encrypted.
    """
    if not data.strip():
        raise KallsvarError("Filen är tom.")
    try:
        return _read(email.message_from_bytes(data), document_id, title)
    except (*_ODD, RecursionError) as error:
        raise KallsvarError(
            "E-postmeddelandet är skadat och går inte att läsa. Spara det på nytt från "
            "e-postprogrammet."
        ) from error


def _read(message: _Part, document_id: str, title: str | None) -> Document:
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), value)
    if not headers.keys() & _HEADERS:
        raise KallsvarError(
            "Filen är inget e-postmeddelande: den saknar både avsändare, ämne och datum."
        )
    leaves = list(_leaves(message))
    bodies = _bodies(message)
    attached = [name for part in leaves if part not in bodies and (name := _file_name(part))]
    if not any(_content(part).strip() for part in bodies):
        _refuse_unreadable(message, leaves, attached)
    subject = _decoded(headers.get("subject", ""))
    sent = _date(headers.get("date", ""))
    above = _opening(headers, subject, sent, attached)
    document = _document(bodies, above, document_id, title, subject or None)
    senders = _people(headers.get("from", ""))
    return replace(
        document,
        author=", ".join(name or address for name, address in senders) or None,
        date=sent.date().isoformat() if sent else None,
        language=language_code(headers.get("content-language")) or document.language,
    )


def _opening(
    headers: dict[str, str], subject: str, sent: datetime.datetime | None, attached: list[str]
) -> list[Line]:
    """Return the lines above the message's text: its title and what its headers say."""
    lines = [Line(subject, "title", level=1)] if subject else []
    for label, name in (("Från", "from"), ("Till", "to"), ("Kopia", "cc")):
        people = _people(headers.get(name, ""))
        if said := ", ".join(f"{who} <{at}>" if who and at else who or at for who, at in people):
            lines.append(fact_line(label, said))
    if sent:
        lines.append(fact_line("Datum", f"{sent:%Y-%m-%d %H:%M}"))
    lines += [fact_line("Bilaga", name) for name in attached]
    return [replace(line, markers=()) for line in lines]


def _document(
    bodies: list[_Part], above: list[Line], document_id: str, title: str | None, named: str | None
) -> Document:
    if any(map(_is_html, bodies)):
        root = parse_markup("<html><body></body></html>")
        body = root.find("body")
        for part in bodies:
            text = _content(part)
            if not _is_html(part):
                text = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
            if not text.strip():
                continue
            page = parse_markup(text)
            drop_unseen(page)
            content = page.find("body") if page.find("body") is not None else page
            content.tag = "div"
            body.append(content)
        _head_quotation(body)
        notes = lift_notes(body)
        return markup_document(
            body, notes, document_id=document_id, title=title, named=named, above=above
        )
    lines: list[Line] = []
    for part in bodies:
        lines += message_lines(
            normalise(_content(part)),
            flowed=_parameter(part, "format") == "flowed",
            delete_space=_parameter(part, "delsp") == "yes",
        )
    return assemble([*above, *lines], document_id=document_id, title=title or named)


def _head_quotation(body: Element) -> None:
    """Make the line that says who wrote what is quoted last in a message a heading."""
    for quotation in body.iter("blockquote"):
        before = quotation.getprevious()
        if before is None or before.tag not in ("div", "p"):
            continue
        said = element_text(before)
        after = quotation.xpath("string(following::*[normalize-space()][1])")
        if is_attribution(said) and not after.strip():
            before.clear(keep_tail=True)
            before.tag, before.text = "h1", said.rstrip(":")  # one level below the subject
            return


def _leaves(part: _Part) -> Iterator[_Part]:
    """Yield the parts that hold content; a message that is attached is one of them."""
    inner = _inner(part)
    if inner is None or part.get_content_maintype() != "multipart":
        yield part
    else:
        for each in inner:
            yield from _leaves(each)


def _inner(part: _Part) -> list[_Part] | None:
    """Return the parts or the message that a part holds; None where it holds content."""
    content = part.get_payload()
    if not isinstance(content, list):
        return None
    return [each for each in content if isinstance(each, _Part)]


def _bodies(part: _Part) -> list[_Part]:
    """Return the parts that are the message's text; of alternatives the plain one if it has any."""
    if part.get_content_disposition() == "attachment":
        return []
    held = _inner(part)
    if held is not None and part.get_content_maintype() == "multipart":
        inner = [_bodies(p) for p in held]
        if part.get_content_subtype() != "alternative":
            return [body for bodies in inner for body in bodies]
        filled = [bodies for bodies in inner if any(_content(p).strip() for p in bodies)]
        plain = [bodies for bodies in filled if not any(map(_is_html, bodies))]
        return [*plain, *filled[::-1], []][0]
    named = _file_name(part) and part.get_content_disposition() != "inline"
    return [part] if part.get_content_maintype() == "text" and not named and _is_text(part) else []


def _is_text(part: _Part) -> bool:
    return part.get_content_subtype() in ("plain", "html")


def _is_html(part: _Part) -> bool:
    return part.get_content_type() == "text/html"


def _content(part: _Part) -> str:
    """Return a part's text in the encoding that it says, or else the one that fits."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset() or ""
    latin = charset in ("iso-8859-1", "latin-1", "us-ascii", "")
    if not latin:
        try:
            return content.decode(charset)
        except (LookupError, ValueError):
            pass
    return decode_html(content) if _is_html(part) else decode(content)


def _parameter(part: _Part, name: str) -> str:
    return str(part.get_param(name) or "").lower()


def _file_name(part: _Part) -> str:
    """Return the name of what is attached, or «» where a part is not named."""
    name = _decoded(part.get_filename() or "")
    if not name and part.get_content_type() == "message/rfc822":
        subjects = [inner.get("subject") for inner in _inner(part) or []]
        return _decoded(str(next(iter(subjects), None) or "")) or "vidarebefordrat meddelande"
    return name


def _refuse_unreadable(message: _Part, leaves: list[_Part], attached: list[str]) -> None:
    """Say why a message without text has none; one with named attachments may be without."""
    types = {part.get_content_type() for part in leaves}
    if message.get_content_subtype() == "encrypted" or types & _ENCRYPTED:
        raise KallsvarError(
            "E-postmeddelandet är krypterat. Öppna det i e-postprogrammet och spara texten som en "
            "egen fil."
        )
    if types & _OUTLOOK:
        raise KallsvarError(
            "Meddelandets text ligger i en winmail.dat, som bara Outlook kan läsa. Be avsändaren "
            "skicka det som vanlig text eller HTML."
        )
    if not attached:
        raise KallsvarError("E-postmeddelandet har ingen text.")


def _decoded(raw: str) -> str:
    """Return a header's text: encoded words decoded, folded lines joined."""
    raw = " ".join(raw.split())
    if not raw.isascii():  # bytes that say no encoding
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    try:
        pieces = email.header.decode_header(raw)
    except (email.errors.HeaderParseError, binascii.Error):
        return _clean(raw)
    text = ""
    for piece, charset in pieces:
        if isinstance(piece, str):
            text += piece
        elif charset is None:
            text += piece.decode("raw-unicode-escape", "replace")
        else:
            text += _decoded_word(piece, charset)
    return _clean(text)


def _decoded_word(piece: bytes, charset: str) -> str:
    try:
        return piece.decode(charset)
    except (LookupError, ValueError):
        return decode(piece)


def _clean(text: str) -> str:
    return " ".join(normalise(text).split())


def _people(raw: str) -> list[tuple[str, str]]:
    """Return the names and addresses of a header."""
    return [
        (_decoded(name), _decoded(at)) for name, at in email.utils.getaddresses([raw]) if name or at
    ]


def _date(raw: str) -> datetime.datetime | None:
    try:
        return email.utils.parsedate_to_datetime(raw)
    except _ODD:
        return None
