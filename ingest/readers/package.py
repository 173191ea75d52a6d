"""The zip file that a modern office format is, opened with care, and what it says of itself."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO

from lxml import etree

from ingest.errors import KallsvarError
from ingest.readers.text import normalise
from ingest.records import Document

# Unpacked sizes. Pictures and films take most of a large file and are never unpacked to be read;
# the text's XML grows about tenfold when parsed.
LARGEST_FILE = 2 * 1024**3
LARGEST_XML = 200 * 1024**2
MOST_PARTS = 100_000

_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS_XML = (".xml", ".rels")

# ISO's strict variant of the Office formats differs from the usual one in its namespaces.
_STRICT = b"http://purl.oclc.org/ooxml/"
_NAMESPACES = [
    (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
    (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
    (b"presentationml/main", b"presentationml/2006/main"),
    (b"officeDocument/", b"officeDocument/2006/"),
    (b"drawingml/", b"drawingml/2006/"),
]
_USUAL = b"http://schemas.openxmlformats.org/"

RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CORE = {
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# What programs call a document that nobody has named.
_UNNAMED = re.compile(
    r"microsoft (?:word|excel|powerpoint)\b.*|(?:powerpoint|word)[- ](?:presentation|dokument|"
    r"document)|(?:dokument|document|presentation|bok|namnlös\w*|untitled)\s*\d*|\S+\.\w{3,4}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself. ``date`` is when it was last changed, as ``YYYY-MM-DD``."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    language: str | None = None

    def on(self, document: Document) -> Document:
        """Return the document with author, date and language, where they are known."""
        return replace(
            document,
            author=self.author,
            date=self.date,
            language=self.language or document.language,
        )


@dataclass(frozen=True, slots=True)
class Package:
    """An open office file; its parts are files in a zip."""

    archive: zipfile.ZipFile

    def xml(self, part: str) -> etree._Element | None:
        """Return a part's root element, None where there is no such part. Nothing is fetched."""
        if part not in self.archive.NameToInfo:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        return etree.fromstring(_usual(self.archive.read(part)), parser)

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """Return by id what a part points at: (kind, part or outer address)."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for link in () if root is None else root:
            target = link.get("Target", "")
            if link.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[link.get("Id", "")] = (link.get("Type", "").rpartition("/")[2], target)
        return found

    def linked(self, part: str, kind: str) -> str | None:
        """Return the first part of a kind that a part (the whole file's: "") points at."""
        return next((target for k, target in self.links(part).values() if k == kind), None)

    def properties(self) -> Properties:
        """Return the properties that Word, PowerPoint and Excel write."""
        part = self.linked("", "core-properties") or "docProps/core.xml"
        root = self.xml(part)
        return Properties() if root is None else properties(
            title=root.findtext("dc:title", None, _CORE),
            author=root.findtext("dc:creator", None, _CORE),
            date=root.findtext("dcterms:modified", None, _CORE)
            or root.findtext("dcterms:created", None, _CORE),
            language=root.findtext("dc:language", None, _CORE),
        )  # fmt: skip

    def usual(self, data: bytes) -> bytes:
        """Return the file, where it is of the strict variant rewritten as the usual one."""
        main = self.linked("", "officeDocument")
        if not main or _STRICT not in self.archive.read(main)[:4000]:
            return data
        rewritten = BytesIO()
        with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for info in self.archive.infolist():
                content = self.archive.read(info)
                archive.writestr(
                    info.filename,
                    _usual(content) if info.filename.endswith(_PARTS_XML) else content,
                )
        return rewritten.getvalue()


@contextmanager
def opened(data: bytes, suffix: str) -> Iterator[Package]:
    """Open an office file, and say of whatever goes wrong in reading it that it is damaged.

    Raises KallsvarError where it has a password, is of an older format, unpacks to more than
    memory is meant for, or is damaged. ``suffix`` is the format's, such as «.docx».
    """
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise _locked()
        raise KallsvarError(
            f"Filen är sparad i ett äldre format. Öppna den i sitt program, spara den som {suffix} "
            "och lägg till den nya filen i stället."
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _check(archive)
            yield Package(archive)
    except KallsvarError:
        raise
    except Exception as error:  # what a library does with a broken file nobody can list
        raise KallsvarError(
            f"Filen är skadad eller är ingen {suffix}-fil. Öppna den i sitt program, spara den på "
            "nytt och lägg till den igen."
        ) from error


def properties(
    *, title: str | None, author: str | None, date: str | None, language: str | None
) -> Properties:
    """Return properties made tidy: empty ones, and titles that a program made up, are None."""
    name = " ".join(normalise(title or "").split())
    day = _DATE.match(date or "")
    code = re.match(r"[A-Za-z]{2,3}\b", language or "")
    return Properties(
        title=None if _UNNAMED.fullmatch(name) else name or None,
        author=" ".join(normalise(author or "").split()) or None,
        date=day[0] if day else None,
        language=code[0].lower() if code else None,
    )


def commonest(languages: Counter[str]) -> str | None:
    """Return the language, as «sv», of most of a text; ``languages`` counts its characters."""
    found = languages.most_common(1)
    return found[0][0].partition("-")[0].lower() or None if found else None


def _check(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    xml = sum(part.file_size for part in parts if part.filename.endswith(_PARTS_XML))
    if size > LARGEST_FILE or xml > LARGEST_XML or len(parts) > MOST_PARTS:
        raise KallsvarError(
            f"Filen är för stor: uppackad är den {size // 1024**2} MB, varav {xml // 1024**2} MB "
            f"text (högst {LARGEST_XML // 1024**2} MB text går att läsa). "
            "Dela upp den och lägg till delarna var för sig."
        )
    if any(part.flag_bits & 1 for part in parts) or "encrypted-package" in archive.NameToInfo:
        raise _locked()
    manifest = archive.NameToInfo.get("META-INF/manifest.xml")
    if manifest and b"encryption-data" in archive.read(manifest):
        raise _locked()


def _locked() -> KallsvarError:
    return KallsvarError(
        "Filen är skyddad med lösenord. Spara en kopia utan lösenord och lägg till den i stället."
    )


def _usual(xml: bytes) -> bytes:
    if _STRICT in xml:
        for strict, usual in _NAMESPACES:
            xml = xml.replace(_STRICT + strict, _USUAL + usual)
    return xml
