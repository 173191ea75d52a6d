"""Connections that go to checked addresses only, and that end when their time is up.

A host is looked up once in a fetch, and every connection is made to the very addresses that were
checked: an answer that changes between the check and the connection (DNS rebinding) changes
nothing. The host's name still goes into the Host header and into TLS.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from ingest.addresses import AddressPolicy, Resolver, checked_addresses


class CheckedTransport(httpx.BaseTransport):
    """httpx's way to the network, over ``CheckedBackend``. Raises httpcore's own errors."""

    def __init__(self, backend: CheckedBackend, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the response, its body not yet read."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response),
            extensions=response.extensions,
        )  # fmt: skip

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class CheckedBackend(httpcore.NetworkBackend):
    """Looks a host up, once, checks all its addresses and connects to one of those.

    ``deadline`` is a time of ``time.monotonic()``; nothing waits longer, however slowly the other
    side sends its bytes. Only looking a name up takes the time that the system gives it.
    """

    def __init__(self, *, allowed: AddressPolicy, resolve: Resolver, deadline: float) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._deadline = deadline
        self._network = httpcore.SyncBackend()
        self._checked: dict[str, list[str]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers. Raises KallsvarError where none may be."""
        if host not in self._checked:
            self._checked[host] = checked_addresses(
                host, port, allowed=self._allowed, resolve=self._resolve
            )
        error: Exception | None = None
        for address in self._checked[host]:
            try:
                stream = self._network.connect_tcp(
                    address, port, _left(timeout, self._deadline), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
            else:
                return _TimedStream(stream, self._deadline)
        raise error or ValueError("expected at least one address")


class _TimedStream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, self._deadline)
        return _TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    """A response's body as httpx wants it."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def _left(timeout: float | None, deadline: float) -> float:
    """Return how long to wait. Raises httpcore.ReadTimeout where the time is up."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return left if timeout is None else min(timeout, left)
