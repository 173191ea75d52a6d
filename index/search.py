"""From a question to ranked passages: likeness of meaning and likeness of words, fused."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from index.analysis import Term, content_words, question_terms
from index.encoder import Encoder, Vectors
from index.records import Hit, UnitHit, Where
from index.store import Store
from ingest.records import Chunk

Mode = Literal["dense", "terms", "hybrid"]

EVERYWHERE = Where()
_CANDIDATES = 60
# Looks for words while the question is encoded and its neighbours are looked for.
_beside = ThreadPoolExecutor(thread_name_prefix="matching")


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, the question's vector, and how long encoding and searching took (ms)."""

    hits: list[Hit]
    vector: Vectors | None
    encode_ms: float
    search_ms: float


def search(
    store: Store,
    encoder: Encoder,
    question: str,
    *,
    k: int = 10,
    mode: Mode = "hybrid",
    where: Where = EVERYWHERE,
    dense_weight: float = 0.7,
    extra: Sequence[Term] = (),
    vector: Vectors | None = None,
) -> Found:
    """Return the k best passages.

    Each candidate has a cosine (the best of the passage and its units) and a BM25 score. Both are
    standardised over the candidates and summed, the cosine weighing ``dense_weight``. ``extra``
    terms are looked for beside the question's own. ``vector`` is the question's, where it is known
    from another search; else it is encoded.
    """
    started = time.perf_counter()
    terms = [*question_terms(content_words(question)), *extra] if mode != "dense" else []
    matching = _beside.submit(store.matching, terms, _CANDIDATES, where) if terms else None
    if vector is None and mode != "terms":
        vector = encoder.question(question)
    encoded = time.perf_counter()
    near = store.nearest(vector, _CANDIDATES, where) if vector is not None else []
    match = matching.result() if matching else []
    rows = list(dict.fromkeys([m.row for m in near] + [m.row for m in match]))
    lexical = {m.row: m.score for m in match}
    hits: list[Hit] = []
    if rows:
        found = store.chunks(rows)
        cosines = np.zeros(len(found), dtype=np.float32)
        if vector is not None:
            cosines = store.similarities(vector, [row for row, _ in found])
        hits = _rank(_gather(found, cosines, lexical), mode, dense_weight)[:k]
    finished = time.perf_counter()
    return Found(hits, vector, (encoded - started) * 1000, (finished - encoded) * 1000)


def _gather(
    found: Sequence[tuple[int, Chunk]], cosines: Vectors, lexical: dict[int, float]
) -> list[Hit]:
    passages: dict[str, tuple[int, Chunk, float]] = {}
    units: dict[str, list[UnitHit]] = {}
    for (row, chunk), cosine in zip(found, cosines.tolist(), strict=True):
        if chunk.parent is None:
            passages[chunk.id] = (row, chunk, cosine)
            units.setdefault(chunk.id, [])
        else:
            units.setdefault(chunk.parent, []).append(UnitHit(chunk, cosine))
    return [
        Hit(
            chunk=chunk,
            score=0.0,
            similarity=max([cosine, *(unit.similarity for unit in units[chunk.id])]),
            terms=lexical.get(row, 0.0),
            units=units[chunk.id] or [UnitHit(chunk, cosine)],
        )
        for row, chunk, cosine in passages.values()
    ]


def _rank(hits: list[Hit], mode: Mode, dense_weight: float) -> list[Hit]:
    weight = {"dense": 1.0, "terms": 0.0, "hybrid": dense_weight}[mode]
    cosines = standardise([hit.similarity for hit in hits])
    lexical = standardise([hit.terms for hit in hits])
    scores = weight * cosines + (1 - weight) * lexical
    scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
    return sorted(scored, key=lambda hit: (-hit.score, hit.chunk.id))


def standardise(values: Sequence[float]) -> Vectors:
    """Return values with mean 0 and standard deviation 1; all zeros where they are all equal."""
    array = np.asarray(values, dtype=np.float32)
    deviation = float(array.std())
    if deviation < 1e-9:
        return np.zeros_like(array)
    standard: Vectors = (array - array.mean()) / deviation
    return standard
