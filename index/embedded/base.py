"""Vectors in FAISS past the number that is searched exactly: a graph, one byte to a number.

The graph links each vector to near ones on several levels (Malkov & Yashunin 2018, «Efficient and
Robust Approximate Nearest Neighbor Search Using Hierarchical Navigable Small World Graphs»); the
numbers of a vector are kept in eight bits each. Whoever asks ranks the candidates again by their
exact vectors. How widely a search goes through the graph is measured: so that ten candidates of
ten are found in 985 of 1,000 for vectors as far from those in the graph as questions are.

On two cores a graph answers in a tenth of the time of an inverted file of the same recall, and
takes five times as long to make.
"""

from __future__ import annotations

import math
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embedded import embeddings, journal
from index.embedded.embeddings import Rows
from index.encoder import Vectors, unit

_LINKS, _MAKING_WIDTH = 32, 80
_RECALL, _OF, _QUERIES = 0.985, 10, 200
_WIDTHS = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536)
# A question of the bundled model has a cosine of some 0.88 to the passage nearest to it.
_QUESTION_COSINE = 0.88
_SAMPLE = 50_000
# Candidates beyond those asked for, since eight bits order the nearest ones only nearly right.
_MORE = 40
# Among fewer than this share it is quicker to look at each of them.
_FEW = 0.1


def _faiss() -> Any:
    """Load FAISS where it is needed; its own types leave out much of it."""
    import faiss

    return faiss


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of a base's vectors are searched: a bit each, by place, and how many they are."""

    bits: npt.NDArray[np.uint8]
    count: int

    @classmethod
    def of(cls, chosen: npt.NDArray[np.bool_]) -> Chosen:
        """Return those for which a place is true."""
        return cls(np.packbits(chosen, bitorder="little"), int(np.count_nonzero(chosen)))


class Base:
    """A file of vectors, mapped into memory. ``rows`` are their rows, by place."""

    def __init__(self, path: Path) -> None:
        """Open a file. Raises RuntimeError where it is missing or broken."""
        faiss = _faiss()
        self._file = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._graph = faiss.downcast_index(self._file.index)
        self._codes = faiss.downcast_index(self._graph.storage)
        self.rows: Rows = faiss.vector_to_array(self._file.id_map)

    def __len__(self) -> int:
        return len(self.rows)

    def nearest(self, vector: Vectors, k: int, chosen: Chosen | None) -> list[int]:
        """Return candidates for the k rows of highest inner product, in no order."""
        faiss = _faiss()
        held = len(self) if chosen is None else chosen.count
        count = min(2 * k + _MORE, held)
        if count == 0:
            return []
        # Kept in a name: the parameters hold only a pointer to it.
        selector = None if chosen is None else faiss.IDSelectorBitmap(chosen.bits)
        if held >= _FEW * len(self):
            width = max(count, self._graph.hnsw.efSearch) * len(self) / held
            found = self._search(
                self._graph, vector, count,
                faiss.SearchParametersHNSW(sel=selector, efSearch=math.ceil(width)),
            )  # fmt: skip
            # The chosen may all lie far from where the search went.
            if len(found) == count:
                return found
        parameters = faiss.SearchParameters(sel=selector)
        return self._search(self._codes, vector, count, parameters)

    def _search(self, index: Any, vector: Vectors, count: int, parameters: Any) -> list[int]:
        _, places = index.search(vector.reshape(1, -1), count, params=parameters)
        rows: list[int] = self.rows[places[0][places[0] >= 0]].tolist()
        return rows


def train(connection: sqlite3.Connection, path: Path) -> int:
    """Write a file of the vectors of all chunks; return how many it holds.

    In memory are the file in the making and a sample to set the eight bits' range by.
    """
    faiss = _faiss()
    sample = _sample(connection, _SAMPLE)
    graph = faiss.IndexHNSWSQ(
        sample.shape[1], faiss.ScalarQuantizer.QT_8bit, _LINKS, faiss.METRIC_INNER_PRODUCT
    )
    graph.hnsw.efConstruction = _MAKING_WIDTH
    graph.train(sample)
    del sample
    index = faiss.IndexIDMap(graph)
    for rows, vectors in embeddings.all_rows(connection):
        index.add_with_ids(vectors, rows)
    _measure(connection, graph, index)
    faiss.write_index(index, str(path))
    return int(index.ntotal)


def extend(
    connection: sqlite3.Connection, before: Path, path: Path, row: int, *,
    measured: bool, drift: float,
) -> int:  # fmt: skip
    """Write a file that is another with the rows from one on added; return how many it holds.

    The width of searching is ``measured`` anew, or kept. 0, and no file, where more than the
    share ``drift`` of the new vectors' numbers are out of the range that the eight bits span.
    Raises RuntimeError where the other file is broken.
    """
    faiss = _faiss()
    index = faiss.read_index(str(before))
    graph = faiss.downcast_index(index.index)
    codes = faiss.downcast_index(graph.storage)
    least, span = faiss.vector_to_array(codes.sq.trained).reshape(2, -1)
    outside = numbers = 0
    for rows, _, vectors in embeddings.from_row(connection, row):
        outside += int(np.count_nonzero((vectors < least) | (vectors > least + span)))
        numbers += vectors.size
        index.add_with_ids(vectors, rows)
    if outside > drift * numbers:
        return 0
    if measured:
        _measure(connection, graph, index)
    faiss.write_index(index, str(path))
    return int(index.ntotal)


def _sample(connection: sqlite3.Connection, count: int) -> Vectors:
    query = "SELECT row FROM chunks INDEXED BY chunks_by_embedded"
    rows = [row for (row,) in connection.execute(query)]
    return embeddings.of_rows(connection, random.Random(0).sample(rows, min(count, len(rows))))


def _measure(connection: sqlite3.Connection, graph: Any, index: Any) -> None:
    """Set how widely the graph is searched, to the least that finds what it must."""
    faiss = _faiss()
    queries = _sample(connection, _QUERIES)
    away = unit(np.random.default_rng(0).standard_normal(queries.shape))
    off = math.sqrt(1 / _QUESTION_COSINE**2 - 1)
    queries = unit(queries + off * away)
    best = np.full((len(queries), _OF), -np.inf, dtype=np.float32)
    for _, vectors in embeddings.all_rows(connection):
        scores = np.hstack([best, queries @ vectors.T])
        best = -np.partition(-scores, _OF - 1, axis=1)[:, :_OF]
    least = best.min(axis=1) - 1e-6
    gone = {-1, *journal.removed_up_to(connection, int(faiss.vector_to_array(index.id_map).max()))}
    for width in _WIDTHS:
        graph.hnsw.efSearch = width
        _, found = index.search(queries, 2 * _OF + _MORE)
        reached = 0
        for query, rows, bound in zip(queries, found.tolist(), least, strict=True):
            exact = embeddings.of_rows(connection, [row for row in rows if row not in gone])
            reached += min(_OF, int(np.count_nonzero(exact @ query >= bound)))
        if reached >= _RECALL * _OF * len(queries):
            return
