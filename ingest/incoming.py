"""What is on its way in: the files that people point at, and those in folders and zips."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

_JUNK = {"thumbs.db", "desktop.ini", "__macosx"}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to be added. ``name`` is its path as it should stand in the corpus.

    ``modified`` is a POSIX time. One that cannot be added has a ``reason`` instead of ``open``.
    """

    name: str
    size: int = 0
    modified: float | None = None
    open: Callable[[], AbstractContextManager[IO[bytes]]] | None = None
    reason: str | None = None


def incoming(paths: Iterable[Path]) -> Iterator[Incoming]:
    """Yield the files that paths stand for: files, the files in folders, the files in zips.

    What is in a folder keeps its path, the folder's own name first. Hidden files and what
    operating systems leave behind are passed over.
    """
    from ingest.archives import zipped

    for path in paths:
        if path.is_dir():
            yield from _folder(path)
        elif path.suffix.lower() == ".zip" and path.is_file():
            yield from zipped(path)
        else:
            yield _file(path, path.name)


def is_junk(path: PurePosixPath | Path) -> bool:
    """Tell whether a path within a folder or zip is hidden or left there by an operating system."""
    return any(
        (part.startswith(".") and part != "..") or part.lower() in _JUNK for part in path.parts
    )


def _folder(folder: Path) -> Iterator[Incoming]:
    top = folder.resolve().name
    refused: list[Incoming] = []

    def note(error: OSError) -> None:
        name = f"{top}/{Path(error.filename).relative_to(folder)}"
        refused.append(Incoming(name, reason=f"Mappen går inte att läsa: {error.strerror}."))

    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not is_junk(Path(name)))
        for name in sorted(names):
            path = Path(place, name)
            if not is_junk(Path(name)):
                yield _file(path, f"{top}/{path.relative_to(folder).as_posix()}", follow=False)
    yield from refused


def _file(path: Path, name: str, *, follow: bool = True) -> Incoming:
    """Return a file; a link is followed only where it was pointed at."""
    try:
        facts = path.stat(follow_symlinks=follow)
    except FileNotFoundError:
        return Incoming(name, reason="Filen finns inte.")
    except OSError as error:
        return Incoming(name, reason=f"Filen går inte att läsa: {error.strerror}.")
    if stat.S_ISLNK(facts.st_mode):
        return Incoming(name, reason="Filen är en länk. Lägg till filen som den pekar på.")
    if not stat.S_ISREG(facts.st_mode):
        return Incoming(name, reason="Det är ingen vanlig fil.")
    return Incoming(name, facts.st_size, facts.st_mtime, lambda: path.open("rb"))
