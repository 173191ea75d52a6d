"""Runs of words that stand on the same height with no wide gap between them."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.pdf.words import Word

# Wider than this many sizes of the letters, a gap parts two segments.
SEGMENT_GAP = 1.0
# A raised or lowered character is at most this large beside its line's.
SMALL = 0.85
_RAISED_WORDS = 3
# In sizes of the line's letters: how far it may stand above and below the line.
_RAISED, _LOWERED = 0.75, 0.35


@dataclass(slots=True)
class Segment:
    """Words from left to right, with the place, height and size that most of them have."""

    words: list[Word]
    left: float
    right: float
    base: float
    size: float


def segments_of(words: Sequence[Word]) -> list[Segment]:
    """Return the segments from the top, raised and lowered words among those that they touch."""
    segments: list[Segment] = []
    for row in _rows(sorted(words, key=lambda word: (word.base, word.left))):
        row.sort(key=lambda word: word.left)
        run = [row[0]]
        for word in row[1:]:
            last = run[-1]
            if word.text == last.text and abs(word.left - last.left) < 0.1 * word.size:
                continue  # drawn twice, to look bold
            if word.left - last.right > SEGMENT_GAP * max(word.size, last.size):
                segments.append(_segment(run))
                run = []
            run.append(word)
        segments.append(_segment(run))
    return _with_raised(segments)


def stacked(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Yield the segments that stand on the same height, from the top."""
    row: list[Segment] = []
    for segment in segments:
        if row and segment.base - row[0].base > 0.3 * min(segment.size, row[0].size):
            yield row
            row = []
        row.append(segment)
    if row:
        yield row


def _rows(words: Sequence[Word]) -> Iterator[list[Word]]:
    row: list[Word] = []
    for word in words:
        if row and word.base - row[0].base > 0.2 * min(word.size, row[0].size):
            yield row
            row = []
        row.append(word)
    if row:
        yield row


def _segment(words: list[Word]) -> Segment:
    # The size that most of it has, not that of a long name in another font.
    sizes = Counter[float]()
    for word in words:
        sizes[word.size] += len(word.text)
    size = sizes.most_common(1)[0][0]
    base = next(word.base for word in words if word.size == size)
    return Segment(words, words[0].left, max(word.right for word in words), base, size)


def _with_raised(segments: list[Segment]) -> list[Segment]:
    """Put each short small segment into a larger one that it touches, a little off its height."""
    largest = max((segment.size for segment in segments), default=0.0)
    segments.sort(key=lambda segment: segment.base)
    bases = [segment.base for segment in segments]
    placed: set[int] = set()
    for segment in sorted(segments, key=lambda segment: segment.size):
        if len(segment.words) > _RAISED_WORDS or segment.size >= largest * SMALL:
            continue
        first = bisect.bisect(bases, segment.base - _LOWERED * largest)
        last = bisect.bisect(bases, segment.base + _RAISED * largest)
        hosts = [host for host in segments[first:last] if _touches(segment, host)]
        if hosts:
            host = min(hosts, key=lambda host: _distance(segment, host))
            host.words = sorted([*host.words, *segment.words], key=lambda word: word.left)
            host.left, host.right = min(host.left, segment.left), max(host.right, segment.right)
            placed.add(id(segment))
    return [segment for segment in segments if id(segment) not in placed]


def _touches(small: Segment, host: Segment) -> bool:
    raised = host.base - small.base
    return (
        small.size < host.size * SMALL
        and -_LOWERED * host.size < raised < _RAISED * host.size
        and abs(raised) > 0.02 * host.size
        and _distance(small, host) < 0.4 * host.size
    )


def _distance(small: Segment, host: Segment) -> float:
    """Return how far a segment stands from the nearest word of another, along the line."""
    return min(max(word.left - small.right, small.left - word.right, 0.0) for word in host.words)
