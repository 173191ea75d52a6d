"""The line that questions wait in."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from answer import Answer
from ingest.errors import KallsvarError
from settings import Settings
from web.access import Access
from web.chat import Chat
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


def test_a_question_that_waits_is_told_its_place(tmp_path: Path) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def ask(question: str, **_: object) -> Answer:
        asked.set()
        go_on.wait(10)
        return Answer(None, question, False, 0.0, None, None, (), {}, message="Svar.")

    engine: Any = SimpleNamespace(settings=Settings(var=tmp_path), ask=ask)
    nothing: Any = None
    chat = Chat(engine, Access(engine.settings), nothing, Line(1, 1))
    got: dict[str, dict[str, Any]] = {}

    def put(turn: str) -> None:
        got[turn] = chat.ask({"turn": turn, "question": "?"})

    threads = [threading.Thread(target=put, args=(turn,)) for turn in ("a", "b")]
    for thread in threads:
        thread.start()
        assert asked.wait(5)
    while not chat.position({"turn": "b"}):
        time.sleep(0.01)
    assert [chat.position({"turn": t}) for t in ("a", "b", "okänd")] == [0, 1, 0]
    full = chat.ask({"turn": "c", "question": "<b>?"})
    assert (full["kind"], full["said"]) == ("notice", FULL)
    assert "&lt;b&gt;?" in full["html"]
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert [got[turn]["said"] for turn in ("a", "b")] == ["Svar.", "Svar."]
    assert chat.position({"turn": "b"}) == 0
