"""How far a sync has come, for those who wait for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a sync, handed out from the thread that syncs.

    ``current`` is the file that is read or embedded. ``texts_total`` counts the texts to embed that
    are known so far; ``seconds`` those since the start.
    """

    files_done: int
    files_total: int
    current: str | None
    texts_done: int
    texts_total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Files a second so far."""
        return self.files_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds that are left at this rate; None while nothing is finished."""
        if not self.files_done or not self.seconds:
            return None
        return (self.files_total - self.files_done) / self.rate
