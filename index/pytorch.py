"""A Sentence Transformers model run by PyTorch, on a GPU where there is one.

The fallback wherever OpenVINO cannot run the model, and what it is measured against. torch is
imported only when a model is loaded.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from index.converted import Side
    from index.encoder import Progress, Vectors

_BATCH = 16


class TorchModel:
    """A model by folder or name. What Sentence Transformers raises in loading it passes through."""

    def __init__(self, source: str) -> None:
        self._model = sentence_transformer(source)
        self.dimensions = int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], side: Side, progress: Progress | None = None) -> Vectors:
        """Return float32 (len(texts), dimensions) as the model gives them, in the texts' order."""
        encode = {"question": self._model.encode_query, "document": self._model.encode_document}
        # Batches of like length waste no time on padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors: Vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            vectors[rows] = encode[side]([texts[i] for i in rows], show_progress_bar=False)
            if progress:
                progress(len(rows))
        return vectors


def sentence_transformer(source: str, **options: Any) -> Any:
    """Return ``SentenceTransformer(source, **options)``, loaded without a word."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    return SentenceTransformer(source, **options)


def has_gpu() -> bool:
    """Whether torch can use a GPU. torch is asked only where NVIDIA's driver is installed."""
    driver = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(driver)
    except OSError:
        return False
    import torch

    return bool(torch.cuda.is_available())
