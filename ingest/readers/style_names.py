"""What the names of paragraph styles say, in the languages that the programs around us speak.

Programs keep the English names of their own styles («heading 1») or write the ones that their
users see («Rubrik 1»).
"""

from __future__ import annotations

import re

_TITLE = {"title", "titel", "rubrik", "dokumenttitel"}
_SUBTITLE = {"subtitle", "underrubrik", "undertitel"}
_HEADING = re.compile(r"(?:heading|rubrik|überschrift|titre|overskrift|otsikko)[\s_]*([1-9])")
_CONTENTS = re.compile(
    r"(?:toc|contents|innehåll|index|sakregister)\s*(?:\d|heading|rubrik)|"
    r"innehållsförteckning(?:srubrik)?|table of figures|figurförteckning"
)


def is_title(name: str) -> bool:
    """Tell whether a style is the title's."""
    return name.strip().lower() in _TITLE


def is_subtitle(name: str) -> bool:
    """Tell whether a style is the subtitle's, which some programs base on a heading's."""
    return name.strip().lower() in _SUBTITLE


def heading_level(name: str) -> int | None:
    """Return 1 for «Heading 1» and so on, None for a style that is no heading's."""
    found = _HEADING.fullmatch(name.strip().lower())
    return int(found[1]) if found else None


def is_contents(name: str) -> bool:
    """Tell whether a style is that of a table of contents or an index."""
    return bool(_CONTENTS.fullmatch(name.strip().lower()))
