"""What lies in a corpus, and what is said of what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES
from ingest.sentences import sentence_spans
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]


def test_a_missing_corpus_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KallsvarError) as error:
        corpus_files(tmp_path / "saknas")
    assert str(error.value) == (
        f"Mappen med dokument finns inte: {tmp_path / 'saknas'}. Skapa den och lägg dokument i den, "
        "eller peka ut en annan med --corpus eller KALLSVAR_CORPUS."
    )


def test_an_empty_corpus_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KallsvarError) as error:
        corpus_files(tmp_path)
    assert str(error.value) == (
        f"Mappen {tmp_path} är tom. Lägg minst ett dokument ({', '.join(SUFFIXES)}) i den och kör "
        "«python -m ingest» igen."
    )


def test_hidden_files_and_metadata_are_no_documents(make_corpus: MakeCorpus) -> None:
    settings = make_corpus(
        {"a.txt": "x", ".dold.txt": "x", "a.txt.meta.json": "{}", "u/b.txt": "y", ".git/c.txt": "z"}
    )
    assert [f.id for f in corpus_files(settings.corpus)] == ["a.txt", "u/b.txt"]


def test_metadata_names_the_document(make_corpus: MakeCorpus) -> None:
    meta = {"title": "En titel", "publisher": "Bladet", "url": "https://exempel.se",
            "references": {"1": "https://exempel.se/1"}}  # fmt: skip
    settings = make_corpus(
        {
            "a.txt": "Det hände. 1\n\nKällor\n1: Verket, Rapport\n",
            "a.txt.meta.json": json.dumps(meta),
        }
    )
    document, record = read(corpus_files(settings.corpus)[0])
    assert (document.title, document.publisher, document.url) == (
        "En titel", "Bladet", "https://exempel.se",
    )  # fmt: skip
    assert (record.id, record.url, record.text) == (
        "a.txt#1", "https://exempel.se/1", "Verket, Rapport\nDet hände.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.xyz": "x"}, f"Formatet «.xyz» stöds inte (stöds: {', '.join(SUFFIXES)})."),
        ({"a.txt": "  \n"}, "Filen är tom."),
        (
            {"a.txt": "x", "a.txt.meta.json": "[1]"},
            "Metadata i a.txt.meta.json ska vara ett JSON-objekt.",
        ),
    ],
)
def test_an_unreadable_file_has_a_reason(
    make_corpus: MakeCorpus, files: dict[str, str], reason: str
) -> None:
    with pytest.raises(KallsvarError) as error:
        read(corpus_files(make_corpus(files).corpus)[0])
    assert str(error.value) == reason


def test_sentences_do_not_end_at_abbreviations() -> None:
    text = (
        "Det kostade 3,7 milj. kronor. Bl.a. kom verket den 13 november. Vad sade man? Ja, t.ex. att "
        "bladet s. 5 hade fel. Enligt A. Andersson var det ca. 20 stycken."
    )
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "Det kostade 3,7 milj. kronor.",
        "Bl.a. kom verket den 13 november.",
        "Vad sade man?",
        "Ja, t.ex. att bladet s. 5 hade fel.",
        "Enligt A. Andersson var det ca. 20 stycken.",
    ]
