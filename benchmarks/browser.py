"""The page in a real Chromium: its first paint, and an answer on screen after the engine has it.

``python -m benchmarks.browser``. Needs Chromium. The engine runs in this process, so both sides
read the same clock.
"""

from __future__ import annotations

import shutil
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.results import keep
from settings import Settings, go_quiet

if TYPE_CHECKING:
    from answer import Answer, Answerer

VISITS = 7
PORT = 7875
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Notes when the frame that first shows an answer has been painted, and what has moved meanwhile.
WATCH = """() => {
  window.painted = 0; window.moved = 0;
  new PerformanceObserver((all) => all.getEntries().forEach((e) => { window.moved += e.value; }))
    .observe({ type: 'layout-shift' });
  new MutationObserver(() => {
    if (window.painted || !document.querySelector('.tur:last-child .svar')) return;
    requestAnimationFrame(() => setTimeout(() => { window.painted ||= Date.now(); }));
  }).observe(document.querySelector('.turer'), { childList: true, subtree: true });
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Noting:
    """An engine that notes when it has an answer, in milliseconds of the clock."""

    def __init__(self, engine: Answerer) -> None:
        self._engine = engine
        self.had: list[float] = []

    def ask(self, *arguments: Any, **options: Any) -> Answer:
        answer = self._engine.ask(*arguments, **options)
        self.had.append(time.time() * 1000)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def main() -> dict[str, float]:
    """Measure, print a table, and return the numbers."""
    go_quiet()
    from playwright.sync_api import sync_playwright

    import app
    from answer import Answerer
    from eval.questions import load_questions
    from index.sync import sync

    settings = Settings(port=PORT)
    sync(settings)
    engine = Noting(Answerer(settings))
    engine.warm()
    page = app.build(engine)  # type: ignore[arg-type]
    app.launch(page, settings, prevent_thread_lock=True)
    questions = [q.question for q in load_questions(split="dev") if q.answerable]
    visits = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=CHROMIUM
        )
        for number in range(VISITS):
            visits.append(_visit(browser, engine, questions[number * 5 : number * 5 + 4]))
        browser.close()
    page.close()
    numbers = {name: round(median(v[name] for v in visits), 3) for name in visits[0]}
    for name, value in numbers.items():
        print(f"{name:>56}  {value}")
    keep("browser", numbers)
    return numbers


def _visit(browser: Any, engine: Noting, questions: list[str]) -> dict[str, float]:
    """Open the page in a browser that has never seen it, and ask."""
    context = browser.new_context(viewport={"width": 1240, "height": 800}, locale="sv-SE")
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{PORT}")
    page.wait_for_selector("#fraga-text")
    usable = (time.perf_counter() - began) * 1000
    page.wait_for_selector(".exempel button")
    painted = page.evaluate(PAINT)
    late, moved = [], []
    for question in questions:
        page.evaluate(WATCH)
        engine.had.clear()
        page.fill("#fraga-text", question)
        page.press("#fraga-text", "Enter")
        page.wait_for_function("window.painted > 0")
        late.append(page.evaluate("window.painted") - engine.had[0])
        moved.append(page.evaluate("window.moved"))
    context.close()
    return {
        "första målning (ms)": painted,
        "frågefältet går att använda (ms)": usable,
        "svar i bild efter att motorn har det, median (ms)": median(late),
        "svar i bild efter att motorn har det, som mest (ms)": max(late),
        "förskjutning när svar kommer (CLS), som mest": max(moved),
    }


if __name__ == "__main__":
    main()
