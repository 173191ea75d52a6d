"""In which order the boxes on a slide are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# Boxes that touch or overlap by a little still stand beside each other.
_SLACK = 0.05


@dataclass(frozen=True, slots=True)
class Box(Generic[T]):
    """A rectangle and what it holds."""

    left: int
    top: int
    width: int
    height: int
    content: T


def reading_order(boxes: Sequence[Box[T]]) -> list[T]:
    """Return the boxes' contents: column by column where there are columns, else from the top.

    The method is that of recursive X-Y cuts (Nagy & Seth 1984), columns first.
    """
    groups = _cut(boxes, across=True)
    if len(groups) < 2:
        groups = []
        for row in _cut(boxes, across=False):
            # Rows that have a gutter in common are one set of columns.
            if groups and len(_cut([*groups[-1], *row], across=True)) > 1:
                groups[-1] += row
            else:
                groups.append(row)
    if len(groups) > 1:
        return [content for group in groups for content in reading_order(group)]
    return [box.content for box in sorted(boxes, key=lambda box: (box.top, box.left))]


def _cut(boxes: Sequence[Box[T]], *, across: bool) -> list[list[Box[T]]]:
    """Part the boxes where a straight line, upright or (not ``across``) level, meets none."""
    groups: list[list[Box[T]]] = []
    end = 0.0
    for box in sorted(
        boxes, key=lambda box: (box.left, box.top) if across else (box.top, box.left)
    ):
        start, size = (box.left, box.width) if across else (box.top, box.height)
        if not groups or start + _SLACK * size >= end:
            groups.append([])
            end = start + (1 - _SLACK) * size
        groups[-1].append(box)
        end = max(end, start + (1 - _SLACK) * size)
    return groups
