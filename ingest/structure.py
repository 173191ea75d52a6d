"""Blocks from lines: what in a plain text is a heading, a list, a fact, a paragraph.

Plain text has no mark-up, so structure is inferred from how lines look and what stands around
them. Nothing here knows a document; the rules speak of how Swedish texts are set out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

LineKind = Literal["title", "heading", "paragraph", "item", "fact", "row", "marker", "entry"]
# Ranges within a line's text of a table cell's column heading and value.
Cell = tuple[tuple[int, int], tuple[int, int]]

_RULE = re.compile(r"([_\-*=~–—.·•])(?:\s*\1){2,}")
_RUBBISH = re.compile(r"!?\[?[\w%/-]{0,40}\.(?:webp|png|jpe?g|gif|svg|avif)[)\]]*", re.IGNORECASE)
_BULLET = re.compile(r"[-–—•*·▪◦●]\s+(?=\S)")
_LETTER = re.compile(r"([A-Za-zÅÄÖåäö])[.)]\s+(?=\S)")
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)[.)]?\s+(?=\S)")
_FACT = re.compile(r"(?P<label>[A-ZÅÄÖ0-9][^:.!?]{0,79}):\s+(?P<value>\S.*)")
_CAPTION = re.compile(
    r"(?:fakta|faktaruta|bakgrund|bilaga|del|kapitel|avsnitt|exempel|tabell|sammanfattning)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!;,][»”\")]*$")

_HEADING_CHARACTERS = 140
_HEADING_WORDS = 16


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and what it was found to be.

    ``after_break`` says that an empty line or a rule stood before it. ``prefix`` is the length of
    a bullet (not part of the item's text); ``label`` ranges are within the line. ``level`` is a
    heading's, or how many lists an item's list is nested in. ``continues`` joins a line to the
    item or option above it (its description). ``leads`` says that it leads in to the list below
    it. ``markers`` are the reference markers as (offset in the text, number) where the format
    tells them; None where they may lie flattened in the text. ``page`` counts from 1, in formats
    that have pages; ``breaks`` are (offset in the text, page) where further pages begin within
    the line.
    """

    text: str
    kind: LineKind = "paragraph"
    after_break: bool = False
    prefix: int = 0
    level: int = 0
    label: tuple[int, int] | None = None
    continues: bool = False
    leads: bool = False
    cells: tuple[Cell, ...] = ()
    markers: tuple[tuple[int, int], ...] | None = None
    page: int | None = None
    breaks: tuple[tuple[int, int], ...] = ()


def fact_line(label: str, value: str) -> Line:
    """Return a «label: value» line, as of a table of two columns."""
    label = label.rstrip(" :")
    return Line(f"{label}: {value}", "fact", label=(0, len(label)))


def row_line(headings: Sequence[str], values: Sequence[str]) -> Line:
    """Return a table row as «heading: value; heading: value»; empty cells are left out."""
    text = ""
    cells: list[Cell] = []
    for heading, value in itertools.zip_longest(headings, values, fillvalue=""):
        if not value:
            continue
        start = len(text) + 2 if text else 0
        heading = heading.rstrip(" :")
        at = start + len(heading) + 2 if heading else start
        text += ("; " if text else "") + (f"{heading}: {value}" if heading else value)
        cells.append(((start, start + len(heading)), (at, at + len(value))))
    return Line(text, "row", cells=tuple(cells))


def split_lines(text: str) -> list[Line]:
    """Return the lines worth reading: no rubbish, no rules, wrapped paragraphs made whole."""
    lines: list[Line] = []
    broken = True
    for raw in text.split("\n"):
        stripped = " ".join(raw.split())
        if not stripped or _RULE.fullmatch(stripped) or _RUBBISH.fullmatch(stripped):
            broken = True
            continue
        lines.append(Line(stripped, after_break=broken))
        broken = False
    return _unwrap(lines)


def _unwrap(lines: list[Line]) -> list[Line]:
    """Join the lines of a text that was broken at a fixed width (a letter, an old text file)."""
    width = max((len(line.text) for line in lines), default=0)
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if not b.after_break]
    wrapped = sum(
        len(a.text) > 0.6 * width and not _ENDS.search(a.text) and b.text[0].islower()
        for a, b in pairs
    )
    if width > 100 or wrapped < 3 or wrapped < 0.25 * len(pairs):
        return lines
    whole: list[Line] = []
    for line in lines:
        starts = line.after_break or _BULLET.match(line.text) or _NUMBER.match(line.text)
        if whole and not starts and len(last_text := whole[-1].text) > 0.5 * width:
            # A hyphen at the line's end may belong to the word («IT-system»), so it is kept.
            glue = "" if last_text.endswith("-") else " "
            whole[-1] = replace(whole[-1], text=last_text + glue + line.text)
        else:
            whole.append(line)
    return whole


def classify(lines: list[Line], *, has_title: bool = False, headings: bool = True) -> list[Line]:
    """Return the lines with their kinds, where they have none but that of a paragraph yet.

    ``has_title``: the title is known from elsewhere. ``headings`` False: all headings are.
    """
    found = list(lines)
    _mark_facts(found)
    _mark_bullets(found)
    _mark_letters(found)
    _mark_bare_items(found)
    _mark_headings(found, has_title, headings)
    _mark_leads(found)
    return found


