"""What an entry of a reference list says, and which numbers in a text are markers."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.text import read_text
from ingest.records import Document, Reference
from ingest.references import parse_entry


@pytest.mark.parametrize(
    ("entry", "publisher", "title"),
    [
        ("Hamnbladet, Skutan är hemma", "Hamnbladet", "Skutan är hemma"),
        ("Hamnbladet, Elsa, 90: ”Jag ror än”", "Hamnbladet", "Elsa, 90: ”Jag ror än”"),
        ("Institutet för hav och kust, Isen i viken", "Institutet för hav och kust", "Isen i viken"),
        # Utgivare. Titel. 2023.
        ("Sjöverket. Isen i viken. 2021.", "Sjöverket", "Isen i viken"),
        ("Vikens Varv AB. Årsredovisning 2020. 2021.", "Vikens Varv AB", "Årsredovisning 2020"),
        ("Hamnbladet. Vem äger kajen? 2019.", "Hamnbladet", "Vem äger kajen?"),
        ("Hamnbladet. Bråket: ”Nu får det vara nog”. 2019.", "Hamnbladet", "Bråket: ”Nu får det vara nog”"),
        ("Myndigheten för hav och fyrar. Segla, ro, paddla. 2018.", "Myndigheten för hav och fyrar", "Segla, ro, paddla"),
        # Efternamn A. Titel. Tidskrift. 2023;12(3):44–51.
        ("Ask B, Holm CD. Ål eller lake? Två fångster. Fiskelära. 2022;4(1):5–9.", "Fiskelära", "Ål eller lake? Två fångster"),
        ("von Rosen E, m.fl. Torsk, sill och skarpsill. Fiskelära 2020;2:1.", "Fiskelära", "Torsk, sill och skarpsill"),
        ("Ask B. Fiskens bok. Stockholm: Ankaret; 2020.", "Ankaret", "Fiskens bok"),
        ("Ask B. Finns ålen kvar? 2020.", None, "Finns ålen kvar?"),
        # Titel. Utgivare, 12 mars 2024.
        ("Skutan är hemma. Hamnbladet, 12 mars 2024.", "Hamnbladet", "Skutan är hemma"),
        ("Fyr, mast och skrov. Rum & Rigg, 5 maj 2023.", "Rum & Rigg", "Fyr, mast och skrov"),
        ("Hon ror än. Hör henne! ”Åh”. SVT, maj 2023", "SVT", "Hon ror än. Hör henne! ”Åh”"),
        ("Vem äger kajen? Sjöverket, 2023-05-04. Hämtad 2024-01-02.", "Sjöverket", "Vem äger kajen?"),
        # Efternamn, A. (2020). Titel. Utgivare.
        ("Ask, B. (2020). Fiskens bok. Ankaret.", "Ankaret", "Fiskens bok"),
        ("Ask, B. & Holm, C. D. (2020). Ål: en fisk? Fiskelära, 4(1), 5–9.", "Fiskelära", "Ål: en fisk?"),
        ("Ask, Bo (2020). Fiskens bok. Stockholm: Ankaret.", "Ankaret", "Fiskens bok"),
        ("Ask, B. (2020). Fiskens bok.", None, "Fiskens bok"),
        ("Sjöverket (2020). Isen i viken. Tre vintrar.", "Sjöverket", "Isen i viken. Tre vintrar"),
        ("Sjöverket. (2020). Isen i viken. Sjöverket.", "Sjöverket", "Isen i viken"),
        # Efternamn, Anna, Titel, Förlag, 2020.
        ("Ask, Bo, Fiskens bok, Ankaret, 2020.", "Ankaret", "Fiskens bok"),
        ("Ask, Bo & Holm, Cia, Ro, segla, Ankaret, Stockholm 2020", "Ankaret", "Ro, segla"),
    ],
)  # fmt: skip
def test_publisher_and_title(entry: str, publisher: str | None, title: str) -> None:
    found = parse_entry(f"[7] {entry} https://exempel.se/a")
    whole = f"{publisher}, {title}" if publisher else title
    assert found is not None
    assert astuple(found) == (
        7, publisher, title, "https://exempel.se/a", None if whole == entry else entry,
    )  # fmt: skip
    assert found.title in entry


@pytest.mark.parametrize(
    "entry",
    [
        "Ask, B. (2020). Fiskens bok. En handbok i tre delar.",
        "Ask B, Holm C, et al. Fiskens bok. Andra tryckningen. 2020.",
        "Fiskens bok. Ankaret, 2020.",
        "Samtal med B. Ask, 12 mars 2024.",
        "Skutan är hemma. Hamnbladet, Kultur, 12 mars 2024.",
        "Kungl. biblioteket. Böcker om fisk. 2020.",
        "Så var det, enligt byborna.",
        "Lagen om fiske",
    ],
)
def test_what_cannot_be_told_apart_is_all_title(entry: str) -> None:
    found = parse_entry(f"7. {entry}")
    assert found is not None
    assert astuple(found) == (7, None, entry, None, None)


@given(st.text('ABab åÖ.,:;?!()&”»«1920"-', min_size=1, max_size=60))
def test_the_title_is_a_stretch_of_the_entry(entry: str) -> None:
    found = parse_entry(f"7. {entry}")
    assert found is None or (found.title and found.title in entry)


def _read(text: str, entries: int = 6) -> Document:
    listed = "\n".join(f"{n}: Hamnbladet, Titel {n}" for n in range(1, entries + 1))
    return read_text(f"Om båten\n\n{text}\n\nKällor\n{listed}\n".encode(), document_id="prov.txt")


def _lines(document: Document) -> list[str]:
    return document.text.partition("\nKällor\n")[0].splitlines()[1:]


def _cited(document: Document) -> list[tuple[int, str]]:
    return [(m.number, document.text[: m.offset][-6:]) for m in document.markers]


def test_the_order_is_free_where_much_of_the_list_is_cited() -> None:
    document = _read("Den kom i maj. 6 I Viken låg den. 2 Sedan sjönk den. Den bärgades. 4 Slut.")
    assert _lines(document) == [
        "Den kom i maj. I Viken låg den. Sedan sjönk den. Den bärgades. Slut."
    ]
    assert _cited(document) == [(6, "i maj."), (2, "g den."), (4, "gades.")]
    # Two numbers, or less than half of the list, show nothing.
    assert _cited(_read("Den kom i maj. 6 I Viken låg den. 2 Slut.")) == [(2, "g den.")]
    few = "Den kom i maj. 6 I Viken låg den. 8 Sedan sjönk den. 9 Den bärgades. 2 Slut."
    assert _cited(_read(few, entries=9)) == [(2, "gades.")]


def test_numbers_in_parentheses() -> None:
    document = _read(
        "Den kom i maj (5), och låg kvar (2). (6) Sedan sjönk den. (1) Allt gick väl (3)"
    )
    assert _lines(document) == ["Den kom i maj, och låg kvar. Sedan sjönk den. Allt gick väl"]
    assert _cited(document) == [(5, " i maj"), (2, "g kvar"), (6, " kvar."), (1, "k den."), (3, "ck väl")]  # fmt: skip


def test_parentheses_that_are_no_markers() -> None:
    kept = (
        "Kraven är: (1) Den ska flyta. (2) Den ska gå att styra, (3) helst fort.\n"
        "(4) Den ska vara vit. (5) Den ska vara ny.\n"
        "Det står i artikel 5 (3). Det står i 3 kap. (2010:900). Den är f(2)."
    )
    cited = "Den kom i maj (5). Den låg kvar (2). Den sjönk (6)."
    document = _read(f"{kept}\n{cited}")
    assert _lines(document) == [*kept.splitlines(), "Den kom i maj. Den låg kvar. Den sjönk."]
    assert [number for number, _ in _cited(document)] == [5, 2, 6]


def test_a_document_that_cites_in_another_way_has_its_own_parentheses() -> None:
    document = _read("Den kom i maj. 1 Alla såg den (3). Den sjönk. 2 Sedan låg den still.")
    assert _lines(document) == ["Den kom i maj. Alla såg den (3). Den sjönk. Sedan låg den still."]
    assert [number for number, _ in _cited(document)] == [1, 2]


def test_several_numbers_in_one_marker() -> None:
    document = _read("Den kom i maj. 2, 5 Den låg. 3–5 Allt gick väl. 6,2 Slut.")
    assert _lines(document) == ["Den kom i maj. Den låg. Allt gick väl. Slut."]
    assert [number for number, _ in _cited(document)] == [2, 5, 3, 4, 5, 6, 2]
    document = _read("Den kom [4, 1] i maj. [4–6] Den låg.")
    assert _lines(document) == ["Den kom i maj. Den låg."]
    assert [number for number, _ in _cited(document)] == [4, 1, 4, 5, 6]
    document = _read("Den kom i maj (2, 5). Den låg (4–6). Den sjönk (3, 9).")
    assert _lines(document) == ["Den kom i maj. Den låg. Den sjönk (3, 9)."]
    assert [number for number, _ in _cited(document)] == [2, 5, 4, 5, 6]


ANY_ORDER = "Den kom. 6 Den låg. 4 Den sjönk. 2 Sedan var det slut.\n\n"


@pytest.mark.parametrize(
    ("fact", "value", "number"),
    [
        ("Hyra: 389 kronor 5", "Hyra: 389 kronor", 5),
        ("Besökare: Över 3 000 1", "Besökare: Över 3 000", 1),
        ("Åror: 14 3", "Åror: 14", 3),
        ("Slutkostnad: 55–80 kronor (3)", "Slutkostnad: 55–80 kronor (3)", None),
        ("Slutkostnad: 55–80 kronor [3]", "Slutkostnad: 55–80 kronor", 3),
        # The number is the value, or part of it.
        ("Åror: 3", "Åror: 3", None),
        ("Nöjda: 4 av 5", "Nöjda: 4 av 5", None),
        ("Djup: 1 – 5", "Djup: 1 – 5", None),
        ("Telefon: 08-123 45 6", "Telefon: 08-123 45 6", None),
        ("Ägare: varvet i Viken 1", "Ägare: varvet i Viken 1", None),
    ],
)
@pytest.mark.parametrize("bullet", ["", "- "])
def test_a_number_that_ends_a_value(bullet: str, fact: str, value: str, number: int | None) -> None:
    facts = f"{bullet}Namn: Vega\n{bullet}{fact}"
    document = _read(ANY_ORDER + facts)
    assert _lines(document)[1:] == [f"{bullet}Namn: Vega", bullet + value]
    assert _cited(document)[3:] == ([(number, value[-6:])] if number else [])


def test_a_marker_that_closes_a_list_may_hold_several_numbers() -> None:
    document = _read(ANY_ORDER + "Ta med:\n- rep\n- åror\n\n[1, 3]")
    assert document.markers[3:] == (
        (document.text.index("- åror") + 6, 1, True),
        (document.text.index("- åror") + 6, 3, True),
    )


def test_a_long_list_of_authors_is_read_at_once() -> None:
    entry = "Ek, A. & " * 100
    assert parse_entry(f"4. {entry}") == Reference(4, "Ek", entry.removeprefix("Ek, ").strip())
    found = parse_entry("4. " + ", ".join(["Ek, A.-B."] * 60) + " (2020). Broar. Förlaget.")
    assert found is not None
    assert (found.title, found.publisher) == ("Broar", "Förlaget")
