"""Pages from the web as files of the corpus: their names, their metadata, never half of one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.addresses import checked_url
from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from ingest.fetch import Fetched
from ingest.stored_pages import address_key, page_stem, store_address, stored_pages

Get = Callable[..., Any]


def facts(path: Path) -> dict[str, Any]:
    return json.loads(path.with_name(path.name + ".meta.json").read_text(encoding="utf-8"))


def listed(corpus: Path) -> list[str]:
    return sorted(path.name for path in corpus.iterdir())


def gives(text: str, suffix: str = ".txt", url: str | None = None) -> Callable[[str], Fetched]:
    return lambda asked: Fetched(url or asked, text.encode(), suffix, date(2026, 3, 9))


def test_a_page_is_stored_with_its_address_and_cited_by_it(
    web: Any, get: Get, tmp_path: Path
) -> None:
    web.redirect("/kort", "/nyheter/återstart?del=2")
    web.page(
        "/nyheter/%C3%A5terstart?del=2", "Återstart i Växjö\n\nDriften återupptogs i maj.\n".encode("cp1252"),
        kind="text/plain; charset=iso-8859-1",
    )  # fmt: skip
    path = store_address(tmp_path, web.url("/kort"), facts={"title": "Nyheten"}, fetcher=get)
    assert re.fullmatch(r"127\.0\.0\.1-kort-[0-9a-f]{8}\.txt", path.name)
    assert listed(tmp_path) == [path.name, path.name + ".meta.json"]
    final = web.url("/nyheter/%C3%A5terstart?del=2")
    assert facts(path) == {
        "title": "Nyheten", "url": final, "fetched": date.today().isoformat(),
        "requested": web.url("/kort"),
    }  # fmt: skip
    (file,) = corpus_files(tmp_path)
    document = read(file)[0]
    assert (document.title, document.url) == ("Nyheten", final)
    assert "Driften återupptogs i maj." in document.text


def test_the_same_address_again_replaces_the_same_file(tmp_path: Path) -> None:
    url = "https://exempel.se/a"
    first = store_address(tmp_path, url, fetcher=gives("ett", ".html"))
    # What a person has written in the metadata stays.
    sidecar = first.with_name(first.name + ".meta.json")
    sidecar.write_text(json.dumps({**facts(first), "publisher": "Bladet", "title": "Egen"}))
    second = store_address(
        tmp_path, "http://exempel.se/a#stycke", facts={"title": "Ny"}, fetcher=gives("två", ".html")
    )
    assert second == first
    assert second.read_text(encoding="utf-8") == "två"
    assert facts(second) == {
        "url": "http://exempel.se/a#stycke", "fetched": "2026-03-09", "publisher": "Bladet",
        "title": "Egen",
    }  # fmt: skip
    # Also where the address now gives another kind of file.
    third = store_address(tmp_path, url, fetcher=gives("%PDF", ".pdf"))
    assert listed(tmp_path) == [third.name, third.name + ".meta.json"]
    assert third.stem == first.stem
    assert facts(third)["publisher"] == "Bladet"


def test_a_failed_fetch_leaves_the_earlier_copy(web: Any, get: Get, tmp_path: Path) -> None:
    web.page("/a", "ett", kind="text/plain")
    path = store_address(tmp_path, web.url("/a"), fetcher=get)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    web.page("/a", "fel", status=500)
    with pytest.raises(KallsvarError, match=r"har ett fel just nu \(svar 500\)"):
        store_address(tmp_path, web.url("/a"), fetcher=get)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert path.read_text() == "ett"


def test_a_sync_meanwhile_sees_whole_files_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "annan.txt").write_text("x")
    real = Path.replace
    seen: list[tuple[list[str], bool]] = []

    def watched(self: Path, target: Path) -> Path:
        # What is written by now has no place in the corpus yet.
        assert self.stat().st_size > 0
        sidecars = any(p.name.endswith(".meta.json") for p in tmp_path.iterdir())
        seen.append(([f.id for f in corpus_files(tmp_path)], sidecars))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    path = store_address(tmp_path, "https://exempel.se/a", fetcher=gives("ett"))
    # The address was in place before the page.
    assert seen == [(["annan.txt"], False), (["annan.txt"], True)]
    assert [f.id for f in corpus_files(tmp_path)] == ["annan.txt", path.name]


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(KallsvarError) as error:
        store_address(tmp_path, "https://exempel.se/a", fetcher=gives("ett"))
    assert str(error.value) == (
        f"Det går inte att skriva i mappen {tmp_path}: No space left on device."
    )
    assert listed(tmp_path) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.kkv.se/om-oss/Årsrapport 2024.pdf", "kkv.se-om-oss-årsrapport-2024"),
        ("https://xn--l-0ga.se/", "öl.se"),
        ("https://exempel.se/a?id=3&ort=V%C3%A4xj%C3%B6+V", "exempel.se-a-id-3-ort-växjö-v"),
        ("https://exempel.se/../../etc/passwd", "exempel.se-etc-passwd"),
        ("https://exempel.se/%2e%2e%2F%00%5C..%5Chemligt", "exempel.se-..-..-hemligt"),
        ("https://exempel.se/a#b", "exempel.se-a"),
        ("https://exempel.se/a.meta.json", "exempel.se-a.meta.json"),
        ("https://exempel.se/a\u030arsm\u00f6te", "exempel.se-årsmöte"),
    ],
)  # fmt: skip
def test_a_name_says_where_the_page_comes_from(url: str, name: str) -> None:
    stem = page_stem(url)
    assert stem[:-9] == name
    assert re.fullmatch(r"-[0-9a-f]{8}", stem[-9:])


def test_addresses_that_read_alike_have_names_of_their_own() -> None:
    alike = [
        "https://exempel.se/a/b", "https://exempel.se/a-b", "https://exempel.se/A/b",
        "https://exempel.se/a?b", "https://exempel.se/a/b/", "https://exempel.se/a/b.pdf",
        "https://exempel.se:8080/a/b", "https://www.exempel.se/a/b",
    ]  # fmt: skip
    assert len({page_stem(url) for url in alike}) == len(alike)


@given(st.text(max_size=600), st.sampled_from(["/", "?", "/../", "/.", "/%2e%2e%2f", ""]))
def test_any_address_has_a_safe_name(tail: str, joint: str) -> None:
    url = f"https://exempel.se{joint}{tail}"
    try:
        checked_url(url, max_length=4000)
    except KallsvarError:
        return
    with TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        path = store_address(corpus, url, fetcher=gives("ett", ".html"))
        assert listed(corpus) == [path.name, path.name + ".meta.json"]
        assert [f.id for f in corpus_files(corpus)] == [path.name]
        assert listed(Path(folder)) == ["corpus"]
        assert re.fullmatch(r"[\w.-]+-[0-9a-f]{8}\.html", path.name)
        assert len(path.name.encode()) < 150
        assert store_address(corpus, url, fetcher=gives("två", ".html")) == path


def test_where_addresses_are_kept(tmp_path: Path) -> None:
    (tmp_path / "u").mkdir()
    for name, said in {
        "a.txt": '{"url": "http://exempel.se/a"}',
        "u/b.txt": '{"url": "https://exempel.se/b2", "requested": "https://exempel.se/b"}',
        "c.txt": "{}",
        "d.txt": "inte json",
        "e.txt": '{"url": "http://[::"}',
    }.items():
        (tmp_path / name).write_text("x")
        (tmp_path / (name + ".meta.json")).write_text(said)
    (tmp_path / "borta.txt.meta.json").write_text('{"url": "https://exempel.se/borta"}')
    assert stored_pages(tmp_path) == {
        "exempel.se/a": tmp_path / "a.txt",
        "exempel.se/b": tmp_path / "u/b.txt",
        "exempel.se/b2": tmp_path / "u/b.txt",
        "http://[::": tmp_path / "e.txt",
    }
    assert address_key("https://Exempel.se:443/a#b") == "exempel.se/a"
    assert address_key("https://öl.se/å?ä") == "xn--l-0ga.se/%C3%A5?%C3%A4"
