"""The web chat: ``python app.py``. Wires the rooms together and shows what they say."""

from __future__ import annotations

import re
import socket
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.errors import KallsvarError
from settings import ROOT, Settings, from_options, go_quiet

if TYPE_CHECKING:
    import gradio as gr

    from answer import Answer, Answerer
    from ingest.records import Document

_WEB = ROOT / "web"
_EXAMPLES = 5
_UNSHOWABLE = "Källan gick inte att visa."

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    host: Annotated[str | None, typer.Option(help="Adress att lyssna på.")] = None,
    port: Annotated[int | None, typer.Option(help="Port att lyssna på.")] = None,
    corpus: Annotated[Path | None, typer.Option(help="Mappen med dokumenten.")] = None,
    var: Annotated[Path | None, typer.Option(help="Mappen för index och modeller.")] = None,
    model: Annotated[str | None, typer.Option(help="Annan Sentence Transformers-modell.")] = None,
) -> None:
    """Öppna chatten, efter att indexet har förts i takt med dokumenten."""
    go_quiet()
    try:
        settings = from_options(host=host, port=port, corpus=corpus, var=var, model=model)
        start(settings)
    except KallsvarError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(1) from None


def start(settings: Settings) -> None:
    """Sync, then serve the chat until interrupted. Raises KallsvarError where it cannot."""
    from answer import Answerer
    from ingest.__main__ import show, sync_with_progress

    _require_free(settings.host, settings.port)
    show(sync_with_progress(settings))
    engine = Answerer(settings)
    engine.warm()
    typer.echo(f"Källsvar är öppet på http://{settings.host}:{settings.port}")
    launch(build(engine), settings)


def launch(demo: gr.Blocks, settings: Settings, **options: Any) -> None:
    """Serve the chat on the settings' address with our looks and nothing from off the machine."""
    demo.queue(default_concurrency_limit=2).launch(
        server_name=settings.host,
        server_port=settings.port,
        share=False,
        quiet=True,
        footer_links=[],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        theme=_theme(),
        # Not as `css`, which Gradio rewrites to hold inside its own root only.
        head=f"<style>{(_WEB / 'style.css').read_text(encoding='utf-8')}</style>",
        **options,
    )


def build(engine: Answerer) -> gr.Blocks:
    """Return the page over an engine."""
    import gradio as gr

    from ingest.records import Span
    from web.render import document_panel, notice, turn

    def ask(
        question: str, chosen: list[str], shown: list[str], previous: Answer | None
    ) -> tuple[str, list[str], Answer | None, str]:
        try:
            answer = engine.ask(question, sources=chosen, previous=previous)
            shown = [*shown, turn(_shortened(question), answer)]
            previous = answer if answer.answered else previous
        except KallsvarError as error:
            shown = [*shown, notice(_shortened(question), str(error))]
        return "".join(shown), shown, previous, ""

    def show_document(place: dict[str, str]) -> str:
        try:
            document = engine.document(place["document"])
            passage = Span(int(place["start"]), int(place["end"]))
            answer = None
            if "answerStart" in place:
                answer = Span(int(place["answerStart"]), int(place["answerEnd"]))
        except (KallsvarError, ValueError, KeyError, TypeError) as error:
            message = str(error) if isinstance(error, KallsvarError) else _UNSHOWABLE
            return f"<p>{escape(message)}</p>"
        return document_panel(document, passage, answer)

    with gr.Blocks(title="Källsvar", analytics_enabled=False) as demo:
        gr.HTML(
            "<h1>Källsvar</h1><p>Ordagranna svar ur dina egna dokument, med källa. "
            "Ingenting hittas på.</p>",
            elem_id="huvud",
            apply_default_css=False,
        )
        conversation = gr.HTML(
            "",
            elem_id="samtal",
            apply_default_css=False,
            server_functions=[show_document],
            js_on_load=(_WEB / "panel.js").read_text(encoding="utf-8"),
            html_template='<div role="log" aria-live="polite" aria-label="Samtal">${value}</div>',
        )
        shown, previous = gr.State([]), gr.State(None)
        with gr.Row(elem_id="fragerad"):
            question = gr.Textbox(
                placeholder="Ställ en fråga om dokumenten …",
                label="Fråga",
                show_label=False,
                max_lines=4,
                scale=5,
                autofocus=True,
                elem_id="fraga",
            )
            send = gr.Button("Fråga", variant="primary", scale=1, min_width=90)
        chosen = gr.Dropdown(
            _choices(engine.documents()),
            value=[],
            multiselect=True,
            label="Sök i (tomt: alla dokument)",
            elem_id="urval",
        )
        with gr.Row(elem_id="exempel"):
            for example in examples(engine.documents()):
                button = gr.Button(example, size="sm", min_width=0)
                button.click(
                    ask,
                    [button, chosen, shown, previous],
                    [conversation, shown, previous, question],
                )
        renew = gr.Button(
            "Ny konversation", size="sm", variant="secondary", elem_id="ny", min_width=0
        )
        outputs = [conversation, shown, previous, question]
        gr.on([question.submit, send.click], ask, [question, chosen, shown, previous], outputs)
        renew.click(lambda: ("", [], None, ""), None, outputs)
        # The index may have gained documents since the chat was opened.
        demo.load(lambda: gr.update(choices=_choices(engine.documents())), None, chosen)
    return demo


def _choices(documents: list[Document]) -> list[tuple[str, str]]:
    """Return what a search can be kept to: each document's title, and its id."""
    return [(d.title, d.id) for d in documents if d.kind == "document"]


def examples(documents: list[Document]) -> list[str]:
    """Return questions drawn from the documents' own headings and facts."""
    found: list[str] = []
    for document in documents:
        if document.kind != "document":
            continue
        facts = [
            document.text[slice(*b.label)] for b in document.blocks if b.label and b.kind == "fact"
        ]
        headings = [document.text[slice(*b.span)] for b in document.blocks if b.kind == "heading"]
        found += [q for label in facts if (q := _from_label(label))][:3]
        found += [h for h in headings if h.endswith("?")][:2]
        found += [q for heading in headings if (q := _from_heading(heading))][:2]
    return list(dict.fromkeys(found))[:_EXAMPLES]


def _from_label(label: str) -> str | None:
    """Return the question that a fact's label answers: «Antal X» asks how many X."""
    if match := re.fullmatch(r"Antal (.+?)((?: (?:under|i|på|vid|från|kopplat) .+)?)", label):
        return f"Hur många {match[1]} var det{match[2]}?"
    if match := re.fullmatch(r"(?:Kostnad|\w+kostnad)\b.*", label):
        return f"Hur stor var {label[0].lower()}{label[1:]}?" if "," not in label else None
    return None


def _from_heading(heading: str) -> str | None:
    if match := re.fullmatch(r"\d+\. ([\w-]+)(?: – .+)?", heading):
        return f"Vad står det om {match[1]}?"
    return None


def _shortened(question: str) -> str:
    return question if len(question) <= 300 else f"{question[:299]}…"


def _theme() -> Any:
    import gradio as gr

    fonts = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    return gr.themes.Base(
        primary_hue="blue", neutral_hue="stone", font=fonts, font_mono=["ui-monospace", "monospace"]
    )


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
