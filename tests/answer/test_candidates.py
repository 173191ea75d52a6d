"""Short answers between the reader and the rules."""

from __future__ import annotations

import pytest

from answer.candidates import short_from_reading
from answer.question import read_question
from ingest.records import Span


@pytest.mark.parametrize(
    ("question", "text", "read", "short"),
    [
        # A time told by a condition, where no date stands.
        ("När får man fiska?", "Man får fiska om isen håller för två män.",
         "isen håller för två män", "om isen håller för två män"),
        # A date wins where there is one.
        ("När får man fiska?", "Man får fiska om isen håller efter 3 maj.",
         "isen håller efter 3 maj", "3 maj"),
        ("Hur länge får man fiska?", "Man får fiska tills isen går.", "isen går",
         "tills isen går"),
        # Where an enumeration starts the reader knows, where it ends the commas do.
        ("Vilka hjälper laget?", "Laget får i nöd hjälp från fiskare, präster och lärare.",
         "fiskare, präster", "fiskare, präster och lärare"),
    ],
)  # fmt: skip
def test_short_answer(question: str, text: str, read: str, short: str) -> None:
    at = text.index(read)
    span = short_from_reading(read_question(question), text, Span(at, at + len(read)))
    assert span is not None
    assert text[slice(*span)] == short


@pytest.mark.parametrize(
    ("question", "text"),
    [
        # An amount that is not there is not replaced by something else.
        ("Hur mycket kostade isen?", "Isen var dyr för laget."),
        # What is apart from the enumeration does not replace it.
        ("Vilka hjälper?", "De sov. Hjälp kom från fiskare, präster och lärare."),
    ],
)
def test_the_rules_stand(question: str, text: str) -> None:
    assert short_from_reading(read_question(question), text, Span(0, 6)) is None
