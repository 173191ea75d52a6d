"""Word documents: parts written by hand, and files made by python-docx, pandoc and LibreOffice."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.formats import reader_for
from ingest.readers.docx import read_docx
from ingest.records import Document, Marker, Reference

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
# As a Swedish Word writes them: the names are English, the ids are not.
STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="sv-SE"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Rubrik"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Underrubrik"><w:name w:val="Subtitle"/><w:basedOn w:val="Rubrik"/></w:style>
<w:style w:type="paragraph" w:styleId="Rubrik1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Rubrik2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Egen"><w:name w:val="Vår rubrik"/><w:basedOn w:val="Rubrik2"/></w:style>
<w:style w:type="paragraph" w:styleId="Bilaga"><w:name w:val="Bilaga"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Innehll1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Punktlista"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Fetrad"><w:name w:val="Fet rad"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Upp"><w:name w:val="Upphöjd"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
<w:style w:type="table" w:styleId="Rutnt"><w:name w:val="Table Grid"/></w:style>
<w:style w:type="table" w:styleId="Randad"><w:name w:val="Grid Table 4"/><w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr></w:tblStylePr></w:style>
"""
NUMBERING = """
<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
"""
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>{title}</dc:title><dc:creator>Åsa Öberg</dc:creator><dcterms:created>2023-01-02T03:04:05Z</dcterms:created>"
    "<dcterms:modified>2024-05-06T07:08:09Z</dcterms:modified></cp:coreProperties>"
)


def parts(
    body: str,
    *,
    footnotes: str = "",
    endnotes: str = "",
    links: str = "",
    note_links: str = "",
    title: str = "",
) -> dict[str, str]:
    """Return a Word document's parts."""

    def part(name: str, content: str) -> str:
        return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {NAMESPACES}>{content}</w:{name}>'

    def relations(content: str) -> str:
        namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
        return f'<Relationships xmlns="{namespace}">{content}</Relationships>'

    kinds = ("styles", "numbering", "footnotes", "endnotes", "header")
    own = "".join(
        f'<Relationship Id="k{i}" Type="{R}/{kind}" Target="{kind}.xml"/>'
        for i, kind in enumerate(kinds)
    )
    return {
        "_rels/.rels": relations(
            f'<Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/>'
        ),
        "word/document.xml": part("document", f"<w:body>{body}<w:sectPr/></w:body>"),
        "word/_rels/document.xml.rels": relations(own + links),
        "word/styles.xml": part("styles", STYLES),
        "word/numbering.xml": part("numbering", NUMBERING),
        "word/footnotes.xml": part("footnotes", f"{SEPARATOR.format('footnote')}{footnotes}"),
        "word/_rels/footnotes.xml.rels": relations(note_links),
        "word/endnotes.xml": part("endnotes", f"{SEPARATOR.format('endnote')}{endnotes}"),
        "word/header.xml": part("hdr", p("Sidhuvud")),
        "docProps/core.xml": CORE.format(title=title),
    }


SEPARATOR = '<w:{0} w:type="separator" w:id="-1"><w:p><w:r><w:t>linje</w:t></w:r></w:p></w:{0}>'


