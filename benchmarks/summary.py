"""``python -m benchmarks.summary``: what was measured, as ``BENCHMARKS.md`` and plots.

Reads the newest result of each benchmark in ``var/bench`` and writes the plots there too. What has
not been measured is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import folder, kept
from index.runtime import precisions
from settings import ROOT, go_quiet

_HEAD = (
    "# Mätningar\n\n"
    "`make bench` kör alla mätningar, lägger siffror och diagram i `var/bench/` och skriver den "
    "här sidan. Talen är från en maskin med två kärnor. Kvoter inom en körning säger mer än "
    "tiderna.\n"
)
_UNMEASURED = "Inte mätt än."


def decimal(value: float, digits: int = 3) -> str:
    """Return a number in Swedish with so many significant digits: «1 000 000», «0,095»."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{places}f}".replace(",", "\u00a0").replace(".", ",")


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return b of values ≈ a·size^b, by least squares on the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def _rows(pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in pairs)])


def _question(m: Any) -> str:
    stages = ", ".join(f"{name} {decimal(ms, 2)}" for name, ms in m["stages_ms"].items())
    return _rows([
        ("fråga med läsaren, median", f"{decimal(m['question_ms'])} ms"),
        ("därav, ms", stages),
        ("fråga utan läsaren, median", f"{decimal(m['unread_ms'])} ms"),
        ("enbart `SentenceTransformer.encode`, median", f"{decimal(m['encode_alone_ms'])} ms"),
        ("fråga utan läsaren / encode", decimal(m["unread_ratio"], 2)),
        ("fråga med läsaren / encode", decimal(m["ratio"], 2)),
        ("synk utan ändring, utan att modellen läses in", f"{decimal(m['idle_sync_s'], 2)} s"),
        ("chattens process", f"{decimal(m['chat_gb'])} GB"),
        ("`python -m answer --help`", f"{decimal(m['help_s'], 2)} s"),
        ("första svaret i terminalen", f"{decimal(m['first_answer_s'], 2)} s"),
    ])  # fmt: skip


def _browser(m: Any) -> str:
    return _rows([(name, decimal(value)) for name, value in m.items()])


def _encoder(m: Any) -> str:
    rows = [
        ("passager/s", "passages_per_s", "torch_passages_per_s", "passages_ratio"),
        ("fråga, ms", "question_ms", "torch_question_ms", "question_ratio"),
    ]
    lines = [
        f"| {name} | {decimal(m[ours])} | {decimal(m[theirs])} | {decimal(m[ratio])} |"
        for name, ours, theirs, ratio in rows
    ]
    lines.append(f"| nDCG@10 | {decimal(m['ndcg@10'], 4)} | {decimal(m['torch_ndcg@10'], 4)} | |")
    return "\n".join(["| | OpenVINO | PyTorch | kvot |", "|---|---|---|---|", *lines])


def _reader(m: Any) -> str:
    return _rows([
        (f"{m['passages']} passager, OpenVINO", f"{decimal(m['read_ms'])} ms"),
        (f"{m['passages']} passager, PyTorch", f"{decimal(m['torch_read_ms'])} ms"),
        ("kvot", decimal(m["read_ratio"])),
        ("samma ord utpekade", f"{decimal(100 * m['same_span'])} %"),
    ])  # fmt: skip


def _ingest(m: Any) -> str:
    return _rows([
        ("dokument av åtta slag", decimal(m["documents"], 4)),
        ("dokument/s", decimal(m["documents"] / m["total"], 2)),
        ("läsa och stycka, andel av tiden", f"{decimal(100 * m['reading_share'], 2)} %"),
        ("bädda in, andel av tiden", f"{decimal(100 * m['embedding_share'], 2)} %"),
        ("minne över den inlästa modellens", f"{decimal(m['memory'])} MB"),
    ])  # fmt: skip


def _idle(m: Any) -> str:
    return _rows([
        ("första synken, inbäddningen simulerad", f"{decimal(m['first_s'], 2)} s"),
        ("synk när inget är ändrat", f"{decimal(m['idle_s'], 2)} s"),
    ])  # fmt: skip


_RIVALS = (
    ("passager/s in", "passages_per_second", 2), ("fråga p50, ms", "p50_ms", 3),
    ("fråga p95, ms", "p95_ms", 3), ("belägg på plats 1", "evidence", 3),
    ("minne, MB", "peak_mb", 4),
)  # fmt: skip


def _rivals(m: Any) -> str:
    head = "| | " + " | ".join(name for name, _, _ in _RIVALS) + " |"
    lines = [
        f"| {one['name']} | "
        + " | ".join(decimal(one[key], digits) for _, key, digits in _RIVALS)
        + " |"
        for one in m
    ]
    return "\n".join([head, "|---" * (len(_RIVALS) + 1) + "|", *lines])


_GROWTH = (
    ("bygga, s", "build_s"), ("öppna till första svaret, s", "open_s"),
    ("fråga p50, ms", "p50_ms"), ("fråga p95, ms", "p95_ms"),
    ("av de tio närmaste finns", "recall_at_10"), ("lägga till ett, s", "added_s"),
    ("ta bort ett, s", "removed_s"), ("minne, MB", "resident_mb"), ("på disk, MB", "disk_mb"),
)  # fmt: skip


