"""Serves the page and what stands beside it, with nothing from off the machine."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from settings import Settings
from web.guard import Guard, login_routes
from web.page import STATIC, Page
from web.swedish import Swedish
from web.theme import theme


def serve(page: Page, settings: Settings, *, prevent_thread_lock: bool = False) -> None:
    """Serve the page on the settings' address, until interrupted or in a thread of its own."""
    rooms = page.rooms

    async def health(_: Request) -> Response:
        """The route ``/health``: whether the chat is up, and over what."""
        told = {"status": "ok", "generation": rooms.catalogue.generation,
                "documents": rooms.catalogue.size, "version": _version()}  # fmt: skip
        return JSONResponse(told)

    access = rooms.access
    routes = [Route("/health", health), *login_routes(access)]
    middleware = [Middleware(Guard, settings=settings, access=access), Middleware(Swedish)]
    # Gradio says in English, on standard output, that it opens an MCP server.
    with redirect_stdout(io.StringIO()):
        page.queue(default_concurrency_limit=4, max_size=200).launch(
            server_name=settings.host,
            server_port=settings.port,
            share=False,
            quiet=True,
            footer_links=[],
            run_history=False,
            show_error=False,
            ssr_mode=False,
            enable_monitoring=False,
            max_file_size=settings.max_upload * 1024 * 1024,
            auth_dependency=None if access.open else lambda request: access.user(request.headers),
            app_kwargs={"routes": routes, "middleware": middleware},
            theme=theme(),
            head=_head(),
            prevent_thread_lock=True,
            mcp_server=True,
        )
    if not prevent_thread_lock:
        page.block_thread()


def _head() -> str:
    # Not as `css` and `js`, which Gradio rewrites and runs late.
    style = (STATIC / "style.css").read_text(encoding="utf-8")
    script = (STATIC / "base.js").read_text(encoding="utf-8")
    return f"<style>{style}</style><script>{script}</script>"


def _version() -> str:
    try:
        return version("kallsvar")
    except PackageNotFoundError:
        return "okänd"
