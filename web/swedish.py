"""Makes the served page Swedish from its first byte, and gives it something to show at once."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TITLE = "Källsvar"
TAGLINE = "Ordagranna svar ur dina egna dokument, med källa. Ingenting hittas på."

# Gradio's page describes Gradio, for other sites to show.
_FOREIGN = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
_HEAD = (
    f'<title>{TITLE}</title><meta name="description" content="{TAGLINE}">'
    '<meta name="color-scheme" content="light dark">'
)
_STATIC = Path(__file__).with_name("static")
# Stands where the page's own heading will, until Gradio's script has run.
_SHELL = (
    f'<div id="skal"><h1>{TITLE}</h1><p>{TAGLINE}</p></div>'
    "<noscript>Källsvar behöver JavaScript. Slå på det i webbläsaren, eller fråga i terminalen med "
    "«python -m answer».</noscript>"
)


def in_swedish(page: str) -> str:
    """Return Gradio's page with our language, title and first sight."""
    page = page.replace('lang="en"', 'lang="sv"', 1)
    page = _FOREIGN.sub("", page)
    # Gradio would put these in place itself, but only when its script has run.
    style = (_STATIC / "style.css").read_text(encoding="utf-8")
    script = (_STATIC / "base.js").read_text(encoding="utf-8")
    ours = f"{_HEAD}<script>{script}</script>"
    page = page.replace('<meta charset="utf-8" />', f'<meta charset="utf-8" />{ours}', 1)
    page = page.replace("</head>", f"<style>{style}</style></head>", 1)
    return page.replace("<gradio-app", f"{_SHELL}<gradio-app", 1)


class Swedish:
    """ASGI middleware that sends the page through :func:`in_swedish`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        started: Message = {}
        parts: list[bytes] = []

        async def gather(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = message
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(parts)
            if "text/html" in Headers(scope=started).get("content-type", ""):
                body = in_swedish(body.decode("utf-8")).encode("utf-8")
                MutableHeaders(scope=started)["content-length"] = str(len(body))
            await send(started)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, gather)
