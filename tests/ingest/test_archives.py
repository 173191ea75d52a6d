"""Zips: their files come in, and nothing else does."""

from __future__ import annotations

import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import archives
from ingest.archives import member_name
from ingest.keeping import Added, add

Zip = Callable[..., Path]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return tmp_path / "corpus"


@pytest.fixture
def make_zip(tmp_path: Path) -> Zip:
    """Return what writes a zip of names and contents; a name may be a ZipInfo."""

    def make(*members: tuple[str | zipfile.ZipInfo, bytes], name: str = "paket.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members:
                archive.writestr(member, content)
        return path

    return make


def renamed(path: Path, before: bytes, after: bytes) -> Path:
    """Exchange a name's bytes in a zip, and say nothing of UTF-8, as other programs write them."""
    data = path.read_bytes()
    assert len(before) == len(after)
    assert data.count(before) == 2
    data = data.replace(before, after)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + flags
        data = data[:at] + struct.pack("<H", 0) + data[at + 2 :]
    path.write_bytes(data)
    return path


def test_files_come_in_under_the_zips_name(make_zip: Zip, corpus: Path) -> None:
    info = zipfile.ZipInfo("djupt/ö.txt", (2024, 5, 6, 7, 8, 10))
    path = make_zip(
        ("a.txt", b"A."), (info, b"B."), ("__MACOSX/._a.txt", b"x"), (".DS_Store", b"x"),
        ("djupt/Thumbs.db", b"x"),
    )  # fmt: skip
    assert add(corpus, [path]) == [
        Added("paket/a.txt", "paket/a.txt", "new"),
        Added("paket/djupt/ö.txt", "paket/djupt/ö.txt", "new"),
    ]
    assert (corpus / "paket/djupt/ö.txt").read_bytes() == b"B."
    date = time.mktime((2024, 5, 6, 7, 8, 10, 0, 0, -1))
    assert (corpus / "paket/djupt/ö.txt").stat().st_mtime == date


def test_a_common_folder_is_enough(make_zip: Zip, corpus: Path) -> None:
    path = make_zip(("mapp/a.txt", b"A."), ("mapp/n/b.txt", b"B."))
    assert [a.id for a in add(corpus, [path], folder="x")] == ["x/mapp/a.txt", "x/mapp/n/b.txt"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850", "cp1252"])
def test_names_from_any_system(make_zip: Zip, corpus: Path, encoding: str) -> None:
    raw = "Åtgärder på ön.txt".encode(encoding)
    holder = "x" * len(raw)
    path = renamed(make_zip((holder, b"A.")), holder.encode(), raw)
    assert [a.id for a in add(corpus, [path])] == ["paket/Åtgärder på ön.txt"]


def test_a_name_told_as_utf8_is_believed(make_zip: Zip) -> None:
    with zipfile.ZipFile(make_zip(("å.txt", b"A."))) as archive:
        (info,) = archive.infolist()
    assert info.flag_bits & 0x800
    assert member_name(info) == "å.txt"


@pytest.mark.parametrize(
    "name", ["../ut.txt", "a/../../ut.txt", "/ut.txt", "..\\ut.txt", "C:\\ut.txt"]
)
def test_nothing_leads_out(make_zip: Zip, corpus: Path, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("ut*"))
    added = add(corpus, [make_zip((name, b"x"), ("a.txt", b"A."))])
    assert [(a.id, a.outcome) for a in added] == [(None, "refused"), ("paket/a.txt", "new")]
    assert added[0].reason == "Sökvägen i zip-filen leder ut ur den."
    assert sorted(tmp_path.rglob("ut*")) == before


def test_a_link_is_refused(make_zip: Zip, corpus: Path) -> None:
    link = zipfile.ZipInfo("länk.txt")
    link.external_attr = 0o120777 << 16
    (added,) = add(corpus, [make_zip((link, b"/etc/passwd"))])
    assert (added.outcome, added.reason) == (
        "refused", "Filen är en länk. Lägg till filen som den pekar på.",
    )  # fmt: skip


def test_a_zip_in_a_zip_is_refused(make_zip: Zip, corpus: Path) -> None:
    inner = make_zip(("a.txt", b"A."), name="inre.zip").read_bytes()
    (added,) = add(corpus, [make_zip(("inre.zip", inner))])
    assert added.reason == "En zip-fil i en annan packas inte upp. Packa upp den yttre först."


def test_what_was_made_to_swell_is_refused(make_zip: Zip, corpus: Path) -> None:
    bomb = make_zip(("bomb.txt", b"0" * 30_000_000), ("a.txt", b"A."))
    assert bomb.stat().st_size < 100_000
    first, second = add(corpus, [bomb])
    assert first.reason == "Filen är orimligt hårt packad. Packa upp den själv om du litar på den."
    assert second.outcome == "new"


def test_a_size_that_lies_is_not_believed(make_zip: Zip, corpus: Path) -> None:
    content = bytes(range(256)) * 400
    path = make_zip(("stor.txt", content))
    size = struct.pack("<I", len(content))
    data = path.read_bytes()
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 1000)))
    (added,) = add(corpus, [path])
    assert (added.outcome, added.reason) == ("refused", "Filen är skadad i zip-filen.")
    assert list(corpus.iterdir()) == []


def test_too_many_files_or_bytes_refuse_the_whole(
    make_zip: Zip, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_zip(*((f"{n}.txt", b"x" * 600) for n in range(4)))
    monkeypatch.setattr(archives, "MOST_FILES", 3)
    assert add(corpus, [path]) == [
        Added(None, "paket.zip", "refused", "Zip-filen har fler än 3 filer. Dela upp den.")
    ]
    monkeypatch.setattr(archives, "MOST_FILES", 4)
    monkeypatch.setattr(archives, "MOST_BYTES", 2000)
    (added,) = add(corpus, [path])
    assert (added.reason or "").startswith("Zip-filen blir större än")
    assert list(corpus.iterdir()) == []


def test_a_locked_file_is_told(make_zip: Zip, corpus: Path) -> None:
    path = make_zip(("hemlig.txt", b"x" * 50))
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    path.write_bytes(bytes(data))
    (added,) = add(corpus, [path])
    assert added.reason == (
        "Filen är låst med lösenord. Packa upp zip-filen och lägg till filerna."
    )


def test_a_damaged_file_is_told_and_the_rest_comes_in(make_zip: Zip, corpus: Path) -> None:
    content = bytes(range(256)) * 20
    path = make_zip(("skadad.txt", content), ("hel.txt", b"Hel."))
    data = bytearray(path.read_bytes())
    at = data.index(b"skadad.txt") + 40
    data[at] ^= 0xFF
    path.write_bytes(bytes(data))
    assert [(a.outcome, a.reason) for a in add(corpus, [path])] == [
        ("refused", "Filen är skadad i zip-filen."), ("new", None),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"ingen zip", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_told(tmp_path: Path, corpus: Path, content: bytes) -> None:
    path = tmp_path / "trasig.zip"
    path.write_bytes(content)
    assert add(corpus, [path]) == [Added(None, "trasig.zip", "refused", "Zip-filen är skadad.")]


def test_word_files_are_no_zips(make_zip: Zip, corpus: Path) -> None:
    path = make_zip(("word/document.xml", b"<x/>"), name="brev.docx")
    assert add(corpus, [path]) == [Added("brev.docx", "brev.docx", "new")]
