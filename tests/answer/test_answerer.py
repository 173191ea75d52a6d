"""Questions to the real article with the real model, answered as a new user would see them."""

from __future__ import annotations

import pytest

from answer import Answer, Answerer
from ingest.errors import KallsvarError
from settings import Settings

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def engine(settings_built: Settings) -> Answerer:
    return Answerer(settings_built)


def numbers(answer: Answer) -> list[int]:
    return [r.number for r in answer.passages[0].references]


def test_an_amount_with_its_reference(engine: Answerer) -> None:
    answer = engine.ask("Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?")
    assert answer.answered
    assert answer.short_answer == "400 000 kr"
    assert answer.answer == (
        "Beslutet om att VGR genomfört en otillåten direktupphandling kom med en "
        "upphandlingsskadeavgift om 400 000 kr."
    )
    assert numbers(answer) == [7]
    assert answer.passages[0].section == (
        "Vad har hänt sedan införandet av Millennium pausades?",
        "2. KPMG – Externt granskande part",
    )


def test_a_period(engine: Answerer) -> None:
    answer = engine.ask("Hur många dagar var Millennium i drift?")
    assert answer.answered
    assert answer.short_answer in ("tre dagar", "3")


def test_a_whole_list(engine: Answerer) -> None:
    answer = engine.ask("Vilka alternativ ligger för politisk beredning?")
    assert answer.answer is not None
    assert answer.answer.startswith("De handlingsalternativ som nu ligger för politisk beredning")
    for name in ("A. Fortsätta med Oracle Millennium", "B. Upphandla kärnsystem",
                 "C. Upphandla moduler", "D. Egenutveckla kärnsystem"):  # fmt: skip
        assert name in answer.answer
    assert numbers(answer) == [14]


def test_a_fact(engine: Answerer) -> None:
    answer = engine.ask("Hur många supportärenden blev det under driftperioden?")
    assert (answer.short_answer, numbers(answer)) == ("Över 3 000", [15])


def test_out_of_subject(engine: Answerer) -> None:
    answer = engine.ask("Hur många planeter har solsystemet?")
    assert not answer.answered
    assert (answer.answer, answer.short_answer, answer.verdict) == (None, None, "out_of_subject")
    assert answer.missing == ("planeter",) or "planeter" in answer.missing
    assert len(answer.passages) == 5


def test_sources_by_publisher(engine: Answerer) -> None:
    answer = engine.ask("Vilka av källorna kommer från SVT?")
    assert answer.answer == (
        "SVT, Ivo: Flera brister i Millennium\n"
        "SVT, Efter Millennium: Tio avvikelser riskerade allvarliga vårdskador\n"
        "SVT, Konsultnotan för sågade systemet: 800 miljoner"
    )
    assert [p.document.id.rpartition("#")[2] for p in answer.passages[:3]] == ["12", "17", "19"]


def test_the_source_of_a_statement(engine: Answerer) -> None:
    answer = engine.ask("Vilken källa stöder uppgiften om upphandlingsskadeavgiften på 400 000 kr?")
    assert answer.answered
    assert answer.passages[0].document.publisher == "Konkurrensverket"
    assert numbers(answer) == [7]


def test_without_dots_and_misspelt(engine: Answerer) -> None:
    answer = engine.ask("hur mnga suportarenden blev det")
    assert answer.read_as is not None
    assert answer.question == "hur mnga suportarenden blev det"
    assert "supportärenden" in answer.read_as
    assert answer.short_answer == "Över 3 000"


def test_every_place_is_a_slice(engine: Answerer) -> None:
    for question in ("Varför pausades Millennium?", "Vad kostade KPMG?", "Vem ledde tillsynen?",
                     "Vilka brister fann IVO?", "What did the consultants cost?"):  # fmt: skip
        answer = engine.ask(question)
        for passage in answer.passages:
            text = engine.document(passage.document.id).text
            assert text[passage.start : passage.end] == passage.text
            assert passage.answer_start is not None
            assert passage.answer_end is not None
            assert passage.start <= passage.answer_start < passage.answer_end <= passage.end
            if passage.short_answer_start is not None:
                assert passage.short_answer_end is not None
                assert passage.answer_start <= passage.short_answer_start
                assert passage.short_answer_end <= passage.answer_end
        first = answer.passages[0]
        if answer.answered:
            text = engine.document(first.document.id).text
            assert answer.answer == text[first.answer_start : first.answer_end]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "Skriv en fråga, så letar jag i dokumenten."),
        ("  \n\t\x00 ", "Skriv en fråga, så letar jag i dokumenten."),
        ("?!… –", "Jag hittar ingen fråga i texten. Skriv den med ord, gärna en hel mening."),
        (
            "x" * 10_000,
            "Frågan är för lång (10000 tecken). Skriv den kortare, med högst 1000 tecken.",
        ),
    ],
)
def test_what_is_no_question(engine: Answerer, question: str, message: str) -> None:
    answer = engine.ask(question)
    assert not answer.answered
    assert answer.message == message
    assert answer.passages == ()


@pytest.mark.parametrize(
    "question", ["<script>alert(1)</script>", "\x1b[31mröd\x07", "; DROP TABLE chunks"]
)
def test_markup_and_control_characters_are_only_words(engine: Answerer, question: str) -> None:
    assert not engine.ask(question).answered


def test_only_the_sources_chosen(engine: Answerer) -> None:
    assert engine.ask("Vad kostade Millennium?", sources=["saknas.txt"]).passages == ()


def test_an_unknown_document(engine: Answerer) -> None:
    with pytest.raises(KallsvarError, match=r"^Dokumentet «x» finns inte i indexet\.$"):
        engine.document("x")


def test_no_index_yet(settings_built: Settings, tmp_path: object) -> None:
    empty = settings_built.model_copy(update={"var": tmp_path})
    with pytest.raises(KallsvarError) as error:
        Answerer(empty)
    assert str(error.value) == "Det finns inget index än. Kör «python -m ingest» först."
