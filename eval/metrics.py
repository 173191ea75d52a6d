"""What is measured: values for each question first, averages of them after.

Ranking measures come from ir_measures; a passage's relevance is 1 where it holds the evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_BARE = re.compile(r"[^\w\s]")
_ARTICLES = frozenset({"en", "ett", "den", "det", "de"})

# What people read of each measure.
NAMES = {
    "Success@1": "Belägg på plats 1", "Success@3": "Belägg bland 3",
    "Success@5": "Belägg bland 5", "R@1": "Andel av beläggen på plats 1",
    "R@3": "Andel av beläggen bland 3", "R@5": "Andel av beläggen bland 5",
    "RR": "Medelreciprok rang", "nDCG@10": "nDCG@10",
    "short_contained": "Kort svar finns i det visade", "short_exact": "Kort svar exakt",
    "short_f1": "Kort svar F1", "references_exact": "Rätt referensnummer",
    "false_abstaining": "Avstår fast svaret finns", "abstained_near": "Avstår: nära ämnet",
    "abstained_far": "Avstår: utanför ämnet", "abstain_precision": "Avstår: precision",
    "abstain_recall": "Avstår: täckning", "calibration_error": "Kalibreringsfel",
    "roc_near": "ROC-yta, nära ämnet",
}  # fmt: skip
# And of the search's steps, the parts of the questions and the kinds of them.
STEP_NAMES = {
    "dense": "vektorer", "terms": "termer", "hybrid": "båda", "statements": "meningar",
    "reader": "läsaren",
}  # fmt: skip
SPLIT_NAMES = {"all": "alla", "dev": "utveckling", "test": "prov"}
KIND_NAMES = {
    "unanswerable": "utan svar", "what": "vad", "list": "vilka", "date": "när", "number": "antal",
    "why": "varför", "source": "källa", "definition": "vad är", "who": "vem", "money": "belopp",
}  # fmt: skip


def decimal(value: float, places: int = 3) -> str:
    """Return a number as Swedish writes it: «0,875»."""
    return f"{value:.{places}f}".replace(".", ",")


class Interval(NamedTuple):
    """A mean with the ends of its 95 % interval, and how many values it is of."""

    mean: float
    low: float
    high: float
    size: int

    def __str__(self) -> str:
        """Return the mean with its ends as Swedish writes them: «0,875 (0,81–0,92)»."""
        if not self.size:
            return "–"
        return f"{decimal(self.mean)} ({decimal(self.low, 2)}–{decimal(self.high, 2)})"


def collapsed(text: str) -> str:
    """Return a text with white space collapsed and case folded, for finding a verbatim piece."""
    return " ".join(text.split()).casefold()


def holds_evidence(text: str, evidence: Sequence[Sequence[str]]) -> bool:
    """Tell whether a text holds all the pieces of one of the alternatives."""
    held = collapsed(text)
    return any(all(collapsed(piece) in held for piece in pieces) for pieces in evidence)


def bare(text: str) -> str:
    """Return an answer without case, punctuation, articles and extra white space.

    SQuAD's normalisation (Rajpurkar et al. 2016) with the articles of Swedish.
    """
    words = _BARE.sub(" ", text.casefold()).split()
    return " ".join(word for word in words if word not in _ARTICLES)


def exact_match(given: str | None, wanted: Sequence[str]) -> float:
    """Return 1 where the given answer is one of the wanted, both bare."""
    return float(given is not None and any(bare(given) == bare(text) for text in wanted))


def f1(given: str | None, wanted: Sequence[str]) -> float:
    """Return the best harmonic mean of word precision and recall over the wanted answers."""
    return max((_overlap(bare(given or ""), bare(text)) for text in wanted), default=0.0)


def _overlap(given: str, wanted: str) -> float:
    a, b = given.split(), wanted.split()
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b)) if shared else 0.0


def contained(answer: str | None, wanted: Sequence[str], *, all_of: bool) -> float:
    """Return 1 where the shown answer holds one of the wanted, or with ``all_of`` every one."""
    if not answer or not wanted:
        return 0.0
    held = collapsed(answer)
    found = [collapsed(text) in held for text in wanted]
    return float(all(found) if all_of else any(found))


def ranking_measures(
    relevance: Mapping[str, Sequence[int]], relevant: Mapping[str, int] | None = None
) -> dict[str, dict[str, float]]:
    """Return Success and R at 1, 3 and 5, RR and nDCG@10 for each question id.

    ``relevance`` holds 1 or 0 for each ranked passage, best first. ``relevant`` says how many
    relevant ones there are (1 unless given): R@k is then hits in the first k over that, while
    Success@k is 1 where there is any.
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    qrels, run = [], []
    for question, judged in relevance.items():
        count = (relevant or {}).get(question, 1)
        found = 0
        for rank, is_relevant in enumerate(judged):
            # Only as many as are relevant count: two passages that both hold the one piece of
            # evidence are one finding.
            counts = bool(is_relevant) and found < count
            found += counts
            run.append(ir_measures.ScoredDoc(question, f"p{rank}", float(-rank)))
            if counts:
                qrels.append(ir_measures.Qrel(question, f"p{rank}", 1))
        qrels += [ir_measures.Qrel(question, f"missed{i}", 1) for i in range(count - found)]
        if not judged:
            run.append(ir_measures.ScoredDoc(question, "nothing", 0.0))
    measures = [*(Success @ k for k in (1, 3, 5)), *(R @ k for k in (1, 3, 5)), RR, nDCG @ 10]
    values: dict[str, dict[str, float]] = {question: {} for question in relevance}
    for metric in ir_measures.iter_calc(measures, qrels, run):
        values[metric.query_id][str(metric.measure)] = float(metric.value)
    return values