def looks_like_heading(text: str) -> bool:
    """Tell whether a line could be a heading: short, and not ended as a sentence is."""
    return (
        len(text) <= _HEADING_CHARACTERS
        and len(text.split()) <= _HEADING_WORDS
        and not _ENDS.search(text)
        and not text.endswith(":")
        and (text[0].isupper() or text[0].isdigit() or text[0] in '«”"')
        and any(c.isalpha() for c in text)
    )


def _mark_facts(lines: list[Line]) -> None:
    matches = [_FACT.fullmatch(line.text) for line in lines]
    for i, match in enumerate(matches):
        if not match or lines[i].kind != "paragraph" or len(match["label"].split()) > 10:
            matches[i] = None
        elif _CAPTION.match(match["label"]) and lines[i].after_break:
            matches[i] = None  # «Fakta: Millennium i siffror» is the run's heading, not its first
    for i, match in enumerate(matches):
        before = i > 0 and matches[i - 1] is not None and not lines[i].after_break
        after = i + 1 < len(lines) and matches[i + 1] is not None and not lines[i + 1].after_break
        if match and (before or after):
            lines[i] = replace(lines[i], kind="fact", label=match.span("label"))


def _mark_bullets(lines: list[Line]) -> None:
    for i, line in enumerate(lines):
        if line.kind == "paragraph" and (match := _BULLET.match(line.text)):
            lines[i] = replace(line, kind="item", prefix=match.end())


def _mark_letters(lines: list[Line]) -> None:
    """Options «A. Namn», each perhaps with a description on the lines below it."""
    starts = [i for i, line in enumerate(lines) if _LETTER.match(line.text)]
    for position, first in enumerate(starts):
        if lines[first].text[0] not in "Aa" or lines[first].kind != "paragraph":
            continue
        run = [first]
        for i in starts[position + 1 :]:
            if ord(lines[i].text[0]) != ord(lines[run[-1]].text[0]) + 1 or i - run[-1] > 6:
                break
            run.append(i)
        if len(run) < 2:
            continue
        gap = run[1] - run[0]
        for i, end in zip(run, [*run[1:], run[-1] + gap], strict=True):
            described = end - i > 1
            name = len(lines[i].text) - len(_LETTER.sub("", lines[i].text, count=1))
            label = (name, len(lines[i].text)) if described else None
            lines[i] = replace(lines[i], kind="item", label=label)
            for j in range(i + 1, min(end, len(lines))):
                told = lines[j].kind in ("title", "heading", "row", "entry")
                if not told and not lines[j].text.strip("[]").isdigit():
                    lines[j] = replace(lines[j], kind="item", continues=True)


def _mark_bare_items(lines: list[Line]) -> None:
    """A list whose bullets were lost in copying: short lines in lower case after a lead-in."""
    i = 1
    while i < len(lines):
        end = i
        while end < len(lines) and lines[end].kind == "paragraph" and lines[end].text[0].islower():
            end += 1
        before = lines[i - 1]
        if end - i >= 2 and before.kind == "paragraph" and not _ENDS.search(before.text):
            for j in range(i, end):
                lines[j] = replace(lines[j], kind="item")
        i = max(end, i + 1)


def _mark_headings(lines: list[Line], has_title: bool, headings: bool) -> None:
    base = 1
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else None
        if line.kind != "paragraph":
            continue
        number = _NUMBER.match(line.text)
        if number and _numbered_run(lines, i):
            lines[i] = replace(line, kind="item")
            continue
        if following is None or not headings:
            continue
        captioned = _CAPTION.match(line.text) and following.kind == "fact"
        if not (looks_like_heading(line.text) or captioned) or following.continues:
            continue
        if following.kind == "item" and not following.text[following.prefix :][0].isupper():
            continue  # a lead-in without its colon
        if i == 0 and not has_title and not number:
            lines[i] = replace(line, kind="title", level=1)
        elif number and number.end() < len(line.text):
            depth = number[1].count(".")
            lines[i] = replace(line, kind="heading", level=base + 1 + depth)
        else:
            base = 2
            lines[i] = replace(line, kind="heading", level=2)


def _numbered_run(lines: list[Line], i: int) -> bool:
    """Tell whether line i is one of several numbered lines in a row: a list, not a heading."""
    near = [lines[j].text for j in (i - 1, i + 1) if 0 <= j < len(lines)]
    return any(re.match(r"\d{1,2}[.)]\s", text) for text in near) and bool(
        re.match(r"\d{1,2}[.)]\s", lines[i].text)
    )


def _mark_leads(lines: list[Line]) -> None:
    for i in range(1, len(lines)):
        first = lines[i].kind == "item" and lines[i - 1].kind == "paragraph"
        open_ended = not re.search(r"[.!?]$", lines[i - 1].text)
        if first and (lines[i - 1].text.endswith(":") or open_ended):
            lines[i - 1] = replace(lines[i - 1], leads=True)
