"""What is read out of PDFs. They are made here with ReportLab, and one with LibreOffice."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path

import matplotlib
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader, simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import KallsvarError
from ingest.readers.pdf import read_pdf
from ingest.records import Document, Reference, Span

WIDTH, HEIGHT = 595, 842
LEFT, COLUMN = 72, 450

SANS = "DejaVuSans"  # with ligatures and combining accents, which the standard fonts lack
pdfmetrics.registerFont(
    TTFont(SANS, str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
)


class Sheet:
    """A PDF in the making: text set line by line from the top of a page.

    In a line, ``^1`` is a small raised number.
    """

    def __init__(self, size: float = 11, **options: object) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(
            self._out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=0, **options
        )
        self.size = size
        self.y = 760.0

    def put(
        self, x: float, y: float, text: str, size: float = 11, font: str = "Times-Roman"
    ) -> None:
        for part in re.split(r"(\^\d+)", text):
            if part.startswith("^"):
                self.canvas.setFont(font, 0.6 * size)
                self.canvas.drawString(x, y + 0.35 * size, part[1:])
                x += stringWidth(part[1:], font, 0.6 * size)
            else:
                self.canvas.setFont(font, size)
                self.canvas.drawString(x, y, part)
                x += stringWidth(part, font, size)

    def lines(
        self,
        text: str,
        x: float = LEFT,
        size: float | None = None,
        *,
        bold: bool = False,
        font: str = "Times-Roman",
        after: float = 8,
        pitch: float = 1.2,
    ) -> None:
        """Set lines as they are given, and ``after`` them so much more space."""
        size = size or self.size
        for line in text.split("\n"):
            self.put(x, self.y, line, size, "Times-Bold" if bold else font)
            self.y -= pitch * size
        self.y -= after

    def text(self, text: str, width: float = COLUMN, **how: float) -> None:
        """Set a paragraph broken into lines at a width."""
        self.lines("\n".join(simpleSplit(text, "Times-Roman", self.size, width)), **how)

    def page(self) -> None:
        self.canvas.showPage()
        self.y = 760.0

    def pdf(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()


def _read(data: bytes, title: str | None = None) -> Document:
    return read_pdf(data, document_id="mapp/prov.pdf", title=title)


def _text(document: Document, span: Span | None) -> str | None:
    return None if span is None else document.text[span.start : span.end]


def _blocks(document: Document) -> list[tuple[str, str]]:
    """Return each block as its kind (a heading's with its level) and its text."""
    return [
        (f"{b.kind} {b.level}" if b.level else b.kind, document.text[b.span.start : b.span.end])
        for b in document.blocks
    ]


def _cells(document: Document) -> list[list[tuple[str | None, str | None]]]:
    return [
        [(_text(document, heading), _text(document, value)) for heading, value in block.cells]
        for block in document.blocks
        if block.kind == "row"
    ]


def _markers(document: Document) -> list[tuple[int, str]]:
    return [(m.number, document.text[max(m.offset - 12, 0) : m.offset]) for m in document.markers]


@pytest.fixture(scope="module")
def report() -> Document:
    """A report of three pages with a running head, page numbers and footnotes."""
    sheet = Sheet()
    sheet.canvas.setTitle("Microsoft Word - rapport_slutlig2.docx")
    sheet.canvas.setAuthor("Eva Ek")

    def furniture(number: int) -> None:
        sheet.put(LEFT, 805, "Rapport 2023:7 om badhuset", 9)
        sheet.put(270, 30, f"Sida {number} av 3", 9)

    furniture(1)
    sheet.lines("Granskning av badhuset", size=22, bold=True)
    sheet.lines("1 Bakgrund", size=15, bold=True)
    sheet.text(
        "Badhuset i Lillby stängdes i mars 2022. Kommunen hade hittat fukt i taket, och kostnaden "
        "för att laga det beräknades till 48 miljoner kronor.^1 Så mycket fanns inte avsatt i årets "
        "budget, och fullmäktige fick ta ställning till en extra ram på 52 miljoner kronor."
    )
    sheet.lines("1.1 Vad granskningen gällde", size=13, bold=True)
    sheet.lines("Granskningen omfattade:", after=4)
    sheet.lines(
        "•  styrningen av projektet från det att avtalet skrevs under\n    till slutbesiktningen",
        x=90,
        after=2,
    )
    sheet.lines("•  kontakterna med entreprenören", x=90)
    sheet.text(
        "Underlaget var protokoll från nämnden, fakturor och mejl. Femton personer intervjuades av "
        "revisorerna under hösten."
    )
    sheet.lines(
        "Ett nytt IT-\nsystem styr ventilationen i hallen, och det ska kopplas till kommunens larm-\n"
        "central. Kultur- och fritidsnämnden har sagt att både vatten-\noch luftkvaliteten ska mätas "
        "varje dag, och resultatet ska gå till entrepre-",
    )
    sheet.y = 75
    sheet.lines(
        "^1 Lillby kommun, Slutredovisning av badhuset,\nmars 2023, https://exempel.se/slut", size=8
    )
    sheet.page()
    furniture(2)
    sheet.lines("nören, som svarar för driften i tre år.^2 Därefter tar kommunen över.")
    sheet.lines("2 Resultat", size=15, bold=True)
    sheet.put(LEFT, sheet.y, "Antal besökare")
    sheet.put(300, sheet.y, "112 000")
    sheet.put(LEFT, sheet.y - 16, "Ansvarig nämnd")
    sheet.put(300, sheet.y - 16, "Kultur- och fritidsnämnden")
    sheet.put(LEFT, sheet.y - 32, "Öppnade igen:")
    sheet.put(300, sheet.y - 32, "September 2024")
    sheet.y -= 60
    sheet.lines("Revisorerna lämnar två förslag:", after=4)
    sheet.lines("1. Skriv en plan för varje bygge.\n2. Följ upp kostnaderna varje månad.")
    sheet.y = 60
    sheet.lines("^2 Avtalet med entreprenören, bilaga 4.", size=8)
    sheet.page()
    furniture(3)
    sheet.text("Förslagen har lämnats till kommunstyrelsen, som svarar senast den 1 mars 2024.")
    return _read(sheet.pdf())


REPORT = [
    ("heading 1", "Granskning av badhuset"),
    ("heading 2", "1 Bakgrund"),
    (
        "paragraph",
        "Badhuset i Lillby stängdes i mars 2022. Kommunen hade hittat fukt i taket, och kostnaden för att laga det beräknades till 48 miljoner kronor. Så mycket fanns inte avsatt i årets budget, och fullmäktige fick ta ställning till en extra ram på 52 miljoner kronor.",
    ),
    ("heading 3", "1.1 Vad granskningen gällde"),
    ("paragraph", "Granskningen omfattade:"),
    ("item", "styrningen av projektet från det att avtalet skrevs under till slutbesiktningen"),
    ("item", "kontakterna med entreprenören"),
    (
        "paragraph",
        "Underlaget var protokoll från nämnden, fakturor och mejl. Femton personer intervjuades av revisorerna under hösten.",
    ),
    (
        "paragraph",
        "Ett nytt IT-system styr ventilationen i hallen, och det ska kopplas till kommunens larmcentral. Kultur- och fritidsnämnden har sagt att både vatten- och luftkvaliteten ska mätas varje dag, och resultatet ska gå till entreprenören, som svarar för driften i tre år. Därefter tar kommunen över.",
    ),
    ("heading 2", "2 Resultat"),
    ("fact", "Antal besökare: 112 000"),
    ("fact", "Ansvarig nämnd: Kultur- och fritidsnämnden"),
    ("fact", "Öppnade igen: September 2024"),
    ("paragraph", "Revisorerna lämnar två förslag:"),
    ("item", "1. Skriv en plan för varje bygge."),
    ("item", "2. Följ upp kostnaderna varje månad."),
    (
        "paragraph",
        "Förslagen har lämnats till kommunstyrelsen, som svarar senast den 1 mars 2024.",
    ),
    (
        "reference",
        "1 Lillby kommun, Slutredovisning av badhuset, mars 2023, https://exempel.se/slut",
    ),
    ("reference", "2 Avtalet med entreprenören, bilaga 4."),
]


def test_a_report_is_read_whole(report: Document) -> None:
    assert _blocks(report) == REPORT
    lines = [f"• {text}" if text.startswith(("styr", "kontakt")) else text for _, text in REPORT]
    assert report.text == "\n".join(lines)


def test_a_report_has_its_title_author_and_date(report: Document) -> None:
    assert (report.title, report.author, report.date) == (
        "Granskning av badhuset",
        "Eva Ek",
        "2000-01-01",
    )
    assert report.id == "mapp/prov.pdf"
    assert report.language == "sv"


def test_a_page_may_begin_within_a_word(report: Document) -> None:
    assert [report.text[start : start + 20] for start in report.pages] == [
        "Granskning av badhus",
        "nören, som svarar fö",
        "Förslagen har lämnat",
    ]
    inside = report.text.index("entreprenören, som")
    assert [report.page(inside + at) for at in (0, 7, 8)] == [1, 1, 2]


def test_items_have_their_lead_in(report: Document) -> None:
    items = [b for b in report.blocks if b.kind == "item"]
    assert [_text(report, b.lead) for b in items] == [
        "Granskningen omfattade:",
        "Granskningen omfattade:",
        "Revisorerna lämnar två förslag:",
        "Revisorerna lämnar två förslag:",
    ]
    assert report.section(items[0].span.start) == ("1 Bakgrund", "1.1 Vad granskningen gällde")


def test_footnotes_are_references_and_their_numbers_markers(report: Document) -> None:
    assert _markers(report) == [(1, "oner kronor."), (2, "en i tre år.")]
    assert report.references == (
        Reference(
            1, "Lillby kommun", "Slutredovisning av badhuset, mars 2023", "https://exempel.se/slut"
        ),
        Reference(2, None, "Avtalet med entreprenören, bilaga 4."),
    )
    assert [report.page(marker.offset) for marker in report.markers] == [1, 2]


def test_footnotes_may_begin_with_one_on_every_page() -> None:
    sheet = Sheet()
    for source in ("Första källan", "Andra källan"):
        sheet.text(f"Det här står i {source.lower()}.^1 Mer än så vet vi inte om saken i dag.")
        sheet.y = 60
        sheet.lines(f"^1 {source}.", size=8)
        sheet.page()
    document = _read(sheet.pdf())
    assert [(r.number, r.title) for r in document.references] == [
        (1, "Första källan."),
        (2, "Andra källan."),
    ]
    assert _markers(document) == [(1, "rsta källan."), (2, "ndra källan.")]


def test_a_footnote_may_run_on_below_the_next_page() -> None:
    sheet = Sheet()
    sheet.text("Det här står i den första källan.^1 Mer än så vet vi inte om saken i dag.")
    sheet.y = 60
    sheet.lines("^1 Första källan, som är lång och därför fort-", size=8)
    sheet.page()
    sheet.text("Det här står i den andra källan.^2 Det vet vi mer om, för den är nyare.")
    sheet.y = 60
    sheet.lines("sätter här.\n^2 Andra källan.", size=8)
    document = _read(sheet.pdf())
    assert [(r.number, r.publisher, r.title) for r in document.references] == [
        (1, None, "Första källan, som är lång och därför fortsätter här."),
        (2, None, "Andra källan."),
    ]
    assert [kind for kind, _ in _blocks(document)] == [
        "paragraph", "paragraph", "reference", "reference",
    ]  # fmt: skip


def test_small_numbered_lines_that_nothing_points_to_are_no_footnotes() -> None:
    sheet = Sheet()
    sheet.text("Det här är en text utan noter.")
    sheet.y = 60
    sheet.lines("1 Bild av hamnen.", size=8)
    document = _read(sheet.pdf())
    assert document.references == ()
    assert document.text == "Det här är en text utan noter.\n1 Bild av hamnen."


def test_a_reference_list_with_raised_numbers() -> None:
    sheet = Sheet()
    sheet.lines("Hamnen", size=20, bold=True)
    sheet.text(
        "Hamnen byggdes ut år 2019.^2 Kajen är 1 200 m^2 stor, och farleden är nio meter djup.^13 "
        "Priset står i bilagan.^4"
    )
    sheet.lines("Källor", size=14, bold=True)
    sheet.lines(
        "1. Sundby kommun, Slutrapport om hamnen och om\n    muddringen i viken\n"
        "2. Länsmuseet, Fynden, https://exempel.se/fynd/\n    2018.pdf\n3. En källa till"
    )
    document = _read(sheet.pdf())
    assert document.references == (
        Reference(1, "Sundby kommun", "Slutrapport om hamnen och om muddringen i viken"),
        Reference(2, "Länsmuseet", "Fynden", "https://exempel.se/fynd/2018.pdf"),
        Reference(3, None, "En källa till"),
    )
    # «m²» is a unit, and the list has neither 4 nor 13.
    assert _markers(document) == [(2, " ut år 2019.")]
    assert _blocks(document)[1] == (
        "paragraph",
        "Hamnen byggdes ut år 2019. Kajen är 1 200 m2 stor, och farleden är nio meter djup.13 Priset står i bilagan.4",
    )
    assert [kind for kind, _ in _blocks(document)] == [
        "heading 1", "paragraph", "heading 2", "reference", "reference", "reference",
    ]  # fmt: skip


def test_numbers_in_brackets_are_markers() -> None:
    sheet = Sheet()
    sheet.lines("Hamnen", size=20, bold=True)
    sheet.text("Hamnen byggdes ut [1]. Kajen förlängdes [1, s. 4] med 120 meter [2].")
    sheet.lines("Referenser", size=14, bold=True)
    sheet.lines("[1]  Sundby kommun, Slutrapport\n[2]  Länsmuseet, Fynden")
    document = _read(sheet.pdf())
    assert _blocks(document)[1] == (
        "paragraph",
        "Hamnen byggdes ut. Kajen förlängdes [1, s. 4] med 120 meter.",
    )
    assert _markers(document) == [(1, "n byggdes ut"), (2, "ed 120 meter")]


def test_two_columns_are_read_one_after_the_other() -> None:
    sheet = Sheet(size=10)
    sheet.lines("Vattenverket i Norrby", size=20, bold=True, after=10)
    sheet.text(
        "Sommaren 2021 drabbades staden av en vattenburen magsjuka, och här berättas om vad som gick fel."
    )
    left = (
        "Vattenverket byggdes på sextiotalet och har sedan dess försett kommunen med vatten. Det har "
        "byggts ut två gånger. Sommaren 2021 blev många i staden sjuka. Kommunen lät då utreda hur "
        "verket hade skötts. Utredarna fann att"
    )
    right = (
        "reservkraften inte hade provats på fem år. Ljuset som ska döda bakterier hade varit släckt "
        "hela sommaren utan att någon märkte det. Kommunen har nu köpt ett nytt styrsystem och gett "
        "personalen utbildning. Det kostade 14,5 miljoner kronor."
    )
    top = sheet.y
    sheet.text(left, 210)
    low, sheet.y = sheet.y, top + 2.5  # the columns' lines need not stand on the same height
    sheet.text(right, 210, x=312)
    sheet.y = min(low, sheet.y)
    sheet.lines("Vad som händer nu", size=14, bold=True)
    sheet.text("Ett nytt vattenverk ska stå klart år 2028.")
    assert _blocks(_read(sheet.pdf())) == [
        ("heading 1", "Vattenverket i Norrby"),
        (
            "paragraph",
            "Sommaren 2021 drabbades staden av en vattenburen magsjuka, och här berättas om vad som gick fel.",
        ),
        ("paragraph", f"{left} {right}"),
        ("heading 2", "Vad som händer nu"),
        ("paragraph", "Ett nytt vattenverk ska stå klart år 2028."),
    ]


def test_letters_are_composed_and_soft_hyphens_gone() -> None:
    sheet = Sheet()
    sheet.lines(
        "Den \ufb01na \ufb02oden i Va\u0308stera\u030as\u00ad\ntrakten är mju\u00adk, och EU\u00adbidrag\u00ad\n"
        "et är 5\u00a0000 kronor.\u200b Ett vård\u2010\ngivaransvar.",
        font=SANS,
    )
    assert _read(sheet.pdf()).text == (
        "Den fina floden i Västeråstrakten är mjuk, och EU-bidraget är 5 000 kronor. Ett vårdgivaransvar."
    )


def test_accents_set_over_their_letters_are_composed() -> None:
    sheet = Sheet()
    x = LEFT
    for text in ("F", ("¨", "o"), "r ", ("˚", "a"), "r och n", ("a", "¨"), "r."):
        letters = text if isinstance(text, tuple) else (text,)
        for letter in letters:
            sheet.put(x, 700, letter, font=SANS)
        x += max(stringWidth(letter, SANS, 11) for letter in letters)
    assert _read(sheet.pdf()).text == "För år och när."


def test_paragraphs_are_told_by_space_indent_and_short_lines() -> None:
    first = "Det första stycket handlar om hur avtalet kom till. Kommunen bjöd in fem byggare till ett möte, och tre av dem lämnade anbud."
    second = "Det andra stycket handlar om priset. Byggaren Bror Berg lämnade det lägsta anbudet, och kommunen antog det utan att förhandla."
    third = "Det tredje stycket handlar om tiden. Arbetet tog två år."
    spaced, indented, plain = Sheet(), Sheet(), Sheet()
    for text in (first, second, third):
        spaced.text(text)
        lines = simpleSplit(text, "Times-Roman", 11, COLUMN - 20)
        indented.lines(lines[0], x=LEFT + 20, after=0)
        indented.lines("\n".join(lines[1:]), after=0)
        plain.text(text, after=0)
    expected = [("paragraph", text) for text in (first, second, third)]
    assert _blocks(_read(spaced.pdf())) == expected
    assert _blocks(_read(indented.pdf())) == expected
    assert _blocks(_read(plain.pdf())) == expected


def test_a_paragraph_runs_on_over_the_page_where_its_last_line_is_full() -> None:
    first = "Kommunen sålde badhuset till ett bolag som drivs av tre kommuner tillsammans, och i avtalet sägs det att bolaget ägs av Lillby, Norrby och"
    sheet = Sheet()
    sheet.text(first, stringWidth(first, "Times-Roman", 11) / 2 + 12)
    sheet.page()
    sheet.text("Sundby kommuner. Där står också vad det kostar.")
    sheet.page()
    sheet.text("Sundby har lämnat bolaget.")
    document = _read(sheet.pdf())
    assert [text for _, text in _blocks(document)] == [
        f"{first} Sundby kommuner. Där står också vad det kostar.",
        "Sundby har lämnat bolaget.",
    ]
    assert document.pages == (0, len(first) + 1, document.text.index("Sundby har"))


def test_a_list_whose_signs_are_drawn() -> None:
    sheet = Sheet()
    sheet.text("Nämnden ska se till att:", after=2)
    for item in ("avtalet följs", "Region Väst får besked"):
        sheet.canvas.circle(LEFT + 12, sheet.y + 3, 1.5, fill=1)
        sheet.lines(item, x=LEFT + 20, after=2)
    sheet.text("Nämnden träffas varje månad och skriver protokoll.")
    document = _read(sheet.pdf())
    assert _blocks(document) == [
        ("paragraph", "Nämnden ska se till att:"),
        ("item", "avtalet följs"),
        ("item", "Region Väst får besked"),
        ("paragraph", "Nämnden träffas varje månad och skriver protokoll."),
    ]
    assert _text(document, document.blocks[2].lead) == "Nämnden ska se till att:"


def test_bold_headings_without_a_larger_size() -> None:
    sheet = Sheet()
    sheet.lines("Protokoll från nämnden", bold=True)
    sheet.text("Nämnden träffades den 3 mars. Alla var där.")
    sheet.lines("Beslut om badhuset", bold=True)
    sheet.text("Nämnden beslutade att stänga badhuset.")
    document = _read(sheet.pdf())
    assert document.title == "Protokoll från nämnden"
    assert [kind for kind, _ in _blocks(document)] == [
        "heading 1", "paragraph", "heading 2", "paragraph",
    ]  # fmt: skip


def test_without_sizes_and_weights_headings_are_told_as_in_plain_text() -> None:
    sheet = Sheet()
    sheet.lines("Hästen på ängen")
    sheet.text(
        "Hästen gick på ängen och betade i lugn och ro, medan solen sakta sjönk bakom skogen i väster."
    )
    sheet.lines("Vintern")
    sheet.text("På vintern stod hästen i stallet och åt hö.")
    assert [kind for kind, _ in _blocks(_read(sheet.pdf()))] == [
        "heading 1", "paragraph", "heading 2", "paragraph",
    ]  # fmt: skip


def test_a_known_title_is_found_on_the_first_page_or_kept() -> None:
    sheet = Sheet()
    sheet.canvas.setTitle("Årsrapport")
    sheet.lines("LILLBY KOMMUN", size=26)
    sheet.lines("Årsrapport", size=18)
    sheet.text("Året gick bra.")
    document = _read(sheet.pdf())
    assert document.title == "Årsrapport"
    assert _blocks(document)[:2] == [("heading 2", "LILLBY KOMMUN"), ("heading 1", "Årsrapport")]
    chapters = Sheet()
    chapters.canvas.setTitle("Årsrapport")
    for name in ("Inledning", "Ekonomi"):
        chapters.lines(name, size=16)
        chapters.text("Året gick bra.")
    data = chapters.pdf()
    document = _read(data)
    assert document.title == "Årsrapport"
    assert [kind for kind, _ in _blocks(document)] == [
        "heading 2", "paragraph", "heading 2", "paragraph",
    ]  # fmt: skip
    assert _read(data, title="Min titel").title == "Min titel"


def _table(
    sheet: Sheet, rows: Sequence[Sequence[str]], columns: Sequence[float], pitch: float = 18
) -> None:
    for row in rows:
        for x, cell in zip(columns, row, strict=True):
            for i, line in enumerate(cell.split("\n")):
                sheet.put(x, sheet.y - 12 * i, line)
        sheet.y -= pitch + 12 * max(cell.count("\n") for cell in row)


def test_a_table_with_headings() -> None:
    sheet = Sheet()
    sheet.text("Tabellen visar vad badhuset kostade.")
    _table(
        sheet,
        [
            ("Post", "2022", "2023"),
            ("Löner", "1,2", "1,4"),
            ("Hyra och\nunderhåll", "11,0", ""),
            ("Övrigt", "0,5", "12,5"),
        ],
        (LEFT, 250, 350),
    )
    sheet.text("Beloppen är i miljoner kronor.")
    document = _read(sheet.pdf())
    assert [text for _, text in _blocks(document)] == [
        "Tabellen visar vad badhuset kostade.",
        "Post: Löner; 2022: 1,2; 2023: 1,4",
        "Post: Hyra och underhåll; 2022: 11,0",
        "Post: Övrigt; 2022: 0,5; 2023: 12,5",
        "Beloppen är i miljoner kronor.",
    ]
    assert _cells(document)[1] == [("Post", "Hyra och underhåll"), ("2022", "11,0")]


def test_a_table_of_wrapped_text_and_figures_set_right() -> None:
    sheet = Sheet()
    rows = [
        ("Styrning", "Nämnden följde inte upp\navtalet under bygget"),
        ("Ekonomi", "Kostnaden blev högre än\nLillby hade räknat med"),
    ]
    _table(sheet, rows, (LEFT, 200), pitch=20)
    sheet.y -= 30
    for label, figure in (("Intäkter", "9 400"), ("Kostnader", "112 050"), ("Resultat", "-1 250")):
        sheet.put(LEFT, sheet.y, label)
        sheet.put(400 - stringWidth(figure, "Times-Roman", 11), sheet.y, figure)
        sheet.y -= 14
    assert _blocks(_read(sheet.pdf())) == [
        ("fact", "Styrning: Nämnden följde inte upp avtalet under bygget"),
        ("fact", "Ekonomi: Kostnaden blev högre än Lillby hade räknat med"),
        ("fact", "Intäkter: 9 400"),
        ("fact", "Kostnader: 112 050"),
        ("fact", "Resultat: -1 250"),
    ]


def test_a_table_may_have_footnotes() -> None:
    sheet = Sheet()
    sheet.page()
    _table(
        sheet,
        [("Post", "2022", "2023"), ("Löner^1", "1,2", "1,4"), ("Hyra", "11,0^2", "11,5")],
        (LEFT, 250, 350),
    )
    sheet.text("Tabellen visar vad badhuset kostade de båda åren.")
    sheet.y = 60
    sheet.lines("^1 Med sociala avgifter.\n^2 Avtalet.", size=8)
    document = _read(sheet.pdf())
    assert [text for _, text in _blocks(document)][:2] == [
        "Post: Löner; 2022: 1,2; 2023: 1,4",
        "Post: Hyra; 2022: 11,0; 2023: 11,5",
    ]
    assert _markers(document) == [(1, "Post: Löner"), (2, "; 2022: 11,0")]


def test_a_form_is_facts() -> None:
    sheet = Sheet()
    _table(
        sheet,
        [
            ("Datum: 2024-03-01", "Diarienummer: 12/34"),
            ("Handläggare: Eva Ek", "Telefon: 010-12 34"),
        ],
        (LEFT, 300),
    )
    assert _blocks(_read(sheet.pdf())) == [
        ("fact", "Datum: 2024-03-01"),
        ("fact", "Diarienummer: 12/34"),
        ("fact", "Handläggare: Eva Ek"),
        ("fact", "Telefon: 010-12 34"),
    ]


def test_running_heads_go_and_what_only_looks_like_them_stays() -> None:
    sheet = Sheet()
    chapters = ("Inledning", "Ekonomi", "Ekonomi", "Framtid")
    for number, chapter in enumerate(chapters, 1):
        sheet.put(LEFT, 800, f"{chapter}   {number + 4}", 9)  # numbered from 5, as in a book
        sheet.put(LEFT, 40, "Lillby kommun, org.nr 212000-1234", 9)
        sheet.y = 600
        sheet.lines(f"Lillby kommun växer, del {'ABCD'[number - 1]}.")
        sheet.lines("Lillby kommun, org.nr 212000-1234")
        sheet.page()
    assert _read(sheet.pdf()).text.split("\n") == [
        line
        for part in "ABCD"
        for line in (f"Lillby kommun växer, del {part}.", "Lillby kommun, org.nr 212000-1234")
    ]


def test_a_table_of_contents_is_left_out() -> None:
    sheet = Sheet()
    sheet.lines("Årsrapport", size=20)
    sheet.lines("Innehåll", size=14)
    for name, page in (("Inledning", 3), ("Ekonomi", 5), ("Framtid", 9)):
        sheet.lines(f"{name} {'.' * 60} {page}", after=2)
    sheet.lines("Inledning", size=14)
    sheet.text("Året gick bra.")
    assert [text for _, text in _blocks(_read(sheet.pdf()))] == [
        "Årsrapport", "Inledning", "Året gick bra.",
    ]  # fmt: skip


def test_a_heading_that_only_says_contents_stays() -> None:
    sheet = Sheet()
    sheet.lines("Gröt", size=20)
    sheet.lines("Innehåll", size=14)
    _table(sheet, [("Energi", "370"), ("Fett", "7"), ("Protein", "13")], (LEFT, 250))
    assert [text for _, text in _blocks(_read(sheet.pdf()))] == [
        "Gröt", "Innehåll", "Energi: 370", "Fett: 7", "Protein: 13",
    ]  # fmt: skip


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pages_are_read_as_they_are_shown(turn: int) -> None:
    sheet = Sheet()
    canvas = sheet.canvas
    canvas.setPageRotation(turn)
    # The page is turned clockwise when shown, so what is to stand upright is written turned back.
    canvas.translate(*{0: (0, 0), 90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[turn])
    canvas.rotate(turn)
    sheet.y = 500
    sheet.lines("Liggande sida", size=20)
    sheet.lines("Den första raden.\nDen andra raden.")
    canvas.saveState()
    canvas.translate(200, 100)
    canvas.rotate(45)
    sheet.put(0, 0, "UTKAST", 60)
    canvas.restoreState()
    document = _read(sheet.pdf())
    assert document.text == "Liggande sida\nDen första raden.\nDen andra raden."
    assert document.title == "Liggande sida"


def test_what_is_cut_off_by_the_edge_is_not_read() -> None:
    sheet = Sheet()
    sheet.canvas.setCropBox((60, 60, 500, 800))
    sheet.put(10, 820, "Skärmärke 14")
    sheet.text("Det som syns på sidan.")
    assert _read(sheet.pdf()).text == "Det som syns på sidan."


def test_a_date_and_a_language_are_read() -> None:
    sheet = Sheet(lang="nb-NO")
    sheet.text("Norsk tekst.")
    assert _read(sheet.pdf()).language == "nb"


# What cannot be read.

SCANNED = (
    "PDF-filen innehåller bara bilder av text (den är inskannad), så det finns inget att söka i. Kör "
    "textigenkänning (OCR) på den, t.ex. med «ocrmypdf -l swe» eller i ett skannerprogram, och lägg "
    "till den nya filen."
)
DAMAGED = (
    "PDF-filen är skadad eller ofullständig och går inte att läsa. Öppna den i ett PDF-program, spara "
    "en ny kopia och lägg till den i stället."
)
WITHOUT_TEXT = (
    "PDF-filen innehåller ingen text som går att läsa ut. Kontrollera att det är rätt fil. Om det "
    "syns text i den: kör textigenkänning (OCR) på den, t.ex. med «ocrmypdf -l swe»."
)
PROTECTED = (
    "PDF-filen är skyddad med lösenord. Spara en kopia utan lösenord och lägg till den i stället."
)


def _scan(sheet: Sheet) -> None:
    sheet.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, WIDTH, HEIGHT)


def _error(data: bytes) -> str:
    with pytest.raises(KallsvarError) as caught:
        _read(data)
    return str(caught.value)


def test_a_scanned_document_is_reported_as_that() -> None:
    sheet = Sheet()
    for _ in range(2):
        _scan(sheet)
        sheet.page()
    assert _error(sheet.pdf()) == SCANNED


def test_of_a_partly_scanned_document_the_text_is_read() -> None:
    sheet = Sheet()
    _scan(sheet)
    sheet.page()
    sheet.text("Den andra sidan är text.")
    document = _read(sheet.pdf())
    assert (document.text, document.pages) == ("Den andra sidan är text.", (0, 0))
    assert document.page(3) == 2


def test_protected_documents_are_reported_as_that() -> None:
    locked = Sheet(encrypt=StandardEncryption("hemligt", ownerPassword="ägare"))
    locked.text("Hemligt.")
    assert _error(locked.pdf()) == PROTECTED
    # One that may be opened by all, but not printed or copied from, is read.
    open_to_all = Sheet(encrypt=StandardEncryption("", ownerPassword="ägare", canCopy=0))
    open_to_all.text("Öppet för alla.")
    assert _read(open_to_all.pdf()).text == "Öppet för alla."


def test_damaged_and_empty_documents_are_reported_as_that() -> None:
    whole = Sheet()
    whole.text("Text.")
    assert _error(b"") == "Filen är tom."
    assert _error(b" \n") == "Filen är tom."
    assert _error(b"%PDF-1.7\n") == DAMAGED
    assert _error(b"Det var en g\xe5ng") == DAMAGED
    assert _error(whole.pdf()[:200]) == DAMAGED
    blank = Sheet()
    blank.page()
    assert _error(blank.pdf()) == WITHOUT_TEXT


def _small() -> bytes:
    sheet = Sheet()
    sheet.lines("Rubriken", size=20)
    sheet.text("Ett stycke med en not.^1 Det är kort.")
    _table(sheet, [("År", "Kostnad"), ("2022", "14"), ("2023", "15")], (LEFT, 200))
    sheet.lines("^1 Källan.", size=8)
    return sheet.pdf()


_SMALL = _small()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, len(_SMALL) - 1), st.integers(0, 40), st.binary(max_size=12)),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_is_broken_nothing_but_its_own_error_is_raised(
    changes: list[tuple[int, int, bytes]],
) -> None:
    data = _SMALL
    for at, removed, added in changes:
        data = data[:at] + added + data[at + removed :]
    try:
        document = _read(data)
    except KallsvarError:
        return
    assert document.text.encode()
    assert list(document.pages) == sorted(document.pages)
    for block in document.blocks:
        assert 0 <= block.span.start <= block.span.end <= len(document.text)


