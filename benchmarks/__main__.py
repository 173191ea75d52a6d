"""``make bench``: a question against its encoding alone, an idle sync, the chat's size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from statistics import median

from settings import ROOT, Settings, go_quiet

ROUNDS = 60
CHAT = """
import psutil
from settings import Settings, go_quiet
go_quiet()
import app
from answer import Answerer
settings = Settings(port=7874)
engine = Answerer(settings)
demo = app.build(engine)
app.launch(demo, settings, prevent_thread_lock=True)
for question in ("Vad kostade Millennium?", "Vem granskade?", "Vilka brister fanns?"):
    engine.ask(question)
print(psutil.Process().memory_info().rss)
demo.close()
"""
SYNC = """
import sys, time
from settings import Settings, go_quiet
go_quiet()
from index.sync import sync
settings = Settings()
started = time.perf_counter()
sync(settings)
print(time.perf_counter() - started, "torch" in sys.modules)
"""


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def child(code: str) -> list[str]:
    """Return the words that a fresh process prints last."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith("Closing")]
    return lines[-1].split()


def main() -> None:
    """Measure, print a table, and keep it in ``var/bench``."""
    go_quiet()
    from sentence_transformers import SentenceTransformer

    from answer import Answerer
    from eval.questions import load_questions
    from index.models import bundled_model
    from index.sync import sync

    settings = Settings()
    sync(settings)
    engine = Answerer(settings)
    model = SentenceTransformer(settings.model or str(bundled_model(settings.models_dir)))
    questions = [q.question for q in load_questions(split="dev")][:ROUNDS]
    engine.warm()
    for question in questions[:5]:
        engine.ask(question)
        model.encode(question)
    # By turns, so that what else the machine does falls on both.
    rounds = [
        (milliseconds(lambda q=q: engine.ask(q)),  # type: ignore[misc]
         milliseconds(lambda q=q: engine.ask(q, step="statements")),  # type: ignore[misc]
         milliseconds(lambda q=q: model.encode(q)))  # type: ignore[misc]
        for q in questions
    ]  # fmt: skip
    asked, unread, encoded = (median(column) for column in zip(*rounds, strict=True))
    stages = [engine.ask(q).timings_ms for q in questions]
    seconds, loaded = child(SYNC)
    measured = {
        "fråga, median (ms)": round(asked, 1),
        "enbart SentenceTransformer.encode, median (ms)": round(encoded, 1),
        "fråga / encode": round(asked / encoded, 2),
        "fråga utan läsaren, median (ms)": round(unread, 1),
        "fråga utan läsaren / encode": round(unread / encoded, 2),
        "sökning, median (ms)": round(median(s["search"] for s in stages), 1),
        "utdrag, median (ms)": round(median(s["extract"] for s in stages), 1),
        "synk utan ändring (s)": round(float(seconds), 3),
        "modellen laddad av den": loaded == "True",
        "chatten i minnet (GB)": round(int(child(CHAT)[0]) / 1e9, 2),
    }
    for name, value in measured.items():
        print(f"{name:>48}  {value}")
    folder = settings.var / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now():%Y-%m-%dT%H%M%S}.json"
    path.write_text(json.dumps(measured, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
