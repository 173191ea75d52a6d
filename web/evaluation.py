"""The evaluation: its latest report, and running it again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from eval.metrics import NAMES, decimal
from ingest.errors import KallsvarError
from settings import ROOT, Settings
from web.access import Access

Sent = dict[str, Any]

_HEADLINES = (
    "Success@1", "Success@3", "short_contained", "short_exact", "references_exact",
    "false_abstaining", "abstained_near", "abstained_far", "calibration_error",
)  # fmt: skip
NONE = "Det finns ingen rapport än. Kör utvärderingen, det tar några minuter."
RUNNING = "Utvärderingen körs redan."
DONE = "Utvärderingen är klar."
WORSE = "Utvärderingen är klar. Något mått är sämre än baslinjen; rapporten visar vilket."
CANCELLED = "Utvärderingen är avbruten."
_STEPS = re.compile(r"FÖRLOPP (\d+) (\d+)")
_PLOT = re.compile(r'<img alt="([^"<>]*)" src="(data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+)">')


class Evaluation:
    """Shows the newest report in ``var/eval`` and runs ``python -m eval``. One run at a time."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._settings = settings
        self._access = access
        self._lock = threading.Lock()
        self._running: subprocess.Popen[str] | None = None
        self._progress = (0, 0)
        self._told = ""
        self._cancelled = False

    def latest(self, _: Sent, request: gr.Request) -> Sent:
        """Return the newest report as HTML and whole, and why one may not run another, if so."""
        told: Sent = {"refusal": self._access.refusal(self._access.user(request.headers))}
        folder = self._newest()
        if folder is None:
            return told | {"html": f'<p class="svag">{NONE}</p>'}
        try:
            summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
            report = (folder / "report.html").read_text(encoding="utf-8")
            html = _html(summary["metrics"], report, _moment(folder))
        except (OSError, ValueError, KeyError, TypeError) as error:
            line = f"Rapporten i {escape(folder.name)} går inte att läsa ({type(error).__name__})."
            return told | {"html": f'<p class="notis">{line}</p>'}
        return told | {"html": html, "report": report}

    def run(self, _: Sent, request: gr.Request) -> Sent:
        """Begin a run of the whole evaluation."""
        try:
            self._access.require_editor(self._access.user(request.headers))
        except KallsvarError as error:
            return {"error": str(error)}
        with self._lock:
            if self._running and self._running.poll() is None:
                return {"error": RUNNING}
            command = [sys.executable, "-m", "eval", "--progress", "--corpus",
                       str(self._settings.corpus), "--var", str(self._settings.var)]  # fmt: skip
            if self._settings.model:
                command += ["--model", self._settings.model]
            self._progress, self._told, self._cancelled = (0, 0), "", False
            self._running = subprocess.Popen(
                command, cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        threading.Thread(target=self._follow, args=(self._running,), daemon=True).start()
        return {}

    def cancel(self, _: Sent, request: gr.Request) -> Sent:
        """Stop the run under way; the last report stays."""
        try:
            self._access.require_editor(self._access.user(request.headers))
        except KallsvarError as error:
            return {"error": str(error)}
        with self._lock:
            if self._running and self._running.poll() is None:
                self._cancelled = True
                self._running.terminate()
        return {}

    def state(self, _: Sent) -> Sent:
        """Return whether a run is under way, how far it has come, and why one failed."""
        running = self._running is not None and not self._told
        done, total = self._progress
        return {"running": running, "done": done, "total": total, "told": self._told}

    def _follow(self, process: subprocess.Popen[str]) -> None:
        last = ""
        for line in process.stderr or ():
            if match := _STEPS.search(line):
                self._progress = int(match[1]), int(match[2])
            elif line.strip():
                last = line.strip()
        # 2 says that a measure fell below the baseline: there is a report all the same.
        ended = process.wait()
        if self._cancelled:
            self._told = CANCELLED
        elif ended == 2:
            self._told = WORSE
        elif ended:
            self._told = f"Utvärderingen gick inte att köra. {last}"
        else:
            self._told = DONE

    def _newest(self) -> Path | None:
        reports = sorted(self._settings.var.glob("eval/*/report.html"))
        return reports[-1].parent if reports else None


def _moment(folder: Path) -> str:
    """Return when a report was made, by its folder's name."""
    try:
        made = datetime.strptime(folder.name, "%Y-%m-%dT%H%M%S")
    except ValueError:
        return folder.name
    return f"{made:%Y-%m-%d} kl. {made:%H.%M}"


def _html(metrics: dict[str, float], report: str, when: str) -> str:
    figures = "".join(
        f'<div class="tal"><dt>{escape(NAMES[name])}</dt><dd>{decimal(metrics[name])}</dd></div>'
        for name in _HEADLINES
        if name in metrics
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(NAMES.get(name, name))}</th><td>{decimal(value)}</td></tr>'
        for name, value in metrics.items()
    )
    plots = "".join(
        f'<figure><img alt="{alt}" src="{source}"><figcaption>{alt}</figcaption></figure>'
        for alt, source in _PLOT.findall(report)
    )
    return (
        f'<h2>Senaste rapporten</h2><p class="svag">Gjord {escape(when)}</p>'
        f'<dl class="talen">{figures}</dl><details class="alla-matt"><summary>Alla mått</summary>'
        f'<table class="matt"><tbody>{rows}</tbody></table></details>'
        f'<div class="diagram">{plots}</div>'
    )
