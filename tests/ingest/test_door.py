"""``python -m ingest`` and its commands."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from index.progress import Progress
from index.sync import open_store
from ingest.__main__ import app
from ingest.formats import SUFFIXES
from ingest.terminal import duration, progress_line
from settings import ROOT, Settings

MakeCorpus = Callable[[dict[str, str]], Settings]
Run = Callable[..., Result]

HORSE = "Om hästar\n\nHästen äter hö. Den springer fort.\n"
CITING = "Rapporten\n\nDet hände i går. 1 Sedan var det slut.\n\nKällor\n7: Verket, Rapport\n8: Bladet, Nyhet\n"


@pytest.fixture
def run(tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command on a corpus of the test's own, with a small encoder."""
    monkeypatch.setattr("index.sync.SentenceTransformerEncoder", lambda *_: encoder)
    monkeypatch.setenv("COLUMNS", "200")

    def command(*words: str, stdin: str = "", before: Sequence[str] = ()) -> Result:
        places = ["--corpus", str(tmp_path / "corpus"), "--var", str(tmp_path / "var")]
        return CliRunner().invoke(app, [*before, *words, *places, "--model", "none"], input=stdin)

    return command


def lines(result: Result, code: int = 0) -> list[str]:
    assert result.exit_code == code, result.output
    return [line.strip() for line in result.stdout.splitlines()]


def test_add_tells_of_each_file_and_syncs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "häst.txt").write_text(HORSE, encoding="utf-8")
    (tmp_path / "in" / "bild.jpg").write_text("x")
    assert lines(run("add", str(tmp_path / "in"), str(tmp_path / "in" / "häst.txt"))) == [
        f"nekad  in/bild.jpg: Formatet «.jpg» stöds inte (stöds: {', '.join(SUFFIXES)}).",
        "ny  in/häst.txt",
        "finns redan  häst.txt: Samma innehåll som in/häst.txt.",
        "tillagd  in/häst.txt",
        "tillagd: 1.",
    ]
    assert lines(run("add", str(tmp_path / "saknas.txt")), code=1) == [
        "nekad  saknas.txt: Filen finns inte."
    ]


def test_an_address_is_fetched_and_a_refused_one_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store(corpus: Path, url: str) -> Path:
        path = corpus / "exempel.txt"
        path.write_text(HORSE, encoding="utf-8")
        return path

    refused = lines(run("add", "http://127.0.0.1/hemligt"), code=1)
    assert refused[0].startswith("nekad  http://127.0.0.1/hemligt: 127.0.0.1 är ingen öppen adress")
    monkeypatch.setattr("ingest.stored_pages.store_address", store)
    assert lines(run("add", "HTTPS://exempel.se/sida")) == [
        "ny  exempel.txt", "tillagd  exempel.txt", "tillagd: 1.",
    ]  # fmt: skip


