"""What marked-up text is read as, whichever format brings it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from ingest.errors import KallsvarError
from ingest.readers.eml import read_eml
from ingest.readers.epub import read_epub
from ingest.readers.html import read_html
from ingest.readers.markdown import read_markdown
from ingest.records import Document, Reference

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]


def read(body: str) -> Document:
    page = f'<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8"></head><body>{body}</body></html>'
    return read_html(page.encode(), document_id="prov.html")


# Headings and lists.


def test_one_first_heading_is_the_title(outline: Write) -> None:
    document = read("<h1>Om båten</h1><p>Text.</p><h2>Skrovet</h2><h3>Bord</h3><p>Ek.</p>")
    assert document.title == "Om båten"
    assert outline(document) == [
        (1, "Om båten"), ("paragraph", "Text."), (2, "Skrovet"), (3, "Bord"), ("paragraph", "Ek."),
    ]  # fmt: skip


def test_several_first_headings_are_chapters(outline: Write) -> None:
    document = read("<h1>Skrovet</h1><h2>Bord</h2><p>Ek.</p><h1>Riggen</h1><p>Gran.</p>")
    assert document.title == "prov"
    assert outline(document) == [
        (2, "Skrovet"), (3, "Bord"), ("paragraph", "Ek."), (2, "Riggen"), ("paragraph", "Gran."),
    ]  # fmt: skip
    assert document.section(document.text.index("Gran")) == ("Riggen",)


def test_of_several_first_headings_the_page_names_its_title(outline: Write) -> None:
    page = "<title>Riggen | Varvet</title><h1>Varvet</h1><h1>Riggen</h1><h2>Master</h2><p>Gran.</p>"
    document = read_html(page.encode(), document_id="prov.html")
    assert document.title == "Riggen"
    assert outline(document) == [
        (2, "Varvet"),
        (1, "Riggen"),
        (3, "Master"),
        ("paragraph", "Gran."),
    ]


def test_a_list_has_the_line_that_leads_in_to_it(outline: Write) -> None:
    document = read(
        "<p>Vi seglar i dag. Ta med:</p><ul><li>mössa</li><li><p>vantar</p></li></ul>"
        "<p>Så här är det.</p><ol><li>Först</li><li>Sedan</li></ol>"
    )
    assert outline(document) == [
        ("paragraph", "Vi seglar i dag. Ta med:"),
        ("item", "Ta med:", "mössa"),
        ("item", "Ta med:", "vantar"),
        ("paragraph", "Så här är det."),
        ("item", None, "Först"),
        ("item", None, "Sedan"),
    ]


def test_a_nested_list_is_led_in_to_by_its_item(outline: Write) -> None:
    document = read(
        "<p>Ta med:</p><ul><li>mössa</li><li>Frukt<ul><li>äpplen</li><li>päron</li></ul></li>"
        "<li>vantar</li></ul><ul><li>Rep<ul><li>tågvirke</li></ul></li><li>block</li></ul>"
    )
    assert outline(document)[1:] == [
        ("item", "Ta med:", "mössa"),
        ("item", "Ta med:", "Frukt"),
        ("item", "Frukt", "äpplen"),
        ("item", "Frukt", "päron"),
        ("item", "Ta med:", "vantar"),
        ("item", "Ta med:", "Rep"),
        ("item", "Rep", "tågvirke"),
        ("item", "Ta med:", "block"),
    ]


def test_without_a_lead_in_a_nested_list_leaves_none_behind(outline: Write) -> None:
    document = read("<h2>Rep</h2><ul><li>Rep<ul><li>tågvirke</li></ul></li><li>block</li></ul>")
    assert outline(document)[1:] == [
        ("item", None, "Rep"),
        ("item", "Rep", "tågvirke"),
        ("item", None, "block"),
    ]


def test_a_list_straight_inside_a_list_is_its_last_item_s(outline: Write) -> None:
    document = read("<ul><li>Frukt</li><ul><li>äpplen</li></ul><li>block</li></ul>")
    assert outline(document) == [
        ("item", None, "Frukt"), ("item", "Frukt", "äpplen"), ("item", None, "block"),
    ]  # fmt: skip


def test_items_of_several_paragraphs_and_with_names(outline: Write) -> None:
    document = read(
        "<ul><li><p>Första stycket.</p><p>Andra stycket.</p></li>"
        "<li><strong>Köpa ny</strong><br>Upphandla en ny båt.</li><li><b>Avstå</b></li></ul>"
    )
    assert outline(document) == [
        ("item", None, "Första stycket.\nAndra stycket."),
        ("item", None, "Köpa ny\nUpphandla en ny båt."),
        ("item", None, "Avstå"),
    ]
    labels = [block.label and document.text[slice(*block.label)] for block in document.blocks]
    assert labels == [None, "Köpa ny", None]


def test_letters_of_a_list_are_kept_and_numbers_are_not(outline: Write) -> None:
    document = read('<ol type="a"><li>ro</li><li>segla</li></ol><p>.</p><ol><li>ett</li></ol>')
    assert [block[-1] for block in outline(document)] == ["a. ro", "b. segla", ".", "ett"]


def test_a_card_in_a_list_is_a_section(outline: Write) -> None:
    document = read(
        "<ul><li><h3>Kajen</h3><p>Av sten.</p></li><li><h3>Piren</h3><p>Av trä.</p></li></ul>"
    )
    assert outline(document) == [
        (3, "Kajen"), ("paragraph", "Av sten."), (3, "Piren"), ("paragraph", "Av trä."),
    ]  # fmt: skip


# Facts and tables.


def test_definitions_are_facts(outline: Write) -> None:
    document = read(
        "<dl><dt>Dagar i drift:</dt><dd>3</dd><div><dt>Master</dt><dd>en</dd><dd>två</dd></div>"
        "<dt>Byggd</dt><dt>Sjösatt</dt><dd><p>1912</p><p>i maj</p></dd>"
        "<dt>Segel</dt><dd><ul><li>fock</li><li>stor</li></ul></dd><dt>Ensam</dt></dl>"
    )
    assert document.text.splitlines()[0] == "Dagar i drift: 3"
    assert outline(document) == [
        ("fact", "Dagar i drift", "3"),
        ("fact", "Master", "en; två"),
        ("fact", "Byggd, Sjösatt", "1912 i maj"),
        ("paragraph", "Segel:"),
        ("item", "Segel:", "fock"),
        ("item", "Segel:", "stor"),
        ("paragraph", "Ensam"),
    ]


def test_labels_in_bold_type_are_facts(outline: Write) -> None:
    long = "Den som vill veta mer får fråga på kajen. " * 5
    document = read(
        f"<p><b>Pris:</b> 5 kr</p><p>Mellan.</p><p><strong>Obs</strong>: {long}</p><p>Mellan.</p>"
        f"<p><strong>Längd</strong>: 12 m</p><p><strong>Öden:</strong> {long}</p>"
    )
    assert outline(document) == [
        ("fact", "Pris", "5 kr"),
        ("paragraph", "Mellan."),
        ("paragraph", f"Obs: {long.strip()}"),
        ("paragraph", "Mellan."),
        ("fact", "Längd", "12 m"),
        ("fact", "Öden", long.strip()),
    ]


def test_a_table_with_headings_is_rows(outline: Write) -> None:
    document = read(
        "<table><caption>Vad det kostade</caption><thead><tr><th>År</th><th>Kostnad:</th><th></th></tr>"
        "</thead><tbody><tr><td>2023</td><td>5 mkr</td><td>klart</td></tr>"
        "<tr><td>2024</td><td></td><td></td></tr></tbody></table>"
    )
    assert document.text == "Vad det kostade\nÅr: 2023; Kostnad: 5 mkr; klart\nÅr: 2024"
    assert outline(document)[1:] == [
        ("row", ("År", "2023"), ("Kostnad", "5 mkr"), ("", "klart")),
        ("row", ("År", "2024")),
    ]


def test_spans_and_headings_of_several_rows(outline: Write) -> None:
    document = read(
        "<table><tr><th rowspan=2>År<th colspan=2>Kostnad</tr><tr><th>Drift<th>Övrigt</tr>"
        "<tr><td rowspan=2>2023<td>1<td>2</tr><tr><td>3<td>4</tr>"
        "<tr><td colspan=3>Efter branden</tr><tr><th>2024<td colspan=2>5</tr></table>"
    )
    assert outline(document) == [
        ("row", ("År", "2023"), ("Kostnad Drift", "1"), ("Kostnad Övrigt", "2")),
        ("row", ("År", "2023"), ("Kostnad Drift", "3"), ("Kostnad Övrigt", "4")),
        ("paragraph", "Efter branden"),
        ("row", ("År", "2024"), ("Kostnad Drift", "5")),
    ]


def test_labels_and_values_in_a_table_are_facts(outline: Write) -> None:
    document = read(
        "<table><tr><th colspan=2>Vega</th></tr><tr><th>Längd</th><td>12 m</td></tr>"
        "<tr><th>Bredd:</th><td><p>3 m</p></td></tr></table>"
        "<table><tr><td>Master</td><td>2</td></tr></table>"
    )
    assert outline(document) == [
        ("paragraph", "Vega"), ("fact", "Längd", "12 m"), ("fact", "Bredd", "3 m"),
        ("fact", "Master", "2"),
    ]  # fmt: skip


def test_tables_without_headings_or_with_bold_ones(outline: Write) -> None:
    document = read(
        "<table><tr><td>a<td>b<td>c</tr></table>"
        "<table><tr><td><b>Namn</b><td><b>Roll</b></tr><tr><td>Åsa<td>skeppare</tr></table>"
    )
    assert outline(document) == [
        ("row", ("", "a"), ("", "b"), ("", "c")), ("row", ("Namn", "Åsa"), ("Roll", "skeppare")),
    ]  # fmt: skip


def test_a_table_that_lays_out_a_page_is_no_table(outline: Write) -> None:
    document = read(
        "<table><tr><td><h2>Hamnen</h2><p>Vänster.</p></td><td><p>Höger.</p></td></tr></table>"
        "<table><tr><td><p>Ett brev.</p></td></tr></table>"
        '<table role="presentation"><tr><td>a<td>b</tr></table>'
    )
    assert outline(document) == [
        (2, "Hamnen"), *(("paragraph", t) for t in ("Vänster.", "Höger.", "Ett brev.", "a", "b")),
    ]  # fmt: skip


# Text.


def test_inline_mark_up_gives_its_text() -> None:
    document = read(
        "<p>Den <em>gamla</em> <a href='x'>ska<b>l</b>an</a>, 30&nbsp;m<sup>2</sup>,\n H<sub>2</sub>O,"
        " <q>stopp</q>, ka&shy;jen&#8203;, A&#778;l.<img src=x alt='en pil'></p>"
    )
    assert document.text == "Den gamla skalan, 30 m², H₂O, ”stopp”, kajen, Ål."


def test_breaks_part_lines_but_not_sentences(outline: Write) -> None:
    document = read(
        "<p>Vi bygger<br>tillsammans.</p><p>Varvet<br>Storgatan 1</p>"
        "<p>Pris: 5 kr<br>Längd: 12 m</p><p>Ett.<br><br>Två.</p>"
    )
    assert outline(document) == [
        ("paragraph", "Vi bygger tillsammans."), ("paragraph", "Varvet"),
        ("paragraph", "Storgatan 1"), ("fact", "Pris", "5 kr"), ("fact", "Längd", "12 m"),
        ("paragraph", "Ett."), ("paragraph", "Två."),
    ]  # fmt: skip


def test_code_keeps_its_lines(outline: Write) -> None:
    document = read("<pre><code>för i i båtar:\n\n    ro(i)  \n</code></pre>")
    assert outline(document) == [("paragraph", "för i i båtar:\n\n    ro(i)")]


def test_a_lone_picture_is_what_is_said_of_it(outline: Write) -> None:
    document = read(
        "<p>Text.</p><figure><img src=a alt='En karta över hamnen'></figure><p><img alt='bild'></p>"
        "<p><img alt='hela långa namnet.png'></p>"
        "<figure><img alt='En karta över hamnen'><figcaption>Hamnen 1912.</figcaption></figure>"
    )
    assert outline(document) == [
        ("paragraph", "Text."), ("paragraph", "En karta över hamnen"),
        ("paragraph", "Hamnen 1912."),
    ]  # fmt: skip


def test_what_unfolds_is_under_its_question(outline: Write) -> None:
    document = read(
        "<h2>Frågor</h2><details><summary>Vad kostar det?</summary><p>5 kr.</p></details>"
        "<h3><button aria-expanded=false>När?</button></h3><p>Nu.</p><button>Skicka</button>"
    )
    assert outline(document) == [
        (2, "Frågor"), (3, "Vad kostar det?"), ("paragraph", "5 kr."), (3, "När?"),
        ("paragraph", "Nu."),
    ]  # fmt: skip


def test_a_box_stands_after_the_section_that_it_interrupts(outline: Write) -> None:
    document = read(
        "<h2>Skrovet</h2><p>Ett.</p><aside><h3>Fakta</h3><p>Ek.</p></aside><p>Två.</p><h2>Riggen</h2>"
    )
    assert outline(document) == [
        (2, "Skrovet"), ("paragraph", "Ett."), ("paragraph", "Två."), (3, "Fakta"),
        ("paragraph", "Ek."), (2, "Riggen"),
    ]  # fmt: skip


def test_elements_absurdly_deep_inside_each_other_are_refused() -> None:
    for depth in (1_000, 100_000):
        with pytest.raises(KallsvarError, match="ligger för djupt i varandra"):
            read("<div>" * depth + "text")
    assert read("<font>" * 1_500 + "text").text == "text"


# Notes.

VERKET = Reference(1, "Verket", "En rapport")
BLADET = Reference(2, "Bladet", "En annan", "https://bladet.example/2")
LIST = [
    (2, "Referenser"),
    ("reference", "1. Verket, En rapport"),
    ("reference", "2. Bladet, En annan"),
]
LINK = '<a href="https://bladet.example/2">Bladet, En annan</a>'


@pytest.mark.parametrize(
    "body",
    [
        # As pandoc writes.
        '<p>Den seglade.<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>'
        ' Den sjönk.<a href="#fn2" class="footnote-ref" id="fnref2" role="doc-noteref"><sup>2</sup></a></p>'
        '<section class="footnotes" role="doc-endnotes"><hr><ol><li id="fn1"><p>Verket, En rapport<a '
        'href="#fnref1" class="footnote-back" role="doc-backlink">↩︎</a></p></li>'
        f'<li id="fn2"><p>{LINK}<a href="#fnref2" class="footnote-back" role="doc-backlink">↩︎</a></p></li></ol></section>',
        # As an encyclopedia does.
        '<p>Den seglade.<sup id="cite_ref-1" class="reference"><a href="#cite_note-1"><span>&#91;</span>1<span>&#93;</span></a>'
        '</sup> Den sjönk.<sup id="cite_ref-2"><a href="#cite_note-2">[2]</a></sup></p>'
        '<h2>Referenser</h2><ol class="references"><li id="cite_note-1"><span class="mw-cite-backlink">^ [<a href="#cite_ref-1">'
        '<sup>a</sup></a>]</span> <span>Verket, En rapport</span></li><li id="cite_note-2"><b><a href="#cite_ref-2">^</a></b> '
        f"<span>{LINK}</span></li></ol>",
        # As a word processor does.
        '<p>Den seglade.<a href="#_ftn1" name="_ftnref1"><span>[1]</span></a> Den sjönk.<a href="#_ftn2" name="_ftnref2">[2]</a></p>'
        '<div><hr><div id=ftn1><p><a href="#_ftnref1" name="_ftn1">[1]</a> Verket, En rapport</p></div>'
        f'<div id=ftn2><p><a href="#_ftnref2" name="_ftn2">[2]</a> {LINK}</p></div></div>',
        # As a documentation tool does, now and before.
        '<p>Den seglade. <a class="footnote-reference brackets" href="#f1" id="i1" role="doc-noteref">1</a>'
        ' Den sjönk.<a class="footnote-reference brackets" href="#f2" id="i2" role="doc-noteref">2</a></p>'
        '<aside class="footnote brackets" id="f1" role="doc-footnote"><span class="label"><span>[</span><a role="doc-backlink" '
        'href="#i1">1</a><span>]</span></span><p>Verket, En rapport</p></aside>'
        f'<dl class="footnote brackets"><dt class="label" id="f2"><a class="fn-backref" href="#i2">2</a></dt><dd><p>{LINK}</p></dd></dl>',
        # By hand.
        '<p>Den seglade.[<a href="#ref-1">1</a>] Den sjönk. <a href="#ref-2">[2]</a></p>'
        f'<p id="ref-1">[1] Verket, En rapport</p><p id="ref-2">[2] {LINK}</p>',
        '<p>Den seglade.<sup><a href="#n1">1</a></sup> Den sjönk.<sup>(<a href="#n2">2</a>)</sup></p>'
        f'<p><a name="n1"></a>1. Verket, En rapport<br><a name="n2"></a>2. {LINK}</p>',
        # By numbers alone.
        "<p>Den seglade.<sup>1</sup> Den sjönk.<sup>2</sup></p>"
        f"<hr><p><sup>1</sup> Verket, En rapport</p><p><sup>2</sup> {LINK}</p>",
        f"<p>Den seglade. [1] Den sjönk. [2]</p><h2>Referenser</h2><ol><li>Verket, En rapport</li><li>{LINK}</li></ol>",
        f"<p>Den seglade.<sup>1</sup> Den sjönk.<sup>2</sup></p><h2>Referenser:</h2><p>1. Verket, En rapport</p><p>[2] {LINK}</p>",
        # Flattened, as copied text is.
        f"<p>Den seglade. 1 Den sjönk. 2</p><h2>Referenser</h2><ul><li>1: Verket, En rapport</li><li>2: {LINK}</li></ul>",
    ],
)  # fmt: skip
def test_notes_are_told_in_many_ways(body: str, outline: Write, cited: Cited) -> None:
    document = read(f"<h2>Båten</h2>{body}")
    assert outline(document) == [(2, "Båten"), ("paragraph", "Den seglade. Den sjönk."), *LIST]
    assert cited(document) == [(1, "Den seglade."), (2, ". Den sjönk.")]
    assert document.references == (VERKET, BLADET)


def test_flattened_numbers_and_a_list_of_lines(outline: Write, cited: Cited) -> None:
    document = read(
        "<p>Den seglade. 1 Och så.</p><p>Den sjönk [2].</p><h2>Källor</h2><p>1: Verket, A<br>2: SVT, B</p>"
    )
    assert outline(document) == [
        ("paragraph", "Den seglade. Och så."), ("paragraph", "Den sjönk."), (2, "Källor"),
        ("reference", "1. Verket, A"), ("reference", "2. SVT, B"),
    ]  # fmt: skip
    assert cited(document) == [(1, "Den seglade."), (2, "Den sjönk")]


def test_markers_stand_where_they_stood(outline: Write, cited: Cited) -> None:
    def note(number: int) -> str:
        return f'<sup><a href="#fn{number}">{number}</a></sup>'

    document = read(
        f"<h2>Skrovet{note(1)}</h2><p>Ett ord{note(2)}, ett till <b>{note(3)}</b>och ett.{note(1)},{note(2)}</p>"
        f"<ul><li>mössa{note(1)}</li></ul><dl><dt>Längd{note(2)}</dt><dd>12 m{note(3)}</dd></dl>"
        f"<table><tr><th>År{note(1)}<th>Pris</tr><tr><td>2023<td>5 kr{note(2)}</tr></table>"
        "<ol><li id=fn1>a</li><li id=fn2>b</li><li id=fn3>c</li></ol>"
    )
    assert outline(document)[:5] == [
        (2, "Skrovet"), ("paragraph", "Ett ord, ett till och ett."),
        ("item", None, "mössa"), ("fact", "Längd", "12 m"), ("row", ("År", "2023"), ("Pris", "5 kr")),
    ]  # fmt: skip
    assert cited(document) == [
        (1, "Skrovet"), (2, "Ett ord"), (3, "rd, ett till"), (1, "ill och ett."),
        (2, "ill och ett."), (1, "mössa"), (2, "Längd"), (3, "Längd: 12 m"), (1, "År"),
        (2, "; Pris: 5 kr"),
    ]  # fmt: skip


def test_a_marker_on_its_own_belongs_to_what_is_above_it(cited: Cited) -> None:
    document = read(
        "<ul><li>ro</li><li>segla</li></ul><sup><a href='#fn1'>1</a></sup><p id=fn1>1. Verket</p>"
    )
    assert cited(document) == [(1, "segla")]


def test_signs_and_letters_get_numbers_that_are_free(cited: Cited) -> None:
    document = read(
        '<p>Ett.<a href="#x">*</a> Två.<sup><a href="#fn2">2</a></sup> Tre.<sup><a href="#note-a">[a]</a></sup></p>'
        '<p id="x">* Stjärna</p><p id="fn2">2. Två</p><p id="note-a">[a] Bokstav</p>'
    )
    assert document.text.splitlines()[0] == "Ett. Två. Tre."
    assert cited(document) == [(1, "Ett."), (2, "Ett. Två."), (3, "t. Två. Tre.")]
    assert [(r.number, r.title) for r in document.references] == [
        (1, "Stjärna"), (2, "Två"), (3, "Bokstav"),
    ]  # fmt: skip


def test_numbers_that_begin_anew_are_counted_on() -> None:
    chapter = (
        '<h2>{0}</h2><p>Text.<sup><a href="#{0}1">1</a></sup> Mer.<sup><a href="#{0}2">2</a></sup></p>'
        '<ol><li id="{0}1">{0} ett</li><li id="{0}2">{0} två</li></ol>'
    )
    document = read(chapter.format("A") + chapter.format("B"))
    assert [m.number for m in document.markers] == [1, 2, 3, 4]
    assert [r.title for r in document.references] == ["A ett", "A två", "B ett", "B två"]


def test_links_and_raised_numbers_that_are_no_notes() -> None:
    document = read(
        '<p>Se <a href="#kap2">2</a>, [<a href="#kap2">2</a>] och <a href="#b">b</a>: 10<sup>6</sup> m<sup>2</sup>.</p>'
        '<h2 id="kap2">Två</h2><p id="b">Text.<sup>x</sup></p>'
    )
    assert document.text == "Se 2, [2] och b: 10⁶ m².\nTvå\nText.x"
    assert (document.markers, document.references) == ((), ())


def test_a_raised_number_without_its_note_is_kept() -> None:
    document = read(
        "<p>Den kostar 19.<sup>90</sup> kr.<sup>4</sup></p><h2>Noter</h2><ol><li>a</li></ol>"
    )
    assert document.text.splitlines()[0] == "Den kostar 19.⁹⁰ kr.⁴"


def test_a_power_is_no_marker_though_there_is_such_a_note(cited: Cited) -> None:
    document = read(
        "<p>Den är 30 m<sup>2</sup> stor<sup>2</sup>.</p><h2>Noter</h2><ol><li>a</li><li>b</li></ol>"
    )
    assert document.text.splitlines()[0] == "Den är 30 m² stor."
    assert cited(document) == [(2, "r 30 m² stor")]


def test_what_is_cited_in_words_keeps_its_words(cited: Cited) -> None:
    document = read(
        '<p>Så är det (<a href="#ref-ek" role="doc-biblioref">Ek 2020</a>).</p><div id="ref-ek" role="doc-biblioentry">Ek, Boken</div>'
    )
    assert document.text == "Så är det (Ek 2020).\nReferenser\n1. Ek, Boken"
    assert cited(document) == [(1, "det (Ek 2020")]


def test_notes_that_nothing_cites_are_kept() -> None:
    document = read(
        '<p>Text.<sup><a href="#fn1">1</a></sup></p><ol><li id="fn1">Ett</li><li id="fn2">Två</li></ol>'
        '<aside role="doc-footnote">Tre</aside>'
    )
    assert [(r.number, r.title) for r in document.references] == [
        (1, "Ett"),
        (2, "Två"),
        (3, "Tre"),
    ]


def test_hidden_notes_are_read() -> None:
    document = read(
        '<p>Text.<a role="doc-noteref" href="#n">1</a></p><aside hidden role="doc-footnote" id="n">Ett</aside>'
    )
    assert [r.title for r in document.references] == ["Ett"]


def test_a_heading_of_sources_that_holds_more_is_kept(outline: Write) -> None:
    document = read(
        '<p>Text.<sup><a href="#fn1">1</a></sup></p><h2>Referenser</h2><h3>Noter</h3><ol><li id=fn1>Ett</li></ol>'
        "<h3>Litteratur</h3><ul><li>En bok.</li></ul>"
    )
    assert outline(document)[1:] == [
        (2, "Referenser"), (3, "Litteratur"), ("item", None, "En bok."), (2, "Noter"),
        ("reference", "1. Ett"),
    ]  # fmt: skip


# The same in every format.

MARKDOWN = """# Om båten

