"""A Document from a tree of marked-up text, whichever format brought the mark-up."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Sequence
from dataclasses import replace

from lxml import etree
from lxml import html as lxml_html

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.readers.markup_lines import markup_lines
from ingest.readers.markup_numbers import Note
from ingest.readers.markup_text import HEADINGS, MARKER, NOTE_SIGNS, Element, lifted, plain, signs
from ingest.records import Document, Reference
from ingest.references import LIST_HEADING, parse_entry
from ingest.structure import Line

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_XML_NAMED = ("amp;", "lt;", "gt;", "quot;", "apos;")
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
# HTML may hold these, as «&#1;», and the tree of it, but no text that is set in a tree.
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# What is no text, or is not shown.
_DROPPED = (
    "script", "style", "template", "noscript", "iframe", "object", "embed", "applet", "canvas",
    "audio", "video", "svg", "select", "textarea", "input", "datalist", "meter", "progress", "rp",
    "rt", "map", "annotation", "annotation-xml",
)  # fmt: skip
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Said to screen readers only, or to those who edit the page.
_ASIDE = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-(?:text|only)|mw-editsection|mw-jump-link|"
    r"noprint)(?:\s|$)"
)
# Elements whose only meaning is how text looks.
_TRANSPARENT = (
    "font", "span", "small", "big", "u", "tt", "nobr", "ins", "cite", "abbr", "acronym", "data",
    "time", "mark", "bdi", "bdo", "em", "i", "dfn", "var", "kbd", "samp", "code",
)  # fmt: skip
# Deeper trees than this are no documents; what walks through them is recursive.
_DEEPEST = 300
_TOO_DEEP = (
    "Filen går inte att läsa: dess element ligger för djupt i varandra. Spara om den från det "
    "program som skrev den."
)


def parse_markup(text: str) -> Element:
    """Return the root of HTML or XHTML text, in plain HTML elements.

    Raises KallsvarError where there is nothing in it, or too much inside each other.
    """
    text = _DECLARATION.sub("", text)
    xhtml = _XHTML in text[:2000].replace("'", '"')
    root = _strict(text) if xhtml and "<!ENTITY" not in text else None
    if root is None:
        parser = lxml_html.HTMLParser(
            encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
        )
        try:
            root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
        except (etree.ParserError, etree.XMLSyntaxError) as error:
            raise KallsvarError("Filen är tom.") from error
        if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
            raise KallsvarError(_TOO_DEEP)
    if _depth(root) > _DEEPEST:
        etree.strip_tags(root, *_TRANSPARENT)  # old pages leave them open
    if _depth(root) > _DEEPEST:
        raise KallsvarError(_TOO_DEEP)
    for element in root.iter(etree.Element):
        for place in ("text", "tail"):
            if (said := getattr(element, place)) and _CONTROL.search(said):
                setattr(element, place, _CONTROL.sub("", said))
    return root


def _depth(root: Element) -> int:
    """Return how deep elements stand inside each other."""
    deepest = 0
    stack = [(root, 1)]
    while stack:
        element, at = stack.pop()
        deepest = max(deepest, at)
        stack += [(child, at + 1) for child in element]
    return deepest


def _strict(text: str) -> Element | None:
    """Return the root of well-formed XHTML; None where it is not well-formed."""
    parser = lxml_html.XHTMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    known = html.entities.html5
    text = _NAMED.sub(lambda m: m[0] if m[1] in _XML_NAMED else known.get(m[1], m[0]), text)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError:
        return None
    for element in root.iter(etree.Element):
        element.tag = element.tag.rpartition("}")[2].lower()
    return root


def drop_unseen(root: Element) -> None:
    """Take out of a tree what is no text or is not shown."""
    for button in list(root.iter("button")):
        # In a heading a button is what unfolds the text below, and its text the heading's.
        titled = next(button.iterancestors(*HEADINGS, "summary", "dt"), None) is not None
        if titled:
            button.drop_tag()
        else:
            button.drop_tree()
    for element in list(root.iter(etree.Element)):
        if element is not root and element.getparent() is not None and _unseen(element):
            element.drop_tree()


def _unseen(element: Element) -> bool:
    if signs(element) & NOTE_SIGNS:
        return False  # hidden until its marker is touched
    if element.tag in _DROPPED or _INVISIBLE.search(element.get("style", "")):
        return True
    if "hidden" in element.attrib and element.get("hidden") != "until-found":
        return True
    if element.get("aria-hidden") == "true" and next(element.iter("p", "h1", "h2"), None) is None:
        return True
    return bool(_ASIDE.search(element.get("class", "")))


def markup_document(
    root: Element,
    notes: Sequence[Note] = (),
    *,
    document_id: str,
    title: str | None = None,
    named: str | None = None,
    certain: bool = True,
    above: Sequence[Line] = (),
) -> Document:
    """Build a Document from a tree whose notes are lifted.

    ``title`` is given from outside; ``named`` is what the document says elsewhere that its title
    is; with ``certain`` a heading is the title only where it says the same. ``above`` are lines to
    open with. Raises KallsvarError where there is no text.
    """
    _move_boxes(root)
    etree.strip_tags(root, *_TRANSPARENT)
    told = any(marker.get("typed") is None for marker in root.iter(MARKER))
    marked = _outline(markup_lines(root), named, certain)
    lines = [line for line in (lifted(line, told=told) for line in marked) if line.text]
    if not lines and not notes and not above:
        raise KallsvarError("Filen har ingen text att läsa.")
    if notes:
        lines, heading = _without_empty(lines)
        lines.append(Line(heading or "Referenser", "heading", level=2, markers=()))
        lines += [Line(f"{note.number}. {note.text}", "entry", markers=()) for note in notes]
    if certain or not any(line.kind == "title" for line in lines):
        title = title or named
    references = [_reference(note) for note in notes]
    return assemble([*above, *lines], references, document_id=document_id, title=title)


def _move_boxes(root: Element) -> None:
    """Move a box with headings of its own to the end of the section that it interrupts."""
    for box in list(root.iter("aside")):
        last = box
        for sibling in box.itersiblings():
            if next(sibling.iter(*HEADINGS), None) is not None:
                break
            last = sibling
        if last is not box and next(box.iter(*HEADINGS), None) is not None:
            parent = box.getparent()
            box.drop_tree()
            parent.insert(parent.index(last) + 1, box)


def _reference(note: Note) -> Reference:
    entry = parse_entry(f"1. {note.text}")
    if entry is None:
        return Reference(note.number, None, note.text, note.url)
    return replace(entry, number=note.number, url=entry.url or note.url)


def _outline(lines: list[Line], named: str | None, certain: bool) -> list[Line]:
    """Return the lines with the title found and all other headings below it.

    The title is the heading that says what the document is named, or else, unless that name is
    certain, the only one of the first level. Where others are of that level all go one down.
    """
    headings = [i for i, line in enumerate(lines) if line.kind == "heading"]
    tops = [i for i in headings if lines[i].level == 1]
    title = None
    if named:
        alike = (i for i in tops or headings[:1] if _names(plain(lines[i].text), named, certain))
        title = next(alike, None)
    if title is None and len(tops) == 1 and not (named and certain):
        title = tops[0]
    down = int(any(i != title for i in tops))
    outlined = list(lines)
    for i in headings:
        outlined[i] = replace(lines[i], level=lines[i].level + down)
    if title is not None:
        outlined[title] = replace(lines[title], kind="title", level=1)
    return outlined


def _names(heading: str, name: str, certain: bool) -> bool:
    """Tell whether a heading says a name; an uncertain one may have the site's name beside it."""
    said, full = (re.findall(r"\w+", text.casefold()) for text in (heading, name))
    if certain or not said:
        return said == full
    return full[: len(said)] == said or full[-len(said) :] == said


def _without_empty(lines: list[Line]) -> tuple[list[Line], str | None]:
    """Drop the headings of reference lists that stand empty now; return the last one's text."""
    kept: list[Line] = []
    heading: str | None = None
    for line in reversed(lines):
        empty = not kept or (kept[-1].kind == "heading" and kept[-1].level <= line.level)
        if line.kind == "heading" and empty and LIST_HEADING.fullmatch(line.text):
            heading = heading or line.text.rstrip(": ")
        else:
            kept.append(line)
    return kept[::-1], heading
