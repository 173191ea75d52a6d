"""Terms in Tantivy: BM25 over analysed passages, a folder for each generation that changed them.

The files of a Tantivy index are never changed once written, so that the next generation's folder
starts as hard links to the files of the last. Writing there leaves the last one as it was.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from index.analysis import Term, index_terms
from index.embedded.records import Passage
from index.records import Match, Where
from ingest.records import HEADINGS

# The nearest heading counts as the passage's own words; those above it say less.
_CONTEXT_WEIGHT = 0.2
_MOST_TERMS = 64
_KINDS = {"document": 1, "reference": 2}
_HEAP, _LARGE_HEAP = 16_000_000, 128_000_000
_LARGE = 5_000
_TRIES = 5


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_unsigned_field("kind", indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("context", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def build(path: Path, passages: Iterable[Passage]) -> Any:
    """Write a folder anew; return the writer, whose merging may still go on."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return _write(path, (), passages, _LARGE_HEAP)


def follow(before: Path, path: Path, removed: Sequence[int], passages: Iterable[Passage]) -> Any:
    """Write a folder that is another but for rows removed and passages added, as ``build`` does.

    Raises OSError or ValueError where the other one is missing or broken.
    """
    shutil.rmtree(path, ignore_errors=True)
    _link(before, path)
    return _write(path, removed, passages, _HEAP if len(removed) < _LARGE else _LARGE_HEAP)


def _write(path: Path, removed: Sequence[int], passages: Iterable[Passage], heap: int) -> Any:
    import tantivy

    index = tantivy.Index(_schema(), path=str(path))
    writer = index.writer(heap_size=heap, num_threads=1)
    if removed:
        # By term, it would take the numbers for signed ones and find none.
        rows = tantivy.Query.term_set_query(index.schema, "row", removed)
        writer.delete_documents_by_query(rows)
    for passage in passages:
        section, _, nearest = passage.about.rpartition(HEADINGS)
        document = tantivy.Document(
            document=passage.document,
            body=" ".join(index_terms(f"{nearest}\n{passage.text}")),
            context=" ".join(index_terms(section)),
        )
        document.add_unsigned("row", passage.row)
        document.add_unsigned("kind", _KINDS[passage.document_kind])
        writer.add_document(document)
    writer.commit()
    return writer


def _link(before: Path, path: Path) -> None:
    """Make a folder of links to the files that another's index consists of."""
    for attempt in range(_TRIES):
        path.mkdir(parents=True)
        try:
            listing = (before / "meta.json").read_text(encoding="utf-8")
            segments = {s["segment_id"].replace("-", "") for s in json.loads(listing)["segments"]}
            for file in sorted(before.iterdir()):
                if file.name.partition(".")[0] in segments:
                    _link_file(file, path / file.name)
        except FileNotFoundError:
            # Merging in another process took a file away meanwhile.
            shutil.rmtree(path)
            if attempt == _TRIES - 1:
                raise
        else:
            (path / "meta.json").write_text(listing, encoding="utf-8")
            return


def _link_file(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without links
        shutil.copy2(file, target)


class TermIndex:
    """What is searched by words: the passages of a folder."""

    def __init__(self, path: Path) -> None:
        """Open the index in a folder. Raises ValueError where there is none or it is broken."""
        import tantivy

        self._index = tantivy.Index.open(str(path))
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def matching(self, terms: Sequence[Term], k: int, where: Where) -> list[Match]:
        """Return the k passages of highest score, each term weighed by its own weight."""
        query = self._query(terms)
        if query is None or not len(self):
            return []
        if where.kind and not where.documents:
            # Leaving out the other kind afterwards spares going through every passage that has
            # any of the terms, as long as most are of the kind asked for.
            found = self._search(query, 2 * k)
            kinds = self._searcher.fast_field_values("kind", [address for _, address in found])
            wanted = _KINDS[where.kind]
            kept = [hit for hit, kind in zip(found, kinds, strict=True) if kind == wanted]
            if len(kept) >= k or len(found) < 2 * k:
                return self._matches(kept)[:k]
        return self._matches(self._search(self._within(query, where), k))

    def frequency(self, term: str) -> int:
        """Return in how many passages' text a term stands."""
        return int(self._searcher.doc_freq("body", term))

    def frequency_in(self, document: str, terms: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Return a document's number of passages, and in how many of them each term stands."""
        from tantivy import Occur, Query

        schema = self._index.schema
        whole = Query.term_query(schema, "document", document)

        def count(query: Any) -> int:
            return int(self._searcher.search(query, limit=1, count=True).count)

        both = {
            term: Query.boolean_query(
                [(Occur.Must, whole), (Occur.Must, Query.term_query(schema, "body", term))]
            )
            for term in terms
        }
        return count(whole), {term: count(query) for term, query in both.items()}

    def _query(self, terms: Sequence[Term]) -> Any:
        from tantivy import Occur, Query

        schema = self._index.schema
        clauses = []
        for term in terms[:_MOST_TERMS]:
            for field, share in (("body", 1.0), ("context", _CONTEXT_WEIGHT)):
                query = Query.term_query(schema, field, term.text)
                clauses.append((Occur.Should, Query.boost_query(query, term.weight * share)))
        return Query.boolean_query(clauses) if clauses else None

    def _within(self, query: Any, where: Where) -> Any:
        from tantivy import Occur, Query

        schema = self._index.schema
        must = [query]
        if where.kind:
            must.append(_unscored(Query.term_query(schema, "kind", _KINDS[where.kind])))
        if where.documents:
            wanted = Query.term_set_query(schema, "document", sorted(where.documents))
            must.append(_unscored(wanted))
        return Query.boolean_query([(Occur.Must, part) for part in must])

    def _search(self, query: Any, k: int) -> list[tuple[float, Any]]:
        hits: list[tuple[float, Any]] = self._searcher.search(query, limit=k, count=False).hits
        return hits

    def _matches(self, hits: Sequence[tuple[float, Any]]) -> list[Match]:
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        pairs = zip(rows, hits, strict=True)
        matches = [Match(int(row), float(score)) for row, (score, _) in pairs]
        return sorted(matches, key=lambda m: (-m.score, m.row))


def _unscored(query: Any) -> Any:
    from tantivy import Query

    return Query.const_score_query(query, 0.0)
