"""What is said of office files that cannot be read."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.errors import KallsvarError
from ingest.formats import reader_for
from ingest.readers import package
from ingest.readers.package import Package, Properties, opened, properties

FORMATS = [".docx", ".odt", ".pptx", ".xlsx"]
OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def said(data: bytes, suffix: str) -> str:
    with pytest.raises(KallsvarError) as error:
        reader_for(suffix)(data, document_id=f"a{suffix}")
    return str(error.value)


@pytest.mark.parametrize("suffix", FORMATS)
def test_why_a_file_cannot_be_read(suffix: str) -> None:
    damaged = (
        f"Filen är skadad eller är ingen {suffix}-fil. Öppna den i sitt program, spara den på nytt "
        "och lägg till den igen."
    )
    assert said(b"", suffix) == damaged
    assert said(b"Bara text", suffix) == damaged
    assert said(zipped(), suffix) == damaged
    assert said(zipped(något=b"annat"), suffix) == damaged
    assert said(zipped(a=b"x" * 5000)[:200], suffix) == damaged
    locked = (
        "Filen är skyddad med lösenord. Spara en kopia utan lösenord och lägg till den i stället."
    )
    assert said(OLD + "EncryptedPackage".encode("utf-16-le"), suffix) == locked
    encrypted = bytearray(zipped(a=b"x"))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(signature) + at] |= 1
    assert said(bytes(encrypted), suffix) == locked
    assert said(OLD, suffix) == (
        f"Filen är sparad i ett äldre format. Öppna den i sitt program, spara den som {suffix} och "
        "lägg till den nya filen i stället."
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_unpacks_to_more_than_memory_holds(
    suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = zipped(word__document_xml=bytes(3 * 1024**2), bild=bytes(1024**2))
    assert len(bomb) < 10_000
    monkeypatch.setattr(package, "LARGEST_XML", 2 * 1024**2)
    assert said(bomb, suffix) == (
        "Filen är för stor: uppackad är den 4 MB, varav 3 MB text (högst 2 MB text går att läsa). "
        "Dela upp den och lägg till delarna var för sig."
    )
    monkeypatch.setattr(package, "LARGEST_XML", 200 * 1024**2)
    monkeypatch.setattr(package, "LARGEST_FILE", 1024**2)
    assert said(bomb, suffix).startswith("Filen är för stor: uppackad är den 4 MB")


def test_nothing_is_fetched_and_no_entity_is_put_in() -> None:
    outer = (
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY f "mycket">]>'
        b"<a><b>&e;&f;</b><!-- nej --><?nej nej?><c>ja</c></a>"
    )
    with opened(zipped(a_xml=outer), ".docx") as found:
        root = found.xml("a.xml")
        assert root is not None
        assert [
            "".join(child.itertext()).replace("&e;", "").replace("&f;", "") for child in root
        ] == ["", "ja"]


def test_what_a_part_points_at() -> None:
    links = (
        '<Relationships xmlns="x"><Relationship Id="a" Type="http://x/notes" Target="../b/n.xml"/>'
        '<Relationship Id="b" Type="http://x/notes" Target="/c/m.xml"/>'
        '<Relationship Id="c" Type="http://x/hyperlink" Target="https://a.se/../b" TargetMode="External"/></Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/_rels/d.xml.rels", links)
    with zipfile.ZipFile(buffer) as archive:
        found = Package(archive)
        assert found.links("word/d.xml") == {
            "a": ("notes", "b/n.xml"), "b": ("notes", "c/m.xml"), "c": ("hyperlink", "https://a.se/../b"),
        }  # fmt: skip
        assert found.linked("word/d.xml", "notes") == "b/n.xml"
        assert found.linked("word/e.xml", "notes") is None


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("  Årsrapport\n2024 ", "Årsrapport 2024"),
        ("A\u030arsrapport", "Årsrapport"),
        ("Word för nybörjare", "Word för nybörjare"),
        ("Microsoft Word - utkast.docx", None),
        ("PowerPoint-presentation", None),
        ("PowerPoint Presentation", None),
        ("Dokument1", None),
        ("rapport.docx", None),
        ("", None),
        (None, None),
    ],
)
def test_titles_that_a_program_made_up_are_none(title: str | None, kept: str | None) -> None:
    assert properties(title=title, author=None, date=None, language=None).title == kept


def test_properties_are_tidy() -> None:
    assert properties(
        title=None, author=" Åsa  Öberg", date="2024-05-06T07:08:09Z", language="sv-SE"
    ) == (Properties(None, "Åsa Öberg", "2024-05-06", "sv"))
    assert properties(title=None, author=" ", date="maj 2024", language="-") == Properties()
