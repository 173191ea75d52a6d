"""What a Word document's styles and numbering make of a paragraph or a run of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.readers.style_names import heading_level, is_contents, is_subtitle, is_title

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_OFF = {"0", "false", "off"}
_DEEPEST = 9


@dataclass(frozen=True, slots=True)
class Role:
    """What a paragraph is: ``level`` 0 for the title, 1 for «Heading 1», None for other text.

    ``contents``: a line of a table of contents. ``listed``: an item, whose list is nested in
    ``depth`` others; ``ordered``: a numbered one. ``bold``: its style is.
    """

    level: int | None = None
    contents: bool = False
    listed: bool = False
    depth: int = 0
    ordered: bool = False
    bold: bool = False


class Styles:
    """The styles of one document. Both parts may be missing."""

    def __init__(self, styles: etree._Element | None, numbering: etree._Element | None) -> None:
        found = [] if styles is None else list(styles.iter(f"{W}style"))
        self._styles = {value(style, "styleId"): style for style in found}
        standard = (
            value(style, "styleId") for style in found
            if value(style, "type") == "paragraph" and on(style.get(f"{W}default"))
        )  # fmt: skip
        self._standard = next(standard, "")
        self._formats = {} if numbering is None else _formats(numbering)
        path = f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang"
        self.language = "" if styles is None else _given(styles.find(path)) or ""

    def role(self, properties: etree._Element | None) -> Role:
        """Return what a paragraph with these properties (``w:pPr``) is."""
        named = None if properties is None else properties.find(f"{W}pStyle")
        chain = list(self._chain(_given(named) or self._standard))
        level = _outline(properties)
        for style in chain:
            name = _given(style.find(f"{W}name")) or ""
            if is_contents(name):
                return Role(contents=True)
            if level is None and is_subtitle(name):
                break
            if level is None:
                # Styles based on the title's are those of what stands by it: author, date.
                level = 0 if is_title(name) and style is chain[0] else heading_level(name)
            if level is None:
                level = _outline(style.find(f"{W}pPr"))
        if level is not None and level <= _DEEPEST:
            return Role(level=level)
        bold = on(_first(style.find(f"{W}rPr/{W}b") for style in chain))
        places = [properties, *(style.find(f"{W}pPr") for style in chain)]
        numbered = [p.find(f"{W}numPr") for p in places if p is not None]
        numbers = [number for number in numbered if number is not None]
        number = _first(n.find(f"{W}numId") for n in numbers)
        if number in (None, "", "0"):
            return Role(bold=bold)
        nested = _first(n.find(f"{W}ilvl") for n in numbers) or "0"
        ordered = self._formats.get((number, nested), "bullet") not in ("bullet", "none")
        return Role(listed=True, depth=whole(nested), ordered=ordered, bold=bold)

    def format(self, properties: etree._Element | None, name: str) -> str | None:
        """Return what a run's properties (``w:rPr``), or else its style, say of a format.

        None where they do not name it; "" where they name it and no more.
        """
        if properties is None:
            return None
        chain = self._chain(_given(properties.find(f"{W}rStyle")) or "")
        return _first(
            [properties.find(W + name), *(style.find(f"{W}rPr/{W}{name}") for style in chain)]
        )

    def headed(self, table: etree._Element) -> bool:
        """Tell whether a table's style sets its first row apart, and this table lets it."""
        look = table.find(f"{W}tblPr/{W}tblLook")
        apart = any(
            value(part, "type") == "firstRow"
            for style in self._chain(_given(table.find(f"{W}tblPr/{W}tblStyle")) or "")
            for part in style.iter(f"{W}tblStylePr")
        )
        if look is None or not apart:
            return False
        # Older programs keep the choices as bits of one number.
        bits = re.fullmatch(r"[0-9A-Fa-f]{4}", value(look, "val"))
        first = look.get(f"{W}firstRow")
        return on(first) if first is not None else bool(bits and int(bits[0], 16) & 0x20)

    def _chain(self, style_id: str) -> Iterator[etree._Element]:
        """Yield a style and those that it is based on."""
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            yield (style := self._styles[style_id])
            style_id = _given(style.find(f"{W}basedOn")) or ""


def value(element: etree._Element, name: str) -> str:
    """Return an attribute of Word's own, "" where it is missing."""
    return str(element.get(W + name, ""))


def on(setting: str | None) -> bool:
    """Tell whether a format that is on or off is on; merely to name it turns it on."""
    return setting is not None and setting not in _OFF


def whole(text: str | None) -> int:
    """Return a whole number, 0 where the text is none."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else 0


def _given(element: etree._Element | None) -> str | None:
    return None if element is None else value(element, "val")


def _first(elements: Iterable[etree._Element | None]) -> str | None:
    return next((value(element, "val") for element in elements if element is not None), None)


def _outline(properties: etree._Element | None) -> int | None:
    """Return the outline level that properties give: 1 the first, 10 for text, None for none."""
    found = None if properties is None else properties.find(f"{W}outlineLvl")
    return None if found is None else whole(value(found, "val")) + 1


def _formats(numbering: etree._Element) -> dict[tuple[str | None, str], str]:
    """Return each list level's kind of number by (list's id, level)."""
    abstract: dict[str, dict[str, str]] = {}
    for definition in numbering.iter(f"{W}abstractNum"):
        levels = abstract.setdefault(value(definition, "abstractNumId"), {})
        for level in definition.iter(f"{W}lvl"):
            levels[value(level, "ilvl")] = _given(level.find(f"{W}numFmt")) or "decimal"
    return {
        (value(number, "numId"), level): form
        for number in numbering.iter(f"{W}num")
        for level, form in abstract.get(
            _given(number.find(f"{W}abstractNumId")) or "", {}
        ).items()
    }  # fmt: skip
