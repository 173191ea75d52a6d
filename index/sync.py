"""Brings the index in line with the corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from index.embedded.store import EmbeddedStore
from index.encoder import Encoder, SentenceTransformerEncoder
from index.store import FileState, Store, Writer
from ingest.chunking import CHUNKER
from ingest.corpus import CorpusFile, corpus_files, read
from ingest.errors import KallsvarError
from settings import Settings

Outcome = Literal["added", "updated", "unchanged", "removed", "skipped"]
# Called with how many of how many texts are embedded.
Progress = Callable[[int, int], None]

_EMBEDDED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file, and for a skipped one why."""

    id: str
    outcome: Outcome
    reason: str | None = None


@dataclass(slots=True)
class SyncReport:
    """What a sync did: each file's result, how many texts were embedded, and why all were."""

    files: list[FileResult] = field(default_factory=list)
    embedded: int = 0
    rebuilt: str | None = None

    def count(self, outcome: Outcome) -> int:
        """Return how many files had an outcome."""
        return sum(result.outcome == outcome for result in self.files)


def open_store(settings: Settings) -> EmbeddedStore:
    """Open the store of the settings' index folder; an empty one where there is none.

    Raises KallsvarError where the folder cannot be written.
    """
    try:
        return EmbeddedStore(settings.index_dir)
    except OSError as error:
        raise KallsvarError(
            f"Mappen {settings.var} går inte att skriva i: {error.strerror}. Välj en annan med "
            "--var eller KALLSVAR_VAR."
        ) from error


def sync(
    settings: Settings,
    progress: Progress | None = None,
    *,
    store: Store | None = None,
    encoder: Encoder | None = None,
) -> SyncReport:
    """Make the index hold exactly what the corpus holds; do nothing where it does already.

    A file that cannot be read is skipped with its reason and what it gave before is removed. An
    index made with another model or chunker is made anew, and the old one answers until then.
    The model is loaded only if there is something to embed.

    Raises KallsvarError where the corpus is missing or empty, or the model cannot be loaded.
    """
    files = corpus_files(settings.corpus)
    store = store or open_store(settings)
    encoder = encoder or SentenceTransformerEncoder(settings.model, settings.models_dir)
    report = SyncReport()
    suits = store.suits(encoder.fingerprint, CHUNKER)
    if store.generation and not suits:
        report.rebuilt = "Indexet är gjort med en annan modell eller en äldre version och görs om."
    known = dict(store.files())
    work = [_Work(file, known.get(file.id), suits) for file in files]
    gone = sorted(set(known) - {file.id for file in files})
    if suits and not gone and all(w.same for w in work):
        report.files = [w.unchanged() for w in work]
        return report
    with store.write(encoder.fingerprint, CHUNKER) as writer:
        report.files = [w.carry_out(writer) for w in work]
        for file_id in gone:
            writer.remove(file_id)
            report.files.append(FileResult(file_id, "removed"))
        report.embedded = _embed(writer, encoder, progress)
    return report


class _Work:
    """One file's way into the store."""

    def __init__(self, file: CorpusFile, known: FileState | None, suits: bool) -> None:
        self._file = file
        self._known = known
        self._suits = suits

    @property
    def same(self) -> bool:
        """Whether sizes and times say that nothing changed, without opening the file."""
        return self._known is not None and self._known.signature == self._file.signature

    def unchanged(self) -> FileResult:
        reason = self._known.reason if self._known else None
        return FileResult(self._file.id, "skipped" if reason else "unchanged", reason)

    def carry_out(self, writer: Writer) -> FileResult:
        if self.same and self._suits:
            return self.unchanged()
        digest = ""
        try:
            digest = self._file.digest()
            state = FileState(self._file.signature, digest)
            if self._suits and self._known and self._known.digest == digest:
                writer.note(self._file.id, FileState(state.signature, digest, self._known.reason))
                return self.unchanged()
            writer.put(self._file.id, state, read(self._file))
        except KallsvarError as error:
            state = FileState(self._file.signature, digest, str(error))
            writer.put(self._file.id, state, [])
            return FileResult(self._file.id, "skipped", str(error))
        return FileResult(self._file.id, "updated" if self._known else "added")


def _embed(writer: Writer, encoder: Encoder, progress: Progress | None) -> int:
    texts = writer.missing()
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, len(texts))

    for at in range(0, len(texts), _EMBEDDED_AT_ONCE):
        batch = texts[at : at + _EMBEDDED_AT_ONCE]
        writer.embed(batch, encoder.documents(batch, advance))
    return len(texts)
