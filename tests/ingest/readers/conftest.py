"""What the tests of readers share: a document's structure, written so that it can be compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.records import Block, Document, Span

Outline = list[tuple[object, ...]]


def _said(document: Document, block: Block) -> tuple[object, ...]:
    def text(span: Span | None) -> str | None:
        return None if span is None else document.text[span.start : span.end]

    match block.kind:
        case "heading":
            return block.level, text(block.span)
        case "item":
            return "item", text(block.lead), text(block.span)
        case "fact":
            return "fact", text(block.label), text(block.body)
        case "row":
            return "row", *((text(heading), text(value)) for heading, value in block.cells)
    return block.kind, text(block.span)


@pytest.fixture(scope="session")
def outline() -> Callable[[Document], Outline]:
    """Return what writes a document's blocks: a heading's level, an item's lead-in, a fact's parts.

    It also checks that the blocks are the whole text and stand in order.
    """

    def write(document: Document) -> Outline:
        ends = [0, *(block.span.end for block in document.blocks)]
        starts = [*(block.span.start for block in document.blocks), len(document.text)]
        between = [document.text[a:b] for a, b in zip(ends, starts, strict=True)]
        assert between[0] == between[-1] == ""
        # A bullet of plain text stands before its item.
        assert all(text in ("\n", "\n- ") for text in between[1:-1])
        return [_said(document, block) for block in document.blocks]

    return write


@pytest.fixture(scope="session")
def cited() -> Callable[[Document], list[tuple[int, str]]]:
    """Return what lists a document's markers: each number with the text in front of it."""
    return lambda document: [
        (m.number, document.text[max(0, m.offset - 12) : m.offset].rpartition("\n")[2])
        for m in document.markers
    ]
