"""Footnotes and reference lists in marked-up text: their texts, and markers where they are cited.

A marker is a link whose text is a note's number or sign, or a raised number, and which leads to
where the note stands. Every maker of pages writes this in its own way (a role, a class, an id, a
link back), so several signs are looked for, and one strong or two weak ones are enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from ingest.readers.markup_numbers import (
    NOTE_BLOCKS,
    Note,
    lift_numbered,
    ordinals,
    put_markers,
    take,
)
from ingest.readers.markup_text import HEADINGS, MARKER, NOTE_SIGNS, Element, clean, plain, signs
from ingest.references import parse_entry

_LABEL = re.compile(
    r"[\[(]?\s*(?:(?:fot|slut)?not|anm\.?|note)?\s*(\d{1,4}|[a-z]{1,2}|[ivxlc]{1,7}|[*†‡§¶]{1,4})"
    r"\s*[\])]?\.?",
    re.IGNORECASE,
)
_NOTE_ID = re.compile(r"fn|ftn|edn|not|cite|ref|bib|k[aä]ll|sourc|slut|endn", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,4}")
_CITING = frozenset(("noteref", "doc-noteref", "biblioref", "doc-biblioref"))
_CITING_CLASS = re.compile(r"(?:foot|end)?note-?ref|fn-?ref|footnote-reference|citation-reference")
_BACK = frozenset(("backlink", "doc-backlink"))
_BACK_CLASS = re.compile(r"back-?(?:link|ref)|footnote-(?:back|return)|reversefootnote")
_BACK_TEXT = re.compile(r"[\s↩↑^⤴⮐↵\ufe0e]*|tillbaka|back|upp", re.IGNORECASE)


class _Citation(NamedTuple):
    anchor: Element
    target: Element
    label: str


def lift_notes(root: Element) -> list[Note]:
    """Take the notes out of a tree, leave MARKER elements where they are cited, and return them.

    A note keeps the number that is shown; signs and letters, and all notes where two show the same
    number, are numbered in the order in which they are first cited.
    """
    citations = list(_citations(root))
    labels = {target: label for _, target, label in reversed(citations)}
    uncited = _uncited(root, labels.keys())
    numbers = _number([*((t, label) for _, t, label in citations), *uncited.items()])
    for anchor, target, label in citations:
        put_markers(anchor, [numbers[target]], keep_text=not label)
    labels |= uncited
    targets = set(numbers)
    blocks = {target: _note_block(target, root, targets) for target in numbers}
    notes: dict[int, Note] = {}
    for target, block in blocks.items():
        for link in list(block.iter("a", "span")):
            if _leads_back(link, labels[target]):
                link.drop_tree()
        take(notes, numbers[target], block, labels[target])
    lift_numbered(root, notes)
    return [notes[number] for number in sorted(notes)]


def cited_numbers(root: Element) -> set[int]:
    """Return the numbers that the markers in a tree point at."""
    return {int(marker.get("number")) for marker in root.iter(MARKER)}


def _citations(root: Element) -> Iterator[_Citation]:
    """Yield the links that cite a note, in reading order."""
    places: dict[str, Element] = {}
    order: dict[Element, int] = {}
    for position, element in enumerate(root.iter(etree.Element)):
        order[element] = position
        for name in (element.get("id"), element.get("name") if element.tag == "a" else None):
            if name:
                places.setdefault(name, element)
    inside: set[Element] = set()
    for anchor in root.iter("a"):
        _, hash_sign, fragment = (anchor.get("href") or "").partition("#")
        target = places.get(unquote(fragment)) if hash_sign else None
        if target is None or anchor in inside or order[target] <= order[anchor]:
            continue
        if next(target.iter(*HEADINGS), None) is not None:
            continue  # a chapter
        if (label := _cites(anchor, target)) is None:
            continue
        yield _Citation(anchor, target, label)
        # Links inside a note lead back, or to another note; they cite nothing.
        block = target
        while block.tag not in NOTE_BLOCKS and block is not root:
            block = block.getparent()
        if order[block] > order[anchor]:
            inside.update(block.iter("a"))


def _cites(anchor: Element, target: Element) -> str | None:
    """Return a marker's label («» where it is in words), or None where a link is no marker."""
    text = plain(clean(anchor.text_content()))
    parent = anchor.getparent()
    roles = signs(anchor) | signs(parent)
    classes = f"{anchor.get('class', '')} {parent.get('class', '')}"
    told = bool(roles & _CITING or _CITING_CLASS.search(classes))
    if not (match := _LABEL.fullmatch(text)):
        return "" if roles & _CITING else None
    label = match[1]
    name = (target.get("id") or target.get("name") or "").rpartition("|")[2]
    noted = bool(_NOTE_ID.search(name) or signs(target) & NOTE_SIGNS)
    raised = parent.tag == "sup" or any(child.tag == "sup" for child in anchor)
    around = (anchor.getprevious().tail if anchor.getprevious() is not None else parent.text) or ""
    marked = raised or text[0] == "[" or around.rstrip().endswith("[")
    weak = (_PLAIN.fullmatch(label) is not None) + noted + marked
    return label if told or weak >= 2 or not label.isalnum() else None


