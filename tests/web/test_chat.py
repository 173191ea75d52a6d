"""The chat as a person sees it, in a real Chromium."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

import app
from answer import Answerer
from settings import Settings

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium saknas: testerna i webbläsare hoppas över."
    ),
]


@pytest.fixture(scope="module")
def address(settings_built: Settings) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = settings_built.model_copy(update={"port": port})
    demo = app.build(Answerer(settings))
    app.launch(demo, settings, prevent_thread_lock=True)
    yield f"http://127.0.0.1:{port}"
    demo.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        yield chromium
        chromium.close()


class Visit:
    """A page, and what it asked for and complained of."""

    def __init__(self, browser: Any, address: str, width: int, scheme: str = "light") -> None:
        self.page = browser.new_page(
            viewport={"width": width, "height": 844}, color_scheme=scheme, locale="sv-SE"
        )
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.hosts.add(urlsplit(r.url).hostname or ""))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        self.page.goto(address)
        self.page.wait_for_selector("#fraga textarea")

    def ask(self, question: str) -> Any:
        before = self.page.locator(".tur").count()
        self.page.fill("#fraga textarea", question)
        self.page.press("#fraga textarea", "Enter")
        turn = self.page.locator(".tur").nth(before)
        turn.wait_for(timeout=30_000)
        return turn


FEE = "Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?"


@pytest.mark.parametrize("width", [1240, 390])
def test_an_answer_and_its_place_in_the_document(browser: Any, address: str, width: int) -> None:
    visit = Visit(browser, address, width)
    turn = visit.ask(FEE)
    assert turn.locator(".svar mark").inner_text() == "400 000 kr"
    assert turn.locator(".referenser").first.inner_text() == (
        "Referens 7 Konkurrensverket: Konsulter köptes på otillåtet sätt när införandet av "
        "Millennium skulle granskas"
    )
    turn.locator("button.kalla").first.click()
    found = visit.page.locator("#panel mark.traff")
    found.first.wait_for()
    assert found.all_inner_texts() == [
        "Beslutet om att VGR genomfört en otillåten direktupphandling kom med en "
        "upphandlingsskadeavgift om 400 000 kr."
    ]
    assert visit.page.locator("#panel mark.passage").count() > 1
    visit.page.wait_for_timeout(300)
    box = found.first.bounding_box()
    assert 0 <= box["y"] <= 844 - box["height"]
    panel = visit.page.locator("#panel").bounding_box()
    assert (panel["x"] > 400) if width > 800 else (panel["y"] > 200)
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visit.page.keyboard.press("Escape")
    assert visit.page.locator("#panel").is_hidden()
    assert visit.page.evaluate("document.documentElement.lang") == "sv"
    assert visit.hosts == {"127.0.0.1"}
    assert visit.complaints == []
    visit.page.close()


def test_abstaining_and_hostile_questions(browser: Any, address: str) -> None:
    visit = Visit(browser, address, 1000, "dark")
    turn = visit.ask("Hur många planeter har solsystemet?")
    assert turn.locator(".avstar h3").inner_text() == "Källorna svarar inte på det"
    assert turn.locator(".kallor > ol > li").count() == 3
    turn = visit.ask('<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> ${1+1}')
    assert turn.locator("img, script").count() == 0
    assert visit.page.evaluate("window.hacked") is None
    assert visit.ask("?!").locator(".notis").inner_text().startswith("Jag hittar ingen fråga")
    assert visit.ask("x" * 10_000).locator(".notis").inner_text().startswith("Frågan är för lång")
    visit.page.get_by_text("Ny konversation").click()
    visit.page.wait_for_function("document.querySelectorAll('.tur').length === 0")
    assert visit.complaints == []
    visit.page.close()


def test_an_example_question_is_answered(browser: Any, address: str) -> None:
    visit = Visit(browser, address, 1240)
    visit.page.locator("#exempel button").first.click()
    visit.page.locator(".tur .svar").first.wait_for()
    assert visit.page.locator(".tur .fraga").inner_text() == (
        "Hur många supportärenden var det under driftperioden?"
    )
    assert visit.page.locator(".svar mark").inner_text() == "Över 3 000"
    visit.page.close()
