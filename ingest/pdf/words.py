"""The words of a PDF page.

PDFium tells a page's characters in the order of the file, with the white space that it infers
between them. What else is known of a character costs a call each, so it is asked of a word's ends.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2

from ingest.pdf.characters import Characters

HYPHEN = "-"
BULLET = "•"

# PDFium's own sign for a hyphen at the end of a line, whatever hyphen it was.
_LINE_HYPHEN = 2
_SOFT_HYPHEN = "\u00ad"
_HYPHENS = "\u2010\u2011"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\ufffd\ufffe\uffff"
_LIGATURES = {c: unicodedata.normalize("NFKC", c) for c in map(chr, range(0xFB00, 0xFB07))}
# Accents that stand as characters of their own over their letter, as old TeX fonts have them.
_ACCENTS = dict(zip("¨˚´ˋˆ˜¸", "\u0308\u030a\u0301\u0300\u0302\u0303\u0327", strict=True))

# Digits that a font may have small and raised: at a word's start, or after its letters.
_SUPERIOR = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = re.compile(
    rf"(?<=[^\W\d_]|[.,;:!?)»”\"])(?:\d{{1,3}}|[{_SUPERIOR}]+)(?=[.,;:!?)»”\"]*$)|"
    rf"^(?:\d{{1,3}}|[{_SUPERIOR}]+)(?=[^\W\d_])|^[{_SUPERIOR}]+$"
)
_RAISED_SIZE, _RAISED_HEIGHT = 0.6, 0.35


class Word(NamedTuple):
    """A run of characters without white space, in one style.

    ``origins`` are the page's characters that the text's were read from. ``left``, ``right`` and
    ``base`` (the line that letters stand on) are in points in the direction of reading: left to
    right along the line, and down from line to line. ``space`` tells whether white space stands
    between it and the word before it in the file; None where the file breaks the line there.
    ``turn`` is the direction of the writing in quarter turns clockwise.
    """

    text: str
    origins: Sequence[int]
    left: float
    right: float
    base: float
    size: float
    bold: bool
    space: bool | None
    turn: int


def page_words(page: pypdfium2.PdfPage) -> tuple[float, list[Word]]:
    """Return an open page's height as shown, in points, and its words in the order of the file."""
    characters = Characters(page)
    try:
        return characters.height, list(words_of(characters))
    finally:
        characters.close()


def words_of(characters: Characters) -> Iterator[Word]:
    """Yield the words that lie on the page, in the order of the file."""
    text: list[str] = []
    origins: list[int] = []
    space: bool | None = None
    for index, code in enumerate(characters.codes()):
        readable = _READABLE[code]
        if not readable.isspace():
            text += readable
            origins += [index] * len(readable)
            if code != _LINE_HYPHEN:
                continue
        if text:
            yield from _in_styles(characters, text, origins, space)
            text, origins, space = [], [], False
        if code in (10, 13, _LINE_HYPHEN):
            space = None
        elif space is False:
            space = True
    if text:
        yield from _in_styles(characters, text, origins, space)


def _in_styles(
    characters: Characters, text: list[str], origins: list[int], space: bool | None
) -> Iterator[Word]:
    """Yield the words of a run without white space: one for each change of style."""
    starts = [0]
    if characters.owner(origins[0]) != characters.owner(origins[-1]):
        marks = [(characters.style(k), characters.origin(k)) for k in origins]
        for i in range(1, len(marks)):
            (before, point), (style, other) = marks[i - 1], marks[i]
            across = 0 if style.turn in (1, 3) else 1
            if before != style or abs(point[across] - other[across]) > 0.05 * style.size:
                starts.append(i)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        before_it = space if start == 0 else False
        word = _word(characters, text[start:end], origins[start:end], before_it)
        if word:
            yield from _with_raised(characters, word)


