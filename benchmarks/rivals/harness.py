"""What every rival runs in its own environment: the passages in, the questions asked, timed.

Reads one JSON object from standard input and prints one; nothing of Källsvar is imported.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import TypedDict


class Passage(TypedDict):
    """A passage by id."""

    id: str
    text: str


Build = Callable[[str, list[Passage]], Callable[[str], str]]


def measure(build: Build) -> None:
    """Build the index and ask the questions; print times in seconds and the ids found.

    A first build of one passage loads the model and is not timed.
    """
    given = json.load(sys.stdin)
    build(given["model"], given["passages"][:1])
    started = time.perf_counter()
    best = build(given["model"], given["passages"])
    ingest = time.perf_counter() - started
    best(given["questions"][0])
    found, times = [], []
    for question in given["questions"]:
        started = time.perf_counter()
        found.append(best(question))
        times.append(time.perf_counter() - started)
    # Linux counts the peak in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print("RESULT " + json.dumps({"ingest": ingest, "times": times, "found": found, "peak": peak}))
