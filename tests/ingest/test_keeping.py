"""Documents in, out, under another name, with other metadata."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from ingest import keeping
from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES
from ingest.keeping import Added, add, remove, rename, set_facts


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "källa"
    folder.mkdir()
    return folder


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def ids(corpus: Path) -> list[str]:
    return [file.id for file in corpus_files(corpus)]


def facts(corpus: Path, document_id: str) -> Any:
    return json.loads((corpus / f"{document_id}.meta.json").read_text(encoding="utf-8"))


def test_a_file_is_copied_with_its_date(corpus: Path, source: Path) -> None:
    path = written(source / "häst.txt", "Hästen äter hö.\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    assert add(corpus, [path]) == [Added("häst.txt", "häst.txt", "new")]
    copy = corpus / "häst.txt"
    assert copy.read_text(encoding="utf-8") == "Hästen äter hö.\n"
    assert copy.stat().st_mtime == 1_600_000_000
    assert path.exists()
    # Readable as any new file is.
    plain = written(source / "vanlig.txt", "x")
    assert stat.S_IMODE(copy.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_the_same_content_is_not_copied(corpus: Path, source: Path) -> None:
    first = written(source / "a.txt", "Hästen äter hö.\n")
    other = written(source / "b.txt", "Hästen äter hö.\n")
    assert add(corpus, [first, other]) == [
        Added("a.txt", "a.txt", "new"), Added("a.txt", "b.txt", "same"),
    ]  # fmt: skip
    assert add(corpus, [other], folder="mapp") == [Added("a.txt", "b.txt", "same")]
    assert ids(corpus) == ["a.txt"]
    assert sorted(p.name for p in corpus.rglob("*")) == ["a.txt"]


def test_new_content_under_a_name_replaces_and_keeps_the_metadata(
    corpus: Path, source: Path
) -> None:
    path = written(source / "a.txt", "Hästen äter hö.\n")
    add(corpus, [path])
    set_facts(corpus, "a.txt", title="Hästboken")
    written(path, "Hästen sover.\n")
    assert add(corpus, [path]) == [Added("a.txt", "a.txt", "replaced")]
    document = read(corpus_files(corpus)[0])[0]
    assert (document.title, document.text) == ("Hästboken", "Hästen sover.")
    # What it held before is no longer there to be the same as.
    written(path, "Hästen äter hö.\n")
    assert add(corpus, [path]) == [Added("a.txt", "a.txt", "replaced")]


def test_two_files_of_one_name_do_not_replace_each_other(corpus: Path, source: Path) -> None:
    paths = [written(source / d / "a.txt", f"Innehåll {d}.\n") for d in ("x", "y")]
    first, second = add(corpus, paths)
    assert first == Added("a.txt", "a.txt", "new")
    assert (second.id, second.outcome, second.reason) == (
        None, "refused",
        "En annan av filerna har samma namn men annat innehåll. Byt namn på den ena.",
    )  # fmt: skip
    assert (corpus / "a.txt").read_text(encoding="utf-8") == "Innehåll x.\n"


def test_a_folder_keeps_its_paths_and_leaves_junk(corpus: Path, source: Path) -> None:
    for name in (
        "r/a.txt", "r/djupt/b.txt", "r/.DS_Store", "r/Thumbs.db", "r/desktop.ini",
        "r/.git/c.txt", "r/__MACOSX/d.txt", "r/._a.txt",
    ):  # fmt: skip
        written(source / name, f"Fil {name}.\n")
    (source / "r" / "länk.txt").symlink_to(source / "r" / "a.txt")
    (source / "r" / "ut").symlink_to("/etc")
    written(source / "r" / "bild.jpg", "x")
    assert add(corpus, [source / "r"], folder="2025") == [
        Added("2025/r/a.txt", "r/a.txt", "new"),
        Added(
            None, "r/bild.jpg", "refused",
            f"Formatet «.jpg» stöds inte (stöds: {', '.join(SUFFIXES)}).",
        ),
        Added(
            None, "r/länk.txt", "refused",
            "Filen är en länk. Lägg till filen som den pekar på.",
        ),
        Added("2025/r/djupt/b.txt", "r/djupt/b.txt", "new"),
    ]  # fmt: skip
    assert ids(corpus) == ["2025/r/a.txt", "2025/r/djupt/b.txt"]


def test_a_link_that_is_pointed_at_is_followed(corpus: Path, source: Path) -> None:
    written(source / "a.txt", "Hästen äter hö.\n")
    (source / "länk.txt").symlink_to(source / "a.txt")
    assert add(corpus, [source / "länk.txt"]) == [Added("länk.txt", "länk.txt", "new")]
    assert not (corpus / "länk.txt").is_symlink()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("saknas.txt", "Filen finns inte."),
        ("a.txt.meta.json", "Namn på .meta.json är förbehållna dokumentens metadata."),
        ("utan", f"Namnet saknar ändelse, så formatet är okänt (stöds: {', '.join(SUFFIXES)})."),
        ("tom.txt", "Filen är tom."),
    ],
)
def test_what_is_refused(corpus: Path, source: Path, name: str, reason: str) -> None:
    if name != "saknas.txt":
        written(source / name, "" if name == "tom.txt" else "x")
    assert add(corpus, [source / name]) == [Added(None, name, "refused", reason)]
    assert list(corpus.iterdir()) == []


def test_too_large_a_file_is_refused(
    corpus: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGEST_BYTES", 2_000_000)
    path = source / "stor.txt"
    path.write_bytes(b"x" * 2_000_001)
    assert add(corpus, [path]) == [
        Added(None, "stor.txt", "refused", "Filen är större än 2 MB. Dela upp den.")
    ]


def test_a_file_never_lands_outside_the_corpus(corpus: Path, source: Path) -> None:
    path = written(source / "a.txt", "x")
    with pytest.raises(KallsvarError, match="leder ut ur mappen"):
        add(corpus, [path], folder="../utanför")
    (corpus / "ut").symlink_to(source)
    (added,) = add(corpus, [path], folder="ut")
    assert added.outcome == "refused"
    assert added.reason is not None
    assert "länk ut ur" in added.reason
    assert sorted(p.name for p in source.iterdir()) == ["a.txt"]


def test_a_full_disk_is_a_reason(
    corpus: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "_copy", full)
    (added,) = add(corpus, [written(source / "a.txt", "x")])
    assert added.reason == "Filen går inte att kopiera: No space left on device."
    assert list(corpus.iterdir()) == []


def test_a_reader_never_meets_half_a_file(corpus: Path, source: Path) -> None:
    short, long = "Kort.\n", "Lång. " * 200_000
    path = written(source / "a.txt", short)
    add(corpus, [path])
    seen: set[int] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.update(file.path.stat().st_size for file in corpus_files(corpus))

    thread = threading.Thread(target=look)
    thread.start()
    for n in range(20):
        written(path, long if n % 2 == 0 else short)
        add(corpus, [path])
    stop.set()
    thread.join()
    assert seen <= {len(short.encode()), len(long.encode())}


def test_removing_takes_the_metadata_and_empty_folders(corpus: Path) -> None:
    for name in ("a.txt", "m/n/b.txt"):
        written(corpus / name, f"Fil {name}.\n")
        set_facts(corpus, name, title="Titel")
    remove(corpus, "m/n/b.txt")
    assert sorted(p.name for p in corpus.rglob("*")) == ["a.txt", "a.txt.meta.json"]
    remove(corpus, "a.txt")
    assert corpus.is_dir()
    assert list(corpus.iterdir()) == []


@pytest.mark.parametrize("name", ["saknas.txt", "../källa/a.txt", "a.txt.meta.json", "", "."])
def test_only_documents_can_be_removed(corpus: Path, source: Path, name: str) -> None:
    written(source / "a.txt", "x")
    written(corpus / "a.txt", "x")
    written(corpus / "a.txt.meta.json", "{}")
    with pytest.raises(KallsvarError, match="Det finns inget dokument"):
        remove(corpus, name)
    assert (source / "a.txt").exists()
    assert (corpus / "a.txt.meta.json").exists()


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("ny.txt", "m/ny.txt"),
        ("ny", "m/ny.txt"),
        ("Årsbudget 2.0", "m/Årsbudget 2.0.txt"),
        ("ny.TXT", "m/ny.TXT"),
        ("ny.pdf", "m/ny.pdf.txt"),
        ("annan/ny", "annan/ny.txt"),
        (".ny", "m/ny.txt"),
    ],
)
def test_renaming_keeps_ending_and_metadata(corpus: Path, name: str, new: str) -> None:
    written(corpus / "m/gammal.txt", "Hästen äter hö.\n")
    set_facts(corpus, "m/gammal.txt", title="Titel")
    written(corpus / f"{new}.meta.json", '{"title": "kvarglömd"}')
    assert rename(corpus, "m/gammal.txt", name) == new
    assert ids(corpus) == [new]
    assert facts(corpus, new) == {"title": "Titel"}
    assert len([p for p in corpus.rglob("*") if p.is_file()]) == 2


def test_a_name_that_is_taken_or_none_is_refused(corpus: Path) -> None:
    written(corpus / "a.txt", "A.\n")
    written(corpus / "b.txt", "B.\n")
    with pytest.raises(KallsvarError, match=r"Det finns redan ett dokument som heter b\.txt"):
        rename(corpus, "a.txt", "b")
    for name in ("", " . ", "/"):
        with pytest.raises(KallsvarError):
            rename(corpus, "a.txt", name)
    with pytest.raises(KallsvarError, match="leder ut ur mappen"):
        rename(corpus, "a.txt", "../a.txt")
    assert rename(corpus, "a.txt", "a.txt") == "a.txt"
    assert ids(corpus) == ["a.txt", "b.txt"]
    assert sorted(p.name for p in corpus.iterdir()) == ["a.txt", "b.txt"]


def test_facts_are_set_and_cleared(corpus: Path) -> None:
    written(corpus / "a.txt", "A.\n")
    written(
        corpus / "a.txt.meta.json", '{"references": {"1": "https://a.se"}, "fetched": "2025-01-01"}'
    )
    set_facts(
        corpus, "a.txt", title="  A\u030arsboken\n2025 ", publisher="Verket", url="https://verket.se/å?b=1",
        author="Åsa", date="2025-03", language="sv",
    )  # fmt: skip
    assert facts(corpus, "a.txt") == {
        "references": {"1": "https://a.se"}, "fetched": "2025-01-01", "title": "Årsboken 2025",
        "publisher": "Verket", "url": "https://verket.se/å?b=1", "author": "Åsa",
        "date": "2025-03", "language": "sv",
    }  # fmt: skip
    set_facts(corpus, "a.txt", title=None, publisher="")
    assert "title" not in facts(corpus, "a.txt")
    assert facts(corpus, "a.txt")["author"] == "Åsa"


def test_metadata_that_are_all_cleared_leave_no_file(corpus: Path) -> None:
    written(corpus / "a.txt", "A.\n")
    set_facts(corpus, "a.txt", title="Titel")
    set_facts(corpus, "a.txt", title="")
    assert [p.name for p in corpus.iterdir()] == ["a.txt"]
    set_facts(corpus, "a.txt", title=None)
    assert [p.name for p in corpus.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "www.verket.se"}, "«www.verket.se» är ingen webbadress"),
        ({"url": "javascript:alert(1)"}, "ingen webbadress"),
        ({"date": "i går"}, "«i går» är inget datum"),
        ({"date": "2025-13"}, "inget datum"),
        ({"language": "svenska"}, "ingen språkkod"),
        ({"title": "x" * 1001}, "längre än 1000 tecken"),
        ({"färg": "blå"}, "Det som går att sätta är title, publisher, url, author, date, language"),
    ],
)
def test_facts_that_will_not_do(corpus: Path, given: dict[str, str], said: str) -> None:
    written(corpus / "a.txt", "A.\n")
    with pytest.raises(KallsvarError, match=said):
        set_facts(corpus, "a.txt", **given)
    assert [p.name for p in corpus.iterdir()] == ["a.txt"]


def test_a_corpus_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    written(tmp_path / "fil", "x")
    with pytest.raises(KallsvarError, match="går inte att skapa"):
        add(tmp_path / "fil" / "corpus", [])
