"""The store follows changes at what they cost, and holds the same as one built from scratch."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.analysis import question_terms
from index.embedded import base, terms
from index.embedded.folder import Limits
from index.embedded.store import EmbeddedStore
from index.encoder import unit
from index.records import Where

HORSE = "Om hästar\n\nHästen äter hö. Den springer fort.\n"
BOAT = "Om båtar\n\nBåten har segel. Den går på havet.\n"
CITED = (
    "Om tillsyn\n\nInspektionen för vård och omsorg (IVO) granskade hästen. [1]\n\n"
    "Båten gick. [2]\n\nReferenser\n1. Bladet, Hästen på båten\n2. Posten, Segel\n"
)
OTHER = "Om tillsyn\n\nInstitutet för vård och olja (IVO) finns. Lagen om offentlig upphandling (LOU).\n"

# Everything exact; the same but with terms that keep what is removed; a file of vectors from the
# start, extended or trained at nearly every change.
FORMS = {
    "exact": Limits(),
    "kept terms": Limits(rewritten=0, removed=100.0),
    "base": Limits(exact=3, latest=2, latest_share=0, drift=1.0),
    "extended base": Limits(exact=1, latest=0, latest_share=0, removed=0.9, drift=1.0),
}


NAMES = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.sampled_from([HORSE, BOAT, CITED, OTHER, "Hästen sover.\n", HORSE + "Båten läcker.\n"])
STEPS = st.lists(
    st.lists(st.tuples(NAMES, st.one_of(st.none(), TEXTS)), min_size=1, max_size=3),
    min_size=1, max_size=6,
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@given(steps=STEPS)
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_holds_what_a_store_built_from_scratch_holds(
    tmp_path_factory: pytest.TempPathFactory,
    encoder: Any,
    make_filling: Any,
    assert_same: Any,
    form: str,
    steps: list[list[tuple[str, str | None]]],
) -> None:
    folder, filling = tmp_path_factory.mktemp("följd"), make_filling(encoder)
    store = EmbeddedStore(folder / "a", FORMS[form])
    held: dict[str, str] = {"kvar": "Den som är kvar.\n"}
    filling.change(store, held)
    for step in steps:
        put = {name: text for name, text in step if text is not None}
        removed = {name for name, text in step if text is None} - set(put)
        filling.change(store, put, removed)
        held = {name: text for name, text in held.items() if name not in removed} | put
        store.settle()
        scratch = EmbeddedStore(folder / f"b{store.generation}", FORMS[form])
        filling.change(scratch, held)
        # The one that has followed every change, and one that opens what is there now.
        for follower in (store, EmbeddedStore(folder / "a", FORMS[form])):
            told = filling.content(follower)
            assert_same(told, filling.content(scratch), scored=form != "kept terms")


def test_vectors_are_kept_once_and_go_with_their_text(
    tmp_path: Path, filling: Any, records: Callable[[Path, str], Any]
) -> None:
    store = EmbeddedStore(tmp_path)
    assert len(filling.change(store, {"a": HORSE, "b": BOAT})) == 6
    # The same text under another title has other passages; the same file twice has the same.
    assert filling.change(store, {"c": HORSE}) == []
    assert records(tmp_path, "SELECT count(*) FROM chunks") == [(9,)]
    assert records(tmp_path, "SELECT count(*) FROM vectors") == [(6,)]
    # Under a new name, in one change: nothing is embedded again.
    assert filling.change(store, {"d": BOAT}, ["b"]) == []
    filling.change(store, {}, ["a"])
    assert records(tmp_path, "SELECT count(*) FROM vectors") == [(6,)]
    filling.change(store, {}, ["c", "d"])
    for table in ("chunks", "vectors", "texts", "words", "documents", "files"):
        assert records(tmp_path, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert store.nearest(filling.encoder.question("häst"), 10, Where()) == []
    assert store.matching(question_terms(["hästen"]), 10, Where()) == []


def test_every_text_must_be_embedded(tmp_path: Path, filling: Any, assert_same: Any) -> None:
    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a": HORSE})
    before = filling.content(store)
    with pytest.raises(ValueError, match="3 are not"), store.write("words", "1") as writer:
        writer.put("b", next(iter(store.files().values())), filling.documents("b", BOAT))
    assert store.generation == 1
    assert_same(filling.content(EmbeddedStore(tmp_path)), before)


def test_another_model_embeds_all_anew_also_what_is_not_put_again(
    tmp_path: Path, filling: Any, assert_same: Any, make_filling: Any, make_encoder: Any
) -> None:
    store = EmbeddedStore(tmp_path / "a", FORMS["base"])
    filling.change(store, {"a": HORSE, "b": BOAT})
    store.settle()
    other = make_filling(make_encoder("annat", 32))
    assert len(other.change(store, {"a": HORSE})) == 6
    store.settle()
    scratch = EmbeddedStore(tmp_path / "b", FORMS["base"])
    other.change(scratch, {"a": HORSE, "b": BOAT})
    assert_same(other.content(store), other.content(scratch))
    assert store.suits("annat", "1")


@pytest.mark.parametrize("size", [40, 3000])
def test_nearest_agrees_with_brute_force(tmp_path: Path, filling: Any, size: int) -> None:
    """Exactly the same below the limit; past it recall of ten is 0.98 of what numpy finds."""
    points, asked = clustered(size, 100)
    store = EmbeddedStore(tmp_path, Limits(exact=100, latest=200, growth=2.0))
    rows = put_points(store, points)
    store.settle()
    assert bool(list(tmp_path.glob("vectors-*.faiss"))) == (size > 100)
    # Some more, and some that go, without the file being made anew.
    more, _ = clustered(60, 1, seed=2)
    rows |= put_points(store, more, start=size)
    with store.write("punkter", "1") as writer:
        for number in range(0, size, 7):
            writer.remove(f"{number}")
            del rows[number]
    if size > 100:
        assert len(list(tmp_path.glob("vectors-*.faiss"))) == 1
    held = np.array(sorted(rows))
    matrix = np.vstack([points, more])[held]
    for where in (Where(), Where(documents=frozenset(f"{n}" for n in held if n % 3 == 0))):
        chosen = np.array([not where.documents or n % 3 == 0 for n in held])
        found = 0
        for vector in asked:
            near = store.nearest(vector, 10, where)
            cosines = np.where(chosen, matrix @ vector, -1)
            best = held[np.argsort(-cosines, kind="stable")[:10]]
            if size == 40:
                assert [m.row for m in near] == [rows[n] for n in best]
            assert [m.score for m in near] == sorted((m.score for m in near), reverse=True)
            found += len({m.row for m in near} & {rows[n] for n in best})
            for match in near:
                number = next(n for n in held if rows[n] == match.row)
                assert match.score == pytest.approx(
                    float(np.vstack([points, more])[number] @ vector), abs=1e-6
                )
        assert found >= 0.98 * 10 * len(asked)


def clustered(count: int, questions: int, seed: int = 1) -> tuple[Any, Any]:
    """Return points in clusters, and questions near some of them."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((30, 48))
    points = unit(centres[draw.integers(0, 30, count)] + draw.standard_normal((count, 48)) * 0.6)
    near = points[draw.integers(0, count, questions)]
    return points, unit(near + draw.standard_normal((questions, 48)) * 0.05)


