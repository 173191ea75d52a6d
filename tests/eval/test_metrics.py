"""Measures against cases worked by hand."""

from __future__ import annotations

import pytest

from eval.metrics import (
    bare,
    bootstrap,
    calibration_error,
    contained,
    exact_match,
    f1,
    holds_evidence,
    paired_p,
    ranking_measures,
    risk_coverage,
    roc_area,
)


def test_evidence_needs_all_pieces_of_one_alternative() -> None:
    evidence = (("hästen åt", "hö"), ("gräs",))
    assert holds_evidence("I går: Hästen  åt\nallt hö.", evidence)
    assert holds_evidence("Bara gräs", evidence)
    assert not holds_evidence("hästen åt havre", evidence)


def test_short_answers() -> None:
    assert bare("Den 13  November, 2025!") == "13 november 2025"
    assert exact_match("400 000 kr.", ["400 000 kr"]) == 1.0
    assert exact_match(None, ["400 000 kr"]) == 0.0
    # «tre hela dagar» and «tre dagar»: 2 shared of 3 and 2 words.
    assert f1("tre hela dagar", ["tre dagar", "3"]) == pytest.approx(0.8)
    assert f1(None, ["x"]) == 0.0
    assert contained("Det kostade 5 kr i går", ["5 kr", "fem"], all_of=False) == 1.0
    assert contained("Det kostade 5 kr i går", ["5 kr", "fem"], all_of=True) == 0.0
    assert contained(None, ["5 kr"], all_of=False) == 0.0


def test_ranking_measures_by_hand() -> None:
    values = ranking_measures(
        {
            "första": [1, 0, 1],
            "tredje": [0, 0, 1, 0],
            "ingen": [0, 0, 0],
            "tom": [],
            "två": [1, 1, 0],
        },
        {"två": 2},
    )
    names = ("Success@1", "Success@3", "Success@5", "R@1", "R@3", "R@5", "RR", "nDCG@10")
    assert values["första"] == dict.fromkeys(names, 1)
    assert values["tredje"]["R@1"] == 0
    assert values["tredje"]["R@3"] == 1
    assert values["tredje"]["RR"] == pytest.approx(1 / 3)
    assert values["tredje"]["nDCG@10"] == pytest.approx(0.5)
    assert values["ingen"] == dict.fromkeys(names, 0)
    # A question with no passages at all counts as missed; it does not vanish.
    assert values["tom"] == dict.fromkeys(names, 0)
    assert values["två"]["R@1"] == 0.5
    assert values["två"]["Success@1"] == 1
    assert values["tredje"]["Success@1"] == 0
    assert values["tredje"]["Success@3"] == 1
    assert values["två"]["R@3"] == 1


def test_intervals() -> None:
    everything = bootstrap([1.0] * 8, list("abcdefgh"))
    assert (everything.mean, everything.low, everything.high, everything.size) == (1, 1, 1, 8)
    half = bootstrap([1.0, 0.0] * 50, [str(i) for i in range(100)])
    assert half.mean == 0.5
    assert half.low == pytest.approx(0.40, abs=0.02)
    assert half.high == pytest.approx(0.60, abs=0.02)
    # Phrasings of one question are drawn together, so four groups tell less than a hundred.
    grouped = bootstrap([1.0, 0.0] * 50, [str(i % 4) for i in range(100)])
    assert grouped.high - grouped.low > 0.6


def test_significance() -> None:
    assert paired_p([1, 1, 1], [1, 1, 1]) == 1.0
    assert paired_p([1.0] * 20, [0.0] * 20) < 0.001
    assert paired_p([1.0, 0.0], [0.0, 1.0]) == 1.0


def test_calibration_by_hand() -> None:
    # Two at 0.95 of which one is right, two at 0.05 of which none is.
    error = calibration_error([0.95, 0.95, 0.05, 0.05], [1, 0, 0, 0])
    assert error == pytest.approx(0.5 * 0.45 + 0.5 * 0.05)


def test_curves_and_areas_by_hand() -> None:
    assert roc_area([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)
    coverage, risk = risk_coverage([0.2, 0.9, 0.5], [0, 1, 1])
    assert coverage.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk.tolist() == pytest.approx([0, 0, 1 / 3])
