"""What the tests of the index share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from index.analysis import question_terms
from index.records import Where
from index.sync import open_store
from settings import Settings


@pytest.fixture
def content(encoder: Any) -> Callable[[Settings], list[Any]]:
    """Return what gives all that a store holds, to compare two of them.

    File signatures are left out: they hold times.
    """

    def held(settings: Settings) -> list[Any]:
        store = open_store(settings)
        near = store.nearest(encoder.question("hästen springer"), 1000, Where())
        match = store.matching(question_terms(["hästen", "båten", "segel"]), 1000, Where())
        chunks = {row: chunk.id for row, chunk in store.chunks([m.row for m in near])}
        return [
            store.documents(),
            sorted((i, state.digest, state.reason) for i, state in store.files().items()),
            sorted((chunks[m.row], round(m.score, 5)) for m in near),
            sorted((chunks[m.row], round(m.score, 4)) for m in match),
            dict(store.vocabulary()),
            store.contents(),
        ]

    return held
