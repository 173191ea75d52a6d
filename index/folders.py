"""Folders of derived files, written once: whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# Written last, so that a folder that has it is whole.
MARKER = "kallsvar-model.json"


def written_once(
    target: Path, origin: Mapping[str, Any], write: Callable[[Path], None], *, space: int
) -> Path:
    """Return ``target``, first written by ``write`` unless it is complete for ``origin``.

    ``write`` gets a path where nothing lies yet; it makes the folder and ends with ``seal``. Of
    processes that ask at once one writes and the others wait; no one sees part of a folder, and
    what a crash left is swept by the next who writes.

    Raises:
        OSError: the folder cannot be written, or fewer than ``space`` bytes are free.
    """
    if is_complete(target, origin):
        return target
    from filelock import FileLock

    scratch_prefix = f".{target.name}.tmp-"
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.parent / f".{target.name}.lock"):
        if is_complete(target, origin):  # another process wrote it while this one waited
            return target
        # Only the lock's holder makes these, so whoever left one has crashed.
        for left_over in target.parent.glob(scratch_prefix + "*"):
            shutil.rmtree(left_over, ignore_errors=True)
        if shutil.disk_usage(target.parent).free < space:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        scratch = Path(tempfile.mkdtemp(prefix=scratch_prefix, dir=target.parent))
        try:
            write(scratch / "new")
            if target.exists():  # os.replace does not replace a folder that holds files
                os.replace(target, scratch / "old")
            os.replace(scratch / "new", target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return target


def seal(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the marker: ``facts`` (an origin, and what else is known), and each file's size."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:  # on the disk before the marker says so, should the power go
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    marker = json.dumps({**facts, "files": sizes}, indent=2, ensure_ascii=False) + "\n"
    (folder / MARKER).write_text(marker, encoding="utf-8")


def facts_of(folder: Path) -> dict[str, Any]:
    """Return what a folder's marker says; nothing where it has none that can be read."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marker if isinstance(marker, dict) else {}


def is_complete(folder: Path, origin: Mapping[str, Any]) -> bool:
    """Whether ``folder`` was made from ``origin``, and holds every file at its full size."""
    marker = facts_of(folder)
    try:
        return all(marker[name] == value for name, value in origin.items()) and all(
            (folder / name).stat().st_size == size for name, size in marker["files"].items()
        )
    except (OSError, KeyError, AttributeError, TypeError):
        return False
