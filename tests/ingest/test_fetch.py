"""What a fetched document becomes: its text as UTF-8, its kind told, who asked."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

import pytest

from ingest.errors import KallsvarError
from ingest.responses import USER_AGENT

PAGE = "<html><head><title>Vård</title></head><p>Återupptagen drift i Växjö.</p></html>"

Get = Callable[..., Any]


def refused(get: Get, url: str, **more: Any) -> str:
    with pytest.raises(KallsvarError) as error:
        get(url, **more)
    return str(error.value)


# Encodings

META = (
    '<html><head><meta charset="{}"><title>t</title></head><p>Återupptagen drift i Växjö – 5 €.</p>'
)


@pytest.mark.parametrize(
    ("told", "meta", "actual"),
    [
        ("text/html; charset=windows-1252", "", "cp1252"),
        ('text/html; charset="ISO-8859-1"', "", "cp1252"),
        ("text/html", "windows-1252", "cp1252"),
        ("text/html", "", "cp1252"),
        ("text/html; charset=utf-8", "", "cp1252"),
        ("text/html; charset=utf-8", "utf-8", "cp1252"),
        ("text/html", "utf-8", "utf-8"),
        ("text/html", "windows-1252", "utf-8"),
        ("text/html; charset=iso-8859-1", "utf-8", "utf-8"),
        ("text/html; charset=iso-8859-1", "iso-8859-1", "utf-8"),
        ("text/html; charset=finns-inte", "", "utf-8"),
        ("text/html; charset=punycode", "", "cp1252"),
        ("text/html; charset=zlib", "", "cp1252"),
        ("text/html; charset=windows-1252", "utf-8", "utf-16"),
        ("text/html; charset=utf-16le", "", "utf-16-le"),
        ("text/html", "utf-8", "utf-8-sig"),
    ],
)
def test_a_page_becomes_utf8_whatever_is_said_of_it(
    web: Any, get: Get, told: str, meta: str, actual: str
) -> None:
    html = META.format(meta) if meta else META.replace('<meta charset="{}">', "")
    web.page("/sida", html.encode(actual), kind=told)
    content = get(web.url("/sida")).content
    assert content.startswith(codecs.BOM_UTF8)
    assert content.decode("utf-8-sig") == META.format("utf-8") if meta else html


def test_an_encoding_of_another_kind_is_read_as_header_or_page_says(web: Any, get: Get) -> None:
    web.page("/a", "Växjö".encode("mac-roman"), kind="text/plain; charset=macintosh")
    assert get(web.url("/a")).content == "Växjö".encode()
    web.page("/b", META.format("macintosh").encode("mac-roman"))
    assert get(web.url("/b")).content.decode("utf-8-sig") == META.format("utf-8")
    # The header goes before the page, as in browsers.
    web.page("/c", META.format("latin2").encode("mac-roman"), kind="text/html; charset=macintosh")
    assert get(web.url("/c")).content.decode("utf-8-sig") == META.format("utf-8")
    # Nothing here is outside ASCII, so it would pass for UTF-8.
    web.page("/d", "Drift".encode("utf-16-le"), kind="text/plain; charset=utf-16le")
    assert get(web.url("/d")).content == b"Drift"


def test_every_way_to_declare_an_encoding_is_made_true(web: Any, get: Get) -> None:
    html = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><html><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'
        "</head><body><p>Å: <code>charset=iso-8859-1</code></p></body></html>"
    )
    web.page("/sida", html.encode("latin-1"))
    assert get(web.url("/sida")).content.decode("utf-8-sig") == (
        '<?xml version="1.0" encoding="utf-8"?><html><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        "</head><body><p>Å: <code>charset=iso-8859-1</code></p></body></html>"
    )


def test_one_broken_character_does_not_make_a_page_another_encoding(web: Any, get: Get) -> None:
    text = "Återupptagen drift på två orter, även i Växjö och Malmö. " * 3
    web.page("/a", text.encode() + b"\xc3", kind="text/plain")
    assert get(web.url("/a")).content.decode() == text + "\ufffd"


def test_plain_text_becomes_utf8_without_a_mark(web: Any, get: Get) -> None:
    web.page("/a", "Växjö".encode("cp1252"), kind="text/plain; charset=iso-8859-1")
    assert get(web.url("/a")).content == "Växjö".encode()


def test_binary_data_called_text_is_refused(web: Any, get: Get) -> None:
    web.page("/a", bytes(range(256)) * 4, kind="text/plain")
    assert refused(get, web.url("/a")) == "Filen är inte text: den innehåller binära data."


# Kinds of files


@pytest.mark.parametrize(
    ("path", "kind", "disposition", "suffix"),
    [
        ("/sida", "text/html; charset=utf-8", "", ".html"),
        ("/sida.php", "application/xhtml+xml", "", ".html"),
        ("/rapport.html", "application/pdf", "", ".pdf"),
        ("/rapport.pdf", "text/html", "", ".html"),
        ("/a.txt", "text/plain", "", ".txt"),
        ("/README.md", "text/plain", "", ".md"),
        ("/a.markdown", "text/plain", "", ".md"),
        ("/a", "text/markdown", "", ".md"),
        ("/a.csv", "text/plain", "", ".csv"),
        ("/a.html", "text/plain", "", ".txt"),
        ("/a", "text/csv", "", ".csv"),
        ("/a", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "", ".docx"),
        ("/a", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", ".xlsx"),
        ("/a", "application/vnd.openxmlformats-officedocument.presentationml.presentation", "", ".pptx"),
        ("/a", "application/vnd.oasis.opendocument.text", "", ".odt"),
        ("/a", "application/epub+zip", "", ".epub"),
        ("/a", "message/rfc822", "", ".eml"),
        ("/a.PDF?x=1", "application/octet-stream", "", ".pdf"),
        ("/hamta?id=3", "application/octet-stream", 'attachment; filename="Beslut å.pdf"', ".pdf"),
        ("/hamta?id=3", "", "attachment; filename*=UTF-8''Beslut%20%C3%A5.docx", ".docx"),
        ("/a.htm", "", "", ".html"),
    ],
)  # fmt: skip
def test_the_kind_of_file(
    web: Any, get: Get, path: str, kind: str, disposition: str, suffix: str
) -> None:
    more = {"Content_Disposition": disposition} if disposition else {}
    web.page(path, b"%PDF-1.7 text", kind=kind, **more)
    page = get(web.url(path))
    assert page.suffix == suffix
    assert page.content.removeprefix(codecs.BOM_UTF8) == b"%PDF-1.7 text"


@pytest.mark.parametrize(
    ("path", "kind", "told"),
    [
        ("/bild.png", "image/png", "av typen image/png"),
        ("/bild.pdf", "image/png", "av typen image/png"),
        ("/program.exe", "application/octet-stream", "av typen application/octet-stream"),
        ("/nagot", "", "av okänd typ"),
    ],
)
def test_a_kind_that_no_reader_reads(web: Any, get: Get, path: str, kind: str, told: str) -> None:
    web.page(path, b"\x89PNG", kind=kind)
    assert refused(get, web.url(path)) == (
        f"{web.url(path)} är {told}, som Källsvar inte läser. Webbsidor, text, Markdown, CSV, PDF, "
        "Word, PowerPoint, Excel, OpenDocument, EPUB och e-post går att hämta."
    )


def test_binary_content_is_kept_as_it_came(web: Any, get: Get) -> None:
    web.page("/a", b"%PDF-1.7 \xe5\xe4\xf6 \xff\x00", kind="application/pdf; charset=utf-8")
    assert get(web.url("/a")).content == b"%PDF-1.7 \xe5\xe4\xf6 \xff\x00"


def test_it_says_who_it_is(web: Any, get: Get) -> None:
    web.page("/a", PAGE)
    get(web.url("/a"))
    assert [h["User-Agent"] for h in web.headers] == [USER_AGENT] * 2
    assert USER_AGENT.startswith("Kallsvar/0.1 ")
