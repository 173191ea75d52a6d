"""The quality gate over the real article with the real model."""

from __future__ import annotations

import pytest

from answer import Answerer
from eval.gate import compare
from eval.questions import load_questions
from eval.run import run, summarise
from settings import Settings


@pytest.mark.model
def test_no_measure_falls_below_the_baseline(settings_built: Settings) -> None:
    rows = run(Answerer(settings_built), load_questions())
    failed = [c for c in compare(rows, summarise(rows)) if c.failed]
    assert failed == []
