"""What sites let programs fetch."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ingest.addresses import checked_url
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


@pytest.mark.parametrize(
    ("rules", "path", "welcome"),
    [
        ("User-agent: *\nDisallow: /privat\n", "/privat/a", False),
        ("User-agent: *\nDisallow: /privat\n", "/a", True),
        ("User-agent: Kallsvar\nDisallow: /\n", "/a", False),
        ("User-agent: annan\nDisallow: /\n", "/a", True),
        ("User-agent: *\nDisallow: /\nAllow: /a\n", "/a", True),
        ("User-agent: *\nDisallow: /*?id=\n", "/a?id=3", False),
        ("User-agent: *\nDisallow: /a$\n", "/a", False),
        ("User-agent: *\n\nDisallow: /a\n", "/a", False),
        ("User-agent: *\nDisallow: /å\n", "/å", False),
        ("<html>inte några regler</html>", "/a", True),
        ("", "/a", True),
        ("#" * 511_950 + "\nUser-agent: *\nDisallow: /\n", "/a", False),
        ("#" * 512_000 + "\nUser-agent: *\nDisallow: /\n", "/a", True),
    ],
)
def test_what_a_site_lets_programs_fetch(
    web: Any, get: Get, rules: str, path: str, welcome: bool
) -> None:
    web.page("/robots.txt", rules, kind="text/plain")
    web.page("/a", PAGE)
    web.page("/a?id=3", PAGE)
    if welcome:
        assert get(web.url(path)).suffix == ".html"
        return
    told = refused(get, web.url(path))
    assert told == (
        f"127.0.0.1 tillåter inte att program hämtar {checked_url(web.url(path), max_length=999)} "
        f"(robots.txt). {SAVE_IT}"
    )
    assert web.asked == ["/robots.txt"]


def test_rules_that_cannot_be_had_forbid(web: Any, get: Get) -> None:
    web.page("/a", PAGE)
    for status in (500, 503):
        web.page("/robots.txt", "", status=status)
        assert refused(get, web.url("/a")) == (
            f"127.0.0.1 kan inte säga vad program får hämta (robots.txt gav svar {status}), och då "
            "hämtas inget. Försök igen senare."
        )
    web.pages["/robots.txt"] = lambda handler: time.sleep(1)
    assert refused(get, web.url("/a"), limits=Limits(read=0.2)) == (
        "Servern 127.0.0.1 slutade svara: inget kom på 0,2 sekunder. Försök igen senare."
    )
    assert "/a" not in web.asked


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429])
def test_a_site_without_rules_allows(web: Any, get: Get, status: int) -> None:
    web.page("/robots.txt", "User-agent: *\nDisallow: /\n", status=status)
    web.page("/a", PAGE)
    assert get(web.url("/a")).suffix == ".html"


def test_rules_are_found_where_they_have_moved_but_never_on_a_closed_network(
    web: Any, get: Get, connected: list[tuple[str, int]]
) -> None:
    web.page("/a", PAGE)
    web.redirect("/robots.txt", "/regler.txt")
    web.page("/regler.txt", "User-agent: *\nDisallow: /a\n", kind="text/plain")
    assert refused(get, web.url("/a")).startswith("127.0.0.1 tillåter inte")
    web.redirect("/robots.txt", "http://169.254.169.254/robots.txt")
    assert refused(get, web.url("/a")) == f"169.254.169.254 {CLOSED}"
    assert {host for host, _ in connected} == {"127.0.0.1"}


def test_each_page_redirected_to_is_checked_against_its_rules(web: Any, get: Get) -> None:
    web.page("/robots.txt", "User-agent: *\nDisallow: /privat\n", kind="text/plain")
    web.redirect("/a", "/privat/b")
    web.page("/privat/b", PAGE)
    assert refused(get, web.url("/a")).startswith("127.0.0.1 tillåter inte")
    assert web.asked == ["/robots.txt", "/a"]


def test_rules_are_read_once_for_many_pages(web: Any, get: Get) -> None:
    web.page("/a", PAGE)
    web.page("/b", PAGE)
    robots: dict[str, Any] = {}
    get(web.url("/a"), robots=robots)
    get(web.url("/b"), robots=robots)
    assert web.asked == ["/robots.txt", "/a", "/b"]
    assert list(robots) == [f"http://127.0.0.1:{web.port}"]
