"""``python -m benchmarks.idle``: a sync of 10,000 files of which none has changed.

The files are small, in a hundred folders. They are read, chunked and indexed as usual, but for
their vectors, which are drawn by chance.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.documents import Writer
from benchmarks.results import keep
from index.encoder import Vectors, unit
from settings import ROOT, Settings, go_quiet

FILES, A_FOLDER = 10_000, 100
_DIMENSIONS = 384
_AGAIN = "import sys; from benchmarks.idle import again; again(*sys.argv[1:])"


class Drawn:
    """An encoder whose vectors are drawn by chance."""

    fingerprint = "simulated"

    def question(self, text: str) -> Vectors:
        """Return a vector of length one."""
        return self.documents([text])[0]

    def documents(self, texts: Sequence[str], progress: object = None) -> Vectors:
        """Return a vector of length one for each text."""
        draw = np.random.default_rng(len(texts))
        return unit(draw.standard_normal((len(texts), _DIMENSIONS), dtype=np.float32))


def again(corpus: str, var: str) -> None:
    """Sync once more, as a process of its own does, and print how that went."""
    go_quiet()
    from index.sync import sync

    settings = Settings(corpus=Path(corpus), var=Path(var), model="simulated")
    started = time.perf_counter()
    report = sync(settings, encoder=Drawn())
    print(time.perf_counter() - started, report.count("unchanged"), report.embedded)


def measure() -> dict[str, float]:
    """Return how long the first sync took and, in a fresh process, the next one (s)."""
    from index.sync import sync

    with tempfile.TemporaryDirectory() as base:
        corpus, var = Path(base, "corpus"), Path(base, "var")
        writer = Writer(20)
        for number in range(FILES):
            path = corpus / f"{number // A_FOLDER:03}" / f"{number:05}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{writer.title()} {number}\n\n{writer.sentence()}\n", encoding="utf-8")
        started = time.perf_counter()
        sync(Settings(corpus=corpus, var=var, model="simulated"), encoder=Drawn())
        first = time.perf_counter() - started
        done = subprocess.run(
            [sys.executable, "-c", _AGAIN, str(corpus), str(var)],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    seconds, unchanged, embedded = done.stdout.splitlines()[-1].split()
    if (int(unchanged), int(embedded)) != (FILES, 0):
        raise RuntimeError(f"{unchanged} files unchanged and {embedded} texts embedded")
    return {"files": FILES, "first_s": first, "idle_s": float(seconds)}


def main() -> None:
    """Measure, print the numbers and keep them."""
    go_quiet()
    measured = measure()
    for name, value in measured.items():
        print(f"{name:>22}  {value:.5g}")
    keep("idle", measured)


if __name__ == "__main__":
    main()
