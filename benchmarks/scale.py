"""``python -m benchmarks.scale SIZE…``: how the index grows, from a thousand passages to a million.

The passages are synthetic (``benchmarks.synthetic``): each a single unit with a single vector, so
that a million passages are a million vectors. Embedding is simulated; storing, analysing,
indexing, searching and ranking are the real ones. An index is built in one process and measured in
a fresh one.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import folder as results_folder
from benchmarks.results import keep, kept
from benchmarks.synthetic import PASSAGES, Collection, Question
from index.embedded.store import EmbeddedStore
from index.encoder import Vectors
from index.records import Where
from index.search import search
from index.store import FileState
from ingest.records import Document
from settings import ROOT, go_quiet

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MODEL, CHUNKER = "simulated", "1"
_DOCUMENTS_AT_ONCE = 2_000
_QUESTIONS, _WARMING = 300, 20
# As an answer asks: among the documents, not the records of their references.
_WHERE = Where("document")
_CHANGES = 5
# How far two sums of the same products may differ.
_EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one size; memory and disk in millions of bytes.

    ``background_s`` of ``build_s`` went on after the last passage could be found. ``open_s`` is
    from opening to the first answer. ``added_s`` and ``removed_s`` are the longest of a few
    documents of ten passages, from the call until a search shows it.
    """

    passages: int
    build_s: float
    background_s: float
    building_mb: int
    disk_mb: int
    open_s: float
    p50_ms: float
    p95_ms: float
    nearest_ms: float
    matching_ms: float
    recall_at_10: float
    added_s: float
    removed_s: float
    resident_mb: int


class Simulated:
    """An encoder that knows the vectors of some questions, and no documents'."""

    fingerprint = MODEL

    def __init__(self, questions: Sequence[Question]) -> None:
        self._vectors = {question.text: question.vector for question in questions}

    def question(self, text: str) -> Vectors:
        """Return a known question's vector."""
        return self._vectors[text]

    def documents(self, texts: Sequence[str], progress: object = None) -> Vectors:
        """Fail: whoever puts documents here has their vectors."""
        raise NotImplementedError


def put(store: EmbeddedStore, documents: Sequence[Document], vectors: Vectors) -> None:
    """Put documents with the vectors of their passages as one generation."""
    with store.write(MODEL, CHUNKER) as writer:
        texts = []
        for document in documents:
            chunks = writer.put(document.id, FileState("", document.id), [document])
            texts += [chunk.embedded_text for chunk in chunks]
        writer.embed(texts, vectors)


def build(folder: Path, size: int) -> dict[str, Any]:
    """Build an index; return how that went, and questions with their tenth highest cosine."""
    collection = Collection(size)
    questions = collection.questions(_QUESTIONS)
    asked = np.stack([question.vector for question in questions])
    best = np.full((_QUESTIONS, 10), -1, dtype=np.float32)
    store = EmbeddedStore(folder)
    seconds, most = 0.0, 0
    for numbers in _portions(collection.documents):
        documents = [collection.document(number) for number in numbers]
        vectors = np.concatenate([collection.vectors(number) for number in numbers])
        best = -np.partition(-np.hstack([best, asked @ vectors.T]), 9, axis=1)[:, :10]
        started = time.perf_counter()
        put(store, documents, vectors)
        seconds += time.perf_counter() - started
        most = max(most, resident())
    started = time.perf_counter()
    store.settle()
    background = time.perf_counter() - started
    return {
        "build_s": seconds + background, "background_s": background, "building_mb": most,
        "questions": [
            (question.text, question.vector.tolist(), least)
            for question, least in zip(questions, best.min(axis=1).tolist(), strict=True)
        ],
    }  # fmt: skip


def measure(folder: Path, size: int, asked: Sequence[Any]) -> dict[str, Any]:
    """Ask and change an index that was built, and return how that went."""
    questions = [Question(text, np.array(vector, np.float32), "") for text, vector, _ in asked]
    encoder = Simulated(questions)
    started = time.perf_counter()
    store = EmbeddedStore(folder)
    search(store, encoder, questions[0].text, where=_WHERE)
    opened = time.perf_counter() - started
    for question in questions[:_WARMING]:
        search(store, encoder, question.text, where=_WHERE)
    times = [search(store, encoder, q.text, where=_WHERE).search_ms for q in questions]
    nearest, reached = [], 0
    for question, (_, _, least) in zip(questions, asked, strict=True):
        started = time.perf_counter()
        found = store.nearest(question.vector, 60, _WHERE)
        nearest.append(time.perf_counter() - started)
        reached += sum(match.score >= least - _EPSILON for match in found[:10])
    terms = [
        search(store, encoder, q.text, mode="terms", where=_WHERE).search_ms for q in questions
    ]
    asking = resident()
    changes = list(_changes(store, Collection(size)))
    return {
        "open_s": opened, "p50_ms": float(np.percentile(times, 50)),
        "p95_ms": float(np.percentile(times, 95)),
        "nearest_ms": float(np.median(nearest)) * 1000, "matching_ms": float(np.median(terms)),
        "recall_at_10": reached / 10 / len(questions),
        "added_s": max(added for added, _ in changes),
        "removed_s": max(removed for _, removed in changes),
        "resident_mb": max(asking, resident()),
    }  # fmt: skip


