"""How well the reader reads the questions held out of its training."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from answer.reader.reader import Reader, Reading
from answer.reader.training.data import SQUAD, SWEQUAD, Pair, held_out, read_pairs

_Numbers = npt.NDArray[np.float64]
_MARK = re.compile(r"[^\w\s]")
_ARTICLES = frozenset({"en", "ett", "den", "det", "de"})


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1. ``exact`` and ``f1`` on answerable questions, read as if each were
    answerable; ``area`` under the ROC curve of unanswerable against answerable, nan without."""

    questions: int
    answerable: int
    exact: float
    f1: float
    area: float


def normal(text: str) -> list[str]:
    """Return a text's words as SQuAD compares them: without case, punctuation and articles."""
    return [word for word in _MARK.sub(" ", text.casefold()).split() if word not in _ARTICLES]


def exact(said: str, right: Sequence[str]) -> float:
    """Return 1 where the words are those of one right answer, else 0."""
    return float(any(normal(said) == normal(answer) for answer in right))


def f1(said: str, right: Sequence[str]) -> float:
    """Return the largest harmonic mean of precision and recall in words (SQuAD's F1)."""
    return max((_f1(normal(said), normal(answer)) for answer in right), default=0.0)


def _f1(said: list[str], right: list[str]) -> float:
    same = (Counter(said) & Counter(right)).total()
    return 2 * same / (len(said) + len(right)) if same else 0.0


def roc_area(low: Sequence[float], high: Sequence[float]) -> float:
    """Return the chance that one of ``high`` exceeds one of ``low``, ties half; nan if empty."""
    if not low or not high:
        return float("nan")
    a, b = np.asarray(low)[:, None], np.asarray(high)[None, :]
    return float(np.mean((b > a) + 0.5 * (b == a)))


def measure(pairs: Sequence[Pair], readings: Sequence[Reading]) -> Figures:
    """Return the figures of readings of pairs."""
    there = [(p, r) for p, r in zip(pairs, readings, strict=True) if p.answers]
    said = [(p.passage[r.start : r.end], [text for _, text in p.answers]) for p, r in there]
    low = [r.no_answer for _, r in there]
    high = [r.no_answer for p, r in zip(pairs, readings, strict=True) if not p.answers]
    return Figures(
        len(pairs),
        len(there),
        float(np.mean([exact(*pair) for pair in said])),
        float(np.mean([f1(*pair) for pair in said])),
        roc_area(low, high),
    )


def held_pairs(data: Path) -> dict[str, list[Pair]]:
    """Return the pairs held out of training, by file."""
    return {name: held_out(read_pairs(data / name), name)[1] for name in (SQUAD, SWEQUAD)}


def calibrate(reader: Reader, pairs: Sequence[Pair]) -> tuple[float, float, float]:
    """Return the weights of the absence score and the span's score, and the constant.

    Fitted by logistic regression (Newton's method, a small ridge) on whether each pair's answer
    is absent.
    """
    keep = reader.calibration
    reader.calibration = (1.0, 0.0, 0.0)
    readings = reader.read_pairs([(p.question, p.passage) for p in pairs])
    reader.calibration = keep
    sure = np.clip([r.no_answer for r in readings], 1e-9, 1 - 1e-9)
    inputs = np.stack(
        [np.log(sure / (1 - sure)), [r.score for r in readings], np.ones(len(pairs))], axis=1
    )
    truth = np.asarray([not p.answers for p in pairs], dtype=np.float64)
    a, b, c = logistic(inputs, truth)
    return round(float(a), 4), round(float(b), 4), round(float(c), 4)


def logistic(inputs: _Numbers, truth: _Numbers, ridge: float = 1e-3) -> _Numbers:
    """Return logistic regression's weights: inputs (n, k) to truth (n,) of 0 and 1."""
    weights = np.zeros(inputs.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (chance - truth) + ridge * weights
        bend = (inputs.T * (chance * (1 - chance))) @ inputs + ridge * np.eye(len(weights))
        change = np.linalg.solve(bend, slope)
        weights = weights - change
        if np.abs(change).max() < 1e-8:
            break
    return weights
