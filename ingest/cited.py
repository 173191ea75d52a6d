"""The sources that documents cite, on their way in: ``python -m ingest references``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from ingest.records import Document
from ingest.reference_pages import set_reference_address


def citing(corpus: Path, only: str | None = None) -> Iterator[Document]:
    """Yield the documents that cite sources, or the one of an id.

    One that cannot be read is passed over; a sync reports it. Raises KallsvarError where the corpus
    is missing or empty.
    """
    for file in corpus_files(corpus):
        if only in (None, file.id):
            try:
                document = read(file)[0]
            except KallsvarError:
                continue
            if document.references:
                yield document


def give_addresses(
    corpus: Path, documents: Iterable[Document], addresses: Mapping[int, str]
) -> list[Document]:
    """Write sources' addresses, by number, and return their document with these sources only.

    Raises KallsvarError where it is unclear which document is meant, or an address will not do.
    """
    meant = [d for d in documents if set(addresses) <= {r.number for r in d.references}]
    numbers = ", ".join(str(number) for number in sorted(addresses))
    if not meant:
        raise KallsvarError(f"Inget dokument har en källa med nummer {numbers}.")
    if len(meant) > 1:
        names = ", ".join(document.id for document in meant)
        raise KallsvarError(
            f"Flera dokument har en källa med nummer {numbers}: {names}. Säg vilket med --document."
        )
    document = meant[0]
    for number, url in addresses.items():
        set_reference_address(corpus, document.id, number, url)
    given = tuple(
        replace(reference, url=addresses[reference.number])
        for reference in document.references
        if reference.number in addresses
    )
    return [replace(document, references=given)]
