"""What may be reached on the web, and what is said where it may not."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from ingest.addresses import checked_addresses, checked_url, is_public, resolve
from ingest.errors import KallsvarError
from ingest.fetch import fetch

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


# What may be reached


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192",
        "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.251",
        "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1", "100::1",
        "2001::1", "2001:0:4136:e378::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::",
        "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_an_address_off_the_open_internet_is_closed(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1",
        "223.255.255.255", "2a00:801:f0::1", "2001:4860:4860::8888", "2606:4700::1111",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
    ],
)  # fmt: skip
def test_an_address_on_the_open_internet_is_open(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_closed_address_among_open_ones_closes_the_host() -> None:
    with pytest.raises(KallsvarError) as error:
        checked_addresses(
            "exempel.se", 80, allowed=is_public, resolve=lambda *_: ["93.184.215.14", "10.0.0.1"]
        )
    assert str(error.value) == f"exempel.se (10.0.0.1) {CLOSED}"


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("http://127.0.0.1:{port}/", "127.0.0.1"),
        ("http://localhost:{port}/", "localhost"),
        ("http://[::1]:{port}/", "::1"),
        ("http://[::ffff:127.0.0.1]:{port}/", "::ffff:"),
        ("http://2130706433:{port}/", "2130706433 (127.0.0.1)"),
        ("http://0x7f.1:{port}/", "0x7f.1 (127.0.0.1)"),
        ("http://127.1:{port}/", "127.1 (127.0.0.1)"),
        ("http://0:{port}/", "0 (0.0.0.0)"),
        ("http://10.0.0.1/", "10.0.0.1"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
    ],
)
def test_the_own_machine_and_network_are_never_connected_to(
    web: Any, connected: list[tuple[str, int]], url: str, named: str
) -> None:
    web.page("/", PAGE)
    told = refused(fetch, url.format(port=web.port))
    assert told.startswith(named)
    assert told.endswith(f" {CLOSED}")
    assert connected == []
    assert web.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://0177.0.0.1/", "http://a..\u00ad.se/", "http://ex\x00empel.se/", "http:///sida",
     "https://exempel.se:99999/", "https://exempel.se:0/", "http://[::1/"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused(
    connected: list[tuple[str, int]], url: str
) -> None:
    told = refused(fetch, url)
    assert told.endswith("» går inte att tolka. Kopiera den ur webbläsarens adressfält.")
    assert connected == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://exempel.se/a", "exempel.se/a", "javascript:alert(1)", ""]
)
def test_only_http_and_https(url: str) -> None:
    assert refused(fetch, url) == (
        f"Adressen «{url}» börjar inte med http:// eller https://. Bara sådana går att hämta."
    )


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    told = "Adressen till exempel.se innehåller användarnamn eller lösenord. Ange den utan dem."
    assert refused(fetch, "https://anna:hemligt@exempel.se/") == told
    assert refused(fetch, "https://anna@exempel.se/") == told


def test_a_very_long_address_is_refused(web: Any, get: Get) -> None:
    url = "https://exempel.se/" + "a" * 3982
    assert refused(fetch, url) == (
        f"Adressen är 4001 tecken lång, och högst 4000 går att hämta. {SAVE_IT}"
    )
    assert checked_url(url[:-1], max_length=4000).host == "exempel.se"
    # Also where a redirect leads there.
    web.redirect("/kort", url)
    assert refused(get, web.url("/kort")).startswith("Adressen är 4001 tecken lång")


# Names, and answers that change


def test_an_answer_that_changes_changes_nothing(
    web: Any, get: Get, connected: list[tuple[str, int]]
) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
    # Nothing is kept open, so that the page takes a connection of its own.
    web.page("/robots.txt", "", Connection="close")
    web.page("/sida", PAGE)
    page = get(web.url("/sida", "exempel.test"), resolve=lambda *_: next(answers))
    assert page.url == web.url("/sida", "exempel.test")
    assert connected == [("127.0.0.1", web.port)] * 2
    # The server sees the name, as if nothing had been done.
    assert [h["Host"] for h in web.headers] == [f"exempel.test:{web.port}"] * 2
    assert list(answers) == [["10.0.0.1"], ["10.0.0.1"]]


def test_an_answer_that_has_turned_private_is_refused_the_next_time(
    web: Any, get: Get, connected: list[tuple[str, int]]
) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.1", "192.168.0.1"]])
    web.page("/sida", PAGE)
    url, robots = web.url("/sida", "exempel.test"), {}
    get(url, resolve=lambda *_: next(answers), robots=robots)
    made = len(connected)
    told = refused(get, url, resolve=lambda *_: next(answers), robots=robots)
    assert told == f"exempel.test (192.168.0.1) {CLOSED}"
    assert len(connected) == made


def test_the_system_never_looks_a_checked_name_up_again(
    web: Any, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    names: list[str] = []

    def watched(host: str, *rest: Any, **more: Any) -> Any:
        names.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    web.page("/sida", PAGE)
    get(web.url("/sida", "exempel.test"), resolve=lambda *_: ["127.0.0.1"])
    assert set(names) == {"127.0.0.1"}


def test_the_next_address_is_tried_where_the_first_does_not_answer(web: Any) -> None:
    web.page("/sida", PAGE)
    page = fetch(
        web.url("/sida", "exempel.test"),
        allowed=lambda _: True, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"],
    )  # fmt: skip
    assert page.suffix == ".html"


def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    for host in ("finns-inte.test", "öl.test", "a" * 70 + ".test"):
        told = refused(fetch, f"https://{host}/")
        assert told == (
            f"Servern {host} finns inte eller går inte att slå upp. Kontrollera adressen och "
            "nätverket."
        )


def test_an_international_name_is_looked_up_as_dns_knows_it(web: Any, get: Get) -> None:
    asked: list[str] = []

    def answer(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    web.page("/%C3%A5rsm%C3%B6te?v%C3%A4g=1", PAGE)
    page = get(web.url("/årsmöte?väg=1#stycke", "öl.test"), resolve=answer)
    assert asked == ["xn--l-0ga.test"]
    assert page.url == f"http://xn--l-0ga.test:{web.port}/%C3%A5rsm%C3%B6te?v%C3%A4g=1"


def test_a_label_too_long_for_dns_is_an_unknown_host() -> None:
    host = "a" * 70 + ".test"
    with pytest.raises(UnicodeError):
        resolve(host, 80)
    assert refused(fetch, f"https://{host}/").startswith(f"Servern {host} finns inte")


def test_proxies_of_the_environment_are_not_used(
    web: Any, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.page("/sida", PAGE)
    assert get(web.url("/sida")).suffix == ".html"
