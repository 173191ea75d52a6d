"""The report: rows as JSONL and CSV, a summary, and one HTML page that stands on its own.

Misses of the development half can be opened and read; of the test half only averages are shown,
so that nobody tunes on it by reading it.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from answer.records import STEPS, Step
from eval.gate import Change
from eval.metrics import (
    KIND_NAMES,
    NAMES,
    SPLIT_NAMES,
    STEP_NAMES,
    Interval,
    decimal,
    risk_coverage,
)
from eval.questions import Question
from eval.run import Engine, Row, as_records, means, run, summarise

FINAL = STEPS[-1]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;
  color:#1f2328}
table{border-collapse:collapse;margin:1rem 0}
td,th{border:1px solid #d8d6cf;padding:.3rem .6rem;text-align:left}
img{max-width:100%}details{border-top:1px solid #d8d6cf;padding:.4rem 0}summary{cursor:pointer}
.belagg{background:#fff4c9}pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}.fel{color:#8f2d20}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Rows and summaries for each step towards an answer, and for the last one by split."""

    rows: Mapping[Step, list[Row]]
    summaries: Mapping[Step, Mapping[str, Interval]]
    by_split: Mapping[str, Mapping[str, Interval]]


def make_report(
    engine: Engine, questions: Sequence[Question], advance: Callable[[], None] = lambda: None
) -> Report:
    """Ask all questions at every step of working an answer out."""
    rows = {step: run(engine, questions, step=step, advance=advance) for step in STEPS}
    summaries = {step: summarise(found) for step, found in rows.items()}
    splits = sorted({row.split for row in rows[FINAL]})
    by_split = {
        split: summarise([row for row in rows[FINAL] if row.split == split]) for split in splits
    }
    return Report(rows, summaries, by_split)


