"""A question and a passage as the reader sees them: token ids in windows, with offsets back."""

from __future__ import annotations

from typing import Any, NamedTuple

CLS, PAD, SEP = 0, 1, 2
LONGEST = 256
_LONGEST_QUESTION = 64
_LONGEST_CONTEXT = 64


class Pieces(NamedTuple):
    """A text's token ids and where each token starts and ends in the text, in characters."""

    ids: list[int]
    starts: list[int]
    ends: list[int]


class Window(NamedTuple):
    """One input of the network, and which passage tokens it holds.

    Passage token ``first + i`` stands at place ``offset + i`` of ``ids``, up to ``last`` (not
    included).
    """

    ids: list[int]
    offset: int
    first: int
    last: int


def pieces(tokenizer: Any, texts: list[str]) -> list[Pieces]:
    """Return each text's tokens."""
    found = []
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        starts, ends = zip(*encoding.offsets, strict=True) if encoding.ids else ((), ())
        found.append(Pieces(encoding.ids, list(starts), list(ends)))
    return found


def question_ids(tokenizer: Any, questions: list[str]) -> list[list[int]]:
    """Return the token ids of questions under the encoder's prompt; a very long one is cut."""
    encodings = tokenizer.encode_batch([f"query: {q}" for q in questions], add_special_tokens=False)
    return [encoding.ids[:_LONGEST_QUESTION] for encoding in encodings]


def cuts(count: int, room: int) -> list[tuple[int, int]]:
    """Return the token ranges of a passage's windows.

    One where all fits; else windows of ``room`` tokens, each overlapping the one before by about
    half, spread evenly so that the last one is full too.

    Raises:
        ValueError: ``room`` is less than 2.
    """
    if room < 2:
        raise ValueError(f"expected room for at least 2 tokens, got {room}")
    if count <= room:
        return [(0, count)]
    steps = -(-(count - room) // (room // 2))
    starts = [round((count - room) * step / steps) for step in range(steps + 1)]
    return [(start, start + room) for start in starts]


def context_ids(held: Pieces) -> list[int]:
    """Return the token ids of what stands before a passage; a long one keeps its end."""
    return held.ids[-_LONGEST_CONTEXT:]


def room_for(question: list[int], longest: int = LONGEST) -> int:
    """Return how many passage tokens fit beside a question (and its context, as one list)."""
    return longest - len(question) - 4


def window(
    question: list[int], passage: list[int], first: int, last: int, context: list[int] | None = None
) -> Window:
    """Return ``<s> question </s> </s> context passage[first:last] </s>``."""
    head = [CLS, *question, SEP, SEP, *(context or ())]
    return Window([*head, *passage[first:last], SEP], len(head), first, last)
