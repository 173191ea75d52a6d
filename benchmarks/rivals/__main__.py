"""``python -m benchmarks.rivals``: the same passages, model and questions, in one run.

Each rival is installed into ``var/bench/rivals/<name>`` and run as a process of its own; so is
Källsvar. Needs a package registry; nothing of it is needed by the product.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.results import keep
from settings import ROOT, Settings, go_quiet

HERE = Path(__file__).parent
RIVALS = {
    "haystack-ai": (
        "haystack_hybrid.py",
        ("haystack-ai==3.4.1", "sentence-transformers-haystack==2.0.0"),
    ),
    "txtai": ("txtai_hybrid.py", ("txtai==9.14.0",)),
    "llama-index": (
        "llama_index_faiss.py",
        ("llama-index-core==0.14.25", "llama-index-embeddings-huggingface==0.8.0",
         "llama-index-vector-stores-faiss==0.7.0", "faiss-cpu==1.15.1"),
    ),
}  # fmt: skip
QUIET = {
    "HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What one system took, and the share of questions whose first passage holds the evidence."""

    name: str
    passages_per_second: float
    p50_ms: float
    p95_ms: float
    evidence: float
    peak_mb: float


def ours() -> None:
    """Do in a process of its own what each rival does, through Källsvar's own search."""
    import resource

    go_quiet()
    given = json.load(sys.stdin)
    from answer import Answerer
    from index.sync import sync

    settings = Settings(corpus=Path(given["corpus"]), var=Path(given["var"]), model=given["model"])
    started = time.perf_counter()
    sync(settings)
    ingest = time.perf_counter() - started
    engine = Answerer(settings)
    engine.ask(given["questions"][0])
    found, times = [], []
    for question in given["questions"]:
        started = time.perf_counter()
        answer = engine.ask(question)
        times.append(time.perf_counter() - started)
        found.append(answer.passages[0].text if answer.passages else "")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print("RESULT " + json.dumps({"ingest": ingest, "times": times, "found": found, "peak": peak}))


def environment(folder: Path, requirements: Sequence[str]) -> Path:
    """Return a Python with the requirements, installed the first time."""
    python = folder / "bin" / "python"
    wanted = "\n".join(requirements)
    mark = folder / "requirements.txt"
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "-q", "torch==2.13.0", *requirements]
        subprocess.run(command, check=True)
        mark.write_text(wanted, encoding="utf-8")
    return python


def ask(python: Path, arguments: Sequence[str], given: dict[str, Any]) -> dict[str, Any]:
    """Run a system on the input and return what it measured."""
    done = subprocess.run(
        [str(python), *arguments], input=json.dumps(given), capture_output=True, text=True,
        cwd=ROOT, env=os.environ | QUIET | {"PYTHONPATH": ""}, check=False,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
            return result
    raise RuntimeError(f"{arguments[0]} gave no result:\n{done.stderr[-2000:]}")


def compare(limit: int | None = None) -> list[Result]:
    """Measure every system on the repository's corpus and answerable questions."""
    import tempfile

    from eval.metrics import holds_evidence
    from eval.questions import load_questions
    from index.models import bundled_model
    from ingest.chunking import chunk
    from ingest.corpus import corpus_files, read

    settings = Settings()
    model = str(bundled_model(settings.models_dir))
    documents = [d for f in corpus_files(settings.corpus) for d in read(f)]
    passages = [
        {"id": c.id, "text": c.text}
        for d in documents if d.kind == "document"
        for c in chunk(d) if c.kind == "passage"
    ]  # fmt: skip
    texts = {p["id"]: p["text"] for p in passages}
    asked = [q for q in load_questions() if q.answerable and q.kind != "source"][:limit]
    given: dict[str, Any] = {
        "model": model, "passages": passages, "questions": [q.question for q in asked],
    }  # fmt: skip
    results = []
    with tempfile.TemporaryDirectory() as var:
        own = given | {"corpus": str(settings.corpus), "var": var}
        code = "from benchmarks.rivals.__main__ import ours; ours()"
        runs = {"Källsvar": ask(Path(sys.executable), ["-c", code], own)}
        for name, (script, requirements) in RIVALS.items():
            python = environment(settings.var / "bench" / "rivals" / name, requirements)
            runs[name] = ask(python, [str(HERE / script)], given)
    for name, run in runs.items():
        shown = [texts.get(found, found) for found in run["found"]]
        held = [holds_evidence(text, q.evidence) for text, q in zip(shown, asked, strict=True)]
        milliseconds = [1000 * t for t in run["times"]]
        results.append(Result(
            name, len(passages) / run["ingest"], median(milliseconds),
            quantiles(milliseconds, n=20)[-1], sum(held) / len(held), run["peak"] / 2**20,
        ))  # fmt: skip
    return results


def table(results: Sequence[Result]) -> str:
    """Return the results as a Markdown table, in Swedish."""
    rows = [
        f"| {r.name} | {r.passages_per_second:.1f} | {r.p50_ms:.0f} | {r.p95_ms:.0f} | "
        f"{r.evidence:.3f} | {r.peak_mb:.0f} |"
        for r in results
    ]
    head = "| | passager/s in | fråga p50, ms | fråga p95, ms | belägg på plats 1 | minne, MB |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows]).replace(".", ",")


if __name__ == "__main__":
    results = compare()
    print(table(results))
    keep("rivals", [asdict(result) for result in results])
