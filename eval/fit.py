"""``python -m eval.fit``: the answer's weights, fitted on development data.

Small linear models: one picks the statement (a softmax over the statements found, the likelihood of
the right ones maximised), two say how sure the answer is (logistic regressions). All are fitted on
the development half of the questions on the article and on questions on documents about other
matters (``eval/development`` and ``eval/sources/text.jsonl``), the first also on a SQuAD file,
where one is given: what is fitted on one article alone does not hold for the next. The threshold
for answering is set where a stated share of the article's answerable development questions would
be held back, judged by predictions for groups of questions that were left out of the fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import numpy as np
import numpy.typing as npt
import typer

from answer import confidence, evidence
from answer.answerer import WEIGHTS, Answerer, Evidence
from answer.candidates import said
from answer.question import Question as Asked
from answer.reader import Reader, Reading
from answer.reader.training.retrieved import own_collections
from eval.metrics import collapsed, holds_evidence
from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from answer.records import Step
    from eval.questions import Question
    from index.search import Mode
    from settings import Settings

Matrix = npt.NDArray[np.float64]

# Documents on other matters, with questions of their own.
DEVELOPMENT = Path(__file__).with_name("development")
# Articles with reference lists, with questions about their sources and, in text.jsonl, about what
# they tell.
SOURCES = Path(__file__).with_name("sources")
FALSE_ABSTAINING = 0.045
FOLDS = 8
# Of the questions that the reader was trained on every so many is used: a thousand is enough.
_ONE_OF = 8
_RANK_PENALTY = 0.03
_CONFIDENCE_PENALTY = 0.001

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The statements found for a question: features (n, features), and which hold the answer."""

    group: str
    features: Matrix
    right: npt.NDArray[np.bool_]
    weight: float = 1.0


def fit_ranking(rankings: Sequence[Ranking], penalty: float = _RANK_PENALTY) -> Matrix:
    """Return the weights that make the right statements likeliest, with a quadratic penalty.

    The penalty is on weights of features in units of their spread among a question's statements,
    so that what seldom tells statements apart, but then surely, is not held to nothing.
    """
    import torch

    usable = [r for r in rankings if r.right.any()]
    spread = _spread(usable)
    usable = [replace(r, features=r.features / spread) for r in usable]
    weights = torch.zeros(usable[0].features.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")
    share = sum(r.weight for r in usable)
    batches = [
        (torch.from_numpy(r.features), torch.from_numpy(r.right), r.weight / share) for r in usable
    ]

    def loss() -> Any:
        optimiser.zero_grad()
        total = penalty * (weights**2).sum()
        for features, right, part in batches:
            scores = features @ weights
            miss = torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0)
            total = total + miss * part
        torch.autograd.backward(total)
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    fitted: Matrix = weights.detach().numpy() / spread
    return fitted


def _spread(rankings: Sequence[Ranking]) -> Matrix:
    """Return each feature's standard deviation within questions; 1 where it never varies."""
    variance = np.average(
        [r.features.var(axis=0) for r in rankings], axis=0, weights=[r.weight for r in rankings]
    )
    return np.where(variance > 0, np.sqrt(variance), 1.0)


