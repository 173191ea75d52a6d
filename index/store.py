"""The contract of a store. Nobody outside ``index/`` knows what stands behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from index.analysis import Term
from index.encoder import Vectors
from index.records import Match, Where
from ingest.records import Chunk, Document, DocumentKind


@dataclass(frozen=True, slots=True)
class FileState:
    """What the store knows of a file in the corpus; ``reason`` says why it was skipped.

    ``signature`` tells cheaply that the file has not changed. ``digest`` stands for all that its
    documents were made from; what the two look like is the sync's affair.
    """

    signature: str
    digest: str
    reason: str | None = None


class Vocabulary(Protocol):
    """The words of the passages in lower case, with how many they stand in: looked up, not read."""

    def __contains__(self, word: object, /) -> bool:
        """Tell whether any passage has a word."""

    def get(self, word: str, default: int, /) -> int:
        """Return in how many passages a word stands; the default where in none."""

    def doubled(self, word: str) -> Mapping[str, int]:
        """Return the words that are like one but for doubled letters, itself included."""

    def forms(self, root: str) -> Collection[str]:
        """Return the words of a stem."""

    def near(self, word: str, furthest: int) -> Mapping[str, int]:
        """Return the words within a distance (OSA) of one, with their distances."""


class LongForms(Protocol):
    """The abbreviations that the corpus introduces."""

    def about(self, shorts: Collection[str], stems: Collection[str]) -> Mapping[str, str]:
        """Return short forms with their long ones, as far as a question may have to do with them.

        Those are the ones whose short form, in lower case, is among ``shorts``, or the stem of
        the first content word of whose long form is among ``stems``.
        """


@dataclass(frozen=True, slots=True)
class Content:
    """What a file gave: its document's title, and how many pages, references and chunks it has.

    ``pages`` is None for a format without pages.
    """

    file: str
    title: str
    pages: int | None
    references: int
    chunks: int


class Writer(Protocol):
    """Changes that become one new generation together, or not at all.

    That is at the end of ``Store.write``, which raises ValueError where a text is still missing
    its vector.
    """

    def put(self, file_id: str, state: FileState, documents: Sequence[Document]) -> list[Chunk]:
        """Store a file's documents in place of what it held; return all their chunks."""

    def note(self, file_id: str, state: FileState) -> None:
        """Remember a file's state without touching its documents."""

    def remove(self, file_id: str) -> None:
        """Remove a file and everything that came from it."""

    def missing(self) -> list[str]:
        """Return the embedded texts, without repeats, that have no vector for this model."""

    def embed(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Store the vectors of texts."""


class Store(Protocol):
    """Documents, chunks and their vectors and terms, as of one generation."""

    @property
    def generation(self) -> int:
        """The number of the generation, 0 where nothing has been written."""

    def fresh(self) -> bool:
        """Tell whether no later generation has been written since this one was opened."""

    def made_with(self) -> tuple[str, str]:
        """Return the model and chunker that the index was made with."""

    def suits(self, model: str, chunker: str) -> bool:
        """Tell whether the index was made with this model and chunker."""

    def files(self) -> Mapping[str, FileState]:
        """Return the state of every file known."""

    def documents(self, kind: DocumentKind | None = None) -> list[Document]:
        """Return all documents, those of the corpus first and then reference records, by id.

        Given a kind, only those of it are read.
        """

    def document(self, document_id: str) -> Document | None:
        """Return one document, or None."""

    def contents(self) -> list[Content]:
        """Return what each file gave, by file id; nothing of those without a document."""

    def nearest(self, vector: Vectors, k: int, where: Where) -> list[Match]:
        """Return the k chunks (passages and units) of highest cosine."""

    def matching(self, terms: Sequence[Term], k: int, where: Where) -> list[Match]:
        """Return the k passages of highest BM25."""

    def chunks(self, rows: Sequence[int]) -> list[tuple[int, Chunk]]:
        """Return the passages of the given rows' chunks, each followed by its units, with rows."""

    def similarities(self, vector: Vectors, rows: Sequence[int]) -> Vectors:
        """Return the cosine of each row to a vector."""

    def term_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands."""

    def term_frequency_in(
        self, document_id: str, terms: Sequence[str]
    ) -> tuple[int, dict[str, int]]:
        """Return how many passages a document has, and in how many of them each term stands."""

    def vocabulary(self) -> Vocabulary:
        """Return the words of the passages; it follows the store to later generations."""

    def abbreviations(self) -> LongForms:
        """Return the abbreviations; they follow the store to later generations."""

    def passages(self) -> int:
        """Return how many passages there are."""

    def refresh(self) -> None:
        """Move to the latest generation, if there is a later one."""

    def unembedded(self, model: str, texts: Sequence[str]) -> list[str]:
        """Return those of the texts, without repeats, that have no vector of this model."""

    def lay_by(self, model: str, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors, at once and for good, for documents that are yet to be put.

        No search sees them before then, so an index can be made anew behind the one that answers,
        and an interrupted one goes on where it stopped. The model may differ from the index's.
        """

    def write(self, model: str, chunker: str) -> AbstractContextManager[Writer]:
        """Open a transaction; a clean exit makes the next generation."""
