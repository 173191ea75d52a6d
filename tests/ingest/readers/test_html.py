"""Web pages and documents in HTML: encodings, what a page is about, what it says about itself."""

from __future__ import annotations

import codecs
import socket
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.readers.html import decode_html, read_html
from ingest.records import Document

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]


def read(page: str) -> Document:
    return read_html(page.encode(), document_id="sidor/prov.html")


# A page as a newspaper sends it: two menus, a notice of cookies, things to share and to read next.
NEWS = """<!DOCTYPE html>
<html lang="sv-SE"><head><meta charset="utf-8"><title>Skutan Vega åter i sjön | Vänerbladet</title>
<meta property="og:title" content="Skutan Vega åter i sjön"><meta property="og:site_name" content="Vänerbladet">
<meta name="author" content="Åsa Öberg"><meta property="article:published_time" content="2025-03-04T10:00:00+01:00">
<link rel="canonical" href="https://vanerbladet.example/vega"><script>var a = "<p>Skript.</p>";</script>
<style>p { color: red }</style></head><body class="single cookies-not-set">
<a class="skip-link" href="#innehall">Hoppa till innehållet</a>
<header role="banner"><a href="/">Vänerbladet</a><nav aria-label="Meny"><ul><li><a href="/nyheter">Nyheter</a></li>
<li><a href="/sport">Sport</a></li><li><a href="/kultur">Kultur</a></li></ul></nav></header>
<div id="cookie-consent" class="overlay"><p>Vi använder kakor för att webbplatsen ska fungera så bra som möjligt för dig som besökare. Läs mer om hur vi hanterar personuppgifter.</p><button>Godkänn</button></div>
<div class="page"><div class="page-head"><h1>Skutan Vega åter i sjön</h1>
<p class="preamble">Efter elva år på land sjösattes skutan Vega i lördags, och hela hamnen var på benen.</p></div>
<div class="share-buttons"><a href="https://a.example">Dela på A</a> <a href="https://b.example">Dela på B</a></div>
<div class="article-body"><p>Skutan byggdes 1912 vid varvet i Sjötorp och gick i många år med virke mellan hamnarna i Vänern och Göteborg.<sup><a href="#k1">1</a></sup></p>
<h2>Så gick det till</h2>
<p>Arbetet med att göra henne sjöduglig har tagit elva år och kostat föreningen 2,4 miljoner kronor, räknat från det att skrovet lyftes på land. Den som seglar med i sommar ska ta med sig:</p>
<ul><li>varma kläder</li><li>oömma skor</li></ul>
<aside class="factbox"><h3>Fakta: Vega</h3><dl><dt>Längd</dt><dd>22 meter</dd><dt>Segelyta</dt><dd>240 m<sup>2</sup></dd></dl></aside>
<p>Efter branden 1968 låg hon vid kajen tills en förening tog över och började lägga nya bord i skrovet.</p>
<table><caption>Vad det kostade</caption><tr><th>År</th><th>Kronor</th></tr><tr><td>2019</td><td>800 000</td></tr><tr><td>2020</td><td>600 000<sup><a href="#k2">2</a></sup></td></tr></table>
<p hidden>Gömd text som inte visas.</p><p style="display: none">Också gömd.</p><span class="visually-hidden">Slut på tabell.</span>
<h2>Källor</h2><ol><li id="k1"><a href="https://varvet.example/vega">Varvets arkiv, Ritning 114</a></li><li id="k2">Föreningen Vega, Årsredovisning 2020</li></ol>
</div></div>
<section class="comments"><h2>Kommentarer</h2><p>Kalle: Så roligt att hon äntligen är i sjön igen, jag minns henne från min barndom vid kanalen!</p></section>
<h2>Läs också</h2><ul class="related"><li><a href="/1">Ny hamn byggs i Mariestad</a></li><li><a href="/2">Kanotled öppnar i juni</a></li><li><a href="/3">Fyren säljs</a></li></ul>
<footer><p>Ansvarig utgivare: Bo Berg. Tipsa oss på tips@vanerbladet.example. Allt innehåll skyddas av lagen.</p></footer>
</body></html>"""


