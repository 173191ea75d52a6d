"""The sources that a question asks for, in two articles with reference lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from answer import Answer, Answerer
from index.sync import sync
from settings import Settings

pytestmark = pytest.mark.model

BRIDGE = """# Bron i Lillvik

Bron över sundet är 412 meter lång och har kostat 815 miljoner kronor. [2]

## Vintern på bron

Under den första vintern sprack fyra balkar, och bron stod uppfälld i trettioen timmar. [1]

Stålet tålde inte kylan. [4]

## Efteråt

Kommunen har sedan dess bytt bultarna om nätterna, och kaféet på kajen har fått färre gäster. Chefen skrev en slutrapport om saltet i betongen.

## Referenser

[1] Kustbladet. Bron som inte gick att stänga. 2023.
[2] Lillviks kommun. Fakta om bron. 2024.
[3] Kustbladet. Handlarna orkar inte mer. 2024.
[4] Ek A, Lund B. Kyla och stål i rörliga broar. Tidskrift för broar. 2022;3(1):4–9.
"""
SCHOOL = """# Skolmaten i Älvby

Varje dag lagas 5 300 portioner i sex kök. (1)

Svinnet har sjunkit till 40 gram per portion sedan barnen fick väga sina rester. (2)

Barnen äter i elva minuter. (3)

Källor:

1. Köken tar över. Älvby kommun, 3 mars 2024. https://exempel.se/kok
2. Recension: skolmat för finsmakare. Älvby Nyheter, 9 maj 2024.
3. Hur länge hinner barnen äta? Älvby Nyheter, 2 juni 2024.
"""


@pytest.fixture(scope="module")
def engine(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    folder = tmp_path_factory.mktemp("sources")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "bron.md").write_text(BRIDGE, encoding="utf-8")
    (folder / "corpus" / "skolmaten.md").write_text(SCHOOL, encoding="utf-8")
    settings = Settings(corpus=folder / "corpus", var=folder / "var", model=str(model_dir))
    sync(settings)
    return Answerer(settings)


def entries(answer: Answer) -> list[str]:
    """Return the records that an answer is made of."""
    lines = (answer.answer or "").split("\n")
    return [p.document.id for p in answer.passages if p.text.partition("\n")[0] in lines]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # By what a statement rests on.
        ("Varifrån kommer siffran 412 meter?", ["bron.md#2"]),
        ("Vilken källa säger att bron stod uppfälld i trettioen timmar?", ["bron.md#1"]),
        ("Var står det att svinnet är 40 gram per portion?", ["skolmaten.md#2"]),
        # By number, in the document that is meant.
        ("Vad är referens 3 i artikeln om bron?", ["bron.md#3"]),
        ("Vad heter den tredje källan om skolmaten?", ["skolmaten.md#3"]),
        ("Vad är källa 9 om bron?", []),
        # All of a list.
        (
            "Vilka källor bygger artikeln om skolmaten i Älvby på?",
            ["skolmaten.md#1", "skolmaten.md#2", "skolmaten.md#3"],
        ),
        ("Vilka källor används i artikeln om bron?", [f"bron.md#{n}" for n in (1, 2, 3, 4)]),
        # What a section cites.
        ("Vilka källor ligger bakom avsnittet Vintern på bron?", ["bron.md#1", "bron.md#4"]),
        # Several, all that speak of it.
        ("Vilka källor handlar om vintern på bron?", ["bron.md#1", "bron.md#4"]),
        # By maker, kind and title.
        (
            "Vilka texter från Älvby Nyheter nämns i artikeln om skolmaten?",
            ["skolmaten.md#2", "skolmaten.md#3"],
        ),
        ("Vilken recension nämns i artikeln om skolmaten?", ["skolmaten.md#2"]),
        ("Vilken artikel i Tidskrift för broar nämns i texten om bron?", ["bron.md#4"]),
        ("Vilka texter från Kustbladet nämns?", ["bron.md#1", "bron.md#3"]),
        ("Vad har Lund skrivit om broar?", ["bron.md#4"]),
        ("Vilken recension nämns om skolmaten?", ["skolmaten.md#2"]),
        ("Vem har publicerat Hur länge hinner barnen äta?", ["skolmaten.md#3"]),
    ],
)
def test_found(engine: Answerer, question: str, found: list[str]) -> None:
    assert entries(engine.ask(question)) == found


def test_an_entry_is_shown_as_it_is_written_with_its_title_as_short_answer(
    engine: Answerer,
) -> None:
    answer = engine.ask("Varifrån kommer uppgiften om 5 300 portioner?")
    assert answer.answer == "Köken tar över. Älvby kommun, 3 mars 2024."
    assert answer.short_answer == "Köken tar över"
    first = answer.passages[0]
    assert (first.document.publisher, first.document.url) == (
        "Älvby kommun", "https://exempel.se/kok",
    )  # fmt: skip
    assert first.text[first.short_answer_start : first.short_answer_end] == "Köken tar över"


@pytest.mark.parametrize(
    "question",
    [
        "Vilken källa säger att en färja har gått på grund?",
        "Vad har Riksrevisionen publicerat om planeterna?",
        "Vilken journalist skrev texten om barnen som äter?",
        # A kind that is in no list, and nothing more to go by.
        "Vilket pressmeddelande nämns i artikeln?",
    ],
)
def test_none(engine: Answerer, question: str) -> None:
    assert entries(engine.ask(question)) == []


@pytest.mark.parametrize(
    "question",
    [
        # An answer that is called what is asked for, in the text.
        "Vilken rapport skrev chefen?",
        # A section is spoken of, but no source.
        "Vad sprack enligt avsnittet om vintern?",
    ],
)
def test_a_question_that_the_text_answers(engine: Answerer, question: str) -> None:
    assert not any("#" in p.document.id for p in engine.ask(question).passages[:1])


def test_every_list(engine: Answerer) -> None:
    assert len(entries(engine.ask("Vilka källor används?"))) == 7
    assert len(entries(engine.ask("Vilka källor används?", sources=["bron.md"]))) == 4


def test_a_number_that_is_not_there(engine: Answerer) -> None:
    answer = engine.ask("Vad är källa 9 i artikeln om bron?")
    assert (answer.answered, answer.verdict) == (False, "not_said")
    assert {p.document.id.partition("#")[0] for p in answer.passages} == {"bron.md"}


def test_a_document_that_is_not_there(engine: Answerer) -> None:
    assert not engine.ask("Vilka källor används?", sources=["saknas.md"]).answered


def test_only_the_lists_of_the_documents_chosen(engine: Answerer) -> None:
    question = "Vilka texter från Kustbladet nämns?"
    chosen = engine.ask(question, sources=["skolmaten.md"])
    assert not any("bron.md" in p.document.id for p in chosen.passages)
    assert entries(engine.ask(question, sources=["bron.md"])) == ["bron.md#1", "bron.md#3"]
