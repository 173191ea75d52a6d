"""``python -m ingest``: the documents in, out and kept, and the index in line with them.

The door stands in ``ingest`` because that is where documents come in; what it does with the index
is ``index``'s work.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import KallsvarError
from ingest.terminal import (
    interruptible,
    meter,
    reference_meter,
    show,
    show_added,
    show_list,
    show_list_as_json,
    show_outline,
    show_references,
)

__all__ = ["app", "show", "sync_with_progress"]

if TYPE_CHECKING:
    from index.encoder import Encoder
    from index.sync import SyncReport
    from ingest.keeping import Added
    from settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

Corpus = Annotated[Path | None, typer.Option(help="Mappen med dokumenten.")]
Var = Annotated[Path | None, typer.Option(help="Mappen för index och modeller.")]
Model = Annotated[str | None, typer.Option(help="Annan Sentence Transformers-modell.")]
Given = Annotated[str, typer.Argument(metavar="ID", help="Dokumentet; början av namnet räcker.")]

_CANCELLED = 130


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Fortsätt läsa in när mappen ändras, till Ctrl-C.")
    ] = False,
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Läs in dokumenten i corpus-mappen, så att de går att söka i.

    Utan kommando läses det in som är nytt eller ändrat.
    """
    from settings import go_quiet

    go_quiet()
    context.obj = {"corpus": corpus, "var": var, "model": model}
    if context.invoked_subcommand is None:
        with _door(context) as settings:
            if watch:
                _watch(settings)
            else:
                _finish(sync_with_progress(settings), news_only=False)


@app.command()
def add(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SÖKVÄG|ADRESS…", help="Filer, mappar, zip, webbadresser."),
    ],
    folder: Annotated[str, typer.Option(help="Mapp i corpus att lägga dem i.")] = "",
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Lägg till dokument: filer, mappar, zip-filer eller webbadresser."""
    from ingest.keeping import add as add_files

    with _door(context, corpus, var, model) as settings:
        addresses = [s for s in sources if s.lower().startswith(("http://", "https://"))]
        paths = [Path(s) for s in sources if s not in addresses]
        added = add_files(settings.corpus, paths, folder=folder)
        for address in addresses:
            added.append(_fetched(settings, address))
        show_added(added)
        if all(file.id is None for file in added):
            raise typer.Exit(1)
        _finish(sync_with_progress(settings))


@app.command("list")
def list_documents(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv listan som JSON.")] = False,
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Lista dokumenten, med vad som lästs ur dem."""
    from index.listing import listed

    with _door(context, corpus, var, model) as settings:
        (show_list_as_json if as_json else show_list)(listed(settings))


