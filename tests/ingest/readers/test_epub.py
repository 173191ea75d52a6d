"""Books in EPUB, made by hand with zipfile and by pandoc."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.readers import epub
from ingest.readers.epub import read_epub
from ingest.records import Document, Reference

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/bok.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:title>Skutan Vega</dc:title><dc:creator>Åsa Öberg</dc:creator><dc:creator>Bo Berg</dc:creator>
<dc:language>sv-SE</dc:language><dc:date opf:event="modification">2026-01-01</dc:date>
<dc:date>2025-03-04T00:00:00Z</dc:date><dc:publisher>Varvets förlag</dc:publisher></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="k2" href="text/kapitel%202.xhtml" media-type="application/xhtml+xml"/>
<item id="k1" href="text/kapitel1.xhtml" media-type="application/xhtml+xml"/>
<item id="noter" href="noter.xhtml" media-type="application/xhtml+xml"/>
<item id="bild" href="bild.svg" media-type="image/svg+xml"/></manifest>
<spine><itemref idref="nav"/><itemref idref="noter" linear="no"/><itemref idref="bild"/><itemref idref="k1"/><itemref idref="k2"/><itemref idref="saknas"/></spine>
</package>"""


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{body}</body></html>'
    )


PARTS = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/bok.opf": PACKAGE,
    "OEBPS/nav.xhtml": chapter("<nav><ol><li><a href='text/kapitel1.xhtml'>Skrovet</a></li></ol></nav>"),
    "OEBPS/text/kapitel1.xhtml": chapter(
        '<h1 id="h">Skrovet</h1><a id="s1"/><p>Byggt av ek.<a epub:type="noteref" href="../noter.xhtml#n1">1</a>'
        '<span epub:type="pagebreak" id="sida2">2</span> Tjärat.<a epub:type="noteref" href="#egen">*</a></p>'
        '<aside hidden="hidden" epub:type="footnote" id="egen"><p>* Med furutjära.</p></aside>'
        "<ul><li>bord</li><li>spant</li></ul>"
    ),
    "OEBPS/text/kapitel 2.xhtml": chapter(
        '<h1 id="h">Riggen</h1><p>Två master.<sup><a href="../noter.xhtml#n2">2</a></sup></p>'
        "<h2>Segel</h2><dl><dt>Segelyta</dt><dd>240 m<sup>2</sup></dd></dl>"
    ),
    "OEBPS/noter.xhtml": chapter(
        '<h2>Noter</h2><p id="n1"><a href="text/kapitel1.xhtml#s1">1</a>. Varvet, Ritning 114</p>'
        '<p id="n2"><a href="text/kapitel%202.xhtml#h">2</a>. Föreningen, <a href="https://vega.example">Årsbok</a></p>'
    ),
    "OEBPS/bild.svg": "<svg/>",
}  # fmt: skip


def book(**changed: str | None) -> bytes:
    """Return the book, with parts replaced or (None) left out, by the last part of their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for path, content in PARTS.items():
            name = path.rpartition("/")[2].partition(".")[0].replace(" ", "_")
            new = changed.pop(name, content)
            if new is not None:
                archive.writestr(path, new)
        for name, content in changed.items():
            archive.writestr(f"META-INF/{name}.xml", content or "")
    return buffer.getvalue()


def read(data: bytes) -> Document:
    return read_epub(data, document_id="böcker/vega.epub")


def test_a_book_is_read_in_order(outline: Write, cited: Cited) -> None:
    document = read(book())
    assert outline(document) == [
        (2, "Skrovet"),
        ("paragraph", "Byggt av ek. Tjärat."),
        ("item", None, "bord"),
        ("item", None, "spant"),
        (2, "Riggen"),
        ("paragraph", "Två master."),
        (3, "Segel"),
        ("fact", "Segelyta", "240 m²"),
        (2, "Noter"),
        ("reference", "1. Varvet, Ritning 114"),
        ("reference", "2. Föreningen, Årsbok"),
        ("reference", "3. Med furutjära."),
    ]
    assert cited(document) == [(1, "Byggt av ek."), (3, " ek. Tjärat."), (2, "Två master.")]
    assert document.references == (
        Reference(1, "Varvet", "Ritning 114"),
        Reference(2, "Föreningen", "Årsbok", "https://vega.example"),
        Reference(3, None, "Med furutjära."),
    )
    assert document.section(document.text.index("240")) == ("Riggen", "Segel")


def test_a_book_says_what_it_is() -> None:
    document = read(book())
    assert (document.title, document.author, document.date) == (
        "Skutan Vega", "Åsa Öberg, Bo Berg", "2025-03-04",
    )  # fmt: skip
    assert (document.publisher, document.language) == ("Varvets förlag", "sv")
    assert read_epub(book(), document_id="v.epub", title="Min").title == "Min"


def test_a_title_page_is_the_title(outline: Write) -> None:
    document = read(book(kapitel1=chapter("<h1>Skutan Vega</h1><p>En bok.</p>")))
    assert outline(document)[:3] == [(1, "Skutan Vega"), ("paragraph", "En bok."), (2, "Riggen")]


def test_an_older_book_s_contents_are_passed_over() -> None:
    guide = '<guide><reference type="toc" href="text/kapitel1.xhtml"/></guide></package>'
    document = read(book(bok=PACKAGE.replace("</package>", guide)))
    assert document.text.splitlines()[0] == "Riggen"


ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/><enc:CipherData><enc:CipherReference URI="x"/>'
    "</enc:CipherData></enc:EncryptedData></encryption>"
)


def test_a_protected_book_is_reported_as_that() -> None:
    data = book(encryption=ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
    with pytest.raises(KallsvarError) as error:
        read(data)
    assert str(error.value) == (
        "Boken är kopieringsskyddad (DRM) och går inte att läsa. Lägg in en utgåva utan skydd."
    )


@pytest.mark.parametrize(
    "method", ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"]
)
def test_scrambled_fonts_protect_nothing(method: str) -> None:
    assert read(book(encryption=ENCRYPTION.format(method))).title == "Skutan Vega"


BROKEN = "Filen är ingen hel EPUB-bok: {}. Hämta eller exportera boken på nytt."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Filen är tom."),
        (b"inte en zip", BROKEN.format("den går inte att packa upp")),
        (book()[:-40], BROKEN.format("den går inte att packa upp")),
        (book(container=None), BROKEN.format("delen «META-INF/container.xml» saknas")),
        (book(bok=None), BROKEN.format("delen «OEBPS/bok.opf» saknas")),
        (book(bok="<package"), BROKEN.format("delen «OEBPS/bok.opf» är ingen giltig XML")),
        (book(container="<container/>"), BROKEN.format("den säger inte var dess innehåll står")),
        (book(kapitel1=None), BROKEN.format("delen «OEBPS/text/kapitel1.xhtml» saknas")),
        (
            book(
                **{name: chapter("<img src='a'/>") for name in ("kapitel1", "kapitel_2", "noter")}
            ),
            "Boken har ingen text att läsa; kanske består den av bilder.",
        ),
        (book(bok="<package/>"), "Boken har ingen text att läsa; kanske består den av bilder."),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(KallsvarError) as error:
        read(data)
    assert str(error.value) == reason


def test_a_book_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = book(kapitel1=chapter("<p>" + "a" * 60_000_000 + "</p>"))
    assert len(data) < 100_000
    with pytest.raises(KallsvarError) as error:
        read(data)
    assert str(error.value) == ("Boken är orimligt stor när den packas upp, och läses inte.")
    # The limit is on all parts together.
    largest = max(len(content.encode()) for content in PARTS.values())
    monkeypatch.setattr(epub, "_MOST_BYTES", largest + 100)
    with pytest.raises(KallsvarError, match="orimligt stor"):
        read(book())


def test_a_damaged_part_is_told(outline: Write) -> None:
    data = bytearray(book())
    at = data.index(b"kapitel1.xhtml") + 40
    data[at : at + 30] = bytes(30)
    with pytest.raises(KallsvarError, match=r"kapitel1\.xhtml» går inte att packa upp"):
        read(bytes(data))


SOURCE = """---
title: Skutan Vega
author: Åsa Öberg
date: 2025-03-04
lang: sv
---

