"""Reading a question: what kind of answer it asks for, and which of its words carry meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.analysis import content_words, words

AnswerType = Literal[
    "money", "number", "date", "duration", "who", "organisation", "why", "list", "definition",
    "source", "yes_no", "what",
]  # fmt: skip

# First match wins, so the narrow ones stand first.
_PATTERNS: tuple[tuple[AnswerType, str], ...] = (
    (
        "source",
        r"\b(?:vilk(?:en|a)|vad för|which|what)\b.{0,30}\b(?:käll(?:a|or|an|orna)|referens(?:en|er|erna)?|"
        r"sources?|references?)\b|\bkäll(?:a|an) (?:till|för|bakom)\b|\breferens(?:en)? (?:till|för)\b|"
        r"\b(?:av|of) (?:källorna|referenserna|the (?:sources|references))\b|"
        r"\b(?:källa|källor|referens|referenser|source)\b.{0,12}(?:\?|$)",
    ),
    (
        "money",
        r"\bhur (?:mycket|dyr[ta]?) (?:pengar|kosta|betala|är|var|blev|har|fick|lade?s?)\b.{0,60}"
        r"\b(?:kosta\w*|betala\w*|pengar|kronor|värd\w*|avgift\w*|böter|dyr\w*|lagts?|lade|spendera\w*)\b|"
        r"\bvad (?:\w+ ){0,6}?(?:kosta(?:r|de|t|s)?|betala(?:r|de|t|s|des)?)\b|\bhur mycket kosta|\bhur mycket betala|"
        r"\bhur dyr|\bhur mycket pengar|\bhur (?:stor|hög)(?:a|t)? (?:\w+ ){0,3}?"
        r"(?:summa|belopp|avgift|kostnad|böter|bot|nota|ersättning|bidrag|lön|skuld|budget|vite|sanktion|skadestånd)\w*|"
        r"\b(?:vilk(?:en|et|a)|vad (?:är|var|blev)) (?:\w+ ){0,3}?\w*(?:summa|belopp|avgift|kostnad|pris|prislapp|ersättning|"
        r"lön|budget|nota|värde)(?:n|en|et|na|erna|s)?\b|\bhow much (?:did|does|was|has|money|were|is)\b|\bcosts?\b|"
        r"\b(?:kostnad(?:en|er)?|prislapp(?:en)?|pris(?:et)?|avgift(?:en)?|notan?)\b\W*(?:\w+\W*){0,4}$",
    ),
    ("duration", r"\bhur (?:länge|lång tid|många (?:dagar|dygn|veckor|månader|år|timmar))\b|\bhow long\b"),
    ("number", r"\bhur många\b|\bantal(?:et)?\b|\bhow many\b|\bhur (?:stor|hög) andel\b|\bnumber of\b|\bhur mycket\b"),
    (
        "date",
        r"\bnär\b(?! det gäller)|\b(?:vilket|vilka|vilken|vad för|i vilken|under vilken|what|which) "
        r"(?:\w+ )?(?:år|årtal|datum|dag|månad|tidpunkt|år(?:en|et)|årstid|period|tid|date|year|month|day|"
        r"vecka|kvartal|höst|vår)\b|\bwhen\b|\b(?:datum|tidpunkt|deadline)(?:et|en)?\b|\bhur dags\b",
    ),
    ("why", r"\b(?:varför|hur kommer det sig|why)\b|\bav vilk(?:en|a) (?:anledning|skäl|orsak)\w*|"
            r"\b(?:vad|vilka?) (?:\w+ ){0,3}?(?:orsak\w*|anledning\w*|skäl\w*|beror|berodde|syfte\w*|motiv\w*)\b|"
            r"\b(?:orsak|anledning|skäl|syfte)(?:en|et|er|erna)?\b|\breasons?\b|\bi vilket syfte\b"),
    ("definition", r"^(?:vad|what) (?:är|var|is|are) (?:en |ett |egentligen |a |an |the )?[\w:/-]+(?: [\w-]+)?(?: för något| egentligen)?\s*\?*$|"
                   r"\bvad (?:menas|innebär|betyder|avses|står)\b|\bvad kallas\b|\bstår .{1,40} för\b|\bstands? for\b|"
                   r"\bförkortning\w*|\bmean(?:s|t)?\b"),
    ("who", r"\b(?:vem|vems|who|whom)\b"),
    (
        "organisation",
        r"\b(?:vilken|vilket|vilka|which|what|vad heter|vad hette) (?:\w+ ){0,2}?\w*"
        r"(?:myndighet|organisation|företag|bolag|leverantör|byrå|revisionsbyrå|aktör|universitet|"
        r"instans|nämnd|styrelse|grupp|part|verk|tidning|region|kommun|avdelning|authority|"
        r"company|agency|supplier|firm|vendor|board|organi[sz]ation)(?:en|er|et|erna)?\b",
    ),
    (
        "list",
        r"\bvilka\b|\b(?:nämn|räkna upp|lista|ange|ge exempel på|redogör för)\b|\bvad (?:är|var) för \w+\b|"
        r"\bwhich (?:\w+s)\b|\bwhat (?:\w+ )?(?:are|were) the\b|\blist\b|"
        r"\bvad .{0,60}\b(?:bestå\w*|omfatta\w*|ingår|ingick)\b",
    ),
    ("yes_no", r"^(?:stämmer det|är|var|har|hade|kan|kunde|kommer|ska|skulle|får|fick|finns|fanns|blev|did|does|is|was|has)\b"),
)  # fmt: skip
_COMPILED = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS]

_ENGLISH = frozenset(
    [
        "the",
        "what",
        "how",
        "many",
        "much",
        "did",
        "does",
        "was",
        "were",
        "which",
        "who",
        "why",
        "when",
        "where",
        "is",
        "are",
        "of",
        "and",
        "to",
        "a",
        "an",
        "has",
        "have",
        "by",
        "for",
        "long",
        "should",
    ]
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read: its text, the type of answer asked for, its content words."""

    text: str
    type: AnswerType
    content: tuple[str, ...]
    english: bool

    @property
    def wants_list(self) -> bool:
        """Whether several things are asked for, so that a whole list may be the answer."""
        return self.type == "list" or bool(re.search(r"\bvilka\b", self.text, re.IGNORECASE))


def read_question(text: str) -> Question:
    """Read a question, Swedish or English."""
    kind: AnswerType = next((k for k, pattern in _COMPILED if pattern.search(text)), "what")
    return Question(text, kind, tuple(content_words(text)), is_english(text))


def is_english(text: str) -> bool:
    """Tell whether a question is written in English, by its function words."""
    found = words(text)
    return sum(word in _ENGLISH for word in found) >= max(2, len(found) // 4)
