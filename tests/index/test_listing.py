"""The list of what there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from index.listing import Listed, listed
from index.sync import sync
from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]


def test_every_file_with_its_numbers_and_state(make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus(
        {
            "a.txt": "Rapporten\n\nDet hände i går. 1 Sedan tog det slut.\n\nKällor\n1: Verket, Rapport\n",
            "b.txt": "  \n",
            "c.xyz": "x",
            "kopia/d.txt": "Det hände i går.\n",
        }
    )
    sync(settings, encoder=encoder)
    (settings.corpus / "ny.txt").write_text("Ny.\n")
    (settings.corpus / "ny.txt.meta.json").write_text('{"title": "Nyheten"}')
    (settings.corpus / "kopia" / "d.txt").write_text("Ändrad.\n")
    today = date.today().isoformat()

    def a_file(name: str, title: str, state: Any, **other: Any) -> Listed:
        facts: dict[str, Any] = {"type": "txt", "pages": None, "chunks": 0, "references": 0}
        facts |= {"added": today, "reason": None, "names": (name,)} | other
        return Listed(id=name, title=title, state=state, **facts)

    assert listed(settings) == [
        # The passage of the two sentences, and each of them.
        a_file("a.txt", "Rapporten", "indexed", chunks=3, references=1),
        a_file("b.txt", "b", "skipped", reason="Filen är tom."),
        a_file(
            "c.xyz", "c", "skipped", type="xyz",
            reason=f"Formatet «.xyz» stöds inte (stöds: {', '.join(SUFFIXES)}).",
        ),
        a_file("kopia/d.txt", "d", "waiting", chunks=1),
        a_file("ny.txt", "Nyheten", "waiting"),
    ]  # fmt: skip


def test_an_empty_corpus_has_an_empty_list(make_corpus: MakeCorpus) -> None:
    assert listed(make_corpus({})) == []


def test_a_missing_corpus_is_an_error(make_corpus: MakeCorpus) -> None:
    settings = make_corpus({})
    settings.corpus.rmdir()
    with pytest.raises(KallsvarError, match="finns inte"):
        listed(settings)
