"""Redirects, failures, slow and huge answers, TLS: what a real web server can do to one."""

from __future__ import annotations

import codecs
import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import trustme

from ingest.errors import KallsvarError
from ingest.responses import Limits

SAVE_IT = "Öppna sidan i webbläsaren, spara den och lägg till filen."
CLOSED = (
    "är ingen öppen adress på internet, utan hör till den egna datorn, ett internt nät eller ett "
    f"reserverat område. Sådana hämtar Källsvar inte. {SAVE_IT}"
)
PAGE = "<html><head><title>Vård</title></head><p>Återupptagen drift i Växjö.</p></html>"

Get = Callable[..., Any]


def refused(get: Get, url: str, **more: Any) -> str:
    with pytest.raises(KallsvarError) as error:
        get(url, **more)
    return str(error.value)


# Redirects


def test_redirects_are_followed_to_the_final_address(web: Any, get: Get) -> None:
    web.redirect("/gammal", "ny?a=1", 301)
    web.redirect("/ny?a=1", web.url("/nyast#del"), 307)
    web.page("/nyast", PAGE)
    page = get(web.url("/gammal"))
    assert page.url == web.url("/nyast")
    assert page.fetched == date.today()
    assert page.content == codecs.BOM_UTF8 + PAGE.encode()
    assert web.asked == ["/robots.txt", "/gammal", "/ny?a=1", "/nyast"]


def test_a_redirect_loop_ends(web: Any, get: Get) -> None:
    web.redirect("/a", "/b")
    web.redirect("/b", "/a")
    assert refused(get, web.url("/a")) == (
        f"{web.url('/a')} skickar vidare mer än 10 gånger, troligen i en cirkel. Öppna den i "
        "webbläsaren och ange den adress som visas där till sist."
    )
    assert web.asked == ["/robots.txt", *["/a", "/b"] * 5, "/a"]


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("http://10.0.0.1/hemligt", f"10.0.0.1 {CLOSED}"),
        ("http://[::1]/", f"::1 {CLOSED}"),
        ("http://169.254.169.254/latest/meta-data/", f"169.254.169.254 {CLOSED}"),
        ("//192.168.1.1/", f"192.168.1.1 {CLOSED}"),
        ("http://2130706432/", f"2130706432 (127.0.0.0) {CLOSED}"),
        (
            "file:///etc/passwd",
            # httpx gives an address without host that of the page.
            "Adressen «file://127.0.0.1/etc/passwd» börjar inte med http:// eller https://. Bara "
            "sådana går att hämta.",
        ),
        (
            "http://a:b@exempel.se/",
            "Adressen till exempel.se innehåller användarnamn eller lösenord. Ange den utan dem.",
        ),
    ],
)
def test_a_redirect_to_where_nothing_may_be_fetched_is_not_followed(
    web: Any, get: Get, connected: list[tuple[str, int]], to: str, told: str
) -> None:
    web.redirect("/sida", to)
    assert refused(get, web.url("/sida")) == told
    assert {host for host, _ in connected} == {"127.0.0.1"}
    assert web.asked == ["/robots.txt", "/sida"]


def test_a_redirect_that_makes_no_sense(web: Any, get: Get) -> None:
    web.redirect("/sida", "http://[::1/")
    assert refused(get, web.url("/sida")) == (
        "Svaret från 127.0.0.1 är trasigt eller kom inte fram helt. Försök igen senare."
    )


# What servers answer


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, f"{{url}} kräver inloggning eller släpper inte in program (svar 401). {SAVE_IT}"),
        (403, f"{{url}} kräver inloggning eller släpper inte in program (svar 403). {SAVE_IT}"),
        (404, "{url} finns inte (svar 404). Kontrollera adressen."),
        (410, "{url} finns inte (svar 410). Kontrollera adressen."),
        (429, "127.0.0.1 tar inte emot fler frågor just nu (svar 429). Försök igen om en stund."),
        (500, "127.0.0.1 har ett fel just nu (svar 500). Försök igen senare."),
        (503, "127.0.0.1 har ett fel just nu (svar 503). Försök igen senare."),
        (206, "{url} gav inget dokument (svar 206). Kontrollera adressen i webbläsaren."),
        (418, "{url} gav inget dokument (svar 418). Kontrollera adressen i webbläsaren."),
    ],
)
def test_what_a_server_refuses_is_told(web: Any, get: Get, status: int, told: str) -> None:
    web.page("/sida", PAGE, status=status)
    assert refused(get, web.url("/sida")) == told.format(url=web.url("/sida"))