# A long document, and one from another program.


def _long(pages: int) -> bytes:
    sheet = Sheet()
    words = (
        "nämnden beslutade om avtalet efter utredningen av kostnaden för kommunens badhus".split()
    )
    for number in range(pages):
        sheet.lines(f"Kapitel {number + 1}", size=16)
        for k in range(8):
            sheet.text(
                " ".join(words[(number + k + i) % len(words)] for i in range(80)).capitalize() + "."
            )
        sheet.page()
    return sheet.pdf()


def test_a_long_document_takes_little_memory_and_time() -> None:
    short, long = _long(20), _long(200)
    _read(short)
    process = psutil.Process()
    before, started = process.memory_info().rss, time.process_time()
    document = _read(long)
    seconds = time.process_time() - started
    assert len(document.pages) == 200
    assert process.memory_info().rss - before < 30 * 1024 * 1024
    assert 200 / seconds > 20  # pages a second; about 80 on the machine that it was written on


OFFICE = Path(__file__).parent / "hamnen.fodt"
HARBOUR = [
    ("heading 1", "Hamnen i Sundby"),
    (
        "paragraph",
        "Hamnen i Sundby byggdes ut under åren 2015 till 2019, och kostnaden blev 84 miljoner kronor. Kajen förlängdes med 120 meter och farleden muddrades till nio meters djup, vilket gjorde att även större lastfartyg kunde lägga till utan bogserhjälp.",
    ),
    ("heading 2", "Vad utredningen gällde"),
    ("paragraph", "Utredningen skulle svara på följande:"),
    (
        "item",
        "hur upphandlingen gick till och vilka som fick lämna anbud på de olika delarna av bygget",
    ),
    ("item", "vad muddringen kostade"),
    ("heading 2", "Vad den visade"),
    (
        "paragraph",
        "Muddringen kostade mer än dubbelt så mycket som det var tänkt. Bottnen visade sig vara full av timmer som hade sjunkit under hundra års flottning, och det måste bärgas innan arbetet kunde gå vidare. Arbetet stod stilla i fyra månader medan museets dykare gick igenom fynden.",
    ),
    (
        "paragraph",
        "Kommunen hade inte tagit höjd för detta i kalkylen. Enligt avtalet bar beställaren hela risken för hinder på bottnen, och entreprenören fick ersättning även för den tid då maskinerna stod stilla vid kajen.",
    ),
    (
        "paragraph",
        "Revisorerna menade att risken var känd. I en rapport från 1998 står det att timmer finns i hela viken.",
    ),
    ("row", "År: 2018; Budget: 30,0 mnkr; Utfall: 41,5 mnkr"),
    ("row", "År: 2019; Budget: 22,0 mnkr; Utfall: 42,5 mnkr"),
    (
        "paragraph",
        "Efter utredningen ändrade kommunen sina regler för upphandling av arbeten under vatten.",
    ),
    ("reference", "1 Sundby kommun, Slutrapport om hamnen, 2020."),
    ("reference", "2 Länsmuseet, Fynden i Sundbyviken, 2018, https://exempel.se/fynd"),
]


