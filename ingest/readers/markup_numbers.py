"""Notes and markers in marked-up text that are told by their numbers alone, without links."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from lxml import etree

from ingest.markers import BRACKETED, NUMBERS, listed
from ingest.readers.markup_lines import element_text
from ingest.readers.markup_text import (
    BREAK,
    HEADINGS,
    MARKER,
    SOFT_BREAK,
    Element,
    clean,
    plain,
    raw_text,
)
from ingest.references import LIST_HEADING, parse_entry

# What a note stands in.
NOTE_BLOCKS = frozenset(("li", "p", "dd", "div", "aside", "tr", "blockquote", "section", "footer"))

# What has one of these inside is no entry of a list, but several or something else.
_PARTED = (NOTE_BLOCKS | {"ul", "ol", "dl", "table"}) - {"tr"}
_HEADING_CHARACTERS = 40

_RAISED = re.compile(rf"\[?({NUMBERS})\]?")
# After these a raised number is a power or a unit of measurement, not a marker.
_MEASURED = re.compile(r"(?:^|[\s\d/(·])(?:[kcdm]?m|s|10)$")
# What is left of a link back, such as «[]» or «↑».
_REMNANT = re.compile(r"(?:\[\s*\]|\(\s*\)|[.:^↑])+\s*")


class Note(NamedTuple):
    """A note's number, its text and the first address it links to."""

    number: int
    text: str
    url: str | None


def lift_numbered(root: Element, notes: dict[int, Note]) -> None:
    """Add the notes that no link leads to, and set markers at raised and bracketed numbers."""
    for entries in _headed_lists(root):
        left = {block: n for block, n in entries.items() if block.getparent() is not None}
        if not any(number in notes for number in left.values()):
            for block, number in left.items():
                take(notes, number, block, str(number))
    _lift_raised(root, notes)
    if notes:
        for element in list(root.iter(etree.Element)):
            if element.tag not in ("pre", "code"):
                _lift_bracketed(element, "text", notes)
            if element is not root:
                _lift_bracketed(element, "tail", notes)


def put_markers(element: Element, numbers: Sequence[int], *, keep_text: bool = False) -> None:
    """Set markers in an element's place, or after it."""
    parent = element.getparent()
    at = parent.index(element) + 1
    tail, element.tail = element.tail, None
    for offset, number in enumerate(numbers):
        parent.insert(at + offset, _marker(element, number))
    parent[at + len(numbers) - 1].tail = tail
    if not keep_text:
        parent.remove(element)


def take(notes: dict[int, Note], number: int, block: Element, label: str = "") -> None:
    """Move a note out of the tree. ``label`` is its number or sign, which its text does without."""
    if block.getparent() is None:
        return
    addresses = (link.get("href") or "" for link in block.iter("a"))
    url = next((a for a in addresses if a.startswith(("http://", "https://"))), None)
    text = plain(element_text(block))
    if label:
        # An ordered list shows its own numbers, and a text in it may begin with one («2 § …»).
        listed = block.getparent().tag == "ol"
        close = r"[\]).:]+\s*" if listed else r"(?:[\]).:]+\s*|\s+)"
        opening = re.match(rf"[\[(]?{re.escape(label)}{close}", text)
        text = text[opening.end() :] if opening else text
    if remnant := _REMNANT.match(text):
        text = text[remnant.end() :]
    block.drop_tree()
    if text:
        notes.setdefault(number, Note(number, text, url))


def ordinals(ordered: Element) -> dict[Element, int]:
    """Return the items of an ordered list with the numbers that are shown."""
    number = _integer(ordered.get("start"), 1)
    shown: dict[Element, int] = {}
    for item in ordered.iterchildren("li"):
        number = _integer(item.get("value"), number)
        shown[item] = number
        number += 1
    return shown


def _integer(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,4}", value) else otherwise


def _headed_lists(root: Element) -> Iterator[dict[Element, int]]:
    """Yield the entries that stand right below a heading such as «Referenser», with numbers."""
    for heading in list(root.iter(*HEADINGS, "p")):
        if heading.tag == "p":
            _part_heading(heading)
        title = heading.text_content()
        if len(title) < _HEADING_CHARACTERS and LIST_HEADING.fullmatch(plain(clean(title))):
            entries = _entries_below(heading)
            if entries and heading.tag == "p":
                heading.tag = "h2"
            yield entries


def _part_heading(paragraph: Element) -> None:
    """Where a paragraph's first line heads the entries on the others, move those to one below."""
    first, *rest = _texts(paragraph)
    parted = rest and next(paragraph.iter("br")).getparent() is paragraph
    if parted and LIST_HEADING.fullmatch(first) and parse_entry(rest[0]):
        parts = _cut(paragraph, [1])
        paragraph.addnext(parts[1])
        paragraph.text = None
        paragraph[:] = [parts[0]]
        parts[0].drop_tag()


