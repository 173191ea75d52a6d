"""``python -m eval.fit``: the answer's weights, fitted on development data.

Small linear models: one picks the statement (a softmax over the statements found, the likelihood of
the right ones maximised), two say how sure the answer is (logistic regressions). All are fitted on
the development half of the questions; the first also on a SQuAD file, where one is given, so that
it does not lean on one article. The threshold for answering is set where a stated share of
answerable development questions would be held back, judged by predictions for groups of questions
that were left out of the fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from answer import confidence, evidence
from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from answer import Answerer
    from eval.questions import Question

Matrix = npt.NDArray[np.float64]

FALSE_ABSTAINING = 0.04
FOLDS = 8
_RANK_PENALTY = 0.01
_CONFIDENCE_PENALTY = 0.001

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The statements found for a question: features (n, features), and which hold the answer."""

    group: str
    features: Matrix
    right: npt.NDArray[np.bool_]
    weight: float = 1.0


def fit_ranking(rankings: Sequence[Ranking]) -> Matrix:
    """Return the weights that make the right statements likeliest, with a quadratic penalty."""
    import torch

    usable = [r for r in rankings if r.right.any()]
    weights = torch.zeros(len(evidence.FEATURES), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")
    share = sum(r.weight for r in usable)
    batches = [
        (torch.from_numpy(r.features), torch.from_numpy(r.right), r.weight / share) for r in usable
    ]

    def loss() -> Any:
        optimiser.zero_grad()
        total = _RANK_PENALTY * (weights**2).sum()
        for features, right, part in batches:
            scores = features @ weights
            miss = torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0)
            total = total + miss * part
        torch.autograd.backward(total)
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    fitted: Matrix = weights.detach().numpy()
    return fitted


def fit_logistic(features: Matrix, wanted: npt.NDArray[np.bool_]) -> Matrix:
    """Return (1 + features) weights of a logistic regression, the bias first.

    Each weight keeps the sign that ``confidence.SIGNS`` states, and is penalised by its square.
    """
    import torch

    inputs, target = torch.from_numpy(features), torch.from_numpy(wanted.astype(np.float64))
    signs = torch.tensor(confidence.SIGNS, dtype=torch.float64)
    free = torch.zeros(features.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([free], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimiser.zero_grad()
        weights = signs * torch.nn.functional.softplus(3 * free[1:] - 2)
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(
            inputs @ weights + free[0], target
        )
        total = entropy + _CONFIDENCE_PENALTY / 2 * (weights**2).sum()
        torch.autograd.backward(total)
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    weights = signs * torch.nn.functional.softplus(3 * free[1:] - 2)
    fitted: Matrix = torch.cat([free[:1], weights]).detach().numpy()
    return fitted


def left_out(features: Matrix, wanted: npt.NDArray[np.bool_], groups: Sequence[str]) -> Matrix:
    """Return each row's probability as predicted by a fit without its group's fold."""
    order = {group: i % FOLDS for i, group in enumerate(sorted(set(groups)))}
    folds = np.array([order[group] for group in groups])
    predicted: Matrix = np.zeros(len(features))
    for fold in range(FOLDS):
        inside, outside = folds == fold, folds != fold
        if inside.any():
            weights = fit_logistic(features[outside], wanted[outside])
            predicted[inside] = 1 / (1 + np.exp(-(features[inside] @ weights[1:] + weights[0])))
    return predicted


def threshold(
    predicted: Matrix, answerable: npt.NDArray[np.bool_], share: float = FALSE_ABSTAINING
) -> float:
    """Return the probability below which ``share`` of the answerable questions fall."""
    return float(np.quantile(predicted[answerable], share))


def fit(engine: Answerer, questions: Sequence[Question], squad: Path | None) -> dict[str, Any]:
    """Return new weights as ``answer/weights.json`` holds them."""
    from eval.metrics import holds_evidence

    rankings = [_ranking(engine, q) for q in questions if q.answerable and q.kind != "source"]
    if squad:
        from eval.collections import squad_rankings

        others = squad_rankings(squad, engine.settings)
        # The two sources weigh alike, however many questions each has.
        rankings += [replace(r, weight=len(rankings) / len(others)) for r in others]
    weights = dict(zip(evidence.FEATURES, fit_ranking(rankings).round(3).tolist(), strict=True))
    engine.reweigh({**engine.weights, "statement": weights})
    rows, right, answerable, groups = [], [], [], []
    for question in questions:
        values = engine.confidence_features(question.question)
        if values is None:
            continue
        answer = engine.ask(question.question, k=1)
        rows.append(values)
        groups.append(question.group)
        answerable.append(question.answerable)
        right.append(
            question.answerable and holds_evidence(answer.passages[0].text, question.evidence)
        )
    features, said = np.array(rows), np.array(answerable)
    names = ("bias", *confidence.FEATURES)

    def named(fitted: Matrix) -> dict[str, float]:
        return dict(zip(names, fitted.round(3).tolist(), strict=True))

    return {
        "statement": weights,
        "said": named(fit_logistic(features, said)),
        "right": named(fit_logistic(features[said], np.array(right)[said])),
        "threshold": round(threshold(left_out(features, said, groups), said), 3),
    }


def _ranking(engine: Answerer, question: Question) -> Ranking:
    from eval.metrics import collapsed

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
    from answer import Answerer
    from answer.answerer import WEIGHTS
    from eval.questions import load_questions
    from index.sync import sync

    try:
        settings = Settings()
        sync(settings)
        weights = fit(Answerer(settings), load_questions(split="dev"), squad)
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    (out or WEIGHTS).write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app(prog_name="python -m eval.fit")
