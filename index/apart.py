"""Conversions to OpenVINO's format, each made once by a process of its own.

Converting takes torch and a gigabyte of memory, which the process that answers does without.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from index.folders import facts_of, is_complete
from index.runtime import openvino_version
from settings import ROOT

_log = logging.getLogger(__name__)


class Refused(Exception):
    """The network cannot be run by OpenVINO, or not with the same result."""


def ready_folder(
    name: str,
    target: Path,
    origin: Callable[[], Mapping[str, Any]],
    module: str,
    *arguments: str,
) -> Path | None:
    """Return ``target``, made first by ``python -m module arguments`` unless it is complete.

    None where OpenVINO is not installed, the module failed, or the folder says why its network was
    ``refused``: then PyTorch is to run what ``name`` stands for, and the reason is logged.
    """
    reason = "OpenVINO är inte installerat."
    if openvino_version():
        if not is_complete(target, origin()):
            reason = convert_apart(module, *arguments)
        if is_complete(target, origin()):
            reason = facts_of(target).get("refused", "")
            if not reason:
                return target
    _log.warning("%s körs med PyTorch: %s", name, reason)
    return None


def convert_apart(module: str, *arguments: str) -> str:
    """Run a module in a process of its own; return the last line it said where it failed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""