def put_points(store: EmbeddedStore, points: Any, start: int = 0) -> dict[int, int]:
    """Put a file for each point, named by its number; return their rows by number."""
    from index.store import FileState
    from ingest.records import Block, Document, Span

    with store.write("punkter", "1") as writer:
        texts = []
        for number in range(start, start + len(points)):
            text = f"Punkt {number}"
            document = Document(f"{number}", text, text, (Block("paragraph", Span(0, len(text))),))
            (chunk,) = writer.put(f"{number}", FileState("", ""), [document])
            texts.append(chunk.embedded_text)
        writer.embed(texts, points)
    store.refresh()
    rows = store.nearest(points[0], 10**6, Where())
    return {
        int(c.document_id): r
        for r, c in store.chunks([m.row for m in rows])
        if int(c.document_id) >= start
    }


def test_a_filter_finds_the_few_of_its_kind_among_many(tmp_path: Path, filling: Any) -> None:
    store = EmbeddedStore(tmp_path, Limits(exact=10, latest=5))
    entries = "\n".join(f"{n}. Bladet, Hästen nummer {n}" for n in range(1, 60))
    cited = f"Om källor\n\nDet står i {''.join(f'[{n}]' for n in range(1, 60))} bladet.\n\nReferenser\n{entries}\n"
    filling.change(store, {"källor": cited, "a": HORSE})
    store.settle()
    vector = filling.encoder.question("hästen")
    for where, found in ((Where("document"), 2), (Where("reference"), 59), (Where(), 61)):
        match = store.matching(question_terms(["hästen"]), 100, where)
        kinds = {c.document_id.partition("#")[1] for _, c in store.chunks([m.row for m in match])}
        assert len(match) == found - (where.kind != "reference"), where
        assert kinds <= {"document": {""}, "reference": {"#"}, None: {"", "#"}}[where.kind]
    # Two asked for: every record stands before the document.
    (match,) = store.matching(question_terms(["hästen"]), 2, Where("document"))
    assert store.chunks([match.row])[0][1].document_id == "a"
    near = store.nearest(vector, 3, Where("document", frozenset({"a", "källor#3"})))
    assert {c.document_id for _, c in store.chunks([m.row for m in near])} == {"a"}
    assert len(near) == 3


