"""The web chat: ``python app.py``. The door; what lies behind it is in ``web/``."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import KallsvarError
from settings import Settings, from_options, go_quiet

if TYPE_CHECKING:
    from answer import Answerer
    from web.page import Page

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    host: Annotated[str | None, typer.Option(help="Adress att lyssna på.")] = None,
    port: Annotated[int | None, typer.Option(help="Port att lyssna på.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Mappen med dokumenten.")] = None,
    var: Annotated[Path | None, typer.Option(help="Mappen för index och modeller.")] = None,
    model: Annotated[str | None, typer.Option(help="Annan Sentence Transformers-modell.")] = None,
    read_only: Annotated[
        bool | None, typer.Option("--read-only", help="Ingen får lägga till eller ta bort.")
    ] = None,
) -> None:
    """Öppna chatten, efter att indexet har förts i takt med dokumenten."""
    go_quiet()
    try:
        settings = from_options(
            host=host, port=port, corpus=corpus, var=var, model=model, read_only=read_only
        )
        start(settings)
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None


def start(settings: Settings) -> None:
    """Sync, then serve the chat until interrupted. Raises KallsvarError where it cannot."""
    from web.access import Access

    Access(settings)  # refuses at once, before there is anything to wait for
    _require_free(settings.host, settings.port)

    from answer import Answerer
    from ingest.__main__ import show, sync_with_progress

    show(sync_with_progress(settings))
    engine = Answerer(settings)
    typer.echo("Gör språkmodellen redo; första gången tar det någon minut.")
    engine.warm()
    typer.echo(f"Källsvar är öppet på http://{settings.host}:{settings.port}")
    launch(build(engine), settings)


def build(engine: Answerer) -> Page:
    """Return the page over an engine."""
    from web.page import build_page

    return build_page(engine)


def launch(page: Page, settings: Settings, *, prevent_thread_lock: bool = False) -> None:
    """Serve a page on the settings' address, until interrupted or in a thread of its own."""
    from web.serve import serve

    serve(page, settings, prevent_thread_lock=prevent_thread_lock)


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise KallsvarError(
                f"Det går inte att öppna chatten på {host}:{port} ({error.strerror}). Är den redan "
                "öppen? Välj annars en annan port med --port."
            ) from error


if __name__ == "__main__":
    app(prog_name="python app.py")
