"""Names that fit any file system, and names found from a part of them."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.names import clean_name, clean_path, find, refusal


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("A\u030arsrapport.txt", "Årsrapport.txt"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("..dold.txt", "dold.txt"),
        ("  två   ord .txt ", "två ord.txt"),
        ('vad: "hände"?.txt', "vad- -hände--.txt"),
        ("faktura\u202etxt.exe", "fakturatxt.exe"),
        ("rad\nbrytning.txt", "rad brytning.txt"),
        (".txt", "txt"),
        ("...", ""),
        ("å" * 200 + ".txt", "å" * 98 + ".txt"),
        ("x." + "y" * 300, "x." + "y" * 198),
    ],
)
def test_names_are_made_fit(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@given(st.text(max_size=300))
def test_a_clean_name_is_safe_and_stays(name: str) -> None:
    clean = clean_name(name)
    assert clean_name(clean) == clean
    assert len(clean.encode()) <= 200
    assert not set(clean) & set('<>:"/\\|?*')
    assert not clean.startswith(".")
    assert clean == unicodedata.normalize("NFC", clean).strip()
    assert not any(unicodedata.category(c)[0] == "C" for c in clean)


@given(st.text(alphabet="ab./\\: å", max_size=40))
def test_a_clean_path_never_leads_out(path: str) -> None:
    try:
        clean = clean_path(path)
    except KallsvarError:
        return
    assert ".." not in PurePosixPath(clean).parts
    assert not clean.startswith(("/", "."))


@pytest.mark.parametrize(
    "path", ["../a.txt", "a/../../b.txt", "/etc/passwd", "C:\\a.txt", "\\a", ".."]
)
def test_a_path_that_leads_out_is_an_error(path: str) -> None:
    with pytest.raises(KallsvarError, match="leder ut ur mappen"):
        clean_path(path)


def test_a_path_is_cleaned_in_its_parts() -> None:
    assert clean_path("m\\.n//./a\u030a.txt") == "m/n/å.txt"


def test_what_no_document_can_be_called() -> None:
    assert refusal("a.txt") is None
    assert refusal("A.TXT") is None
    assert refusal("m/a.txt.meta.json") == "Namn på .meta.json är förbehållna dokumentens metadata."
    assert refusal("a.zip") == ("En zip-fil i en annan packas inte upp. Packa upp den yttre först.")
    assert (refusal("a.jpg") or "").startswith("Formatet «.jpg» stöds inte")


IDS = [
    "2024/budget.txt",
    "2025/budget.txt",
    "hastighet.txt",
    "Hästar.md",
    "rapport-1.txt",
    "rapport-12.txt",
]


@pytest.mark.parametrize(
    ("given_name", "meant"),
    [
        ("2025/budget.txt", "2025/budget.txt"),
        ("2025", "2025/budget.txt"),
        ("hästar.md", "Hästar.md"),
        ("häst", "Hästar.md"),
        ("ha\u0308star", "Hästar.md"),
        ("hastar", "Hästar.md"),
        ("HASTIGHET", "hastighet.txt"),
        ("rapport-1", "rapport-1.txt"),
        ("rapport-12", "rapport-12.txt"),
        ("2024/budget", "2024/budget.txt"),
    ],
)
def test_a_part_of_a_name_is_enough(tmp_path: Path, given_name: str, meant: str) -> None:
    assert find(given_name, IDS, tmp_path) == meant


def test_a_path_into_the_corpus_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    assert find(str(corpus / "2024/budget.txt"), IDS, corpus) == "2024/budget.txt"
    monkeypatch.chdir(tmp_path)
    assert find("corpus/Hästar.md", IDS, corpus) == "Hästar.md"


@pytest.mark.parametrize(
    ("given_name", "said"),
    [
        (
            "budget",
            "«budget» passar flera dokument: 2024/budget.txt, 2025/budget.txt. Skriv mer av namnet.",
        ),
        (
            "rapport",
            "«rapport» passar flera dokument: rapport-1.txt, rapport-12.txt. Skriv mer av namnet.",
        ),
        ("hästra.md", "Det finns inget dokument «hästra.md». Närmast kommer Hästar.md"),
        ("zzz", "Det finns inget dokument «zzz». «python -m ingest list» visar vilka som finns."),
    ],
)
def test_otherwise_the_nearest_are_named(tmp_path: Path, given_name: str, said: str) -> None:
    with pytest.raises(KallsvarError) as error:
        find(given_name, IDS, tmp_path)
    assert str(error.value).startswith(said)
