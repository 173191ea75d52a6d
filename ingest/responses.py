"""A web server's final answer to one address: redirects followed, limits kept, errors explained."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import httpcore
import httpx

from ingest.addresses import SAVE_IT, AddressPolicy, Resolver, checked_url, shown_host
from ingest.errors import KallsvarError
from ingest.transport import CheckedBackend, CheckedTransport

USER_AGENT = "Kallsvar/0.1 (fetches single pages at a person's request)"

_STEP = 1 << 16
_GZIP = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost: waits and the whole in seconds, content in bytes once unpacked."""

    connect: float = 10.0
    read: float = 20.0
    total: float = 120.0
    size: int = 50_000_000
    redirects: int = 10
    address_length: int = 4000


LIMITS = Limits()


class Visit(NamedTuple):
    """A client open for one fetch, with the fetch's limits. ``deadline``: ``time.monotonic()``."""

    client: httpx.Client
    limits: Limits
    deadline: float


@contextmanager
def open_visit(
    limits: Limits, *, allowed: AddressPolicy, resolve: Resolver, tls: ssl.SSLContext | None
) -> Iterator[Visit]:
    """Open a client that reaches allowed addresses only and heeds no proxy in the environment."""
    deadline = time.monotonic() + limits.total
    backend = CheckedBackend(allowed=allowed, resolve=resolve, deadline=deadline)
    with httpx.Client(
        transport=CheckedTransport(backend, tls or httpx.create_ssl_context(trust_env=False)),
        # Only what ``pieces`` can unpack a bit at a time.
        headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip",
                 "Accept-Language": "sv, en;q=0.5"},
        timeout=httpx.Timeout(limits.read, connect=limits.connect),
        trust_env=False,
    ) as client:  # fmt: skip
        yield Visit(client, limits, deadline)


@contextmanager
def final_response(
    visit: Visit, url: httpx.URL, *, check: Callable[[httpx.URL], None] | None = None
) -> Iterator[httpx.Response]:
    """Ask for ``url`` and go where it redirects, with ``check`` before each request.

    What goes wrong, also while the body is read, is raised as a KallsvarError.
    """
    request = visit.client.build_request("GET", url)
    for _ in range(visit.limits.redirects + 1):
        checked_url(request.url, max_length=visit.limits.address_length)
        if check:
            check(request.url)
        with _explained(request.url, visit):
            response = visit.client.send(request, stream=True)
            try:
                if response.next_request is None:
                    yield response
                    return
                request = response.next_request
            finally:
                response.close()
    raise KallsvarError(
        f"{url} skickar vidare mer än {visit.limits.redirects} gånger, troligen i en cirkel. "
        "Öppna den i webbläsaren och ange den adress som visas där till sist."
    )


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body, unpacked, in pieces of bounded size, however far it expands.

    Raises KallsvarError where it is packed in another way than was asked for, or broken.
    """
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    host = shown_host(response.url.host)
    if packing in ("", "identity"):
        return response.iter_raw(_STEP)
    if packing in ("gzip", "x-gzip"):
        return _unzipped(response.iter_raw(_STEP), host)
    raise KallsvarError(
        f"Servern {host} packar sina svar på ett sätt ({packing}) som Källsvar inte bett om. "
        f"{SAVE_IT}"
    )


def body(response: httpx.Response, limit: int) -> bytes:
    """Return the whole body, unpacked. Raises KallsvarError where it is over ``limit`` bytes."""
    # A server that tells the truth spares us the download; no one is trusted to.
    declared = response.headers.get("Content-Length", "")
    if not (declared.isascii() and declared.isdigit() and int(declared) > limit):
        content = bytearray()
        for piece in pieces(response):
            content += piece
            if max(len(content), response.num_bytes_downloaded) > limit:
                break
        else:
            return bytes(content)
    raise KallsvarError(
        f"{response.url} är större än {_size(limit)}, vilket är det mesta som hämtas. Ladda ner "
        "den i webbläsaren och lägg till filen."
    )


def refuse_failure(response: httpx.Response) -> None:
    """Raise KallsvarError, saying what to do, unless the server gave what was asked for."""
    url, status = response.url, response.status_code
    host = shown_host(url.host)
    if status in (200, 203):
        return
    if status in (401, 403):
        told = f"{url} kräver inloggning eller släpper inte in program (svar {status}). {SAVE_IT}"
    elif status in (404, 410):
        told = f"{url} finns inte (svar {status}). Kontrollera adressen."
    elif status == 429:
        told = f"{host} tar inte emot fler frågor just nu (svar 429). Försök igen om en stund."
    elif status >= 500:
        told = f"{host} har ett fel just nu (svar {status}). Försök igen senare."
    else:
        told = f"{url} gav inget dokument (svar {status}). Kontrollera adressen i webbläsaren."
    raise KallsvarError(told)


def _unzipped(packed: Iterable[bytes], host: str) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    whole = False
    try:
        for piece in packed:
            rest = piece
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP)
                yield unpacker.decompress(rest, _STEP)
                whole = whole or unpacker.eof
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error:
        # Filling after a whole packed body is no harm.
        if whole:
            return
        raise _broken(host) from None
    if not unpacker.eof:
        raise _broken(host)


@contextmanager
def _explained(url: httpx.URL, visit: Visit) -> Iterator[None]:
    """Turn a fault of the network or the server into a KallsvarError in plain words."""
    host, limits = shown_host(url.host), visit.limits
    try:
        yield
    except httpcore.TimeoutException as error:
        if time.monotonic() > visit.deadline - 0.01:
            told = (
                f"Hämtningen av {url} tog mer än {_seconds(limits.total)} och avbröts. Försök "
                "igen senare, eller ladda ner den i webbläsaren och lägg till filen."
            )
        elif isinstance(error, httpcore.ConnectTimeout):
            told = (
                f"Servern {host} svarade inte inom {_seconds(limits.connect)}. Kontrollera "
                "adressen eller försök igen senare."
            )
        else:
            told = (
                f"Servern {host} slutade svara: inget kom på {_seconds(limits.read)}. Försök igen "
                "senare."
            )
        raise KallsvarError(told) from error
    except httpcore.NetworkError as error:
        if isinstance(error.__context__, ssl.SSLCertVerificationError):
            told = (
                f"Servern {host} kan inte styrka vem den är: certifikatet är ogiltigt. Kontrollera "
                "adressen i webbläsaren, och lägg till sidan som fil om du litar på den."
            )
        elif isinstance(error.__context__, ssl.SSLError):
            told = (
                f"Det gick inte att upprätta en krypterad förbindelse med {host}. Kontrollera att "
                "adressen ska börja med https://."
            )
        elif isinstance(error, httpcore.ConnectError):
            told = (
                f"Servern {host} tar inte emot anslutningar. Kontrollera adressen eller försök "
                "igen senare."
            )
        else:
            raise _broken(host) from error
        raise KallsvarError(told) from error
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise _broken(host) from error


def _broken(host: str) -> KallsvarError:
    return KallsvarError(
        f"Svaret från {host} är trasigt eller kom inte fram helt. Försök igen senare."
    )


def _seconds(count: float) -> str:
    return f"{count:g} sekunder".replace(".", ",")


def _size(count: int) -> str:
    amount = f"{count / 1e6:g} MB" if count >= 1e6 else f"{count / 1e3:g} kB"
    return amount.replace(".", ",")