def bootstrap(
    values: Sequence[float],
    groups: Sequence[str],
    *,
    rounds: int = 1000,
    seed: int = 0,
    statistic: Callable[[Values], float] | None = None,
) -> Interval:
    """Return the mean and its 95 % percentile interval, resampling whole groups of questions."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    measure = statistic or (lambda sample: float(sample.mean()))
    members: dict[str, list[int]] = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    rows = [np.array(indices) for indices in members.values()]
    generator = np.random.default_rng(seed)
    means = [
        measure(
            array[np.concatenate([rows[i] for i in generator.integers(0, len(rows), len(rows))])]
        )
        for _ in range(rounds)
    ]
    # A sample may lack what the statistic needs (a kind of question), and then says nothing.
    known = [mean for mean in means if not np.isnan(mean)] or [float("nan")]
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(measure(array), float(low), float(high), len(array))


def paired_p(ours: Sequence[float], theirs: Sequence[float], *, seed: int = 0) -> float:
    """Return the two-sided p of no difference, by flipping the signs of paired differences."""
    difference = np.asarray(ours) - np.asarray(theirs)
    observed = abs(difference.mean()) if len(difference) else 0.0
    if observed == 0:
        return 1.0
    generator = np.random.default_rng(seed)
    signs = generator.choice([-1.0, 1.0], size=(5000, len(difference)))
    return float((np.abs((signs * difference).mean(axis=1)) >= observed - 1e-12).mean())


def calibration_error(confidence: Sequence[float], right: Sequence[float], bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width (Guo et al. 2017)."""
    sure, correct = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not len(sure):
        return float("nan")
    place = np.minimum((sure * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            error += inside.mean() * abs(sure[inside].mean() - correct[inside].mean())
    return float(error)


def roc_area(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the probability that a positive scores above a negative, ties counting half."""
    a, b = np.asarray(positive)[:, None], np.asarray(negative)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean()) if a.size and b.size else float("nan")


def risk_coverage(confidence: Sequence[float], right: Sequence[float]) -> tuple[Values, Values]:
    """Return coverage and risk (share wrong among the answered) as the surest are answered."""
    order = np.argsort(-np.asarray(confidence), kind="stable")
    correct = np.asarray(right, dtype=np.float64)[order]
    answered = np.arange(1, len(correct) + 1)
    return answered / max(len(correct), 1), 1 - np.cumsum(correct) / answered
