"""What lies in the corpus folder: its files, their metadata, and reading them.

A file's metadata stands beside it in ``<file name>.meta.json``: title, publisher, url, language,
date, and under ``references`` the addresses of its references by number. All of it is optional.
A page from the web also has the day it was ``fetched``, the address ``requested`` where that led
elsewhere, and under ``cited_by`` the references («file#7») that it was fetched for.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES, reader_for
from ingest.records import Document
from ingest.support import reference_records

SIDECAR = ".meta.json"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file in the corpus. ``signature`` (sizes and times) tells cheaply that nothing changed."""

    id: str
    path: Path
    signature: str

    @property
    def sidecar(self) -> Path:
        """Where the file's metadata stands, if it has any."""
        return self.path.with_name(self.path.name + SIDECAR)

    def digest(self) -> str:
        """Return the hash of the file's and its metadata's content.

        Raises KallsvarError where the file cannot be read.
        """
        hasher = hashlib.sha256(_bytes(self.path))
        if self.sidecar.exists():
            hasher.update(b"\0" + _bytes(self.sidecar))
        return hasher.hexdigest()


def corpus_files(corpus: Path) -> list[CorpusFile]:
    """Return the corpus's files, sorted by id; hidden files and metadata files are no documents.

    Raises KallsvarError where the folder is missing, unreadable or has no file.
    """
    if not corpus.is_dir():
        raise KallsvarError(
            f"Mappen med dokument finns inte: {corpus}. Skapa den och lägg dokument i den, eller "
            "peka ut en annan med --corpus eller KALLSVAR_CORPUS."
        )
    try:
        paths = sorted(p for p in corpus.rglob("*") if p.is_file() and not p.name.startswith("."))
    except OSError as error:
        raise KallsvarError(f"Mappen {corpus} går inte att läsa: {error.strerror}.") from error
    files = [_entry(corpus, path) for path in paths if not path.name.endswith(SIDECAR)]
    if not files:
        raise KallsvarError(
            f"Mappen {corpus} är tom. Lägg minst ett dokument ({', '.join(SUFFIXES)}) i den och "
            "kör «python -m ingest» igen."
        )
    return files


def read(file: CorpusFile) -> list[Document]:
    """Read a file: the document, and after it a record for each of its references.

    Raises KallsvarError with the reason where the file cannot be read.
    """
    facts = _metadata(file.sidecar)
    reader = reader_for(file.path.suffix)
    document = reader(_bytes(file.path), document_id=file.id, title=facts.get("title"))
    addresses = facts.get("references") or {}
    document = replace(
        document,
        publisher=facts.get("publisher") or document.publisher,
        url=facts.get("url") or document.url,
        author=facts.get("author") or document.author,
        language=facts.get("language") or document.language,
        date=facts.get("date") or document.date,
        references=tuple(
            replace(r, url=addresses.get(str(r.number)) or r.url) for r in document.references
        ),
    )
    return [document, *reference_records(document)]


def facts_of(path: Path) -> dict[str, Any]:
    """Return a file's metadata as it stands. Raises KallsvarError where it cannot be read."""
    return _metadata(path.with_name(path.name + SIDECAR))


def write_facts(path: Path, facts: Mapping[str, Any]) -> None:
    """Write a file's metadata whole. Raises KallsvarError where the folder cannot be written."""
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    write_whole(path.with_name(path.name + SIDECAR), text.encode())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file at one stroke, so that a sync never reads half of it.

    Raises KallsvarError where the folder cannot be written.
    """
    # Hidden, so that it is no document meanwhile.
    part = path.with_name(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise KallsvarError(
            f"Det går inte att skriva i mappen {path.parent}: {error.strerror}."
        ) from error


def _entry(corpus: Path, path: Path) -> CorpusFile:
    sidecar = path.with_name(path.name + SIDECAR)
    marks = [path.stat(), *([sidecar.stat()] if sidecar.exists() else [])]
    signature = " ".join(f"{mark.st_size}:{mark.st_mtime_ns}" for mark in marks)
    return CorpusFile(path.relative_to(corpus).as_posix(), path, signature)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KallsvarError(f"Filen går inte att läsa: {error.strerror}.") from error


def _metadata(sidecar: Path) -> dict[str, Any]:
    if not sidecar.exists():
        return {}
    try:
        facts = json.loads(_bytes(sidecar))
    except ValueError as error:
        raise KallsvarError(f"Metadata i {sidecar.name} är inte giltig JSON: {error}.") from error
    if not isinstance(facts, dict) or not isinstance(facts.get("references", {}), dict):
        raise KallsvarError(f"Metadata i {sidecar.name} ska vara ett JSON-objekt.")
    return facts
