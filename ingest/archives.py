"""The files of a zip, read safely: nothing leads out of it, and nothing swells without end."""

from __future__ import annotations

import contextlib
import re
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from ingest.errors import KallsvarError
from ingest.incoming import Incoming, is_junk

MOST_FILES = 20_000
MOST_BYTES = 4_000_000_000
# Text is packed to a tenth or so; what is packed a thousandfold was made to fill the disk.
MOST_RATIO = 200
_SMALL = 1_000_000

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_LETTERS = frozenset("åäöÅÄÖéÉüÜ")


def zipped(path: Path) -> Iterator[Incoming]:
    """Yield the files of a zip, under their common folder or else one named like the zip.

    A zip that is damaged or too large is refused whole. Read each before asking for the next.
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        yield Incoming(path.name, reason=f"Filen går inte att läsa: {error.strerror}.")
        return
    except _DAMAGED:
        yield Incoming(path.name, reason="Zip-filen är skadad.")
        return
    with archive:
        members = [(i, PurePosixPath(member_name(i))) for i in archive.infolist() if not i.is_dir()]
        members = [(info, name) for info, name in members if not is_junk(name)]
        if reason := _too_much([info for info, _ in members]):
            yield Incoming(path.name, reason=reason)
            return
        tops = {name.parts[0] if len(name.parts) > 1 else "" for _, name in members}
        prefix = "" if len(tops) == 1 and "" not in tops else f"{path.stem}/"
        for info, name in members:
            yield _member(archive, info, name, prefix)


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's path, with slashes.

    Only zips made in the last years say that names are UTF-8. Others hold the bytes of the system
    they were made on: UTF-8, DOS's code page, or Windows'. Å, ä and ö tell which.
    """
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            ways = (raw.decode(encoding, errors="replace") for encoding in ("cp437", "cp1252"))
            name = max(ways, key=lambda way: sum(c in _LETTERS for c in way))
    return name.replace("\\", "/")


def _too_much(members: list[zipfile.ZipInfo]) -> str | None:
    if len(members) > MOST_FILES:
        return f"Zip-filen har fler än {MOST_FILES} filer. Dela upp den."
    if sum(info.file_size for info in members) > MOST_BYTES:
        return f"Zip-filen blir större än {MOST_BYTES // 10**9} GB uppackad. Dela upp den."
    return None


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath, prefix: str
) -> Incoming:
    shown = prefix + path.as_posix()
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", path.as_posix()):
        return Incoming(path.as_posix(), reason="Sökvägen i zip-filen leder ut ur den.")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Incoming(shown, reason="Filen är en länk. Lägg till filen som den pekar på.")
    if info.flag_bits & 0x1:
        return Incoming(
            shown, reason="Filen är låst med lösenord. Packa upp zip-filen och lägg till filerna."
        )
    if info.file_size > _SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        return Incoming(
            shown, reason="Filen är orimligt hårt packad. Packa upp den själv om du litar på den."
        )
    modified = None
    with contextlib.suppress(ValueError, OverflowError):
        modified = time.mktime((*info.date_time, 0, 0, -1))
    return Incoming(shown, info.file_size, modified, partial(_open, archive, info))


@contextlib.contextmanager
def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    try:
        with archive.open(info) as file:
            yield file
    except _DAMAGED as error:
        raise KallsvarError("Filen är skadad i zip-filen.") from error
