"""Brings the index in line with the corpus, a batch of files at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from filelock import FileLock, Timeout

from index.embedded.store import EmbeddedStore
from index.encoder import Encoder, SentenceTransformerEncoder
from index.plan import Group, copy_digest, groups, own_digest, settled
from index.progress import Progress as Progress
from index.store import FileState, Store, Writer
from ingest.chunking import CHUNKER, chunk
from ingest.corpus import CorpusFile, EmptyCorpus, corpus_files, read
from ingest.errors import KallsvarError, guarded_reading
from ingest.records import Document
from settings import Settings

Outcome = Literal["added", "updated", "unchanged", "removed", "skipped"]

# A batch becomes searchable when it is done, and is held in memory until then.
_FILES_AT_ONCE = 100
_TEXTS_AT_ONCE = 1000
_EMBEDDED_AT_ONCE = 128

_REBUILT = "Indexet är gjort med en annan modell eller en äldre version och görs om."


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file; ``reason`` says why it was skipped, or whose copy it is."""

    id: str
    outcome: Outcome
    reason: str | None = None


@dataclass(slots=True)
class SyncReport:
    """What a sync did: each file's result, how many texts were embedded, and why all were.

    One that was ``cancelled`` tells of the files that it had finished.
    """

    files: list[FileResult] = field(default_factory=list)
    embedded: int = 0
    rebuilt: str | None = None
    cancelled: bool = False

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
    progress: Callable[[Progress], None] | None = None,
    *,
    store: Store | None = None,
    encoder: Encoder | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SyncReport:
    """Make the index hold exactly what the corpus holds; do nothing where it does already.

    Files are read, embedded and made searchable in batches, each a generation of its own; when
    ``cancelled`` says so, or at a crash, what is finished stays, and the next sync goes on from
    there. An index made with another model or chunker is made anew behind the old one, which
    answers until the new one is whole, but no longer from files that are gone. A file that cannot
    be read is skipped with its reason, and what it gave before is removed. The model is loaded
    only if there is something to embed.

    Raises KallsvarError where the corpus is missing, or empty from the start, or where the model
    cannot be loaded.
    """
    _files(settings)  # says at once where the folder is missing
    store = store or open_store(settings)
    encoder = encoder or SentenceTransformerEncoder(settings.model, settings.models_dir)
    stopped = cancelled or (lambda: False)
    # One at a time: a slow sync must not put what it read over what a later one has read since.
    lock = FileLock(settings.index_dir / "syncing.lock")
    while not _taken(lock):
        if stopped():
            return SyncReport(cancelled=True)
    try:
        store.refresh()
        return _Sync(store, encoder, progress, stopped).run(_files(settings))
    finally:
        lock.release()


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        return False
    return True


def _files(settings: Settings) -> list[CorpusFile] | EmptyCorpus:
    try:
        return corpus_files(settings.corpus)
    except EmptyCorpus as error:
        return error


class _Cancelled(Exception):
    """Ends an encoding or a transaction from within."""


@dataclass(frozen=True, slots=True)
class _Item:
    """What the store is to hold of a file: no ``state`` removes it, no ``documents`` leaves them.

    ``texts`` are those of its chunks that are embedded.
    """

    result: FileResult
    state: FileState | None
    documents: Sequence[Document] | None = None
    texts: Sequence[str] = ()


