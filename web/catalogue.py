"""What the index holds right now, for the page: how much, which generation, and the titles."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from index.analysis import fold
from index.sync import open_store
from ingest.records import Document
from settings import Settings

_SHOWN = 40


class Engine(Protocol):
    """What this needs of an answerer."""

    def documents(self) -> list[Document]: ...


class Catalogue:
    """Reads the index, and keeps the titles of a generation. Shared by threads."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._store = open_store(settings)
        self._engine = engine
        self._titles: dict[str, str] = {}
        self._of = -1
        self._lock = threading.Lock()

    @property
    def generation(self) -> int:
        """The generation of the index."""
        self._store.refresh()
        return self._store.generation

    @property
    def size(self) -> int:
        """How many files of the corpus can be searched."""
        self._store.refresh()
        return sum(state.reason is None for state in self._store.files().values())

    def titles(self) -> dict[str, str]:
        """Return each document's title by its id, in the order of the titles."""
        generation = self.generation
        with self._lock:
            if self._of != generation:
                found = [(d.title, d.id) for d in self._engine.documents() if d.kind == "document"]
                self._titles = {id: title for title, id in sorted(found)}
                self._of = generation
            return self._titles

    def matching(self, text: str, chosen: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return ids and titles: those chosen, then the first others whose titles hold a text."""
        titles, wanted = self.titles(), fold(text.strip().lower())
        kept = [(id, titles[id]) for id in chosen if id in titles]
        rest = [
            (id, title)
            for id, title in titles.items()
            if id not in chosen and wanted in fold(title.lower())
        ]
        return [*kept, *rest[:_SHOWN]]
