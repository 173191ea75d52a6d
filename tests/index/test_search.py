"""What a search does at once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from index.embedded.store import EmbeddedStore
from index.embedded.terms import TermIndex
from index.search import search

_PATIENCE = 30


def test_words_are_looked_for_while_the_question_is_encoded(
    tmp_path: Path, filling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a.txt": "Båten ligger i hamnen.", "b.txt": "Hästen står i hagen."})
    matched = threading.Event()
    matching = TermIndex.matching

    def tell(self: TermIndex, *given: Any) -> Any:
        found = matching(self, *given)
        matched.set()
        return found

    class Patient:
        fingerprint = filling.encoder.fingerprint

        def question(self, text: str) -> Any:
            assert matched.wait(_PATIENCE), "the words wait for the vector"
            return filling.encoder.question(text)

    monkeypatch.setattr(TermIndex, "matching", tell)
    encoder: Any = Patient()
    assert search(store, encoder, "Var står hästen?").hits[0].chunk.text == "Hästen står i hagen."


def test_words_and_neighbours_are_looked_for_at_once(
    tmp_path: Path, filling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a.txt": "Båten ligger i hamnen.", "b.txt": "Hästen står i hagen."})
    search(store, filling.encoder, "Var ligger båten?")
    both = threading.Barrier(2, timeout=_PATIENCE)

    def meet(found: Any) -> Any:
        def waiting(*given: Any) -> Any:
            both.wait()
            return found(*given)

        return waiting

    monkeypatch.setattr(TermIndex, "matching", meet(TermIndex.matching))
    vectors = store._vector_index()
    monkeypatch.setattr(vectors, "nearest", meet(vectors.nearest))
    found = search(store, filling.encoder, "Var ligger båten?").hits
    assert found[0].chunk.text == "Båten ligger i hamnen."


def test_an_error_among_the_words_is_told(
    tmp_path: Path, filling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a.txt": "Båten ligger i hamnen."})

    def fail(*given: Any) -> Any:
        raise ValueError("broken")

    monkeypatch.setattr(TermIndex, "matching", fail)
    with pytest.raises(ValueError, match="broken"):
        search(store, filling.encoder, "Var ligger båten?")
