"""Fetching the pages of references, and giving a reference its address."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from ingest.records import Document, Reference
from ingest.reference_pages import ReferenceOutcome, fetch_references, set_reference_address

Get = Callable[..., Any]

ARTICLE = (
    "Driften stannade. 1\n\nEn granskning gjordes. 2\n\nDen blev dyr. 3\n\nKällor:\n"
    "1: Verket, Driftrapport\n2: Bladet, Granskningen\n3: Verket, Kostnader\n"
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "artikel.txt").write_text(ARTICLE, encoding="utf-8")
    return folder


def documents(corpus: Path) -> list[Document]:
    return [document for file in corpus_files(corpus) for document in read(file)]


def facts(corpus: Path, name: str) -> dict[str, Any]:
    return json.loads((corpus / (name + ".meta.json")).read_text(encoding="utf-8"))


def told(outcomes: list[ReferenceOutcome]) -> list[tuple[int, str]]:
    return [(outcome.reference.number, outcome.state) for outcome in outcomes]


def test_pages_of_references_are_fetched_and_the_rest_listed(
    web: Any, get: Get, corpus: Path
) -> None:
    web.page("/rapport", "Rapport om driften\n\nDriften stannade i tre dagar.\n", kind="text/plain")
    set_reference_address(corpus, "artikel.txt", 1, web.url("/rapport"))
    set_reference_address(corpus, "artikel.txt", 3, web.url("/borta"))
    steps: list[tuple[int, int, int]] = []
    outcomes = fetch_references(
        documents(corpus), corpus, fetcher=get,
        progress=lambda done, total, reference: steps.append((done, total, reference.number)),
    )  # fmt: skip
    assert steps == [(0, 3, 1), (1, 3, 2), (2, 3, 3)]
    page = outcomes[0].page
    assert page
    assert outcomes == [
        ReferenceOutcome(
            "artikel.txt", Reference(1, "Verket", "Driftrapport", web.url("/rapport")), "fetched",
            page=page,
        ),
        ReferenceOutcome(
            "artikel.txt", Reference(2, "Bladet", "Granskningen"), "no address",
            reason="Ingen adress är känd. Ange den med --set 2=https://…",
        ),
        ReferenceOutcome(
            "artikel.txt", Reference(3, "Verket", "Kostnader", web.url("/borta")), "failed",
            reason=f"{web.url('/borta')} finns inte (svar 404). Kontrollera adressen.",
        ),
    ]  # fmt: skip
    assert facts(corpus, page)["cited_by"] == ["artikel.txt#1"]
    assert facts(corpus, page)["publisher"] == "Verket"
    stored = next(d for d in documents(corpus) if d.id == page)
    assert "Driften stannade i tre dagar." in stored.text
    assert stored.url == web.url("/rapport")


def test_a_page_that_is_there_is_not_fetched_again(web: Any, get: Get, corpus: Path) -> None:
    web.redirect("/kort", "/rapport")
    web.page("/rapport", "Om driften.", kind="text/plain")
    # Two references to one page, which another address leads to.
    set_reference_address(corpus, "artikel.txt", 1, web.url("/kort"))
    set_reference_address(corpus, "artikel.txt", 3, web.url("/kort"))
    first = fetch_references(documents(corpus), corpus, fetcher=get)
    assert told(first) == [(1, "fetched"), (2, "no address"), (3, "present")]
    page = first[0].page
    assert page
    assert first[2].page == page
    assert facts(corpus, page)["cited_by"] == ["artikel.txt#1", "artikel.txt#3"]
    asked, before = list(web.asked), facts(corpus, page)
    # Also after a move to another folder and name.
    (corpus / "sidor").mkdir()
    for suffix in ("", ".meta.json"):
        (corpus / (page + suffix)).rename(corpus / "sidor" / ("rapport.txt" + suffix))
    again = fetch_references(documents(corpus), corpus, fetcher=get)
    assert told(again) == [(1, "present"), (2, "no address"), (3, "present")]
    assert again[0].page == "sidor/rapport.txt"
    assert web.asked == asked
    assert facts(corpus, "sidor/rapport.txt") == before


def test_a_document_already_in_the_corpus_is_the_page(web: Any, get: Get, corpus: Path) -> None:
    (corpus / "egen.txt").write_text(ARTICLE, encoding="utf-8")
    (corpus / "egen.txt.meta.json").write_text(
        json.dumps({"url": web.url("/rapport"), "title": "T"})
    )
    set_reference_address(corpus, "artikel.txt", 1, web.url("/rapport"))
    fetch_references(documents(corpus), corpus, fetcher=get)
    outcomes = fetch_references(documents(corpus), corpus, fetcher=get)
    assert (outcomes[0].state, outcomes[0].page) == ("present", "egen.txt")
    # It is there for its own sake, and so its own references count.
    assert facts(corpus, "egen.txt") == {"url": web.url("/rapport"), "title": "T"}
    assert {outcome.document_id for outcome in outcomes} == {"artikel.txt", "egen.txt"}
    assert (corpus / "egen.txt").read_text(encoding="utf-8") == ARTICLE
    assert web.asked == []


def test_a_new_address_gives_a_new_page(web: Any, get: Get, corpus: Path) -> None:
    web.page("/fel", "Något annat.", kind="text/plain")
    web.page("/ratt", "Om driften.", kind="text/plain")
    set_reference_address(corpus, "artikel.txt", 1, web.url("/fel"))
    wrong = fetch_references(documents(corpus), corpus, fetcher=get)[0].page
    set_reference_address(corpus, "artikel.txt", 1, web.url("/ratt"))
    outcome = fetch_references(documents(corpus), corpus, fetcher=get)[0]
    assert outcome.state == "fetched"
    assert outcome.page != wrong
    assert facts(corpus, str(wrong))["cited_by"] == []
    assert facts(corpus, str(outcome.page))["cited_by"] == ["artikel.txt#1"]


def test_the_references_of_references_pages_are_left(web: Any, get: Get, corpus: Path) -> None:
    web.page("/rapport", ARTICLE.replace("Driftrapport", web.url("/nasta")), kind="text/plain")
    web.page("/nasta", "Nästa.", kind="text/plain")
    set_reference_address(corpus, "artikel.txt", 1, web.url("/rapport"))
    page = fetch_references(documents(corpus), corpus, fetcher=get)[0].page
    # Their addresses are read, but nobody asked for those pages.
    assert next(d for d in documents(corpus) if d.id == page).references[0].url == web.url("/nasta")
    again = fetch_references(documents(corpus), corpus, fetcher=get)
    assert {outcome.document_id for outcome in again} == {"artikel.txt"}
    assert "/nasta" not in web.asked


def test_rules_of_a_site_are_read_once(
    web: Any, get: Get, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.page("/a", "Om driften.", kind="text/plain")
    web.page("/b", "Om kostnaden.", kind="text/plain")
    set_reference_address(corpus, "artikel.txt", 1, web.url("/a"))
    set_reference_address(corpus, "artikel.txt", 3, web.url("/b"))
    # The function's own way to fetch.
    monkeypatch.setattr("ingest.reference_pages.fetch", get)
    assert told(fetch_references(documents(corpus), corpus))[::2] == [
        (1, "fetched"),
        (3, "fetched"),
    ]
    assert web.asked == ["/robots.txt", "/a", "/b"]


def test_records_alone_and_names_with_a_number_sign(web: Any, get: Get, corpus: Path) -> None:
    (corpus / "artikel.txt").rename(corpus / "c#4.txt")
    set_reference_address(corpus, "c#4.txt", 2, web.url("/a"))
    web.page("/a", "Om granskningen.", kind="text/plain")
    records = [d for d in documents(corpus) if d.kind == "reference"]
    outcomes = fetch_references(records, corpus, fetcher=get)
    assert told(outcomes) == [(1, "no address"), (2, "fetched"), (3, "no address")]
    assert {outcome.document_id for outcome in outcomes} == {"c#4.txt"}
    assert facts(corpus, str(outcomes[1].page))["cited_by"] == ["c#4.txt#2"]


def test_a_stop_keeps_what_is_fetched(web: Any, get: Get, corpus: Path) -> None:
    web.page("/a", "Om driften.", kind="text/plain")
    set_reference_address(corpus, "artikel.txt", 1, web.url("/a"))

    def stop(done: int, total: int, reference: Reference) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_references(documents(corpus), corpus, fetcher=get, progress=stop)
    assert told(fetch_references(documents(corpus), corpus, fetcher=get))[0] == (1, "present")


def test_an_address_is_written_and_all_else_kept(corpus: Path) -> None:
    said = {"title": "Å", "references": {"2": "https://exempel.se/2"}, "eget": [1]}
    (corpus / "artikel.txt.meta.json").write_text(json.dumps(said), encoding="utf-8")
    set_reference_address(corpus, "artikel.txt", 3, " https://exempel.se/3 ")
    set_reference_address(corpus, "artikel.txt", 2, "https://exempel.se/två")
    references = {"2": "https://exempel.se/två", "3": "https://exempel.se/3"}
    assert facts(corpus, "artikel.txt") == {**said, "references": references}
    assert [d.url for d in documents(corpus) if d.kind == "reference"] == [
        None, "https://exempel.se/två", "https://exempel.se/3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document_id", "number", "url", "told"),
    [
        ("artikel.txt", 4, "https://exempel.se/",
         "Dokumentet artikel.txt har ingen referens 4 (dess referenser: 1–3)."),
        ("utan.txt", 1, "https://exempel.se/",
         "Dokumentet utan.txt har ingen referens 1 (dess referenser: inga)."),
        ("../artikel.txt", 1, "https://exempel.se/",
         "Dokumentet ../artikel.txt finns inte i {corpus}. «python -m ingest list» visar vilka som "
         "finns."),
        ("artikel.txt", 1, "ftp://exempel.se/",
         "Adressen «ftp://exempel.se/» börjar inte med http:// eller https://. Bara sådana går att "
         "hämta."),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_set(
    corpus: Path, document_id: str, number: int, url: str, told: str
) -> None:
    (corpus / "utan.txt").write_text("Inget.", encoding="utf-8")
    with pytest.raises(KallsvarError) as error:
        set_reference_address(corpus, document_id, number, url)
    assert str(error.value) == told.format(corpus=corpus)
    assert sorted(p.name for p in corpus.iterdir()) == ["artikel.txt", "utan.txt"]
