"""Equal content under several names: indexed once, and all the names known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.listing import listed
from index.sync import FileResult, open_store, sync
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]

HORSE = "Om hästar\n\nHästen äter hö. Den springer fort.\n"
BOAT = "Om båtar\n\nBåten har segel. Den går på havet.\n"


def test_equal_content_is_indexed_once(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus({"b.txt": HORSE, "a/c.txt": HORSE, "d.txt": BOAT})
    report = sync(settings, encoder=encoder)
    assert report.files == [
        FileResult("a/c.txt", "added"),
        FileResult("b.txt", "added", "Samma innehåll som a/c.txt."),
        FileResult("d.txt", "added"),
    ]
    store = open_store(settings)
    assert [document.id for document in store.documents()] == ["a/c.txt", "d.txt"]
    assert [(d.id, d.names) for d in listed(settings)] == [
        ("a/c.txt", ("a/c.txt", "b.txt")), ("d.txt", ("d.txt",)),
    ]  # fmt: skip
    again = sync(settings, encoder=encoder)
    assert again.files == [
        FileResult("a/c.txt", "unchanged"),
        FileResult("b.txt", "unchanged", "Samma innehåll som a/c.txt."),
        FileResult("d.txt", "unchanged"),
    ]
    assert open_store(settings).generation == store.generation


@pytest.mark.parametrize("gone", ["a.txt", "b.txt"])
def test_when_one_name_is_removed_the_other_stays(
    make_corpus: MakeCorpus, encoder: Any, gone: str
) -> None:
    settings = make_corpus({"a.txt": HORSE, "b.txt": HORSE})
    sync(settings, encoder=encoder)
    before = encoder.embedded
    (settings.corpus / gone).unlink()
    sync(settings, encoder=encoder)
    kept = "b.txt" if gone == "a.txt" else "a.txt"
    assert [document.id for document in open_store(settings).documents()] == [kept]
    assert set(open_store(settings).files()) == {kept}
    assert [(d.id, d.names, d.state) for d in listed(settings)] == [(kept, (kept,), "indexed")]
    assert encoder.embedded == before


def test_the_first_name_brings_the_metadata(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(
        {
            "b.txt": HORSE,
            "b.txt.meta.json": json.dumps({"title": "B:s titel"}),
            "c.txt": HORSE,
            "c.txt.meta.json": json.dumps({"title": "C:s titel"}),
        }
    )

    def title() -> str:
        sync(settings, encoder=encoder)
        (document,) = open_store(settings).documents()
        return document.title

    assert title() == "B:s titel"
    # A name that sorts before takes over, with its own metadata: none.
    (settings.corpus / "a.txt").write_text(HORSE, encoding="utf-8")
    assert title() == "Om hästar"
    (settings.corpus / "a.txt").unlink()
    (settings.corpus / "b.txt").unlink()
    assert title() == "C:s titel"


def test_a_copy_that_gets_content_of_its_own_is_a_document(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus({"a.txt": HORSE, "b.txt": HORSE})
    sync(settings, encoder=encoder)
    (settings.corpus / "a.txt").write_text(BOAT, encoding="utf-8")
    assert sync(settings, encoder=encoder).files == [
        FileResult("a.txt", "updated"), FileResult("b.txt", "updated"),
    ]  # fmt: skip
    store = open_store(settings)
    assert [(d.id, d.title) for d in store.documents()] == [
        ("a.txt", "Om båtar"), ("b.txt", "Om hästar"),
    ]  # fmt: skip


def test_metadata_of_a_copy_change_nothing(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus({"a.txt": HORSE, "b.txt": HORSE})
    sync(settings, encoder=encoder)
    (settings.corpus / "b.txt.meta.json").write_text('{"title": "Annan"}')
    assert [r.outcome for r in sync(settings, encoder=encoder).files] == ["unchanged", "unchanged"]
    assert [d.title for d in open_store(settings).documents()] == ["Om hästar"]


def test_a_name_that_cannot_be_read_leaves_the_content_to_the_next(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus(
        {"a.xyz": HORSE, "b.txt": HORSE, "b.txt.meta.json": "trasig", "c.txt": HORSE}
    )
    report = sync(settings, encoder=encoder)
    assert [(r.id, r.outcome) for r in report.files] == [
        ("a.xyz", "skipped"), ("b.txt", "skipped"), ("c.txt", "added"),
    ]  # fmt: skip
    assert [d.id for d in open_store(settings).documents()] == ["c.txt"]
    assert sync(settings, encoder=encoder).count("skipped") == 2
    (settings.corpus / "b.txt.meta.json").write_text("{}")
    report = sync(settings, encoder=encoder)
    assert [(r.id, r.outcome, r.reason) for r in report.files[1:]] == [
        ("b.txt", "updated", None), ("c.txt", "updated", "Samma innehåll som b.txt."),
    ]  # fmt: skip
    assert [d.id for d in open_store(settings).documents()] == ["b.txt"]


def test_only_new_files_are_opened(
    make_corpus: MakeCorpus, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import corpus

    opened: list[str] = []
    honest = corpus.content_hash

    def noting(path: Path) -> str:
        opened.append(path.name)
        return honest(path)

    monkeypatch.setattr(corpus, "content_hash", noting)
    settings = make_corpus({"a.txt": HORSE, "b.txt": BOAT})
    sync(settings, encoder=encoder)
    assert opened == ["a.txt", "b.txt"]
    (settings.corpus / "c.txt").write_text("Ny.\n")
    sync(settings, encoder=encoder)
    assert opened == ["a.txt", "b.txt", "c.txt"]
