"""The quality gate: no measure may fall below the stored baseline by more than chance allows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics import Interval, paired_p
from eval.run import Row
from ingest.errors import KallsvarError

BASELINE = Path(__file__).with_name("baseline.json")
# The measure whose values are kept for each question, and tested in pairs.
PAIRED = "Success@1"
# Of these less is better.
_FALLING = frozenset({"false_abstaining", "calibration_error"})


@dataclass(frozen=True, slots=True)
class Change:
    """A measure against the baseline; ``p`` is a paired test's, 1 where there are no pairs."""

    measure: str
    before: float
    now: float
    allowed: float
    p: float = 1.0

    @property
    def failed(self) -> bool:
        """Whether it is worse by more than is allowed."""
        worse = self.now - self.before if self.measure in _FALLING else self.before - self.now
        return worse > self.allowed + 1e-9


def baseline(rows: Sequence[Row], summary: Mapping[str, Interval]) -> dict[str, Any]:
    """Return what is stored: means with their intervals' halves, and each question's values."""
    return {
        "measures": {
            name: {"mean": round(i.mean, 4), "allowed": round((i.high - i.low) / 2, 4)}
            for name, i in summary.items()
            if i.size
        },
        "questions": {row.id: row.measures.get(PAIRED) for row in rows},
    }


def store(record: Mapping[str, Any], path: Path = BASELINE) -> None:
    """Write a baseline."""
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def compare(
    rows: Sequence[Row], summary: Mapping[str, Interval], path: Path = BASELINE
) -> list[Change]:
    """Return each measure's change. Raises KallsvarError where there is no baseline."""
    if not path.exists():
        raise KallsvarError(
            f"Det finns ingen baslinje ({path.name}). "
            "Kör «python -m eval --accept» för att spara en."
        )
    stored = json.loads(path.read_text(encoding="utf-8"))
    pairs = [
        (now, before)
        for row in rows
        if (now := row.measures.get(PAIRED)) is not None
        and (before := stored["questions"].get(row.id)) is not None
    ]
    p = paired_p([a for a, _ in pairs], [b for _, b in pairs]) if pairs else 1.0
    return [
        Change(
            name, kept["mean"], summary[name].mean, kept["allowed"], p if name == PAIRED else 1.0
        )
        for name, kept in stored["measures"].items()
        if name in summary and summary[name].size
    ]
