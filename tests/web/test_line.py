"""The line that questions wait in."""

from __future__ import annotations

import threading

import pytest

from ingest.errors import KallsvarError
from web.line import FULL, Line


def test_places_in_the_line_and_a_full_one() -> None:
    line = Line(at_once=1, waiting=1)
    with line.place() as first:
        assert first.position() == 0
        with line.place() as second:
            assert second.position() == 1
            with pytest.raises(KallsvarError) as error, line.place():
                pass
            assert str(error.value) == FULL
    with line.place() as third:
        assert third.position() == 0


def test_the_next_goes_when_one_is_done() -> None:
    line = Line(at_once=1, waiting=5)
    order: list[str] = []
    begun, end = threading.Event(), threading.Event()

    def first() -> None:
        with line.turn():
            begun.set()
            end.wait(5)
            order.append("first")

    def second() -> None:
        begun.wait(5)
        with line.turn():
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    begun.wait(5)
    end.set()
    for thread in threads:
        thread.join(5)
    assert order == ["first", "second"]
