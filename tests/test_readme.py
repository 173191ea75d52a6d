"""The README says what is so: its commands work, its tables are current."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from eval.metrics import NAMES
from settings import ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("    #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
DOORS = [c for c in COMMANDS if ".venv/bin/python" in c]


def said(*arguments: str) -> str:
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_kind_of_command_is_there() -> None:
    assert sum("make chat" in c for c in COMMANDS) == 2
    assert "make test" in COMMANDS
    assert len(DOORS) >= 20
    assert len(DOORS) + 3 == len(COMMANDS)


def test_make_knows_the_targets() -> None:
    for target in sorted(set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))):
        assert said("make", "-n", target), target


@pytest.mark.parametrize("command", DOORS)
def test_each_door_takes_the_options_shown(command: str) -> None:
    words = shlex.split(command.split(".venv/bin/python", 1)[1].split(" < ")[0])
    door = words[:2] if words[0] == "-m" else words[:1]
    if words[2:] and words[2] in (
        "add",
        "list",
        "show",
        "set",
        "rename",
        "remove",
        "references",
        "feedback",
    ):
        door = words[:3]
    options = {word for word in words[len(door) :] if word.startswith("--")}
    known = re.findall(r"--[a-z-]+", said(sys.executable, *door, "--help"))
    assert options <= set(known)


def test_the_table_of_results_is_the_baseline() -> None:
    measures = json.loads((ROOT / "eval/baseline.json").read_text(encoding="utf-8"))["measures"]
    rows = [
        f"| {NAMES[name]} | {value['mean']:.3f} |".replace(".", ",")
        for name, value in measures.items()
    ]
    assert len(rows) >= 12
    assert "\n".join(rows) in README


def test_every_dependency_and_setting_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=]", requirement)[0]
        assert len(re.findall(rf"^\| {re.escape(name)} \| .+ \|$", README, re.MULTILINE)) == 1, name
    for name in Settings.model_fields:
        line = rf"^\| `KALLSVAR_{name.upper()}` \| .+ \| .+ \|$"
        assert re.search(line, README, re.MULTILINE), name


def test_the_picture_is_in_the_repository() -> None:
    pictures = re.findall(r"!\[.+\]\((.+?)\)", README)
    assert pictures == ["docs/chat.png"]
    assert (ROOT / pictures[0]).read_bytes().startswith(b"\x89PNG")
