"""``python -m benchmarks``: a question against its encoding alone, an idle sync, starting, size."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from benchmarks.results import keep
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


def start(module: str, argument: str) -> float:
    """Return the seconds that a command takes from start to end, the second time."""
    took = 0.0
    for _ in range(2):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", module, argument], capture_output=True, check=True, cwd=ROOT
        )
        took = time.perf_counter() - began
    return took


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
    rules = [engine.ask(q, step="statements").timings_ms for q in questions]
    stage = {name: median(s[name] for s in stages) for name in ("encode", "search", "extract")}
    seconds, loaded = child(SYNC)
    chosen = median(s["extract"] for s in rules)
    measured = {
        "question_ms": asked,
        "unread_ms": unread,
        "encode_alone_ms": encoded,
        "ratio": asked / encoded,
        "unread_ratio": unread / encoded,
        "stages_ms": {
            "koda frågan": stage["encode"],
            "söka": stage["search"],
            "välja och skära ut": chosen,
            "läsa": stage["extract"] - chosen,
        },
        "idle_sync_s": float(seconds),
        "idle_sync_loads_model": loaded == "True",
        "chat_gb": int(child(CHAT)[0]) / 1e9,
        "help_s": start("answer", "--help"),
        "first_answer_s": start("answer", questions[0]),
    }
    for name, value in measured.items():
        print(f"{name:>22}  {value if isinstance(value, dict) else f'{value:.3g}'}")
    keep("question", measured)


if __name__ == "__main__":
    main()
