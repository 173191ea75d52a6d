"""Words and abbreviations are looked up as if all had been gone through."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from index.analysis import stem, undoubled
from index.embedded.store import EmbeddedStore

LETTERS = st.text("aåbls", min_size=1, max_size=6)


@given(
    st.lists(st.dictionaries(LETTERS, st.integers(1, 3), max_size=8), min_size=1, max_size=3),
    LETTERS,
    st.integers(1, 2),
)
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_words_are_found_as_by_going_through_all(
    tmp_path_factory: pytest.TempPathFactory,
    make_filling: Any,
    encoder: Any,
    corpora: list[dict[str, int]],
    word: str,
    furthest: int,
) -> None:
    store = EmbeddedStore(tmp_path_factory.mktemp("ord"))
    words = store.vocabulary()
    for counts in corpora:
        # The words of one corpus go as those of the next come.
        files = {
            f"{number} {w}": f"{w}.\n"
            for w, count in counts.items() for number in range(count)
        }  # fmt: skip
        make_filling(encoder).change(store, files, set(store.files()) - set(files))
        assert dict(words) == counts  # type: ignore[call-overload]
        assert (word in words) == (word in counts)
        assert words.get(word, 0) == counts.get(word, 0)
        assert words.doubled(word) == {
            w: n for w, n in counts.items() if undoubled(w) == undoubled(word)
        }
        assert sorted(words.forms(stem(word))) == sorted(w for w in counts if stem(w) == stem(word))
        assert words.near(word, furthest) == {
            w: OSA.distance(w, word) for w in counts if OSA.distance(w, word) <= furthest
        }


def test_an_abbreviation_has_the_long_form_of_the_first_document(
    tmp_path: Path, filling: Any
) -> None:
    store = EmbeddedStore(tmp_path)
    known = store.abbreviations()
    first = "Nu har Inspektionen för vård och omsorg (IVO) börjat.\n"
    second = "Nu har Institutet för vatten och olja (IVO) slutat. Lagen om upphandling (LOU).\n"
    filling.change(store, {"b": second})
    assert known.about(["ivo"], []) == {"IVO": "Institutet för vatten och olja"}
    filling.change(store, {"a": first})
    assert known.about(["ivo"], []) == {"IVO": "Inspektionen för vård och omsorg"}
    # Found by the other long form, it is still told with the one that counts.
    assert known.about([], [stem("institutet")]) == {"IVO": "Inspektionen för vård och omsorg"}
    assert known.about(["häst"], [stem("lagen")]) == {"LOU": "Lagen om upphandling"}
    assert known.about(["häst"], [stem("upphandling")]) == {}
    filling.change(store, {}, ["a"])
    assert known.about(["ivo"], []) == {"IVO": "Institutet för vatten och olja"}


def test_a_question_does_not_go_through_all_the_words(
    tmp_path: Path, filling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from answer.spelling import repair

    store = EmbeddedStore(tmp_path)
    filling.change(store, {"a": "Samordningsgruppen granskar millennium.\n"})
    asked: list[str] = []

    class Watching:
        def execute(self, query: str, values: Any = ()) -> sqlite3.Cursor:
            asked.append(query)
            return connection.execute(query, values)

    words = store.vocabulary()
    connection = words._connection  # type: ignore[attr-defined]
    monkeypatch.setattr(words, "_connection", Watching())
    assert repair("granskar samordningsgrupens millenium", words) == (
        "granskar samordningsgruppen millennium"
    )
    # Only for a word that is misspelt are they read, and then once.
    read = [query for query in asked if "WHERE word" not in query and "single" not in query]
    assert sum("SELECT id, word FROM words WHERE id >" in query for query in read) == 1
    plans = {
        row[3]
        for query in asked
        for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", ("a",) * query.count("?"))
    }
    assert not [plan for plan in plans if plan.startswith("SCAN")]
