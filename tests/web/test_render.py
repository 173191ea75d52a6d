"""What the chat shows, piece by piece."""

from __future__ import annotations

from dataclasses import replace

from answer.records import Answer, Citation, Passage
from ingest.assembly import assemble
from ingest.readers.text import read_text
from ingest.records import Document, Reference, Span
from ingest.structure import row_line
from web.blocks import render
from web.document import CHANGED, Place, fingerprint, panel
from web.examples import drawn
from web.quote import as_markdown, as_text
from web.render import notice, spoken, suggestions, turn

TEXT = (
    "Om bron\n\nFakta: Bron i siffror\nLängd: 20 m 1\nAntal pelare under körbanan: 4 2\n\n"
    "Vad kostade den?\nBron <är> dyr. 1 Den kostade 5 kr. 2\n- stål\n- sten\n\nKällor\n"
    "1: Bladet, Om priset\n2: Verket, Räkenskaper\n"
)
BRIDGE = replace(read_text(TEXT.encode(), document_id="bro.txt"), url="https://exempel.se/bro")


def lookup(document_id: str) -> Document | None:
    return BRIDGE if document_id == "bro.txt" else None


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
    html = turn("Vad kostade den?", answered((at, at + 4)), lookup)
    assert (
        '<p>Den kostade <mark class="kort">5 kr</mark>. <button type="button" class="siffra"'
        in html
    )
    assert "Säkert svar" in html
    assert "Staden &amp; co" in html
    assert '<span class="nummer">Referens 2</span> Verket: <a href="https://exempel.se/r"' in html
    assert '<span class="nummer">Referens 1</span> Bladet: Om &lt;priset&gt;' in html


def test_a_mark_that_does_not_fit_is_left_out() -> None:
    at = BRIDGE.text.index("5 kr")
    assert "<mark" not in turn("Vad?", answered((at - 1, at + 3)), lookup)
    assert "<mark" not in turn("Vad?", answered(None, None), lookup)


def test_markup_in_a_question_is_shown_as_text() -> None:
    html = turn("<img src=x onerror=alert(1)>", replace(answered(None), read_as="<b>x</b>"), lookup)
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "&lt;script&gt;" in notice("<script>", "<script>")
    assert "<script>" not in suggestions(["<script>"])


def test_abstaining_says_what_is_missing_and_shows_the_nearest() -> None:
    answer = replace(answered(None), answered=False, answer=None, short_answer=None,
                     verdict="not_said", missing=("<pris>",))  # fmt: skip
    html = turn("Vad?", answer, lookup)
    assert "<h3>Källorna svarar inte på det</h3>" in html
    assert "Frågan ligger nära ämnet, men svaret står inte i dokumenten." in html
    assert "Det här i frågan hittar jag inte stöd för: «&lt;pris&gt;»." in html
    assert "Närmaste passager" in html
    far = replace(answer, verdict="out_of_subject")
    assert "Dokumenten handlar inte om det." in turn("?", far, lookup)
    assert spoken(far) == "Källorna svarar inte på det. Dokumenten handlar inte om det."


def test_what_is_taken_along() -> None:
    at = BRIDGE.text.index("5 kr")
    answer = answered((at, at + 4))
    assert as_text(answer) == (
        "«Den kostade 5 kr.»\n"
        "[1] Om bron, Staden & co, Vad kostade den?, https://exempel.se/bro\n"
        "    Referens 2: Verket: Räkenskaper, https://exempel.se/r\n"
        "    Referens 1: Bladet: Om <priset>"
    )
    assert as_markdown("Vad *kostade* den?", answer) == (
        "## Vad \\*kostade\\* den?\n\n**5 kr**\n\n> Den kostade 5 kr.  \n\nSäkert svar.\n\n"
        "1. Om bron, Staden & co, Vad kostade den?, <https://exempel.se/bro>\n"
        "   - Referens 2: Verket: Räkenskaper, <https://exempel.se/r>\n"
        "   - Referens 1: Bladet: Om \\<priset\\>\n"
    )
    assert as_text(replace(answer, answered=False, answer=None)) == ""


def test_the_document_with_the_passage_tinted_and_the_answer_marked() -> None:
    start = BRIDGE.text.index("Den kostade")
    at = Span(start - 15, start + 17)
    place = Place("bro.txt", at, Span(start, start + 17), fingerprint(BRIDGE.text, at))
    html = panel(BRIDGE, place)
    assert (
        '<p><mark class="passage">Bron &lt;är&gt; dyr.</mark><sup class="not" title="Bladet: Om '
        'priset">1</sup><mark class="passage"> </mark><mark class="passage"><mark class="traff">Den '
        'kostade 5 kr.</mark></mark><sup class="not" title="Verket: Räkenskaper">2</sup></p>'
    ) in html
    assert "<div><dt>Längd</dt><dd>20 m<sup" in html
    assert "<ul><li>stål</li><li>sten</li></ul>" in html
    assert ">Vad kostade den?</h3>" in html


def test_a_place_that_is_no_longer_what_it_was_is_not_marked() -> None:
    for place in (
        Place("bro.txt", Span(5, 10_000), Span(-3, 4), "x"),
        Place("bro.txt", Span(0, 7), Span(0, 3), "another text"),
    ):
        html = panel(BRIDGE, place)
        assert "<mark" not in html
        assert CHANGED in html


def test_rows_become_a_table() -> None:
    rows = [row_line(["Ort", "Antal"], ["Borås", "4"]), row_line(["Ort", "Antal"], ["Lund", ""])]
    document = assemble(rows, document_id="t.csv")
    html = render(
        document, Span(0, len(document.text)), [(document.blocks[0].cells[1][1], "traff")]
    )
    assert (
        '<thead><tr><th scope="col">Ort</th><th scope="col">Antal</th></tr></thead><tbody>'
        '<tr><td>Borås</td><td><mark class="traff">4</mark></td></tr>'
        "<tr><td>Lund</td><td></td></tr></tbody>"
    ) in html


def test_examples_come_from_the_document_s_own_facts_and_headings() -> None:
    assert [e.question for e in drawn(BRIDGE)] == [
        "Hur många pelare var det under körbanan?",
        "Vad kostade den?",
    ]
    assert drawn(Document("x", "x", "x")) == []
