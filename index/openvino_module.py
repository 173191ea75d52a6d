"""A converted model as a module of Sentence Transformers: its whole interface, OpenVINO's speed.

``SentenceTransformer(modules=[OpenVinoModule(folder)], prompts=…)`` works like the model that was
converted. Källsvar's own encoder does without, as it answers long before torch is imported.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.input_module import InputModule

from index.converted import ConvertedModel


class OpenVinoModule(InputModule):  # type: ignore[misc]
    """Texts to sentence vectors (float32, on the CPU), by the model that a folder holds."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self._converted = ConvertedModel(Path(folder))
        self.tokenizer = self._converted.tokenizer
        self.max_seq_length = self._converted.longest

    def preprocess(
        self, inputs: Sequence[str], prompt: str | None = None, **options: Any
    ) -> dict[str, Any]:
        """Return token ids, padded with zeros, and their mask."""
        rows = [torch.tensor(ids) for ids in self._converted.token_ids(inputs, prompt or "")]
        pad = torch.nn.utils.rnn.pad_sequence
        return {
            "input_ids": pad(rows, batch_first=True),
            "attention_mask": pad([torch.ones_like(row) for row in rows], batch_first=True),
        }

    def forward(self, features: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Add the vectors as ``sentence_embedding``."""
        lengths = features["attention_mask"].sum(dim=1).tolist()
        ids = [
            row[:length].tolist()
            for row, length in zip(features["input_ids"], lengths, strict=True)
        ]
        features["sentence_embedding"] = torch.from_numpy(self._converted.vectors(ids))
        return features

    def get_embedding_dimension(self) -> int:
        """Return the vectors' length."""
        return self._converted.dimensions

    def save(self, output_path: str, *args: Any, **options: Any) -> None:
        """Copy the model's folder."""
        shutil.copytree(self._converted.folder, output_path, dirs_exist_ok=True)

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **options: Any) -> OpenVinoModule:
        """Return the module of a folder written by ``save``."""
        return cls(Path(model_name_or_path) / subfolder)
