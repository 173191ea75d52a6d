"""What an OpenDocument text's styles make of its paragraphs, spans and lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.readers.style_names import heading_level, is_contents, is_subtitle, is_title

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"


@dataclass(frozen=True, slots=True)
class Look:
    """How text is set. ``language`` is a code such as «sv», "" where none is told."""

    bold: bool = False
    raised: bool = False
    hidden: bool = False
    language: str = ""


class Styles:
    """The styles of one document: its own automatic ones and the named ones."""

    def __init__(self, content: etree._Element, styles: etree._Element | None) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self._lists: dict[str, etree._Element] = {}
        self._automatic: set[etree._Element] = set()
        default: etree._Element | None = None
        # Headers and footers have automatic styles of their own, in the other part.
        places = [] if styles is None else styles.findall(f"{OFFICE}styles")
        for place in (*places, *content.findall(f"{OFFICE}automatic-styles")):
            for style in place:
                name = style.get(f"{STYLE}name", "")
                if style.tag == f"{STYLE}style":
                    self._styles[style.get(f"{STYLE}family", ""), name] = style
                    if place not in places:
                        self._automatic.add(style)
                elif style.tag == f"{TEXT}list-style":
                    self._lists[name] = style
                elif style.get(f"{STYLE}family") == "paragraph":
                    default = style
        self._default = Look() if default is None else _changed(Look(), default)

    def level(self, name: str) -> int | None:
        """Return a paragraph style's level: 0 the title's, 1 «Heading 1», None for other text."""
        chain = list(self._chain("paragraph", name))
        named = [style for style in chain if style not in self._automatic]
        names = [s.get(f"{STYLE}display-name") or s.get(f"{STYLE}name", "") for s in named]
        if not named:  # some writers name styles that they do not describe
            name = chain[-1].get(f"{STYLE}parent-style-name", "") if chain else name
            names = [name.replace("_20_", " ")]
        for i, shown in enumerate(names):
            if is_subtitle(shown) or is_contents(shown):
                return None
            if is_title(shown) and i == 0:
                return 0
            if level := heading_level(shown):
                return level
        return None

    def look(self, family: str, name: str, around: Look | None = None) -> Look:
        """Return how a style sets text, where the text around it is set so."""
        look = around or self._default
        for style in reversed(list(self._chain(family, name))):
            look = _changed(look, style)
        return look

    def ordered(self, name: str, depth: int) -> bool:
        """Tell whether a list's items at a depth (from 1) are numbered."""
        levels = self._lists.get(name, ())
        return any(
            level.tag == f"{TEXT}list-level-style-number"
            and level.get(f"{TEXT}level") == str(depth)
            and level.get(f"{STYLE}num-format")
            for level in levels
        )

    def _chain(self, family: str, name: str) -> Iterator[etree._Element]:
        """Yield a style and those that it is based on."""
        seen: set[str] = set()
        while name not in seen and (family, name) in self._styles:
            seen.add(name)
            yield (style := self._styles[family, name])
            name = style.get(f"{STYLE}parent-style-name", "")


def _changed(look: Look, style: etree._Element) -> Look:
    own = style.find(f"{STYLE}text-properties")
    if own is None:
        return look
    weight, position = own.get(f"{_FO}font-weight"), own.get(f"{STYLE}text-position")
    display = own.get(f"{TEXT}display")
    language = own.get(f"{_FO}language")
    return Look(
        look.bold if weight is None else weight in ("bold", "600", "700", "800", "900"),
        look.raised if position is None else _is_raised(position),
        look.hidden if display is None else display == "none",
        look.language if language in (None, "none", "zxx") else str(language),
    )


def _is_raised(position: str) -> bool:
    """Tell whether text stands above the line: «super 58%», «33% 58%»."""
    height = position.split(" ")[0]
    return height == "super" or (height[:1].isdigit() and not height.startswith("0"))
