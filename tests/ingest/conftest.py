"""A web server on this machine, to fetch from."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from typing import Any

import pytest

from ingest.addresses import Address, is_public
from ingest.fetch import fetch
from ingest.stored_pages import Fetcher

HOME = IPv4Address("127.0.0.1")


@dataclass
class Web:
    """The server. ``pages`` gives what answers each path; ``asked`` is every path asked for."""

    port: int
    pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(
        self, path: str, body: bytes | str = b"", *, status: int = 200, kind: str = "text/html",
        **headers: str,
    ) -> None:  # fmt: skip
        """Let a path give this content, with headers such as ``Content_Encoding``."""
        content = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            if kind:
                handler.send_header("Content-Type", kind)
            for name, value in {"Content_Length": str(len(content)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(content)

        self.pages[path] = answer

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.page(path, status=status, Location=to)


def start(tls: ssl.SSLContext | None = None) -> tuple[Web, ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            web.asked.append(self.path)
            web.headers.append(dict(self.headers))
            if answer := web.pages.get(self.path):
                try:
                    answer(self)
                except OSError:  # the client has left
                    self.close_connection = True
            else:
                self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    web = Web(server.server_address[1])
    # A short poll: stopping waits for one.
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return web, server


@pytest.fixture
def web() -> Iterator[Web]:
    web, server = start()
    yield web
    server.shutdown()
    server.server_close()


@pytest.fixture
def start_tls() -> Iterator[Callable[[ssl.SSLContext], Web]]:
    """Return what starts a server that speaks TLS."""
    servers: list[ThreadingHTTPServer] = []

    def begin(tls: ssl.SSLContext) -> Web:
        web, server = start(tls)
        servers.append(server)
        return web

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def home_or_public(address: Address) -> bool:
    """The real policy, and besides it the one address that the test's server has."""
    return address == HOME or is_public(address)


@pytest.fixture
def get() -> Fetcher:
    """Fetch with the real policy, but for the test's own server."""
    return partial(fetch, allowed=home_or_public)


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every address that a connection is made to."""
    made: list[tuple[str, int]] = []
    real = socket.create_connection

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        made.append(address)
        return real(address, *rest, **more)

    monkeypatch.setattr(socket, "create_connection", connect)
    return made
