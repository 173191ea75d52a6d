"""EPUB: the book's parts in the order in which they are read, as one text."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from ingest.errors import KallsvarError
from ingest.readers.html import decode_html
from ingest.readers.markup import drop_unseen, markup_document, parse_markup
from ingest.readers.markup_notes import lift_notes
from ingest.readers.markup_text import Element, clean, plain, signs
from ingest.readers.metadata import iso_date, language_code
from ingest.records import Document

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_XHTML = frozenset(("application/xhtml+xml", "text/html", "application/x-dtbook+xml"))
# Fonts may be scrambled in a book that anyone may read.
_FONT_SCRAMBLING = frozenset(
    ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
)
# More text than this, in bytes, is no book but a trap. The longest novels have some ten million.
_MOST_BYTES = 50_000_000
_MOST_PARTS = 10_000
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError,
    OverflowError, ValueError,
)  # fmt: skip


class _Part(NamedTuple):
    path: str
    linear: bool


def read_epub(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a book, with title, author, language and date from its package.

    Raises KallsvarError where it is damaged, protected, or holds no text.
    """
    if not data:
        raise KallsvarError("Filen är tom.")
    try:
        archive = _Archive(zipfile.ZipFile(io.BytesIO(data)))
    except _DAMAGED as error:
        raise _broken("den går inte att packa upp") from error
    if archive.holds(_ENCRYPTION):
        _refuse_protected(archive.xml(_ENCRYPTION))
    package_path = _package_path(archive)
    package = archive.xml(package_path)
    body = parse_markup("<html><body></body></html>").find("body")
    for number, part in enumerate(parts := list(_parts(package, package_path))):
        _append(body, archive, part, {p.path: i for i, p in enumerate(parts)}, number)
    if not body.text_content().strip():
        raise KallsvarError("Boken har ingen text att läsa; kanske består den av bilder.")
    facts = {name: _said(package, name) for name in ("title", "creator", "date", "publisher")}
    document = markup_document(
        body, lift_notes(body), document_id=document_id, title=title, named=facts["title"]
    )
    return replace(
        document,
        author=facts["creator"],
        date=iso_date(facts["date"]),
        publisher=facts["publisher"],
        language=language_code(_said(package, "language")) or document.language,
    )


class _Archive:
    """A zip file's entries, read within a limit on all of them together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = _MOST_BYTES

    def holds(self, path: str) -> bool:
        """Tell whether there is an entry of that name."""
        return path in self._archive.NameToInfo

    def read(self, path: str) -> bytes:
        """Return an entry. Raises KallsvarError where it is missing, damaged or too large."""
        try:
            with self._archive.open(path) as entry:
                content = entry.read(self._left + 1)
        except KeyError as error:
            raise _broken(f"delen «{path}» saknas") from error
        except RuntimeError as error:  # zipfile's word for a password
            raise KallsvarError(
                "Boken är skyddad med lösenord. Packa upp den och spara den utan lösenord."
            ) from error
        except _DAMAGED as error:
            raise _broken(f"delen «{path}» går inte att packa upp") from error
        self._left -= len(content)
        if self._left < 0:
            raise KallsvarError("Boken är orimligt stor när den packas upp, och läses inte.")
        return content

    def xml(self, path: str) -> Element:
        """Return the root of an entry in XML, its elements by their local names."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        try:
            root = etree.fromstring(self.read(path), parser=parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise _broken(f"delen «{path}» är ingen giltig XML") from error
        for element in root.iter(etree.Element):
            element.tag = element.tag.rpartition("}")[2]
        return root


def _broken(reason: str) -> KallsvarError:
    return KallsvarError(
        f"Filen är ingen hel EPUB-bok: {reason}. Hämta eller exportera boken på nytt."
    )


def _refuse_protected(encryption: Element) -> None:
    for entry in encryption.iter("EncryptedData"):
        methods = {method.get("Algorithm") for method in entry.iter("EncryptionMethod")}
        if not methods or methods - _FONT_SCRAMBLING:
            raise KallsvarError(
                "Boken är kopieringsskyddad (DRM) och går inte att läsa. Lägg in en utgåva utan "
                "skydd."
            )


def _package_path(archive: _Archive) -> str:
    for root in archive.xml(_CONTAINER).iter("rootfile"):
        if path := root.get("full-path"):
            return str(path)
    raise _broken("den säger inte var dess innehåll står")


def _parts(package: Element, package_path: str) -> Iterator[_Part]:
    """Yield the parts that hold text in reading order; those outside of it come last."""
    folder = posixpath.dirname(package_path)
    manifest = {item.get("id"): item for item in package.iter("item")}
    contents = {r.get("href") for r in package.iter("reference") if r.get("type") == "toc"}
    found: dict[str, _Part] = {}
    for entry in package.iter("itemref"):
        item = manifest.get(entry.get("idref"))
        if item is None or item.get("media-type") not in _XHTML or not item.get("href"):
            continue
        # A table of contents repeats the headings.
        if "nav" in (item.get("properties") or "").split() or item.get("href") in contents:
            continue
        path = _resolved(folder, item.get("href"))
        found.setdefault(path, _Part(path, entry.get("linear") != "no"))
    if len(found) > _MOST_PARTS:
        raise _broken("den har orimligt många delar")
    yield from sorted(found.values(), key=lambda part: not part.linear)


def _resolved(folder: str, reference: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(reference)))


def _append(
    body: Element, archive: _Archive, part: _Part, places: dict[str, int], number: int
) -> None:
    """Append a part's content; ids and links get the part's number, so that none collide."""
    data = archive.read(part.path)
    if not data.strip():
        return
    root = parse_markup(decode_html(data))
    drop_unseen(root)
    content = root.find("body") if root.find("body") is not None else root
    folder = posixpath.dirname(part.path)
    for element in list(content.iter(etree.Element)):
        if "pagebreak" in signs(element) | {element.get("role", "").removeprefix("doc-")}:
            element.drop_tree()
            continue
        for name in ("id", "name"):
            if element.get(name):
                element.set(name, f"{number}|{element.get(name)}")
        path, hash_sign, fragment = (element.get("href") or "").partition("#")
        place = places.get(_resolved(folder, path), -1) if path else number
        if hash_sign and place >= 0:
            element.set("href", f"#{place}|{fragment}")
    content.tag = "div"
    body.append(content)


def _said(package: Element, name: str) -> str | None:
    """Return what the package says under a name; several names of creators as one line."""
    metadata = package.find("metadata")
    found = [] if metadata is None else [e for e in metadata.iter(name) if e.text]
    if name == "date":  # an older book tells its dates apart by what happened
        event = "{http://www.idpf.org/2007/opf}event"
        found.sort(key=lambda element: element.get(event) not in (None, "publication"))
    texts = [text for element in found if (text := plain(clean(element.text)))]
    return (", ".join(texts) if name == "creator" else texts[0]) if texts else None
