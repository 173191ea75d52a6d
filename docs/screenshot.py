"""Writes the README's picture: the chat with one cited answer. Needs Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

from settings import Settings, go_quiet

QUESTION = "Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Serve the chat over the repository's corpus and photograph an answer with its source open."""
    go_quiet()
    from playwright.sync_api import sync_playwright

    import app
    from answer import Answerer
    from index.sync import sync

    settings = Settings(port=7871)
    sync(settings)
    demo = app.build(Answerer(settings))
    app.launch(demo, settings, prevent_thread_lock=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=CHROMIUM,
        )
        page = chromium.new_page(viewport={"width": 1240, "height": 720}, locale="sv-SE")
        page.goto(f"http://127.0.0.1:{settings.port}")
        page.wait_for_selector(".exempel button", timeout=60_000)
        page.fill("#fraga-text", QUESTION)
        page.press("#fraga-text", "Enter")
        page.click(".kalla >> nth=0")
        page.wait_for_selector("#panel mark.traff")
        page.wait_for_timeout(800)
        page.screenshot(path=str(Path(__file__).with_name("chat.png")))
        chromium.close()
    demo.close()


if __name__ == "__main__":
    main()