def test_an_empty_answer(web: Any, get: Get) -> None:
    web.page("/sida", " \n", kind="text/plain")
    assert refused(get, web.url("/sida")) == (
        f"{web.url('/sida')} gav ett tomt svar. Kontrollera adressen i webbläsaren."
    )
    web.page("/sida", "", kind="text/html")
    assert refused(get, web.url("/sida")).endswith(
        "gav ett tomt svar. Kontrollera adressen i webbläsaren."
    )


def test_a_closed_port(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refused(get, f"http://127.0.0.1:{port}/") == (
        "Servern 127.0.0.1 tar inte emot anslutningar. Kontrollera adressen eller försök igen "
        "senare."
    )


def test_a_body_that_is_cut_off(web: Any, get: Get) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"<p>halv")
        handler.close_connection = True

    web.pages["/sida"] = cut
    broken = "Svaret från 127.0.0.1 är trasigt eller kom inte fram helt. Försök igen senare."
    assert refused(get, web.url("/sida")) == broken

    def nonsense(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"detta \xc3\xa4r ingen http\r\n\r\n")
        handler.close_connection = True

    web.pages["/sida"] = nonsense
    assert refused(get, web.url("/sida")) == broken


# Time


def trickle(line: bytes, *, pause: float = 0.05) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with ``line`` and then go on for ever, a byte at a time."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(line)
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(pause)

    return answer


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "],
    ids=["body", "header"],
)
def test_an_answer_that_trickles_ends_at_the_deadline(web: Any, get: Get, start: bytes) -> None:
    web.pages["/sida"] = trickle(start)
    began = time.monotonic()
    told = refused(get, web.url("/sida"), limits=Limits(read=5, total=0.5))
    assert told == (
        f"Hämtningen av {web.url('/sida')} tog mer än 0,5 sekunder och avbröts. Försök igen "
        "senare, eller ladda ner den i webbläsaren och lägg till filen."
    )
    assert 0.4 < time.monotonic() - began < 2


def test_redirects_share_one_deadline(web: Any, get: Get) -> None:
    def slowly(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.3)
        handler.send_response(302)
        handler.send_header("Location", handler.path + "x")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    web.pages |= {"/" + "x" * n: slowly for n in range(20)}
    told = refused(get, web.url("/"), limits=Limits(total=0.7))
    assert told.endswith(
        "tog mer än 0,7 sekunder och avbröts. Försök igen senare, eller ladda ner den i "
        "webbläsaren och lägg till filen."
    )
    # Not the ten redirects that would be followed, and never one deadline each.
    assert web.asked[:2] == ["/robots.txt", "/"]
    assert len(web.asked) <= 4


def test_silence_ends_at_the_deadline_too(web: Any, get: Get) -> None:
    web.pages["/sida"] = lambda handler: time.sleep(4)
    began = time.monotonic()
    told = refused(get, web.url("/sida"), limits=Limits(read=5, total=0.3))
    assert "tog mer än 0,3 sekunder och avbröts" in told
    assert time.monotonic() - began < 2


def test_a_server_that_falls_silent(web: Any, get: Get) -> None:
    web.pages["/sida"] = lambda handler: time.sleep(1)
    assert refused(get, web.url("/sida"), limits=Limits(read=0.2)) == (
        "Servern 127.0.0.1 slutade svara: inget kom på 0,2 sekunder. Försök igen senare."
    )


def test_a_server_that_never_takes_the_connection(get: Get) -> None:
    # A full queue of connections that nobody accepts.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        told = refused(get, f"http://127.0.0.1:{port}/", limits=Limits(connect=0.2))
        for one in waiting:
            one.close()
    assert told == (
        "Servern 127.0.0.1 svarade inte inom 0,2 sekunder. Kontrollera adressen eller försök igen "
        "senare."
    )


# Size

TOO_LARGE = (
    "{url} är större än 100 kB, vilket är det mesta som hämtas. Ladda ner den i webbläsaren och "
    "lägg till filen."
)
SMALL = Limits(size=100_000)


def test_a_body_of_just_the_limit_comes_whole(web: Any, get: Get) -> None:
    web.page("/sida", b"a" * 100_000, kind="text/plain")
    assert get(web.url("/sida"), limits=SMALL).content == b"a" * 100_000
    web.page("/sida", b"a" * 100_001, kind="text/plain")
    assert refused(get, web.url("/sida"), limits=SMALL) == TOO_LARGE.format(url=web.url("/sida"))


def test_a_declared_size_over_the_limit_is_not_waited_for(web: Any, get: Get) -> None:
    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/pdf")
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        time.sleep(1)

    web.pages["/stor"] = huge
    told = refused(get, web.url("/stor"), limits=Limits(size=100_000, read=0.5))
    assert told == TOO_LARGE.format(url=web.url("/stor"))


