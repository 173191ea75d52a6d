"""A trained reader: where in a passage the answer to a question stands, or that it is not there.

It works without its file too: ``Reader.load`` then gives None, and the rules answer alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from answer.reader.windows import (
    PAD,
    Pieces,
    Window,
    context_ids,
    cuts,
    pieces,
    question_ids,
    room_for,
    window,
)

if TYPE_CHECKING:
    from answer.reader.net import ReaderNet

FOLDER = Path(__file__).with_name("model")
LONGEST_SPAN = 40
_BATCH = 8
_Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader finds in a passage: ``passage[start:end]``.

    ``score`` is the natural logarithm of the span's probability, given that the answer is there;
    ``no_answer`` the probability that it is not. An empty passage has an empty span, no_answer 1.
    """

    start: int
    end: int
    score: float
    no_answer: float


class Reader:
    """Reads passages for the answer to a question. Safe to share between threads."""

    def __init__(self, net: ReaderNet, encoder_dir: Path, calibration: Sequence[float]) -> None:
        """``calibration``: weights of the absence score and the span's score, and a constant."""
        from answer.reader.net import word_table
        from answer.reader.windows import tokenizer_of

        self._net = net
        self._table = word_table(encoder_dir)
        self._tokenizer: Any = tokenizer_of(encoder_dir)
        self.calibration = tuple(calibration)
        self.half = False

    @classmethod
    def load(cls, folder: Path, encoder_dir: Path) -> Reader | None:
        """Return the reader in ``folder`` on the encoder it was trained on; None without a file.

        Raises ValueError where the file has an unknown format or belongs to another encoder.
        """
        path = folder / "reader.safetensors"
        if not path.is_file():
            return None
        from answer.reader.net import load

        net, metadata = load(path, encoder_dir)
        return cls(net, encoder_dir, json.loads(metadata["calibration"]))

    def read(
        self, question: str, passages: Sequence[str], contexts: Sequence[str] = ()
    ) -> list[Reading]:
        """Return the best span in each passage, of at most 40 tokens, and whether it is there.

        ``contexts`` are read before the passages (a heading), and never hold the span.
        A passage longer than a window is read in windows that overlap; the window where the
        answer seems likeliest speaks for it.
        """
        return self.read_pairs([(question, passage) for passage in passages], contexts)

    def read_pairs(
        self, pairs: Sequence[tuple[str, str]], contexts: Sequence[str] = ()
    ) -> list[Reading]:
        """Return the reading of each pair of question and passage."""
        readings = [Reading(0, 0, 0.0, 1.0)] * len(pairs)
        if not pairs:
            return readings
        questions = question_ids(self._tokenizer, [question for question, _ in pairs])
        held = pieces(self._tokenizer, [passage for _, passage in pairs])
        before = [context_ids(p) for p in pieces(self._tokenizer, list(contexts))]
        todo = list(_windows(questions, held, before or [[]] * len(pairs)))
        # Windows of like length waste no time on padding.
        todo.sort(key=lambda entry: len(entry[1].ids))
        for at in range(0, len(todo), _BATCH):
            batch = todo[at : at + _BATCH]
            starts, ends, absences = self._score([made for _, made in batch])
            for row, (number, made) in enumerate(batch):
                inside = slice(made.offset, made.offset + made.last - made.first)
                first, last, score = best_span(starts[row, inside], ends[row, inside])
                a, b, c = self.calibration
                absent = 1 / (1 + math.exp(-(a * float(absences[row]) + b * score + c)))
                if absent < readings[number].no_answer:
                    text = held[number]
                    start, end = text.starts[made.first + first], text.ends[made.first + last]
                    readings[number] = Reading(start, end, score, absent)
        return readings

    def _score(self, batch: list[Window]) -> tuple[_Scores, _Scores, _Scores]:
        import torch

        longest = max(len(made.ids) for made in batch)
        ids = torch.tensor([made.ids + [PAD] * (longest - len(made.ids)) for made in batch])
        mask = None
        if any(len(made.ids) < longest for made in batch):
            mask = torch.arange(longest) < torch.tensor([len(made.ids) for made in batch])[:, None]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            start, end, absent = self._net(self._table[ids], mask)
        return start.numpy(), end.numpy(), absent.numpy()


def best_span(start: _Scores, end: _Scores, longest: int = LONGEST_SPAN) -> tuple[int, int, float]:
    """Return the likeliest span's first and last token, and the logarithm of its probability.

    The probability is that of the start times that of the end, each over the whole window. Of
    equals the first wins, then the shorter.

    Raises:
        ValueError: there is no token.
    """
    if not len(start):
        raise ValueError("expected at least one token, got none")
    log_start = start - np.logaddexp.reduce(start)
    log_end = end - np.logaddexp.reduce(end)
    sums = log_start[:, None] + log_end[None, :]
    rows, columns = np.indices(sums.shape)
    sums[(columns < rows) | (columns >= rows + longest)] = -np.inf
    first, last = divmod(int(sums.argmax()), len(start))
    return first, last, float(sums[first, last])


def _windows(
    questions: list[list[int]], held: list[Pieces], before: list[list[int]]
) -> Iterator[tuple[int, Window]]:
    triples = zip(questions, held, before, strict=True)
    for number, (question, passage, context) in enumerate(triples):
        if passage.ids:
            for first, last in cuts(len(passage.ids), room_for(question + context)):
                yield number, window(question, passage.ids, first, last, context)
