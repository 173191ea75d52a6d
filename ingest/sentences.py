"""Sentence boundaries in Swedish text."""

from __future__ import annotations

import re

from sentencex import segment

from ingest.records import Span

# sentencex knows many abbreviations; these Swedish ones it breaks after, so what it cut in two is
# put together again where the next piece goes on in lower case or with a digit.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:bl\.?\s?a|t\.?\s?ex|d\.?v\.?s|m\.?\s?m|m\.?\s?fl|o\.?\s?s\.?\s?v|osv|s\.?\s?k|"
    r"ca|c:a|kl|nr|st|s|sid|kap|milj|mkr|mdkr|tkr|resp|inkl|exkl|f\.?\s?d|fr\.?\s?o\.?\s?m|"
    r"t\.?\s?o\.?\s?m|t\.?\s?h|p\.?\s?g\.?\s?a|jfr|max|min|dr|prof|tel|art|st|obs|avd|"
    r"jan|feb|mars|apr|aug|sept?|okt|nov|dec)\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str, offset: int = 0) -> list[Span]:
    """Return the sentences' ranges in ``text``, trimmed of white space, shifted by ``offset``."""
    spans: list[Span] = []
    at = 0
    for piece in segment("sv", text):
        start = text.index(piece, at)
        at = start + len(piece)
        trimmed = Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
        if trimmed.start >= trimmed.end:
            continue
        head = text[trimmed.start]
        if spans and (
            head.islower() or head.isdigit() or head in "–-,;)" or _is_initial(text, spans[-1])
        ):
            before = text[spans[-1].start : spans[-1].end]
            if _ABBREVIATION.search(before) or head in ",;)" or _is_initial(text, spans[-1]):
                spans[-1] = Span(spans[-1].start, trimmed.end)
                continue
        spans.append(trimmed)
    return [Span(start + offset, end + offset) for start, end in spans]


def _is_initial(text: str, span: Span) -> bool:
    """Tell whether a piece ends in a person's initial, as in «A. Andersson»."""
    return bool(re.search(r"(?:^|\s)[A-ZÅÄÖ]\.$", text[span.start : span.end]))


def sentence_at(text: str, offset: int) -> Span | None:
    """Return the sentence that holds a place in a text, or None between two."""
    return next((s for s in sentence_spans(text) if s.start <= offset < s.end), None)