def _uncited(root: Element, cited: Collection[Element]) -> dict[Element, str]:
    """Return the notes that no link leads to, by what shows that they are notes.

    They stand in a list with notes that are cited, or say by role or type what they are. With
    each is its number, or «» where it has none.
    """
    holders = dict.fromkeys(e for target in cited for e in (target, *target.iterancestors()))
    found: dict[Element, str] = {}
    for ordered in dict.fromkeys(e.getparent() for e in holders if e.tag == "li"):
        if ordered.tag == "ol":
            shown = ordinals(ordered).items()
            found |= {item: str(number) for item, number in shown if item not in holders}
    for element in root.iter(*NOTE_BLOCKS):
        if not signs(element) & NOTE_SIGNS or element in holders or element in found:
            continue
        if not any(above in cited or above in found for above in element.iterancestors()):
            entry = parse_entry(plain(clean(element.text_content())))
            found[element] = element.get("value") or (str(entry.number) if entry else "")
    return found


def _number(labels: Iterable[tuple[Element, str]]) -> dict[Element, int]:
    """Return the number of each note, in the order of ``labels``."""
    shown: dict[Element, int | None] = {}
    for target, label in labels:
        shown.setdefault(target, int(label) or None if _PLAIN.fullmatch(label) else None)
    given = [number for number in shown.values() if number]
    if len(set(given)) < len(given):
        return {target: i for i, target in enumerate(shown, start=1)}
    free = (i for i in range(1, len(shown) + 1) if i not in set(given))
    return {target: number or next(free) for target, number in shown.items()}


def _note_block(target: Element, root: Element, targets: set[Element]) -> Element:
    """Return the element that holds a note whole, made for it where there is none."""
    block = target
    while block is not root and block.tag not in NOTE_BLOCKS and block.tag != "dt":
        block = block.getparent()
    if block.tag == "dt":
        return _gathered(block, lambda element: element.tag == "dt")
    if block.tag == "p" and block.getparent() is not root and _wraps(block.getparent(), block):
        block = block.getparent()
    inside = list(block.iter(etree.Element))
    crowded = sum(e in targets for e in inside) > 1 or any(e.tag == MARKER for e in inside)
    if block is not root and not crowded:
        return block
    first = target
    while first.getparent() is not block and first is not block:
        first = first.getparent()
    return _gathered(
        first, lambda e: e.tag in HEADINGS or any(inner in targets for inner in e.iter())
    )


def _wraps(parent: Element, paragraph: Element) -> bool:
    """Tell whether a note's first paragraph stands in an element of the note's own."""
    if parent[0] is not paragraph or (parent.text or "").strip():
        return False
    named = _NOTE_ID.search(f"{parent.get('id', '')} {parent.get('class', '')}")
    return parent.tag in ("li", "dd", "aside") or bool(parent.tag == "div" and named)


def _gathered(first: Element, ends: Callable[[Element], bool]) -> Element:
    """Move an element and those after it, up to one that ends them, into one of their own."""
    whole = first.makeelement("div")
    first.addprevious(whole)
    element: Element | None = first
    while element is not None and (element is first or not ends(element)):
        following = element.getnext()
        whole.append(element)
        element = following
    return whole


def _leads_back(link: Element, label: str) -> bool:
    if signs(link) & _BACK or _BACK_CLASS.search(link.get("class", "")):
        return True
    if "#" not in link.get("href", ""):
        return False
    text = plain(clean(link.text_content()))
    match = _LABEL.fullmatch(text)
    return bool(_BACK_TEXT.fullmatch(text)) or (match is not None and match[1] == label)
