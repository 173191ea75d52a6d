"""Tables kept as text."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.formats import reader_for
from ingest.readers import sheet
from ingest.readers.csv import read_csv
from ingest.records import Document

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]

ROWS: Outline = [
    ("row", ("Ort", "Umeå"), ("Djup", "11,5"), ("Anm", "bra, men trång")),
    ("row", ("Ort", "Piteå"), ("Djup", "9"), ("Anm", "delad \"kaj\" i två")),
]  # fmt: skip
TEXT = 'Ort{0}Djup{0}Anm\r\nUmeå{0}"11,5"{0}"bra, men trång"\r\nPiteå{0}9{0}"delad ""kaj""\r\ni två"\r\n'


def read(text: str | bytes) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return read_csv(data, document_id="hamnar.csv")


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_sign_between_the_cells_is_found(delimiter: str, outline: Write) -> None:
    document = read(TEXT.format(delimiter))
    assert outline(document) == ROWS
    assert (document.title, document.markers, document.language) == ("hamnar", (), "sv")
    assert (
        reader_for(".TSV")(TEXT.format(delimiter).encode(), document_id="a.tsv").text
        == document.text
    )


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + TEXT.format(";").encode(),
        TEXT.format(";").encode("cp1252"),
        TEXT.format("\t").encode("utf-16"),
        TEXT.format("\t").encode("utf-16-le"),
        TEXT.format(";").replace("å", "a\u030a").encode(),
        b"sep=;\r\n" + TEXT.format(";").encode(),
    ],
)
def test_encodings(data: bytes, outline: Write) -> None:
    assert outline(read(data)) == ROWS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Längd;22,5\nBredd;5\n", [("fact", "Längd", "22,5"), ("fact", "Bredd", "5")]),
        (
            "År;Besökare\n2023;1 200\n2024;900\n",
            [("row", ("År", "2023"), ("Besökare", "1 200")), ("row", ("År", "2024"), ("Besökare", "900"))],
        ),
        ("Namn\nEva\nBo\n", [("paragraph", "Namn"), ("paragraph", "Eva"), ("paragraph", "Bo")]),
        (
            "Del;2023;2024\nSegel;1;2\nRep;;3\n",
            [("row", ("Del", "Segel"), ("2023", "1"), ("2024", "2")), ("row", ("Del", "Rep"), ("2024", "3"))],
        ),
        ("1;2;3\n4;5;6\n", [("row", ("", "1"), ("", "2"), ("", "3")), ("row", ("", "4"), ("", "5"), ("", "6"))]),
        ("Fråga;Svar\nVad kostar det?;Tre kronor.\n", [
            ("row", ("", "Fråga"), ("", "Svar")), ("row", ("", "Vad kostar det?"), ("", "Tre kronor."))]),
    ],
)  # fmt: skip
def test_headings_and_facts(text: str, expected: Outline, outline: Write) -> None:
    assert outline(read(text)) == expected


def test_what_is_no_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for empty in (b"", b"\n\n", b" ; ;\n"):
        with pytest.raises(KallsvarError, match=r"^Filen är tom\.$"):
            read(empty)
    with pytest.raises(KallsvarError, match=r"^Filen är inte text: den innehåller binära data\.$"):
        read(bytes(range(256)))
    with pytest.raises(
        KallsvarError, match=r"^Filen går inte att läsa som en tabell \(field larger"
    ):
        read('a;b\n1;"' + "x" * 140_000 + '"\n')
    monkeypatch.setattr(sheet, "MOST_ROWS", 2)
    assert read("a;b;c\n1;2;3\n;;\n").text == "a: 1; b: 2; c: 3"
    with pytest.raises(KallsvarError, match="fler än 2 rader"):
        read("a;b;c\n1;2;3\n;;\n4;5;6\n")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text("aå1;,\t|\"\n '", max_size=300).map(str.encode)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(KallsvarError):
        assert read(data).text
