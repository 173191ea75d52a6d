"""The text inside marked-up elements, and lines whose private marks are lifted out of it.

While a line is put together its text carries marks of Källsvar's own for what plain text cannot
show: a reference marker, a line break, bold type. They are Unicode noncharacters, which no text
may hold, so they are taken out of what is read and cannot be mistaken for it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ingest.readers.text import normalise
from ingest.structure import Line

# lxml brings no types; an element is one of lxml.html's.
Element = Any

NOTE, NOTE_END, BREAK, SOFT_BREAK, BOLD, BOLD_END = (chr(c) for c in range(0xFDD0, 0xFDD6))
_FOREIGN = dict.fromkeys(range(0xFDD0, 0xFDF0))

_NOTE = f"{NOTE}\\d+{NOTE_END}"
_GROUP = f"{_NOTE}(?:[\\s,;]*{_NOTE})*"
# Markers with what belongs to them: brackets around, commas between, the space in front.
_MARKERS = re.compile(
    rf"\s*\[\s*(?P<bracketed>{_GROUP})\s*\]|(?P<space>\s*)(?P<bare>{_GROUP})(?P<word>(?=[\w(«”\"]))?"
)
_NUMBER = re.compile(f"{NOTE}(\\d+){NOTE_END}")
_BOLD = re.compile(f"[{BOLD}{BOLD_END}]")
_SUPERSCRIPT = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")
_RAISED = re.compile(r"[\d+\-−()n]+")
_LOWERED = re.compile(r"[\d+\-−()]+")

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Stands in the tree where a reference marker was. Its attribute ``number`` is the reference's;
# ``typed`` says that the marker was typed as text.
MARKER = "kallsvar-marker"
# The roles and EPUB types of notes.
NOTE_SIGNS = frozenset(
    "footnote endnote rearnote note doc-footnote doc-endnote biblioentry doc-biblioentry".split()
)


def signs(element: Element) -> set[str]:
    """Return an element's roles and EPUB types."""
    types = element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""
    return set(f"{element.get('role', '')} {types}".split())


def mark(number: int) -> str:
    """Return the private mark of a reference marker."""
    return f"{NOTE}{number}{NOTE_END}"


def raw_text(element: Element) -> str:
    """Return all text inside an element with marks, white space as it stands."""
    pieces = [clean(element.text)]
    for child in element:
        if isinstance(child.tag, str):
            pieces.append(inline_text(child))
        pieces.append(clean(child.tail))
    return "".join(pieces)


def inline_text(element: Element) -> str:
    """Return an inline element's text with marks, white space as it stands."""
    match element.tag:
        case "br":
            return SOFT_BREAK if element.get("class") == "soft" else BREAK
        case "img" | "wbr":
            return ""
        case _ if element.tag == MARKER:
            return mark(int(element.get("number")))
    text = raw_text(element)
    match element.tag:
        case "b" | "strong" if text.strip():
            return f"{BOLD}{text}{BOLD_END}"
        case "sup" if NOTE in text and not any(c.isalpha() for c in text):
            return "".join(re.findall(_NOTE, text))
        case "sup" if _RAISED.fullmatch(text.strip()):
            return text.strip().translate(_SUPERSCRIPT)
        case "sub" if _LOWERED.fullmatch(text.strip()):
            return text.strip().translate(_SUBSCRIPT)
        case "q":
            return f"”{text}”"
    return text


def clean(text: str | None) -> str:
    """Return a piece of the source's text without characters that could be taken for marks."""
    return (text or "").translate(_FOREIGN)


def collapse(raw: str) -> str:
    """Return text in NFC without invisible characters, white space made single spaces."""
    return " ".join(normalise(raw).split())


def one_line(raw: str) -> str:
    """Return text on one line; of its marks only the reference markers are left."""
    for character in (BREAK, SOFT_BREAK):
        raw = raw.replace(character, " ")
    return collapse(without_bold(raw))


def without_bold(text: str) -> str:
    """Return text without the marks of bold type."""
    return _BOLD.sub("", text)


def plain(raw: str) -> str:
    """Return text on one line without any marks or markers."""
    return lifted(Line(one_line(raw))).text


def lifted(line: Line, *, told: bool = True) -> Line:
    """Return a line with its reference markers taken out of the text and noted.

    ``told``: the document tells its markers; else they may lie flattened in a line without any.
    """
    pieces: list[str] = []
    found: list[tuple[int, int]] = []
    cuts: list[tuple[int, int]] = []  # (where in the marked text, how many characters)
    at = length = 0
    text = line.text
    for match in _MARKERS.finditer(text):
        # «ord ¹nästa»: the space parts two words, so it stays.
        keep = match["space"] or "" if match["word"] is not None else ""
        pieces += [text[at : match.start()], keep]
        length += match.start() - at + len(keep)
        group = match["bracketed"] or match["bare"]
        found += [(length - len(keep), int(n)) for n in _NUMBER.findall(group)]
        cuts.append((match.start() + len(keep), match.end() - match.start() - len(keep)))
        at = match.end()
    pieces.append(text[at:])

    def moved(offset: int) -> int:
        return offset - sum(min(size, max(0, offset - cut)) for cut, size in cuts)

    def range_moved(span: tuple[int, int]) -> tuple[int, int]:
        return moved(span[0]), moved(span[1])

    return replace(
        line,
        text="".join(pieces),
        prefix=moved(line.prefix),
        label=range_moved(line.label) if line.label else None,
        cells=tuple((range_moved(heading), range_moved(value)) for heading, value in line.cells),
        markers=tuple(found) if told or found else None,
    )
