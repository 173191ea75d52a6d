"""What there is: every document of the corpus, and what has become of it in the index."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from index.plan import content_of, is_copy
from index.store import Content, FileState
from index.sync import open_store
from ingest.corpus import CorpusFile, EmptyCorpus, corpus_files, facts_of
from ingest.errors import KallsvarError
from ingest.formats import reader_for
from settings import Settings

State = Literal["indexed", "skipped", "waiting"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A document, or a file that cannot be one.

    ``type`` is the name's ending without its dot, ``added`` the ISO date when the file came to lie
    in the corpus. ``pages`` is None for formats without pages. ``names`` are all the names of the
    same content, by sort; the first that can be read is the ``id``. One that is ``waiting`` is new
    or changed since the last sync; ``reason`` says why a file was skipped.
    """

    id: str
    title: str
    type: str
    pages: int | None
    chunks: int
    references: int
    added: str
    state: State
    reason: str | None
    names: tuple[str, ...]


def listed(settings: Settings) -> list[Listed]:
    """Return the corpus's documents by id.

    Raises KallsvarError where the corpus is missing or unreadable.
    """
    try:
        files = corpus_files(settings.corpus)
    except EmptyCorpus:
        return []
    store = open_store(settings)
    known = store.files()
    contents = {content.file: content for content in store.contents()}
    names: dict[str, list[str]] = {}
    for file in files:
        if (was := known.get(file.id)) and was.signature == file.signature and was.digest:
            names.setdefault(content_of(was), []).append(file.id)
    shown = {
        content_of(known[file.id]) for file in files
        if file.id in known and file.id in contents
    }  # fmt: skip
    found = []
    for file in files:
        was = known.get(file.id)
        current = was if was and was.signature == file.signature else None
        if current and is_copy(current) and content_of(current) in shown:
            continue
        alike = tuple(names.get(content_of(current), ())) if current else ()
        with contextlib.suppress(FileNotFoundError):  # removed at this moment
            found.append(_listed(file, current, contents.get(file.id), alike or (file.id,)))
    return found


def _listed(
    file: CorpusFile, state: FileState | None, content: Content | None, names: tuple[str, ...]
) -> Listed:
    reason = state.reason if state else None
    if not file.supported:
        try:
            reader_for(file.path.suffix)
        except KallsvarError as error:
            reason = str(error)
    status: State = "indexed" if content and state else "skipped" if reason else "waiting"
    return Listed(
        id=file.id,
        title=content.title if content else _title(file),
        type=file.path.suffix.lower().removeprefix("."),
        pages=content.pages if content else None,
        chunks=content.chunks if content else 0,
        references=content.references if content else 0,
        added=datetime.fromtimestamp(file.path.stat().st_ctime).date().isoformat(),
        state=status,
        reason=reason,
        names=names,
    )


def _title(file: CorpusFile) -> str:
    """Return what a file that is not in the index is called: as its metadata say, or its name."""
    try:
        return facts_of(file.path).get("title") or file.path.stem
    except KallsvarError:
        return file.path.stem
