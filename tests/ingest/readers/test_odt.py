"""OpenDocument texts, their parts written by hand. What programs make is in test_flow.py."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.readers.odt import read_odt
from ingest.records import Document, Reference

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]

NAMES = ("office", "style", "text", "table", "meta")
NAMESPACES = " ".join(
    [f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES]
    + [
        'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"',
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"',
        'xmlns:xlink="http://www.w3.org/1999/xlink"',
        'xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ]
)
AUTOMATIC = """
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="P2" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="T2" style:family="text"><style:text-properties style:text-position="-33% 58%"/></style:style>
<style:style style:name="T3" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="T4" style:family="text"><style:text-properties fo:language="en"/></style:style>
<text:list-style style:name="L1"><text:list-level-style-bullet text:level="1"/></text:list-style>
<text:list-style style:name="L2"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>
"""
STYLES = """
<style:default-style style:family="paragraph"><style:text-properties fo:language="sv" fo:country="SE"/></style:default-style>
<style:style style:name="Heading" style:family="paragraph"/>
<style:style style:name="Title" style:family="paragraph" style:parent-style-name="Heading"/>
<style:style style:name="Subtitle" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="Rubrik_20_2" style:display-name="Rubrik 2" style:family="paragraph"/>
"""
META = (
    "<dc:title>Vega</dc:title><meta:initial-creator>Åsa Öberg</meta:initial-creator><dc:creator>Bo</dc:creator>"
    "<meta:creation-date>2023-01-02T03:04:05</meta:creation-date><dc:date>2024-05-06T07:08:09.5</dc:date>"
)


def parts(body: str) -> dict[str, str]:
    def part(name: str, content: str) -> str:
        return f'<?xml version="1.0" encoding="UTF-8"?><office:{name} {NAMESPACES}>{content}</office:{name}>'

    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": part(
            "document-content",
            f"<office:automatic-styles>{AUTOMATIC}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body>",
        ),
        "styles.xml": part(
            "document-styles",
            f"<office:styles>{STYLES}</office:styles><office:automatic-styles>"
            '<style:style style:name="P1" style:family="paragraph"/></office:automatic-styles>',
        ),
        "meta.xml": part("document-meta", f"<office:meta>{META}</office:meta>"),
    }


def zipped(files: dict[str, str] | dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(body: str) -> Document:
    return read_odt(zipped(parts(body)), document_id="skutan.odt")


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def h(text: str, level: int) -> str:
    return f'<text:h text:outline-level="{level}">{text}</text:h>'


def bullets(*items: str, style: str = "L1") -> str:
    members = "".join(f"<text:list-item>{i if '<' in i else p(i)}</text:list-item>" for i in items)
    return f'<text:list text:style-name="{style}">{members}</text:list>'


def note(text: str, key: str, kind: str = "footnote") -> str:
    return (
        f'<text:note text:id="{key}" text:note-class="{kind}"><text:note-citation>9</text:note-citation>'
        f"<text:note-body>{p(text)}</text:note-body></text:note>"
    )


def row(*cells: str) -> str:
    whole = "".join(c if c.startswith("<table") else cell(c) for c in cells)
    return f"<table:table-row>{whole}</table:table-row>"


def cell(text: str, columns: int = 1, rows: int = 1) -> str:
    span = f'table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
    return f"<table:table-cell {span}>{p(text)}</table:table-cell>"


AGAIN = '<text:note-ref text:ref-name="a">1</text:note-ref>'
COVERED = "<table:covered-table-cell/>"


def table(*rows: str, heads: str = "") -> str:
    headed = f"<table:table-header-rows>{heads}</table:table-header-rows>" if heads else ""
    return f"<table:table><table:table-column/>{headed}{''.join(rows)}</table:table>"


def test_a_whole_document_is_read_back(outline: Write, cited: Cited) -> None:
    document = read(
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion>'
        f"{p('Struket.')}</text:deletion></text:changed-region></text:tracked-changes>"
        + p("Skutan Vega", "P1")
        + p("En rapport", "Subtitle")
        + f"<text:table-of-content><text:index-body>{p('Skrovet 1')}</text:index-body></text:table-of-content>"
        + h("Skrovet", 1)
        + p(
            f"Byggt<text:s/>av\n   ek.{note('Varvet, Ritning 114', 'a')} Tjärat{note('Så var det.', 'b', 'endnote')}."
        )
        + p("Måtten är:")
        + bullets("längd", p("bredd") + p("på däck") + bullets("midskepps"), "djup")
        + f"<text:section>{h('Riggen', 2)}{p('Två<text:line-break/>Master' + AGAIN + '.')}</text:section>"
        + p("Segel", "Rubrik_20_2")
        + p("Sju<text:tab/>st."),
    )
    assert (document.title, document.author, document.date, document.language) == (
        "Skutan Vega", "Åsa Öberg", "2024-05-06", "sv",
    )  # fmt: skip
    assert outline(document) == [
        (1, "Skutan Vega"),
        ("paragraph", "En rapport"),
        (2, "Skrovet"),
        ("paragraph", "Byggt av ek. Tjärat."),
        ("paragraph", "Måtten är:"),
        ("item", "Måtten är:", "längd"),
        ("item", "Måtten är:", "bredd\npå däck"),
        ("item", "på däck", "midskepps"),
        ("item", "Måtten är:", "djup"),
        (3, "Riggen"),
        ("paragraph", "Två"),
        ("paragraph", "Master."),
        (3, "Segel"),
        ("paragraph", "Sju st."),
        (2, "Referenser"),
        ("reference", "1. Varvet, Ritning 114"),
        ("reference", "2. Så var det."),
    ]
    assert cited(document) == [(1, "Byggt av ek."), (2, "v ek. Tjärat"), (1, "Master")]
    assert document.references == (
        Reference(1, "Varvet", "Ritning 114"),
        Reference(2, None, "Så var det."),
    )


def test_raised_hidden_and_foreign_text(cited: Cited) -> None:
    span = '<text:span text:style-name="{}">{}</text:span>'
    document = read(
        p(f"Byggt av ek.{span.format('T1', '2')} H{span.format('T2', '2')}O på 4 m{span.format('T1', '2')}.")
        + p(span.format("T3", "hemligt") + "synligt" + span.format("T4", "a longer English text of many letters, longer than the rest of this document"))
        + p("Källor")
        + bullets("Varvet, Ritning", '<text:p><text:a xlink:href="https://exempel.se/m">Museet</text:a></text:p>', style="L2")
    )  # fmt: skip
    assert document.text.splitlines() == [
        "Byggt av ek. H2O på 4 m².",
        "synligta longer English text of many letters, longer than the rest of this document",
        "Källor",
        "1. Varvet, Ritning",
        "2. Museet",
    ]
    assert cited(document) == [(2, "Byggt av ek.")]
    assert document.references[1] == Reference(2, None, "Museet", "https://exempel.se/m")
    assert document.language == "en"


def test_frames_annotations_and_fields() -> None:
    document = read(
        p(
            "Se bilden"
            f"<office:annotation>{p('En kommentar')}</office:annotation>"
            f"<draw:frame><draw:text-box>{p('Bild 1: Skutan')}{bullets('i hamn')}</draw:text-box></draw:frame>"
            '<text:bookmark-ref text:ref-name="x">, sidan 4</text:bookmark-ref>'
            "<text:ruby><text:ruby-base> här</text:ruby-base><text:ruby-text>hit</text:ruby-text></text:ruby>."
        )
        + f"<draw:custom-shape>{p('I en figur.')}</draw:custom-shape>"
    )
    assert document.text == "Se bilden, sidan 4 här.\nBild 1: Skutan\ni hamn\nI en figur."


def test_tables(outline: Write) -> None:
    document = read(
        h("Mått", 1)
        + p("Tabell 1: Skrovet", "Table")
        + table(row("Längd", "22 meter"), row("Bredd", "5 meter"))
        + table(
            row(cell("Nord", rows=2), "10", "20"),
            row(COVERED, cell("okänt", columns=2), COVERED),
            row(cell("Alla", columns=3), COVERED, COVERED),
            heads=row(cell("Region", rows=2), cell("Kostnad", columns=2), COVERED) + row(COVERED, "2023", "2024"),
        )
        + table(row('<table:table-cell table:number-columns-repeated="3"/>'), row("a", "b", "c"), row("1", "2", "3"))
    )  # fmt: skip
    assert outline(document) == [
        (1, "Mått"),
        ("paragraph", "Tabell 1: Skrovet"),
        ("fact", "Längd", "22 meter"),
        ("fact", "Bredd", "5 meter"),
        ("row", ("Region", "Nord"), ("Kostnad 2023", "10"), ("Kostnad 2024", "20")),
        ("row", ("Region", "Nord"), ("Kostnad 2023, Kostnad 2024", "okänt")),
        ("paragraph", "Alla"),
        ("row", ("a", "1"), ("b", "2"), ("c", "3")),
    ]


def test_a_heading_in_a_list_and_bold_headings(outline: Write) -> None:
    document = read(bullets(h("Skrovet", 1)) + p("Ek.") + h("Riggen", 1) + p("Master."))
    assert outline(document) == [
        (2, "Skrovet"), ("paragraph", "Ek."), (2, "Riggen"), ("paragraph", "Master."),
    ]  # fmt: skip
    assert document.title == "Vega"
    bold = read(p("Skutan", "P2") + p("Grön.") + p("Riggen", "P2") + p("Två master."))
    assert outline(bold) == [
        (1, "Skutan"), ("paragraph", "Grön."), (2, "Riggen"), ("paragraph", "Två master."),
    ]  # fmt: skip


def test_a_text_with_a_password_is_told() -> None:
    manifest = (
        '<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    )
    for locked in (
        {**parts(p("Hej")), "META-INF/manifest.xml": manifest},
        {"encrypted-package": "…", "mimetype": ""},
    ):
        with pytest.raises(KallsvarError, match=r"^Filen är skyddad med lösenord\."):
            read_odt(zipped(locked), document_id="a.odt")


@pytest.mark.parametrize("body", ["", p(""), p("<text:tab/>")])
def test_without_text(body: str) -> None:
    with pytest.raises(KallsvarError, match=r"^Filen innehåller ingen text\."):
        read(body)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans())
def test_any_bytes_are_read_or_refused(chance: random.Random, changes: int, inside: bool) -> None:
    def mutated(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(changes):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        return bytes(changed)

    whole = parts(
        h("Skutan", 1) + p("Grön." + note("Not", "a")) + bullets("punkt") + table(row("a", "b"))
    )
    if inside:
        data = zipped({name: mutated(text.encode()) for name, text in whole.items()})
    else:
        data = mutated(zipped(whole))
    try:
        document = read_odt(data, document_id="a.odt")
    except KallsvarError:
        return
    assert document.text
    assert all(0 <= marker.offset <= len(document.text) for marker in document.markers)
