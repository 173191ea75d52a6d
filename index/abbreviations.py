"""Abbreviations that a document introduces: «Inspektionen för vård och omsorg, IVO», «… (LOU)».

After Schwartz & Hearst (2003), «A Simple Algorithm for Identifying Abbreviation Definitions in
Biomedical Text»: the letters of the short form are found, from the last to the first, in the
words before it, the first one at the start of a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from index.analysis import Term, content_words, stem
from ingest.records import Span

if TYPE_CHECKING:
    from index.store import LongForms

_INTRODUCED = re.compile(r"(?:, |\()(?P<short>[A-ZÅÄÖ][A-ZÅÄÖa-z0-9&-]{1,9})(?=[),.;:]| )")
_WORDS_BEFORE = 10


class Abbreviation(NamedTuple):
    """A short form, its long form, and where the long form stands in the text."""

    short: str
    long: str
    span: Span


def abbreviations(text: str) -> list[Abbreviation]:
    """Return the abbreviations that a text introduces, in order."""
    found = []
    for match in _INTRODUCED.finditer(text):
        short = match["short"]
        if sum(c.isupper() for c in short) < 2:
            continue
        before = text[: match.start()].rstrip()
        line = before.rfind("\n") + 1
        words = list(re.finditer(r"\S+", before[line:]))[-min(_WORDS_BEFORE, len(short) + 5) :]
        if not words:
            continue
        start = _long_form(short, before, line + words[0].start())
        if start is not None and len(before[start:].split()) > 1:
            found.append(Abbreviation(short, before[start:], Span(start, len(before))))
    return found


def alternatives(content: Sequence[str], known: LongForms) -> dict[str, tuple[Term, ...]]:
    """Return what else the content words of a question may stand as in a text.

    A short form may stand as the words of the long one; the words of a long form, where the
    question has them all, as the short one.
    """
    stems = {stem(word): word for word in content}
    found: dict[str, tuple[Term, ...]] = {}
    for short, long in known.about(content, stems).items():
        parts = [stem(word) for word in content_words(long)]
        if short.lower() in content:
            found[short.lower()] = tuple(Term(part, 0.4) for part in parts)
        elif parts and all(part in stems for part in parts):
            for part in parts:
                found[stems[part]] = (Term(stem(short.lower()), 0.9),)
    return found


def _long_form(short: str, before: str, earliest: int) -> int | None:
    """Return where the long form starts, or None where the letters do not fit."""
    letters = [c.lower() for c in short if c.isalnum()]
    at = len(before) - 1
    for number, letter in enumerate(reversed(letters)):
        first = number == len(letters) - 1
        while at >= earliest and (
            before[at].lower() != letter or (first and at > 0 and before[at - 1].isalnum())
        ):
            at -= 1
        if at < earliest:
            return None
        at -= 1
    return at + 1
