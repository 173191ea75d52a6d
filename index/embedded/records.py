"""Files, documents and chunks in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any, NamedTuple

from index.store import Content, FileState
from ingest.records import (
    HEADINGS,
    Block,
    Chunk,
    ChunkKind,
    Document,
    DocumentKind,
    Marker,
    Reference,
    Span,
)

_OF_FILE = "document IN (SELECT id FROM documents WHERE file = ?)"
_CHUNK = "c.document, c.start, c.end, c.text, c.context, c.title"


class Passage(NamedTuple):
    """What the terms of a passage are made from."""

    row: int
    document: str
    document_kind: DocumentKind
    text: str
    title: str
    context: str

    @property
    def about(self) -> str:
        """What the text stands under, outermost first: title, then context."""
        return HEADINGS.join(part for part in (self.title, self.context) if part)


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


def delete_file(connection: sqlite3.Connection, file_id: str) -> None:
    """Delete a file's state."""
    connection.execute("DELETE FROM files WHERE id = ?", (file_id,))


def put_document(connection: sqlite3.Connection, file_id: str, document: Document) -> None:
    """Insert a document, without its chunks."""
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?)",
        (document.id, file_id, document.kind, _body(document)),
    )


def put_chunks(
    connection: sqlite3.Connection,
    document: Document,
    chunks: Iterable[tuple[int, int, Chunk, int]],
) -> None:
    """Insert a document's chunks: (row, its passage's row, chunk, its embedded text's id)."""
    connection.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row,
                passage,
                document.id,
                document.kind,
                c.start,
                c.end,
                c.text,
                c.context,
                text,
                c.title,
            )
            for row, passage, c, text in chunks
        ],
    )


def delete_documents(connection: sqlite3.Connection, file_id: str, generation: int) -> None:
    """Delete what came from a file, and note that its rows went with a generation."""
    connection.execute(
        f"INSERT INTO removed SELECT row, row = passage, embedded, ? FROM chunks WHERE {_OF_FILE}",
        (generation, file_id),
    )
    for table in ("chunks", "abbreviations"):
        connection.execute(f"DELETE FROM {table} WHERE {_OF_FILE}", (file_id,))
    connection.execute("DELETE FROM documents WHERE file = ?", (file_id,))


def passage_texts(connection: sqlite3.Connection, file_id: str) -> Iterator[str]:
    """Yield the texts of the passages that came from a file."""
    query = f"SELECT text FROM chunks WHERE row = passage AND {_OF_FILE}"
    for (text,) in connection.execute(query, (file_id,)):
        yield text


def documents(connection: sqlite3.Connection, kind: DocumentKind | None) -> Iterator[Document]:
    """Yield all documents, or those of one kind; the corpus's own first."""
    # Reference records sort by number, which a plain sort of «a#10» and «a#2» would not give.
    query = (
        f"SELECT body FROM documents WHERE {'kind = ?' if kind else 'true'} "
        "ORDER BY kind, file, length(id), id"
    )
    for (body,) in connection.execute(query, [kind] if kind else []):
        yield _document(body)


def document(connection: sqlite3.Connection, document_id: str) -> Document | None:
    """Return one document, or None."""
    row = connection.execute("SELECT body FROM documents WHERE id = ?", (document_id,)).fetchone()
    return _document(row[0]) if row else None


def _body(document: Document) -> str:
    record = {field.name: getattr(document, field.name) for field in fields(document)}
    # Blocks as lists: a third of the size.
    record["blocks"] = [
        (b.kind, b.span, b.level, b.lead, b.label, b.body, b.cells) for b in document.blocks
    ]
    record["references"] = [asdict(reference) for reference in document.references]
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _document(body: str) -> Document:
    record: dict[str, Any] = json.loads(body)

    def span(value: list[int] | None) -> Span | None:
        return Span(*value) if value else None

    record["blocks"] = tuple(
        Block(kind, Span(*at), level, span(lead), span(label), span(body),
              tuple((Span(*heading), Span(*value)) for heading, value in cells))
        for kind, at, level, lead, label, body, cells in record["blocks"]
    )  # fmt: skip
    record["markers"] = tuple(Marker(*m) for m in record["markers"])
    record["references"] = tuple(Reference(**r) for r in record["references"])
    record["pages"] = tuple(record["pages"])
    return Document(**record)


def chunks_by_row(connection: sqlite3.Connection, rows: Iterable[int]) -> list[Chunk]:
    """Return the chunks of some rows, without their parents."""
    query = f"SELECT row = passage, {_CHUNK} FROM chunks c WHERE row = ?"
    found = (connection.execute(query, (row,)).fetchone() for row in rows)
    return [_chunk("passage" if own else "unit", values) for own, *values in found]


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
    query = (
        f"SELECT c.row, c.passage, {_CHUNK} FROM chunks c WHERE c.passage IN "
        f"(SELECT passage FROM chunks WHERE row IN ({','.join('?' * len(rows))})) "
        "ORDER BY c.passage, c.row"
    )
    found: list[tuple[int, Chunk]] = []
    parent = ""
    for row, passage, *values in connection.execute(query, list(rows)):
        if row == passage:
            chunk = _chunk("passage", values)
            parent = chunk.id
        else:
            chunk = _chunk("unit", values, parent)
        found.append((row, chunk))
    return found


def _chunk(kind: ChunkKind, values: Sequence[Any], parent: str | None = None) -> Chunk:
    document_id, start, end, text, context, title = values
    return Chunk(document_id, kind, start, end, text, context, parent, title)


def passages(connection: sqlite3.Connection, from_row: int) -> Iterator[Passage]:
    """Yield the passages from a row on, by row."""
    query = (
        "SELECT row, document, document_kind, text, title, context FROM chunks "
        "WHERE row >= ? AND row = passage ORDER BY row"
    )
    for values in connection.execute(query, (from_row,)):
        yield Passage(*values)


def count(connection: sqlite3.Connection, from_row: int) -> tuple[int, int]:
    """Return how many chunks, and how many of them passages, there are from a row on."""
    query = "SELECT count(*), ifnull(sum(row = passage), 0) FROM chunks WHERE row >= ?"
    chunks, own = connection.execute(query, (from_row,)).fetchone()
    return int(chunks), int(own)


def rows_of_documents(connection: sqlite3.Connection, document_ids: Iterable[str]) -> list[int]:
    """Return the rows of some documents' chunks."""
    query = "SELECT row FROM chunks WHERE document IN (SELECT value FROM json_each(?))"
    ids = json.dumps(sorted(document_ids))
    return [row for (row,) in connection.execute(query, (ids,))]


def kinds(connection: sqlite3.Connection, up_to: int) -> Iterator[tuple[int, DocumentKind]]:
    """Yield the rows up to a row whose kind is another than «document», with it."""
    query = "SELECT row, document_kind FROM chunks WHERE document_kind != 'document' AND row <= ?"
    yield from connection.execute(query, (up_to,))
