"""A chat that is served, over a copy of the corpus, and a browser to visit it."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from settings import ROOT, Settings

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


@pytest.fixture(scope="session")
def served(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of a chat that is open for the tests."""
    import app
    from answer import Answerer
    from index.sync import sync

    folder = tmp_path_factory.mktemp("chatten")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        corpus=folder / "corpus", var=folder / "var", model=str(model_dir), port=port
    )
    sync(settings)
    page = app.build(Answerer(settings))
    app.launch(page, settings, prevent_thread_lock=True)
    yield settings
    page.close()


@pytest.fixture(scope="session")
def address(served: Settings) -> str:
    return f"http://127.0.0.1:{served.port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium saknas: testerna i webbläsare hoppas över.")
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

    def __init__(self, browser: Any, address: str, width: int, scheme: str) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, locale="sv-SE",
            accept_downloads=True,
        )  # fmt: skip
        self.page = self.context.new_page()
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.hosts.add(urlsplit(r.url).hostname or ""))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        self.page.goto(f"{address}/?__theme={scheme}")
        self.page.locator(".exempel button").first.wait_for(timeout=60_000)

    def ask(self, question: str) -> Any:
        before = self.page.locator(".tur").count()
        self.page.fill("#fraga-text", question)
        self.page.press("#fraga-text", "Enter")
        return self.turn(before)

    def turn(self, number: int) -> Any:
        turn = self.page.locator(".tur:not([aria-busy])").nth(number)
        turn.wait_for(timeout=60_000)
        return turn

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """What opens a visit: width, then «light» or «dark»."""
    opened: list[Visit] = []

    def begin(width: int = 1240, scheme: str = "light") -> Visit:
        opened.append(Visit(browser, address, width, scheme))
        return opened[-1]

    yield begin
    for one in opened:
        one.context.close()
