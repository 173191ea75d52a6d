"""The folder of an index: where its parts lie, its locks, and sweeping up what no longer counts."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.embedded.database import NAME, Facts


@dataclass(frozen=True, slots=True)
class Limits:
    """When the parts change their form. Other than these are for tests.

    Up to ``exact`` vectors are searched exactly, in some 5 ms on one core. Past that those added
    since the file of the others was written are: ``latest`` of them, or the share ``latest_share``
    of the file. Then they are added to it. The file is made anew when the share ``removed`` of it
    has been removed, or of new vectors' numbers the share ``drift`` does not fit into it; how to
    search it is measured anew when it has become ``growth`` times as large.

    Passages removed stay in the terms' statistics until they are written anew: at once in an index
    of up to ``rewritten`` passages, else when they are the share ``removed`` of it.
    """

    exact: int = 50_000
    latest: int = 20_000
    latest_share: float = 0.02
    growth: float = 2.0
    removed: float = 0.3
    drift: float = 0.01
    rewritten: int = 500


class Folder:
    """The paths of an index's parts by generation."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def terms(self, generation: int) -> Path:
        """Return where the terms of a generation lie, a folder."""
        return self.path / f"terms-{generation}"

    def base(self, generation: int) -> Path:
        """Return where the vectors of a generation lie, a file."""
        return self.path / f"vectors-{generation}.faiss"

    def part(self, path: Path) -> Path:
        """Return where a part is made before it takes its place."""
        return path.with_name(f"{path.name}.part")

    def writing(self) -> FileLock:
        """Return the lock of whoever makes the next generation."""
        return FileLock(self.path / "writing.lock")

    def tending(self) -> FileLock:
        """Return the lock of whoever makes a part anew; taken before that of writing."""
        return FileLock(self.path / "tending.lock")

    def place(self, path: Path) -> None:
        """Put a part that has been made in its place."""
        made = self.part(path)
        if made.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        made.replace(path)

    def sweep(self, *kept: Facts) -> None:
        """Remove what does not belong to the generations given."""
        keep = {self.terms(facts.terms) for facts in kept} | {self.base(f.base) for f in kept}
        found = [*self.path.glob("terms-*"), *self.path.glob("vectors-*")]
        # An index of an earlier form.
        found += [p for p in self.path.glob("records*.sqlite*") if not p.name.startswith(NAME)]
        with contextlib.suppress(Timeout), self.tending().acquire(timeout=0):
            for path in found:
                if path.suffix == ".part":
                    _remove(path)
        for path in found:
            if path not in keep and path.suffix != ".part":
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