def _entries_below(heading: Element) -> dict[Element, int]:
    entries: dict[Element, int] = {}
    for element in heading.xpath("following::*"):
        if element.tag in HEADINGS:
            break
        if element.tag == "ol" and not entries and element.text_content().strip():
            return ordinals(element)
        if element.tag not in NOTE_BLOCKS or any(child.tag in _PARTED for child in element):
            continue
        for part in _at_breaks(element):
            text = plain(raw_text(part))
            if text and not (entry := parse_entry(text)):
                return entries
            if text and entry:
                entries[part] = entry.number
    return entries


def _texts(element: Element) -> list[str]:
    """Return the lines of an element that has line breaks in it."""
    return [plain(line) for line in re.split(f"[{BREAK}{SOFT_BREAK}]", raw_text(element))]


def _at_breaks(element: Element) -> list[Element]:
    """Return an element, or where its lines are entries of their own an element for each."""
    starts = _starts(_texts(element))
    if not starts:
        return [element]
    parts = _cut(element, starts)
    for part in parts:
        element.addprevious(part)
    element.getparent().remove(element)
    return parts


def _starts(lines: list[str]) -> list[int]:
    """Return which lines but the first begin entries; others go on with the one before."""
    entries = {i: parse_entry(line) for i, line in enumerate(lines) if line}
    numbers = [entry.number if entry else 0 for entry in entries.values()]
    rising = all(below < above for below, above in pairwise([0, *numbers]))
    starts: list[int] = []
    last = 0
    for i, number in zip(entries, numbers, strict=True):
        if number and (rising or not last or number == last + 1):
            starts += [i] if i else []
            last = number
        elif not last:
            return []
    return starts


def _cut(element: Element, starts: Collection[int]) -> list[Element]:
    """Return an element's content as paragraphs that begin at these of its lines."""
    parts = [element.makeelement("p")]
    parts[0].text = element.text
    line = 0
    for child in list(element):
        line += sum(1 for _ in child.iter("br"))
        if child.tag == "br" and line in starts:
            parts.append(element.makeelement("p"))
            parts[-1].text = child.tail
        else:
            parts[-1].append(child)
    return parts


def _lift_raised(root: Element, notes: dict[int, Note]) -> None:
    """Take notes that open with a raised number, and set markers at the others."""
    opened: dict[int, Element] = {}
    raised: list[tuple[Element, list[int], str]] = []
    for sup in root.iter("sup"):
        match = _RAISED.fullmatch(plain(clean(sup.text_content())))
        if not match or next(sup.iter(MARKER), None) is not None:
            continue
        numbers = listed(match[1])
        block = _opened(sup)
        if block is not None:
            opened.setdefault(numbers[0], block)
        else:
            raised.append((sup, numbers, _before(sup)))
    cited = {number for _, numbers, _ in raised for number in numbers}
    for number in sorted((cited & opened.keys()) - notes.keys()):
        next(opened[number].iter("sup")).drop_tree()
        take(notes, number, opened[number])
    for sup, numbers, before in raised:
        known = all(number in notes for number in numbers) and not _MEASURED.search(before)
        if known:
            put_markers(sup, numbers)


def _opened(element: Element) -> Element | None:
    """Return the block that an element opens, where there is more in it; else None."""
    inner = element
    while inner.tag not in NOTE_BLOCKS:
        parent = inner.getparent()
        if parent is None or parent[0] is not inner or (parent.text or "").strip():
            return None
        inner = parent
    alone = inner.text_content().split() == element.text_content().split()
    return None if alone else inner


def _before(element: Element) -> str:
    """Return the text right before an element."""
    previous = element.getprevious()
    if previous is None:
        text = element.getparent().text or ""
    else:
        text = previous.tail or previous.text_content()
    return str(text).rstrip()


def _lift_bracketed(element: Element, place: str, notes: dict[int, Note]) -> None:
    """Set markers for «[5]» in an element's text or tail, where there is a note of that number."""
    text = getattr(element, place) or ""
    found = [m for m in BRACKETED.finditer(text) if notes.keys() >= set(listed(m[1]))]
    if not found:
        return
    inside = place == "text"
    parent = element if inside else element.getparent()
    at = 0 if inside else parent.index(element) + 1
    ends = [*(m.start() for m in found[1:]), len(text)]
    setattr(element, place, text[: found[0].start()])
    for match, end in zip(found, ends, strict=True):
        for number in listed(match[1]):
            marker = _marker(element, number)
            marker.set("typed", "")
            parent.insert(at, marker)
            at += 1
        marker.tail = text[match.end() : end]


def _marker(element: Element, number: int) -> Element:
    return element.makeelement(MARKER, number=str(number))