office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) finns inte på den här datorn"
)


def _converted(path: Path, to: str, folder: Path) -> Path:
    """Return a file as LibreOffice makes it into another format."""
    profile = f"-env:UserInstallation=file://{folder}/profil"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{path.stem}.{to.partition(':')[0]}"


@office
def test_a_document_from_libreoffice(tmp_path: Path) -> None:
    document = _read(_converted(OFFICE, "pdf", tmp_path).read_bytes())
    assert (document.title, document.author) == ("Hamnen i Sundby", "Eva Ek")
    assert _blocks(document) == HARBOUR
    assert _markers(document) == [(1, "oner kronor."), (2, "e gå vidare.")]
    assert document.references == (
        Reference(1, "Sundby kommun", "Slutrapport om hamnen, 2020."),
        Reference(2, "Länsmuseet", "Fynden i Sundbyviken, 2018", "https://exempel.se/fynd"),
    )
    assert [document.page(b.span.start) for b in document.blocks][:7] == [1, 1, 1, 1, 1, 1, 2]


@office
def test_a_text_set_by_libreoffice_is_the_text_read_again(
    article: Document, tmp_path: Path
) -> None:
    tags = {"heading": "h{}", "item": "li"}
    body = "".join(
        f"<{tag}>{_with_raised(article, block.span)}</{tag}>"
        for block in article.blocks
        for tag in [tags.get(block.kind, "p").format(block.level)]
    )
    page = tmp_path / "artikeln.html"
    page.write_text(f'<html lang="sv"><meta charset="utf-8"><body>{body}', encoding="utf-8")
    office = _converted(page, "odt:writer8", tmp_path)
    document = _read(_converted(office, "pdf", tmp_path).read_bytes())
    words = [" ".join(text for _, text in _blocks(d)).split() for d in (document, article)]
    assert words[0] == words[1]
    assert [m.number for m in document.markers] == [m.number for m in article.markers]
    assert [(r.number, r.publisher, r.title) for r in document.references] == [
        (r.number, r.publisher, r.title) for r in article.references
    ]
    headings = [[text for kind, text in _blocks(d) if "head" in kind] for d in (document, article)]
    assert headings[0] == headings[1]


def _with_raised(document: Document, span: Span) -> str:
    """Return a slice as HTML, with the markers that stood in it as small raised numbers."""
    pieces: list[str] = []
    at = span.start
    for marker in sorted(document.markers):
        if span.start < marker.offset <= span.end:
            pieces += [escape(document.text[at : marker.offset]), f"<sup>{marker.number}</sup>"]
            at = marker.offset
    return "".join([*pieces, escape(document.text[at : span.end])])
