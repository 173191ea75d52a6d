"""Following a folder as it changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from index.sync import FileResult, SyncReport, open_store, sync
from index.watch import watch
from ingest.errors import KallsvarError
from ingest.keeping import add, remove
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]
News = SyncReport | KallsvarError


class Following:
    """A watch in a thread of its own, and what it has told."""

    def __init__(self, settings: Settings, encoder: Any) -> None:
        self.settings = settings
        self.told: list[News] = []
        self.syncs = 0
        self._encoder = encoder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        watch(self.settings.corpus, self._sync, self.told.append, self._stop.is_set)

    def _sync(self) -> SyncReport:
        self.syncs += 1
        return sync(self.settings, encoder=self._encoder)

    def wait(self, count: int) -> list[News]:
        """Return what was told once it is so much, at most 20 s from now."""
        end = time.monotonic() + 20
        while len(self.told) < count and time.monotonic() < end:
            time.sleep(0.05)
        return self.told

    def end(self) -> None:
        self._stop.set()
        self._thread.join(15)
        assert not self._thread.is_alive()


@pytest.fixture
def follow(encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what begins to follow a corpus; it ends with the test."""
    monkeypatch.setattr("index.watch._QUIET", 100)
    monkeypatch.setattr("index.watch._UNASKED", 500)
    started: list[Following] = []

    def begin(settings: Settings) -> Following:
        started.append(Following(settings, encoder))
        return started[-1]

    yield begin
    for following in started:
        following.end()


def test_the_index_follows_the_folder(make_corpus: MakeCorpus, follow: Any, tmp_path: Any) -> None:
    settings = make_corpus({"a.txt": "Hästen äter hö.\n"})
    following = follow(settings)
    (first,) = following.wait(1)
    assert first.files == [FileResult("a.txt", "added")]
    new = tmp_path / "b.txt"
    new.write_text("Båten har segel.\n", encoding="utf-8")
    add(settings.corpus, [new])
    second = following.wait(2)[1]
    assert second.files == [FileResult("a.txt", "unchanged"), FileResult("b.txt", "added")]
    remove(settings.corpus, "a.txt")
    third = following.wait(3)[2]
    assert third.files == [FileResult("b.txt", "unchanged"), FileResult("a.txt", "removed")]
    assert [d.id for d in open_store(settings).documents()] == ["b.txt"]


def test_only_news_are_told(make_corpus: MakeCorpus, follow: Any) -> None:
    settings = make_corpus({"a.txt": "Hästen äter hö.\n", "b.xyz": "x"})
    following = follow(settings)
    following.wait(1)
    # It looks again by itself, and finds nothing.
    before, end = following.syncs, time.monotonic() + 20
    while following.syncs < before + 2 and time.monotonic() < end:
        time.sleep(0.05)
    assert following.syncs >= before + 2
    assert len(following.told) == 1


def test_an_error_is_told_once_and_it_goes_on(make_corpus: MakeCorpus, follow: Any) -> None:
    settings = make_corpus({})
    following = follow(settings)
    (error,) = following.wait(1)
    assert isinstance(error, KallsvarError)
    assert "är tom" in str(error)
    time.sleep(1.5)
    assert len(following.told) == 1
    (settings.corpus / "a.txt").write_text("Hästen äter hö.\n", encoding="utf-8")
    news = following.wait(2)[-1]
    assert isinstance(news, SyncReport)
    assert news.files == [FileResult("a.txt", "added")]
