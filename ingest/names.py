"""The names of documents: made fit for any file system, and found again from a part of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ingest.corpus import SIDECAR
from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES, reader_for

# Of a file system's 255 bytes; the metadata's name is ten longer.
_NAME_BYTES = 200
_RESERVED = re.compile(r'[<>:"/\\|?*]')
_NEAREST = 3


def clean_name(name: str) -> str:
    """Return a name that every file system takes: composed letters, no control characters, no
    leading dot, not too long. It may come out empty.
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join(c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    name = " ".join(_RESERVED.sub("-", name).split()).lstrip(". ").rstrip(". ")
    suffix = PurePosixPath(name).suffix
    room = _NAME_BYTES - len(suffix.encode())
    if room <= 0:
        return name.encode()[:_NAME_BYTES].decode(errors="ignore")
    stem = name.removesuffix(suffix).encode()[:room].decode(errors="ignore").rstrip(". ")
    return stem + suffix


def clean_path(path: str) -> str:
    """Return a path of clean names. Raises KallsvarError where it leads out of its folder."""
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path) or ".." in parts:
        raise KallsvarError(f"Sökvägen «{path}» leder ut ur mappen.")
    return "/".join(filter(None, map(clean_name, parts)))


def refusal(name: str) -> str | None:
    """Return why no document can be called so, or None."""
    if name.endswith(SIDECAR):
        return f"Namn på {SIDECAR} är förbehållna dokumentens metadata."
    suffix = PurePosixPath(name).suffix
    if suffix.lower() == ".zip":
        return "En zip-fil i en annan packas inte upp. Packa upp den yttre först."
    if not suffix:
        return f"Namnet saknar ändelse, så formatet är okänt (stöds: {', '.join(SUFFIXES)})."
    if suffix.lower() not in SUFFIXES:
        try:
            reader_for(suffix)
        except KallsvarError as error:
            return str(error)
    return None


def find(given: str, ids: Sequence[str], corpus: Path) -> str:
    """Return the document that a person means: by id, file name, or the beginning of either.

    A path into the corpus, as a shell completes it, will do too. Raises KallsvarError, naming the
    nearest ones, where none or several are meant.
    """
    asked = _inside(given, corpus)
    # As it is written first, then without the dots and rings that a keyboard may lack.
    for fold in (_folded, _plain):
        wanted = fold(asked)
        forms = [(i, fold(i), fold(PurePosixPath(i).name)) for i in ids]
        for meant in (
            [i for i, whole, _ in forms if whole == wanted],
            [i for i, whole, name in forms if wanted in (name, _stem(whole), _stem(name))],
            [i for i, whole, name in forms if whole.startswith(wanted) or name.startswith(wanted)],
        ):
            if len(meant) == 1:
                return meant[0]
            if len(meant) > 1:
                named = ", ".join(meant[:5]) + (" …" if len(meant) > 5 else "")
                message = f"«{given}» passar flera dokument: {named}. Skriv mer av namnet."
                raise KallsvarError(message)
    raise KallsvarError(f"Det finns inget dokument «{given}». {_advice(_plain(asked), ids)}")


def _advice(wanted: str, ids: Sequence[str]) -> str:
    from rapidfuzz import fuzz, process

    names = {i: _plain(PurePosixPath(i).stem) for i in ids}
    near = process.extract(
        _stem(wanted), names, scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=60
    )
    if near:
        return f"Närmast kommer {', '.join(i for _, _, i in near)}."
    return "«python -m ingest list» visar vilka som finns."


def _inside(given: str, corpus: Path) -> str:
    path = Path(given)
    if path.is_absolute() or len(path.parts) > 1:
        try:
            return path.resolve().relative_to(corpus.resolve()).as_posix()
        except ValueError:
            pass
    return given


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _stem(path: str) -> str:
    return path.removesuffix(PurePosixPath(path).suffix)