def test_a_reader_keeps_its_generation_through_several_later_ones(
    tmp_path: Path, filling: Any, assert_same: Any
) -> None:
    store = EmbeddedStore(tmp_path, FORMS["extended base"])
    filling.change(store, {"a": HORSE, "b": CITED})
    store.settle()
    used, unused = (EmbeddedStore(tmp_path, FORMS["extended base"]) for _ in range(2))
    before = filling.content(used)
    with store.write("words", "1") as writer:
        writer.remove("a")
        assert_same(filling.content(used), before)
    for name in ("b", "c", "d"):
        filling.change(store, {name: BOAT})
        store.settle()
        assert_same(filling.content(used), before)
    assert not used.fresh()
    # Its parts have been swept away before it looked at them: it makes them again.
    assert_same(filling.content(unused), before)
    for reader in (used, unused):
        reader.refresh()
        assert_same(filling.content(reader), filling.content(store))


@pytest.mark.parametrize(
    "damage", ["no base", "short base", "no terms", "no list", "short terms", "nonsense"]
)
def test_a_damaged_part_is_made_again(
    tmp_path: Path, filling: Any, assert_same: Any, damage: str
) -> None:
    limits = FORMS["extended base"]
    store = EmbeddedStore(tmp_path, limits)
    filling.change(store, {"a": HORSE, "b": BOAT, "c": CITED})
    store.settle()
    before = filling.content(store)
    (vectors,) = tmp_path.glob("vectors-*.faiss")
    (folder,) = tmp_path.glob("terms-*")
    if damage == "no base":
        vectors.unlink()
    elif damage == "short base":
        shorten(vectors, 60)
    elif damage == "no terms":
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    elif damage == "no list":
        (folder / "meta.json").unlink()
    elif damage == "short terms":
        for path in folder.glob("*.term"):
            shorten(path, 10)
    else:
        (folder / "meta.json").write_text("{", encoding="utf-8")
    reader = EmbeddedStore(tmp_path, limits)
    assert_same(filling.content(reader), before)
    reader.settle()
    # The next writer has whole parts to start from.
    filling.change(reader, {"a": BOAT})
    reader.settle()
    scratch = EmbeddedStore(tmp_path / "b", limits)
    filling.change(scratch, {"a": BOAT, "b": BOAT, "c": CITED})
    assert_same(filling.content(EmbeddedStore(tmp_path, limits)), filling.content(scratch))


def shorten(path: Path, size: int) -> None:
    """Put a shorter file in a file's place; those who have it open keep the old one."""
    short = path.with_name("short")
    short.write_bytes(path.read_bytes()[:size])
    short.replace(path)


def test_a_writer_does_without_a_damaged_part(
    tmp_path: Path, filling: Any, assert_same: Any
) -> None:
    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a": HORSE, "b": BOAT})
    for path in tmp_path.glob("terms-*/*"):
        path.unlink()
    filling.change(store, {"c": CITED})
    scratch = EmbeddedStore(tmp_path / "b")
    filling.change(scratch, {"a": HORSE, "b": BOAT, "c": CITED})
    assert_same(filling.content(store), filling.content(scratch))