def zipped(files: dict[str, str] | dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*content: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = "".join(c if c.startswith("<") else r(c) for c in content)
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def item(text: str, level: int = 0, number: int = 1) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return p(text, properties=numbered)


def foot(number: int) -> str:
    return (
        f'<w:r><w:rPr><w:rStyle w:val="Upp"/></w:rPr><w:footnoteReference w:id="{number}"/></w:r>'
    )


def end(number: int) -> str:
    return f'<w:r><w:endnoteReference w:id="{number}"/></w:r>'


def note(number: int, *content: str, kind: str = "footnote") -> str:
    text = p(f"<w:r><w:{kind}Ref/></w:r>", r(" "), *content)
    return f'<w:{kind} w:id="{number}">{text}</w:{kind}>'


def raised(text: str) -> str:
    return r(text, '<w:vertAlign w:val="superscript"/>')


def bold(text: str) -> str:
    return r(text, "<w:b/>")


def table(*rows: str, style: str = "Rutnt") -> str:
    look = '<w:tblLook w:val="04A0" w:firstRow="1"/>'
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>{look}</w:tblPr>{"".join(rows)}</w:tbl>'


def row(*cells: str, properties: str = "") -> str:
    whole = "".join(c if c.startswith("<w:tc>") else cell(c) for c in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{whole}</w:tr>"


def cell(*content: str, span: int = 1, merge: str = "") -> str:
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    inside = "".join(c if c.startswith(("<w:p>", "<w:tbl>")) else p(c) for c in content)
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>{inside}</w:tc>'


def read(body: str, **rest: str) -> Document:
    return read_docx(zipped(parts(body, **rest)), document_id="skutan.docx")


def field(instruction: str, result: str) -> str:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return char.format("begin") + told + char.format("separate") + result + char.format("end")


LINK = f'<Relationship Id="h{{}}" Type="{R}/hyperlink" Target="{{}}" TargetMode="External"/>'
BOX = "<w:txbxContent>{}</w:txbxContent>"
SHAPE = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{0}</wps:txbx></w:drawing></mc:Choice>'
    "<mc:Fallback><w:pict><v:textbox>{0}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
CONTENTS = (
    '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    f"<w:sdtContent>{p('Innehåll')}{p('Skrovet 2', style='Innehll1')}</w:sdtContent></w:sdt>"
)
PROMPT = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('Klicka här')}</w:sdtContent></w:sdt>"


def test_a_whole_document_is_read_back(outline: Write, cited: Cited) -> None:
    document = read(
        p("Skutan Vega", style="Rubrik")
        + p("En rapport", style="Underrubrik")
        + CONTENTS
        + p("Riggen 3", style="Innehll1")
        + p("Skrovet", style="Rubrik1")
        + p("Byggt av ek.", foot(2), " Tjärat ", bold("varje"), " vår.", end(1), foot(5))
        + p("Måtten är:")
        + item("längd 22 meter")
        + item("bredd", number=1)
        + item("däck 5 meter", level=1)
        + p()
        + p("Riggen", style="Rubrik2")
        + p("Två master.", foot(2))
        + p("Segel", style="Egen")
        + p("Sju.", style="Normal")
        + p("Karta", style="Bilaga"),
        footnotes=note(5, "Museet, Tjärans historia, ", r("2019"))
        + note(
            2, "Varvet, Ritning 114. ", f'<w:hyperlink r:id="h1">{r("Se arkivet")}</w:hyperlink>'
        ),
        endnotes=note(1, "Så var det, enligt byborna.", kind="endnote"),
        note_links=LINK.format(1, "https://exempel.se/114"),
        title="Dokument1",
    )
    assert (document.title, document.author, document.date, document.language) == (
        "Skutan Vega", "Åsa Öberg", "2024-05-06", "sv",
    )  # fmt: skip
    assert outline(document) == [
        (1, "Skutan Vega"),
        ("paragraph", "En rapport"),
        (2, "Skrovet"),
        ("paragraph", "Byggt av ek. Tjärat varje vår."),
        ("paragraph", "Måtten är:"),
        ("item", "Måtten är:", "längd 22 meter"),
        ("item", "Måtten är:", "bredd"),
        ("item", "bredd", "däck 5 meter"),
        (3, "Riggen"),
        ("paragraph", "Två master."),
        (3, "Segel"),
        ("paragraph", "Sju."),
        (3, "Karta"),
        (2, "Referenser"),
        ("reference", "1. Varvet, Ritning 114. Se arkivet"),
        ("reference", "2. Så var det, enligt byborna."),
        ("reference", "3. Museet, Tjärans historia, 2019"),
    ]
    assert cited(document) == [
        (1, "Byggt av ek."), (2, "t varje vår."), (3, "t varje vår."), (1, "Två master."),
    ]  # fmt: skip
    assert document.references == (
        Reference(1, "Varvet", "Ritning 114. Se arkivet", "https://exempel.se/114"),
        Reference(2, None, "Så var det, enligt byborna."),
        Reference(3, "Museet", "Tjärans historia, 2019"),
    )
    assert document.pages == ()


def test_changes_are_read_as_accepted() -> None:
    document = read(
        p(
            "Skutan har ",
            f'<w:del w:id="1">{r("en mast").replace("w:t", "w:delText")}</w:del>',
            f'<w:ins w:id="2">{r("två master")}</w:ins>',
            f'<w:moveFrom w:id="3">{r(" borta")}</w:moveFrom>',
            ".",
        )
        + p("Den är ", properties='<w:rPr><w:del w:id="4"/></w:rPr>')
        + p("grön.")
        + f'<w:ins w:id="5">{p("Nytt stycke.")}</w:ins>'
        + table(
            row("Längd", "22"),
            row("Bredd", "5", properties='<w:del w:id="6"/>'),
            row("Djup", "3"),
        )
    )
    assert document.text == (
        "Skutan har två master.\nDen är grön.\nNytt stycke.\nLängd: 22\nDjup: 3"
    )


def test_what_is_not_plain_text_in_a_paragraph() -> None:
    document = read(
        p(
            "Se ",
            f'<w:hyperlink r:id="h1">{r("arkivet")}</w:hyperlink>',
            ",",
            "<w:r><w:tab/></w:r>",
            f'<w:smartTag w:element="ort">{r("Umeå")}</w:smartTag>',
            " ",
            field(" REF sida ", r("sidan 4")),
            f'<w:fldSimple w:instr=" DATE ">{r(" idag")}</w:fldSimple>',
            r("hemligt", "<w:vanish/>"),
            PROMPT,
            " 70",
            "<w:r><w:noBreakHyphen/></w:r>",
            "talet",
            '<w:r><w:sym w:font="Symbol" w:char="F0B7"/><w:sym w:font="Arial" w:char="00A7"/></w:r>',
            "<m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath>",
            SHAPE.format(BOX.format(p("I rutan.") + item("punkt"))),
        )
        + p("Adress:", "<w:r><w:br/></w:r>", "Kajen 4", "<w:r><w:br/></w:r>", "men inte här"),
        links=LINK.format(1, "https://exempel.se"),
    )
    assert document.text == (
        "Se arkivet, Umeå sidan 4 idag 70-talet§x=2\nI rutan.\npunkt\nAdress:\nKajen 4 men inte här"
    )


def test_a_note_cited_again_through_a_bookmark(cited: Cited) -> None:
    marked = '<w:bookmarkStart w:id="9" w:name="_Ref1"/>{}<w:bookmarkEnd w:id="9"/>'
    document = read(
        p("Först.", foot(1))
        + p("Sedan.", marked.format(foot(2)))
        + p("Igen.", field(r" NOTEREF _Ref1 \h ", raised("2")), " Och så.")
        + p("Okänd.", field(r" NOTEREF _Ref9 \h ", r("7"))),
        footnotes=note(1, "Etta") + note(2, "Tvåa"),
    )
    assert cited(document) == [(1, "Först."), (2, "Sedan."), (2, "Igen.")]
    assert document.text.splitlines()[2:4] == ["Igen. Och så.", "Okänd.7"]


def test_marks_of_the_writer_s_own_and_empty_notes(cited: Cited) -> None:
    own = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/><w:t>*</w:t></w:r>'
    document = read(
        p("Grön.", own) + p("Röd.", foot(2)) + p("Blå.", foot(3)),
        footnotes=note(1, "Om grönt") + note(2) + note(3, "Om blått"),
    )
    assert document.text == "Grön.\nRöd.\nBlå.\nReferenser\n1. Om grönt\n2. Om blått"
    assert cited(document) == [(1, "Grön."), (2, "Blå.")]


def test_a_reference_list_with_raised_numbers(cited: Cited) -> None:
    document = read(
        p("Byggt av ek.", raised("1"), raised(","), raised("2"), " Däcket är 40 m", raised("2"))
        + p("Vikten är 10", raised("6"), " kilo, priset 3 000", raised("3"), " kronor.")
        + p("Antalet är 10", raised("4"), ".")
        + p("Okänt.", raised("9"))
        + p("Källförteckning", style="Rubrik1")
        + p("1: Varvet, Ritning 114")
        + p("2: Museet, Tjärans historia, ", f'<w:hyperlink r:id="h1">{r("läs")}</w:hyperlink>')
        + "".join(p(f"{n}: Bladet, Nummer {n}") for n in (3, 4, 5, 6))
        + p("Bilaga", style="Rubrik1")
        + p("Karta."),
        links=LINK.format(1, "https://exempel.se/tjara"),
    )
    assert document.text == (
        "Byggt av ek. Däcket är 40 m²\nVikten är 10⁶ kilo, priset 3 000 kronor.\nAntalet är 10.\n"
        "Okänt.⁹\nKällförteckning\n1: Varvet, Ritning 114\n2: Museet, Tjärans historia, läs\n3: Bladet, "
        "Nummer 3\n4: Bladet, Nummer 4\n5: Bladet, Nummer 5\n6: Bladet, Nummer 6\nBilaga\nKarta."
    )
    assert cited(document) == [
        (1, "Byggt av ek."),
        (2, "Byggt av ek."),
        (3, "priset 3 000"),
        (4, "ntalet är 10"),
    ]
    assert document.references[:2] == (
        Reference(1, "Varvet", "Ritning 114"),
        Reference(2, "Museet", "Tjärans historia, läs", "https://exempel.se/tjara"),
    )


def test_a_reference_list_with_flattened_numbers_and_one_numbered_by_word(cited: Cited) -> None:
    document = read(
        p("Byggt av ek. 1 Tjärat [2].")
        + p("Referenser:")
        + item("Varvet, Ritning 114", number=2)
        + item("2023 års inventering", number=2)
    )
    assert document.text == (
        "Byggt av ek. Tjärat.\nReferenser\n1. Varvet, Ritning 114\n2. 2023 års inventering"
    )
    assert cited(document) == [(1, "Byggt av ek."), (2, "v ek. Tjärat")]
    assert document.references == (
        Reference(1, "Varvet", "Ritning 114"),
        Reference(2, None, "2023 års inventering"),
    )


def test_notes_are_numbered_after_a_typed_list(cited: Cited) -> None:
    document = read(
        p("Byggt av ek.", foot(1), " Tjärat.", raised("2"))
        + p("Referenser")
        + p("1. Varvet, Ritning")
        + p("2. Museet, Historia"),
        footnotes=note(1, "Utan kvistar."),
    )
    assert cited(document) == [(3, "Byggt av ek."), (2, " ek. Tjärat.")]
    assert document.text.endswith(
        "Referenser\n1. Varvet, Ritning\n2. Museet, Historia\nReferenser\n3. Utan kvistar."
    )
    assert [r.number for r in document.references] == [1, 2, 3]


def test_a_marker_alone_after_a_list_is_its_last_item_s(cited: Cited) -> None:
    document = read(
        p("Ombord finns:") + item("rep") + item("segel") + p(foot(1)),
        footnotes=note(1, "Egen lista"),
    )
    assert cited(document) == [(1, "segel")]


def test_tables(outline: Write) -> None:
    heads = "<w:tblHeader/>"
    document = read(
        p("Tabell 1. Mått")
        + table(row("Längd:", "22 meter"), row("Bredd", "5 meter"))
        + p("Tabell 2. Kostnader")
        + table(
            row(cell("Post", merge="restart"), cell("Kostnad", span=2), properties=heads),
            row(cell("", merge="continue"), "2023", "2024", properties=heads),
            row(cell(p("Segel"), p("och rep"), merge="restart"), "10", "20"),
            row(cell("", merge="continue"), cell("ingen uppgift", span=2)),
            row(cell("Därefter", span=3)),
            row("Mast", "", "7"),
        )
        + table(row("År", "Besökare"), row("2023", "1 200"), row("2024", "900 st"))
        + table(row("Ort", "Hamn"), row("Umeå", "Holmsund"), style="Randad")
        + table(row(bold("Ort"), bold("Hamn")), row("Luleå", "Svartön"))
        + table(row("1", "2", "3"), row("4", "5", "6"))
        + table(
            row(cell("Ort", merge="restart"), cell("Besökare", span=2)),
            row(cell("", merge="continue"), "vinter", "sommar"),
            row("Umeå", "10", "90"),
        )
        + table(
            row(cell("Ort", merge="restart"), "Djup", "Bredd"),
            row(cell("", merge="continue"), "(meter)", "(fot)"),
            row("Piteå", "4", "60"),
        )
        + table(row("Ort", cell("Djup", span=2)), row("", "inne", "ute"), row("Luleå", "3", "9"))
        + table(row(cell(p("Faktaruta", style="Rubrik1"), p("I rutan."), item("punkt"))))
        + table(row(cell(table(row("Djup", "3"))), "bredvid"))
    )
    assert outline(document) == [
        ("paragraph", "Tabell 1. Mått"),
        ("fact", "Längd", "22 meter"),
        ("fact", "Bredd", "5 meter"),
        ("paragraph", "Tabell 2. Kostnader"),
        ("row", ("Post", "Segel och rep"), ("Kostnad 2023", "10"), ("Kostnad 2024", "20")),
        ("row", ("Post", "Segel och rep"), ("Kostnad 2023, Kostnad 2024", "ingen uppgift")),
        ("paragraph", "Därefter"),
        ("row", ("Post", "Mast"), ("Kostnad 2024", "7")),
        ("row", ("År", "2023"), ("Besökare", "1 200")),
        ("row", ("År", "2024"), ("Besökare", "900 st")),
        ("row", ("Ort", "Umeå"), ("Hamn", "Holmsund")),
        ("row", ("Ort", "Luleå"), ("Hamn", "Svartön")),
        ("row", ("", "1"), ("", "2"), ("", "3")),
        ("row", ("", "4"), ("", "5"), ("", "6")),
        ("row", ("Ort", "Umeå"), ("Besökare vinter", "10"), ("Besökare sommar", "90")),
        ("row", ("Ort", "Piteå"), ("Djup (meter)", "4"), ("Bredd (fot)", "60")),
        ("row", ("Ort", "Luleå"), ("Djup inne", "3"), ("Djup ute", "9")),
        (2, "Faktaruta"),
        ("paragraph", "I rutan."),
        ("item", "I rutan.", "punkt"),
        ("fact", "Djup", "3"),
        ("paragraph", "bredvid"),
    ]


def test_notes_in_tables(cited: Cited) -> None:
    document = read(
        table(
            row("Post", cell(p("Kronor", foot(1))), "Anm", properties="<w:tblHeader/>"),
            row(cell(p("Segel", foot(2))), "10", "nytt"),
            row("Mast", "20", ""),
        )
        + table(row(cell(p("Längd", foot(3))), cell(p("22 m", foot(4))))),
        footnotes="".join(note(n, f"Not {n}") for n in (1, 2, 3, 4)),
    )
    assert document.text.startswith(
        "Post: Segel; Kronor: 10; Anm: nytt\nPost: Mast; Kronor: 20\nLängd: 22 m\nReferenser\n1. Not 1"
    )
    # The note to a column's heading holds for its values.
    assert cited(document) == [
        (2, "Post: Segel"), (1, "; Kronor: 10"), (1, "; Kronor: 20"), (3, "Längd"), (4, "Längd: 22 m"),
    ]  # fmt: skip


def test_headings_that_are_merely_bold(outline: Write) -> None:
    document = read(
        p(bold("Om skutan"))
        + p("Vega är grön.")
        + p("Skrovet", style="Fetrad")
        + p("Byggt av ek. ", bold("Tjärat varje vår."))
        + p(bold("Hela den här meningen är viktig."))
        + p("Slut."),
        title="Något annat",
    )
    assert document.title == "Om skutan"
    assert outline(document) == [
        (1, "Om skutan"),
        ("paragraph", "Vega är grön."),
        (2, "Skrovet"),
        ("paragraph", "Byggt av ek. Tjärat varje vår."),
        ("paragraph", "Hela den här meningen är viktig."),
        ("paragraph", "Slut."),
    ]


def test_lists_and_facts_typed_by_hand(outline: Write) -> None:
    document = read(
        p("Skrovet", style="Rubrik1")
        + p("Ta med.")
        + p("- rep")
        + p("- segel")
        + p("Längd: 22 meter")
        + p("Bredd: 5 meter")
        + p("Masten", style="Rubrik1")
        + p("Kort rad")
        + p("Slut.")
    )
    assert outline(document) == [
        (2, "Skrovet"),
        ("paragraph", "Ta med."),
        ("item", "Ta med.", "rep"),
        ("item", "Ta med.", "segel"),
        ("fact", "Längd", "22 meter"),
        ("fact", "Bredd", "5 meter"),
        (2, "Masten"),
        ("paragraph", "Kort rad"),
        ("paragraph", "Slut."),
    ]


def test_which_title_is_the_title(outline: Write) -> None:
    first = p("Skutan", style="Rubrik1") + p("A.") + p("Skrovet", style="Rubrik2") + p("B.")
    assert outline(read(first)) == [
        (1, "Skutan"),
        ("paragraph", "A."),
        (2, "Skrovet"),
        ("paragraph", "B."),
    ]
    assert read(first).title == "Skutan"
    # Two of the first level: neither is the title.
    several = first + p("Riggen", style="Rubrik1") + p("C.")
    assert (read(several).title, read(several, title="Vega").title) == ("skutan", "Vega")
    assert [b.level for b in read(several).blocks if b.kind == "heading"] == [2, 3, 2]
    lines = (
        p("Skutan", style="Rubrik")
        + p("och havet", style="Rubrik")
        + p("A.")
        + p("Nytt", style="Rubrik")
    )
    assert outline(read(lines)) == [
        (1, "Skutan"), ("paragraph", "och havet"), ("paragraph", "A."), (2, "Nytt"),
    ]  # fmt: skip
    assert read_docx(zipped(parts(first)), document_id="a.docx", title="Given").title == "Given"
    assert read(p("Bara text. Och mer."), title="Microsoft Word - brev.doc").title == "skutan"


def test_the_strict_variant_and_macros_are_read() -> None:
    usual = parts(p("Skutan", style="Rubrik") + p("Grön.", foot(1)), footnotes=note(1, "Not"))
    strict = {
        name: text.replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main").replace(
            R, "http://purl.oclc.org/ooxml/officeDocument/relationships"
        )
        for name, text in usual.items()
    }
    expected = read_docx(zipped(usual), document_id="skutan.docm")
    assert reader_for(".DOCM")(zipped(strict), document_id="skutan.docm") == expected
    assert expected.markers == (Marker(12, 1),)


