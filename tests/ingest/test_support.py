"""What a statement rests on, and the records made of a reference list."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.corpus import corpus_files, read
from ingest.readers.text import read_text
from ingest.records import Document
from ingest.support import reference_records, references_for
from settings import ROOT


@pytest.fixture(scope="module")
def records() -> list[Document]:
    return read(corpus_files(Path(ROOT) / "corpus")[0])[1:]


@pytest.mark.parametrize(
    ("statement", "numbers"),
    [
        # The marker right after the sentence.
        ("Beslutet om att VGR genomfört en otillåten direktupphandling kom med", [7]),
        ("Avtalet som tecknades med KPMG AB omfattade 1 600 konsulttimmar", [5]),
        # None of its own: the nearest after it in the paragraph, not the first of the article.
        ("Regionens egen samordningsgrupp inledde direkt", [1]),
        ("Revisionsbyråns granskning har", [6]),
        # No marker in the paragraph.
        ("I oktober 2025 slog Konkurrensverket fast", []),
        ("Upphandlingsprocessen av nytt kärnsystem", []),
        # A list: its lead-in and every item share what closes it.
        ("De handlingsalternativ som nu ligger för politisk beredning", [14]),
        ("B. Upphandla kärnsystem", [14]),
        ("Vårdgivaren har inte säkerställt att användarna", [11]),
        # Facts answer for themselves alone.
        ("Dagar i drift: 3", []),
        ("Antal supportärenden under driftperioden: Över 3 000", [15]),
        ("Antal allvarliga händelser: 120", [16]),
    ],
)
def test_references_for(article: Document, statement: str, numbers: list[int]) -> None:
    start = article.text.index(statement)
    end = min(e for e in (article.text.find(c, start + len(statement)) for c in ".\n") if e > 0)
    end += article.text[end] == "."
    assert [r.number for r in references_for(article, start, end)] == numbers


def test_there_is_one_record_for_each_reference(records: list[Document]) -> None:
    assert [r.id for r in records] == [f"turerna-kring-millennium.txt#{n}" for n in range(1, 21)]
    assert {r.kind for r in records} == {"reference"}


def test_a_record_holds_its_entry_and_what_rests_on_it(records: list[Document]) -> None:
    assert records[6].text == (
        "Konkurrensverket, Konsulter köptes på otillåtet sätt när införandet av Millennium skulle "
        "granskas\nBeslutet om att VGR genomfört en otillåten direktupphandling kom med en "
        "upphandlingsskadeavgift om 400 000 kr."
    )
    assert records[6].publisher == "Konkurrensverket"
    assert records[14].text.splitlines()[1:] == [
        "Antal supportärenden under driftperioden: Över 3 000",
        "Antal systemavvikelser under driftperioden: Omkring 500",
    ]
    assert len(records[10].text.splitlines()) == 8
    # Its list: the lead-in and four options, and two sentences further on.
    assert [line[:20] for line in records[13].text.splitlines()[1:]] == [
        "De handlingsalternat", "A. Fortsätta med Ora", "B. Upphandla kärnsys",
        "C. Upphandla moduler", "D. Egenutveckla kärn", "Utifrån alternativen", "Detta kopplat till a",
    ]  # fmt: skip


def test_a_record_opens_with_all_that_the_entry_says() -> None:
    text = (
        "Den kom i maj. 1\n\nKällor\n1. Skutan är hemma. Hamnbladet, 12 mars 2024.\n2. SVT, Rep\n"
    )
    document = read_text(text.encode(), document_id="prov.txt")
    records = reference_records(document)
    assert [record.text for record in records] == [
        "Skutan är hemma. Hamnbladet, 12 mars 2024.\nDen kom i maj.",
        "SVT, Rep",
    ]
    assert [(record.title, record.publisher) for record in records] == [
        ("Skutan är hemma", "Hamnbladet"),
        ("Rep", "SVT"),
    ]


def test_an_address_is_never_invented(records: list[Document]) -> None:
    addresses = {r.id.rpartition("#")[2]: r.url for r in records if r.url}
    assert list(addresses) == ["20"]
    assert addresses["20"].endswith("/fakta-om-programmet/")
