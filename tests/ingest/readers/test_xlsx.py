"""Workbooks made by XlsxWriter and openpyxl, and one by LibreOffice."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.formats import reader_for
from ingest.readers import sheet
from ingest.readers.xlsx import read_xlsx
from ingest.records import Document

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]


def made(fill: Callable[[Any], None]) -> bytes:
    """Return a workbook as XlsxWriter makes it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd"})
    book.set_properties(
        {"title": "Bok1", "author": "Åsa Öberg", "created": datetime(2024, 5, 6, 7, 8, 9)}
    )
    fill(book)
    book.close()
    return buffer.getvalue()


def read(fill: Callable[[Any], None]) -> Document:
    return read_xlsx(made(fill), document_id="skutan.xlsx")


def costs(book: Any) -> None:
    """A workbook with most of what a sheet can have."""
    form = {
        name: book.add_format({"num_format": name})
        for name in ('#,##0.00 "kr"', "0.0%", "mmm-yy", "00000")
    }
    sheet = book.add_worksheet("Kostnader 2024")
    sheet.merge_range("B2:F2", "Kostnader per del", None)
    sheet.write_row("B3", ["Del", "Belopp", "Andel", "Betalt", "Kod"])
    sheet.write_row("B4", ["Segel, stora"])
    sheet.write("C4", 1234.5, form['#,##0.00 "kr"'])
    sheet.write("D4", 0.125, form["0.0%"])
    sheet.write("E4", date(2024, 5, 17))
    sheet.write("F4", 42, form["00000"])
    sheet.write_row("B5", ["Mast", 7.0, 3.7])
    sheet.write("E5", date(2024, 6, 1), form["mmm-yy"])
    sheet.write_row("B7", ["Summa", 1241.5])
    sheet.write("B9", "Källa: varvet\u00a0i  Umea\u030a")
    facts = book.add_worksheet("Fakta")
    facts.write_row("A1", ["Dagar till sjöss", 3])
    facts.write_row("A2", ["Byggd", date(1901, 3, 4)])
    facts.write_row("A4", ["I drift:", True])
    facts.write_formula("A5", "=1/0", None, "#DIV/0!")
    facts.write_formula("B5", '="a"', None, "a")
    book.add_worksheet("Tomt")
    hidden = book.add_worksheet("Dolt")
    hidden.write("A1", "hemligt")
    hidden.hide()


COSTS: Outline = [
    (2, "Kostnader 2024"),
    ("paragraph", "Kostnader per del"),
    ("row", ("Del", "Segel, stora"), ("Belopp", "1 234,50 kr"), ("Andel", "12,5 %"),
     ("Betalt", "2024-05-17"), ("Kod", "00042")),
    ("row", ("Del", "Mast"), ("Belopp", "7"), ("Andel", "3,7"), ("Betalt", "juni 2024")),
    ("row", ("Del", "Summa"), ("Belopp", "1241,5")),
    ("paragraph", "Källa: varvet i Umeå"),
    (2, "Fakta"),
    ("fact", "Dagar till sjöss", "3"),
    ("fact", "Byggd", "1901-03-04"),
    ("fact", "I drift", "SANT"),
    ("paragraph", "a"),
]  # fmt: skip


