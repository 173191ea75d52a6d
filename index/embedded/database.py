"""The SQLite database of the records: its tables, and the facts that say which parts count."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# The number changes with the tables; an index of an earlier form is swept away by the first writer.
NAME = "records-4.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, signature TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT);
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, file TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_by_file ON documents (file);
CREATE INDEX IF NOT EXISTS documents_by_kind ON documents (kind);

-- A passage's own row stands as its passage. Rows are never used again: they are the ids in FAISS
-- and Tantivy.
CREATE TABLE IF NOT EXISTS chunks (
    row INTEGER PRIMARY KEY, passage INTEGER NOT NULL, document TEXT NOT NULL,
    document_kind TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    text TEXT NOT NULL, context TEXT NOT NULL, embedded INTEGER NOT NULL, title TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS chunks_by_passage ON chunks (passage);
CREATE INDEX IF NOT EXISTS chunks_by_document ON chunks (document);
CREATE INDEX IF NOT EXISTS chunks_by_embedded ON chunks (embedded);
CREATE INDEX IF NOT EXISTS chunks_by_kind ON chunks (document_kind)
    WHERE document_kind != 'document';
-- Which rows went with which generation, so that the parts and open readers can follow.
CREATE TABLE IF NOT EXISTS removed (
    row INTEGER PRIMARY KEY, passage INTEGER NOT NULL, embedded INTEGER NOT NULL,
    generation INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS removed_by_generation ON removed (generation);

-- Texts that are embedded, once each, by a hash of model and text; apart from them the vectors,
-- so that looking for a text does not pass them by.
CREATE TABLE IF NOT EXISTS texts (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);

CREATE TABLE IF NOT EXISTS words (
    id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL UNIQUE, passages INTEGER NOT NULL,
    stem TEXT NOT NULL, single TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS words_by_stem ON words (stem);
CREATE INDEX IF NOT EXISTS words_by_single ON words (single);
CREATE TABLE IF NOT EXISTS abbreviations (
    document TEXT NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL,
    lower TEXT NOT NULL, stem TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS abbreviations_by_document ON abbreviations (document);
CREATE INDEX IF NOT EXISTS abbreviations_by_short ON abbreviations (short);
CREATE INDEX IF NOT EXISTS abbreviations_by_lower ON abbreviations (lower);
CREATE INDEX IF NOT EXISTS abbreviations_by_stem ON abbreviations (stem);
"""
_READING_KIB = 16_384
_WRITING_KIB = 65_536


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the index stands: what the transaction that wrote a generation decided.

    ``terms`` and ``base`` name the generations of the folder of terms and of the file of vectors
    that belong to this one (0: none). ``terms_removed`` of the folder's passages, and
    ``base_removed`` of the file's ``base_size`` rows up to ``base_row``, have been removed since.
    ``measured`` is how many it held when it was measured how to search it. ``followed_from`` is
    the generation since which ``removed`` tells all.
    """

    generation: int = 0
    model: str = ""
    chunker: str = ""
    next_row: int = 1
    chunks: int = 0
    passages: int = 0
    terms: int = 0
    terms_removed: int = 0
    base: int = 0
    base_row: int = 0
    base_size: int = 0
    base_removed: int = 0
    measured: int = 0
    followed_from: int = 0


def connect(folder: Path, *, writing: bool = False) -> sqlite3.Connection:
    """Open the database in a folder, making it where it is missing. Writers wait for one another.

    Raises OSError where the folder cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        folder / NAME, timeout=60, isolation_level=None, check_same_thread=False
    )
    # Five vectors of 384 dimensions to a page, with little left over.
    connection.execute("PRAGMA page_size=8192")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA cache_size=-{_WRITING_KIB if writing else _READING_KIB}")
    # What has been published stays published, even where the power goes.
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(_SCHEMA)
    return connection


def read_facts(connection: sqlite3.Connection) -> Facts:
    """Return where the index stands, as the connection sees it."""
    held = dict(connection.execute("SELECT key, value FROM meta"))
    known: dict[str, Any] = asdict(Facts())
    return Facts(**{name: type(known[name])(text) for name, text in held.items() if name in known})


def write_facts(connection: sqlite3.Connection, facts: Facts) -> None:
    """Store where the index stands, within the transaction that is open."""
    values = [(name, str(value)) for name, value in asdict(facts).items()]
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values)


def commit(connection: sqlite3.Connection) -> None:
    """End the transaction: what it holds is now the generation that counts."""
    connection.execute("COMMIT")