def fit_logistic(
    features: Matrix,
    wanted: npt.NDArray[np.bool_],
    signs: Sequence[int] = confidence.SIGNS,
    shares: Matrix | None = None,
) -> Matrix:
    """Return (1 + features) weights of a logistic regression, the bias first.

    Each weight keeps its sign in ``signs``, and is penalised by its square. ``shares`` says how
    much each row counts; all alike unless given.
    """
    import torch

    counts = torch.ones(len(features), dtype=torch.float64)
    if shares is not None:
        counts = torch.from_numpy(shares / shares.mean())
    inputs, target = torch.from_numpy(features), torch.from_numpy(wanted.astype(np.float64))
    way = torch.tensor(signs, dtype=torch.float64)
    free = torch.zeros(features.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([free], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimiser.zero_grad()
        weights = way * torch.nn.functional.softplus(3 * free[1:] - 2)
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs @ weights + free[0], target, weight=counts
        )
        total = entropy + _CONFIDENCE_PENALTY / 2 * (weights**2).sum()
        torch.autograd.backward(total)
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    weights = way * torch.nn.functional.softplus(3 * free[1:] - 2)
    fitted: Matrix = torch.cat([free[:1], weights]).detach().numpy()
    return fitted


def left_out(
    features: Matrix,
    wanted: npt.NDArray[np.bool_],
    groups: Sequence[str],
    signs: Sequence[int] = confidence.SIGNS,
    shares: Matrix | None = None,
) -> Matrix:
    """Return each row's probability as predicted by a fit without its group's fold."""
    order = {group: i % FOLDS for i, group in enumerate(sorted(set(groups)))}
    folds = np.array([order[group] for group in groups])
    predicted: Matrix = np.zeros(len(features))
    for fold in range(FOLDS):
        inside, outside = folds == fold, folds != fold
        if inside.any():
            own = None if shares is None else shares[outside]
            weights = fit_logistic(features[outside], wanted[outside], signs, own)
            predicted[inside] = 1 / (1 + np.exp(-(features[inside] @ weights[1:] + weights[0])))
    return predicted


def threshold(
    predicted: Matrix, answerable: npt.NDArray[np.bool_], share: float = FALSE_ABSTAINING
) -> float:
    """Return the probability below which ``share`` of the answerable questions fall."""
    return float(np.quantile(predicted[answerable], share))


class _ReadOnce:
    """A reader that reads a statement once for each question, however often it is asked to."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: dict[tuple[str, str, str], Reading] = {}

    def read(
        self, question: str, passages: Sequence[str], contexts: Sequence[str]
    ) -> list[Reading]:
        """Return what ``Reader.read`` does."""
        keys = [(question, *shown) for shown in zip(passages, contexts, strict=True)]
        if new := [key for key in dict.fromkeys(keys) if key not in self._held]:
            found = self._reader.read(question, [k[1] for k in new], [k[2] for k in new])
            self._held.update(zip(new, found, strict=True))
        return [self._held[key] for key in keys]


class _SearchedOnce(Answerer):
    """An engine that searches and reads once for each question, however often it is asked.

    With the models of ``like``.
    """

    def __init__(self, settings: Settings, like: Answerer) -> None:
        reader = like.reader and cast(Any, _ReadOnce(like.reader))
        super().__init__(settings, encoder=like.encoder, reader=reader)
        self._found: dict[tuple[str, int, Mode], Evidence] = {}

    def _read(self, question: Asked, k: int, mode: Mode, documents: frozenset[str]) -> Evidence:
        key = question.text, k, mode
        if key not in self._found:
            self._found[key] = super()._read(question, k, mode, documents)
        return self._found[key]


@dataclass(frozen=True, slots=True)
class Source:
    """Questions, and the engine over the documents that they are about.

    ``weight`` is how much they count, all of them together.
    """

    engine: Answerer
    questions: Sequence[Question]
    weight: float = 1.0


def fit(
    sources: Sequence[Source], trained_on: Sequence[Source], squad: Path | None
) -> dict[str, Any]:
    """Return new weights as ``answer/weights.json`` holds them.

    What the reader was trained on counts for what does not use the reader: it is too sure of them.
    """
    settings = sources[0].engine.settings
    unread = [*sources, *trained_on]
    groups: list[tuple[Sequence[Ranking], float]] = [
        (
            [_ranking(s.engine, q) for q in s.questions if q.answerable and q.kind != "source"],
            s.weight,
        )
        for s in unread
    ]
    if squad:
        from eval.collections import squad_rankings

        groups.append((squad_rankings(squad, settings), 1.0))
    ranking = fit_ranking(_together(groups)).round(3).tolist()
    weights = {
        **sources[0].engine.weights,
        "statement": dict(zip(evidence.FEATURES, ranking, strict=True)),
    }
    _reweigh(unread, weights)
    weights = {**weights, "rules": _fit_confidence(unread, "statements")}
    _reweigh(unread, weights)
    if sources[0].engine.reader is None:
        return weights
    rank = _fit_reader(sources, weights)
    _reweigh(sources, {**weights, "reader": {**weights["reader"], "rank": rank}})
    return {**weights, "reader": {"rank": rank, **_fit_confidence(sources, "reader")}}


def load_source(folder: Path, like: Answerer, questions: str = "questions.jsonl") -> Source:
    """Return the questions of a folder with ``corpus/`` and a file of questions, indexed.

    They are answered with the models of ``like``.
    """
    from eval.questions import load_questions
    from index.sync import sync

    settings = like.settings
    own = settings.apart(folder / "corpus", settings.var / "collections" / folder.name)
    sync(own, encoder=like.encoder)
    return Source(_SearchedOnce(own, like), load_questions(folder / questions))


def _reweigh(sources: Sequence[Source], weights: dict[str, Any]) -> None:
    for source in sources:
        source.engine.reweigh(weights)


def _together(groups: Sequence[tuple[Sequence[Ranking], float]]) -> list[Ranking]:
    """Return the sources' rankings in one, each source weighing what it should."""
    return [replace(r, weight=weight / len(group)) for group, weight in groups for r in group]


def _fit_reader(sources: Sequence[Source], weights: dict[str, Any]) -> float:
    """Return how much the reader's log odds weigh against the statement's score."""
    _reweigh(sources, {**weights, "reader": {**weights["reader"], "rank": 0.0}})
    groups: list[tuple[list[Ranking], float]] = []
    for source in sources:
        groups.append(([], source.weight))
        for question in source.questions:
            if not question.answerable or question.kind == "source":
                continue
            found = source.engine.candidates(question.question, all_of=True)
            read = [(c, c.reading) for c in found if c.reading is not None]
            held = [c.statement.hit.chunk.text for c, _ in read]
            groups[-1][0].append(Ranking(
                question.group,
                np.array([(c.score, said(reading)) for c, reading in read], dtype=np.float64),
                np.array([holds_evidence(t, question.evidence) for t in held], dtype=np.bool_),
            ))  # fmt: skip
    own, reader = fit_ranking(_together(groups))
    return round(float(reader / own), 3)


def _fit_confidence(sources: Sequence[Source], step: Step) -> dict[str, Any]:
    """Return the two regressions and the threshold for answers worked out to a step.

    All sources shape the regressions. The threshold promises its share for the first of them, the
    one that is measured: pooled, a harder collection would loosen it there.
    """
    rows, right, answerable, groups = [], [], [], []
    measured = []
    counts: list[float] = []
    for number, source in enumerate(sources):
        for question in source.questions:
            values = source.engine.confidence_features(question.question, step)
            if values is None:
                continue
            answer = source.engine.ask(question.question, k=1, step=step)
            rows.append(values)
            counts.append(source.weight / len(source.questions))
            groups.append(f"{number} {question.group}")
            answerable.append(question.answerable)
            measured.append(number == 0)
            right.append(
                question.answerable and holds_evidence(answer.passages[0].text, question.evidence)
            )
    features, there, shares = np.array(rows), np.array(answerable), np.array(counts)
    names = confidence.READER_FEATURES[: features.shape[1]]
    signs = confidence.READER_SIGNS[: features.shape[1]]

    def named(fitted: Matrix) -> dict[str, float]:
        return dict(zip(("bias", *names), fitted.round(3).tolist(), strict=True))

    predicted = left_out(features, there, groups, signs, shares)
    found, first = np.array(right)[there], np.array(measured)
    return {
        "said": named(fit_logistic(features, there, signs, shares)),
        "right": named(fit_logistic(features[there], found, signs, shares[there])),
        "threshold": round(threshold(predicted[first], there[first]), 3),
    }


def _ranking(engine: Answerer, question: Question) -> Ranking:
    pieces = [collapsed(piece) for alternative in question.evidence for piece in alternative]

    def right(text: str) -> bool:
        held = collapsed(text)
        return any(piece in held or (len(held) > 15 and held in piece) for piece in pieces)

    found = engine.evidence(question.question).statements
    return Ranking(
        question.group,
        np.array([s.features for s in found], dtype=np.float64),
        np.array([right(s.unit.chunk.text) for s in found], dtype=np.bool_),
    )


@app.command()
def main(
    squad: Annotated[Path | None, typer.Option(help="SQuAD-fil att också passa in på.")] = None,
    out: Annotated[Path | None, typer.Option(help="Fil att skriva vikterna till.")] = None,
) -> None:
    """Passa in vikterna för val av mening och för säkerhet på utvecklingsfrågorna."""
    from settings import Settings, go_quiet

    go_quiet()
    from eval.questions import load_questions
    from index.sync import sync

    try:
        settings = Settings()
        sync(settings)
        # What is measured counts as much as the others together.
        first = Answerer(settings)
        engine = _SearchedOnce(settings, first)
        article = Source(engine, load_questions(split="dev"), weight=2.0)
        development = load_source(DEVELOPMENT, first)
        articles = load_source(SOURCES, first, "text.jsonl")
        texts = [load_source(folder, first) for folder in own_collections()]
        some = [replace(t, questions=t.questions[::_ONE_OF], weight=1 / len(texts)) for t in texts]
        weights = fit([article, development, articles], some, squad)
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    (out or WEIGHTS).write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app(prog_name="python -m eval.fit")
