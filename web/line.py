"""The line that questions wait in when more come than are answered at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import KallsvarError

FULL = "Det är många som frågar just nu. Vänta en stund och fråga igen."


class Line:
    """Lets ``at_once`` in at a time, first come first served, and keeps ``waiting`` more."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._room = at_once + waiting
        self._tickets: list[object] = []
        self._moved = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[Ticket]:
        """Stand in the line until the block ends. Raises KallsvarError where it is full."""
        ticket = Ticket(self)
        with self._moved:
            if len(self._tickets) >= self._room:
                raise KallsvarError(FULL)
            self._tickets.append(ticket)
        try:
            yield ticket
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and hold it until the block ends."""
        with self.place() as ticket:
            while ticket.position():
                ticket.wait(60)
            yield

    def _position(self, ticket: object) -> int:
        with self._moved:
            return max(0, self._tickets.index(ticket) + 1 - self._at_once)

    def _wait(self, ticket: object, seconds: float) -> None:
        with self._moved:
            before = self._tickets.index(ticket)
            self._moved.wait_for(lambda: self._tickets.index(ticket) != before, seconds)


class Ticket:
    """A place in the line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def position(self) -> int:
        """Return how many moves away one's turn is; 0 is now."""
        return self._line._position(self)

    def wait(self, seconds: float) -> None:
        """Wait until the line has moved, at most so long."""
        self._line._wait(self, seconds)
