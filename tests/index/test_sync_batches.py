"""Long work: in batches, seen while it goes on, ended at any moment with what is finished kept."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from index.progress import Progress
from index.records import Where
from index.sync import open_store, sync
from ingest.errors import KallsvarError
from settings import ROOT, Settings

MakeCorpus = Callable[[dict[str, str]], Settings]
Content = Callable[[Settings], list[Any]]

# Five documents of four texts each: a passage and three sentences.
FIVE = {
    f"{n}.txt": f"Dokument {n}\n\nHäst {n} äter hö. Båt {n} har segel. Hund {n} skäller högt.\n"
    for n in range(1, 6)
}


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two files, embedded two texts at a time."""
    monkeypatch.setattr("index.sync._FILES_AT_ONCE", 2)
    monkeypatch.setattr("index.sync._EMBEDDED_AT_ONCE", 2)


def rebuilt(settings: Settings, encoder: Any) -> Settings:
    """Return settings of an index of the same corpus, built from scratch."""
    fresh = settings.model_copy(update={"var": settings.var.with_name("annan")})
    sync(fresh, encoder=encoder)
    return fresh


@pytest.mark.usefixtures("_small")
def test_each_batch_is_searchable_while_the_next_is_made(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus(FIVE)
    seen: list[tuple[str | None, int]] = []

    def look(now: Progress) -> None:
        seen.append((now.current, len(open_store(settings).documents())))

    sync(settings, look, encoder=encoder)
    found = dict(seen)
    assert [found[f"{n}.txt"] for n in range(1, 6)] == [0, 0, 2, 2, 4]
    assert open_store(settings).generation == 3


@pytest.mark.usefixtures("_small")
def test_progress_counts_files_and_texts(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FIVE | {"trasig.xyz": "x"})
    seen: list[Progress] = []
    sync(settings, seen.append, encoder=encoder)
    assert seen[0].files_done == seen[0].texts_done == 0
    assert seen[0].current == "1.txt"
    last = seen[-1]
    assert (last.files_done, last.files_total) == (6, 6)
    assert (last.texts_done, last.texts_total) == (20, 20)
    for name in ("files_done", "texts_done", "texts_total", "seconds"):
        values = [getattr(now, name) for now in seen]
        assert values == sorted(values), name
    # While the second file of the first batch is embedded, the first is done.
    assert {n.files_done for n in seen if n.current == "2.txt" and n.texts_done == 6} == {1}
    # Nothing to do, nothing to show.
    seen.clear()
    sync(settings, seen.append, encoder=encoder)
    assert seen == []


def test_rate_and_time_left() -> None:
    assert Progress(0, 10, "a", 0, 0, 3.0).seconds_left is None
    half = Progress(5, 20, "a", 0, 0, 2.0)
    assert (half.rate, half.seconds_left) == (2.5, 6.0)
    assert Progress(20, 20, None, 0, 0, 2.0).seconds_left == 0


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("texts", [0, 1, 5, 9, 17])
def test_what_is_finished_is_kept_when_cancelled(
    make_corpus: MakeCorpus, encoder: Any, content: Content, texts: int
) -> None:
    settings = make_corpus(FIVE)
    now: list[Progress] = []
    report = sync(
        settings, now.append, encoder=encoder,
        cancelled=lambda: bool(now) and now[-1].texts_done >= texts,
    )  # fmt: skip
    assert report.cancelled
    finished = [result.id for result in report.files]
    # A file is finished when its four texts are; they come two at a time.
    assert finished == [f"{n}.txt" for n in range(1, 6)][: (texts + texts % 2) // 4]
    assert [d.id for d in open_store(settings).documents()] == finished
    cost = encoder.embedded
    again = sync(settings, encoder=encoder)
    assert not again.cancelled
    assert [r.id for r in again.files if r.outcome == "added"] == sorted(set(FIVE) - set(finished))
    # Nothing that was embedded and kept is embedded once more.
    assert report.embedded + again.embedded == 20
    assert encoder.embedded - cost == again.embedded
    assert content(settings) == content(rebuilt(settings, encoder))


def test_cancelled_from_the_start_does_nothing(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FIVE)
    report = sync(settings, encoder=encoder, cancelled=lambda: True)
    assert (report.cancelled, report.files, encoder.embedded) == (True, [], 0)
    assert open_store(settings).generation == 0


@pytest.mark.usefixtures("_small")
def test_a_remaking_stays_unseen_until_it_is_whole(
    make_corpus: MakeCorpus, make_encoder: Any, content: Content
) -> None:
    settings = make_corpus(FIVE)
    sync(settings, encoder=make_encoder("ett"))
    before = content(settings)
    other = make_encoder("annat")
    now: list[Progress] = []

    def look(progress: Progress) -> None:
        now.append(progress)
        store = open_store(settings)
        assert store.suits("ett", "") is False
        assert store.generation == 3

    report = sync(
        settings, look, encoder=other, cancelled=lambda: bool(now) and now[-1].texts_done >= 13
    )
    assert (report.cancelled, report.files) == (True, [])
    assert content(settings) == before
    assert report.embedded == 14
    # The next one goes on where it stopped.
    again = sync(settings, encoder=other)
    assert (again.cancelled, again.embedded, again.count("updated")) == (False, 6, 5)
    assert open_store(settings).generation == 4
    assert content(settings) == content(rebuilt(settings, other))


@pytest.mark.usefixtures("_small")
def test_what_is_gone_is_gone_though_the_remaking_is_cancelled(
    make_corpus: MakeCorpus, make_encoder: Any
) -> None:
    settings = make_corpus(FIVE)
    sync(settings, encoder=make_encoder("ett"))
    (settings.corpus / "5.txt").unlink()
    report = sync(
        settings,
        encoder=make_encoder("annat"),
        cancelled=iter([False, True] + [True] * 99).__next__,
    )
    store = open_store(settings)
    assert report.cancelled
    assert [(r.id, r.outcome) for r in report.files] == [("5.txt", "removed")]
    assert store.made_with()[0] == "ett"
    assert sorted(store.files()) == ["1.txt", "2.txt", "3.txt", "4.txt"]
    assert {d.id for d in store.documents()} == {"1.txt", "2.txt", "3.txt", "4.txt"}


@pytest.mark.usefixtures("_small")
def test_a_remaking_takes_what_changed_meanwhile(
    make_corpus: MakeCorpus, make_encoder: Any, content: Content
) -> None:
    settings = make_corpus(FIVE)
    sync(settings, encoder=make_encoder("ett"))
    (settings.corpus / "5.txt").unlink()
    other = make_encoder("annat")

    def change(now: Progress) -> None:
        if now.texts_done == 10:
            (settings.corpus / "1.txt").write_text(
                "Nu står här annat. Och mer.\n", encoding="utf-8"
            )

    sync(settings, change, encoder=other)
    sync(settings, encoder=other)
    assert content(settings) == content(rebuilt(settings, other))


@pytest.mark.usefixtures("_small")
def test_an_error_in_the_model_keeps_the_batches_before(
    make_corpus: MakeCorpus, encoder: Any, content: Content
) -> None:
    class Failing(type(encoder)):  # type: ignore[misc]
        def documents(self, texts: Any, progress: Any = None) -> Any:
            if self.embedded == 12:
                raise KallsvarError("minnet tog slut")
            return super().documents(texts, progress)

    settings = make_corpus(FIVE)
    with pytest.raises(KallsvarError, match="minnet tog slut"):
        sync(settings, encoder=Failing())
    assert [d.id for d in open_store(settings).documents()] == ["1.txt", "2.txt"]
    assert sync(settings, encoder=encoder).embedded == 8
    assert content(settings) == content(rebuilt(settings, encoder))


KILLED = """
import os, sys
from pathlib import Path
import index.sync
from index.sync import sync
from settings import Settings
from tests.conftest import WordEncoder

index.sync._FILES_AT_ONCE = index.sync._EMBEDDED_AT_ONCE = 2

class Dying(WordEncoder):
    def documents(self, texts, progress=None):
        if self.embedded == int(sys.argv[3]):
            os._exit(9)
        return super().documents(texts, progress)

sync(Settings(corpus=Path(sys.argv[1]), var=Path(sys.argv[2]), model="none"), encoder=Dying())
"""


@pytest.mark.parametrize("texts", [0, 8, 14])
def test_a_killed_process_loses_nothing_finished(
    make_corpus: MakeCorpus, encoder: Any, content: Content, texts: int
) -> None:
    settings = make_corpus(FIVE)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(settings.corpus), str(settings.var), str(texts)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 9
    assert len(open_store(settings).documents()) == texts // 8 * 2
    # The batch that it died in had its first vectors laid by.
    assert sync(settings, encoder=encoder).embedded == 20 - texts
    assert content(settings) == content(rebuilt(settings, encoder))


def test_one_sync_waits_for_another(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FIVE)
    settings.index_dir.mkdir(parents=True)
    reports: list[Any] = []
    stop = threading.Event()
    with FileLock(settings.index_dir / "syncing.lock"):
        for asked in (stop.is_set, None):
            thread = threading.Thread(
                target=lambda asked=asked: reports.append(
                    sync(settings, encoder=encoder, cancelled=asked)
                )
            )
            thread.start()
            thread.join(0.5)
            assert thread.is_alive()
            assert reports == [] or reports[0].cancelled
            stop.set()
            if asked:
                thread.join(10)
                assert (reports[0].cancelled, reports[0].files) == (True, [])
    thread.join(30)
    assert reports[1].count("added") == 5


def test_a_batch_is_bounded_by_its_texts(
    make_corpus: MakeCorpus, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sync._TEXTS_AT_ONCE", 8)
    settings = make_corpus(FIVE)
    sync(settings, encoder=encoder)
    assert open_store(settings).generation == 3


def test_the_chat_answers_meanwhile(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus({"0.txt": "Om katter\n\nKatten jamar. Den äter fisk.\n"})
    sync(settings, encoder=encoder)
    reader = open_store(settings)
    for name, text in FIVE.items():
        (settings.corpus / name).write_text(text, encoding="utf-8")
    answers: list[list[str]] = []

    def ask(now: Progress) -> None:
        rows = [m.row for m in reader.nearest(encoder.question("katten jamar"), 1, Where())]
        answers.append([chunk.text for _, chunk in reader.chunks(rows)])

    sync(settings, ask, encoder=encoder)
    assert len(answers) > 5
    assert {texts[0] for texts in answers} == {"Katten jamar. Den äter fisk."}


def test_a_file_that_vanishes_while_it_is_read_is_skipped(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus(FIVE)

    def vanish(now: Progress) -> None:
        (settings.corpus / "2.txt").unlink(missing_ok=True)

    report = sync(settings, vanish, encoder=encoder)
    assert [(r.id, r.outcome) for r in report.files if r.outcome != "added"] == [
        ("2.txt", "skipped")
    ]
    assert [(r.id, r.outcome) for r in sync(settings, encoder=encoder).files][-1] == (
        "2.txt",
        "removed",
    )
    assert not Path(settings.corpus / "2.txt").exists()