Den byggdes 1912.[^1] Nu ska den ut.

## Utrustning

Ta med:

- mössa
- vantar[^2]

Dagar i drift
: 3[^2]

Master
: 1

| År | Kostnad |
|---|---|
| 2023 | 5 mkr |

[^1]: Verket, En rapport
[^2]: [Bladet, En annan](https://bladet.example/2)
"""
BODY = """<h1>Om båten</h1><p>Den byggdes 1912.<sup><a href="#fn1">1</a></sup> Nu ska den ut.</p>
<h2>Utrustning</h2><p>Ta med:</p><ul><li>mössa</li><li>vantar<sup><a href="#fn2">2</a></sup></li></ul>
<dl><dt>Dagar i drift</dt><dd>3<sup><a href="#fn2">2</a></sup></dd><dt>Master</dt><dd>1</dd></dl>
<table><tr><th>År</th><th>Kostnad</th></tr><tr><td>2023</td><td>5 mkr</td></tr></table>
<ol><li id="fn1">Verket, En rapport</li><li id="fn2"><a href="https://bladet.example/2">Bladet, En annan</a></li></ol>"""


def _epub() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="bok.opf"/></rootfiles></container>',
        )
        book.writestr(
            "bok.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>Om båten</dc:title></metadata><manifest>"
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>',
        )
        book.writestr(
            "a.xhtml", f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{BODY}</body></html>'
        )
    return buffer.getvalue()


def _eml() -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"] = "Om båten", "asa@varvet.example"
    message.set_content(BODY, subtype="html")
    return message.as_bytes()


def test_all_formats_give_the_same(outline: Write, cited: Cited) -> None:
    markdown = read_markdown(MARKDOWN.encode(), document_id="b.md")
    assert outline(markdown) == [
        (1, "Om båten"),
        ("paragraph", "Den byggdes 1912. Nu ska den ut."),
        (2, "Utrustning"),
        ("paragraph", "Ta med:"),
        ("item", "Ta med:", "mössa"),
        ("item", "Ta med:", "vantar"),
        ("fact", "Dagar i drift", "3"),
        ("fact", "Master", "1"),
        ("row", ("År", "2023"), ("Kostnad", "5 mkr")),
        *LIST,
    ]
    assert cited(markdown) == [(1, "yggdes 1912."), (2, "vantar"), (2, "r i drift: 3")]
    assert markdown.references == (VERKET, BLADET)
    others = [
        read_html(f"<html><body>{BODY}</body></html>".encode(), document_id="b.html"),
        read_epub(_epub(), document_id="b.epub"),
        read_eml(_eml(), document_id="b.eml"),
    ]
    for other in others:
        assert other.title == "Om båten"
        # An e-mail's subject is its title, with what its headers say below it.
        letter = [(1, "Om båten"), ("fact", "Från", "asa@varvet.example"), (1, "Om båten")]
        opening = letter if other.id == "b.eml" else [(1, "Om båten")]
        assert outline(other)[len(opening) :] == outline(markdown)[1:]
        assert outline(other)[: len(opening)] == opening
        assert cited(other) == cited(markdown)
        assert other.references == markdown.references
