"""The evaluation: its latest report, and running it again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from eval.metrics import NAMES
from ingest.errors import KallsvarError
from settings import ROOT, Settings
from web.access import Access

Sent = dict[str, Any]

_HEADLINES = (
    "R@1", "R@3", "short_contained", "short_exact", "references_exact", "false_abstaining",
    "abstained_near", "abstained_far", "calibration_error",
)  # fmt: skip
NONE = "Det finns ingen rapport än. Kör utvärderingen, det tar några minuter."
RUNNING = "Utvärderingen körs redan."
_STEPS = re.compile(r"FÖRLOPP (\d+) (\d+)")


class Evaluation:
    """Shows the newest report in ``var/eval`` and runs ``python -m eval``. One run at a time."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._settings = settings
        self._access = access
        self._lock = threading.Lock()
        self._running: subprocess.Popen[str] | None = None
        self._progress = (0, 0)
        self._failure = ""

    def latest(self, _: Sent) -> Sent:
        """Return the newest report: its time, figures and plots as HTML; a line where none is."""
        folder = self._newest()
        if folder is None:
            return {"html": f'<p class="notis">{NONE}</p>'}
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        page = (folder / "report.html").read_text(encoding="utf-8")
        day, clock = folder.name.split("T")
        when = f"{day} kl. {clock[:2]}.{clock[2:4]}"
        return {"html": _html(summary, page, when), "report": page}

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
            self._progress, self._failure = (0, 0), ""
            self._running = subprocess.Popen(
                command, cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        threading.Thread(target=self._follow, args=(self._running,), daemon=True).start()
        return {}

    def state(self, _: Sent) -> Sent:
        """Return whether a run is under way, how far it has come, and why one failed."""
        running = self._running is not None and self._running.poll() is None
        done, total = self._progress
        return {"running": running, "done": done, "total": total, "error": self._failure}

    def _follow(self, process: subprocess.Popen[str]) -> None:
        last = ""
        for line in process.stderr or ():
            if match := _STEPS.search(line):
                self._progress = int(match[1]), int(match[2])
            elif line.strip():
                last = line.strip()
        # 2 says that a measure fell below the baseline: there is a report all the same.
        if process.wait() not in (0, 2):
            self._failure = last or "Utvärderingen avbröts."

    def _newest(self) -> Path | None:
        reports = sorted(self._settings.var.glob("eval/*/report.html"))
        return reports[-1].parent if reports else None


def _html(summary: dict[str, Any], page: str, when: str) -> str:
    tiles = "".join(
        f'<div class="tal"><dt>{escape(NAMES[name])}</dt>'
        f"<dd>{summary['metrics'][name]:.3f}</dd></div>".replace(".", ",")
        for name in _HEADLINES
        if name in summary["metrics"]
    )
    plots = "".join(re.findall(r'<img alt="[^"]*" src="data:image/[^"]+">', page))
    return (
        f"<h2>Senaste rapporten</h2><p class='svag'>{when}</p><dl class='talen'>{tiles}</dl>"
        f'<div class="diagram">{plots}</div>'
    )
