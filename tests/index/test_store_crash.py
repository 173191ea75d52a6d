"""A store that is cut off at any step is whole when it is opened again; other processes read on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.embedded.folder import Limits
from index.embedded.store import EmbeddedStore
from settings import ROOT

HORSE = "Om hästar\n\nHästen äter hö. Den springer fort.\n"
BOAT = "Om båtar\n\nBåten har segel. Den går på havet.\n"
DUCK = "Om ankor\n\nAnkan simmar. Den dyker sällan.\n"
CROW = "Om kråkor\n\nKråkan flyger. Den kraxar.\n"
LIMITS = Limits(exact=4, latest=1, latest_share=0, rewritten=0, removed=0.5, drift=1.0)

# Removes a, changes b and adds c, and is cut off at a step.
WRITER = (
    """
import os, signal, sys
from pathlib import Path
from index.embedded import base, database, tending, terms, words, writer
from index.embedded.folder import Folder, Limits
from index.embedded.store import EmbeddedStore
from tests.conftest import WordEncoder
from tests.index.conftest import Filling

folder, step = sys.argv[1:]


def cut(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def instead(owner, name):
    setattr(owner, name, cut)


def after(owner, name):
    original = getattr(owner, name)
    def both(*values, **named):
        result = original(*values, **named)
        cut()
        return result
    setattr(owner, name, both)


def during_terms():
    original = terms.index_terms
    def second(text, seen=[]):
        seen.append(text)
        return cut() if len(seen) == 3 else original(text)
    terms.index_terms = second


steps = {
    "records written": lambda: instead(words, "put_counts"),
    "words counted": lambda: instead(writer, "write_terms"),
    "terms half written": during_terms,
    "terms written": lambda: after(terms, "follow"),
    "facts written": lambda: instead(writer, "commit"),
    "published": lambda: after(writer, "commit"),
    "swept": lambda: after(Folder, "sweep"),
    "vectors made": lambda: after(base, "extend"),
    "vectors placed": lambda: after(Folder, "place"),
    "vectors' facts written": lambda: instead(tending, "commit"),
    "vectors published": lambda: after(tending, "commit"),
    "nothing": lambda: None,
}
store = EmbeddedStore(Path(folder), LIMITS)
steps[step]()
Filling(WordEncoder()).change(store, {"b": CHANGED, "c": HORSE}, ["a"])
store.settle()
""".replace("LIMITS", repr(LIMITS))
    .replace("CHANGED", repr(BOAT + "Den läcker.\n"))
    .replace("HORSE", repr(HORSE))
)

BEFORE = (
    "records written",
    "words counted",
    "terms half written",
    "terms written",
    "facts written",
)
AFTER = ("published", "swept", "vectors made", "vectors placed", "vectors' facts written",
         "vectors published")  # fmt: skip


def child(code: str, *values: str, **more: Any) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *values], text=True, cwd=ROOT, env=environment, **more
    )


@pytest.mark.parametrize("step", [*BEFORE, *AFTER, "nothing"])
def test_cut_off_at_any_step(tmp_path: Path, filling: Any, assert_same: Any, step: str) -> None:
    store = EmbeddedStore(tmp_path / "a", LIMITS)
    same = {"e": DUCK, "f": CROW}
    old = {"a": HORSE, "b": BOAT, **same}
    new = {"b": BOAT + "Den läcker.\n", "c": HORSE, **same}
    filling.change(store, old)
    store.settle()
    del store
    writer = child(WRITER, str(tmp_path / "a"), step)
    assert writer.wait() == (0 if step == "nothing" else -signal.SIGKILL)
    scratch = EmbeddedStore(tmp_path / "b", LIMITS)
    filling.change(scratch, old if step in BEFORE else new)
    scratch.settle()
    opened = EmbeddedStore(tmp_path / "a", LIMITS)
    assert_same(filling.content(opened), filling.content(scratch), scored=False)
    # The next writer goes on from there, and sweeps up what was left.
    for store in (opened, scratch):
        filling.change(store, {"d": BOAT, **new}, ["a"])
        store.settle()
    for store in (opened, EmbeddedStore(tmp_path / "a", LIMITS)):
        assert_same(filling.content(store), filling.content(scratch), scored=False)
    parts = [p.name for p in (tmp_path / "a").iterdir() if p.name.endswith(".part")]
    assert not parts
    assert len(list((tmp_path / "a").glob("terms-*"))) <= 2
    assert len(list((tmp_path / "a").glob("vectors-*"))) <= 2


# Tells what it finds, each time it is asked to, before and after it moves.
READER = """
import json, sys
from pathlib import Path
from index.embedded.folder import Limits
from index.embedded.store import EmbeddedStore
from tests.conftest import WordEncoder
from tests.index.conftest import Filling

store = EmbeddedStore(Path(sys.argv[1]), LIMITS)
for order in sys.stdin:
    if order == "move\\n":
        store.refresh()
    told = Filling(WordEncoder()).content(store)
    told = {name: told[name] for name in told if name.startswith(("nearest", "matching", "words"))}
    print(json.dumps([store.generation, store.fresh(), told]), flush=True)
""".replace("LIMITS", repr(LIMITS))


def test_a_reader_in_another_process_moves_when_it_will(tmp_path: Path, filling: Any) -> None:
    store = EmbeddedStore(tmp_path, LIMITS)
    filling.change(store, {"a": HORSE, "b": BOAT})
    store.settle()
    reader = child(READER, str(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def told(order: str) -> list[Any]:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write(f"{order}\n")
        reader.stdin.flush()
        answer: list[Any] = json.loads(reader.stdout.readline())
        return answer

    try:
        generation, fresh, first = told("stay")
        assert (generation, fresh) == (store.generation, True)
        assert "hästen" in first["words"]
        with store.write("words", "1") as writer:
            writer.remove("a")
            assert told("move") == [generation, True, first]
        store.settle()
        filling.change(store, {"c": BOAT + "Den läcker.\n"})
        store.settle()
        assert told("stay") == [generation, False, first]
        later, fresh, now = told("move")
        assert (later, fresh) == (store.generation, True)
        assert "hästen" not in now["words"]
        expected = filling.content(store)
        for name, value in now.items():
            assert value == pytest.approx(expected[name], abs=1e-5), name
    finally:
        reader.kill()
        reader.wait()
