"""What the benchmarks measured, a file each in ``var/bench``: the newest of each kind."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from settings import Settings


def folder() -> Path:
    """Return the folder of results, made where it is missing."""
    path = Settings().var / "bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep(name: str, measured: Any) -> None:
    """Keep a benchmark's numbers in place of its earlier ones."""
    told = {"day": date.today().isoformat(), "measured": measured}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder() / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def kept(name: str) -> Any:
    """Return a benchmark's newest numbers, or None."""
    path = folder() / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["measured"] if path.exists() else None
