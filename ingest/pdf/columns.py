"""The columns of a page, and what runs across them, in the order of reading."""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from statistics import median

from ingest.pdf.segments import Segment, stacked

_LINES = 4
_WORDS = 3
# Of the lines side by side in two columns: how many may run across both, at most.
_ACROSS = 0.25
_LARGER = 1.1
# In sizes of a heading across both columns: the space above and below it, at least.
_AROUND = 1.2


def in_columns(segments: list[Segment]) -> list[list[Segment]]:
    """Return a page's segments, from the top, in parts to read one after another.

    A page of one column is one part. Where there are two, what runs across them parts the page,
    and between that the left one comes before the right one; either may have columns in turn.
    """
    edge = _gutter(segments)
    if edge is None:
        return [segments] if segments else []
    size = median(segment.size for segment in segments)
    sides = [[s.base for s in segments if (s.left < edge) == first] for first in (False, True)]
    wide = {
        id(segment)
        for segment in segments
        if segment.left < edge <= segment.right
        or (segment.size > _LARGER * size and _heads_both(segment, sides[segment.left >= edge]))
    }
    groups: list[tuple[bool, list[Segment]]] = []
    for runs_across, group in itertools.groupby(segments, lambda segment: id(segment) in wide):
        band = list(group)
        # What has nothing beside it, such as the short last line of a wide paragraph, is no column.
        whole = runs_across or len({segment.left >= edge for segment in band}) == 1
        if whole and groups and groups[-1][0]:
            groups[-1][1].extend(band)
        else:
            groups.append((whole, band))
    parts: list[list[Segment]] = []
    for whole, band in groups:
        if whole:
            parts.append(band)
        else:
            parts += in_columns([segment for segment in band if segment.left < edge])
            parts += in_columns([segment for segment in band if segment.left >= edge])
    return parts


def _heads_both(heading: Segment, beside: list[float]) -> bool:
    """Tell a short heading across two columns: the other one ends above it, at its height.

    ``beside`` are the bases of the segments in the other column, from the top.
    """
    space = _AROUND * heading.size
    first = bisect.bisect(beside, heading.base - 3 * space)
    near = beside[first : bisect.bisect(beside, heading.base + space)]
    return bool(near) and near[-1] < heading.base - space


def _gutter(segments: list[Segment]) -> float | None:
    """Return where the right one of two columns of text begins, or None where there are not two."""
    lefts = Counter(round(segment.left / 2) for segment in segments)
    best: tuple[int, float] | None = None
    for left, count in lefts.most_common(6):
        if count < _LINES - 1:
            break
        edge = 2.0 * left - 1.5
        before = [segment for segment in segments if segment.right < edge]
        after = [segment for segment in segments if segment.left >= edge]
        if not (_is_text(before) and _is_text(after)):
            continue
        across = [segment for segment in segments if segment.left < edge <= segment.right]
        top = max(before[0].base, after[0].base)
        bottom = min(before[-1].base, after[-1].base)
        beside = sum(top <= segment.base <= bottom for segment in (*before, *after))
        crossing = sum(top <= segment.base <= bottom for segment in across)
        fewest = min(len(before), len(after))
        if beside >= _LINES + fewest and crossing <= _ACROSS * beside:
            best = max(best, (fewest, edge)) if best else (fewest, edge)
    return best[1] if best else None


def _is_text(segments: list[Segment]) -> bool:
    """Tell a column of text: lines of several words that fill it, which a table's do not."""
    lines = list(stacked(segments))
    if len(lines) < _LINES:
        return False
    width = max(s.right for s in segments) - min(s.left for s in segments)
    lengths = [max(s.right for s in line) - min(s.left for s in line) for line in lines]
    full = sum(length > 0.55 * width for length in lengths)
    words = sum(len(segment.words) for segment in segments)
    return full >= 0.5 * len(lines) and words >= _WORDS * len(lines)