def test_a_huge_chunked_body_is_cut_short(web: Any, get: Get) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")

    web.pages["/stor"] = endless
    assert refused(get, web.url("/stor"), limits=SMALL) == TOO_LARGE.format(url=web.url("/stor"))


def test_a_packed_bomb_never_expands(web: Any, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0
    real = zlib.decompressobj

    class Watched:
        def __init__(self, bits: int) -> None:
            self._real = real(bits)

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            nonlocal largest
            out = self._real.decompress(data, most)
            largest = max(largest, len(out))
            return out

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    bomb = gzip.compress(b"\0" * 20_000_000)
    assert len(bomb) < 20_000
    web.page("/bomb", bomb, Content_Encoding="gzip")
    assert refused(get, web.url("/bomb"), limits=SMALL) == TOO_LARGE.format(url=web.url("/bomb"))
    assert 0 < largest <= 65_536


def test_packed_content_is_unpacked(web: Any, get: Get) -> None:
    # Also in several parts, and with filling after it.
    for packed in (
        gzip.compress(PAGE.encode()),
        gzip.compress(PAGE[:40].encode()) + gzip.compress(PAGE[40:].encode()),
        gzip.compress(PAGE.encode()) + bytes(20),
    ):
        web.page("/sida", packed, Content_Encoding="gzip")
        assert get(web.url("/sida")).content == codecs.BOM_UTF8 + PAGE.encode()
    long = bytes(range(32, 127)) * 5000
    web.page("/lang", gzip.compress(long), kind="text/plain", Content_Encoding="gzip")
    assert get(web.url("/lang")).content == long


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(PAGE.encode())[:-9],
        b"inte packat",
        gzip.compress(PAGE.encode()) + gzip.compress(PAGE.encode())[:-9],
    ],
)
def test_broken_packing_is_told(web: Any, get: Get, packed: bytes) -> None:
    web.page("/sida", packed, Content_Encoding="gzip")
    assert refused(get, web.url("/sida")) == (
        "Svaret från 127.0.0.1 är trasigt eller kom inte fram helt. Försök igen senare."
    )


def test_packing_that_was_not_asked_for_is_refused(web: Any, get: Get) -> None:
    web.page("/sida", b"...", Content_Encoding="br")
    assert refused(get, web.url("/sida")) == (
        "Servern 127.0.0.1 packar sina svar på ett sätt (br) som Källsvar inte bett om. " + SAVE_IT
    )
    assert web.headers[-1]["Accept-Encoding"] == "gzip"


# TLS


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """What a client that trusts the authority goes by."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def secure(authority: trustme.CA, start_tls: Callable[..., Any]) -> Callable[[str], Any]:
    """Return what starts a server with a certificate for a name; it notes the names asked for."""

    def begin(name: str) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        names: list[str | None] = []
        context.sni_callback = lambda _, asked, __: names.append(asked)
        web = start_tls(context)
        web.page("/sida", PAGE)
        web.names = names
        return web

    return begin


def test_tls_is_checked_for_the_name_while_the_address_is_connected_to(
    secure: Callable[[str], Any], trusting: ssl.SSLContext, get: Get,
    connected: list[tuple[str, int]],
) -> None:  # fmt: skip
    web = secure("exempel.test")
    url = f"https://exempel.test:{web.port}/sida"
    page = get(url, tls=trusting, resolve=lambda *_: ["127.0.0.1"])
    assert page.url == url
    assert set(web.names) == {"exempel.test"}
    assert set(connected) == {("127.0.0.1", web.port)}


def test_a_certificate_for_another_name_or_by_no_known_authority(
    secure: Callable[[str], Any], trusting: ssl.SSLContext, get: Get
) -> None:
    web = secure("annan.test")
    url = f"https://exempel.test:{web.port}/sida"
    told = (
        "Servern exempel.test kan inte styrka vem den är: certifikatet är ogiltigt. Kontrollera "
        "adressen i webbläsaren, och lägg till sidan som fil om du litar på den."
    )
    assert refused(get, url, tls=trusting, resolve=lambda *_: ["127.0.0.1"]) == told
    # The ordinary authorities do not know the test's own.
    own = f"https://annan.test:{web.port}/sida"
    assert refused(get, own, resolve=lambda *_: ["127.0.0.1"]) == told.replace("exempel", "annan")
    assert web.asked == []


def test_https_to_a_server_without_it(web: Any, get: Get) -> None:
    assert refused(get, f"https://127.0.0.1:{web.port}/") == (
        "Det gick inte att upprätta en krypterad förbindelse med 127.0.0.1. Kontrollera att "
        "adressen ska börja med https://."
    )
