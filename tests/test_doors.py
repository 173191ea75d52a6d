"""The commands that people type, as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from answer import Answerer
from settings import ROOT, Settings

KEYS = [
    "id",
    "question",
    "answered",
    "confidence",
    "answer",
    "short_answer",
    "passages",
    "timings_ms",
]
PASSAGE_KEYS = {
    "rank", "text", "start", "end", "answer_start", "answer_end", "short_answer_start",
    "short_answer_end", "section", "page", "score", "document", "references",
}  # fmt: skip


def door(
    *arguments: str, settings: Settings | None = None, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    env = os.environ | environment
    if settings:
        env |= {"KALLSVAR_VAR": str(settings.var), "KALLSVAR_MODEL": settings.model}
    return subprocess.run(
        [sys.executable, "-m", *arguments], env=env, input=stdin, capture_output=True, text=True,
        cwd=ROOT, timeout=180,
    )  # fmt: skip


@pytest.mark.model
def test_jsonl_answers_each_line_in_order(settings_built: Settings) -> None:
    asked = [
        "Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?",
        "Hur många planeter har solsystemet?",
        "",
        "<script>alert(1)</script>",
        "x" * 10_000,
    ]
    lines = "\n".join(json.dumps({"id": i, "question": q}) for i, q in enumerate(asked))
    done = door("answer", "--jsonl", settings=settings_built, stdin=lines + "\n\n")
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == [0, 1, 2, 3, 4]
    assert [a["question"] for a in answers] == asked
    assert all(list(a) == KEYS for a in answers)
    assert [a["answered"] for a in answers] == [True, False, False, False, False]
    assert set(answers[0]["timings_ms"]) == {"encode", "search", "extract", "total"}
    first = answers[0]["passages"][0]
    assert set(first) == PASSAGE_KEYS
    assert first["document"] == {
        "id": "turerna-kring-millennium.txt",
        "title": "I kölvattnet av Millennium, och alternativen framåt",
        "publisher": "Webdoc",
        "url": "https://www.webdoc.com/post/turerna-kring-millennium",
    }
    assert first["references"] == [
        {
            "number": 7,
            "publisher": "Konkurrensverket",
            "title": "Konsulter köptes på otillåtet sätt när införandet av Millennium skulle granskas",
            "url": None,
        }
    ]
    text = Answerer(settings_built).document(first["document"]["id"]).text
    assert text[first["short_answer_start"] : first["short_answer_end"]] == "400 000 kr"


@pytest.mark.model
def test_an_answer_in_the_terminal(settings_built: Settings) -> None:
    done = door("answer", "Hur många dagar var Millennium i drift?", settings=settings_built)
    assert done.returncode == 0
    assert "tre dagar" in done.stdout
    assert "[1] Webdoc: I kölvattnet av Millennium" in done.stdout


def test_a_bad_line_is_named(settings_built: Settings) -> None:
    done = door("answer", "--jsonl", settings=settings_built, stdin='{"fråga": 1}\n')
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip().splitlines()[-1] == (
        'Rad 1 är inte ett JSON-objekt med "question" som text.'
    )


def test_ingest_says_what_became_of_each_file(settings_built: Settings) -> None:
    done = door("ingest", settings=settings_built)
    assert done.returncode == 0
    assert done.stdout.split() == [
        "oförändrad",
        "turerna-kring-millennium.txt",
        "oförändrad:",
        "1.",
    ]


@pytest.mark.parametrize("command", ["ingest", "answer", "eval"])
def test_a_missing_corpus_is_said_in_swedish(tmp_path: Path, command: str) -> None:
    missing = str(tmp_path / "saknas")
    done = door(command, "--corpus", missing, "--var", str(tmp_path), "--model", "x")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Mappen med dokument finns inte: {missing}.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["ingest", "answer", "eval", "app"])
def test_help_is_swedish_and_light(command: str) -> None:
    done = door("app" if command == "app" else command, "--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert "dokument" in done.stdout
    assert imported(done) & {"torch", "gradio", "openvino", "tokenizers", "faiss"} == set()
    if command in ("answer", "ingest"):
        assert "numpy" not in imported(done)


def imported(done: subprocess.CompletedProcess[str]) -> set[str]:
    """The modules that a process run with PYTHONPROFILEIMPORTTIME imported."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.mark.model
def test_an_answer_needs_no_torch(settings_built: Settings) -> None:
    question = "Hur många dagar var Millennium i drift?"
    done = door("answer", question, settings=settings_built, PYTHONPROFILEIMPORTTIME="1")
    assert "tre dagar" in done.stdout
    assert {"openvino", "tokenizers"} <= imported(done)
    assert imported(done) & {"torch", "transformers", "sentence_transformers"} == set()
