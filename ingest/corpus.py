"""What lies in the corpus folder: its files, their metadata, and reading them.

A file's metadata stands beside it in ``<file name>.meta.json``: title, publisher, url, author,
language, date, and under ``references`` the addresses of its references by number. All of it is
optional. A page from the web also has the day it was ``fetched``, the address ``requested`` where
that led elsewhere, and under ``cited_by`` the references («file#7») that it was fetched for.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.errors import KallsvarError, guarded_reading
from ingest.formats import SUFFIXES, reader_for
from ingest.records import Document
from ingest.support import reference_records

SIDECAR = ".meta.json"
# The metadata that a person gives, all of it text.
FACTS = ("title", "publisher", "url", "author", "date", "language")


class EmptyCorpus(KallsvarError):
    """The folder is there, but no document is in it."""


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file in the corpus. ``signature`` (sizes and times) tells cheaply that nothing changed.

    Of the times it has that of the entry in the folder too: a file put in another's place may well
    have its size and its date.
    """

    id: str
    path: Path
    signature: str

    @property
    def sidecar(self) -> Path:
        """Where the file's metadata stands, if it has any."""
        return sidecar_of(self.path)

    @property
    def supported(self) -> bool:
        """Whether there is a reader for files whose names end like this one's."""
        return self.path.suffix.lower() in SUFFIXES

    def content(self) -> str:
        """Return the hash of the file's content. Raises KallsvarError where it cannot be read."""
        return content_hash(self.path)

    def facts(self) -> str:
        """Return the hash of the metadata, «-» where there is none.

        Raises KallsvarError where it cannot be read.
        """
        return content_hash(self.sidecar) if self.sidecar.exists() else "-"


def corpus_files(corpus: Path) -> list[CorpusFile]:
    """Return the corpus's files, sorted by id; hidden files and metadata files are no documents.

    Raises KallsvarError where the folder is missing or unreadable, EmptyCorpus where it has no
    file.
    """
    if not corpus.is_dir():
        raise KallsvarError(
            f"Mappen med dokument finns inte: {corpus}. Skapa den och lägg dokument i den, eller "
            "peka ut en annan med --corpus eller KALLSVAR_CORPUS."
        )
    try:
        files = [entry for path in _paths(corpus) if (entry := _entry(corpus, path))]
    except OSError as error:
        raise KallsvarError(f"Mappen {corpus} går inte att läsa: {error.strerror}.") from error
    if not files:
        raise EmptyCorpus(
            f"Mappen {corpus} är tom. Lägg minst ett dokument ({', '.join(SUFFIXES)}) i den och "
            "kör «python -m ingest» igen."
        )
    return sorted(files, key=lambda file: file.id)


def read(file: CorpusFile) -> list[Document]:
    """Read a file: the document, and after it a record for each of its references.

    Raises KallsvarError with the reason where the file cannot be read, whatever went wrong.
    """
    facts = facts_of(file.path)
    reader = reader_for(file.path.suffix)
    data = _bytes(file.path)
    with guarded_reading():
        # A title from the metadata is put on afterwards: what is read never hangs on it.
        document = reader(data, document_id=file.id)
        addresses = facts.get("references") or {}
        document = replace(
            document,
            title=facts.get("title") or document.title,
            publisher=facts.get("publisher") or document.publisher,
            url=facts.get("url") or document.url,
            author=facts.get("author") or document.author,
            language=facts.get("language") or document.language,
            date=facts.get("date") or document.date,
            references=tuple(
                replace(r, url=addresses.get(str(r.number)) or r.url) for r in document.references
            ),
        )
        return [document, *(reference_records(document) if document.references else ())]


def sidecar_of(path: Path) -> Path:
    """Return where a file's metadata stands, if it has any."""
    return path.with_name(path.name + SIDECAR)


def facts_of(path: Path) -> dict[str, Any]:
    """Return a file's metadata as it stands. Raises KallsvarError where it cannot be read."""
    sidecar = sidecar_of(path)
    if not sidecar.exists():
        return {}
    try:
        facts = json.loads(_bytes(sidecar))
    except ValueError as error:
        raise KallsvarError(f"Metadata i {sidecar.name} är inte giltig JSON: {error}.") from error
    if not isinstance(facts, dict) or not isinstance(facts.get("references") or {}, dict):
        raise KallsvarError(f"Metadata i {sidecar.name} ska vara ett JSON-objekt.")
    for name, value in (facts | (facts.get("references") or {})).items():
        wanted = name in FACTS or name.isdigit()
        if wanted and value is not None and not isinstance(value, str):
            raise KallsvarError(f"Metadata i {sidecar.name}: «{name}» ska vara text.")
    return facts


def write_facts(path: Path, facts: Mapping[str, Any]) -> None:
    """Write a file's metadata whole. Raises KallsvarError where the folder cannot be written."""
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    write_whole(sidecar_of(path), text.encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at one stroke, so that a sync never reads half of it.

    Raises KallsvarError where the folder cannot be written.
    """
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise KallsvarError(
            f"Det går inte att skriva i mappen {path.parent}: {error.strerror}."
        ) from error


def part_of(path: Path) -> Path:
    """Return where to write what becomes a file: hidden beside it, and so no document meanwhile."""
    return path.with_name(f".{os.getpid()}-{threading.get_ident()}.part")


def content_hash(path: Path) -> str:
    """Return the hash of a file's content. Raises KallsvarError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise KallsvarError(f"Filen går inte att läsa: {error.strerror}.") from error


def _paths(corpus: Path) -> Iterator[Path]:
    def give_up(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(corpus, onerror=give_up):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and not name.endswith(SIDECAR):
                yield Path(folder, name)


def _entry(corpus: Path, path: Path) -> CorpusFile | None:
    try:
        marks = [path.stat()]
        sidecar = sidecar_of(path)
        if sidecar.exists():
            marks.append(sidecar.stat())
    except FileNotFoundError:  # removed at this moment, or a link to nowhere
        return None
    if not path.is_file():
        return None
    signature = " ".join(f"{m.st_size}:{m.st_mtime_ns}:{m.st_ctime_ns}" for m in marks)
    return CorpusFile(path.relative_to(corpus).as_posix(), path, signature)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KallsvarError(f"Filen går inte att läsa: {error.strerror}.") from error