@pytest.mark.parametrize("body", ["", p(), p("<w:r><w:drawing/></w:r>"), CONTENTS])
def test_without_text(body: str) -> None:
    with pytest.raises(KallsvarError, match=r"^Filen innehåller ingen text\. Består den av bilder"):
        read(body)


def test_a_document_from_python_docx(outline: Write) -> None:
    made = docx.Document()
    made.core_properties.title = "Skutan Vega"
    made.core_properties.author = "Åsa Öberg"
    made.core_properties.modified = datetime(2024, 5, 6)
    made.add_heading("Skutan Vega", 0)
    made.add_heading("Skrovet", 1)
    made.add_paragraph("Ta med:")
    for text in ("tumstock", "rep"):
        made.add_paragraph(text, style="List Bullet")
    made.add_paragraph("Gör så här:")
    made.add_paragraph("Mät.", style="List Number")
    made.add_paragraph("Grovt.", style="List Bullet 2")
    cells = made.add_table(2, 2).rows
    for at, (label, amount) in enumerate([("Längd", "22"), ("Bredd", "5")]):
        cells[at].cells[0].text, cells[at].cells[1].text = label, amount
    grid = made.add_table(3, 3, style="Light Grid Accent 1")
    for at, texts in enumerate([("Post", "2023", "2024"), ("Segel", "1", "2"), ("Rep", "3", "")]):
        for column, text in enumerate(texts):
            grid.cell(at, column).text = text
    grid.cell(1, 1).merge(grid.cell(2, 1))
    buffer = io.BytesIO()
    made.save(buffer)
    document = read_docx(buffer.getvalue(), document_id="a.docx")
    assert (document.title, document.author, document.date) == (
        "Skutan Vega",
        "Åsa Öberg",
        "2024-05-06",
    )
    assert outline(document) == [
        (1, "Skutan Vega"),
        (2, "Skrovet"),
        ("paragraph", "Ta med:"),
        ("item", "Ta med:", "tumstock"),
        ("item", "Ta med:", "rep"),
        ("paragraph", "Gör så här:"),
        ("item", "Gör så här:", "Mät."),
        ("item", "Gör så här:", "Grovt."),
        ("fact", "Längd", "22"),
        ("fact", "Bredd", "5"),
        ("row", ("Post", "Segel"), ("2023", "1, 3"), ("2024", "2")),
        ("row", ("Post", "Rep"), ("2023", "1, 3")),
    ]


