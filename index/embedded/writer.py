"""A writer's changes, and how they become the next generation."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from index.embedded import embeddings, journal, records, terms, words
from index.embedded.database import Facts, commit, write_facts
from index.embedded.folder import Folder, Limits
from index.encoder import Vectors
from index.store import FileState
from ingest.chunking import chunk
from ingest.records import Chunk, Document


class EmbeddedWriter:
    """A ``Writer`` within one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection, facts: Facts, model: str) -> None:
        self._connection = connection
        self._facts = facts
        self._model = model
        self._anew = facts.generation > 0 and facts.model != model
        self._generation = facts.generation + 1
        self._row = facts.next_row
        self._counts: Counter[str] = Counter()
        embeddings.begin(connection)

    def put(self, file_id: str, state: FileState, documents: Sequence[Document]) -> list[Chunk]:
        self._forget(file_id)
        stored = []
        for document in documents:
            chunks = chunk(document)
            records.put_document(self._connection, file_id, document)
            self._put_chunks(document, chunks)
            words.put_abbreviations(self._connection, document)
            stored += chunks
        records.put_file(self._connection, file_id, state)
        return stored

    def note(self, file_id: str, state: FileState) -> None:
        records.put_file(self._connection, file_id, state)

    def remove(self, file_id: str) -> None:
        self._forget(file_id)
        records.delete_file(self._connection, file_id)

    def missing(self) -> list[str]:
        if self._anew:
            embeddings.embed_anew(self._connection, self._model, self._facts.next_row)
            self._anew = False
        return embeddings.missing(self._connection)

    def embed(self, texts: Sequence[str], vectors: Vectors) -> None:
        embeddings.put_vectors(self._connection, self._model, texts, vectors)

    def publish(self, folder: Folder, limits: Limits, chunker: str) -> tuple[Facts, Any]:
        """Make the changes the next generation, and return its facts.

        Beside them is returned what still merges the terms, None where they did not change.
        Raises ValueError where texts still wait for vectors.
        """
        if waiting := self.missing():
            raise ValueError(f"every text must be embedded before the end; {len(waiting)} are not")
        connection = self._connection
        words.put_counts(connection, self._counts)
        facts = self._counted(chunker)
        facts, merging = write_terms(connection, folder, limits, self._facts, facts)
        if facts.model != self._facts.model:
            facts = replace(facts, base=0, base_row=0, base_size=0, base_removed=0, measured=0)
            facts = self._forget_journal(facts)
        elif not facts.base and journal.length(connection) > limits.exact:
            facts = self._forget_journal(facts)
        write_facts(connection, facts)
        commit(connection)
        return facts, merging

    def _forget(self, file_id: str) -> None:
        words.count_words(self._counts, records.passage_texts(self._connection, file_id), sign=-1)
        records.delete_documents(self._connection, file_id, self._generation)

    def _put_chunks(self, document: Document, chunks: Sequence[Chunk]) -> None:
        rows = []
        passage = self._row
        for row, part in enumerate(chunks, start=self._row):
            passage = row if part.kind == "passage" else passage
            text = embeddings.text_id(self._connection, self._model, part.embedded_text)
            rows.append((row, passage, part, text))
        self._row += len(chunks)
        records.put_chunks(self._connection, document, rows)
        own = [part.text for part in chunks if part.kind == "passage"]
        words.count_words(self._counts, own, sign=1)

    def _counted(self, chunker: str) -> Facts:
        """Return the new facts but for the parts; clear up what the changes left unused."""
        before, connection = self._facts, self._connection
        # At the first generation nothing is left over, but much may be laid by.
        another = before.generation > 0 and before.model != self._model
        embeddings.drop_unused(connection, None if another else self._generation)
        # What this same writer put nobody has seen.
        journal.forget_rows(connection, before.next_row, self._generation)
        added, passages_added = records.count(connection, before.next_row)
        removed, passages_removed, of_base = journal.count(
            connection, self._generation, before.base_row
        )
        return replace(
            before,
            generation=self._generation,
            model=self._model,
            chunker=chunker,
            next_row=self._row,
            chunks=before.chunks + added - removed,
            passages=before.passages + passages_added - passages_removed,
            terms_removed=before.terms_removed + passages_removed,
            base_removed=before.base_removed + of_base,
        )

    def _forget_journal(self, facts: Facts) -> Facts:
        journal.forget(self._connection, facts.generation)
        return replace(facts, followed_from=facts.generation)


def write_terms(
    connection: sqlite3.Connection, folder: Folder, limits: Limits, before: Facts, facts: Facts
) -> tuple[Facts, Any]:
    """Write the folder of terms that a generation wants, if it wants another than the last had.

    Return the facts with it, and what still merges it, or None.
    """
    removed = journal.removed_passages(connection, before.generation)
    added = records.count(connection, before.next_row)[1]
    if before.terms and not removed and not added:
        return facts, None
    path = folder.terms(facts.generation)
    many = facts.terms_removed and (
        facts.passages <= limits.rewritten or len(removed) > before.passages / 2
    )
    if before.terms and not many:
        with contextlib.suppress(OSError, ValueError):
            passages = records.passages(connection, before.next_row)
            merging = terms.follow(folder.terms(before.terms), path, removed, passages)
            if len(terms.TermIndex(path)) == facts.passages:
                return replace(facts, terms=facts.generation), merging
            merging.wait_merging_threads()
    merging = terms.build(path, records.passages(connection, 0))
    return replace(facts, terms=facts.generation, terms_removed=0), merging
