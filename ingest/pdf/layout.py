"""The lines of a page in the order of reading, from its words."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from ingest.pdf.columns import in_columns
from ingest.pdf.segments import SEGMENT_GAP, SMALL, Segment, segments_of, stacked
from ingest.pdf.words import BULLET, Word

# In sizes of the letters: a gap that is surely between two cells, one that may be where words
# usually stand closer, and the least that is white space.
WIDE_GAP = 1.5
_CELL_GAP = 0.5
_SPACE = 0.15

_BULLETS = frozenset("•‣⁃◦●○■□▪▫►▶➢➤❖✓✔➔→·*")
_RAISED = re.compile(r"[\[(]?\d{1,3}[\d,;–\-\])]*|[,;–-]")


class Cell(NamedTuple):
    """A part of a line: its range in the text and its edges in points."""

    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line of a page, or a row of a table on it.

    ``origins`` are the page's characters that those of the text were read from, -1 for a space.
    Places and sizes are in points, in the direction of reading. ``region`` numbers the column or
    full-width part that it stands in. ``cells`` are its parts with wide gaps between them; a row
    has one for each column of its table. ``raised`` are the ranges of small raised numbers.
    ``table`` numbers the table, 0 for none; ``end`` is the base of a row's last line.
    """

    text: str
    origins: Sequence[int]
    left: float
    right: float
    base: float
    size: float
    bold: bool
    region: int
    turn: int
    end: float
    cells: tuple[Cell, ...]
    raised: tuple[tuple[int, int], ...] = ()
    table: int = 0


def page_lines(words: Sequence[Word]) -> list[PageLine]:
    """Return the lines of a page, those of its main direction first."""
    turns = Counter[int]()
    for word in words:
        turns[word.turn] += len(word.text)
    lines: list[PageLine] = []
    for turn, _ in turns.most_common():
        segments = segments_of([word for word in words if word.turn == turn])
        gap = _cell_gap(segments)
        for part in in_columns(segments):
            region = lines[-1].region + 1 if lines else 0
            lines += [_line(row, gap, region, turn) for row in stacked(part)]
    return lines


def _cell_gap(segments: list[Segment]) -> float:
    """Return the least gap between two cells, in sizes: twice what stands between words."""
    gaps = [
        (after.left - before.right) / segment.size
        for segment in segments
        for before, after in itertools.pairwise(segment.words)
    ]
    return min(WIDE_GAP, max(_CELL_GAP, 2 * median(gaps))) if gaps else WIDE_GAP


def _line(segments: list[Segment], cell_gap: float, region: int, turn: int) -> PageLine:
    words = sorted((word for s in segments for word in s.words), key=lambda word: word.left)
    main = max(segments, key=lambda segment: sum(len(word.text) for word in segment.words))
    text = ""
    origins: list[int] = []
    cells: list[Cell] = []
    raised: list[tuple[int, int]] = []
    start, left = 0, words[0].left
    for i, word in enumerate(words):
        before = words[i - 1] if i else word
        gap = word.left - before.right
        signed = i == 1 and (text in _BULLETS or (text == "o" and gap > 0.7 * main.size))
        if signed:
            text = BULLET
        if i and (signed or _parted(before, word, gap)):
            if gap > cell_gap * main.size and not signed:
                cells.append(Cell(start, len(text), left, before.right))
                start, left = len(text) + 1, word.left
            text += " "
            origins.append(-1)
        if _is_raised(word, main):
            # «1», «,» and «2» side by side are one.
            joined = raised and raised[-1][1] >= len(text) - 1
            raised.append((raised.pop()[0] if joined else len(text), len(text) + len(word.text)))
        text += word.text
        origins += word.origins
    cells.append(Cell(start, len(text), left, words[-1].right))
    return PageLine(
        text=text,
        origins=origins,
        left=words[0].left,
        right=max(word.right for word in words),
        base=main.base,
        size=main.size,
        bold=sum(len(word.text) if word.bold else -len(word.text) for word in words) > 0,
        region=region,
        turn=turn,
        end=main.base,
        cells=_unjustified(cells, main.size),
        raised=tuple(raised),
    )


def _is_raised(word: Word, main: Segment) -> bool:
    small = word.size < main.size * SMALL and word.base < main.base - 0.1 * main.size
    return small and bool(_RAISED.fullmatch(unicodedata.normalize("NFKC", word.text)))


def _unjustified(cells: list[Cell], size: float) -> tuple[Cell, ...]:
    """Return a line's cells: one where they are only words spread evenly over its width."""
    gaps = [after.left - before.right for before, after in itertools.pairwise(cells)]
    even = len(gaps) > 1 and max(gaps) - min(gaps) < 0.1 * size
    if even and max(gaps) < SEGMENT_GAP * size:
        return (Cell(0, cells[-1].end, cells[0].left, cells[-1].right),)
    return tuple(cells)


def _parted(before: Word, word: Word, gap: float) -> bool:
    """Tell whether there is white space between two neighbours on a line."""
    if word.space is not None and 0 < word.origins[0] - before.origins[-1] <= 3:
        return word.space
    return gap > _SPACE * max(before.size, word.size)