@app.command("show")
def show_document(
    context: typer.Context,
    document: Given,
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Visa hur ett dokument har lästs: rubriker, listor, fakta, tabeller och källor."""
    from ingest.corpus import corpus_files, read
    from ingest.outline import outline

    with _door(context, corpus, var, model) as settings:
        chosen = _chosen(settings, document)
        file = next(f for f in corpus_files(settings.corpus) if f.id == chosen)
        show_outline(outline(read(file)[0]))


@app.command("remove")
def remove_documents(
    context: typer.Context,
    documents: Annotated[list[str], typer.Argument(metavar="ID…", help="Dokumenten att ta bort.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Fråga inte först.")] = False,
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Ta bort dokument ur mappen och ur indexet."""
    from ingest.keeping import remove

    with _door(context, corpus, var, model) as settings:
        chosen = [_chosen(settings, document) for document in documents]
        if not yes and not _agrees(f"Ta bort {', '.join(chosen)}?"):
            typer.echo("Ingenting togs bort.")
            raise typer.Exit(1)
        for document_id in dict.fromkeys(chosen):
            remove(settings.corpus, document_id)
        _finish(sync_with_progress(settings))


@app.command("rename")
def rename_document(
    context: typer.Context,
    document: Given,
    name: Annotated[str, typer.Argument(metavar="NAMN", help="Det nya namnet.")],
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Byt namn på ett dokuments fil. Det som citeras är titeln; den ändras med «set»."""
    from ingest.keeping import rename

    with _door(context, corpus, var, model) as settings:
        typer.echo(f"Heter nu {rename(settings.corpus, _chosen(settings, document), name)}.")
        _finish(sync_with_progress(settings))


@app.command("set")
def set_document_facts(
    context: typer.Context,
    document: Given,
    facts: Annotated[
        list[str], typer.Argument(metavar="UPPGIFT=VÄRDE…", help="title, publisher, url …")
    ],
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Sätt title, publisher, url, author, date eller language. «title=» tar bort titeln."""
    from index.listing import listed
    from ingest.keeping import set_facts

    with _door(context, corpus, var, model) as settings:
        given = dict(_pair(fact) for fact in facts)
        chosen = _chosen(settings, document)
        for one in listed(settings):
            if chosen in one.names and chosen != one.id:
                typer.echo(f"{chosen} har samma innehåll som {one.id}, vars uppgifter gäller.")
                chosen = one.id
        set_facts(settings.corpus, chosen, **given)
        _finish(sync_with_progress(settings))


@app.command()
def references(
    context: typer.Context,
    addresses: Annotated[
        list[str] | None, typer.Option("--set", help="Ge en källa dess adress: 7=https://…")
    ] = None,
    document: Annotated[str | None, typer.Option(help="Bara detta dokuments källor.")] = None,
    corpus: Corpus = None,
    var: Var = None,
    model: Model = None,
) -> None:
    """Hämta sidorna som dokumentens källor pekar på, så att även de går att söka i."""
    from ingest.cited import citing, give_addresses
    from ingest.reference_pages import fetch_references

    with _door(context, corpus, var, model) as settings:
        only = _chosen(settings, document) if document else None
        documents = list(citing(settings.corpus, only))
        if addresses:
            given = {_number(n): url for n, url in map(_pair, addresses)}
            documents = give_addresses(settings.corpus, documents, given)
        with reference_meter() as progress:
            outcomes = fetch_references(documents, settings.corpus, progress=progress)
        show_references(outcomes)
        _finish(sync_with_progress(settings))


def sync_with_progress(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SyncReport:
    """Sync with its progress on standard error; what is finished is kept when it is ended.

    ``cancelled`` tells when to end it; without it, Ctrl-C does.
    """
    from index.sync import sync

    with (
        contextlib.nullcontext(cancelled) if cancelled else interruptible() as stopped,
        meter() as progress,
    ):
        return sync(settings, progress, encoder=encoder, cancelled=stopped)


def _watch(settings: Settings) -> None:
    from index.encoder import SentenceTransformerEncoder
    from index.sync import SyncReport
    from index.watch import watch

    def tell(news: SyncReport | KallsvarError) -> None:
        if isinstance(news, SyncReport):
            show(news, news_only=True)
        else:
            typer.secho(str(news), fg="red", err=True)

    # The model stays loaded between the syncs.
    encoder = SentenceTransformerEncoder(settings.model, settings.models_dir)
    with interruptible() as pressed:
        typer.echo(f"Följer {settings.corpus}. Ctrl-C avslutar.")
        run = partial(sync_with_progress, settings, encoder=encoder, cancelled=pressed)
        watch(settings.corpus, run, tell, pressed)


@contextlib.contextmanager
def _door(
    context: typer.Context,
    corpus: Path | None = None,
    var: Path | None = None,
    model: str | None = None,
) -> Iterator[Settings]:
    """Give the settings, options after a command before those in front of it, and tell errors."""
    from settings import from_options

    own = {"corpus": corpus, "var": var, "model": model}
    try:
        yield from_options(**(context.obj | {k: v for k, v in own.items() if v is not None}))
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.secho("Avbrutet. Det som är klart är kvar.", fg="yellow", err=True)
        raise typer.Exit(_CANCELLED) from None


def _finish(report: SyncReport, *, news_only: bool = True) -> None:
    show(report, news_only=news_only)
    if report.cancelled:
        raise typer.Exit(_CANCELLED)


def _fetched(settings: Settings, address: str) -> Added:
    from ingest.keeping import Added
    from ingest.stored_pages import store_address

    try:
        path = store_address(settings.corpus, address)
    except KallsvarError as error:
        return Added(None, address, "refused", str(error))
    return Added(path.relative_to(settings.corpus).as_posix(), address, "new")


def _chosen(settings: Settings, given: str) -> str:
    from ingest.corpus import EmptyCorpus, corpus_files
    from ingest.names import find

    files = []
    with contextlib.suppress(EmptyCorpus):
        files = corpus_files(settings.corpus)
    return find(given, [file.id for file in files], settings.corpus)


def _agrees(question: str) -> bool:
    try:
        answer = typer.prompt(f"{question} Skriv ja", default="nej", show_default=False)
    except typer.Abort:  # nobody is there to answer
        return False
    return str(answer).strip().lower() in ("ja", "j")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise KallsvarError(f"«{text}» saknar likhetstecken. Skriv till exempel title=Rapporten.")
    return name.strip(), value.strip()


def _number(text: str) -> int:
    if not text.isdigit():
        raise KallsvarError(f"«{text}» är inget nummer på en källa. Skriv till exempel 7=https://…")
    return int(text)


if __name__ == "__main__":
    app(prog_name="python -m ingest")
