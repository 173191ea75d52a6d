"""How a document's running text is set, which headings and notes differ from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from ingest.pdf.layout import PageLine

# What is so much larger than running text stands out.
LARGER = 1.1
# Where nothing tells: points, and the distance of lines in sizes.
_SIZE, _PITCH = 10.0, 1.2


class Typeset(Protocol):
    """Something set in one size and weight."""

    @property
    def size(self) -> float: ...

    @property
    def bold(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Body:
    """How the document's running text is set: size in points, weight, and lines' distance.

    ``pitch`` is in sizes. ``edges`` are how far right the columns that begin at a place (in tens of
    points) reach anywhere in the document.
    """

    size: float
    bold: bool
    pitch: float
    edges: dict[int, float]

    def stands_out(self, line: Typeset) -> bool:
        """Tell whether something is set larger or heavier than running text."""
        return line.size > LARGER * self.size or (
            line.bold and not self.bold and line.size > 0.9 * self.size
        )


def body_of(pages: Sequence[tuple[int, Sequence[PageLine]]]) -> Body:
    """Return how most of the document's text is set."""
    sizes = Counter[float]()
    weight = 0
    pitches: list[float] = []
    edges: dict[int, float] = {}
    for _, lines in pages:
        for line in lines:
            sizes[_half(line.size)] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else _SIZE
    for _, lines in pages:
        for i, line in enumerate(lines):
            if _half(line.size) != size:
                continue
            weight += len(line.text) if line.bold else -len(line.text)
            left = round(line.left / 10)
            edges[left] = max(edges.get(left, 0.0), line.right)
            before = lines[i - 1] if i else line
            pitch = (line.base - before.end) / line.size
            if before.region == line.region and line.text[0].islower() and 0.8 < pitch < 3:
                pitches.append(pitch)
    return Body(size, weight > 0, median(pitches) if pitches else _PITCH, edges)


def _half(size: float) -> float:
    return round(size * 2) / 2
