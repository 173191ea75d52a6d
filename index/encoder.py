"""Texts to unit vectors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index.models import BUNDLED, bundled_model, model_fingerprint
from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from index.converted import ConvertedModel
    from index.pytorch import TorchModel

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]

_log = logging.getLogger(__name__)


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

    The model's own prompts are used for questions and documents. It loads at the first encoding:
    on a GPU in PyTorch, else in OpenVINO, else in PyTorch. The fingerprint is the model's alone,
    as OpenVINO runs only what it gives the same vectors as PyTorch (``index.conversion``). Safe to
    share between threads.

    Raises KallsvarError, in Swedish, where the model cannot be found or loaded.
    """

    def __init__(self, model: str, models_dir: Path) -> None:
        self._path = str(bundled_model(models_dir)) if model in ("", BUNDLED) else model
        self._models_dir = models_dir
        self._model: ConvertedModel | TorchModel | None = None
        self._lock = Lock()

    @property
    def fingerprint(self) -> str:
        return model_fingerprint(self._path)

    def documents(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return unit(self._loaded().encode(texts, "document", progress))

    def question(self, text: str) -> Vectors:
        vector: Vectors = unit(self._loaded().encode([text], "question"))[0]
        return vector

    def _loaded(self) -> ConvertedModel | TorchModel:
        with self._lock:
            if self._model is None:
                try:
                    self._model = _load(self._path, self._models_dir)
                except Exception as error:
                    raise KallsvarError(
                        f"Modellen «{self._path}» gick inte att läsa in ({type(error).__name__}). "
                        "Kontrollera KALLSVAR_MODEL, eller ta bort den för den inbyggda modellen."
                    ) from error
            return self._model


def _load(source: str, models_dir: Path) -> ConvertedModel | TorchModel:
    from index.pytorch import TorchModel, has_gpu

    if not has_gpu():
        from index.conversion import converted_folder
        from index.converted import ConvertedModel

        if folder := converted_folder(source, models_dir):
            try:
                return ConvertedModel(folder)
            except (ImportError, OSError, RuntimeError, ValueError, KeyError) as error:
                _log.warning(
                    "%s körs med PyTorch: %s gick inte att läsa (%s).", source, folder, error
                )
    return TorchModel(source)


def unit(vectors: npt.ArrayLike) -> Vectors:
    """Return float32 rows scaled to unit length; a row of zeros stays zeros. The one place."""
    rows: Vectors = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    norms: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, np.where(norms > 0, norms, 1), dtype=np.float32)