def test_a_page_is_its_own_text(outline: Write, cited: Cited) -> None:
    document = read(NEWS)
    assert outline(document) == [
        (1, "Skutan Vega åter i sjön"),
        (
            "paragraph",
            "Efter elva år på land sjösattes skutan Vega i lördags, och hela hamnen var på benen.",
        ),
        (
            "paragraph",
            "Skutan byggdes 1912 vid varvet i Sjötorp och gick i många år med virke mellan hamnarna i Vänern och Göteborg.",
        ),
        (2, "Så gick det till"),
        (
            "paragraph",
            "Arbetet med att göra henne sjöduglig har tagit elva år och kostat föreningen 2,4 miljoner kronor, räknat från det att skrovet lyftes på land. Den som seglar med i sommar ska ta med sig:",
        ),
        ("item", "Den som seglar med i sommar ska ta med sig:", "varma kläder"),
        ("item", "Den som seglar med i sommar ska ta med sig:", "oömma skor"),
        (
            "paragraph",
            "Efter branden 1968 låg hon vid kajen tills en förening tog över och började lägga nya bord i skrovet.",
        ),
        ("paragraph", "Vad det kostade"),
        ("row", ("År", "2019"), ("Kronor", "800 000")),
        ("row", ("År", "2020"), ("Kronor", "600 000")),
        (3, "Fakta: Vega"),
        ("fact", "Längd", "22 meter"),
        ("fact", "Segelyta", "240 m²"),
        (2, "Källor"),
        ("reference", "1. Varvets arkiv, Ritning 114"),
        ("reference", "2. Föreningen Vega, Årsredovisning 2020"),
    ]
    assert cited(document) == [(1, "ch Göteborg."), (2, "nor: 600 000")]
    assert [(r.publisher, r.title, r.url) for r in document.references] == [
        ("Varvets arkiv", "Ritning 114", "https://varvet.example/vega"),
        ("Föreningen Vega", "Årsredovisning 2020", None),
    ]


def test_a_page_says_what_it_is() -> None:
    document = read(NEWS)
    assert document.title == "Skutan Vega åter i sjön"
    assert (document.author, document.publisher, document.date) == (
        "Åsa Öberg", "Vänerbladet", "2025-03-04",
    )  # fmt: skip
    assert (document.url, document.language) == ("https://vanerbladet.example/vega", "sv")
    given_title = read_html(NEWS.encode(), document_id="p.html", title="Min titel")
    assert (given_title.title, given_title.text) == ("Min titel", document.text)


# A page as an authority sends it: no article, answers that unfold, a list of documents.
AUTHORITY = """<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8"><title>Bygglov för brygga - Sjökommunen</title></head>
<body><div class="sv-grid"><div id="topmenu" class="menu"><ul><li><a href="/a">Bygga och bo</a></li><li><a href="/b">Skola</a></li><li><a href="/c">Omsorg</a></li></ul></div>
<ol class="breadcrumb"><li><a href="/">Start</a></li><li><a href="/bygga">Bygga och bo</a></li><li>Bygglov för brygga</li></ol>
<main id="content"><h1>Bygglov för brygga</h1>
<p>Du behöver söka dispens från strandskyddet innan du bygger en brygga eller gör en befintlig brygga större än den är.</p>
<h2>Avgifter</h2>
<table><tbody><tr><td>Dispens</td><td>9 200 kr</td></tr><tr><td>Anmälan</td><td>2 100 kr</td></tr></tbody></table>
<h2>Vanliga frågor</h2>
<h3><button aria-expanded="false">Hur lång tid tar det?</button></h3><div><p>Handläggningen tar högst tio veckor från det att din ansökan är komplett.</p></div>
<h3><button aria-expanded="false">Vem beslutar?</button></h3><div><p>Byggnadsnämnden beslutar om dispens, och länsstyrelsen kan överpröva beslutet inom tre veckor.</p></div>
<div class="sidebar-related"><h2>Relaterat</h2><ul><li><a href="/x">Strandskydd</a></li><li><a href="/y">Vass</a></li><li><a href="/z">Muddring</a></li></ul></div>
</main><div class="sidfot"><h2>Kontakt</h2><p>Sjökommunen, Storgatan 1. Kundcentret svarar på frågor om allt som kommunen gör, alla vardagar.</p></div></div></body></html>"""


def test_answers_that_unfold_are_headings(outline: Write) -> None:
    assert outline(read(AUTHORITY)) == [
        (1, "Bygglov för brygga"),
        (
            "paragraph",
            "Du behöver söka dispens från strandskyddet innan du bygger en brygga eller gör en befintlig brygga större än den är.",
        ),
        (2, "Avgifter"),
        ("fact", "Dispens", "9 200 kr"),
        ("fact", "Anmälan", "2 100 kr"),
        (2, "Vanliga frågor"),
        (3, "Hur lång tid tar det?"),
        (
            "paragraph",
            "Handläggningen tar högst tio veckor från det att din ansökan är komplett.",
        ),
        (3, "Vem beslutar?"),
        (
            "paragraph",
            "Byggnadsnämnden beslutar om dispens, och länsstyrelsen kan överpröva beslutet inom tre veckor.",
        ),
    ]


