"""Lines from marked-up elements: headings, paragraphs, lists, definitions, tables.

What the mark-up says is taken at its word; where it is silent (lines parted by ``<br>``, labels
in bold type) the text is read as plain text is.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.markup_tables import table_lines
from ingest.readers.markup_text import (
    BOLD,
    BOLD_END,
    BREAK,
    HEADINGS,
    SOFT_BREAK,
    Element,
    clean,
    collapse,
    inline_text,
    one_line,
    plain,
    raw_text,
    without_bold,
)
from ingest.readers.text import normalise
from ingest.structure import Line, classify, fact_line

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol p pre search section summary table tbody td tfoot th thead tr ul".split()
)
_LEVELS = {tag: level for level, tag in enumerate(HEADINGS, start=1)}
_LISTS = frozenset(("ul", "ol", "menu"))
_BOLD_LABEL = re.compile(
    rf"{BOLD}(?P<label>[^:.!?{BOLD_END}]+)(?::\s*{BOLD_END}|{BOLD_END}\s*:)\s*(?P<value>\S.*)",
    re.DOTALL,
)
_ALL_BOLD = re.compile(f"{BOLD}[^{BOLD}{BOLD_END}]{{1,120}}{BOLD_END}")
_BOLD_START = re.compile(rf"{BOLD}[^{BOLD}{BOLD_END}]{{1,80}}{BOLD_END}\s*\S")
_PICTURE_NAME = re.compile(r".*\.(?:png|jpe?g|gif|webp|svg|avif|tiff?)", re.IGNORECASE)

# A paragraph that opens with a label in bold type is a fact where its value is no longer than
# this, or where several such stand together.
_FACT_CHARACTERS = 150
_LABEL_WORDS = 10


def markup_lines(root: Element) -> list[Line]:
    """Return an element's lines, with the private marks of ``markup_text`` in their texts."""
    return _Walk(root).all_lines()


def element_text(element: Element) -> str:
    """Return all of an element's text as one line, with the marks of reference markers."""
    return _Walk(element).text(element)


