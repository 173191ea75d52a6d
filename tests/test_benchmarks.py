"""What the benchmarks tell of their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.summary import decimal, exponent, plots, summary

GROWTH = [
    {
        "passages": size, "build_s": size / 1000, "open_s": 0.5, "p50_ms": size**0.5,
        "p95_ms": size**0.5 * 2, "recall_at_10": 0.99, "added_s": 0.1, "removed_s": 0.1,
        "resident_mb": 200 + size / 1000, "disk_mb": size / 100,
    }
    for size in (1_000, 10_000, 100_000)
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 3, "0"), (0.09512, 2, "0,095"), (1_000_000, 1, "1\u00a0000\u00a0000"),
        (112.4, 3, "112"), (14.06, 3, "14,1"), (0.9994, 3, "0,999"),
    ],
)  # fmt: skip
def test_numbers_in_swedish(value: float, digits: int, text: str) -> None:
    assert decimal(value, digits) == text


def test_exponent() -> None:
    assert exponent([10, 100, 1000], [3 * n**0.75 for n in (10, 100, 1000)]) == pytest.approx(0.75)


def test_the_page_tells_what_was_measured_and_what_was_not() -> None:
    page = summary({"scale": GROWTH}.get)
    assert "| fråga p50, ms | 31,6 | 100 | 316 | 0,50 |" in page
    assert "| av de tio närmaste finns | 0,990 | 0,990 | 0,990 |  |" in page
    assert page.count("Inte mätt än.") == 7


def test_a_plot_of_each_that_has_one(tmp_path: Path) -> None:
    drawn = plots(tmp_path, {"scale": GROWTH}.get)
    assert [path.name for path in drawn] == ["tillvaxt.svg"]
    assert "<svg" in drawn[0].read_text(encoding="utf-8")
    assert plots(tmp_path, lambda name: None) == []
