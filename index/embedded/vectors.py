"""Vectors in FAISS: one file a generation, exact inner product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Vectors
from index.records import Match


class VectorIndex:
    """An index over chunk rows; ids in FAISS are the rows of the records."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, rows: Sequence[int], vectors: Vectors) -> VectorIndex:
        """Build from rows and unit vectors, float32 (n, dimensions)."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1] or 1))
        if rows:
            index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(rows, dtype=np.int64))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        """Load from a file. Raises RuntimeError where it is missing or broken."""
        import faiss

        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Write to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, vector: Vectors, k: int, allowed: Sequence[int] | None) -> list[Match]:
        """Return the k rows of highest inner product, among the allowed ones if any are given."""
        import faiss

        k = min(k, len(self))
        if k <= 0 or (allowed is not None and not len(allowed)):
            return []
        parameters = None
        if allowed is not None:
            # Kept in a name: the parameters hold only a pointer to it.
            selector = faiss.IDSelectorBatch(np.asarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        pairs = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return [Match(row, score) for row, score in pairs if row >= 0]

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        """Return the inner product of each row's vector with the given one, float32 (n,)."""
        matrix = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        product: Vectors = matrix @ vector
        return product
