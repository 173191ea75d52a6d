"""Lines from the plain text of an e-mail: wrapped lines joined, quoted replies told apart."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.structure import Line, classify, split_lines

_QUOTED = re.compile(r"[ \t]?((?:>[ \t]?)+)(.*)")
_SIGNATURE = re.compile(r"-- ?")
_ATTRIBUTION = re.compile(r"\S.{0,300}\b(?:skrev|skriver|wrote|writes)\b.{0,200}:", re.IGNORECASE)
_SEPARATOR = re.compile(
    r"-{2,}\s*((?:ursprungligt|vidarebefordrat|original|forwarded)\s+(?:meddelande|message))\s*-{2,}",
    re.IGNORECASE,
)
_STARTS_ANEW = re.compile(r"(?:[-–—•*·]|\d{1,2}[.)])\s|[^:.!?]{1,40}:\s")
# Programs wrap lines at a width between these.
_NARROW, _WIDE = 50, 100


def is_attribution(text: str) -> bool:
    """Tell whether a text says who wrote what is quoted below it: «Den 4 mars skrev Bo Berg:»."""
    return bool(_ATTRIBUTION.fullmatch(text))


def message_lines(text: str, *, flowed: bool = False, delete_space: bool = False) -> list[Line]:
    """Return the lines of an e-mail's text.

    The message that is replied to, where it stands whole at the end, goes under a heading that
    says who wrote it; a quotation between one's own lines keeps its «>». A signature is one
    paragraph. ``flowed`` and ``delete_space`` are those of RFC 3676.
    """
    raw = text.split("\n")
    runs = _runs(_reflowed(raw, delete_space) if flowed else raw, wrapped=not flowed)
    last = len(runs) - 1
    lines: list[Line] = []
    for i, (quoted, run) in enumerate(runs):
        if quoted and i < last:
            lines += [Line(f"> {line.text}") for line in split_lines("\n".join(run))]
            continue
        said = _attribution(run) if not quoted and i < last else ""
        lines += _own_lines(run)
        if said:
            answers = i + 1 == last
            lines.append(Line(said.rstrip(":"), "heading", level=2) if answers else Line(said))
    return lines


def _attribution(run: list[str]) -> str:
    """Take the line that says who wrote what is quoted next off the end of a text; «» for none."""
    filled = [i for i, line in enumerate(run) if line.strip()]
    for first in filled[-1:], filled[-2:]:  # it may be wrapped
        text = " ".join(run[i].strip() for i in first)
        if is_attribution(text):
            del run[first[0] :]
            return text
    return ""


def _runs(raw: list[str], *, wrapped: bool) -> list[tuple[bool, list[str]]]:
    """Return the text as runs of lines that are quoted or not, without their «>»."""
    runs: list[tuple[bool, list[str]]] = []
    depths: list[int] = []
    for line in raw:
        match = _QUOTED.fullmatch(line)
        depth = match[1].count(">") if match else 0
        if not line.strip() and runs:
            runs[-1][1].append("")
            continue
        if not runs or runs[-1][0] != bool(depth):
            runs.append((bool(depth), []))
        elif depths and depth != depths[-1]:
            runs[-1][1].append("")  # someone else's words
        runs[-1][1].append(match[2] if match else line)
        depths.append(depth)
    return [(quoted, _joined(run) if wrapped else run) for quoted, run in runs]


def _reflowed(raw: list[str], delete_space: bool) -> list[str]:
    """Join the lines that a program broke softly, by a space at their end (RFC 3676)."""
    whole: list[str] = []
    open_quote: str | None = None  # the marks of quotation before a line that goes on
    for line in raw:
        match = re.fullmatch(r"(>*) ?(.*)", line, re.DOTALL)
        quote, text = (match[1], match[2]) if match else ("", line)
        soft = text.endswith(" ") and not _SIGNATURE.fullmatch(text)
        shown = text[:-1] if soft and delete_space else text
        if open_quote == quote and not _SIGNATURE.fullmatch(text):
            whole[-1] += shown
        else:
            whole.append(f"{quote} {shown}" if quote else shown)
        open_quote = quote if soft else None
    return whole


def _joined(lines: list[str]) -> list[str]:
    """Join lines where the first word of the next would not have fitted on the line above it."""
    width = max((len(line.rstrip()) for line in lines), default=0)
    if not _NARROW <= width <= _WIDE:
        return lines
    whole: list[str] = []
    length = 0  # of the last line as it stood
    for line in lines:
        words = line.split(None, 1)
        full = bool(words) and length and length + 1 + len(words[0]) > width
        if whole and full and not _STARTS_ANEW.match(line.lstrip()):
            whole[-1] = f"{whole[-1].rstrip()} {line.strip()}"
        else:
            whole.append(line)
        length = len(line.rstrip())
    return whole


def _own_lines(run: list[str]) -> list[Line]:
    """Return the lines of one writer's text, which has lists and facts but hardly headings."""
    end = next((i for i, line in enumerate(run) if _SIGNATURE.fullmatch(line)), len(run))
    lines: list[Line] = []
    for line in classify(split_lines("\n".join(run[:end])), has_title=True):
        if match := _SEPARATOR.fullmatch(line.text):
            lines.append(Line(match[1], "heading", level=2))
        else:
            looks_like = line.kind == "heading"
            lines.append(replace(line, kind="paragraph", level=0) if looks_like else line)
    if signature := [line.strip() for line in run[end + 1 :] if line.strip()]:
        lines.append(Line("\n".join(signature)))
    return lines