def test_list_as_table_and_json(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({"a.txt": HORSE, "b.txt": HORSE, "c.xyz": "x"})
    run()
    make_corpus({"d.txt": "Ny.\n"})
    head, *rows = lines(run("list"))
    assert head.split() == [
        "Dokument",
        "Titel",
        "Typ",
        "Sidor",
        "Delar",
        "Källor",
        "Inlagd",
        "Läge",
    ]
    assert re.fullmatch(r"a\.txt +Om hästar +txt +3 +\d{4}-\d\d-\d\d +inläst", rows[0])
    assert rows[1] == "= b.txt"
    assert re.search(r"överhoppad: Formatet «\.xyz» stöds", rows[2])
    assert rows[-1].endswith("väntar")
    told = json.loads(run("list", "--json").stdout)
    assert [(d["id"], d["names"], d["chunks"], d["state"]) for d in told] == [
        ("a.txt", ["a.txt", "b.txt"], 3, "indexed"),
        ("c.xyz", ["c.xyz"], 0, "skipped"),
        ("d.txt", ["d.txt"], 0, "waiting"),
    ]


def test_an_empty_list_says_so(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({})
    assert lines(run("list")) == ["Det finns inga dokument."]
    assert json.loads(run("list", "--json").stdout) == []


def test_show_finds_by_a_part_of_the_name(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({"mapp/hästar.txt": HORSE, "båtar.txt": "Båten.\n"})
    assert lines(run("show", "hast"))[:2] == ["Dokument: mapp/hästar.txt", "Titel: Om hästar"]
    missing = run("show", "hästen")
    assert missing.exit_code == 1
    assert missing.stderr.strip() == (
        "Det finns inget dokument «hästen». Närmast kommer mapp/hästar.txt."
    )


def test_remove_asks_first(run: Run, make_corpus: MakeCorpus) -> None:
    settings = make_corpus({"a.txt": HORSE, "b.txt": "Båten har segel.\n"})
    run()
    for answer in ("", "nej\n", "\n"):
        assert run("remove", "a", stdin=answer).exit_code == 1
    assert (settings.corpus / "a.txt").exists()
    done = lines(run("remove", "a", stdin="ja\n"))
    assert done[0].startswith("Ta bort a.txt? Skriv ja:")
    assert done[-2:] == ["borttagen  a.txt", "borttagen: 1."]
    assert lines(run("remove", "b.txt", "--yes")) == ["borttagen  b.txt", "borttagen: 1."]
    assert open_store(settings).documents() == []


def test_rename_and_set_embed_nothing(run: Run, make_corpus: MakeCorpus, encoder: Any) -> None:
    settings = make_corpus({"a.txt": HORSE})
    run()
    before = encoder.embedded
    assert lines(run("rename", "a", "Hästboken")) == [
        "Heter nu Hästboken.txt.", "tillagd  Hästboken.txt", "borttagen  a.txt",
        "tillagd: 1, borttagen: 1.",
    ]  # fmt: skip
    assert lines(run("set", "häst", "title=Stora = boken", "publisher=Stallet")) == [
        "uppdaterad  Hästboken.txt", "uppdaterad: 1.",
    ]  # fmt: skip
    document = open_store(settings).document("Hästboken.txt")
    assert document is not None
    assert (document.title, document.publisher) == ("Stora = boken", "Stallet")
    lines(run("set", "häst", "title="))
    document = open_store(settings).document("Hästboken.txt")
    assert document is not None
    assert document.title == "Om hästar"
    assert encoder.embedded == before
    wrong = run("set", "häst", "titeln")
    assert (wrong.exit_code, wrong.stderr.strip()) == (
        1, "«titeln» saknar likhetstecken. Skriv till exempel title=Rapporten.",
    )  # fmt: skip


def test_set_on_a_copy_goes_to_the_first_name(run: Run, make_corpus: MakeCorpus) -> None:
    settings = make_corpus({"a.txt": HORSE, "b.txt": HORSE})
    run()
    assert lines(run("set", "b", "title=Boken"))[0] == (
        "b.txt har samma innehåll som a.txt, vars uppgifter gäller."
    )
    assert [d.title for d in open_store(settings).documents()] == ["Boken"]


def test_references_are_fetched_and_given_addresses(
    run: Run, make_corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_corpus({"a.txt": CITING, "b.txt": HORSE})
    assert lines(run("references"))[:3] == [
        "a.txt",
        "utan adress  [7] Rapport: Ingen adress är känd. Ange den med --set 7=https://…",
        "utan adress  [8] Nyhet: Ingen adress är känd. Ange den med --set 8=https://…",
    ]
    fetched: list[str] = []

    def store(corpus: Path, url: str, **_: Any) -> Path:
        fetched.append(url)
        path = corpus / "verket.txt"
        path.write_text("Rapporten\n\nHär står allt.\n", encoding="utf-8")
        return path

    monkeypatch.setattr("ingest.reference_pages.store_address", store)
    # Only what was given its address is fetched.
    told = lines(run("references", "--set", "7=https://exempel.se/rapport"))
    assert told[:2] == ["a.txt", "hämtad  [7] verket.txt"]
    assert fetched == ["https://exempel.se/rapport"]
    meta = json.loads((settings.corpus / "a.txt.meta.json").read_text(encoding="utf-8"))
    assert meta["references"] == {"7": "https://exempel.se/rapport"}
    assert open_store(settings).document("verket.txt") is not None
    for words, said in (
        (["--set", "9=https://exempel.se"], "Inget dokument har en källa med nummer 9."),
        (["--set", "sju=https://exempel.se"], "«sju» är inget nummer på en källa."),
        (["--set", "8=exempel"], "exempel"),
    ):
        wrong = run("references", *words)
        assert wrong.exit_code == 1
        assert said in wrong.stderr


def test_an_address_for_an_unclear_document_asks_which(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({"a.txt": CITING, "c.txt": CITING.replace("i går", "i dag")})
    wrong = run("references", "--set", "7=https://exempel.se")
    assert wrong.stderr.strip() == (
        "Flera dokument har en källa med nummer 7: a.txt, c.txt. Säg vilket med --document."
    )


def test_options_in_front_of_a_command_hold_too(
    run: Run, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    make_corpus({"a.txt": HORSE})
    other = tmp_path / "annan"
    other.mkdir()
    front = CliRunner().invoke(app, ["--corpus", str(tmp_path / "corpus"), "show", "a"])
    assert lines(front)[0] == "Dokument: a.txt"
    # What stands after the command goes before.
    assert lines(run("show", "a", before=["--corpus", str(other)]))[0] == "Dokument: a.txt"


def test_many_unchanged_files_are_only_counted(run: Run, make_corpus: MakeCorpus) -> None:
    make_corpus({f"{n:02}.txt": f"Text {n}.\n" for n in range(30)} | {"x.xyz": "x"})
    assert len(lines(run())) == 32
    again = lines(run())
    assert len(again) == 2
    assert again[0].startswith("överhoppad  x.xyz: Formatet")
    assert again[1] == "oförändrad: 30, överhoppad: 1."


def test_progress_in_words() -> None:
    assert progress_line(Progress(0, 1000, "a.txt", 0, 0, 0.1)) == "0 av 1000 filer · a.txt"
    assert progress_line(Progress(200, 1000, "b.pdf", 9, 9, 40.0)) == (
        "200 av 1000 filer · 5,0 filer/s · 3 min kvar · b.pdf"
    )
    assert [duration(s) for s in (0, 59.4, 61, 3599, 7500)] == [
        "0 s", "59 s", "1 min", "1 h 0 min", "2 h 5 min",
    ]  # fmt: skip


SLOW = """
import time
from index import sync
from tests.conftest import WordEncoder

class Slow(WordEncoder):
    def documents(self, texts, progress=None):
        time.sleep(0.3)
        return super().documents(texts, progress)

sync.SentenceTransformerEncoder = lambda *_: Slow()
sync._FILES_AT_ONCE = sync._EMBEDDED_AT_ONCE = 2
from index import encoder
encoder.SentenceTransformerEncoder = sync.SentenceTransformerEncoder
from ingest.__main__ import app
app()
"""


def begun(settings: Settings, *words: str, **streams: Any) -> subprocess.Popen[str]:
    """Start a command whose encoder is slow, in a process of its own."""
    places = ["--corpus", str(settings.corpus), "--var", str(settings.var), "--model", "none"]
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, *words, *places], cwd=ROOT, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams),
    )  # fmt: skip


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


def test_ctrl_c_keeps_what_is_finished_and_says_so(make_corpus: MakeCorpus) -> None:
    settings = make_corpus({f"{n:02}.txt": f"Häst {n}. Båt {n}. Hund {n}.\n" for n in range(40)})
    process = begun(settings)
    until(lambda: open_store(settings).generation >= 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert out.rstrip().endswith(
        "Avbrutet. Det som är klart är kvar och går att söka i; nästa körning fortsätter därifrån."
    )
    kept = [d.id for d in open_store(settings).documents()]
    assert 4 <= len(kept) < 40
    assert [line.split()[1] for line in out.splitlines() if line.startswith("    tillagd")] == kept


def test_watching_goes_on_until_ctrl_c(make_corpus: MakeCorpus) -> None:
    settings = make_corpus({"a.txt": HORSE})
    process = begun(settings, "--watch")
    until(lambda: open_store(settings).document("a.txt") is not None)
    (settings.corpus / "b.txt").write_text("Båten har segel.\n", encoding="utf-8")
    until(lambda: open_store(settings).document("b.txt") is not None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert [line.strip() for line in out.splitlines()] == [
        f"Följer {settings.corpus}. Ctrl-C avslutar.",
        "tillagd  a.txt", "tillagd: 1.", "tillagd  b.txt", "tillagd: 1.",
    ]  # fmt: skip


def test_the_terminal_shows_files_rate_and_time_left(make_corpus: MakeCorpus) -> None:
    settings = make_corpus({f"{n:02}.txt": f"Häst {n}. Båt {n}. Hund {n}.\n" for n in range(10)})
    ours, theirs = pty.openpty()
    process = begun(settings, stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(60) == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert re.search(
        r"Läser in .* [2-8] av 10 filer · \d+(,\d)? filer/s · \d+ s kvar · 0\d\.txt", plain
    )
