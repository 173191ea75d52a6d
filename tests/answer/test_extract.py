"""The answer's place in a statement, where the document's structure gives it."""

from __future__ import annotations

import pytest

from answer.evidence import Word
from answer.extract import extract
from answer.question import read_question
from index.analysis import question_terms
from ingest.assembly import assemble
from ingest.records import Block, Document, Span
from ingest.structure import Line, row_line

TABLE = assemble(
    [
        row_line(["Ort", "Antal vårdplatser", "Öppnade"], ["Borås", "42", "våren 2019"]),
        row_line(["Ort", "Antal vårdplatser", "Öppnade"], ["Skövde", "17", "hösten 2021"]),
        row_line(["Post", "Miljoner kronor"], ["Sängar", "275"]),
    ],
    document_id="tabell.csv",
)


def short(document: Document, number: int, text: str) -> str | None:
    question = read_question(text)
    words = [Word(w, tuple(question_terms([w])), 1.0, True) for w in question.content]
    block = document.blocks[number]
    place = extract(question, words, document, block.span)
    assert place.answer == block.span
    return document.text[slice(*place.short)] if place.short else None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Hur många vårdplatser finns i Skövde?", "17"),
        ("När öppnade Skövde?", "hösten 2021"),
        ("Vilken ort har 17 vårdplatser?", "Skövde"),
        ("Vem bestämmer?", None),
    ],
)
def test_the_cell_asked_for(question: str, answer: str | None) -> None:
    assert short(TABLE, 1, question) == answer


def test_of_a_pair_the_other_is_asked_for() -> None:
    pair = assemble(
        [row_line(["Parti", "Ståndpunkt"], ["Skogspartiet", "ja, om bidraget höjs"])],
        document_id="parti.csv",
    )
    assert short(pair, 0, "Vad tycker Skogspartiet?") == "ja, om bidraget höjs"
    assert short(pair, 0, "Vad tycker grannarna?") is None


def test_what_is_counted_is_told_in_the_sentence_after() -> None:
    text = (
        "Tre krav ska vara uppfyllda. Taket ska hålla, dörren ska stänga och golvet ska bära. "
        "Det tar tid."
    )
    document = Document("krav.txt", "Krav", text, (Block("paragraph", Span(0, len(text))),))
    told = "Taket ska hålla, dörren ska stänga och golvet ska bära"
    for asked, short_answer, end in (
        ("Vilka krav ska vara uppfyllda?", told, text.index(told) + len(told)),
        ("Vilka tider ska vara uppfyllda?", None, len("Tre krav ska vara uppfyllda.")),
    ):
        question = read_question(asked)
        words = [Word(w, tuple(question_terms([w])), 1.0, True) for w in question.content]
        place = extract(question, words, document, Span(0, len("Tre krav ska vara uppfyllda.")))
        assert place.answer == Span(0, end)
        if short_answer:
            assert place.short is not None
            assert text[slice(*place.short)] == short_answer


def test_what_is_told_first_second_and_third() -> None:
    text = (
        "Det fanns två krav. För det första ska taket hålla. För det andra ska dörren stänga. "
        "Sedan åt de."
    )
    document = Document("x.md", "x", text, (Block("paragraph", Span(0, len(text))),))
    question = read_question("Vilka krav fanns?")
    place = extract(question, (), document, Span(0, len("Det fanns två krav.")))
    assert text[slice(*place.answer)] == text.removesuffix(". Sedan åt de.")


def test_the_cell_under_a_currency() -> None:
    assert short(TABLE, 2, "Hur mycket har sängarna kostat?") == "275"


def test_a_list_of_one_thing_is_that_thing() -> None:
    lines = [
        Line("Nämnden beslutade då att:", leads=True),
        Line("bygga ett nytt hus vid ån.", "item"),
        Line("Sedan gick alla hem.", "paragraph"),
    ]
    document = assemble(lines, document_id="x.txt")
    question = read_question("Vad beslutade nämnden?")
    place = extract(question, [], document, Span(*document.blocks[0].span))
    assert place.short is not None
    assert document.text[slice(*place.short)] == "bygga ett nytt hus vid ån."
    assert document.text[slice(*place.answer)] == (
        "Nämnden beslutade då att:\nbygga ett nytt hus vid ån."
    )


def test_an_item_that_tells_a_fact_answers_with_its_value() -> None:
    lines = [
        Line("Om bron:"),
        Line("- Längd: 240 meter", "item", prefix=2),
        Line("- Öppen: 84, förr 58", "item", prefix=2),
    ]
    document = assemble(lines, document_id="bro.md")
    assert [b.kind for b in document.blocks] == ["paragraph", "item", "item"]
    assert short(document, 1, "Hur lång är bron?") == "240 meter"
    assert short(document, 2, "Hur många dagar är bron öppen?") == "84"


def test_an_item_named_by_its_letter() -> None:
    options = assemble(
        [
            Line("A. Behåll bron", "item", label=(3, 14)),
            Line("Laga den i fem år.", continues=True),
            Line("B. Riv bron", "item", label=(3, 11)),
            Line("Bygg en färja.", continues=True),
        ],
        document_id="val.txt",
    )
    assert [b.kind for b in options.blocks] == ["item", "item"]
    question = read_question("Vad går alternativ B ut på?")
    places = [extract(question, [], options, block.span) for block in options.blocks]
    assert [place.named for place in places] == [False, True]
    assert places[1].short is not None
    assert options.text[slice(*places[1].short)] == "Bygg en färja."
    assert read_question("Vad kostar A-laget?").letter is None
    assert read_question("A eller B?").letter is None
