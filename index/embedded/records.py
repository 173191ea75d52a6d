"""Records in SQLite: files, documents, chunks, cached vectors, and which generation counts."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from index.abbreviations import abbreviations
from index.analysis import words
from index.encoder import Vectors
from index.store import Content, FileState
from ingest.records import HEADINGS, Block, Chunk, Document, Marker, Reference, Span

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, signature TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT);
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_by_file ON documents (file);
CREATE TABLE IF NOT EXISTS chunks (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, kind TEXT NOT NULL,
    document_kind TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, context TEXT NOT NULL, parent TEXT, key BLOB NOT NULL,
    title TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS chunks_by_document ON chunks (document);
CREATE INDEX IF NOT EXISTS chunks_by_parent ON chunks (parent);
CREATE INDEX IF NOT EXISTS chunks_by_key ON chunks (key);
CREATE TABLE IF NOT EXISTS words (
    word TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS abbreviations (
    document TEXT NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (
    key BLOB NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (key, model)) WITHOUT ROWID;
"""
_CHUNK = "row, document, kind, start, end, text, context, parent, title"


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, making it where it is missing. Writers wait for one another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(_SCHEMA)
    # An index of an earlier version answers until it has been made anew.
    columns = {row[1] for row in connection.execute("PRAGMA table_info(chunks)")}
    if "title" not in columns:
        with contextlib.suppress(sqlite3.OperationalError):  # another process was first
            connection.execute("ALTER TABLE chunks ADD COLUMN title TEXT NOT NULL DEFAULT ''")
    return connection


def meta(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the generation, model and chunker that the index stands at."""
    return dict(connection.execute("SELECT key, value FROM meta"))


def set_meta(connection: sqlite3.Connection, **values: str) -> None:
    """Set entries of what ``meta`` returns."""
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())


def text_key(text: str) -> bytes:
    """Return the key under which a text's vector is cached."""
    return hashlib.sha256(text.encode()).digest()[:16]


def files(connection: sqlite3.Connection) -> dict[str, FileState]:
    """Return every file's state by id."""
    rows = connection.execute("SELECT id, signature, digest, reason FROM files")
    return {row[0]: FileState(*row[1:]) for row in rows}


def put_file(connection: sqlite3.Connection, file_id: str, state: FileState) -> None:
    """Insert or replace a file's state."""
    connection.execute(
        "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
        (file_id, state.signature, state.digest, state.reason),
    )


def put_documents(
    connection: sqlite3.Connection,
    file_id: str,
    documents: Sequence[tuple[Document, Sequence[Chunk]]],
) -> None:
    """Insert documents with their chunks."""
    for document, chunks in documents:
        body = json.dumps(asdict(document), ensure_ascii=False)
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            (document.id, file_id, document.kind, body),
        )
        connection.executemany(
            "INSERT INTO chunks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (c.id, c.document_id, c.kind, document.kind, c.start, c.end, c.text, c.context,
                 c.parent, text_key(c.embedded_text), c.title)
                for c in chunks
            ],
        )  # fmt: skip
        _count_words(connection, [c.text for c in chunks if c.kind == "passage"], 1)
        if document.kind == "document":
            connection.executemany(
                "INSERT INTO abbreviations VALUES (?, ?, ?)",
                [(document.id, a.short, a.long) for a in abbreviations(document.text)],
            )


def delete_documents(connection: sqlite3.Connection, file_id: str) -> None:
    """Delete what came from a file."""
    query = (
        "SELECT text FROM chunks WHERE kind = 'passage' "
        "AND document IN (SELECT id FROM documents WHERE file = ?)"
    )
    _count_words(connection, [text for (text,) in connection.execute(query, (file_id,))], -1)
    connection.execute("DELETE FROM words WHERE passages = 0")
    for table in ("chunks", "abbreviations"):
        connection.execute(
            f"DELETE FROM {table} WHERE document IN (SELECT id FROM documents WHERE file = ?)",
            (file_id,),
        )
    connection.execute("DELETE FROM documents WHERE file = ?", (file_id,))


def _count_words(connection: sqlite3.Connection, texts: Sequence[str], sign: int) -> None:
    counts = Counter(word for text in texts for word in set(words(text)) if word.isalpha())
    connection.executemany(
        "INSERT INTO words VALUES (?, ?) "
        "ON CONFLICT (word) DO UPDATE SET passages = passages + excluded.passages",
        [(word, sign * count) for word, count in counts.items()],
    )


