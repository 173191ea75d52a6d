"""Questions about the references themselves: which source supports a statement, or comes from whom.

They are answered from the reference records, each of which holds its entry and the statements
that rest on it.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from answer.question import Question
from index.analysis import content_words, index_terms
from index.encoder import Encoder
from index.records import Where
from index.search import Mode, search
from index.store import Store
from ingest.records import Document

# The frame of such a question, which says nothing of what is asked for.
_FRAME = re.compile(
    r"\b(?:vilken|vilka|vilket|vad|var|vem|which|what)\b|"
    r"\b(?:käll(?:a|an|or|orna)|referens(?:en|er|erna)?|sources?|references?)\b|"
    r"\b(?:stöder|stödjer|styrker|belägger|bekräftar|ligger bakom|supports?|backs?|"
    r"uppgift(?:en|er|erna)?|påståendet|claims?|statement|artikeln?s?|"
    r"kommer|används|anges|hänvisas|finns|står|vilar|bygger|nummer|article)\b",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\bvilka\b|\balla\b|\bwhich (?:sources|references|of)\b|"
    r"\bav källorna\b|\bkällor\b|\breferenser\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:källa|referens|nummer|nr|reference|source|fotnot|not)\s*(?:nr|nummer)?\.? ?(\d{1,3})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A reference record found."""

    document_id: str
    score: float


@dataclass(frozen=True, slots=True)
class FoundSources:
    """Records, best first; the first ``matched`` of them are the answer (0: abstain)."""

    sources: list[Source]
    matched: int
    confidence: float
    timings_ms: dict[str, float] = field(default_factory=dict)


def search_references(
    store: Store,
    encoder: Encoder,
    question: Question,
    documents: frozenset[str],
    mode: Mode,
    dense_weight: float,
) -> FoundSources:
    """Find the reference records a question asks for.

    By number or publisher where it names one; otherwise the record whose entry or statements are
    most like what is asked about.
    """
    started = time.perf_counter()
    records = [
        d for d in store.documents()
        if d.kind == "reference" and (not documents or d.id.rpartition("#")[0] in documents)
    ]  # fmt: skip
    named = _by_number(question, records) or _by_publisher(question, records)
    looked_up = (time.perf_counter() - started) * 1000
    if named:
        found = [Source(d.id, 1.0) for d in named]
        timings = {"encode": 0.0, "search": round(looked_up, 2), "extract": 0.0}
        return FoundSources(found, len(found), 0.97, timings)
    topic = " ".join(_FRAME.sub(" ", question.text).split()).strip(" ?.!:") or question.text
    where = Where("reference", frozenset(d.id for d in records) if documents else frozenset())
    hits = search(store, encoder, topic, k=20, mode=mode, where=where, dense_weight=dense_weight)
    best: dict[str, float] = {}
    for hit in hits.hits:
        best.setdefault(hit.chunk.document_id, hit.score)
    found = [Source(document_id, score) for document_id, score in best.items()]
    timings = {
        "encode": round(hits.encode_ms, 2), "search": round(hits.search_ms + looked_up, 2),
        "extract": 0.0,
    }  # fmt: skip
    if not found:
        return FoundSources([], 0, 0.0, timings)
    asked = set(index_terms(" ".join(content_words(topic))))
    held = set(index_terms(store_text(store, found[0].document_id)))
    share = len(asked & held) / len(asked) if asked else 0.0
    sure = min(0.95, 0.4 + 0.6 * share)
    return FoundSources(found, 1 if sure >= 0.5 else 0, sure, timings)


def store_text(store: Store, document_id: str) -> str:
    """Return a record's text."""
    document = store.document(document_id)
    return document.text if document else ""


def _by_number(question: Question, records: list[Document]) -> list[Document]:
    numbers = {int(n) for n in _NUMBER.findall(question.text)}
    return [d for d in records if d.references[0].number in numbers]


def _by_publisher(question: Question, records: list[Document]) -> list[Document]:
    """Return the records of the publishers named, where several sources are asked for."""
    if not _MANY.search(question.text):
        return []
    asked = question.text.casefold()
    publishers = {d.publisher for d in records if d.publisher}
    named = {p for p in publishers if re.search(rf"\b{re.escape(p.casefold())}s?\b", asked)}
    return [d for d in records if d.publisher in named]
