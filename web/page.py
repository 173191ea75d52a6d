"""The page: its tabs, and which Python each of them may call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from answer import Answerer
from web.access import Access
from web.catalogue import Catalogue
from web.chat import Chat, Panel
from web.documents import Documents
from web.evaluation import Evaluation
from web.line import Line
from web.programs import offer
from web.swedish import TITLE

STATIC = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class Rooms:
    """What the page and the programs' doors share."""

    engine: Answerer
    access: Access
    catalogue: Catalogue


class Page(gr.Blocks):  # type: ignore[misc]
    """The page, which knows the rooms that it was built over."""

    rooms: Rooms


def build_page(engine: Answerer) -> Page:
    """Return the page. Raises KallsvarError where the settings do not allow it."""
    settings = engine.settings
    access, catalogue = Access(settings), Catalogue(settings, engine)
    line = Line(settings.at_once, settings.max_waiting)
    chat, panel = Chat(engine, access, catalogue, line), Panel(engine)
    documents, evaluation = Documents(engine, access), Evaluation(settings, access)
    asked: list[Callable[..., Any]] = [
        chat.ask, chat.position, chat.near, chat.begin, chat.restore, chat.vote, chat.sources,
        panel.show_document,
    ]  # fmt: skip
    kept: list[Callable[..., Any]] = [
        documents.list, documents.add, documents.job, documents.cancel, documents.remove,
        panel.show_document,
    ]  # fmt: skip
    measured: list[Callable[..., Any]] = [
        evaluation.latest, evaluation.run, evaluation.state, evaluation.cancel,
    ]  # fmt: skip
    page = Page(title=TITLE, analytics_enabled=False)
    page.rooms = Rooms(engine, access, catalogue)
    with page:
        _part("huvud", "header")
        with gr.Tabs(elem_id="flikar"):
            with gr.Tab("Fråga", elem_id="flik-fraga"):
                _part("samtal", "chat", asked)
            with gr.Tab("Dokument", elem_id="flik-dokument"):
                _part("dokumenten", "documents", kept)
            with gr.Tab("Utvärdering", elem_id="flik-utvardering"):
                _part("utvarderingen", "evaluation", measured)
        offer(engine, documents, line)
    return page


def _part(name: str, files: str, functions: Sequence[Callable[..., Any]] = ()) -> gr.HTML:
    """Return a part of the page that is our own HTML, with the Python that its script may call."""
    script = STATIC / f"{files}.js"
    return gr.HTML(
        None,
        elem_id=name,
        apply_default_css=False,
        html_template=(STATIC / f"{files}.html").read_text(encoding="utf-8"),
        js_on_load=script.read_text(encoding="utf-8") if script.exists() else None,
        server_functions=[_plain(function) for function in functions],
    )


def _plain(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method as a function, which Gradio can put its mark on."""

    @wraps(method)
    def call(*arguments: Any) -> Any:
        return method(*arguments)

    return call
