"""The reference lists of the documents searched: whole, and what a section of a document cites."""

from __future__ import annotations

from collections.abc import Collection

from index.analysis import content_words, stem
from index.store import Store
from ingest.records import Document
from ingest.support import references_for, statements

# The title is a heading too; those below it head sections. Share of a heading's words to be named.
_SECTION, _NAMED = 2, 0.5


def citing(record_id: str) -> str:
    """Return the id of the document whose list a record stands in."""
    return record_id.rpartition("#")[0]


def place(record_id: str) -> tuple[str, int]:
    """Return a record's document and its number there, for sorting."""
    return citing(record_id), int(record_id.rpartition("#")[2])


def stems(text: str) -> set[str]:
    """Return the stems of a text's content words."""
    return {stem(word) for word in content_words(text)}


class ReferenceLists:
    """The lists of some documents, or of all where none are given. Entries are ids of records."""

    def __init__(self, store: Store, documents: Collection[str] = ()) -> None:
        self._store = store
        self.documents = frozenset(documents)

    def only(self, document_id: str) -> ReferenceLists:
        """Return the list of one document."""
        return ReferenceLists(self._store, {document_id})

    def of(self, document_id: str) -> tuple[str, ...]:
        """Return the entries of a document in order, none where it has no list."""
        document = self._store.document(document_id)
        return _entries(document) if document else ()

    def entries(self) -> tuple[str, ...]:
        """Return the entries of all the documents, in order."""
        return tuple(i for document in self._citing() for i in _entries(document))

    def titled(self, topic: str, documents: Collection[str]) -> tuple[str, ...]:
        """Return the entries of those of some documents whose titles hold all of a topic."""
        asked = stems(topic)
        homes = [d for d in self._citing() if d.id in documents and asked <= stems(d.title)]
        return tuple(i for document in homes for i in _entries(document))

    def cited_under(self, topic: str) -> tuple[str, ...]:
        """Return what is cited under the heading that a topic names best; nothing for none."""
        asked = stems(topic)
        documents = {document.id: document for document in self._citing()}
        found: list[tuple[float, str, str]] = []
        for document in documents.values():
            # Of two headings alike the one in the document that is spoken of.
            title = stems(document.title)
            home = len(title & asked) / (1 + len(title))
            for heading in _headings(document):
                own = stems(heading)
                share = len(own & asked) / len(own) if own else 0.0
                if share >= _NAMED:
                    found.append((len(own & asked) * share + home, document.id, heading))
        if not found:
            return ()
        _, home_id, heading = max(found)
        document = documents[home_id]
        numbers = {
            reference.number
            for start, end in statements(document)
            if heading in document.section(start)
            for reference in references_for(document, start, end)
        }
        return tuple(f"{home_id}#{number}" for number in sorted(numbers))

    def _citing(self) -> list[Document]:
        """Return the documents that have a list, by id."""
        every = {citing(record.id) for record in self._store.documents("reference")}
        homes = every & self.documents if self.documents else every
        return [d for i in sorted(homes) if (d := self._store.document(i)) is not None]


def _entries(document: Document) -> tuple[str, ...]:
    return tuple(f"{document.id}#{reference.number}" for reference in document.references)


def _headings(document: Document) -> list[str]:
    heads = (b for b in document.blocks if b.kind == "heading" and b.level >= _SECTION)
    return [document.text[slice(*block.span)] for block in heads]
