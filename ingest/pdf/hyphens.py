"""How a line that was broken goes on in the next one."""

from __future__ import annotations

import re

_BROKEN = re.compile(r"([^\W\d_]+)-$")
_ADDRESS = re.compile(r"https?://\S*[-/_.=&?%#]$")
_WORD = re.compile(r"\w+")
# After these a hyphen stands for the word's missing end: «vård- och omsorg».
_BETWEEN = frozenset({"och", "eller", "samt", "respektive", "resp", "and", "or", "und", "oder"})


def joint(before: str, after: str) -> tuple[int, str]:
    """Return how many characters to drop at the end of a line, and what to put between the two.

    A hyphen goes where it only broke a word («informations-/system»). It stays after capitals and
    digits («IT-/system», «2017-/2018»), before a capital and for a word left out («vård-/och»).
    A web address has no space in it.
    """
    if _ADDRESS.search(before):
        return 0, ""
    if not before.endswith("-") or before.endswith((" -", "--")) or len(before) == 1:
        return 0, " "
    word = _WORD.match(after)
    if word is None or word[0].lower() in _BETWEEN:
        return 0, " "
    part = _BROKEN.search(before)
    if part and len(part[1]) > 1 and part[1][1:].islower() and after[0].islower():
        return 1, ""
    return 0, ""