def test_a_document_without_a_frame_loses_nothing() -> None:
    lines = ["Kort.", "En länk", "Två länkar", "Tre länkar", "Se även", "Slut"]
    links = "".join(f'<li><a href="/{i}">{line}</a></li>' for i, line in enumerate(lines[1:4]))
    page = f"<html><body><p>{lines[0]}</p><ul>{links}</ul><h2>{lines[4]}</h2><div>{lines[5]}</div></body></html>"
    assert read(page).text.splitlines() == lines
    assert read("<p>Bara ett stycke").text == "Bara ett stycke"
    assert read("Bara text").text == "Bara text"


def test_a_short_page_with_a_menu_keeps_its_text() -> None:
    menu = "<nav><a href=/a>A</a></nav>"
    assert read(f"<body>{menu}<div><p>Stängt i dag.</p></div></body>").text == "Stängt i dag."
    main = f"<body>{menu}<p>Annons.</p><main><p>Stängt i dag.</p></main></body>"
    assert read(main).text == "Stängt i dag."


def test_columns_of_a_page_are_all_kept() -> None:
    one = "Skutan byggdes 1912 vid varvet i Sjötorp och gick i många år med virke över Vänern. " * 3
    two = "Efter branden 1968 låg hon vid kajen tills en förening tog över och lade nya bord. " * 3
    page = (
        "<body><nav><a href=/a>A</a></nav><div class=wrap><article><h2>Ett</h2><p>{}</p></article>"
        "<article><h2>Två</h2><p>{}</p></article></div></body>"
    )
    assert read(page.format(one, two)).text.splitlines() == ["Ett", one.strip(), "Två", two.strip()]


def test_a_section_may_be_called_as_a_menu_is(outline: Write) -> None:
    sections = "".join(
        f'<section id="{name}"><h2>{heading}</h2><p>Kort text om {heading.lower()}.</p></section>'
        for name, heading in (("social-omsorg", "Social omsorg"), ("dela-bil", "Dela bil"))
    )
    for frame in "", "<nav id=TOC><a href='#dela-bil'>Dela bil</a></nav>":
        assert outline(read(f"<body>{frame}<h1>Kommunen</h1>{sections}</body>")) == [
            (1, "Kommunen"), (2, "Social omsorg"), ("paragraph", "Kort text om social omsorg."),
            (2, "Dela bil"), ("paragraph", "Kort text om dela bil."),
        ]  # fmt: skip


def test_a_form_around_the_page_is_no_form() -> None:
    page = "<form id=aspnetForm><nav>Meny</nav><div class=overlay><p>Stängt i dag.</p></div></form>"
    assert read(f"<body>{page}</body>").text == "Stängt i dag."
    search = "<form action=/s><label>Sök</label></form>"
    assert read(f"<body>{search}<p>Stängt i dag.</p></body>").text == "Stängt i dag."


def test_what_stands_outside_of_the_text_is_left_out() -> None:
    text = [
        "Skutan byggdes 1912 vid varvet i Sjötorp och gick i många år med virke över Vänern.",
        "Efter branden 1968 låg hon vid kajen tills en förening tog över och lade nya bord.",
        "I lördags sjösattes hon igen, och hela hamnen var på benen för att se när det gick till.",
    ]
    offers = "".join(
        f"<div><p>Pröva tidningen en månad för {n} kronor i höst!</p></div>" for n in range(9)
    )
    body = "".join(f"<p>{line}</p>" for line in text)
    page = f"<body><nav>Meny</nav><div>{offers}</div><div><div class=article-body>{body}</div></div></body>"
    assert read(page).text.splitlines() == text


def test_a_deep_page_with_a_frame_is_refused_or_read() -> None:
    frame = "<nav>A</nav>"
    with pytest.raises(KallsvarError, match="ligger för djupt i varandra"):
        read(frame + "<div>" * 1_000 + "text")
    assert read(frame + "<font>" * 1_500 + "text").text.endswith("text")