def _word(
    characters: Characters, text: list[str], origins: list[int], space: bool | None
) -> Word | None:
    """Return a word, or None for what does not lie along a line of the page."""
    size, bold, turn = characters.style(origins[0])
    first, last = characters.box(origins[0]), characters.box(origins[-1])
    x, y = characters.origin(origins[0])
    if turn is None or first is None or last is None or not math.isfinite(x + y):
        return None
    # What is cut off by the page's edge, such as a printer's marks, is not seen.
    middle = (first.left + last.right) / 2, (first.top + last.bottom) / 2
    if not (0 <= middle[0] <= characters.width and 0 <= middle[1] <= characters.height):
        return None
    match turn:
        case 0:
            left, right, base = first.left, last.right, y
        case 1:
            left, right, base = first.top, last.bottom, -x
        case 2:
            left, right, base = -first.right, -last.left, -y
        case _:
            left, right, base = -first.bottom, -last.top, x
    clean, kept = _composed(characters, text, origins)
    if not clean:
        return None
    return Word(clean, kept, left, max(left, right), base, size, bold, space, turn)


def _composed(
    characters: Characters, text: list[str], origins: list[int]
) -> tuple[str, Sequence[int]]:
    """Return text in NFC without soft hyphens, and the character each of its was read from."""
    joined = "".join(text)
    if joined.isascii():
        return joined, origins
    pieces: list[str] = []
    kept: list[int] = []
    for i, (character, index) in enumerate(zip(text, origins, strict=True)):
        if character == _SOFT_HYPHEN:
            after = text[i + 1] if i + 1 < len(text) else ""
            if i == 0 or (text[i - 1].islower() and after.islower()):
                continue
            # It is seen, and not where a word may be broken: «IT-system».
            character = HYPHEN
        letter = _letter(characters, pieces[-1], character, kept[-1], index) if pieces else None
        if letter:
            pieces[-1] = letter
        else:
            pieces.append(character)
            kept.append(index)
    return "".join(pieces), kept


def _letter(
    characters: Characters, before: str, character: str, first: int, second: int
) -> str | None:
    """Return a letter and its accent as one character, or None where they are not that."""
    if unicodedata.combining(character):
        letter = unicodedata.normalize("NFC", before + character)
        return letter if len(letter) == 1 else None
    if before in _ACCENTS and character.isalpha():
        letter = unicodedata.normalize("NFC", character + _ACCENTS[before])
    elif character in _ACCENTS and before.isalpha():
        letter = unicodedata.normalize("NFC", before + _ACCENTS[character])
    else:
        return None
    a, b = characters.box(first), characters.box(second)
    over = a is not None and b is not None and min(a.right, b.right) - max(a.left, b.left) > 1
    return letter if over and len(letter) == 1 else None


def _with_raised(characters: Characters, word: Word) -> Iterator[Word]:
    """Yield a word in parts where the font itself raises digits in it: as small and raised ones."""
    match = _RAISED.search(word.text)
    if match is None or word.turn or not _is_raised(characters, word, match):
        yield word
        return
    start, end = match.span()
    for a, b in ((0, start), (start, end), (end, len(word.text))):
        if a == b:
            continue
        first, last = characters.box(word.origins[a]), characters.box(word.origins[b - 1])
        part = word._replace(
            text=word.text[a:b],
            origins=word.origins[a:b],
            left=first.left if first else word.left,
            right=last.right if last else word.right,
            space=False if a else word.space,
        )
        if a == start:
            base = word.base - _RAISED_HEIGHT * word.size
            part = part._replace(size=_RAISED_SIZE * word.size, base=base)
        yield part


def _is_raised(characters: Characters, word: Word, digits: re.Match[str]) -> bool:
    if digits[0][0] in _SUPERIOR:
        return True
    return word.base - characters.foot(word.origins[digits.end() - 1]) > 0.2 * word.size


class _Readable(dict[int, str]):
    """What a character adds to the text: nothing for what is not seen or not known."""

    def __missing__(self, code: int) -> str:
        character = "" if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)
        if code == _LINE_HYPHEN or (character and character in _HYPHENS):
            character = HYPHEN
        elif 0xE000 <= code < 0xF900:
            # Private characters: in a text they are a list's signs, from a font of symbols.
            character = BULLET
        elif not character.isspace() and (code < 0x20 or character in _INVISIBLE):
            character = ""
        self[code] = _LIGATURES.get(character, character)
        return self[code]


_READABLE = _Readable()