def test_without_links_files_are_copied(
    tmp_path: Path, filling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a": HORSE})
    built = count_calls(monkeypatch, terms, "build")
    filling.change(store, {"b": BOAT})
    assert built == []
    assert store.passages() == 2


def test_what_a_change_costs_and_when_the_file_of_vectors_is_made_anew(
    tmp_path: Path, filling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = count_calls(monkeypatch, base, "train")
    extended = count_calls(monkeypatch, base, "extend")
    built = count_calls(monkeypatch, terms, "build")
    store = EmbeddedStore(
        tmp_path, Limits(exact=20, latest=10, latest_share=0, drift=1.0, rewritten=12)
    )

    def after(put: int, removed: int = 0) -> tuple[int, int, int]:
        """Change documents of one vector each, and return what was done in all."""
        names = iter(store.files())
        numbers = range(len(extended) * 1000 + store.generation * 50, 10**6)
        files = {
            f"{n}": f"Hästen springer {n} varv.\n"
            for n, _ in zip(numbers, range(put), strict=False)
        }
        filling.change(store, files, [next(names) for _ in range(removed)])
        store.settle()
        return len(trained), len(extended), len(built)

    assert after(20) == (0, 0, 1)
    assert after(1) == (1, 0, 1)  # 21 are more than are searched exactly
    assert after(10) == (1, 0, 1)  # ten beside the 21
    assert after(1) == (1, 1, 1)  # eleven
    assert after(11) == (1, 2, 1)  # 43
    assert after(0, 12) == (1, 2, 1)
    assert after(0, 1) == (2, 2, 2)  # 13 of 43 are more than three tenths, of the terms too
    assert after(0, 21) == (2, 2, 3)  # nine left: more than half of the terms at once
    assert not list(tmp_path.glob("vectors-*.faiss"))[1:]
    assert (
        store.passages() == len(store.nearest(filling.encoder.question("häst"), 100, Where())) == 9
    )


def count_calls(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """Return a list that grows with each call of a function."""
    calls: list[Any] = []
    original = getattr(module, name)

    def counted(*args: Any, **named: Any) -> Any:
        calls.append(args)
        return original(*args, **named)

    monkeypatch.setattr(module, name, counted)
    return calls


@pytest.mark.parametrize("part", ["vectors", "terms"])
def test_the_old_part_answers_while_a_new_one_is_made(
    tmp_path: Path, filling: Any, assert_same: Any, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    limits = Limits(exact=10, latest=4, rewritten=0)
    store = EmbeddedStore(tmp_path, limits)
    held = {f"{n}": f"Hästen springer {n} varv.\n" for n in range(40)}
    filling.change(store, held)
    store.settle()
    at_work, go_on = threading.Event(), threading.Event()
    module, name = (base, "train") if part == "vectors" else (terms, "build")
    original = getattr(module, name)

    def waiting(*args: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            at_work.set()
            assert go_on.wait(60)
        return original(*args)

    monkeypatch.setattr(module, name, waiting)
    filling.change(store, {}, [f"{n}" for n in range(13)])
    assert at_work.wait(60)
    # Both are asked and written meanwhile.
    filling.change(store, {"ny": "Båten går på havet.\n"}, ["20", "21"])
    held = {n: t for n, t in held.items() if int(n) > 12 and n not in ("20", "21")}
    held["ny"] = "Båten går på havet.\n"
    scratch = EmbeddedStore(tmp_path / "b")
    filling.change(scratch, held)
    expected = filling.content(scratch)
    assert_same(filling.content(store), expected, scored=False)
    go_on.set()
    store.settle()
    if part == "terms":
        # Only the two that went meanwhile are still counted.
        assert filling.content(store)["frequency"] == expected["frequency"] | {"häst": 27}
    assert_same(filling.content(store), expected, scored=False)
    assert_same(
        filling.content(EmbeddedStore(tmp_path, limits)), filling.content(scratch), scored=False
    )


def test_an_index_of_an_earlier_form_is_swept_away(tmp_path: Path, filling: Any) -> None:
    for name in ("records.sqlite", "records.sqlite-wal", "vectors-3.faiss"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "terms-3").mkdir()
    store = EmbeddedStore(tmp_path)
    assert store.generation == 0
    assert store.nearest(filling.encoder.question("häst"), 3, Where()) == []
    assert store.matching(question_terms(["häst"]), 3, Where()) == []
    filling.change(store, {"a": HORSE})
    kept = {p.name for p in tmp_path.iterdir() if not p.name.startswith("records-4.sqlite")}
    assert kept == {"terms-1", "writing.lock", "tending.lock"}


def test_a_filter_finds_what_lies_far_from_where_the_graph_leads(tmp_path: Path) -> None:
    points, _ = clustered(3000, 1)
    points[:2400, 0] += 2
    points[2400:, 0] -= 2
    points = unit(points)
    store = EmbeddedStore(tmp_path, Limits(exact=100))
    rows = put_points(store, points)
    store.settle()
    for chosen in (range(2400, 3000), range(2400, 2450)):
        where = Where(documents=frozenset(f"{n}" for n in chosen))
        for vector in points[:20]:
            cosines = points[chosen.start : chosen.stop] @ vector
            best = [rows[chosen.start + n] for n in np.argsort(-cosines, kind="stable")[:10]]
            assert [m.row for m in store.nearest(vector, 10, where)] == best


def test_vectors_that_do_not_fit_the_file_have_it_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = count_calls(monkeypatch, base, "train")
    extended = count_calls(monkeypatch, base, "extend")
    store = EmbeddedStore(tmp_path, Limits(exact=100, latest=20))
    points, _ = clustered(3000, 1)
    put_points(store, points)
    store.settle()
    put_points(store, clustered(200, 1, seed=2)[0], start=3000)
    store.settle()
    assert (len(trained), len(extended)) == (1, 1)
    # In another direction than any before.
    strange = np.zeros((200, 48), dtype=np.float32)
    strange[:, 0], strange[:, 1] = 1, np.linspace(0, 1, 200)
    strange = unit(strange)
    rows = put_points(store, strange, start=3200)
    store.settle()
    assert (len(trained), len(extended)) == (2, 2)
    assert store.nearest(strange[100], 1, Where())[0].row == rows[3300]
