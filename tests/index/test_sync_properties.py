"""Whatever is done to a corpus, in whatever order: the index is as one built from scratch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.listing import listed
from index.sync import sync
from ingest.errors import KallsvarError
from ingest.keeping import add, remove, rename, set_facts
from settings import Settings

Content = Callable[[Settings], list[Any]]

NAMES = st.sampled_from(["a.txt", "b.txt", "m/c.txt", "d.xyz"])
TEXTS = st.sampled_from(
    [
        "Om hästar\n\nHästen äter hö. Den springer fort.\n",
        "Om hästar\n\nHästen äter hö. Den sover.\n",
        "Om båtar\n\nBåten har segel. Den går på havet. 1\n\nKällor\n1: Verket, Rapport om båtar\n",
        "Båten ligger stilla. Den läcker.\n",
        "  \n",
    ]
)
TITLES = st.sampled_from(["Segel", "Hästens bok", ""])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, TEXTS),
        st.tuples(st.just("add"), NAMES, TEXTS),
        st.tuples(st.just("remove"), NAMES, st.none()),
        st.tuples(st.just("rename"), NAMES, NAMES),
        st.tuples(st.just("set"), NAMES, TITLES),
        st.tuples(st.just("sync"), st.none(), st.none()),
        st.tuples(st.just("cancel"), st.integers(0, 12), st.none()),
    ),
    min_size=1,
    max_size=9,
)


def carry_out(settings: Settings, encoder: Any, source: Path, step: tuple[str, Any, Any]) -> None:
    """Do one step; one that cannot be done is none."""
    kind, name, value = step
    corpus = settings.corpus
    try:
        match kind:
            case "write":
                (corpus / name).parent.mkdir(exist_ok=True)
                (corpus / name).write_text(value, encoding="utf-8")
            case "add":
                path = source / Path(name).name
                path.write_text(value, encoding="utf-8")
                add(corpus, [path], folder=Path(name).parent.as_posix().strip("."))
            case "remove":
                remove(corpus, name)
            case "rename":
                rename(corpus, name, value)
            case "set":
                set_facts(corpus, name, title=value, url="https://exempel.se/" if value else "")
            case "sync":
                sync(settings, encoder=encoder)
            case "cancel":
                # At the nth time it is asked.
                asked = iter(range(name))
                sync(settings, encoder=encoder, cancelled=lambda: next(asked, None) is None)
    except KallsvarError:
        pass


@given(STEPS)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_leaves_the_index_as_if_built_from_scratch(
    tmp_path_factory: pytest.TempPathFactory,
    make_encoder: Any,
    content: Content,
    steps: list[tuple[str, Any, Any]],
) -> None:
    encoder = make_encoder()
    folder = tmp_path_factory.mktemp("följd")
    settings = Settings(corpus=folder / "corpus", var=folder / "var", model="none")
    settings.corpus.mkdir()
    (folder / "källa").mkdir()
    (settings.corpus / "kvar.txt").write_text("Den som är kvar.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.sync._FILES_AT_ONCE", 2)
        patch.setattr("index.sync._EMBEDDED_AT_ONCE", 2)
        for step in steps:
            carry_out(settings, encoder, folder / "källa", step)
        sync(settings, encoder=encoder)
        cost = encoder.embedded
        again = sync(settings, encoder=encoder)
    assert {result.outcome for result in again.files} <= {"unchanged", "skipped"}
    assert encoder.embedded == cost
    fresh = settings.model_copy(update={"var": folder / "annan"})
    sync(fresh, encoder=make_encoder())
    assert content(settings) == content(fresh)
    assert listed(settings) == listed(fresh)
    assert not list(settings.corpus.rglob("*.part"))
