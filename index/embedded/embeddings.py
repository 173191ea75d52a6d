"""Vectors in SQLite: one for each text and model, the only exact copy on disk.

A writer keeps the texts that still want a vector in a table of its own connection.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from index.embedded.records import chunks_by_row
from index.encoder import Vectors
from ingest.records import DocumentKind

Rows = npt.NDArray[np.int64]

_AT_ONCE = 4096


def begin(connection: sqlite3.Connection) -> None:
    """Make ready for a writer, within its transaction."""
    connection.execute("CREATE TEMP TABLE waiting (id INTEGER PRIMARY KEY)")


def text_id(connection: sqlite3.Connection, model: str, text: str) -> int:
    """Return the id of an embedded text, noting it as waiting where it has no vector yet."""
    key = _key(model, text)
    query = (
        "SELECT id, EXISTS (SELECT 1 FROM vectors v WHERE v.id = texts.id) FROM texts WHERE key = ?"
    )
    known = connection.execute(query, (key,)).fetchone()
    if known and known[1]:
        return int(known[0])
    if known:
        number = int(known[0])
    else:
        added = connection.execute("INSERT INTO texts (key) VALUES (?)", (key,))
        number = int(added.lastrowid or 0)
    connection.execute("INSERT OR IGNORE INTO waiting VALUES (?)", (number,))
    return number


def _key(model: str, text: str) -> bytes:
    return hashlib.sha256(f"{model}\0{text}".encode()).digest()[:16]


def missing(connection: sqlite3.Connection) -> list[str]:
    """Return the texts that chunks have and that wait for a vector, in the chunks' order."""
    query = (
        "SELECT min(c.row) FROM waiting w JOIN chunks c ON c.embedded = w.id "
        "GROUP BY w.id ORDER BY 1"
    )
    rows = [row for (row,) in connection.execute(query)]
    return [chunk.embedded_text for chunk in chunks_by_row(connection, rows)]


def put_vectors(
    connection: sqlite3.Connection, model: str, texts: Iterable[str], vectors: Vectors
) -> None:
    """Store the vectors of waiting texts, float32 (n, dimensions)."""
    for text, vector in zip(texts, vectors, strict=True):
        known = connection.execute("SELECT id FROM texts WHERE key = ?", (_key(model, text),))
        for (number,) in known.fetchall():
            blob = vector.astype("<f4").tobytes()
            connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (number, blob))
            connection.execute("DELETE FROM waiting WHERE id = ?", (number,))


def without_vectors(connection: sqlite3.Connection, model: str, texts: Sequence[str]) -> list[str]:
    """Return those of the texts that have no vector of this model, without repeats."""
    query = "SELECT 1 FROM texts JOIN vectors USING (id) WHERE key = ?"
    return [
        text
        for text in dict.fromkeys(texts)
        if not connection.execute(query, (_key(model, text),)).fetchone()
    ]


def lay_by(
    connection: sqlite3.Connection, model: str, texts: Sequence[str], vectors: Vectors
) -> None:
    """Store the vectors of texts that chunks are to have, in a transaction of its own."""
    connection.execute("BEGIN IMMEDIATE")
    for text, vector in zip(texts, vectors, strict=True):
        key = _key(model, text)
        connection.execute("INSERT OR IGNORE INTO texts (key) VALUES (?)", (key,))
        connection.execute(
            "INSERT OR REPLACE INTO vectors SELECT id, ? FROM texts WHERE key = ?",
            (vector.astype("<f4").tobytes(), key),
        )
    connection.execute("COMMIT")


def embed_anew(connection: sqlite3.Connection, model: str, before_row: int) -> None:
    """Let the chunks before a row, of a model before, wait for vectors of this model."""
    rows = [r for (r,) in connection.execute("SELECT row FROM chunks WHERE row < ?", (before_row,))]
    for at in range(0, len(rows), _AT_ONCE):
        part = rows[at : at + _AT_ONCE]
        texts = [chunk.embedded_text for chunk in chunks_by_row(connection, part)]
        connection.executemany(
            "UPDATE chunks SET embedded = ? WHERE row = ?",
            [
                (text_id(connection, model, text), row)
                for row, text in zip(part, texts, strict=True)
            ],
        )


def drop_unused(connection: sqlite3.Connection, generation: int | None) -> None:
    """Forget the texts that no chunk has any more, with their vectors.

    Those are looked for among what went with a generation, or, without one, among all.
    """
    gone = f"SELECT embedded FROM removed WHERE generation = {generation}"
    chosen = "SELECT id FROM texts" if generation is None else gone
    unused = (
        f"WITH gone AS ({chosen}) SELECT * FROM gone WHERE NOT EXISTS "
        "(SELECT 1 FROM chunks c WHERE c.embedded = gone.{column})"
    ).format(column="id" if generation is None else "embedded")
    connection.execute(f"DELETE FROM vectors WHERE id IN ({unused})")
    connection.execute(f"DELETE FROM texts WHERE id IN ({unused})")


def of_rows(connection: sqlite3.Connection, rows: Sequence[int]) -> Vectors:
    """Return the vectors of chunks, in the order given, float32 (n, dimensions)."""
    found: dict[int, bytes] = {}
    for at in range(0, len(rows), _AT_ONCE):
        part = rows[at : at + _AT_ONCE]
        query = (
            "SELECT c.row, v.vector FROM chunks c JOIN vectors v ON v.id = c.embedded "
            f"WHERE c.row IN ({','.join('?' * len(part))})"
        )
        found.update(connection.execute(query, [int(row) for row in part]))
    return _matrix([found[int(row)] for row in rows])


def from_row(
    connection: sqlite3.Connection, row: int
) -> Iterator[tuple[Rows, list[DocumentKind], Vectors]]:
    """Yield the chunks from a row on, by row: rows, kinds of document, vectors, in blocks."""
    query = (
        "SELECT c.row, c.document_kind, v.vector FROM chunks c "
        "JOIN vectors v ON v.id = c.embedded WHERE c.row >= ? ORDER BY c.row"
    )
    cursor = connection.execute(query, (row,))
    while block := cursor.fetchmany(_AT_ONCE):
        rows, kinds, vectors = zip(*block, strict=True)
        yield np.asarray(rows, dtype=np.int64), list(kinds), _matrix(vectors)


def all_rows(connection: sqlite3.Connection) -> Iterator[tuple[Rows, Vectors]]:
    """Yield every chunk's row and vector in blocks, in the order that they lie on the disk."""
    query = (
        "SELECT c.row, v.vector FROM chunks c INDEXED BY chunks_by_embedded "
        "JOIN vectors v ON v.id = c.embedded ORDER BY c.embedded"
    )
    cursor = connection.execute(query)
    while block := cursor.fetchmany(_AT_ONCE):
        rows, vectors = zip(*block, strict=True)
        yield np.asarray(rows, dtype=np.int64), _matrix(vectors)


def _matrix(blobs: Sequence[bytes]) -> Vectors:
    matrix = np.frombuffer(b"".join(blobs), dtype="<f4").astype(np.float32, copy=False)
    return matrix.reshape(len(blobs), -1) if blobs else np.zeros((0, 0), dtype=np.float32)