def _scale(m: Any) -> str:
    sizes = [one["passages"] for one in m]
    lines = [
        "| | " + " | ".join(decimal(size, 1) for size in sizes) + " | exponent |",
        "|---" * (len(sizes) + 2) + "|",
    ]
    for name, key in _GROWTH:
        values = [one[key] for one in m]
        grows = len(sizes) > 1 and key != "recall_at_10"
        power = decimal(exponent(sizes, values), 2) if grows else ""
        lines.append(f"| {name} | " + " | ".join(map(decimal, values)) + f" | {power} |")
    return "\n".join(lines)


_SECTIONS: tuple[tuple[str, str, Callable[[Any], str], str], ...] = (
    ("question", "En fråga (artikeln, utvecklingsfrågor)", _question,
     "`import gradio` och att läsa in modellerna tar det mesta av starten."),
    ("browser", "I webbläsaren", _browser, ""),
    ("encoder", "Kodaren: OpenVINO mot PyTorch (SweQUAD, samma körning)", _encoder,
     "OpenVINO räknar i bf16 där processorn har det; kvoten 2,5 nås bara där."),
    ("reader", "Läsaren: OpenVINO mot PyTorch (samma körning)", _reader, ""),
    ("ingest", "Lägga till tusen dokument", _ingest, ""),
    ("idle", "Tiotusen filer", _idle, ""),
    ("rivals", "Bredvid andra (samma passager, modell och frågor)", _rivals,
     "Källsvars rad är hela svaret: den bäddar också in varje mening och referens för sig (därför "
     "färre passager i sekunden) och låter läsaren läsa de bästa (därför längre tid). De andra "
     "stannar vid sökningen. Minnet är störst för att läsaren och kodaren båda hålls inlästa."),
    ("scale", "Indexets tillväxt (syntetiska passager, inbäddningen simulerad)", _scale,
     "Exponenten är b i tid ≈ a·n^b, anpassad till kolumnerna."),
)  # fmt: skip


def _processor() -> str:
    try:
        native = "bf16" in precisions()
    except ImportError:
        return ""
    if native:
        return "\nProcessorn räknar i bf16.\n"
    return "\nProcessorn saknar bf16. Där det finns går kodaren flera gånger så fort.\n"


def summary(results: Callable[[str], Any] = kept) -> str:
    """Return the page as Markdown."""
    parts = [_HEAD + _processor()]
    for name, title, write, note in _SECTIONS:
        measured = results(name)
        body = write(measured) if measured else _UNMEASURED
        parts.append(f"## {title}\n\n{body}\n" + (f"\n{note}\n" if note and measured else ""))
    return "\n".join(parts)


def plots(target: Path, results: Callable[[str], Any] = kept) -> list[Path]:
    """Write the plots of what has been measured, as SVG; return their files."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    drawn: list[Path] = []

    def save(figure: Any, name: str) -> None:
        figure.tight_layout()
        drawn.append(target / f"{name}.svg")
        figure.savefig(drawn[-1])
        pyplot.close(figure)

    if growth := results("scale"):
        sizes = [one["passages"] for one in growth]
        figure, axes = pyplot.subplots(1, 3, figsize=(12, 3.6))
        for axis, keys, title in zip(
            axes, (("p50_ms", "p95_ms"), ("build_s", "open_s", "added_s"), ("resident_mb",)),
            ("fråga, ms", "bygga, öppna, lägga till, s", "minne, MB"), strict=True,
        ):  # fmt: skip
            for key in keys:
                values = [one[key] for one in growth]
                power = f" (n^{exponent(sizes, values):.2f})" if len(sizes) > 1 else ""
                axis.loglog(sizes, values, "o-", label=key + power)
            axis.set(xlabel="passager", title=title)
            axis.legend(fontsize=8)
        save(figure, "tillvaxt")
    if asked := results("question"):
        figure, axis = pyplot.subplots(figsize=(7, 1.8))
        left = 0.0
        for name, took in asked["stages_ms"].items():
            axis.barh(["fråga"], [took], left=left, label=f"{name} {took:.0f} ms")
            left += took
        axis.legend(ncols=2, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.3))
        axis.set(xlabel="ms, median")
        save(figure, "fraga")
    if compared := results("rivals"):
        figure, axes = pyplot.subplots(1, len(_RIVALS), figsize=(14, 3))
        for axis, (name, key, _) in zip(axes, _RIVALS, strict=True):
            axis.barh([one["name"] for one in compared][::-1], [one[key] for one in compared][::-1])
            axis.set(title=name)
        save(figure, "andra")
    return drawn


def main() -> None:
    """Write the page and the plots."""
    go_quiet()
    page = summary()
    (ROOT / "BENCHMARKS.md").write_text(page, encoding="utf-8")
    (folder() / "tabell.md").write_text(page, encoding="utf-8")
    for path in plots(folder()):
        print(path)


if __name__ == "__main__":
    main()
