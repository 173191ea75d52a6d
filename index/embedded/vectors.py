"""What is searched by meaning: an index over most rows, and exactly the latest, in memory.

While there are few vectors they are all searched exactly. Past that most are in a file that is
mapped into memory (``base``), and those added since it was made in memory as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.embedded.base import Base, Chosen
from index.embedded.embeddings import Rows
from index.encoder import Vectors
from index.records import Match
from ingest.records import DocumentKind

# The exact vectors of rows, in the order given.
Exact = Callable[[Sequence[int]], Vectors]

_KINDS = {"document": 1, "reference": 2}


@dataclass(frozen=True, slots=True)
class Mask:
    """Which vectors are searched, in the base and among the latest."""

    base: Chosen | None
    latest: Chosen


class VectorIndex:
    """Vectors of chunk rows. Not safe to share between threads without a lock."""

    def __init__(self, base: Base | None) -> None:
        """Start with a base, whose rows are all taken for documents' until told otherwise."""
        self._base = base
        self._flat: Any = None
        self._rows: Rows = np.zeros(0, dtype=np.int64)
        # By row: what kind its document is, and 0 where there is no row any more.
        self._kinds = np.zeros(0, dtype=np.uint8)
        self._gone = False
        if base and len(base):
            self._reach(int(base.rows.max()))
            self._kinds[base.rows] = _KINDS["document"]

    @property
    def latest(self) -> int:
        """How many vectors are searched exactly, those that have gone included."""
        return len(self._rows)

    def add(self, rows: Rows, kinds: Sequence[DocumentKind], vectors: Vectors) -> None:
        """Add rows, higher than any before, with unit vectors, float32 (n, dimensions)."""
        import faiss

        if self._flat is None:
            self._flat = faiss.IndexFlatIP(vectors.shape[1])
        self._flat.add(np.ascontiguousarray(vectors))
        self._rows = np.concatenate([self._rows, rows])
        self._reach(int(rows[-1]))
        self._kinds[rows] = [_KINDS[kind] for kind in kinds]

    def mark(self, kinds: Iterable[tuple[int, DocumentKind]]) -> None:
        """Tell what kind the documents of rows in the base are."""
        for row, kind in kinds:
            if row < len(self._kinds):
                self._kinds[row] = _KINDS[kind]

    def remove(self, rows: Sequence[int]) -> None:
        """Leave rows out from now on."""
        held = [row for row in rows if row < len(self._kinds)]
        self._gone = self._gone or bool(held)
        self._kinds[held] = 0

    def mask(self, kind: DocumentKind | None, rows: Sequence[int] | None) -> Mask | None:
        """Return what to search for a kind and among some rows; None where that is everything."""
        chosen = self._kinds == _KINDS[kind] if kind else self._kinds > 0
        if rows is not None:
            among = np.zeros_like(chosen)
            among[[row for row in rows if row < len(among)]] = True
            chosen &= among
        if not self._gone and np.array_equal(chosen, self._kinds > 0):
            return None
        base = Chosen.of(chosen[self._base.rows]) if self._base else None
        return Mask(base, Chosen.of(chosen[self._rows]))

    def nearest(self, vector: Vectors, k: int, mask: Mask | None, exact: Exact) -> list[Match]:
        """Return the k rows of highest inner product, among those of the mask."""
        matches = self._nearest_latest(vector, k, mask)
        if self._base is not None:
            rows = self._base.nearest(vector, k, mask.base if mask else None)
            if rows:
                scores = (exact(rows) @ vector).tolist()
                matches += [Match(row, score) for row, score in zip(rows, scores, strict=True)]
        return sorted(matches, key=lambda m: (-m.score, m.row))[:k]

    def similarities(self, vector: Vectors, rows: Sequence[int], exact: Exact) -> Vectors:
        """Return the inner product of each row's vector with the given one, float32 (n,)."""
        wanted = np.asarray(rows, dtype=np.int64)
        places = np.searchsorted(self._rows, wanted)
        held = np.zeros(len(wanted), dtype=bool)
        inside = places < len(self._rows)
        held[inside] = self._rows[places[inside]] == wanted[inside]
        products = np.zeros(len(wanted), dtype=np.float32)
        if held.any():
            products[held] = self._flat.reconstruct_batch(places[held]) @ vector
        if not held.all():
            products[~held] = exact(wanted[~held].tolist()) @ vector
        return products

    def _nearest_latest(self, vector: Vectors, k: int, mask: Mask | None) -> list[Match]:
        import faiss

        k = min(k, len(self._rows))
        if k <= 0:
            return []
        parameters = None
        if mask is not None:
            # Kept in a name: the parameters hold only a pointer to it.
            selector = faiss.IDSelectorBitmap(mask.latest.bits)  # type: ignore[call-arg, arg-type]
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, places = self._flat.search(vector.reshape(1, -1), k, params=parameters)
        pairs = zip(places[0].tolist(), scores[0].tolist(), strict=True)
        return [Match(int(self._rows[place]), score) for place, score in pairs if place >= 0]

    def _reach(self, row: int) -> None:
        if row >= len(self._kinds):
            # Half as much again, so that rows added one by one do not copy it each time.
            grown = np.zeros(row + 1 + len(self._kinds) // 2, dtype=np.uint8)
            grown[: len(self._kinds)] = self._kinds
            self._kinds = grown
