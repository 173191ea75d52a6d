"""The index follows the corpus: what changed, what it cost, and what survives a failure."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from index.analysis import question_terms
from index.records import Where
from index.search import search, standardise
from index.sync import FileResult, open_store, sync
from ingest import formats
from ingest.corpus import EmptyCorpus
from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]
Content = Callable[[Settings], list[Any]]

FILES = {
    "hästar.txt": "Om hästar\n\nHästen äter hö. Den springer fort.\n",
    "båtar.txt": "Om båtar\n\nBåten har segel. Den går på havet.\n",
}


def outcomes(report: Any) -> list[tuple[str, str]]:
    return [(r.id, r.outcome) for r in report.files]


def test_what_becomes_of_each_file(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES)
    first = sync(settings, encoder=encoder)
    assert outcomes(first) == [("båtar.txt", "added"), ("hästar.txt", "added")]
    assert first.embedded == encoder.embedded == 6
    assert outcomes(sync(settings, encoder=encoder)) == [
        ("båtar.txt", "unchanged"), ("hästar.txt", "unchanged"),
    ]  # fmt: skip
    assert encoder.embedded == 6
    (settings.corpus / "hästar.txt").write_text("Om hästar\n\nHästen äter hö. Den sover.\n")
    (settings.corpus / "båtar.txt").unlink()
    (settings.corpus / "bild.jpg").write_bytes(b"\xff\xd8")
    third = sync(settings, encoder=encoder)
    assert [(r.id, r.outcome, r.reason) for r in third.files] == [
        ("bild.jpg", "skipped", f"Formatet «.jpg» stöds inte (stöds: {', '.join(SUFFIXES)})."),
        ("hästar.txt", "updated", None),
        ("båtar.txt", "removed", None),
    ]
    # The passage and the one sentence that changed.
    assert third.embedded == 2
    again = sync(settings, encoder=encoder)
    assert [(r.outcome, r.reason) for r in again.files] == [
        ("skipped", f"Formatet «.jpg» stöds inte (stöds: {', '.join(SUFFIXES)})."), ("unchanged", None),
    ]  # fmt: skip


def test_a_touched_file_costs_nothing(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=encoder)
    path = settings.corpus / "båtar.txt"
    path.write_text(path.read_text())
    assert outcomes(sync(settings, encoder=encoder))[0] == ("båtar.txt", "unchanged")
    assert encoder.embedded == 6


def test_metadata_alone_embeds_nothing(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES | {"utan.txt": "Den som inte har någon rubrik.\n"})
    sync(settings, encoder=encoder)
    before = encoder.embedded
    for name, title in (("båtar.txt", "Sjökort"), ("utan.txt", "Lotsbok")):
        meta = settings.corpus / f"{name}.meta.json"
        meta.write_text(json.dumps({"publisher": "Hamnen", "title": title}))
    report = sync(settings, encoder=encoder)
    assert outcomes(report) == [
        ("båtar.txt", "updated"), ("hästar.txt", "unchanged"), ("utan.txt", "updated"),
    ]  # fmt: skip
    assert (report.embedded, encoder.embedded) == (0, before)
    store = open_store(settings)
    document = store.document("båtar.txt")
    assert document is not None
    assert (document.publisher, document.title) == ("Hamnen", "Sjökort")
    # The new title is searched, and so is the one in the text.
    for question in ("Var finns sjökort?", "Vad står om båtar?"):
        found = search(store, encoder, question, mode="terms").hits
        assert [hit.chunk.document_id for hit in found] == ["båtar.txt"], question
        assert found[0].chunk.about == "Sjökort › Om båtar"
    (settings.corpus / "båtar.txt.meta.json").unlink()
    assert sync(settings, encoder=encoder).embedded == 0
    assert search(open_store(settings), encoder, "Var finns sjökort?", mode="terms").hits == []


def test_another_name_embeds_nothing(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES | {"utan.txt": "Den som inte har någon rubrik.\n"})
    sync(settings, encoder=encoder)
    before = encoder.embedded
    for name in ("båtar.txt", "utan.txt"):
        (settings.corpus / name).rename(settings.corpus / f"ny-{name}")
    report = sync(settings, encoder=encoder)
    assert outcomes(report) == [
        ("hästar.txt", "unchanged"), ("ny-båtar.txt", "added"), ("ny-utan.txt", "added"),
        ("båtar.txt", "removed"), ("utan.txt", "removed"),
    ]  # fmt: skip
    assert (report.embedded, encoder.embedded) == (0, before)


def test_another_chunker_embeds_only_what_it_cuts_otherwise(
    make_corpus: MakeCorpus, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "Om hästar\n\n" + " ".join(f"Häst nummer {n} äter sitt hö." for n in range(40))
    settings = make_corpus({"båtar.txt": FILES["båtar.txt"], "lång.txt": f"{long}\n"})
    sync(settings, encoder=encoder)
    before = encoder.embedded
    monkeypatch.setattr("index.sync.CHUNKER", "som förut")
    report = sync(settings, encoder=encoder)
    assert (report.rebuilt is None, report.embedded, report.count("updated")) == (False, 0, 2)
    # Shorter passages: the sentences and the short document stay what they are.
    monkeypatch.setattr("index.sync.CHUNKER", "kortare")
    monkeypatch.setattr("ingest.chunking.PASSAGE_CHARACTERS", 600)
    report = sync(settings, encoder=encoder)
    store = open_store(settings)
    chunks = store.chunks([m.row for m in store.nearest(encoder.question("häst"), 100, Where())])
    passages = {c.text for _, c in chunks if c.kind == "passage" and c.document_id == "lång.txt"}
    assert len(passages) == 2
    assert (report.embedded, encoder.embedded) == (2, before + 2)


@pytest.mark.parametrize("error", [ValueError, RecursionError, KeyError, MemoryError])
def test_one_bad_file_never_stops_the_rest(
    make_corpus: MakeCorpus, encoder: Any, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    from ingest.readers import text

    honest = text.read_text

    def reader(data: bytes, *, document_id: str, title: str | None = None) -> Any:
        if document_id == "båtar.txt":
            raise error("något i filen")
        return honest(data, document_id=document_id, title=title)

    monkeypatch.setattr(text, "read_text", reader)
    report = sync(make_corpus(FILES), encoder=encoder)
    assert [(r.id, r.outcome, r.reason) for r in report.files] == [
        (
            "båtar.txt",
            "skipped",
            f"Filen gick inte att läsa: oväntat fel ({error.__name__}). Kontrollera att den går att "
            "öppna, eller spara den i ett annat format.",
        ),
        ("hästar.txt", "added", None),
    ]


def test_a_chunker_that_fails_is_a_skip_too(
    make_corpus: MakeCorpus, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(document: Any) -> Any:
        raise IndexError("utanför")

    settings = make_corpus(FILES)
    with monkeypatch.context() as patch:
        patch.setattr("index.sync.chunk", failing)
        report = sync(settings, encoder=encoder)
    assert report.count("skipped") == 2
    assert report.files[0].reason is not None
    assert "oväntat fel (IndexError)" in report.files[0].reason


def test_a_format_that_is_learnt_later_is_read_then(
    make_corpus: MakeCorpus, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_corpus(FILES | {"mer.text": "Mer om hästar.\n"})
    first = sync(settings, encoder=encoder)
    reason = f"Formatet «.text» stöds inte (stöds: {', '.join(SUFFIXES)})."
    assert first.files[-1] == FileResult("mer.text", "skipped", reason)
    monkeypatch.setattr("ingest.corpus.SUFFIXES", (".txt", ".text"))
    monkeypatch.setitem(formats._READERS, ".text", "text:read_text")
    second = sync(settings, encoder=encoder)
    assert second.files[-1] == FileResult("mer.text", "updated")


def test_an_unreadable_file_is_tried_again(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES)
    folder = settings.corpus / "låst.txt"
    folder.symlink_to(settings.corpus / "finns-inte")
    assert [r.id for r in sync(settings, encoder=encoder).files] == ["båtar.txt", "hästar.txt"]
    folder.unlink()
    folder.write_text("Nu går den att läsa.\n")
    assert sync(settings, encoder=encoder).files[-1] == FileResult("låst.txt", "added")


def test_the_last_document_can_be_removed(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus({"båtar.txt": FILES["båtar.txt"]})
    sync(settings, encoder=encoder)
    (settings.corpus / "båtar.txt").unlink()
    assert outcomes(sync(settings, encoder=encoder)) == [("båtar.txt", "removed")]
    store = open_store(settings)
    assert store.documents() == []
    assert store.nearest(encoder.question("båt"), 10, Where()) == []
    assert store.matching(question_terms(["båten"]), 10, Where()) == []
    with pytest.raises(EmptyCorpus, match="är tom"):
        sync(settings, encoder=encoder)


def test_a_file_of_the_same_size_and_date_is_still_another(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus({"a.txt": "Hästen äter hö.\n"})
    path = settings.corpus / "a.txt"
    date = path.stat().st_mtime_ns
    sync(settings, encoder=encoder)
    other = settings.corpus / ".ny"
    other.write_text("Hästen äter så.\n")
    os.utime(other, ns=(date, date))
    other.replace(path)
    assert outcomes(sync(settings, encoder=encoder)) == [("a.txt", "updated")]


def test_another_model_makes_the_index_anew(make_corpus: MakeCorpus, make_encoder: Any) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=make_encoder("ett"))
    other = make_encoder("annat", 32)
    report = sync(settings, encoder=other)
    assert (
        report.rebuilt == "Indexet är gjort med en annan modell eller en äldre version och görs om."
    )
    assert report.embedded == 6
    assert len(open_store(settings).nearest(other.question("häst"), 10, Where())) == 6


def test_the_old_index_answers_until_the_new_one_is_whole(
    make_corpus: MakeCorpus, make_encoder: Any, content: Content
) -> None:
    settings = make_corpus(FILES)
    encoder = make_encoder("ett")
    sync(settings, encoder=encoder)
    before = content(settings)

    class Failing(type(encoder)):  # type: ignore[misc]
        def documents(self, texts: Any, progress: Any = None) -> Any:
            raise KallsvarError("strömmen gick")

    with pytest.raises(KallsvarError, match="strömmen gick"):
        sync(settings, encoder=Failing("annat"))
    assert open_store(settings).generation == 1
    assert content(settings) == before


@pytest.mark.parametrize("damage", ["vectors", "terms", "both", "truncated"])
def test_a_damaged_part_is_made_again(
    make_corpus: MakeCorpus, encoder: Any, content: Content, damage: str
) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=encoder)
    before = content(settings)
    for path in settings.index_dir.glob("vectors-*"):
        if damage in ("vectors", "both"):
            path.unlink()
        elif damage == "truncated":
            path.write_bytes(path.read_bytes()[:40])
    for path in settings.index_dir.glob("terms-*/meta.json"):
        if damage in ("terms", "both"):
            path.unlink()
    assert content(settings) == before
    assert encoder.embedded == 6


def test_an_open_reader_keeps_its_generation_until_it_moves(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=encoder)
    reader = open_store(settings)
    (settings.corpus / "båtar.txt").unlink()
    sync(settings, encoder=encoder)
    assert reader.document("båtar.txt") is not None
    assert len(reader.nearest(encoder.question("båt"), 10, Where())) == 6
    assert not reader.fresh()
    reader.refresh()
    assert reader.document("båtar.txt") is None
    assert len(reader.nearest(encoder.question("båt"), 10, Where())) == 3
    assert reader.matching(question_terms(["båten"]), 10, Where()) == []


def test_vectors_agree_with_brute_force(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=encoder)
    store = open_store(settings)
    vector = encoder.question("hästen äter hö")
    near = store.nearest(vector, 6, Where())
    chunks = dict(store.chunks([m.row for m in near]))
    brute = {row: float(encoder.question(c.embedded_text) @ vector) for row, c in chunks.items()}
    assert [m.row for m in near] == sorted(brute, key=lambda row: -brute[row])
    assert [m.score for m in near] == pytest.approx([brute[m.row] for m in near], abs=1e-6)
    only = store.nearest(vector, 6, Where(documents=frozenset({"båtar.txt"})))
    assert {chunks[m.row].document_id for m in only} == {"båtar.txt"}
    assert store.nearest(vector, 6, Where(kind="reference")) == []


def test_search_ranks_and_finds_without_dots(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(FILES | {"djur.txt": "Om djur\n\nÄnderna simmar i ån.\n"})
    sync(settings, encoder=encoder)
    store = open_store(settings)

    def first(question: str, mode: Any) -> str:
        return search(store, encoder, question, mode=mode).hits[0].chunk.document_id

    for mode in ("dense", "terms", "hybrid"):
        assert first("Vad äter hästen?", mode) == "hästar.txt"
        assert first("Vilka segel har båten?", mode) == "båtar.txt"
    assert first("Var simmar anderna?", "terms") == "djur.txt"


def test_standardise_by_hand() -> None:
    assert standardise([1.0, 2.0, 3.0]) == pytest.approx([-1.2247449, 0.0, 1.2247449])
    assert np.array_equal(standardise([0.5, 0.5]), [0.0, 0.0])
