"""The index follows the corpus: what changed, what it cost, and what survives a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.analysis import question_terms
from index.records import Where
from index.search import search, standardise
from index.sync import open_store, sync
from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]

FILES = {
    "hästar.txt": "Om hästar\n\nHästen äter hö. Den springer fort.\n",
    "båtar.txt": "Om båtar\n\nBåten har segel. Den går på havet.\n",
}


def outcomes(report: Any) -> list[tuple[str, str]]:
    return [(r.id, r.outcome) for r in report.files]


def content(settings: Settings, encoder: Any) -> list[Any]:
    """Return all that a store holds, to compare two of them."""
    store = open_store(settings)
    near = store.nearest(encoder.question("hästen springer"), 100, Where())
    match = store.matching(question_terms(["hästen", "båten", "segel"]), 100, Where())
    chunks = {row: chunk.id for row, chunk in store.chunks([m.row for m in near])}
    return [
        list(store.documents()),
        sorted((chunks[m.row], round(m.score, 5)) for m in near),
        sorted((chunks[m.row], round(m.score, 4)) for m in match),
        dict(store.vocabulary()),
    ]


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


def test_metadata_alone_embeds_only_what_it_is_embedded_with(
    make_corpus: MakeCorpus, encoder: Any
) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=encoder)
    meta = settings.corpus / "båtar.txt.meta.json"
    meta.write_text(json.dumps({"publisher": "Hamnen"}))
    report = sync(settings, encoder=encoder)
    assert outcomes(report)[0] == ("båtar.txt", "updated")
    assert report.embedded == 0
    document = open_store(settings).document("båtar.txt")
    assert document is not None
    assert document.publisher == "Hamnen"


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
    make_corpus: MakeCorpus, make_encoder: Any
) -> None:
    settings = make_corpus(FILES)
    encoder = make_encoder("ett")
    sync(settings, encoder=encoder)
    before = content(settings, encoder)

    class Failing(type(encoder)):  # type: ignore[misc]
        def documents(self, texts: Any, progress: Any = None) -> Any:
            raise KallsvarError("strömmen gick")

    with pytest.raises(KallsvarError, match="strömmen gick"):
        sync(settings, encoder=Failing("annat"))
    assert open_store(settings).generation == 1
    assert content(settings, encoder) == before


@pytest.mark.parametrize("damage", ["vectors", "terms", "both", "truncated"])
def test_a_damaged_part_is_made_again(make_corpus: MakeCorpus, encoder: Any, damage: str) -> None:
    settings = make_corpus(FILES)
    sync(settings, encoder=encoder)
    before = content(settings, encoder)
    for path in settings.index_dir.glob("vectors-*"):
        if damage in ("vectors", "both"):
            path.unlink()
        elif damage == "truncated":
            path.write_bytes(path.read_bytes()[:40])
    for path in settings.index_dir.glob("terms-*/meta.json"):
        if damage in ("terms", "both"):
            path.unlink()
    assert content(settings, encoder) == before
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


NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt"])
TEXTS = st.sampled_from([*FILES.values(), "Hästen sover.\n", "Båten ligger stilla. Den läcker.\n"])


@given(st.lists(st.tuples(NAMES, st.one_of(st.none(), TEXTS)), min_size=1, max_size=6))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_leaves_the_index_as_if_built_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, make_encoder: Any, steps: list[tuple[str, str | None]]
) -> None:
    encoder = make_encoder()
    folder = tmp_path_factory.mktemp("följd")
    settings = Settings(corpus=folder / "corpus", var=folder / "var", model="none")
    settings.corpus.mkdir()
    (settings.corpus / "kvar.txt").write_text("Den som är kvar.\n")
    for name, text in steps:
        path = settings.corpus / name
        path.unlink(missing_ok=True) if text is None else path.write_text(text)
        sync(settings, encoder=encoder)
    fresh = settings.model_copy(update={"var": Path(folder / "annan")})
    sync(fresh, encoder=encoder)
    assert content(settings, encoder) == content(fresh, encoder)
