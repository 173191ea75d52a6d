"""What the tests share: the repository's paths, the real model, a built index of the article."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings as hypothesis_settings

from index.analysis import index_terms
from index.encoder import Progress, Vectors, unit
from ingest.corpus import corpus_files, read
from ingest.records import Document
from settings import ROOT, Settings, go_quiet

go_quiet()
# The same examples every time: a test run that fails must fail for what was changed.
hypothesis_settings.register_profile("repeatable", derandomize=True)
hypothesis_settings.register_profile("searching", derandomize=False, max_examples=1000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


class WordEncoder:
    """A small deterministic encoder: texts with the same stems have the same vector.

    ``embedded`` counts the texts it was given, to see what a sync costs.
    """

    def __init__(self, fingerprint: str = "words", dimensions: int = 64) -> None:
        self.fingerprint = fingerprint
        self.embedded = 0
        self._dimensions = dimensions

    def documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        self.embedded += len(texts)
        if progress:
            progress(len(texts))
        return np.stack([self.question(text) for text in texts])

    def question(self, text: str) -> Vectors:
        vector = np.full(self._dimensions, 1e-3, dtype=np.float32)
        for term in index_terms(text):
            vector[int(hashlib.sha256(term.encode()).hexdigest(), 16) % self._dimensions] += 1
        return unit(vector)[0]


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def make_encoder() -> type[WordEncoder]:
    return WordEncoder


@pytest.fixture
def make_corpus(tmp_path: Path) -> Callable[[dict[str, str]], Settings]:
    """Return what writes files to a corpus folder of the test's own and gives its settings."""

    def write(files: dict[str, str]) -> Settings:
        corpus = tmp_path / "corpus"
        corpus.mkdir(exist_ok=True)
        for name, text in files.items():
            (corpus / name).parent.mkdir(parents=True, exist_ok=True)
            (corpus / name).write_text(text, encoding="utf-8")
        return Settings(corpus=corpus, var=tmp_path / "var", model="none")

    return write


@pytest.fixture(scope="session")
def article() -> Document:
    """The article of the repository's corpus, as read."""
    file = next(f for f in corpus_files(ROOT / "corpus") if f.id == "turerna-kring-millennium.txt")
    return read(file)[0]


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The bundled model, written once to the repository's var/."""
    from index.models import bundled_model

    return bundled_model(ROOT / "var" / "models")


@pytest.fixture(scope="session")
def settings_built(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose index of the repository's corpus is built, in a folder of the tests' own."""
    from index.sync import sync

    settings = Settings(
        corpus=ROOT / "corpus", var=tmp_path_factory.mktemp("var"), model=str(model_dir)
    )
    sync(settings)
    return settings
