"""What searching yields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records import Chunk, DocumentKind


@dataclass(frozen=True, slots=True)
class Where:
    """A filter on what is searched: kinds of document, and documents by id (empty: all)."""

    kind: DocumentKind | None = None
    documents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """A chunk's row in the store, and its score there (cosine, or BM25)."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class UnitHit:
    """A unit of a passage with its cosine to the question (0 where no vector was asked for)."""

    chunk: Chunk
    similarity: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, best first by ``score`` and then by chunk id.

    ``similarity`` is the best cosine among the passage and its units, ``terms`` its
    BM25 score.
    """

    chunk: Chunk
    score: float
    similarity: float
    terms: float
    units: Sequence[UnitHit]