def test_a_whole_workbook_is_read_back(outline: Write) -> None:
    document = read(costs)
    assert outline(document) == COSTS
    assert (document.title, document.author, document.date, document.language) == (
        "skutan", "Åsa Öberg", "2024-05-06", "sv",
    )  # fmt: skip
    assert document.markers == ()
    assert read_xlsx(made(costs), document_id="a.xlsx", title="Segel").title == "Segel"


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) finns inte på den här datorn"
)
def test_a_workbook_from_libreoffice(tmp_path: Path, outline: Write) -> None:
    (tmp_path / "a.xlsx").write_bytes(made(costs))
    profile = f"-env:UserInstallation=file://{tmp_path}/profil"
    folder = tmp_path / "gjort"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder),
         str(tmp_path / "a.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    document = read_xlsx((folder / "a.xlsx").read_bytes(), document_id="a.xlsx")
    assert outline(document) == COSTS


def test_a_workbook_from_openpyxl_with_macros_ending(outline: Write) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Möten"
    page.append(["Datum", "Tid", "Ämne", "Längd"])
    page.append(
        [datetime(2024, 5, 6, 13, 30), time(9, 5), "Budget", timedelta(hours=1, minutes=30)]
    )
    page.append([datetime(2024, 5, 7), None, "Val\nav ordförande", None])
    buffer = io.BytesIO()
    book.save(buffer)
    document = reader_for(".xlsm")(buffer.getvalue(), document_id="a.xlsm")
    assert outline(document) == [
        (2, "Möten"),
        (
            "row",
            ("Datum", "2024-05-06 13:30"),
            ("Tid", "09:05"),
            ("Ämne", "Budget"),
            ("Längd", "1:30"),
        ),
        ("row", ("Datum", "2024-05-07"), ("Ämne", "Val av ordförande")),
    ]


def test_tables_in_one_sheet(outline: Write) -> None:
    def fill(book: Any) -> None:
        page = book.add_worksheet("Blad")
        rows = [
            ["Ort", "Hamn", "Djup"],
            ["Umeå", "Holmsund", 11],
            [],
            ["Luleå", "Svartön", 12],
            [],
            ["Båt", "Längd", "Vikt"],
            ["Vega", 22, 40],
            [],
            ["Namn", "Roll", "Ort", "Anm"],
            ["Bo", "Kapten", "Umeå", "ny"],
            [],
            ["Eva", "Styrman", "Piteå", "äldst"],
            ["Ada", "Kock", "Umeå", "yngst"],
        ]
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)

    assert outline(read(fill)) == [
        (2, "Blad"),
        ("row", ("Ort", "Umeå"), ("Hamn", "Holmsund"), ("Djup", "11")),
        ("row", ("Ort", "Luleå"), ("Hamn", "Svartön"), ("Djup", "12")),
        ("row", ("Båt", "Vega"), ("Längd", "22"), ("Vikt", "40")),
        ("row", ("Namn", "Bo"), ("Roll", "Kapten"), ("Ort", "Umeå"), ("Anm", "ny")),
        # Words over no numbers: one more row, not headings.
        ("row", ("Namn", "Eva"), ("Roll", "Styrman"), ("Ort", "Piteå"), ("Anm", "äldst")),
        ("row", ("Namn", "Ada"), ("Roll", "Kock"), ("Ort", "Umeå"), ("Anm", "yngst")),
    ]


def test_a_long_sheet_is_read_to_its_limit(monkeypatch: pytest.MonkeyPatch, outline: Write) -> None:
    def fill(book: Any) -> None:
        for name in ("A", "B"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["Nummer", "Namn", "Antal"])
            for row in range(1, 200):
                page.write_row(row, 0, [row, f"Båt {row}", row * 2])

    data = made(fill)
    monkeypatch.setattr(sheet, "MOST_ROWS", 400)
    document = read_xlsx(data, document_id="a.xlsx")
    assert len(document.blocks) == 2 + 2 * 199
    assert outline(document)[-1] == (
        "row",
        ("Nummer", "199"),
        ("Namn", "Båt 199"),
        ("Antal", "398"),
    )
    monkeypatch.setattr(sheet, "MOST_ROWS", 399)
    with pytest.raises(KallsvarError) as error:
        read_xlsx(data, document_id="a.xlsx")
    assert str(error.value) == (
        "Filen är för stor: den har fler än 399 rader eller 250 000 ifyllda celler. Dela upp den, "
        "eller spara en kopia med bara det som ska gå att fråga om."
    )
    monkeypatch.setattr(sheet, "MOST_ROWS", 400)
    monkeypatch.setattr(sheet, "MOST_CELLS", 1199)
    with pytest.raises(KallsvarError, match="400 rader eller 1 199 ifyllda celler"):
        read_xlsx(data, document_id="a.xlsx")


def test_the_strict_variant_is_read() -> None:
    usual = made(costs)
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(usual)) as before, zipfile.ZipFile(strict, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            for kind in (b"spreadsheetml", b"drawingml", b"officeDocument"):
                content = content.replace(
                    b"http://schemas.openxmlformats.org/" + kind + b"/2006/",
                    b"http://purl.oclc.org/ooxml/" + kind + b"/",
                )
            after.writestr(name, content)
    expected = read_xlsx(usual, document_id="a.xlsx")
    assert read_xlsx(strict.getvalue(), document_id="a.xlsx") == expected


def test_without_text() -> None:
    with pytest.raises(KallsvarError) as error:
        read(lambda book: book.add_worksheet("Tomt"))
    assert str(error.value) == "Arbetsboken är tom: inget synligt blad innehåller någon text."


PARTS = made(costs)


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 8), st.booleans())
def test_any_bytes_are_read_or_refused(chance: random.Random, changes: int, inside: bool) -> None:
    def mutated(content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(changes):
            at = chance.randrange(len(changed))
            changed[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        return bytes(changed)

    data = mutated(PARTS)
    if inside:
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(PARTS)) as before, zipfile.ZipFile(buffer, "w") as after:
            spoilt = chance.choice(before.namelist())
            for name in before.namelist():
                content = before.read(name)
                after.writestr(name, mutated(content) if name == spoilt else content)
        data = buffer.getvalue()
    try:
        document = read_xlsx(data, document_id="a.xlsx")
    except KallsvarError:
        return
    assert document.text
