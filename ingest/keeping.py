"""Keeps the corpus: documents in, out, under another name, with other metadata.

Nothing here touches the index; a sync brings it in line afterwards. A file is put in its place at
one stroke, so that a sync at the same time sees the old one or the new one, never half of it.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Literal

from ingest.corpus import (
    FACTS,
    SIDECAR,
    CorpusFile,
    EmptyCorpus,
    content_hash,
    corpus_files,
    facts_of,
    part_of,
    sidecar_of,
    write_facts,
)
from ingest.errors import KallsvarError
from ingest.incoming import Incoming, incoming
from ingest.names import clean_path, refusal

LARGEST_BYTES = 250_000_000
_FACT_CHARACTERS = 1000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file that was to be added.

    ``id`` is the document's: of one that is the ``same``, the document that already has this
    content; None for one that was refused, with the ``reason``. ``name`` is what it came as.
    """

    id: str | None
    name: str
    outcome: Literal["new", "replaced", "same", "refused"]
    reason: str | None = None


def add(corpus: Path, paths: Iterable[Path], *, folder: str = "") -> list[Added]:
    """Copy files, and the files of folders and zips, into the corpus, below a folder of it.

    New content under a name that is there replaces what was there, and keeps its metadata. What
    cannot be added is refused with its reason, and the rest goes on. Raises KallsvarError where
    the corpus cannot be written.
    """
    try:
        corpus.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KallsvarError(f"Mappen {corpus} går inte att skapa: {error.strerror}.") from error
    shelf = _Shelf(corpus, clean_path(folder))
    return [shelf.place(file) for file in incoming(paths)]


def remove(corpus: Path, document_id: str) -> None:
    """Remove a document and its metadata. Another name of the same content stays.

    Raises KallsvarError where there is no such document or it cannot be removed.
    """
    file = _file(corpus, document_id)
    try:
        file.path.unlink()
        file.sidecar.unlink(missing_ok=True)
    except OSError as error:
        raise KallsvarError(f"{document_id} går inte att ta bort: {error.strerror}.") from error
    _tidy(corpus, file.path.parent)


def rename(corpus: Path, document_id: str, name: str) -> str:
    """Give a document another name, in the same folder or as a path in the corpus; return its id.

    The ending may be left out. Raises KallsvarError where there is no such document, the name is
    taken, or it is none.
    """
    file = _file(corpus, document_id)
    suffix = file.path.suffix
    path = clean_path(name)
    if path and PurePosixPath(path).suffix.lower() != suffix.lower():
        path = clean_path(path + suffix)
    if not path:
        raise KallsvarError(f"«{name}» är inget namn. Skriv minst en bokstav eller siffra.")
    if path.endswith(SIDECAR):
        raise KallsvarError(f"Namn på {SIDECAR} är förbehållna dokumentens metadata.")
    target = corpus / path if "/" in path else file.path.with_name(path)
    if target == file.path:
        return document_id
    new = target.relative_to(corpus).as_posix()
    if target.exists() and not target.samefile(file.path):
        raise KallsvarError(f"Det finns redan ett dokument som heter {new}. Välj ett annat namn.")
    try:
        # Another way to write the same name, where the file system takes no notice of case.
        same = target.exists()
        # The metadata first: a sync in between never meets the document without it.
        if held := facts_of(file.path):
            write_facts(target, held)
        elif not same:
            sidecar_of(target).unlink(missing_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.path.replace(target)
        if not same:
            file.sidecar.unlink(missing_ok=True)
    except OSError as error:
        message = f"{document_id} går inte att byta namn på: {error.strerror}."
        raise KallsvarError(message) from error
    _tidy(corpus, file.path.parent)
    return new


def set_facts(corpus: Path, document_id: str, **facts: str | None) -> None:
    """Set a document's metadata: title, publisher, url, author, date, language.

    None or an empty text clears one, so that what the file itself says holds again. Raises
    KallsvarError where there is no such document or a value will not do.
    """
    if unknown := sorted(set(facts) - set(FACTS)):
        raise KallsvarError(
            f"«{unknown[0]}» är ingen uppgift om ett dokument. Det som går att sätta är "
            f"{', '.join(FACTS)}."
        )
    file = _file(corpus, document_id)
    held = facts_of(file.path)
    new = held | {name: _fact(name, value or "") for name, value in facts.items()}
    new = {name: value for name, value in new.items() if value}
    if new == held:
        return
    if new:
        write_facts(file.path, new)
    else:
        file.sidecar.unlink(missing_ok=True)


def _fact(name: str, value: str) -> str:
    text = unicodedata.normalize("NFC", value)
    text = " ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in text).split())
    if len(text) > _FACT_CHARACTERS:
        raise KallsvarError(f"«{name}» är längre än {_FACT_CHARACTERS} tecken. Korta ner texten.")
    if name == "url" and text and not re.fullmatch(r"https?://[^\s/]+\S*", text, re.IGNORECASE):
        raise KallsvarError(f"«{text}» är ingen webbadress. Den ska börja med https://.")
    if name == "language" and text and not re.fullmatch(r"[a-z]{2,3}", text):
        raise KallsvarError(f"«{text}» är ingen språkkod. Skriv till exempel sv eller en.")
    if name == "date" and text and not _is_date(text):
        raise KallsvarError(
            f"«{text}» är inget datum. Skriv det som 2025, 2025-03 eller 2025-03-14."
        )
    return text


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text + "0000-01-01"[len(text) :]))
    except ValueError:
        return False


