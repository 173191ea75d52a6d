"""Presentations made by python-pptx, with what it cannot make put in by hand."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pptx import Presentation
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Cm

from ingest.errors import KallsvarError
from ingest.formats import reader_for
from ingest.readers.pptx import read_pptx
from ingest.records import Document, Reference

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
# The standard template's layouts.
OPENING, CONTENT, TITLED, BARE = 0, 1, 5, 6


def made() -> Any:
    deck = Presentation()
    deck.core_properties.author = "Åsa Öberg"
    deck.core_properties.modified = datetime(2024, 5, 6)
    deck.core_properties.title = "PowerPoint Presentation"
    return deck


def saved(deck: Any) -> bytes:
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def read(deck: Any) -> Document:
    return read_pptx(saved(deck), document_id="skutan.pptx")


def slide(deck: Any, layout: int, title: str = "") -> Any:
    new = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        new.shapes.title.text = title
    return new


def fill(frame: Any, *lines: str | tuple[str, int]) -> None:
    for at, line in enumerate(lines):
        text, level = (line, 0) if isinstance(line, str) else line
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = text, level


def box(new: Any, text: str, left: float, top: float, width: float = 6, height: float = 2) -> Any:
    shape = new.shapes.add_textbox(Cm(left), Cm(top), Cm(width), Cm(height))
    shape.text_frame.text = text
    return shape


def test_a_whole_presentation_is_read_back(outline: Write) -> None:
    deck = made()
    fill(slide(deck, OPENING, "Skutan\nVega").placeholders[1].text_frame, "En rapport")
    new = slide(deck, CONTENT, "Skrovet")
    fill(new.placeholders[1].text_frame, "Byggt av ek", ("tjärat", 1), "Fem meter brett")
    new.notes_slide.notes_text_frame.text = "Visa bilden.\nBerätta om eken."
    slide(deck, BARE)
    grid = slide(deck, TITLED, "Mått").shapes
    cells = grid.add_table(4, 3, Cm(2), Cm(5), Cm(15), Cm(4)).table
    for at, texts in enumerate(
        [("Del", "2019", "2020"), ("Segel", "1", "2"), ("Rep", "3", "4"), ("Alla", "", "")]
    ):
        for column, text in enumerate(texts):
            cells.cell(at, column).text = text
    cells.cell(3, 0).merge(cells.cell(3, 2))
    cells.cell(1, 1).text = ""
    cells.cell(1, 0).text = "Tåg"
    cells.cell(2, 0).text = ""
    cells.cell(1, 0).merge(cells.cell(2, 0))
    facts = grid.add_table(2, 2, Cm(2), Cm(12), Cm(15), Cm(4)).table
    facts.first_row = False
    for at, texts in enumerate([("Längd", "22 meter"), ("Bredd", "5 meter")]):
        for column, text in enumerate(texts):
            facts.cell(at, column).text = text
    document = read(deck)
    assert (document.title, document.author, document.date, document.language) == (
        "Skutan Vega", "Åsa Öberg", "2024-05-06", "sv",
    )  # fmt: skip
    assert outline(document) == [
        (1, "Skutan Vega"),
        ("paragraph", "En rapport"),
        (2, "Skrovet"),
        ("item", "Skrovet", "Byggt av ek"),
        ("item", "Byggt av ek", "tjärat"),
        ("item", "Skrovet", "Fem meter brett"),
        ("paragraph", "Anteckningar: Visa bilden."),
        ("paragraph", "Anteckningar: Berätta om eken."),
        (2, "Mått"),
        ("row", ("Del", "Tåg"), ("2020", "2")),
        ("row", ("Del", "Tåg"), ("2019", "3"), ("2020", "4")),
        ("paragraph", "Alla"),
        ("fact", "Längd", "22 meter"),
        ("fact", "Bredd", "5 meter"),
    ]
    mass = document.text.index("Mått")
    # The third slide is empty, and begins where the fourth does.
    assert document.pages == (0, document.text.index("Skrovet"), mass, mass)


def test_boxes_are_read_column_by_column() -> None:
    deck = made()
    new = slide(deck, TITLED, "Jämförelse")
    box(new, "Höger under", 14, 8)
    box(new, "Vänster under", 2, 8.2)
    box(new, "Höger", 14, 5)
    box(new, "Vänster", 2, 5.3)
    box(new, "Över allt", 2, 3, width=18, height=1)
    group = new.shapes.add_group_shape()
    for text, top in (("Nederst i gruppen", 3), ("Överst i gruppen", 0)):
        group.shapes.add_textbox(Cm(0), Cm(top), Cm(18), Cm(2)).text_frame.text = text
    group.left, group.top, group.width, group.height = Cm(2), Cm(11), Cm(18), Cm(5)
    assert read(deck).text.splitlines() == [
        "Jämförelse",
        "Över allt",
        "Vänster",
        "Vänster under",
        "Höger",
        "Höger under",
        "Överst i gruppen",
        "Nederst i gruppen",
    ]


def test_which_paragraphs_are_items(outline: Write) -> None:
    deck = made()
    slide(deck, OPENING, "Skutan")
    new = slide(deck, CONTENT, "Listor")
    frame = new.placeholders[1].text_frame
    fill(frame, "Utan punkt", "Numrerad", "Ärvd")
    for paragraph, bullet in zip(frame.paragraphs, ("buNone", "buAutoNum"), strict=False):
        etree.SubElement(paragraph._p.get_or_add_pPr(), f"{{{A}}}{bullet}")
    loose = box(new, "Fri text", 2, 16)
    fill(loose.text_frame, "Fri text", "Med punkt")
    etree.SubElement(loose.text_frame.paragraphs[1]._p.get_or_add_pPr(), f"{{{A}}}buChar", char="•")
    assert outline(read(deck))[1:] == [
        (2, "Listor"),
        ("paragraph", "Utan punkt"),
        ("item", "Utan punkt", "Numrerad"),
        ("item", "Utan punkt", "Ärvd"),
        ("paragraph", "Fri text"),
        ("item", "Fri text", "Med punkt"),
    ]


def test_a_slide_without_a_title_and_what_stands_on_every_slide(outline: Write) -> None:
    deck = made()
    slide(deck, OPENING, "Skutan")
    new = slide(deck, BARE)
    box(new, "Ensam text", 2, 5)
    footer = box(new, "Sidfoten", 2, 17)
    properties = footer._element.find(".//{*}nvPr")
    etree.SubElement(properties, properties.tag.replace("nvPr", "ph"), type="ftr", idx="11")
    paragraph = box(new, "", 9, 5).text_frame.paragraphs[0]._p
    number = etree.SubElement(paragraph, f"{{{A}}}fld", id="{0}", type="slidenum")
    etree.SubElement(number, f"{{{A}}}t").text = "2"
    assert outline(read(deck)) == [(1, "Skutan"), (2, "Bild 2"), ("paragraph", "Ensam text")]


def test_the_title_where_the_file_has_one_of_its_own() -> None:
    deck = made()
    deck.core_properties.title = "Årsmötet 2024"
    fill(slide(deck, CONTENT, "Dagordning").placeholders[1].text_frame, "Val")
    document = read(deck)
    assert (document.title, document.blocks[0].level) == ("Årsmötet 2024", 2)
    assert read_pptx(saved(deck), document_id="a.pptx", title="Möte").title == "Möte"
    deck.core_properties.title = ""
    document = read(deck)
    assert (document.title, document.blocks[0].level) == ("Dagordning", 1)


def test_sources_on_the_last_slide(cited: Cited) -> None:
    deck = made()
    slide(deck, OPENING, "Skutan")
    paragraph = box(slide(deck, TITLED, "Skrovet"), "Byggt av ek.", 2, 5).text_frame.paragraphs[0]
    raised = paragraph.add_run()
    raised.text = "2"
    raised._r.get_or_add_rPr().set("baseline", "30000")
    run = box(slide(deck, TITLED, "Källor"), "", 2, 5).text_frame.paragraphs[0].add_run()
    run.text = "1. Varvet, Ritning"
    linked = box(deck.slides[2], "", 2, 8).text_frame.paragraphs[0].add_run()
    linked.text = "2. Museet, Historia"
    linked.hyperlink.address = "https://exempel.se/m"
    document = read(deck)
    assert cited(document) == [(2, "Byggt av ek.")]
    assert document.references == (
        Reference(1, "Varvet", "Ritning"),
        Reference(2, "Museet", "Historia", "https://exempel.se/m"),
    )


def test_languages_line_breaks_diagrams_and_formulas(outline: Write) -> None:
    deck = made()
    slide(deck, OPENING, "Skutan")
    new = slide(deck, TITLED, "Flöde")
    paragraph = box(new, "Rad ett\vRad två", 2, 4).text_frame.paragraphs[0]
    for run in paragraph.runs:
        run._r.get_or_add_rPr().set("lang", "nb-NO")
    diagram = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    points = "".join(
        f'<dgm:pt type="{kind}"><dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for kind, text in [("doc", "nej"), ("node", "Mät"), ("parTrans", "pil"), ("node", "Såga")]
    )
    data = f'<dgm:dataModel xmlns:dgm="{diagram}" xmlns:a="{A}"><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>'
    part = Part(
        PackURI("/ppt/diagrams/data1.xml"), "application/xml", new.part.package, data.encode()
    )
    frame = new.shapes.add_table(1, 1, Cm(2), Cm(8), Cm(15), Cm(4))._element
    inside = frame.find(f".//{{{A}}}graphicData")
    inside.clear()
    link = new.part.relate_to(part, f"{relations}/diagramData")
    etree.SubElement(inside, f"{{{diagram}}}relIds", {f"{{{relations}}}dm": link})
    formula = box(new, "Ytan är", 2, 14)._element
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    whole = etree.SubElement(formula.find(f".//{{{A}}}p"), f"{{{math}}}oMath")
    etree.SubElement(etree.SubElement(whole, f"{{{math}}}r"), f"{{{math}}}t").text = " x·y"
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    both = etree.SubElement(formula.getparent(), f"{{{compatibility}}}AlternateContent")
    etree.SubElement(both, f"{{{compatibility}}}Choice").append(formula)
    etree.SubElement(both, f"{{{compatibility}}}Fallback")
    document = read(deck)
    assert outline(document)[1:] == [
        (2, "Flöde"),
        ("paragraph", "Rad ett"),
        ("paragraph", "Rad två"),
        ("item", "Rad två", "Mät"),
        ("item", "Rad två", "Såga"),
        ("paragraph", "Ytan är x·y"),
    ]
    assert document.language == "nb"


def test_the_strict_variant_and_macros_are_read() -> None:
    deck = made()
    fill(slide(deck, CONTENT, "Skrovet").placeholders[1].text_frame, "Byggt av ek")
    usual = saved(deck)
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(usual)) as before, zipfile.ZipFile(strict, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            for kind in (b"presentationml", b"drawingml", b"officeDocument"):
                content = content.replace(
                    b"http://schemas.openxmlformats.org/" + kind + b"/2006/",
                    b"http://purl.oclc.org/ooxml/" + kind + b"/",
                )
            after.writestr(name, content)
    expected = read_pptx(usual, document_id="a.pptm")
    assert expected.text == "Skrovet\nByggt av ek"
    assert reader_for(".pptm")(strict.getvalue(), document_id="a.pptm") == expected


def test_without_text() -> None:
    deck = made()
    slide(deck, BARE)
    with pytest.raises(KallsvarError, match=r"^Filen innehåller ingen text\."):
        read(deck)
    with pytest.raises(KallsvarError, match=r"^Filen innehåller ingen text\."):
        read(made())


@pytest.fixture(scope="module")
def small() -> dict[str, bytes]:
    """The parts of a small presentation."""
    deck = made()
    new = slide(deck, CONTENT, "Skrovet")
    fill(new.placeholders[1].text_frame, "Byggt av ek", ("tjärat", 1))
    new.notes_slide.notes_text_frame.text = "Visa bilden."
    with zipfile.ZipFile(io.BytesIO(saved(deck))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans())
def test_any_bytes_are_read_or_refused(
    small: dict[str, bytes], chance: random.Random, changes: int, inside: bool
) -> None:
    def mutated(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(changes):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        return bytes(changed)

    spoilt = chance.choice(sorted(small)) if inside else None
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in small.items():
            archive.writestr(name, mutated(content) if name == spoilt else content)
    data = buffer.getvalue() if inside else mutated(buffer.getvalue())
    try:
        document = read_pptx(data, document_id="a.pptx")
    except KallsvarError:
        return
    assert document.text
