"""The store on one machine, and how its three parts keep to one generation.

SQLite decides. A writer changes records in a transaction, writes the vectors and terms of the
next generation beside the old ones, and only then commits the transaction, which holds the new
generation's number. A crash before that leaves the old generation whole; what it left behind is
swept up by the next writer. A part that is missing or broken is rebuilt from the records.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from index.analysis import Term
from index.embedded import records
from index.embedded.terms import TermIndex
from index.embedded.vectors import VectorIndex
from index.encoder import Vectors
from index.records import Match, Where
from index.store import Content, FileState
from ingest.chunking import chunk
from ingest.records import Chunk, Document


class EmbeddedStore:
    """A ``Store`` in a folder. Safe to read from several threads and processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = records.connect(folder / "records.sqlite")
        self._watch = records.connect(folder / "records.sqlite")
        self._lock = threading.RLock()
        self._open()

    def _open(self) -> None:
        # A read transaction holds the records at the generation of the vectors and terms, however
        # long this store is open and whatever is written meanwhile.
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")
        facts = records.meta(self._connection)
        self.generation = int(facts.get("generation", 0))
        self._model = facts.get("model", "")
        self._chunker = facts.get("chunker", "")
        self._vectors: VectorIndex | None = None
        self._terms: TermIndex | None = None
        self._vocabulary: dict[str, int] | None = None
        self._abbreviations: dict[str, str] | None = None
        self._kinds: dict[Where, list[int]] = {}
        self._document = lru_cache(maxsize=64)(self._read_document)

    def refresh(self) -> None:
        with self._lock:
            if not self.fresh():
                self._open()

    def fresh(self) -> bool:
        with self._lock:
            return int(records.meta(self._watch).get("generation", 0)) == self.generation

    def suits(self, model: str, chunker: str) -> bool:
        return self.generation > 0 and (self._model, self._chunker) == (model, chunker)

    def files(self) -> Mapping[str, FileState]:
        with self._lock:
            return records.files(self._connection)

    def documents(self) -> list[Document]:
        with self._lock:
            return list(records.documents(self._connection))

    def document(self, document_id: str) -> Document | None:
        return self._document(document_id)

    def _read_document(self, document_id: str) -> Document | None:
        with self._lock:
            return records.document(self._connection, document_id)

    def contents(self) -> list[Content]:
        with self._lock:
            return records.contents(self._connection)

    def nearest(self, vector: Vectors, k: int, where: Where) -> list[Match]:
        with self._lock:
            return self._vector_index().nearest(vector, k, self._allowed(where))

    def matching(self, terms: Sequence[Term], k: int, where: Where) -> list[Match]:
        with self._lock:
            return self._term_index().matching(terms, k, where)

    def chunks(self, rows: Sequence[int]) -> list[tuple[int, Chunk]]:
        with self._lock:
            return records.passages_with_units(self._connection, rows)

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        with self._lock:
            return self._vector_index().similarities(vector, rows)

    def term_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        with self._lock:
            index = self._term_index()
            return {term: index.frequency(term) for term in terms}

    def vocabulary(self) -> Mapping[str, int]:
        with self._lock:
            if self._vocabulary is None:
                self._vocabulary = records.vocabulary(self._connection)
            return self._vocabulary

    def abbreviations(self) -> Mapping[str, str]:
        with self._lock:
            if self._abbreviations is None:
                self._abbreviations = records.long_forms(self._connection)
            return self._abbreviations

    def passages(self) -> int:
        with self._lock:
            return len(self._term_index())

    def unembedded(self, model: str, texts: Sequence[str]) -> list[str]:
        with self._lock:
            return records.without_vectors(self._watch, model, texts)

    def lay_by(self, model: str, texts: Sequence[str], vectors: Vectors) -> None:
        with FileLock(self._folder / "writing.lock"), self._lock, self._watch:
            self._watch.execute("BEGIN IMMEDIATE")
            records.put_vectors(self._watch, model, texts, vectors)

    @contextlib.contextmanager
    def write(self, model: str, chunker: str) -> Iterator[EmbeddedWriter]:
        with FileLock(self._folder / "writing.lock"):
            # A connection of its own: readers go on seeing the old generation meanwhile.
            connection = records.connect(self._folder / "records.sqlite")
            try:
                connection.execute("BEGIN IMMEDIATE")
                writer = EmbeddedWriter(connection, model)
                yield writer
                self._publish(connection, model, chunker)
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                connection.close()
        self.refresh()

    def _publish(self, connection: sqlite3.Connection, model: str, chunker: str) -> None:
        generation = int(records.meta(connection).get("generation", 0)) + 1
        records.drop_unused_vectors(connection, model)
        self._build_vectors(connection, model, generation)
        self._build_terms(connection, generation)
        records.set_meta(connection, generation=str(generation), model=model, chunker=chunker)
        connection.execute("COMMIT")
        # The generation before is kept for those who read it at this moment.
        self._sweep({generation, generation - 1})

    def _build_vectors(
        self, connection: sqlite3.Connection, model: str, generation: int
    ) -> VectorIndex:
        index = VectorIndex.build(*records.all_vectors(connection, model))
        partial = self._folder / f"vectors-{generation}.part"
        index.save(partial)
        partial.replace(self._vectors_path(generation))
        return index

    def _build_terms(self, connection: sqlite3.Connection, generation: int) -> TermIndex:
        path = self._terms_path(generation)
        shutil.rmtree(path, ignore_errors=True)
        passages = (
            (row, document, document_kind, text, context)
            for row, kind, document, document_kind, text, context in records.chunk_rows(connection)
            if kind == "passage"
        )
        return TermIndex.build(path, passages)

    def _vector_index(self) -> VectorIndex:
        if self._vectors is None:
            with contextlib.suppress(RuntimeError):
                self._vectors = VectorIndex.load(self._vectors_path(self.generation))
            if self._vectors is None or len(self._vectors) != self._count(""):
                self._vectors = self._build_vectors(self._connection, self._model, self.generation)
        return self._vectors

    def _term_index(self) -> TermIndex:
        if self._terms is None:
            path = self._terms_path(self.generation)
            if path.is_dir():
                with contextlib.suppress(ValueError, OSError):
                    self._terms = TermIndex(path)
            if self._terms is None or len(self._terms) != self._count("WHERE kind = 'passage'"):
                self._terms = self._build_terms(self._connection, self.generation)
        return self._terms

    def _count(self, where: str) -> int:
        count = self._connection.execute(f"SELECT count(*) FROM chunks {where}").fetchone()[0]
        return int(count)

    def _allowed(self, where: Where) -> list[int] | None:
        if where == Where():
            return None
        if where not in self._kinds:
            clauses, values = [], list[str]()
            if where.kind:
                clauses.append("document_kind = ?")
                values.append(where.kind)
            if where.documents:
                clauses.append(f"document IN ({','.join('?' * len(where.documents))})")
                values += sorted(where.documents)
            query = f"SELECT row FROM chunks WHERE {' AND '.join(clauses)}"
            self._kinds[where] = [row for (row,) in self._connection.execute(query, values)]
        return self._kinds[where]

    def _vectors_path(self, generation: int) -> Path:
        return self._folder / f"vectors-{generation}.faiss"

    def _terms_path(self, generation: int) -> Path:
        return self._folder / f"terms-{generation}"

    def _sweep(self, kept: set[int]) -> None:
        keep = {p for g in kept for p in (self._vectors_path(g), self._terms_path(g))}
        for path in [*self._folder.glob("vectors-*"), *self._folder.glob("terms-*")]:
            if path not in keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


class EmbeddedWriter:
    """A ``Writer`` within one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection, model: str) -> None:
        self._connection = connection
        self._model = model

    def put(self, file_id: str, state: FileState, documents: Sequence[Document]) -> list[Chunk]:
        chunked = [(document, chunk(document)) for document in documents]
        records.delete_documents(self._connection, file_id)
        records.put_documents(self._connection, file_id, chunked)
        records.put_file(self._connection, file_id, state)
        return [c for _, chunks in chunked for c in chunks]

    def note(self, file_id: str, state: FileState) -> None:
        records.put_file(self._connection, file_id, state)

    def remove(self, file_id: str) -> None:
        records.delete_documents(self._connection, file_id)
        self._connection.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def missing(self) -> list[str]:
        return records.missing_texts(self._connection, self._model)

    def embed(self, texts: Sequence[str], vectors: Vectors) -> None:
        records.put_vectors(self._connection, self._model, texts, vectors)
