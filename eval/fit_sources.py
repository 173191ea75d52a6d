"""``python -m eval.fit_sources``: the weights by which sources are found, fitted on questions.

Two small linear models over ``answer.sources.FEATURES``: one picks the entry or statement that
leads to the source asked for (a softmax over those near the topic), one says how sure the best is
(a logistic regression). They are fitted on the development half of the questions on the article
and on ``eval/sources``: articles about other matters, with reference lists in four styles.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from answer import sources
from answer.answerer import WEIGHTS, Answerer
from answer.sources import Candidate
from eval.fit import (
    SOURCES,
    Ranking,
    Source,
    fit_logistic,
    fit_ranking,
    left_out,
    load_source,
    threshold,
)
from eval.metrics import collapsed
from eval.questions import Question
from ingest.errors import KallsvarError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def fit_sources(collections: Sequence[Source]) -> dict[str, Any]:
    """Return new weights as ``answer/weights.json`` holds them under ``sources``."""
    asked = [
        (f"{number} {question.group}", question, candidates, source.engine)
        for number, source in enumerate(collections)
        for question in source.questions
        if (candidates := source.engine.source_candidates(question.question))
        and (question.kind == "source" or not question.answerable)
    ]
    rankings = [
        Ranking(
            group,
            np.array([c.features for c in candidates], dtype=np.float64),
            np.array([_right(c, question, engine) for c in candidates], dtype=np.bool_),
        )
        for group, question, candidates, engine in asked
        if question.answerable
    ]
    rank = dict(zip(sources.FEATURES, fit_ranking(rankings).round(3).tolist(), strict=True))
    best = [(g, q, sources.rank(found, rank)[0], engine) for g, q, found, engine in asked]
    best = [(g, q, first, engine) for g, q, first, engine in best if first.records]
    features = np.array([first.features for _, _, first, _ in best])
    right = np.array([_right(first, q, engine) for _, q, first, engine in best], dtype=np.bool_)
    groups = [group for group, *_ in best]
    said = fit_logistic(features, right, sources.SIGNS).round(3).tolist()
    predicted = left_out(features, right, groups, sources.SIGNS)
    return {
        "rank": rank,
        "said": dict(zip(("bias", *sources.FEATURES), said, strict=True)),
        "threshold": round(threshold(predicted, right), 3),
    }


def _right(candidate: Candidate, question: Question, engine: Answerer) -> bool:
    pieces = [collapsed(piece) for pieces in question.evidence for piece in pieces]
    heads = (collapsed(engine.document(i).text.partition("\n")[0]) for i in candidate.records)
    return any(piece in head for head in heads for piece in pieces)


@app.command()
def main(
    out: Annotated[Path | None, typer.Option(help="Fil att skriva vikterna till.")] = None,
) -> None:
    """Passa in vikterna för frågor om källor."""
    from settings import Settings, go_quiet

    go_quiet()
    from eval.questions import load_questions
    from index.sync import sync

    try:
        settings = Settings()
        sync(settings)
        engine = Answerer(settings)
        collections = [Source(engine, load_questions(split="dev")), load_source(SOURCES, engine)]
        weights = {**engine.weights, "sources": fit_sources(collections)}
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    (out or WEIGHTS).write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app(prog_name="python -m eval.fit_sources")
