"""Documents and stores made without a corpus."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from index.analysis import question_terms
from index.embedded.database import NAME
from index.embedded.store import EmbeddedStore
from index.records import Where
from index.store import FileState
from index.sync import open_store
from ingest.readers.text import read_text
from ingest.records import Document
from ingest.support import reference_records
from settings import Settings

CHUNKER = "1"


class Filling:
    """Puts texts in a store and removes them, with the vectors of an encoder."""

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder

    def documents(self, name: str, text: str) -> list[Document]:
        """Return a file's document and the records of its references."""
        document = read_text(text.encode(), document_id=name)
        return [document, *reference_records(document)]

    def change(
        self, store: EmbeddedStore, put: dict[str, str], remove: Iterable[str] = ()
    ) -> list[str]:
        """Make one generation of files put and removed; return the texts that were embedded."""
        with store.write(self.encoder.fingerprint, CHUNKER) as writer:
            for name, text in put.items():
                writer.put(name, FileState(name, text), self.documents(name, text))
            for name in remove:
                writer.remove(name)
            texts = writer.missing()
            if texts:
                writer.embed(texts, self.encoder.documents(texts))
        return texts

    def content(self, store: EmbeddedStore, question: str = "hästen och båten") -> dict[str, Any]:
        """Return all that a store tells, without the rows, to compare it with another."""
        vector = self.encoder.question(question)
        told: dict[str, Any] = {
            "files": dict(store.files()), "documents": store.documents(),
            "references": store.documents("reference"), "passages": store.passages(),
            "words": dict(store.vocabulary()),  # type: ignore[call-overload]
            "abbreviations": store.abbreviations().about(["ivo", "lou"], ["inspektion", "lag"]),
            "frequency": store.term_frequency(["häst", "båt", "segel", "ivo"]),
        }  # fmt: skip
        wheres = [Where(), Where("document"), Where("reference"), Where(documents=frozenset({"a"}))]
        for where in wheres:
            near = store.nearest(vector, 1000, where)
            terms = question_terms(["hästen", "båten", "segel"])
            match = store.matching(terms, 1000, where)
            rows = sorted(m.row for m in near)
            chunks = {row: chunk.id for row, chunk in store.chunks(rows) if row in set(rows)}
            same = store.similarities(vector, rows).tolist()
            told[f"nearest {where}"] = {chunks[m.row]: m.score for m in near}
            told[f"similar {where}"] = dict(zip(chunks.values(), same, strict=True))
            told[f"matching {where}"] = {chunks[m.row]: m.score for m in match}
        return told


def assert_same(told: dict[str, Any], other: dict[str, Any], *, scored: bool = True) -> None:
    """Assert that two stores tell the same.

    Where the terms keep what was removed, the scores they give may differ, not what they find.
    """
    for name, value in told.items():
        if not scored and name == "frequency":
            continue
        if not scored and name.startswith("matching"):
            assert set(value) == set(other[name]), name
        elif name.startswith(("nearest", "similar", "matching")):
            assert value == pytest.approx(other[name], abs=1e-5), name
        else:
            assert value == other[name], name


@pytest.fixture
def filling(encoder: Any) -> Filling:
    return Filling(encoder)


@pytest.fixture
def make_filling() -> type[Filling]:
    return Filling


@pytest.fixture(name="assert_same")
def _assert_same() -> Callable[..., None]:
    return assert_same


@pytest.fixture
def records() -> Callable[[Path, str], list[tuple[Any, ...]]]:
    """Return what asks the database of an index folder, for what no store tells."""

    def ask(folder: Path, query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(folder / NAME)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    return ask


@pytest.fixture
def content(encoder: Any) -> Callable[[Settings], list[Any]]:
    """Return what gives all that a store holds, to compare two of them.

    File signatures are left out: they hold times.
    """

    def held(settings: Settings) -> list[Any]:
        store = open_store(settings)
        near = store.nearest(encoder.question("hästen springer"), 1000, Where())
        match = store.matching(question_terms(["hästen", "båten", "segel"]), 1000, Where())
        chunks = {row: chunk.id for row, chunk in store.chunks([m.row for m in near])}
        return [
            store.documents(),
            sorted((i, state.digest, state.reason) for i, state in store.files().items()),
            sorted((chunks[m.row], round(m.score, 5)) for m in near),
            sorted((chunks[m.row], round(m.score, 4)) for m in match),
            dict(store.vocabulary()),
            store.contents(),
        ]

    return held
