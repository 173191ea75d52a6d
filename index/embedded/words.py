"""The corpus's words and abbreviations in SQLite: looked up, never all read for a question."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from index.abbreviations import abbreviations
from index.analysis import content_words, stem, undoubled, words
from ingest.records import Document


def count_words(counts: Counter[str], texts: Iterable[str], sign: int) -> None:
    """Add to the counts how many of the passages each word stands in, or take it away."""
    change = counts.update if sign > 0 else counts.subtract
    for text in texts:
        change(filter(str.isalpha, set(words(text))))


def put_counts(connection: sqlite3.Connection, counts: Mapping[str, int]) -> None:
    """Add counts to those stored; words that no passage holds any more are forgotten."""
    connection.executemany(
        "INSERT INTO words (word, passages, stem, single) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (word) DO UPDATE SET passages = passages + excluded.passages",
        [(word, n, stem(word), undoubled(word)) for word, n in sorted(counts.items()) if n],
    )
    connection.executemany(
        "DELETE FROM words WHERE word = ? AND passages <= 0",
        [(word,) for word, n in counts.items() if n < 0],
    )


def put_abbreviations(connection: sqlite3.Connection, document: Document) -> None:
    """Store the abbreviations that a document introduces."""
    if document.kind != "document":
        return
    rows = []
    for found in abbreviations(document.text):
        first = next(iter(content_words(found.long)), "")
        rows.append(
            (
                document.id,
                found.short,
                found.long,
                found.short.lower(),
                stem(first) if first else "",
            )
        )
    connection.executemany("INSERT INTO abbreviations VALUES (?, ?, ?, ?, ?)", rows)


class StoredWords(Mapping[str, int]):
    """A ``Vocabulary`` over the generation that a connection sees.

    The words themselves are read once, when a word is first looked for by likeness; later only
    what has come since.
    """

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock
        self._likely: list[str] = []
        self._last = 0

    def __getitem__(self, word: str) -> int:
        found = self._rows("SELECT passages FROM words WHERE word = ?", word)
        if not found:
            raise KeyError(word)
        return int(found[0][0])

    def __iter__(self) -> Iterator[str]:
        return iter([word for (word,) in self._rows("SELECT word FROM words ORDER BY word")])

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM words")[0][0])

    def doubled(self, word: str) -> dict[str, int]:
        return dict(
            self._rows("SELECT word, passages FROM words WHERE single = ?", undoubled(word))
        )

    def forms(self, root: str) -> list[str]:
        return [word for (word,) in self._rows("SELECT word FROM words WHERE stem = ?", root)]

    def near(self, word: str, furthest: int) -> dict[str, int]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        fresh = self._rows("SELECT id, word FROM words WHERE id > ? ORDER BY id", self._last)
        if fresh:
            self._likely += [text for _, text in fresh]
            self._last = fresh[-1][0]
        found = process.extract(
            word, self._likely, scorer=OSA.distance, score_cutoff=furthest, limit=None
        )
        # Those that have gone since they were read are not among the words any more.
        return {text: distance for text, distance, _ in found if text in self}

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


class StoredAbbreviations:
    """A ``LongForms`` over the generation that a connection sees."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock

    def about(self, shorts: Collection[str], stems: Collection[str]) -> dict[str, str]:
        # Of several long forms the one of the first document counts.
        query = (
            "SELECT short, (SELECT long FROM abbreviations b WHERE b.short = a.short "
            "ORDER BY document, rowid LIMIT 1) FROM abbreviations a WHERE lower IN ({}) "
            "OR stem IN ({}) GROUP BY short ORDER BY max(document) DESC, max(rowid) DESC"
        ).format(",".join("?" * len(shorts)), ",".join("?" * len(stems)))
        with self._lock:
            return dict(self._connection.execute(query, [*shorts, *stems]))