def vocabulary(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the words of the corpus in lower case, with the number of passages they stand in."""
    return dict(connection.execute("SELECT word, passages FROM words"))


def long_forms(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the abbreviations that the corpus introduces: short form to long."""
    query = "SELECT short, long FROM abbreviations ORDER BY document DESC, rowid DESC"
    return dict(connection.execute(query))


def documents(connection: sqlite3.Connection) -> Iterator[Document]:
    """Yield all documents, the corpus's own first."""
    # Reference records sort by number, which a plain sort of «a#10» and «a#2» would not give.
    order = "ORDER BY kind, file, length(id), id"
    for (body,) in connection.execute(f"SELECT body FROM documents {order}"):
        yield _document(body)


def document(connection: sqlite3.Connection, document_id: str) -> Document | None:
    """Return one document, or None."""
    row = connection.execute("SELECT body FROM documents WHERE id = ?", (document_id,)).fetchone()
    return _document(row[0]) if row else None


def _document(body: str) -> Document:
    record: dict[str, Any] = json.loads(body)

    def span(value: list[int] | None) -> Span | None:
        return Span(*value) if value else None

    blocks = tuple(
        Block(b["kind"], Span(*b["span"]), b["level"], span(b["lead"]), span(b["label"]),
              span(b["body"]), tuple((Span(*h), Span(*v)) for h, v in b["cells"]))
        for b in record["blocks"]
    )  # fmt: skip
    record["blocks"] = blocks
    record["markers"] = tuple(Marker(*m) for m in record["markers"])
    record["references"] = tuple(Reference(**r) for r in record["references"])
    record["pages"] = tuple(record["pages"])
    return Document(**record)


def contents(connection: sqlite3.Connection) -> list[Content]:
    """Return what each file gave, by file id."""
    query = (
        "SELECT d.file, json_extract(d.body, '$.title'), json_array_length(d.body, '$.pages'), "
        "json_array_length(d.body, '$.references'), "
        "(SELECT count(*) FROM chunks c WHERE c.document = d.id) "
        "FROM documents d WHERE d.kind = 'document' ORDER BY d.file"
    )
    return [
        Content(file, title, pages or None, references, chunks)
        for file, title, pages, references, chunks in connection.execute(query)
    ]


def passages_with_units(
    connection: sqlite3.Connection, rows: Sequence[int]
) -> list[tuple[int, Chunk]]:
    """Return the passages that the rows are or belong to, each followed by its units, by row."""
    marks = ",".join("?" * len(rows))
    ids = (
        f"SELECT id FROM chunks WHERE row IN ({marks}) AND parent IS NULL "
        f"UNION SELECT parent FROM chunks WHERE row IN ({marks}) AND parent IS NOT NULL"
    )
    query = (
        f"WITH wanted AS ({ids}) SELECT {_CHUNK} FROM chunks WHERE id IN wanted "
        f"UNION SELECT {_CHUNK} FROM chunks WHERE parent IN wanted ORDER BY row"
    )
    return [(row[0], Chunk(*row[1:])) for row in connection.execute(query, [*rows, *rows])]


def chunk_rows(connection: sqlite3.Connection) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Yield (row, kind, document, document's kind, text, what it is about) of every chunk, by row.

    A chunk is about its title and its context.
    """
    columns = "row, kind, document, document_kind, text, title, context"
    for *facts, title, context in connection.execute(f"SELECT {columns} FROM chunks ORDER BY row"):
        row, kind, document_id, document_kind, text = facts
        yield (
            row,
            kind,
            document_id,
            document_kind,
            text,
            HEADINGS.join(filter(None, [title, context])),
        )


def missing_texts(connection: sqlite3.Connection, model: str) -> list[str]:
    """Return the embedded texts that have no vector of this model, without repeats."""
    query = (
        "SELECT c.document, c.kind, c.start, c.end, c.text, c.context, c.parent FROM chunks c "
        "LEFT JOIN vectors v ON v.key = c.key AND v.model = ? WHERE v.key IS NULL ORDER BY c.row"
    )
    texts = (Chunk(*row).embedded_text for row in connection.execute(query, (model,)))
    return list(dict.fromkeys(texts))


def without_vectors(connection: sqlite3.Connection, model: str, texts: Sequence[str]) -> list[str]:
    """Return those of the texts that have no vector of this model, without repeats."""
    query = "SELECT 1 FROM vectors WHERE key = ? AND model = ?"
    return [
        text
        for text in dict.fromkeys(texts)
        if not connection.execute(query, (text_key(text), model)).fetchone()
    ]


def put_vectors(
    connection: sqlite3.Connection, model: str, texts: Iterable[str], vectors: Vectors
) -> None:
    """Cache the vectors of texts, float32 (n, dimensions)."""
    rows = (
        (text_key(text), model, vector.astype("<f4").tobytes())
        for text, vector in zip(texts, vectors, strict=True)
    )
    connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


def all_vectors(connection: sqlite3.Connection, model: str) -> tuple[list[int], Vectors]:
    """Return every chunk's row and vector, float32 (n, dimensions), by row."""
    query = (
        "SELECT c.row, v.vector FROM chunks c JOIN vectors v ON v.key = c.key AND v.model = ? "
        "ORDER BY c.row"
    )
    rows: list[int] = []
    buffer = bytearray()
    for row, vector in connection.execute(query, (model,)):
        rows.append(row)
        buffer += vector
    matrix = np.frombuffer(bytes(buffer), dtype="<f4").astype(np.float32)
    return rows, matrix.reshape(len(rows), -1) if rows else np.zeros((0, 0), dtype=np.float32)


def drop_unused_vectors(connection: sqlite3.Connection, model: str) -> None:
    """Forget cached vectors of other models and of texts that no chunk holds any more."""
    connection.execute(
        "DELETE FROM vectors WHERE model != ? OR key NOT IN (SELECT key FROM chunks)", (model,)
    )
