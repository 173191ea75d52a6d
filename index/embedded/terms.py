"""Terms in Tantivy: one folder a generation, BM25 over analysed passages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from index.analysis import Term, index_terms
from index.records import Match, Where
from ingest.records import HEADINGS

# The nearest heading counts as the passage's own words; those above it say less.
_CONTEXT_WEIGHT = 0.2
_MOST_TERMS = 64


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True, fast=True)
    builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("context", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class TermIndex:
    """An index of passages by the terms of their text and of their context."""

    def __init__(self, path: Path) -> None:
        """Open the index in a folder. Raises ValueError where there is none or it is broken."""
        import tantivy

        self._index = tantivy.Index(_schema(), path=str(path), reuse=True)
        self._index.reload()
        self._searcher = self._index.searcher()

    @classmethod
    def build(cls, path: Path, passages: Iterable[tuple[int, str, str, str, str]]) -> TermIndex:
        """Build in an empty folder from (row, document, document's kind, text, context)."""
        import tantivy

        path.mkdir(parents=True)
        writer = tantivy.Index(_schema(), path=str(path)).writer(
            heap_size=64_000_000, num_threads=1
        )
        for row, document_id, kind, text, context in passages:
            document = tantivy.Document(
                kind=kind,
                document=document_id,
                body=" ".join(index_terms(f"{context.rpartition(HEADINGS)[2]}\n{text}")),
                context=" ".join(index_terms(context.rpartition(HEADINGS)[0])),
            )
            document.add_unsigned("row", row)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        return cls(path)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def matching(self, terms: Sequence[Term], k: int, where: Where) -> list[Match]:
        """Return the k passages of highest score, each term weighed by its own weight."""
        from tantivy import Occur, Query

        schema = self._index.schema
        clauses = []
        for term in terms[:_MOST_TERMS]:
            for field, share in (("body", 1.0), ("context", _CONTEXT_WEIGHT)):
                query = Query.term_query(schema, field, term.text)
                clauses.append((Occur.Should, Query.boost_query(query, term.weight * share)))
        if not clauses or not len(self):
            return []
        must = [(Occur.Must, Query.boolean_query(clauses))]
        if where.kind:
            must.append((Occur.Must, _unscored(Query.term_query(schema, "kind", where.kind))))
        if where.documents:
            wanted = Query.term_set_query(schema, "document", sorted(where.documents))
            must.append((Occur.Must, _unscored(wanted)))
        found = self._searcher.search(Query.boolean_query(must), limit=k, count=False)
        matches = [
            Match(int(self._searcher.doc(address)["row"][0]), float(score))
            for score, address in found.hits
        ]
        return sorted(matches, key=lambda m: (-m.score, m.row))

    def frequency(self, term: str) -> int:
        """Return in how many passages' text a term stands."""
        return int(self._searcher.doc_freq("body", term))


def _unscored(query: Any) -> Any:
    from tantivy import Query

    return Query.const_score_query(query, 0.0)
