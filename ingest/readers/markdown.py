"""Markdown: rendered as HTML, and read as that."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

import yaml
from lxml.html import defs
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.subscript import sub_plugin
from mdit_py_plugins.superscript import superscript_plugin

from ingest.errors import KallsvarError
from ingest.readers.markup import drop_unseen, markup_document, parse_markup
from ingest.readers.markup_notes import lift_notes
from ingest.readers.metadata import iso_date, language_code
from ingest.readers.text import decode, normalise
from ingest.records import Document

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_FIELD = re.compile(r"([A-Za-z_-]+):[ \t]*(\S.*)")
_TAG = re.compile(r"\s*</?([A-Za-z][A-Za-z0-9-]*)")
_FRONT_MATTER_CHARACTERS = 20_000


def read_markdown(data: bytes, *, document_id: str, title: str | None = None) -> Document:
    """Read a Markdown file, with title, author, date and language from its front matter.

    Raises KallsvarError where it holds no text.
    """
    text = normalise(decode(data))
    if not text.strip():
        raise KallsvarError("Filen är tom.")
    facts, text = _front_matter(text)
    try:
        rendered = _render(text)
    except RecursionError as error:
        raise KallsvarError(
            "Filen går inte att läsa: dess listor och citat ligger för djupt i varandra."
        ) from error
    root = parse_markup(f"<html><body>{rendered}</body></html>")
    drop_unseen(root)
    body = root.find("body")
    named = facts.get("title")
    document = markup_document(
        body, lift_notes(body), document_id=document_id, title=title, named=named
    )
    return replace(
        document,
        author=facts.get("author") or facts.get("authors"),
        date=iso_date(facts.get("date")),
        language=language_code(facts.get("lang") or facts.get("language")) or document.language,
        publisher=facts.get("publisher"),
        url=facts.get("url") or facts.get("canonical"),
    )


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the fields that open the file, each as text, and the rest of the file."""
    match = _FRONT_MATTER.match(text)
    if not match or len(match[0]) > _FRONT_MATTER_CHARACTERS:
        return {}, text
    source = match[1] or ""
    fields: Any
    try:
        fields = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError):
        # «title: Rapport: del 2» is no YAML, but common.
        found = [_FIELD.fullmatch(line.strip()) for line in source.splitlines()]
        fields = {m[1]: m[2].strip("\"'") for m in found if m}
    if not isinstance(fields, dict) or not fields:
        return {}, text  # a rule, and text below it
    said = {str(name).lower(): _said(value) for name, value in fields.items()}
    return {name: value for name, value in said.items() if value}, text[match.end() :]


def _said(value: object) -> str:
    """Return a field's value as one line; of several the names, or nothing where it has none."""
    match value:
        case str() | int():
            return " ".join(str(value).split())
        case datetime.date():
            return value.isoformat()
        case list():
            return ", ".join(filter(None, map(_name, value)))
        case _:
            return _name(value)


def _name(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("name") or value.get("namn")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _render(text: str) -> str:
    """Return Markdown as HTML whose notes say that they are notes and stand where they stood."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 60})
    parser.enable(["table", "strikethrough"])
    parser.use(deflist_plugin).use(footnote_plugin, move_to_end=False)
    parser.use(sub_plugin).use(superscript_plugin)
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    env: dict[str, Any] = {}
    pieces = [parser.render(text, env)]
    # Notes that were written inside the text, «^[så här]».
    for number, note in env.get("footnotes", {}).get("list", {}).items():
        if "tokens" in note:
            inside = parser.renderer.render(note["tokens"], parser.options, env)
            pieces.append(f'<aside role="doc-footnote" id="inline-{number}">{inside}</aside>')
    return "".join(pieces)


def _note_marker(
    _: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    label = tokens[at].meta.get("label")
    target = f"fn-{label}" if label else f"inline-{tokens[at].meta['id']}"
    return f'<a role="doc-noteref" href="#{escape(target)}">{_sign(label)}</a>'


def _note_start(
    _: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    label = tokens[at].meta["label"]
    return f'<aside role="doc-footnote" id="{escape("fn-" + label)}" value="{_sign(label)}">'


def _note_end(
    _: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    return "</aside>\n"


def _sign(label: str | None) -> str:
    """Return a note's number, or a sign for one that has a name."""
    return label if label and re.fullmatch(r"[1-9][0-9]{0,3}", label) else "*"


def _soft_break(
    _: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    return '<br class="soft">\n'


def _raw_html(
    _: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    """Leave HTML as it is; «<kund>» is no HTML but text."""
    content = tokens[at].content
    match = _TAG.match(content)
    return escape(content) if match and match[1].lower() not in defs.tags else content


_RULES = {
    "footnote_ref": _note_marker,
    "footnote_reference_open": _note_start,
    "footnote_reference_close": _note_end,
    "softbreak": _soft_break,
    "html_inline": _raw_html,
    "html_block": _raw_html,
}
