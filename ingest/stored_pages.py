"""Pages from the web as files in the corpus, each with its address beside it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote_plus

import httpx

from ingest.addresses import shown_host
from ingest.corpus import SIDECAR, facts_of, write_facts, write_whole
from ingest.errors import KallsvarError
from ingest.fetch import KNOWN_SUFFIXES, Fetched, fetch

Fetcher = Callable[[str], Fetched]

# Of a name's 255 bytes; the metadata's file has ten more, and an ending follows.
_NAME_BYTES = 120


def store_address(
    corpus: Path, url: str, *, facts: Mapping[str, Any] | None = None, fetcher: Fetcher = fetch
) -> Path:
    """Fetch a document into the corpus and return its file.

    The same address again gives the same file. ``facts`` (title, publisher …) go into the
    metadata where it does not have them yet. Raises KallsvarError where the document is not to be
    had or not to be written; an earlier copy then stays.
    """
    page = fetcher(url)
    stem = page_stem(url)
    path = corpus / (stem + page.suffix)
    others = [
        other for suffix in sorted(KNOWN_SUFFIXES - {page.suffix})
        if (other := corpus / (stem + suffix)).exists()
    ]  # fmt: skip
    known = next(filter(None, map(facts_of, (path, *others))), {})
    found = {**(facts or {}), **known, "url": page.url, "fetched": page.fetched.isoformat()}
    found.pop("requested", None)
    if address_key(url) != address_key(page.url):
        found["requested"] = url
    # The metadata first: a sync in between then never meets a page without its address.
    write_facts(path, found)
    write_whole(path, page.content)
    # The address now gives another kind of file.
    for other in others:
        other.unlink()
        other.with_name(other.name + SIDECAR).unlink(missing_ok=True)
    return path


def stored_pages(corpus: Path) -> dict[str, Path]:
    """Return the files of the corpus by the addresses they are known to be found at.

    The keys are ``address_key``'s. A file whose metadata cannot be read has none; reading the
    corpus reports it.
    """
    found: dict[str, Path] = {}
    for sidecar in sorted(corpus.rglob(f"*{SIDECAR}")):
        path = sidecar.with_name(sidecar.name.removesuffix(SIDECAR))
        if not path.is_file():
            continue
        try:
            facts = facts_of(path)
        except KallsvarError:
            continue
        for address in (facts.get("url"), facts.get("requested")):
            if isinstance(address, str) and address:
                found.setdefault(address_key(address), path)
    return found


def address_key(url: str) -> str:
    """Return what two spellings of an address share: no scheme, no fragment, encoded alike."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        return url
    return (parsed.netloc + parsed.raw_path).decode("ascii")


def page_stem(url: str) -> str:
    """Return a readable name for an address's file, without ending, that no other address has.

    Letters (å ä ö too), digits, «_», «.» and «-» only; never hidden, never a path.
    """
    parsed = httpx.URL(url.strip())
    host = shown_host(parsed.raw_host.decode("ascii")).removeprefix("www.")
    path = parsed.path
    if (suffix := PurePosixPath(path).suffix).lower() in KNOWN_SUFFIXES:
        path = path.removesuffix(suffix)
    words = f"{host}{path} {unquote_plus(parsed.query.decode('ascii'))}"
    words = unicodedata.normalize("NFC", words.lower())
    name = re.sub(r"[^\w.]+", "-", words).encode()[:_NAME_BYTES].decode(errors="ignore")
    digest = hashlib.sha256(address_key(url).encode()).hexdigest()[:8]
    return "-".join(filter(None, (name.strip("-._"), digest)))
