"""Short answers between the reader and the rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from answer.candidates import (
    Candidate,
    read_candidates,
    short_from_reading,
    shown_text,
    with_rivals,
)
from answer.evidence import Statement
from answer.extract import Extract
from answer.question import read_question
from answer.reader import Reader, Reading
from index.records import Hit
from ingest.records import Block, Chunk, Document, Span

LINES = ("Ett", "Två", "Tre", "Fyra", "Fem")
TEXT = "\n".join(LINES)


class Knowing:
    """A reader that knows the log odds of each text's holding the answer, and tells what it read."""

    def __init__(self, **odds: float) -> None:
        self.odds, self.seen = odds, list[str]()

    def read(
        self, question: str, passages: Sequence[str], contexts: Sequence[str]
    ) -> list[Reading]:
        self.seen += passages
        return [Reading(0, 1, 0.0, 1 / (1 + math.exp(self.odds.get(p, -2.0)))) for p in passages]


def candidates(*scores: float) -> list[Candidate]:
    """Return a candidate for each line, with the scores given."""
    home = Document("tal.txt", "Tal", TEXT)
    spans = [Span(TEXT.index(line), TEXT.index(line) + len(line)) for line in LINES]
    return [
        Candidate(cast(Any, None), home, Extract(span, span, None), score)
        for span, score in zip(spans, scores, strict=True)
    ]


def order(found: Sequence[Candidate]) -> list[str]:
    return [TEXT[slice(*c.place.answer)] for c in found]


@pytest.mark.parametrize(
    ("odds", "all_of", "seen", "ordered"),
    [
        # 5 + 2 · 1.5 is more than 3 + 2 · 1: none of the others could come first.
        ({"Ett": 1.5}, False, ["Ett", "Två"], ["Ett", "Två", "Tre", "Fyra", "Fem"]),
        # 5 - 4 is less than 3 + 2 · 1; what is read then is more than 1 + 2 · 1.
        ({"Tre": 0.4}, False, ["Ett", "Två", "Tre", "Fyra"], ["Tre", "Ett", "Två", "Fyra", "Fem"]),
        ({"Ett": 1.5}, True, list(LINES), ["Ett", "Två", "Tre", "Fyra", "Fem"]),
        # 2 + 2 · 2 is more than 1 + 2 · 1.
        ({"Fyra": 2.0}, False, ["Ett", "Två", "Tre", "Fyra"], ["Fyra", "Ett", "Två", "Tre", "Fem"]),
    ],
)
def test_reading_ends_when_no_other_could_come_first(
    odds: dict[str, float], all_of: bool, seen: list[str], ordered: list[str]
) -> None:
    reader = Knowing(**odds)
    found = read_candidates(
        cast(Reader, reader), read_question("Vilket tal?"), candidates(5, 4, 3, 2, 1), 2.0,
        all_of=all_of,
    )  # fmt: skip
    assert reader.seen == seen
    assert order(found) == ordered
    assert [c.reading is not None for c in sorted(found, key=lambda c: c.place.answer.start)] == [
        line in seen for line in LINES
    ]


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
         "fiskare", "fiskare, präster och lärare"),
        # Where the reader finds several things it has them all.
        ("Vilka hjälper laget?", "Laget får hjälp av två vänner, Bo och Siv.", "Bo och Siv",
         "Bo och Siv"),
        # A clause ends where the reader does before a verb or a comma, and starts at its «ett».
        ("Varför byttes bron?", "Eftersom balken var rutten föll bron.", "balken var rutten",
         "balken var rutten"),
        ("Vad är ett lov?", "Ett lov är i skolan ett uppehåll som vara i veckor, på våren en.",
         "ett uppehåll som vara i veckor", "ett uppehåll som vara i veckor"),
        # What the pattern says that a thing is wins over what the reader finds elsewhere.
        ("Vad är Vimpel?", "I maj kom båten Vimpel, och lotsen sov gott.", "lotsen sov gott",
         "båten"),
        # How much is told with its unit, how many without.
        ("Hur mycket gav kungen?", "Kungen gav 300 riksdaler till bron.", "300 riksdaler",
         "300 riksdaler"),
        ("Hur många båtar kom?", "Det kom 300 båtar till bron.", "300 båtar", "300"),
        ("Vilken ort sade nej?", "Sedan sade Region Ås nej.", "Region Ås", "Region Ås"),
        ("Hur högt fick huset vara?", "Planen tillät högst sex våningar.", "högst sex våningar",
         "högst sex våningar"),
        # What no pattern knows as a number may still be counted.
        ("Hur många partier sade nej?", "Bara ett parti sade nej.", "Bara ett parti",
         "Bara ett parti"),
        # A thing that something came of is a reason.
        ("Varför blev bron kvar?", "Bron blev kvar efter bybornas protester.", "bybornas protester",
         "bybornas protester"),
        # An ordinal is no verb, and a name at the end of one who is told of is not all of him.
        ("Vem vägde fisken?", "En nionde klass på Sjöskolan vägde fisken.",
         "En nionde klass på Sjöskolan", "En nionde klass på Sjöskolan"),
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


