"""Spans in a sentence that can be short answers: amounts, numbers, dates, names, clauses.

Patterns of written Swedish, with the English of dates and amounts where it differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from answer.question import AnswerType
from ingest.records import Span

_NUMBER = r"\d{1,3}(?:[ \u00a0.]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_NUMERAL = (
    r"en|ett|två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv|tretton|fjorton|femton|sexton|sjutton|"
    r"arton|nitton|tjugo|trettio|fyrtio|femtio|sextio|sjuttio|åttio|nittio|hundra|tusen|hundratals|tusentals"
)
_MANY = r"två|tre|fyra|fem|sex|sju|åtta|nio|tio|elva|tolv|tretton|fjorton|femton|sexton|sjutton|arton|nitton|tjugo|trettio|fyrtio|femtio|sextio|sjuttio|åttio|nittio|hundra|tusen|ett par|några"
_HEDGE = r"(?:(?:över|under|omkring|cirka|ca|ungefär|drygt|knappt|nära|minst|högst|mer än|fler än|mindre än|närmare|runt|upp till|totalt) )"
_SCALE = r"(?:tusen|miljon(?:er)?|miljard(?:er)?|mn|mdr|mkr|tkr)"
_CURRENCY = r"(?:kronor|kr|SEK|euro|EUR|dollar|USD|pund|öre|procent|mkr|mdkr|tkr)"
_MONTH = (
    r"(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december)"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_RANGE = r"\s?[-–—]\s?"
_SEASON = r"(?:våren|sommaren|hösten|vintern)"
_UNIT = r"(?:dag(?:ar)?|dygn|vecka|veckor|månad(?:er)?|år|timm(?:e|ar)|minut(?:er)?|sekund(?:er)?|kvartal|termin(?:er)?)"

_MONEY = re.compile(
    rf"(?:{_NUMBER}|{_NUMERAL})(?: {_SCALE})? ?(?:svenska )?(?!procent){_CURRENCY}\b|(?:{_NUMBER}) (?:miljoner|miljarder)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"(?:den )?\d{{1,2}} {_MONTH}(?: {_YEAR})?|{_SEASON}(?: {_YEAR})?|{_MONTH}(?: {_YEAR})?|"
    rf"{_YEAR}-\d\d-\d\d|{_YEAR}{_RANGE}{_YEAR}|{_YEAR}|kl(?:ockan|\.)? \d{{1,2}}(?:[.:]\d\d)?|\d{{1,2}}[.:]\d\d",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"(?:(?:{_NUMBER})(?:{_RANGE}(?:{_NUMBER}))?|{_NUMERAL}|några|flera|ett par) (?:hela )?{_UNIT}\b(?! {_YEAR})",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"{_HEDGE}?(?:(?:{_NUMBER})(?: {_SCALE})?(?: procent| %)?|\b(?:{_MANY})\b)", re.IGNORECASE
)
_NAME = re.compile(
    r"(?:[A-ZÅÄÖ][\wåäöÅÄÖé&-]*(?::s)?)(?: (?:och |i |för |av |von |de )?[A-ZÅÄÖ][\wåäöÅÄÖé&-]*| AB\b)*"
)
_REASON = re.compile(
    r"\b(?:på grund av|eftersom|därför att|för att|då|till följd av|beror på(?: att)?|berodde på(?: att)?|i syfte att|med syftet att|"
    r"med utgångspunkt i|tack vare|med anledning av|genom att|orsakas av|orsakades av|kopplat till att|så att|med fokus på|av att)\b ?(?P<body>.+?)(?=[.;!?]|$)",
    re.IGNORECASE | re.DOTALL,
)
_COPULA = re.compile(
    r"\b(?:är|var|innebär|betyder|kallas(?: för)?|menas|avses|består av|utgörs av|innefattar|omfattar|handlar om|går ut på|syftar till|står för)\b(?: att)? (?P<body>.+?)(?=[.;!?](?:\s|$)|$)",
    re.IGNORECASE | re.DOTALL,
)
_ENUMERATION = re.compile(
    r"(?:[^\s,.;:][^,.;:]{0,60}, (?:bland annat )?){1,8}?[^,.;:]{1,60}? (?:och|samt|eller) [^,.;:]{1,70}"
)


def candidates(kind: AnswerType, text: str) -> list[Span]:
    """Return the spans of ``text`` that a question of this type may be answered with, in order."""
    return list(_trimmed(text, _find(kind, text)))


def _find(kind: AnswerType, text: str) -> Iterator[Span]:
    match kind:
        case "money":
            yield from _spans(_MONEY, text)
        case "date":
            yield from _spans(_DATE, text)
        case "duration":
            yield from _spans(_DURATION, text)
        case "number":
            blocked = [*_spans(_DATE, text)]
            for span in _spans(_COUNT, text):
                if not any(b.start <= span.start < b.end for b in blocked):
                    yield span
        case "who" | "organisation":
            for span in _spans(_NAME, text):
                yield span
        case "why":
            for match in _REASON.finditer(text):
                yield Span(*match.span("body"))
        case "definition":
            for match in _COPULA.finditer(text):
                yield Span(*match.span("body"))
        case _:
            return


def enumeration(text: str) -> Span | None:
    """Return a run of things joined by commas and «och», the longest in the text, or None."""
    found = list(_trimmed(text, _spans(_ENUMERATION, text)))
    return max(found, key=lambda s: s.end - s.start, default=None)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in pattern.finditer(text))


def _trimmed(text: str, spans: Iterator[Span]) -> Iterator[Span]:
    for start, end in spans:
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip(" \n,;:–-"))
        end -= len(piece) - len(piece.rstrip(" \n,;:–-"))
        if start < end:
            yield Span(start, end)
