"""Questions read as asking for sources."""

from __future__ import annotations

import pytest

from answer.asked_source import read_asked_source


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Varifrån kommer siffran 44 ton?", "44 ton"),
        ("Vilken källa stöder uppgiften om priset på fisk?", "om priset på fisk"),
        ("Var står det att bron är 412 meter lång?", "bron är 412 meter lång"),
        ("Hur vet man att varje balk är rutten?", "varje balk är rutten"),
        ("Jag vill belägga att notan blev dyr i år, vilket dokument visar det?",
         "notan blev dyr i år"),
        ("Which source says that the bridge was sold?", "the bridge was sold"),
    ],
)  # fmt: skip
def test_what_a_statement_rests_on(question: str, topic: str) -> None:
    asked = read_asked_source(question)
    assert asked is not None
    assert (asked.sure, asked.topic, asked.numbers) == (True, topic, ())


@pytest.mark.parametrize(
    ("question", "sure", "likely"),
    [
        ("Vad finns det för belägg för att bron sprack?", True, False),
        ("Var i all världen har man fått priset ifrån?", True, False),
        ("Vilken tidning skrev att bron sprack?", False, True),
        ("Vad heter pressmeddelandet om bron?", False, True),
        ("Jag vill kontrollera att bron kostade så mycket.", False, True),
        ("Vilket underlag finns för att bron sprack?", False, True),
        ("Vad har Fiskverket gett ut om bron?", False, False),
    ],
)
def test_how_surely_a_source_is_asked_for(question: str, sure: bool, likely: bool) -> None:
    asked = read_asked_source(question)
    assert asked is not None
    assert (asked.sure, asked.likely) == (sure, likely)


@pytest.mark.parametrize(
    ("question", "about", "topic"),
    [
        ("Vilka texter bygger artikeln om bron på?", "bron", "om bron på"),
        ("Vad nämns i artikeln om bron över sundet?", "bron över sundet", "i om bron över sundet"),
        ("Vad heter artikeln om bron?", "", "om bron"),
        ("Vilken artikel i Läkartidningen nämns?", "", "i Läkartidningen"),
    ],
)
def test_whose_sources_are_meant(question: str, about: str, topic: str) -> None:
    asked = read_asked_source(question)
    assert asked is not None
    assert (asked.about, asked.topic) == (about, topic)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("Vad är referens 13?", (13,)),
        ("Vem står bakom [4] i artikeln?", (4,)),
        ("Vad heter källa nummer tre?", (3,)),
        ("Vad handlar den fjortonde källan om?", (14,)),
        ("Vad heter den tjugoförsta källan?", (21,)),
        ("Vilken källa nämner 3 000 ärenden?", ()),
        ("Vilken källa säger att notan blev 12 kronor?", ()),
    ],
)
def test_entries_by_number(question: str, numbers: tuple[int, ...]) -> None:
    asked = read_asked_source(question)
    assert asked is not None
    assert asked.numbers == numbers


@pytest.mark.parametrize(
    ("question", "works", "many", "writer"),
    [
        ("Vad har Fiskverket gett ut om bron?", ("gett ut",), True, False),
        ("Vilken recension nämns?", ("recension", "nämns"), False, False),
        ("Vilka artiklar ur Bladet räknas upp?", ("artiklar",), True, False),
        ("Vilken journalist skrev texten?", ("skrev", "texten"), False, True),
    ],
)
def test_works(question: str, works: tuple[str, ...], many: bool, writer: bool) -> None:
    asked = read_asked_source(question)
    assert asked is not None
    assert (asked.sure, asked.works, asked.many, asked.writer) == (False, works, many, writer)


@pytest.mark.parametrize(
    "question",
    ["Vad kostade bron?", "Hur många sidor har rapporten?", "Varför skrev hon brevet?",
     "Vilka uppgifter läckte?", "Vilka preferenser har de?", "Hur kan man boka?",
     "Varför hänvisas gästerna till kajen?", "Vad är tanken med bron?",
     "Vad finns det för underlag för att fatta beslut?"],
)  # fmt: skip
def test_other_questions(question: str) -> None:
    assert read_asked_source(question) is None