def write_report(report: Report, changes: Sequence[Change], folder: Path) -> None:
    """Write ``rows.jsonl``, ``rows.csv``, ``summary.json`` and ``report.html`` to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    records = as_records(report.rows[FINAL])
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
    _write_csv(report.rows[FINAL], folder / "rows.csv")
    summary = {
        "metrics": means(report.summaries[FINAL]),
        "steps": {step: means(found) for step, found in report.summaries.items()},
        "splits": {split: means(found) for split, found in report.by_split.items()},
        "kinds": {kind: means(found) for kind, found in _by_kind(report.rows[FINAL]).items()},
    }
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    (folder / "summary.json").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(_page(report, changes), encoding="utf-8")


def _write_csv(rows: Sequence[Row], path: Path) -> None:
    names = sorted({name for row in rows for name in row.measures})
    fixed = ("id", "split", "kind", "style", "question", "answered", "confidence", "short_answer")
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*fixed, *names])
        for row in rows:
            values = [getattr(row, name) for name in fixed]
            writer.writerow([*values, *(row.measures.get(name, "") for name in names)])


def _by_kind(rows: Sequence[Row]) -> dict[str, dict[str, Interval]]:
    kinds = sorted({row.kind for row in rows})
    return {kind: summarise([row for row in rows if row.kind == kind]) for kind in kinds}


def _page(report: Report, changes: Sequence[Change]) -> str:
    steps = _table(
        ["", *(STEP_NAMES[step] for step in report.summaries)],
        [
            [NAMES[name], *(decimal(s[name].mean) for s in report.summaries.values())]
            for name in ("Success@1", "Success@3", "Success@5", "RR", "nDCG@10")
        ],
    )
    splits = _table(
        ["", *(SPLIT_NAMES[split] for split in report.by_split)],
        [
            [label, *(_cell(s[name]) for s in report.by_split.values())]
            for name, label in NAMES.items()
        ],
    )
    gate = _table(
        ["Mått", "Baslinje", "Nu", "Tillåtet fall", "p (parat)"],
        [
            [NAMES.get(c.measure, c.measure) + (" – sämre" if c.failed else ""), decimal(c.before),
             decimal(c.now), decimal(c.allowed), decimal(c.p, 2)]
            for c in changes
        ],
    )  # fmt: skip
    plots = "".join(f'<img alt="{escape(alt)}" src="{data}">' for alt, data in _plots(report))
    misses = "".join(
        _miss(row) for row in report.rows[FINAL] if row.split == "dev" and _missed(row)
    )
    return (
        f'<!doctype html><html lang="sv"><meta charset="utf-8"><title>Källsvar: utvärdering</title>'
        f"<style>{_STYLE}</style><h1>Källsvar: utvärdering</h1><h2>Sökningens steg</h2>{steps}"
        f"<h2>Hela kedjan, per del</h2>{splits}<h2>Mot baslinjen</h2>{gate}<h2>Diagram</h2>{plots}"
        f"<h2>Missar i utvecklingsdelen</h2>{misses}</html>"
    )


def _cell(interval: Interval) -> str:
    return f"{interval}, n={interval.size}" if interval.size else str(interval)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    header = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{header}</tr>{body}</table>"


def _missed(row: Row) -> bool:
    if row.unanswerable:
        return row.answered
    found = row.measures.get("Success@1"), row.measures["short_contained"]
    return not row.answered or 0 in found


def _miss(row: Row) -> str:
    passages = "".join(
        f'<pre class="{"belagg" if p["relevant"] else ""}">{i}. {escape(p["text"])}</pre>'
        for i, p in enumerate(row.passages[:5], start=1)
    )
    wanted = " / ".join(escape(piece) for piece in row.wanted) or "inget svar"
    said = escape(row.answer or "–") if row.answered else "avstod"
    return (
        f"<details><summary>{escape(row.question)} "
        f"<small>({escape(KIND_NAMES.get(row.kind, row.kind))}, {escape(row.style)}, "
        f"{decimal(row.confidence, 2)})</small></summary>"
        f"<p>Väntat: {wanted}</p>"
        f'<p class="fel">Svar: {said}</p>{passages}</details>'
    )


def _plots(report: Report) -> list[tuple[str, str]]:
    """Return each plot's description and its picture as a data address."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import ScalarFormatter

    rows = report.rows[FINAL]
    drawn: list[tuple[str, str]] = []

    def keep(alt: str, figure: Any) -> None:
        for axis in (one for a in figure.axes for one in (a.xaxis, a.yaxis)):
            if isinstance(axis.get_major_formatter(), ScalarFormatter):
                axis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", ","))
        out = io.BytesIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
        drawn.append(
            (alt, f"data:image/svg+xml;base64,{base64.b64encode(out.getvalue()).decode()}")
        )

    figure, axes = plt.subplots(figsize=(6, 3.4))
    for step, summary in report.summaries.items():
        found = [summary[f"Success@{k}"].mean for k in (1, 3, 5)]
        axes.plot([1, 3, 5], found, marker="o", label=STEP_NAMES[step])
    axes.set(title="Belägg bland de k första", xlabel="k", ylabel="andel", xticks=[1, 3, 5])
    axes.legend()
    keep("Andel frågor vars belägg finns bland de k första", figure)

    figure, axes = plt.subplots(figsize=(6, 3.4))
    cover, risk = risk_coverage([r.confidence for r in rows], [r.right for r in rows])
    axes.plot(cover, risk)
    axes.set(title="Att avstå: risk mot täckning", xlabel="andel besvarade", ylabel="andel fel")
    keep("Andel fel när bara de säkraste frågorna besvaras", figure)

    figure, axes = plt.subplots(figsize=(4, 4))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for low in range(10):
        inside = [r for r in rows if low / 10 <= r.confidence < (low + 1) / 10 + (low == 9)]
        if inside:
            sure = sum(r.confidence for r in inside) / len(inside)
            right = sum(r.right for r in inside) / len(inside)
            axes.scatter(sure, right, s=8 + 3 * len(inside), color="C0")
    axes.set(
        title="Säkerhetens tillförlitlighet", xlabel="uppgiven sannolikhet", ylabel="andel rätt"
    )
    keep("Uppgiven sannolikhet mot andel rätt", figure)

    figure, axes = plt.subplots(figsize=(6, 3.4))
    kinds = {k: s for k, s in _by_kind(rows).items() if s["Success@1"].size}
    axes.barh([KIND_NAMES.get(k, k) for k in kinds], [s["Success@1"].mean for s in kinds.values()])
    axes.set(title="Belägg på plats 1, per slags fråga", xlim=(0, 1))
    keep("Belägg på plats 1 per slags fråga", figure)

    figure, axes = plt.subplots(figsize=(6, 3.4))
    axes.hist([r.milliseconds for r in rows], bins=30)
    axes.set(title="Tid per fråga", xlabel="millisekunder", ylabel="frågor")
    keep("Tid per fråga i millisekunder", figure)
    return drawn
