"""A chat that is served, over a copy of the corpus, and a browser to visit it."""

from __future__ import annotations

import contextlib
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from settings import ROOT, Settings

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Settings]:
    """Serve a chat over some settings, on a free port; yields the settings with that port."""
    import app
    from answer import Answerer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings = settings.model_copy(update={"port": probe.getsockname()[1]})
    # What is converted from the models takes its time and need not be done anew.
    if not settings.models_dir.exists():
        settings.models_dir.symlink_to(ROOT / "var" / "models", target_is_directory=True)
    page = app.build(Answerer(settings))
    app.launch(page, settings, prevent_thread_lock=True)
    yield settings
    page.close()


@pytest.fixture(scope="session")
def served(
    settings_built: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The settings of a chat that is open for the tests, over files of its own."""
    folder = tmp_path_factory.mktemp("chatten")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    shutil.copytree(settings_built.index_dir, folder / "var" / "index")
    settings = settings_built.model_copy(
        update={"corpus": folder / "corpus", "var": folder / "var"}
    )
    from index.sync import sync

    sync(settings)
    with opened(settings) as open_settings:
        yield open_settings


@pytest.fixture(scope="session")
def serve() -> Callable[[Settings], contextlib.AbstractContextManager[Settings]]:
    """What serves another chat."""
    return opened


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
    """A page in an English browser, and what it asked for and complained of."""

    def __init__(self, browser: Any, address: str, width: int, scheme: str, ready: str) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, locale="en-GB",
            accept_downloads=True,
        )  # fmt: skip
        self.page = self.context.new_page()
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda r: self.hosts.add(urlsplit(r.url).hostname or ""))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on("console", lambda m: m.type == "error" and self.complaints.append(m.text))
        self.page.goto(address)
        self.page.locator(ready).first.wait_for(timeout=60_000)

    def ask(self, question: str) -> Any:
        before = self.page.locator(".tur").count()
        self.page.fill("#fraga-text", question)
        self.page.press("#fraga-text", "Enter")
        return self.turn(before)

    def turn(self, number: int) -> Any:
        turn = self.page.locator(".tur").nth(number)
        self.page.wait_for_function(
            "n => document.querySelectorAll('.tur')[n]?.ariaBusy === null", arg=number,
            timeout=60_000,
        )  # fmt: skip
        return turn

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """What opens a visit: width, «light» or «dark», another address, what is there when it is."""
    begun: list[Visit] = []

    def begin(
        width: int = 1240, scheme: str = "light", at: str = address, ready: str = ".exempel button"
    ) -> Visit:
        begun.append(Visit(browser, at, width, scheme, ready))
        return begun[-1]

    yield begin
    for one in begun:
        one.context.close()
