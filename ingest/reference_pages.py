"""The pages that the documents' references point at, fetched so that their text is searched too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from ingest.addresses import checked_url
from ingest.corpus import corpus_files, facts_of, read, write_facts
from ingest.errors import KallsvarError
from ingest.fetch import fetch
from ingest.records import Document, Reference
from ingest.responses import LIMITS
from ingest.stored_pages import Fetcher, address_key, store_address, stored_pages

ReferenceState = Literal["fetched", "present", "no address", "failed"]


@dataclass(frozen=True, slots=True)
class ReferenceOutcome:
    """What became of one reference. ``page`` is the id of its page in the corpus.

    ``reason`` says, in Swedish, why it has none and what to do.
    """

    document_id: str
    reference: Reference
    state: ReferenceState
    page: str | None = None
    reason: str | None = None


# Called before each reference: how many are done, how many there are, and which one is next.
ReferenceProgress = Callable[[int, int, Reference], None]


def fetch_references(
    documents: Iterable[Document],
    corpus: Path,
    *,
    progress: ReferenceProgress | None = None,
    fetcher: Fetcher | None = None,
) -> list[ReferenceOutcome]:
    """Fetch into the corpus the page of every reference of these documents that has an address.

    Documents and their reference records may both be given; a reference counts once. The metadata
    of a page fetched for references names them under ``cited_by``; its own references are left,
    or each run would fetch one ring more of the web. A failure is an outcome; the rest goes on.
    """
    # One site's robots.txt is read once for all its pages.
    fetcher = fetcher or partial(fetch, robots={})
    pages = stored_pages(corpus)
    marked = {mark: page for page in set(pages.values()) for mark in _marks(page)}
    cited = _cited(documents, corpus)
    outcomes: list[ReferenceOutcome] = []
    for (document_id, number), reference in cited.items():
        if progress:
            progress(len(outcomes), len(cited), reference)
        told = partial(ReferenceOutcome, document_id, reference)
        if not reference.url:
            reason = f"Ingen adress är känd. Ange den med --set {number}=https://…"
            outcomes.append(told("no address", reason=reason))
            continue
        mark, key = f"{document_id}#{number}", address_key(reference.url)
        state: ReferenceState = "present" if key in pages else "fetched"
        try:
            if state == "fetched":
                facts = {"publisher": reference.publisher} if reference.publisher else {}
                pages[key] = store_address(
                    corpus, reference.url, facts={**facts, "cited_by": []}, fetcher=fetcher
                )
            _mark(pages[key], mark, earlier=marked.get(mark))
        except KallsvarError as error:
            outcomes.append(told("failed", reason=str(error)))
        else:
            outcomes.append(told(state, page=pages[key].relative_to(corpus).as_posix()))
    return outcomes


def set_reference_address(corpus: Path, document_id: str, number: int, url: str) -> None:
    """Write a reference's address into the metadata of the document that cites it.

    Raises KallsvarError where the address is none to fetch, or there is no such reference.
    """
    checked_url(url, max_length=LIMITS.address_length)
    file = next((f for f in corpus_files(corpus) if f.id == document_id), None)
    if file is None:
        raise KallsvarError(
            f"Dokumentet {document_id} finns inte i {corpus}. «python -m ingest list» visar vilka "
            "som finns."
        )
    numbers = [reference.number for reference in read(file)[0].references]
    if number not in numbers:
        known = f"{min(numbers)}–{max(numbers)}" if numbers else "inga"
        raise KallsvarError(
            f"Dokumentet {document_id} har ingen referens {number} (dess referenser: {known})."
        )
    facts = facts_of(file.path)
    addresses = {**facts.get("references", {}), str(number): url.strip()}
    write_facts(file.path, {**facts, "references": addresses})


def _cited(documents: Iterable[Document], corpus: Path) -> dict[tuple[str, int], Reference]:
    """Return the references by citing document and number, but not those of references' pages."""
    found: dict[tuple[str, int], Reference] = {}
    for document in documents:
        record = document.kind == "reference"
        citing = document.id.rpartition("#")[0] if record else document.id
        if "cited_by" not in facts_of(corpus / citing):
            found |= {(citing, reference.number): reference for reference in document.references}
    return found


def _marks(page: Path) -> list[str]:
    """Return the references that a page was fetched for."""
    marks = facts_of(page).get("cited_by")
    return marks if isinstance(marks, list) else []


def _mark(page: Path, mark: str, *, earlier: Path | None) -> None:
    """Note that a page is a reference's, and that an earlier one no longer is.

    A document that is in the corpus for its own sake is left as it is.
    """
    if earlier and earlier != page:
        others = [other for other in _marks(earlier) if other != mark]
        write_facts(earlier, {**facts_of(earlier), "cited_by": others})
    facts, marks = facts_of(page), _marks(page)
    if "cited_by" in facts and mark not in marks:
        write_facts(page, {**facts, "cited_by": [*marks, mark]})
