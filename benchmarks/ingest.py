"""``python -m benchmarks.ingest``: what adding many mixed documents costs, in time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.results import keep
from settings import ROOT, Settings, go_quiet

app = typer.Typer(add_completion=False)

# The goals of the two numbers that matter.
MOST_READING = 0.15
MOST_MEMORY = 300


class Clock:
    """Adds up the time that pieces of work take."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                passed = time.perf_counter() - started
                self.seconds[name] = self.seconds.get(name, 0.0) + passed

        return run


class Memory:
    """Samples how much memory the process has, in MB, until it is ended."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self.samples: list[float] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def now(self) -> float:
        return float(self._process.memory_info().rss) / 1e6

    def _run(self) -> None:
        while not self._end.wait(0.02):
            self.samples.append(self.now())

    def end(self) -> None:
        self._end.set()
        self._thread.join()


def measure(source: Path, var: Path) -> dict[str, float]:
    """Add a folder of documents to an empty corpus; return times (s), shares and memory (MB).

    The process should be a fresh one. Memory counts from when the model is loaded and has run.
    """
    go_quiet()
    import index.embedded.writer as writing
    import index.sync as syncing
    from index.encoder import SentenceTransformerEncoder
    from ingest.keeping import add

    settings = Settings(corpus=var / "corpus", var=var)
    encoder = SentenceTransformerEncoder(settings.model, Settings().models_dir)
    # Of every length, so that what the model sets aside for its work is there already.
    encoder.documents([f"Kommunen byggde bron för {n} kronor. " * (n % 30 + 1) for n in range(128)])
    clock = Clock()
    for module, name in ((syncing, "read"), (syncing, "chunk"), (writing, "chunk")):
        setattr(module, name, clock.timed("reading", getattr(module, name)))
    encoder.documents = clock.timed("embedding", encoder.documents)  # type: ignore[method-assign]
    memory = Memory()
    base = memory.now()
    started = time.perf_counter()
    clock.timed("copying", add)(settings.corpus, [source])
    report = syncing.sync(settings, encoder=encoder)
    total = time.perf_counter() - started
    memory.end()
    half = len(memory.samples) // 2
    return {
        "documents": report.count("added"),
        "skipped": report.count("skipped"),
        "texts": report.embedded,
        "total": total,
        "reading": clock.seconds["reading"],
        "embedding": clock.seconds["embedding"],
        "copying": clock.seconds["copying"],
        "reading_share": clock.seconds["reading"] / total,
        "embedding_share": clock.seconds["embedding"] / total,
        "memory": max(memory.samples) - base,
        "memory_first_half": max(memory.samples[:half]) - base,
        "memory_second_half": max(memory.samples[half:]) - base,
    }


def run(documents: int, words: int) -> dict[str, float]:
    """Write documents and return what adding them measures, in a process of its own."""
    from benchmarks.documents import Writer

    with tempfile.TemporaryDirectory() as folder:
        source, var = Path(folder, "källa"), Path(folder, "var")
        Writer(words).write(source, documents)
        code = (
            "import json, sys; from pathlib import Path; from benchmarks.ingest import measure; "
            "print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]))))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(source), str(var)],
            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def table(measured: dict[str, float]) -> Sequence[tuple[str, str]]:
    """Return the numbers as rows to print."""
    m = measured
    return [
        ("dokument", f"{m['documents']:.0f}, {m['texts']:.0f} texter att bädda in"),
        ("tid", f"{m['total']:.1f} s, {m['documents'] / m['total']:.1f} dokument/s"),
        ("läsa och stycka", f"{m['reading']:.1f} s, {m['reading_share']:.1%} (mål: < 15 %)"),
        ("bädda in", f"{m['embedding']:.1f} s, {m['embedding_share']:.1%}"),
        ("kopiera", f"{m['copying']:.1f} s"),
        ("minne över modellens", f"{m['memory']:.0f} MB (mål: < {MOST_MEMORY})"),
        (
            "  första och andra halvan",
            f"{m['memory_first_half']:.0f} och {m['memory_second_half']:.0f} MB",
        ),
    ]


@app.command()
def main(
    documents: Annotated[int, typer.Option(min=1, help="Antal dokument.")] = 1000,
    words: Annotated[int, typer.Option(min=1, help="Ord i varje, ungefär.")] = 120,
) -> dict[str, float]:
    """Mät vad det kostar att lägga till många dokument av olika slag."""
    measured = run(documents, words)
    for name, value in table(measured):
        print(f"{name:>28}  {value}")
    keep("ingest", measured)
    return measured


if __name__ == "__main__":
    app(prog_name="python -m benchmarks.ingest")