class _Sync:
    """One sync under way."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        progress: Callable[[Progress], None] | None,
        stopped: Callable[[], bool],
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._progress = progress
        self._stopped = stopped
        self._started = time.monotonic()
        self._report = SyncReport()
        self._known: Mapping[str, FileState] = {}
        self._files_done = self._files_total = 0
        self._texts_done = self._texts_total = 0

    def run(self, files: list[CorpusFile] | EmptyCorpus) -> SyncReport:
        before = dict(self._store.files())
        if isinstance(files, EmptyCorpus):
            if not before:
                raise files
            files = []
        report = self._report
        suits = self._store.suits(self._encoder.fingerprint, CHUNKER)
        anew = bool(self._store.generation) and not suits
        if anew:
            report.rebuilt = _REBUILT
        self._known = {} if anew else before
        found = groups(files, self._known, self._stopped)
        if anew:
            self._remove(sorted(set(before) - {file.id for file in files}))
        work = []
        for group in found:
            if settled(group, self._known):
                report.files += [item.result for item in self._items(group)]
            else:
                work.append(group)
        self._files_total = sum(len(group.files) for group in work)
        try:
            if self._stopped():
                raise _Cancelled
            self._all_anew(work, before) if anew else self._in_batches(work)
        except _Cancelled:
            report.cancelled = True
        report.files.sort(key=lambda result: (result.outcome == "removed", result.id))
        return report

    def _remove(self, gone: Sequence[str]) -> None:
        """Remove files from the index that answers while all is made anew behind it."""
        if gone:
            with self._store.write(*self._store.made_with()) as writer:
                for file_id in gone:
                    writer.remove(file_id)
        self._report.files += [FileResult(file_id, "removed") for file_id in gone]

    def _in_batches(self, work: Iterable[Group]) -> None:
        for batch in self._batches(work):
            ready = self._embed_ahead(batch)
            if ready:
                with self._store.write(self._encoder.fingerprint, CHUNKER) as writer:
                    self._apply(writer, ready)
                    self._embed_rest(writer)
                self._report.files += [item.result for item in ready]
            if len(ready) < len(batch):
                raise _Cancelled

    def _all_anew(self, work: Sequence[Group], before: Mapping[str, FileState]) -> None:
        """Embed everything behind the index that answers, then put it all in its place at once."""
        for batch in self._batches(work):
            if len(self._embed_ahead(batch)) < len(batch):
                raise _Cancelled
        results = []
        with self._store.write(self._encoder.fingerprint, CHUNKER) as writer:
            for group in work:
                items = list(self._items(group))
                self._apply(writer, items)
                results += [item.result for item in items]
                self._tell(group.files[0].id if group.files else None)
            self._embed_rest(writer)
        self._report.files += [
            FileResult(r.id, "updated", r.reason) if r.outcome == "added" and r.id in before else r
            for r in results
        ]

    def _batches(self, work: Iterable[Group]) -> Iterator[list[_Item]]:
        """Yield what is to be stored, a batch at a time; a group is never split."""
        batch: list[_Item] = []
        texts = 0
        for group in work:
            for item in self._items(group):
                batch.append(item)
                texts += len(item.texts)
            if len(batch) >= _FILES_AT_ONCE or texts >= _TEXTS_AT_ONCE:
                yield batch
                batch, texts = [], 0
        if batch:
            yield batch

    def _items(self, group: Group) -> Iterator[_Item]:
        """Read what is new in a group."""
        for file_id in group.gone:
            yield _Item(FileResult(file_id, "removed"), None)
        first: str | None = None
        for file in group.files:
            if first is not None:
                yield self._copy(group, file, first)
                continue
            item = self._own(group, file)
            if item.result.outcome != "skipped":
                first = file.id
            yield item

    def _copy(self, group: Group, file: CorpusFile, first: str) -> _Item:
        was = self._known.get(file.id)
        state = FileState(file.signature, copy_digest(group.content))
        same = was is not None and was.digest == state.digest
        outcome: Outcome = "unchanged" if same else "updated" if was else "added"
        result = FileResult(file.id, outcome, f"Samma innehåll som {first}.")
        return _Item(result, state, None if same else ())

    def _own(self, group: Group, file: CorpusFile) -> _Item:
        was = self._known.get(file.id)
        digest = ""
        reason = group.reason
        if reason is None:
            try:
                digest = own_digest(group.content, file, was)
                if was and was.digest == digest:
                    state = FileState(file.signature, digest, was.reason)
                    kept: Outcome = "skipped" if was.reason else "unchanged"
                    return _Item(FileResult(file.id, kept, was.reason), state)
                self._check()
                self._tell(file.id)
                documents = read(file)
                with guarded_reading():
                    texts = [c.embedded_text for document in documents for c in chunk(document)]
                outcome: Outcome = "updated" if was else "added"
                state = FileState(file.signature, digest)
                return _Item(FileResult(file.id, outcome), state, documents, texts)
            except KallsvarError as error:
                reason = str(error)
        state = FileState(file.signature, digest, reason)
        return _Item(FileResult(file.id, "skipped", reason), state, ())

    def _embed_ahead(self, batch: Sequence[_Item]) -> list[_Item]:
        """Lay by the vectors that a batch wants; return the first items, those that have all."""
        model = self._encoder.fingerprint
        missing = self._store.unembedded(model, [text for item in batch for text in item.texts])
        place = {text: number for number, text in enumerate(missing)}
        # How many of the missing texts must be done for each item to have all of its own.
        needed = [max((place.get(text, -1) + 1 for text in i.texts), default=0) for i in batch]
        before = self._texts_done
        self._texts_total += len(missing)
        done = ready = 0
        try:
            while True:
                while ready < len(batch) and needed[ready] <= done:
                    ready += 1
                    self._files_done += batch[ready - 1].result.outcome != "removed"
                current = batch[ready].result.id if ready < len(batch) else None
                self._tell(current)
                if ready == len(batch):
                    break
                part = missing[done : done + _EMBEDDED_AT_ONCE]
                self._check()
                vectors = self._encoder.documents(part, self._advance(current, len(part)))
                self._store.lay_by(model, part, vectors)
                done += len(part)
                self._texts_done = before + done
                self._report.embedded += len(part)
        except _Cancelled:
            pass
        return list(batch[:ready])

    def _apply(self, writer: Writer, items: Iterable[_Item]) -> None:
        for item in items:
            if item.state is None:
                writer.remove(item.result.id)
            elif item.documents is None:
                writer.note(item.result.id, item.state)
            else:
                writer.put(item.result.id, item.state, item.documents)

    def _embed_rest(self, writer: Writer) -> None:
        """Embed what has changed since it was read, or whose vector another writer has dropped."""
        texts = writer.missing()
        self._texts_total += len(texts)
        for at in range(0, len(texts), _EMBEDDED_AT_ONCE):
            part = texts[at : at + _EMBEDDED_AT_ONCE]
            writer.embed(part, self._encoder.documents(part, self._advance(None, len(part))))
            self._report.embedded += len(part)

    def _advance(self, current: str | None, left: int) -> Callable[[int], None]:
        def advance(count: int) -> None:
            nonlocal left
            left -= count
            self._texts_done += count
            self._tell(current)
            if left > 0:  # what is all embedded is worth keeping
                self._check()

        return advance

    def _check(self) -> None:
        if self._stopped():
            raise _Cancelled

    def _tell(self, current: str | None) -> None:
        if self._progress:
            seconds = time.monotonic() - self._started
            self._progress(
                Progress(
                    self._files_done,
                    self._files_total,
                    current,
                    self._texts_done,
                    self._texts_total,
                    seconds,
                )
            )