class _Walk:
    """Goes through a tree once, in reading order.

    In a list ``_level`` says how deep, ``_opening`` what the item to come opens with (nothing, or
    a letter; None once it has begun) and ``_last`` which line was its last so far.
    """

    def __init__(self, root: Element) -> None:
        self._root = root
        self._lines: list[Line] = []
        self._bold_facts: set[int] = set()
        self._bold_starts: set[int] = set()
        self._level: int | None = None
        self._opening: str | None = None
        self._last = -1
        # Blocks and what holds one; all other elements are part of a paragraph.
        self._blocks = {root}
        for element in root.iter(*_BLOCKS):
            while element is not None and element not in self._blocks:
                self._blocks.add(element)
                element = element.getparent()

    def all_lines(self) -> list[Line]:
        """Return the lines of the whole tree."""
        self._block(self._root)
        for i in self._bold_facts:
            line = self._lines[i]
            alone = not {i - 1, i + 1} & self._bold_facts
            if alone and line.label and len(line.text) - line.label[1] > _FACT_CHARACTERS:
                self._lines[i] = replace(line, kind="paragraph", label=None)
        self._list_named_paragraphs()
        # An item in bold type is a name only where something is said of it.
        for i, line in enumerate(self._lines):
            described = i + 1 < len(self._lines) and self._lines[i + 1].continues
            if line.kind == "item" and line.label and not described:
                self._lines[i] = replace(line, label=None)
        return self._lines

    def _list_named_paragraphs(self) -> None:
        """Make items of paragraphs that open in bold type right below «…:»."""
        for at, line in enumerate(self._lines):
            opens = line.kind == "paragraph" and plain(line.text).endswith(":")
            if not opens or at in self._bold_starts:
                continue
            end = at + 1
            while end in self._bold_starts:
                end += 1
            if end - at > 2:
                self._lines[at] = replace(line, leads=True)
                for i in range(at + 1, end):
                    self._lines[i] = replace(self._lines[i], kind="item", level=0)

    def _block(self, element: Element) -> None:
        """Add the lines of an element that holds text, other blocks, or both."""
        before = len(self._lines)
        text = [clean(element.text)]
        for child in element:
            if child in self._blocks:
                self._paragraphs("".join(text))
                text.clear()
                self._child(child)
            elif isinstance(child.tag, str):
                text.append(inline_text(child))
            text.append(clean(child.tail))
        self._paragraphs("".join(text))
        if len(self._lines) == before:
            self._picture(element)

    def _child(self, element: Element) -> None:
        level = _heading_level(element)
        if level or element.tag == "summary":
            self._heading(element, level)
        elif element.tag in _LISTS:
            self._list(element)
        elif element.tag == "dl":
            self._definitions(element)
        elif element.tag == "pre":
            text = raw_text(element).replace(BREAK, "\n")
            self._add("\n".join(line.rstrip() for line in normalise(text).split("\n")).strip("\n"))
        elif element.tag == "table" and (lines := table_lines(element, self.text)) is not None:
            self._lines += lines
        else:
            self._block(element)

    def _heading(self, element: Element, level: int) -> None:
        text = self.text(element)
        if not text:
            return
        if not level:  # a summary titles what unfolds below it
            above = next((x.level for x in reversed(self._lines) if x.kind == "heading"), 1)
            level = max(2, above + 1)
        self._lines.append(Line(text, "heading", level=level))

    def _paragraphs(self, raw: str) -> None:
        """Add the paragraphs of a run of text, parted where breaks part more than lines."""
        if SOFT_BREAK in raw:
            pieces = [one_line(p) for p in re.split(f"[{BREAK}{SOFT_BREAK}]", raw)]
            lines = classify([Line(p) for p in pieces if p], has_title=True)
            if len(lines) > 1 and all(line.kind == "fact" for line in lines):
                self._lines += lines
                return
            if _lettered(lines):
                self._mark_lead()
                self._lines += lines
                return
            raw = raw.replace(SOFT_BREAK, " ")
        pieces = []
        after_break: list[bool] = []
        broken = False
        for piece in map(collapse, raw.split(BREAK)):
            if piece and pieces and not broken and plain(piece)[:1].islower():
                pieces[-1] += " " + piece  # a line broken for its looks
            elif piece:
                pieces.append(piece)
                after_break.append(broken)
            broken = not piece
        if len(pieces) < 2 or self._level is not None:
            for piece in pieces:
                self._add(piece)
            return
        lines = [Line(one_line(p), after_break=b) for p, b in zip(pieces, after_break, strict=True)]
        for line in classify(lines, has_title=True):
            looked_like = line.kind == "heading"
            self._lines.append(replace(line, kind="paragraph", level=0) if looked_like else line)

    def _add(self, text: str) -> None:
        """Add a paragraph; in a list the next item, or what goes on with the last one."""
        if not text:
            return
        if not plain(text):
            if self._lines:  # a marker on its own belongs to what stands above it
                self._lines[-1] = replace(self._lines[-1], text=self._lines[-1].text + text)
        elif self._level is None:
            self._paragraph(text)
        elif self._opening is not None:
            named = bool(_ALL_BOLD.fullmatch(text))
            start = len(self._opening)
            text = self._opening + without_bold(text)
            label = (start, len(text)) if named else None
            self._lines.append(Line(text, "item", level=self._level, label=label))
            self._opening, self._last = None, len(self._lines) - 1
        else:
            goes_on = self._last == len(self._lines) - 1
            text = without_bold(text)
            self._lines.append(Line(text, "item", level=self._level, continues=goes_on))
            self._last = len(self._lines) - 1

    def _paragraph(self, text: str) -> None:
        match = _BOLD_LABEL.fullmatch(text)
        if match and len(match["label"].split()) <= _LABEL_WORDS:
            self._bold_facts.add(len(self._lines))
            value = without_bold(match["value"])
            self._lines.append(fact_line(one_line(match["label"]), value))
        else:
            if _BOLD_START.match(text):
                self._bold_starts.add(len(self._lines))
            self._lines.append(Line(without_bold(text)))

    def _list(self, element: Element) -> None:
        outer = self._level, self._opening, self._last
        self._mark_lead()
        level = 0 if self._level is None else self._level + 1
        letters = element.get("type", "") if element.tag == "ol" else ""
        for number, child in enumerate(element):
            if _holds_heading(child):  # a card rather than an item
                self._level = None
                self._block(child)
                continue
            self._level, self._opening, self._last = level, "", -1
            if letters in ("a", "A") and number < 26:
                self._opening = f"{chr(ord(letters) + number)}. "
            if child.tag == "li":
                self._block(child)
            elif child.tag in _LISTS:
                # A list straight inside a list is its last item's.
                self._opening, self._last = None, len(self._lines) - 1
                self._list(child)
            elif child in self._blocks:
                self._child(child)
            elif isinstance(child.tag, str):
                self._paragraphs(inline_text(child))
            self._paragraphs(clean(child.tail))
        self._level, self._opening, self._last = outer

    def _mark_lead(self) -> None:
        """Note that the line above leads in to the list that begins here."""
        last = self._lines[-1] if self._lines else None
        if last is None:
            return
        text = plain(last.text)
        in_item = self._level is not None and self._last == len(self._lines) - 1
        open_ended = last.kind == "paragraph" and not re.search(r"[.!?]$", text)
        if in_item or open_ended:
            self._lines[-1] = replace(last, leads=True)

    def _definitions(self, element: Element) -> None:
        parts: list[Element] = []
        for child in element:
            parts += list(child) if child.tag == "div" else [child]
        groups: list[tuple[list[str], list[Element]]] = []
        for part in parts:
            if part.tag == "dt" and (not groups or groups[-1][1]):
                groups.append(([], []))
            if part.tag == "dt":
                groups[-1][0].append(self.text(part))
            elif groups and part.tag == "dd":
                groups[-1][1].append(part)
            elif part in self._blocks:
                self._child(part)
        for terms, values in groups:
            named = [term for term in terms if term]
            if values:
                self._definition(", ".join(named), values)
            else:
                for term in named:
                    self._add(term)

    def _definition(self, label: str, values: list[Element]) -> None:
        simple = not any(
            v.tag in (*_LISTS, "table", "dl") for value in values for v in value.iter()
        )
        texts = [text for value in values if (text := self.text(value))] if simple else []
        if label and texts:
            self._lines.append(fact_line(label, "; ".join(texts)))
        elif label:
            self._add(label if simple else label.rstrip(" :") + ":")
        if not simple or not label:
            for value in values:
                self._block(value)

    def text(self, element: Element) -> str:
        """Return an element's text as one line; of its marks the markers are left."""
        if not any(child in self._blocks for child in element):
            return one_line(raw_text(element))
        outer, self._lines = self._lines, []
        state = self._level, self._opening, self._last
        bold, self._bold_facts = self._bold_facts, set()
        self._level = None
        self._block(element)
        inner, self._lines = self._lines, outer
        self._level, self._opening, self._last = state
        self._bold_facts = bold
        text = one_line(inner[0].text) if inner else ""
        for before, line in itertools.pairwise(inner):
            listed = before.kind == line.kind == "item" and not line.continues
            text += ("; " if listed else " ") + one_line(line.text)
        return text

    def _picture(self, element: Element) -> None:
        """Add what is said of a picture that stands alone, where it is said in words."""
        for image in element.iter("img"):
            text = collapse(clean(image.get("alt")))
            if len(text.split()) >= 3 and not _PICTURE_NAME.fullmatch(text):
                self._add(text)


def _lettered(lines: Sequence[Line]) -> bool:
    """Tell whether lines are the items of a list by letters: «A. …», «B. …», which HTML lacks."""
    opens = [line.text[:1].lower() for line in lines if line.kind == "item"]
    return len(lines) > 1 and "".join(opens) == "abcdefghijklmnopqrst"[: len(lines)]


def _heading_level(element: Element) -> int:
    if element.get("role") == "heading":
        level = element.get("aria-level", "2")
        return int(level) if level.isdecimal() and 0 < int(level) < 10 else 2
    return _LEVELS.get(element.tag, 0)


def _holds_heading(element: Element) -> bool:
    return isinstance(element.tag, str) and next(element.iter(*HEADINGS), None) is not None
