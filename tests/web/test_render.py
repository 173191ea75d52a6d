"""What the chat shows, piece by piece."""

from __future__ import annotations

from dataclasses import replace

from answer.records import Answer, Citation, Passage
from app import examples
from ingest.readers.text import read_text
from ingest.records import Document, Reference, Span
from web.render import document_panel, notice, turn

TEXT = (
    "Om bron\n\nFakta: Bron i siffror\nLängd: 20 m 1\nAntal pelare under körbanan: 4 2\n\n"
    "Vad kostade den?\nBron <är> dyr. 1 Den kostade 5 kr. 2\n- stål\n- sten\n\nKällor\n"
    "1: Bladet, Om priset\n2: Verket, Räkenskaper\n"
)
BRIDGE = replace(read_text(TEXT.encode(), document_id="bro.txt"), url="https://exempel.se/bro")


def answered(short: tuple[int, int] | None, said: str | None = "5 kr") -> Answer:
    start = BRIDGE.text.index("Den kostade")
    first = Passage(
        1, "Bron <är> dyr. Den kostade 5 kr.", start - 15, start + 17, start, start + 17,
        *(short or (None, None)), ("Vad kostade den?",), None, 1.0,
        Citation("bro.txt", "Om bron", "Staden & co", "https://exempel.se/bro"),
        (Reference(2, "Verket", "Räkenskaper", "https://exempel.se/r"), Reference(1, "Bladet", "Om <priset>")),
    )  # fmt: skip
    return Answer(None, "Vad?", True, 0.9, "Den kostade 5 kr.", said, (first,), {})


def test_the_short_answer_is_marked() -> None:
    at = BRIDGE.text.index("5 kr")
    html = turn("Vad kostade den?", answered((at, at + 4)))
    assert "Den kostade <mark>5 kr</mark>." in html
    assert "Säkert svar" in html
    assert "Staden &amp; co" in html
    assert '<span class="nummer">Referens 2</span> Verket: <a href="https://exempel.se/r"' in html
    assert '<span class="nummer">Referens 1</span> Bladet: Om &lt;priset&gt;' in html


def test_a_mark_that_does_not_fit_is_left_out() -> None:
    at = BRIDGE.text.index("5 kr")
    assert "<mark>" not in turn("Vad?", answered((at - 1, at + 3)))
    assert "<mark>" not in turn("Vad?", answered(None, None))


def test_markup_in_a_question_is_shown_as_text() -> None:
    html = turn("<img src=x onerror=alert(1)>", replace(answered(None), read_as="<b>x</b>"))
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "&lt;script&gt;" in notice("<script>", "<script>")


def test_abstaining_says_what_is_missing_and_shows_the_nearest() -> None:
    answer = replace(answered(None), answered=False, answer=None, short_answer=None,
                     verdict="not_said", missing=("<pris>",))  # fmt: skip
    html = turn("Vad?", answer)
    assert "<h3>Källorna svarar inte på det</h3>" in html
    assert "Frågan ligger nära ämnet, men svaret står inte i dokumenten." in html
    assert "Det här i frågan hittar jag inte stöd för: «&lt;pris&gt;»." in html
    assert "Närmaste passager" in html
    assert "Dokumenten handlar inte om det." in turn("?", replace(answer, verdict="out_of_subject"))


def test_a_notice() -> None:
    answer = replace(answered(None), message="Skriv en fråga.")
    assert '<p class="notis">Skriv en fråga.</p>' in turn("", answer)


def test_the_document_with_the_passage_tinted_and_the_answer_marked() -> None:
    start = BRIDGE.text.index("Den kostade")
    html = document_panel(BRIDGE, Span(start - 15, start + 17), Span(start, start + 17))
    assert (
        '<p><mark class="passage">Bron &lt;är&gt; dyr.</mark><sup class="not" title="Bladet: Om '
        'priset">1</sup><mark class="passage"> </mark><mark class="passage"><mark class="traff">Den '
        'kostade 5 kr.</mark></mark><sup class="not" title="Verket: Räkenskaper">2</sup></p>'
    ) in html
    assert "<div><dt>Längd</dt><dd>20 m<sup" in html
    assert "<ul><li>stål</li><li>sten</li></ul>" in html
    assert "<h3>Vad kostade den?</h3>" in html


def test_a_place_outside_the_text_is_not_marked() -> None:
    assert "<mark" not in document_panel(BRIDGE, Span(5, 10_000), Span(-3, 4))


def test_examples_come_from_the_document_s_own_facts_and_headings() -> None:
    assert examples([BRIDGE]) == ["Hur många pelare var det under körbanan?", "Vad kostade den?"]
    assert examples([Document("x", "x", "x")]) == []
