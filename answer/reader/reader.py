"""A trained reader: where in a passage the answer to a question stands, or that it is not there.

It works without its file too: ``Reader.load`` then gives None, and the rules answer alone.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from answer.reader.files import FILE, metadata
from answer.reader.scorers import ConvertedScorer, Scorer, Scores, TorchScorer
from answer.reader.windows import (
    Pieces,
    Window,
    context_ids,
    cuts,
    pieces,
    question_ids,
    room_for,
    window,
)
from index.tokens import tokenizer_of

FOLDER = Path(__file__).with_name("model")
LONGEST_SPAN = 40

_log = logging.getLogger(__name__)


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

    def __init__(self, scorer: Scorer, encoder_dir: Path, calibration: Sequence[float]) -> None:
        """``calibration``: weights of the absence score and the span's score, and a constant."""
        self._scorer = scorer
        self._tokenizer: Any = tokenizer_of(encoder_dir)
        self.calibration = tuple(calibration)

    @classmethod
    def load(cls, folder: Path, encoder_dir: Path) -> Reader | None:
        """Return the reader in ``folder`` on the encoder it was trained on; None without a file.

        In OpenVINO where it reads the same, else in PyTorch.
        Raises ValueError where the file has an unknown format or belongs to another encoder.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        calibration = json.loads(metadata(path)["calibration"])
        return cls(_scorer(folder, encoder_dir), encoder_dir, calibration)

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
        scores = self._scorer.scores([made for _, made in todo])
        for (number, made), scored in zip(todo, scores, strict=True):
            inside = slice(made.offset, made.offset + made.last - made.first)
            first, last, score = best_span(scored.start[inside], scored.end[inside])
            a, b, c = self.calibration
            absent = 1 / (1 + math.exp(-(a * scored.absent + b * score + c)))
            if absent < readings[number].no_answer:
                text = held[number]
                start, end = text.starts[made.first + first], text.ends[made.first + last]
                readings[number] = Reading(start, end, score, absent)
        return readings


def _scorer(folder: Path, encoder_dir: Path) -> Scorer:
    from answer.reader.conversion import converted_reader

    if converted := converted_reader(folder, encoder_dir):
        try:
            return ConvertedScorer(converted, encoder_dir)
        except (ImportError, RuntimeError) as error:
            _log.warning("Läsaren körs med PyTorch: %s gick inte att läsa (%s).", converted, error)
    from answer.reader.net import load

    return TorchScorer(load(folder / FILE, encoder_dir)[0], encoder_dir)


def best_span(start: Scores, end: Scores, longest: int = LONGEST_SPAN) -> tuple[int, int, float]:
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
