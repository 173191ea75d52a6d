"""Follow-up questions: which lean on the last one, and how they read with it."""

from __future__ import annotations

import pytest

from answer import Answerer
from answer.followup import resolve
from settings import Settings

FEE = "Vilken avgift fick kommunen betala för den felaktiga upphandlingen?"


@pytest.mark.parametrize(
    ("last", "answered", "question", "whole"),
    [
        (FEE, "5 kr", "När då?", "När fick kommunen betala för den felaktiga upphandlingen (avgift)?"),
        ("Hur länge stod bron stängd?", "tre dagar", "Varför?", "Varför stod bron stängd?"),
        ("Hur länge stod bron stängd?", "tre dagar", "Och när var det?", "När stod bron stängd?"),
        (FEE, "5 kr", "Vem beslutade om den?", "Vem beslutade om upphandlingen?"),
        ("När startade granskningen av bron?", None, "Och vad kostade den?", "Vad kostade granskningen?"),
        ("Vad kostade avtalet?", "5 kr", "När tecknades det?", "När tecknades avtalet?"),
        ("Vem granskade bygget?", "KPMG", "Vad kom de fram till?", "Vad kom KPMG fram till?"),
        ("Vem granskade bygget?", "KPMG", "Vad kostade deras granskning?", "Vad kostade KPMG:s granskning?"),
        ("Vad innebär alternativ A?", None, "Och alternativ B?", "Vad innebär alternativ B?"),
        ("Vad gjorde KPMG?", None, "Och IVO då?", "Vad gjorde IVO?"),
        ("When was the bridge closed?", None, "Why?", "Why was the bridge closed?"),
        ("Who repaired the bridge?", "Balk AB", "How much did it cost?", "How much did bridge cost?"),
    ],
)  # fmt: skip
def test_what_a_follow_up_leans_on_is_put_in_its_place(
    last: str, answered: str | None, question: str, whole: str
) -> None:
    assert resolve(question, last, answered) == whole


@pytest.mark.parametrize(
    "question",
    [
        "Vad kostade bron?",
        "Vad heter kommunens IT-chef?",
        "Vem skötte it då bron stängdes?",
        "Hur många brister var det?",
        "Vilka alternativ finns det?",
        "Vad är det för bro?",
        "Vad står det om IVO?",
        "Vad gäller för den felaktiga upphandlingen?",
        "Stämmer det att bron är dyr?",
        "Och hur mycket kostade konsulterna?",
        "Varför stängdes bron redan efter tre dagar?",
    ],
)
def test_a_question_that_stands_on_its_own_is_left_alone(question: str) -> None:
    assert resolve(question, FEE, "5 kr") is None


@pytest.mark.model
def test_a_conversation_keeps_its_topic(settings_built: Settings) -> None:
    engine = Answerer(settings_built)
    first = engine.ask("Hur många dagar var Millennium i drift?")
    why = engine.ask("Varför då?", previous=first)
    assert why.question == "Varför då?"
    assert why.read_as == "Varför var Millennium i drift (dagar)?"
    assert "Millennium" in (why.passages[0].text)
    audit = engine.ask("Vad kom KPMG fram till i sin granskning?", previous=first)
    assert audit.read_as is None
    cost = engine.ask(
        "Och vad kostade den?", previous=engine.ask("Vad omfattade avtalet med KPMG?")
    )
    assert cost.read_as == "Vad kostade avtalet?" or cost.answered