@pytest.mark.parametrize("superscript", [True, False])
def test_the_article_set_in_word_is_the_text_read_again(
    article: Document, superscript: bool
) -> None:
    made = docx.Document()
    lines = []
    for block in article.blocks:
        kind = "List Bullet" if block.kind == "item" and not block.label else None
        if block.kind == "heading":
            kind = f"Heading {block.level - 1}" if block.level > 1 else "Title"
        # A named item's second line is a paragraph of its own.
        for text in article.text[slice(*block.span)].split("\n"):
            start = article.text.index(text, block.span.start)
            paragraph = made.add_paragraph(style=kind)
            at = start
            for marker in article.markers:
                if start < marker.offset <= start + len(text):
                    paragraph.add_run(article.text[at : marker.offset])
                    number = f"{marker.number}" if superscript else f" {marker.number}"
                    paragraph.add_run(number).font.superscript = superscript
                    at = marker.offset
            paragraph.add_run(article.text[at : start + len(text)])
            lines.append(text)
    buffer = io.BytesIO()
    made.save(buffer)
    document = read_docx(buffer.getvalue(), document_id="artikeln.docx")
    assert document.text == "\n".join(lines)
    assert document.title == article.title
    # The addresses stand in the article's metadata.
    assert document.references == tuple(replace(r, url=None) for r in article.references)
    for field in ("kind", "level"):
        assert [getattr(b, field) for b in document.blocks] == [
            getattr(b, field) for b in article.blocks
        ]
    for part in ("span", "lead", "label", "body"):
        said = [
            [
                d.text[slice(*s)].removeprefix("- ") if (s := getattr(b, part)) else None
                for b in d.blocks
            ]
            for d in (document, article)
        ]
        assert said[0] == said[1]
    before = [
        [(m.number, d.text[m.offset - 12 : m.offset]) for m in d.markers]
        for d in (document, article)
    ]
    assert before[0] == before[1]


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
        p("Skutan", style="Rubrik")
        + p("Grön.", foot(1), field(" NOTEREF a ", r("1")))
        + item("punkt")
        + table(
            row("Längd", cell("22", merge="restart")), row("Bredd", cell("", merge="continue"))
        ),
        footnotes=note(1, "Not"),
    )
    if inside:
        data = zipped({name: mutated(text.encode()) for name, text in whole.items()})
    else:
        data = mutated(zipped(whole))
    try:
        document = read_docx(data, document_id="a.docx")
    except KallsvarError:
        return
    assert document.text
    assert all(0 <= marker.offset <= len(document.text) for marker in document.markers)