def _file(corpus: Path, document_id: str) -> CorpusFile:
    try:
        files = corpus_files(corpus)
    except EmptyCorpus:
        files = []
    for file in files:
        if file.id == document_id:
            return file
    raise KallsvarError(
        f"Det finns inget dokument «{document_id}» i {corpus}. «python -m ingest list» visar vilka "
        "som finns."
    )


def _tidy(corpus: Path, folder: Path) -> None:
    """Remove folders that have become empty, up to the corpus."""
    while folder != corpus and folder.is_relative_to(corpus):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


class _Shelf:
    """The corpus while files are put in it: what lies there, and what was put there just now."""

    def __init__(self, corpus: Path, folder: str) -> None:
        self._corpus = corpus
        self._folder = folder
        self._placed: set[Path] = set()
        self._hashes: dict[Path, str] = {}
        self._sizes: dict[int, list[Path]] = {}
        try:
            files = [file.path for file in corpus_files(corpus) if file.supported]
        except EmptyCorpus:
            files = []
        for path in files:
            self._sizes.setdefault(path.stat().st_size, []).append(path)

    def place(self, file: Incoming) -> Added:
        """Put a file in its place, unless its content is there or something is wrong with it."""
        try:
            return self._place(file)
        except KallsvarError as error:
            return Added(None, file.name, "refused", str(error))
        except OSError as error:
            reason = f"Filen går inte att kopiera: {error.strerror}."
            return Added(None, file.name, "refused", reason)

    def _place(self, file: Incoming) -> Added:
        if file.reason:
            raise KallsvarError(file.reason)
        path = clean_path(f"{self._folder}/{file.name}" if self._folder else file.name)
        target = self._corpus / path
        if reason := refusal(path) or _refused_size(file.size):
            raise KallsvarError(reason)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self._corpus.resolve()):
            raise KallsvarError(f"Mappen {target.parent} är en länk ut ur {self._corpus}.")
        part = part_of(target)
        try:
            size, digest = _copy(file, part)
            if known := self._same(size, digest):
                return Added(self._id(known), file.name, "same")
            if target in self._placed:
                raise KallsvarError(
                    "En annan av filerna har samma namn men annat innehåll. Byt namn på den ena."
                )
            replaced = target.exists()
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
            _tidy(self._corpus, target.parent)
        self._note(target, size, digest)
        return Added(self._id(target), file.name, "replaced" if replaced else "new")

    def _same(self, size: int, digest: str) -> Path | None:
        for path in self._sizes.get(size, ()):
            if path not in self._hashes:
                self._hashes[path] = content_hash(path)
            if self._hashes[path] == digest:
                return path
        return None

    def _note(self, path: Path, size: int, digest: str) -> None:
        for paths in self._sizes.values():
            if path in paths:
                paths.remove(path)
        self._sizes.setdefault(size, []).append(path)
        self._hashes[path] = digest
        self._placed.add(path)

    def _id(self, path: Path) -> str:
        return path.relative_to(self._corpus).as_posix()


def _refused_size(size: int) -> str | None:
    if size > LARGEST_BYTES:
        return f"Filen är större än {LARGEST_BYTES // 1_000_000} MB. Dela upp den."
    return None if size else "Filen är tom."


def _copy(file: Incoming, part: Path) -> tuple[int, str]:
    """Copy a file's content and date; return its size and hash."""
    hasher = hashlib.sha256()
    size = 0
    if file.open is None:
        raise ValueError(f"an incoming file needs a reason or content, {file.name} has neither")
    with file.open() as source, part.open("wb") as copy:
        while piece := source.read(_PIECE):
            size += len(piece)
            if reason := _refused_size(size):
                raise KallsvarError(reason)
            hasher.update(piece)
            copy.write(piece)
    if file.modified is not None:
        os.utime(part, (file.modified, file.modified))
    return size, hasher.hexdigest()