def test_nothing_is_guessed_about_a_page_that_says_nothing() -> None:
    document = read("<h1>Protokoll</h1><p>Den 4 mars 2025 av Bo Berg.</p><h2>Beslut</h2><p>Ja.</p>")
    assert (document.title, document.author, document.date) == ("Protokoll", None, None)
    assert (document.publisher, document.url, document.language) == (None, None, "sv")
    assert read("<html lang=en-GB><title>A name</title><p>Text").language == "en"
    assert read("<html lang=en-GB><title>A name</title><p>Text").title == "A name"


def test_reading_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert read(NEWS).title == "Skutan Vega åter i sjön"
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
    page = f'{doctype}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>&Ouml;l</p></body></html>'
    assert read(page).text == "Öl"


def test_nothing_is_said_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    read("<body><nav>A</nav><p>x</p></body>")
    assert capfd.readouterr() == ("", "")


META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


@pytest.mark.parametrize(
    "data",
    [
        "<p>Ålen är lång – »så«".encode(),
        codecs.BOM_UTF8 + "<p>Ålen är lång – »så«".encode(),
        "<p>Ålen är lång – »så«".encode("utf-16"),
        "<p>Ålen är lång – »så«".encode("utf-16-le"),
        "<p>Ålen är lång – »så«".encode("cp1252"),
        (META.format("iso-8859-1") + "<p>Ålen är lång – »så«").encode("cp1252"),
        (META.format("utf-8") + "<p>Ålen är lång – »så«").encode("cp1252"),
        (META.format("finns-inte") + "<p>Ålen är lång – »så«").encode("cp1252"),
        (META.format("iso-8859-1") + "<p>Ålen är lång – »så«").encode(),
        '<meta charset="macintosh"><p>Ålen är lång – »så«'.encode("mac-roman"),
        '<?xml version="1.0" encoding="windows-1252"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>Ålen är lång – »så«</p></body></html>'.encode(
            "cp1252"
        ),
        b"<p>&Aring;len &auml;r l&#229;ng &ndash; &raquo;s&aring;&laquo;",
        "<p>A\u030alen a\u0308r la\u030ang – »så«".encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    assert read_html(data, document_id="p.html").text == "Ålen är lång – »så«"


def test_xhtml_is_read_as_it_is_meant(outline: Write) -> None:
    page = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a"/></head>'
        '<body><a id="s1"/><h1>Om b&aring;ten</h1><div/><p>Den &amp; jag.</p></body></html>'
    )
    assert outline(read(page)) == [(1, "Om båten"), ("paragraph", "Den & jag.")]
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Text &b;</p></body></html>'
    )
    assert "hahaha" not in read(bomb).text


def test_private_characters_are_taken_out() -> None:
    assert read("<p>Ett&#xFDD0;5&#xFDD1;\ufdd2 två&#1;").text == "Ett5 två"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Filen är tom."),
        (b" \n", "Filen är tom."),
        (b"<html><body><script>x</script></body></html>", "Filen har ingen text att läsa."),
        (b"<html><body><img src=a></body></html>", "Filen har ingen text att läsa."),
        (bytes(range(256)) * 20, "Filen är inte text: den innehåller binära data."),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(KallsvarError) as error:
        read_html(data, document_id="p.html")
    assert str(error.value) == reason


PIECES = st.sampled_from(
    "<p> </p> <li> <ol> <ul> <table> <tr> <td> <th colspan=9> <dl> <dt> <dd> <h1> <h2> <aside> <nav> <br> "
    "<body> <html> <head> <frameset> <sup>1</sup> <a_href=#a>1</a> <p_id=a> <summary> <pre> <b> : . text "
    "&#xFDD0; &#0; &#x1; <!-- ]]> <![CDATA[ \xff 1. [1] Källor <h2>Källor</h2> <caption> <button>".split()
).map(lambda piece: piece.replace("_", " ").encode("latin-1", "replace"))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=40).map(b"".join)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = read_html(data, document_id="p.html")
    except KallsvarError:
        return
    assert document.text
    spans = [document.text[block.span.start : block.span.end] for block in document.blocks]
    assert all(text == text.strip() for text in spans)
    assert all(0 <= marker.offset <= len(document.text) for marker in document.markers)


def test_a_declared_encoding_that_is_no_text_is_passed_over() -> None:
    assert decode_html(b'<meta charset="hex">\xe5') == '<meta charset="hex">å'
    assert decode_html(b'<meta charset="idna">\xe5') == '<meta charset="idna">å'
