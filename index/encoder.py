"""Texts to unit vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.models import BUNDLED, bundled_model, model_fingerprint
from ingest.errors import KallsvarError

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]

_BATCH = 16


class Encoder(Protocol):
    """What turns texts into vectors of unit length."""

    @property
    def fingerprint(self) -> str:
        """A short string that differs between models; known without loading the model."""

    def documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return float32 (len(texts), dimensions), unit length; progress gets counts done."""

    def question(self, text: str) -> Vectors:
        """Return float32 (dimensions,), unit length."""


class SentenceTransformerEncoder:
    """A Sentence Transformers model, by folder or name; empty: the bundled one.

    The model's own prompts are used for questions and documents. It loads at the first encoding.
    Raises KallsvarError, in Swedish, where the model cannot be found or loaded.
    """

    def __init__(self, model: str, models_dir: Path) -> None:
        self._path = str(bundled_model(models_dir)) if model in ("", BUNDLED) else model
        self._model: Any = None

    @property
    def fingerprint(self) -> str:
        return model_fingerprint(self._path)

    def documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        model = self._load()
        # Batches of like length waste no time on padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors: Vectors = np.empty((len(texts), self._dimensions()), dtype=np.float32)
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            batch = [texts[i] for i in rows]
            vectors[rows] = unit(model.encode_document(batch, show_progress_bar=False))
            if progress:
                progress(len(rows))
        return vectors

    def question(self, text: str) -> Vectors:
        vector: Vectors = unit(self._load().encode_query([text], show_progress_bar=False))[0]
        return vector

    def _dimensions(self) -> int:
        return int(self._load().get_embedding_dimension())

    def _load(self) -> Any:
        if self._model is None:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()
            try:
                self._model = SentenceTransformer(self._path)
            except Exception as error:
                raise KallsvarError(
                    f"Modellen «{self._path}» gick inte att läsa in ({type(error).__name__}). "
                    "Kontrollera KALLSVAR_MODEL, eller ta bort den för den inbyggda modellen."
                ) from error
        return self._model


def unit(vectors: npt.ArrayLike) -> Vectors:
    """Return float32 rows scaled to unit length; a row of zeros stays zeros. The one place."""
    rows: Vectors = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    norms: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, np.where(norms > 0, norms, 1), dtype=np.float32)
