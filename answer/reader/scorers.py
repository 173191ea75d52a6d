"""The reader's network at work: windows to scores, in OpenVINO or in PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from answer.reader.files import word_rows
from answer.reader.windows import PAD, Window
from index.runtime import Network

if TYPE_CHECKING:
    from answer.reader.net import ReaderNet

Scores = npt.NDArray[np.float32]
NETWORK = "network.xml"

_BATCH = 8
# Lengths are rounded up: each new shape costs a few milliseconds the first time.
_STEP = 8


class Scored(NamedTuple):
    """A window's start and end scores (one a token, padding included), and its absence score."""

    start: Scores
    end: Scores
    absent: float


class Scorer(Protocol):
    """What runs the network. Safe to share between threads."""

    def scores(self, windows: Sequence[Window]) -> Iterator[Scored]:
        """Yield the scores of each window, in order."""


class ConvertedScorer:
    """The network in OpenVINO; torch is not imported.

    In float32, where it reads as PyTorch does: bfloat16 would halve the time, but moved the span of
    2 passages in 120 and the chance that the answer is absent by up to 0.012.
    """

    def __init__(self, folder: Path, encoder_dir: Path) -> None:
        """Raises ImportError without OpenVINO, RuntimeError where the file cannot be used."""
        self._network = Network(folder / NETWORK, "f32")
        self._words = word_rows(encoder_dir)

    def scores(self, windows: Sequence[Window]) -> Iterator[Scored]:
        # A window at a time: as many run at once as there are cores.
        inputs = ((None, self._inputs(window.ids)) for window in windows)
        for _, (start, end, absent) in self._network.each(inputs):
            yield Scored(start[0], end[0], float(absent[0]))

    def _inputs(self, ids: list[int]) -> tuple[Scores, npt.NDArray[np.bool_]]:
        padding = -len(ids) % _STEP
        mask = np.arange(len(ids) + padding) < len(ids)
        return self._words[ids + [PAD] * padding][None], mask[None]


class TorchScorer:
    """The network in PyTorch, in batches of like length."""

    def __init__(self, net: ReaderNet, encoder_dir: Path) -> None:
        from answer.reader.net import word_table

        self._net = net
        self._table = word_table(encoder_dir)

    def scores(self, windows: Sequence[Window]) -> Iterator[Scored]:
        import torch

        for at in range(0, len(windows), _BATCH):
            batch = [window.ids for window in windows[at : at + _BATCH]]
            longest = max(map(len, batch))
            ids = torch.tensor([row + [PAD] * (longest - len(row)) for row in batch])
            lengths = torch.tensor([len(row) for row in batch])
            mask = torch.arange(longest) < lengths[:, None]
            with torch.inference_mode():
                start, end, absent = self._net(self._table[ids], None if mask.all() else mask)
            for row in range(len(batch)):
                yield Scored(start[row].numpy(), end[row].numpy(), float(absent[row]))
