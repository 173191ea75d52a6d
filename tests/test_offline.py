"""A start opens no connection off the machine, and telemetry is off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from settings import OFFLINE, ROOT, Settings

WATCHED = """
import json, socket, sys

outside = []
def note(address):
    host = address[0] if isinstance(address, tuple) else str(address)
    if host not in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None) and not host.startswith("/"):
        outside.append(str(host))

for name in ("connect", "connect_ex"):
    def wrapped(self, address, _real=getattr(socket.socket, name)):
        note(address)
        return _real(self, address)
    setattr(socket.socket, name, wrapped)
def resolve(host, *rest, _real=socket.getaddrinfo, **more):
    note((host,))
    return _real(host, *rest, **more)
socket.getaddrinfo = resolve

from settings import Settings, go_quiet
go_quiet()
import app
from answer import Answerer
from index.sync import sync
settings = Settings()
sync(settings)
engine = Answerer(settings)
engine.ask("Vad kostade Millennium?")
demo = app.build(engine)
app.launch(demo, settings, prevent_thread_lock=True)
import time, urllib.request
urllib.request.urlopen(f"http://127.0.0.1:{settings.port}", timeout=10).read()
time.sleep(2)
demo.close()
print("OUTSIDE " + json.dumps(outside))
"""


@pytest.mark.model
def test_a_start_connects_to_nothing_outside(settings_built: Settings, tmp_path: Path) -> None:
    script = tmp_path / "watched.py"
    script.write_text(WATCHED)
    environment = {k: v for k, v in os.environ.items() if k not in OFFLINE}
    environment |= {
        "PYTHONPATH": str(ROOT), "KALLSVAR_VAR": str(settings_built.var),
        "KALLSVAR_MODEL": settings_built.model, "KALLSVAR_PORT": "7873",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=180
    )
    line = next((x for x in done.stdout.splitlines() if x.startswith("OUTSIDE ")), done.stderr)
    assert json.loads(line.removeprefix("OUTSIDE ")) == []


def test_telemetry_is_off() -> None:
    # conftest has called go_quiet().
    # Some of the packages write what they read back in their own way.
    said = {"1": "true", "true": "true", "false": "false"}
    assert {n: said[os.environ[n].lower()] for n in OFFLINE} == {
        n: said[value.lower()] for n, value in OFFLINE.items()
    }
    assert OFFLINE["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert OFFLINE["HF_HUB_DISABLE_TELEMETRY"] == "1"