def _changes(store: EmbeddedStore, collection: Collection) -> Iterator[tuple[float, float]]:
    """Add and remove documents; yield how long each took until searching showed it."""
    chosen = random.Random(0)
    for number in range(collection.documents, collection.documents + _CHANGES):
        document, vectors = collection.document(number), collection.vectors(number)
        question = collection.question(number, chosen)
        encoder = Simulated([question])
        started = time.perf_counter()
        put(store, [document], vectors)
        hits = search(store, encoder, question.text, where=_WHERE).hits
        added = time.perf_counter() - started
        if hits[0].chunk.document_id != document.id:
            raise RuntimeError(f"{document.id} is not found after it was added")
        started = time.perf_counter()
        with store.write(MODEL, CHUNKER) as writer:
            writer.remove(document.id)
        hits = search(store, encoder, question.text, k=100, where=_WHERE).hits
        removed = time.perf_counter() - started
        if any(hit.chunk.document_id == document.id for hit in hits):
            raise RuntimeError(f"{document.id} is found after it was removed")
        yield added, removed


def _portions(documents: int) -> Iterator[range]:
    for at in range(0, documents, _DOCUMENTS_AT_ONCE):
        yield range(at, min(at + _DOCUMENTS_AT_ONCE, documents))


def _disk(folder: Path) -> int:
    """Return a folder's size in millions of bytes; a file under several names counts once."""
    files = {p.stat().st_ino: p.stat().st_size for p in folder.rglob("*") if p.is_file()}
    return sum(files.values()) // 10**6


def resident() -> int:
    """Return this process's memory in millions of bytes, what it shares with files included."""
    import psutil

    return int(psutil.Process().memory_info().rss // 10**6)


def of_size(size: int, folder: Path) -> Measured:
    """Build an index in a folder that is removed afterwards, and measure it."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        built = _child("build", folder, size)
        questions = json.dumps(built.pop("questions"))
        (folder / "questions.json").write_text(questions, encoding="utf-8")
        disk = _disk(folder)
        asked = _child("measure", folder, size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Measured(passages=size // PASSAGES * PASSAGES, disk_mb=disk, **built, **asked)


def _child(work: str, folder: Path, size: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", "--child", work, str(folder), str(size)],
        stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=os.environ,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(measured: Sequence[Measured]) -> str:
    """Return the measurements as lines of columns."""
    lines = []
    for field in fields(Measured):
        values = [getattr(m, field.name) for m in measured]
        cells = [f"{v:>12,.3f}" if isinstance(v, float) else f"{v:>12,}" for v in values]
        lines.append(f"{field.name:>14}" + "".join(cells))
    return "\n".join(lines)


def main(sizes: Sequence[int] = SIZES) -> list[dict[str, Any]]:
    """Measure sizes, print a table, keep it in ``var/bench`` and return it."""
    results = results_folder()
    measured: list[Measured] = []
    for size in sizes:
        measured.append(of_size(size, results / f"scale-{size}"))
        print(table(measured[-1:]), flush=True)
        # Kept at once: the largest takes long. Of a size measured before, the newest counts.
        earlier = [row for row in kept("scale") or () if row["passages"] != size]
        keep("scale", sorted([*earlier, asdict(measured[-1])], key=lambda row: row["passages"]))
    print(table(measured))
    return [asdict(m) for m in measured]


def _run_child(work: str, folder: Path, size: int) -> None:
    if work == "build":
        result = build(folder, size)
    else:
        asked = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
        result = measure(folder, size, asked)
    print(json.dumps(result))


if __name__ == "__main__":
    go_quiet()
    if sys.argv[1:2] == ["--child"]:
        _run_child(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        parser = argparse.ArgumentParser(description="Measure the index at some sizes.")
        parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
        main(parser.parse_args().sizes)
