"""Clean text from pieces of text, with the notes and reference numbers lifted out as markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ingest.readers.elements import Notes, Paragraph, Piece
from ingest.readers.text import normalise
from ingest.records import Reference
from ingest.references import parse_entry

_RAISED_NUMBERS = re.compile(r"\s*[\[(]?\d{1,3}(?:[\])]?\s*[,;]\s*[\[(]?\d{1,3})*[\])]?\s*")
# After these a raised number may be a power: 10⁶, m².
_TEN = re.compile(r"\b10$")
_LENGTH = re.compile(r"\b[kcdm]?m$")
_POWER = re.compile(r"[-+−]?\d+")
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")

Markers = list[tuple[int, int]]


class Citations:
    """Gives notes their numbers as they are cited, after those of a typed reference list.

    Numbers of that list are markers where they are raised. ``flattened`` says that none is,
    so that they may lie in the plain text.
    """

    def __init__(
        self, notes: Notes, listed: Sequence[Reference], body: Iterable[Paragraph]
    ) -> None:
        self._notes = notes
        self._numbers = frozenset(reference.number for reference in listed)
        self._next = max(self._numbers, default=0) + 1
        self._cited: dict[str, tuple[Reference, str] | None] = {}
        self._highest = 0
        self.flattened = bool(listed) and not any(
            isinstance(mark, int) for p in body for _, mark in self._marked(p.pieces)[1]
        )
        self._highest = 0

    @property
    def cited(self) -> list[tuple[Reference, str]]:
        """The notes cited so far, in that order, each with its text."""
        return [note for note in self._cited.values() if note]

    def text(self, pieces: Sequence[Piece]) -> tuple[str, Markers]:
        """Return the text of pieces, and in it the markers as (offset, number)."""
        text, marks = self._marked(pieces)
        markers = [(at, self._cite(m) if isinstance(m, str) else m) for at, m in marks]
        return text, [(at, number) for at, number in markers if number]

    def _marked(self, pieces: Sequence[Piece]) -> tuple[str, list[tuple[int, int | str]]]:
        text = ""
        marks: list[tuple[int, int | str]] = []
        for piece in _joined(pieces):
            found: Sequence[int | str] = [piece.note] if piece.note else self._raised(piece, text)
            if found:
                marks += [(len(text.rstrip()), mark) for mark in found]
            elif piece.raised and marks and not piece.text.strip(" ,;"):
                continue  # the comma between two raised numbers
            elif piece.raised and _POWER.fullmatch(piece.text.strip()):
                text = _extended(text, piece.text.translate(_SUPERSCRIPTS))
            else:
                text = _extended(text, piece.text)
        return text.rstrip(), marks

    def _raised(self, piece: Piece, before: str) -> list[int]:
        """Return the numbers of the reference list that a raised piece points at."""
        if not piece.raised or not _RAISED_NUMBERS.fullmatch(piece.text):
            return []
        numbers = [int(number) for number in re.findall(r"\d+", piece.text)]
        area = _LENGTH.search(before) and numbers[0] in (2, 3)
        # «10» may be a value with a marker after it; then the marker is the next one in order.
        power = _TEN.search(before) and numbers[0] not in (self._highest, self._highest + 1)
        if area or power or not self._numbers.issuperset(numbers):
            return []
        self._highest = max(self._highest, *numbers)
        return numbers

    def _cite(self, key: str) -> int:
        """Return a note's number, 0 where it is empty."""
        if key not in self._cited:
            pieces = self._notes.get(key, ())
            text = plain(pieces)
            self._cited[key] = (entry(self._next, text, pieces), text) if text else None
            self._next += bool(text)
        note = self._cited[key]
        return note[0].number if note else 0


def plain(pieces: Sequence[Piece]) -> str:
    """Return the pieces' text on one line, without the notes cited in it."""
    text = ""
    for piece in _joined(pieces):
        text = _extended(text, piece.text)
    return text.strip().replace("\n", " ")


def entry(number: int, text: str, pieces: Sequence[Piece]) -> Reference:
    """Read a note, or an entry whose number is known; a link in it gives the address."""
    return linked(parse_entry(f"{number}. {text}") or Reference(number, None, text), pieces)


def linked(found: Reference, pieces: Sequence[Piece]) -> Reference:
    """Return a reference with the address that its text leads to, where it does not name one."""
    links = (piece.url for piece in pieces if piece.url and piece.url.startswith("http"))
    return replace(found, url=found.url or next(links, None))


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Put together the text that a format keeps in several pieces for its own reasons."""
    for (raised, note), group in groupby(pieces, key=lambda piece: (piece.raised, piece.note)):
        yield Piece("".join(piece.text for piece in group), raised, note)


def _extended(text: str, more: str) -> str:
    """Append text with its white space made single; line breaks stay."""
    more = re.sub(r" ?\n\s*", "\n", re.sub(r"[^\S\n]+", " ", normalise(more)))
    if not text or text[-1] in " \n":
        return text + more.lstrip()
    return (text.rstrip(" ") if more[:1] == "\n" else text) + more
