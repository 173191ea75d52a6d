"""What every request passes: it must name this machine, come from our own page, and be let in.

A page elsewhere on the web can make a browser send requests to the chat, and a name it controls
can be made to point here. Gradio withholds its answers from other origins but still carries the
requests out, and takes any name. So both are refused here, before anything is done.
"""

from __future__ import annotations

import asyncio
import socket
from html import escape
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.errors import KallsvarError
from settings import Settings
from web.access import COOKIE, SESSION_SECONDS, Access, is_loopback

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What may be fetched without logging in; the second is how Gradio sees that it has started.
_OPEN = frozenset({"/login", "/health", "/gradio_api/startup-events"})
_UPLOAD = "/gradio_api/upload"
_LOGIN = Path(__file__).with_name("static") / "login.html"

FOREIGN_HOST = "Chatten nås inte under det namnet. Tillåt det med KALLSVAR_HOSTS."
FOREIGN_ORIGIN = "Begäran kom från en annan webbplats och utfördes inte."
LOG_IN = "Logga in först."
NO_NEED = "Ingen behöver logga in här."

# Nothing is fetched from elsewhere, and no other page may frame this one.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Nothing to other sites; without any at all a form of our own would not say where it is from.
    "Referrer-Policy": "same-origin",
}


class Guard:
    """ASGI middleware that refuses what should not reach the chat."""

    def __init__(self, app: ASGIApp, *, settings: Settings, access: Access) -> None:
        self._app = app
        self._access = access
        self._local = is_loopback(settings.host)
        self._names = {"localhost", settings.host.lower(), *settings.hosts.lower().split()}
        if not self._local:
            own = socket.gethostname().lower()
            self._names |= {own, f"{own.split('.')[0]}.local", own.split(".")[0]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers) or await self._stranger(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    async def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse one who has not logged in, and an upload from one who may not add it."""
        user = None
        if not self._access.open and scope["path"] not in _OPEN:
            client = (scope.get("client") or ("",))[0]
            # scrypt takes its time; the others need not wait for it.
            user = await asyncio.to_thread(self._access.user, headers, client)
            if user is None:
                return _must_log_in(headers)
        if scope["path"].startswith(_UPLOAD) and (told := self._access.refusal(user)):
            return JSONResponse({"error": told}, 403)
        return None

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not self._known(host):
            return JSONResponse({"error": FOREIGN_HOST}, 403)
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        # Following a link here from elsewhere is no harm; sending something is.
        sent = scope["method"] not in _SAFE and headers.get("sec-fetch-site") == "cross-site"
        return JSONResponse({"error": FOREIGN_ORIGIN}, 403) if foreign or sent else None

    def _known(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            # A number cannot be made to point elsewhere.
            address = ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._local


def _must_log_in(headers: Headers) -> Response:
    if "text/html" in headers.get("accept", ""):
        return RedirectResponse("/login", 303)
    return JSONResponse(
        {"error": LOG_IN}, 401, headers={"WWW-Authenticate": 'Basic realm="Kallsvar"'}
    )


def login_routes(access: Access) -> list[Route]:
    """Return the routes ``/login`` (a page with a form, and what it is sent to) and ``/logout``.

    A program (Gradio's client) that posts the same form gets a cookie and JSON.
    """

    async def log_in(request: Request) -> Response:
        if request.method == "GET":
            return RedirectResponse("/", 303) if access.open else _login_page()
        form = await request.form()
        name, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
        for_person = "text/html" in request.headers.get("accept", "")
        address = request.client.host if request.client else ""
        try:
            if access.open:
                raise KallsvarError(NO_NEED)
            token = await asyncio.to_thread(access.log_in, name, password, address)
        except KallsvarError as error:
            told = str(error)
            return _login_page(told) if for_person else JSONResponse({"error": told}, 400)
        response = RedirectResponse("/", 303) if for_person else JSONResponse({"success": True})
        response.set_cookie(
            COOKIE, token, max_age=SESSION_SECONDS, httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    async def log_out(request: Request) -> Response:
        access.log_out(request.headers)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE)
        return response

    return [
        Route("/login", log_in, methods=["GET", "POST"]),
        Route("/logout", log_out, methods=["POST"]),
    ]


def _login_page(message: str = "") -> Response:
    told = f'<p role="alert">{escape(message)}</p>' if message else ""
    page = _LOGIN.read_text(encoding="utf-8").replace("<!--besked-->", told)
    return HTMLResponse(page, 401 if message else 200, headers=_HEADERS)