# Skrovet

Byggt av ek.[^1] Tjärat.

## Mått

Ta med:

- tumstock
- Rep
  - grovt
- penna

Längd
: 22 meter[^2]

Bredd
: 5 meter

| År | Kronor |
|----|-------:|
| 2019 | 800 000[^2] |

# Riggen

Två master.[^1]

[^1]: Varvet, Ritning 114
[^2]: Föreningen, Årsbok. <https://vega.example>
"""


@pytest.mark.parametrize("form", ["epub3", "epub2", "html5", "html4"])
def test_pandoc_s_books_and_pages_are_read(
    form: str, tmp_path: Path, outline: Write, cited: Cited
) -> None:
    pypandoc = pytest.importorskip("pypandoc", reason="pypandoc_binary är inte installerat")
    from ingest.formats import reader_for

    path = tmp_path / f"vega.{form.rstrip('2345') if form.startswith('epub') else 'html'}"
    pypandoc.convert_text(
        SOURCE, form, format="markdown", outputfile=str(path), extra_args=["--standalone", "--toc"]
    )
    document = reader_for(path.suffix)(path.read_bytes(), document_id=path.name)
    assert (document.title, document.author, document.date, document.language) == (
        "Skutan Vega", "Åsa Öberg", "2025-03-04", "sv",
    )  # fmt: skip
    own = outline(document)[outline(document).index((2, "Skrovet")) :]
    assert own == [
        (2, "Skrovet"),
        ("paragraph", "Byggt av ek. Tjärat."),
        (3, "Mått"),
        ("paragraph", "Ta med:"),
        ("item", "Ta med:", "tumstock"),
        ("item", "Ta med:", "Rep"),
        ("item", "Rep", "grovt"),
        ("item", "Ta med:", "penna"),
        ("fact", "Längd", "22 meter"),
        ("fact", "Bredd", "5 meter"),
        ("row", ("År", "2019"), ("Kronor", "800 000")),
        (2, "Riggen"),
        ("paragraph", "Två master."),
        (2, "Referenser"),
        # Pandoc writes a note again where it is cited again.
        ("reference", "1. Varvet, Ritning 114"),
        ("reference", "2. Föreningen, Årsbok. https://vega.example"),
        ("reference", "3. Föreningen, Årsbok. https://vega.example"),
        ("reference", "4. Varvet, Ritning 114"),
    ]
    assert cited(document) == [
        (1, "Byggt av ek."), (2, "gd: 22 meter"), (3, "nor: 800 000"), (4, "Två master."),
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans())
def test_any_bytes_are_read_or_refused(chance: random.Random, changes: int, inside: bool) -> None:
    def mutated(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(changes):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        return bytes(changed)

    if inside:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for path, content in PARTS.items():
                archive.writestr(path, mutated(content.encode()))
        data = buffer.getvalue()
    else:
        data = mutated(book())
    try:
        document = read(data)
    except KallsvarError:
        return
    assert document.text
    assert all(0 <= marker.offset <= len(document.text) for marker in document.markers)