TOLD = "Bron\n\nNotan\n\nBron blev dyr. Den kostade sju miljoner. Tre bidrog:\n\n- staten\n- banken"


@pytest.mark.parametrize(
    ("sentence", "context"),
    [
        ("Bron blev dyr.", "Om broar. Notan."),
        ("Den kostade sju miljoner.", "Om broar. Notan. Bron blev dyr."),
        ("- banken", "Om broar. Notan. Tre bidrog:"),
    ],
)
def test_a_statement_is_read_under_its_title_heading_and_the_sentence_before(
    sentence: str, context: str
) -> None:
    def span(text: str) -> Span:
        return Span(TOLD.index(text), TOLD.index(text) + len(text))

    lead = span("Tre bidrog:")
    blocks = (
        Block("heading", Span(0, 4), 1),
        Block("heading", span("Notan"), 2),
        Block("paragraph", Span(TOLD.index("Bron blev"), lead.end)),
        Block("item", span("- staten"), lead=lead),
        Block("item", span("- banken"), lead=lead),
    )
    home = Document("bro.txt", "Om broar", TOLD, blocks)
    at = span(sentence)
    candidate = Candidate(cast(Any, None), home, Extract(at, at, None), 0.0)
    assert shown_text(candidate) == (sentence, context)


@pytest.mark.parametrize(
    ("text", "read", "short"),
    [
        # The reader's name stands, though another follows a word of the question.
        ("Efter chef Anna Ek blev Per Al chef.", "Per Al", "Per Al"),
        ("Ordföranden Disa Malm säger nej.", "Disa Malm", "Disa Malm"),
        # A part of a name is made whole.
        ("Då blev Disa Malm chef.", "Malm", "Disa Malm"),
    ],
)
def test_the_readers_name_stands_where_it_is_whole(text: str, read: str, short: str) -> None:
    at = text.rindex(read)
    found = short_from_reading(read_question("Vem blev chef?"), text, Span(at, at + len(read)))
    assert found is not None
    assert text[slice(*found)] == short


PAIR = "Bron blev dyr i maj. Den kostade sju miljoner. Notan kom sent.\n\nEn färja går."


@pytest.mark.parametrize(
    ("scores", "shown"),
    [
        # Two sentences of a paragraph that come close are both shown, and what lies between.
        ((5.0, 2.5, 0.0, 0.0), "Bron blev dyr i maj. Den kostade sju miljoner."),
        ((5.0, 1.5, 0.0, 0.0), "Bron blev dyr i maj."),
        ((5.0, 0.0, 4.0, 0.0), "Bron blev dyr i maj. Den kostade sju miljoner. Notan kom sent."),
        # One of another paragraph is not.
        ((5.0, 0.0, 0.0, 4.5), "Bron blev dyr i maj."),
    ],
)
def test_answers_that_come_close_are_shown_together(scores: tuple[float, ...], shown: str) -> None:
    sentences = ("Bron blev dyr i maj.", "Den kostade sju miljoner.", "Notan kom sent.",
                 "En färja går.")  # fmt: skip
    spans = [Span(PAIR.index(s), PAIR.index(s) + len(s)) for s in sentences]
    blocks = (Block("paragraph", Span(0, spans[2].end)), Block("paragraph", spans[3]))
    home = Document("bro.txt", "Bron", PAIR, blocks)
    chunk = Chunk("bro.txt", "passage", 0, len(PAIR), PAIR)
    statement = Statement(Hit(chunk, 0.0, 0.0, 0.0, []), cast(Any, None), (), ())
    found = [
        Candidate(statement, home, Extract(span, span, Span(span.start, span.start + 4)), score)
        for span, score in zip(spans, scores, strict=True)
    ]
    question = read_question("Vad hände med bron?")
    first, *others = with_rivals(question, sorted(found, key=lambda c: -c.score))
    assert others == []
    assert PAIR[slice(*first.place.answer)] == shown
    assert (first.place.core, first.place.short) == (spans[0], Span(0, 4))


def test_beside_a_value_only_another_value_is_shown() -> None:
    text = "Fyren är 21 meter hög. Den släcktes i maj. Tornet är 9 meter."
    spans = [Span(0, 22), Span(23, 42), Span(43, 61)]
    home = Document("fyr.txt", "Fyren", text, (Block("paragraph", Span(0, 61)),))
    chunk = Chunk("fyr.txt", "passage", 0, len(text), text)
    statement = Statement(Hit(chunk, 0.0, 0.0, 0.0, []), cast(Any, None), (), ())
    shorts = (Span(9, 17), None, Span(53, 60))
    found = [
        Candidate(statement, home, Extract(span, span, short), score)
        for span, short, score in zip(spans, shorts, (5.0, 4.0, 1.0), strict=True)
    ]
    question = read_question("Hur hög är fyren?")
    assert with_rivals(question, found)[0].place.answer == spans[0]
    nearer = [*found[:2], replace(found[2], score=4.0)]
    assert with_rivals(question, nearer)[0].place.answer == Span(0, 61)
