"""From a question to an Answer: the one facade."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from answer import confidence
from answer.agreement import relate
from answer.asked_source import AskedSource, read_asked_source
from answer.candidates import (
    READ,
    Candidate,
    first_of_each,
    place_statements,
    read_candidates,
    with_rivals,
)
from answer.evidence import FEATURES, Statement, Word, gather, weigh_words
from answer.extract import Extract
from answer.followup import resolve
from answer.question import Question, is_english, read_question
from answer.reader import FOLDER, Reader
from answer.records import Answer, Citation, Passage, Step
from answer.sources import Candidate as SourceCandidate
from answer.sources import FoundSources, Sources
from answer.spelling import repair
from index.abbreviations import alternatives
from index.analysis import Term, question_terms, stem, words
from index.encoder import Encoder, SentenceTransformerEncoder
from index.models import bundled_model
from index.records import Where
from index.search import Mode, search
from index.sync import open_store
from ingest.errors import KallsvarError
from ingest.records import Document, Span
from ingest.support import references_for
from settings import Settings

WEIGHTS = Path(__file__).with_name("weights.json")
_CANDIDATES = 10
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question as read, its weighed words, the statements found, and what it took (ms)."""

    question: Question
    words: tuple[Word, ...]
    statements: list[Statement]
    encode_ms: float
    search_ms: float
    extract_ms: float


class Answerer:
    """Answers questions from the index of some settings. Safe to share between threads.

    Raises KallsvarError where there is no index yet, or the model cannot be loaded.
    """

    def __init__(
        self, settings: Settings, *, encoder: Encoder | None = None, reader: Reader | None = None
    ) -> None:
        """Another encoder brings its own reader, or none."""
        self.settings = settings
        self._store = open_store(settings)
        self._encoder = encoder or SentenceTransformerEncoder(settings.model, settings.models_dir)
        self._reader = reader
        self._unread = encoder is None and reader is None and settings.reader
        self._lock = threading.Lock()
        self._weights: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        if not self._store.generation:
            raise KallsvarError("Det finns inget index än. Kör «python -m ingest» först.")

    def ask(
        self,
        question: str,
        *,
        id: str | None = None,
        k: int = 5,
        step: Step = "reader",
        sources: Sequence[str] | None = None,
        previous: Answer | None = None,
    ) -> Answer:
        """Answer a question with up to ``k`` passages, or abstain with the nearest ones.

        ``sources`` restricts the search to documents by id. ``previous`` is the answer that a
        follow-up question refers back to.
        """
        started = time.perf_counter()
        text = " ".join(_CONTROL.sub(" ", question).split())
        if message := self._unreadable(text):
            return _abstain(id, question, message=message)
        with self._lock:
            self._store.refresh()
            whole = text if previous is None else _made_whole(text, previous)
            read = repair(whole, self._store.vocabulary(), english=is_english(whole))
            answer = self._answer(read_question(read), id, k, step, frozenset(sources or ()))
        answer = replace(answer, question=question, read_as=read if read != text else None)
        answer.timings_ms["total"] = round((time.perf_counter() - started) * 1000, 2)
        return answer

    def document(self, document_id: str) -> Document:
        """Return a document. Raises KallsvarError where there is none of that id."""
        self._store.refresh()
        found = self._store.document(document_id)
        if found is None:
            raise KallsvarError(f"Dokumentet «{document_id}» finns inte i indexet.")
        return found

    def documents(self) -> list[Document]:
        """Return the documents in the index, by id."""
        self._store.refresh()
        return self._store.documents()

    def warm(self) -> None:
        """Load what the first question would have to wait for."""
        self._encoder.question("värm upp")
        if reader := self.reader:
            reader.read("Värm upp?", ["Värm upp."])

    @property
    def encoder(self) -> Encoder:
        """What the questions are encoded with, for a sync to share."""
        return self._encoder

    @property
    def reader(self) -> Reader | None:
        """The reader, loaded when first asked for; None where there is none."""
        if self._unread:
            self._unread = False
            try:
                self._reader = Reader.load(FOLDER, bundled_model(self.settings.models_dir))
            except (OSError, ValueError, KeyError) as error:
                raise KallsvarError(
                    f"Läsaren i {FOLDER} gick inte att läsa in ({type(error).__name__}). "
                    "Installera om Källsvar, eller stäng av den med KALLSVAR_READER=false."
                ) from error
        return self._reader

    def _unreadable(self, text: str) -> str | None:
        if not text:
            return "Skriv en fråga, så letar jag i dokumenten."
        if len(text) > self.settings.max_question:
            return (
                f"Frågan är för lång ({len(text)} tecken). Skriv den kortare, med högst "
                f"{self.settings.max_question} tecken."
            )
        if not re.search(r"\w", text):
            return "Jag hittar ingen fråga i texten. Skriv den med ord, gärna en hel mening."
        return None

    def _answer(
        self, question: Question, id: str | None, k: int, step: Step, documents: frozenset[str]
    ) -> Answer:
        asked = read_asked_source(question.text)
        found = self._sources_for(asked, step, documents) if asked else None
        if asked and asked.sure and found and found.records:
            return self._source_answer(question, id, k, found)
        answer = self._text_answer(question, id, k, step, documents)
        if asked and found and found.matched:
            surer = found.named and found.confidence >= answer.confidence
            likelier = asked.likely and not _names(question.focus, answer.short_answer)
            if surer or likelier or not answer.answered:
                return self._source_answer(question, id, k, found)
        return answer

    def _sources_for(
        self, asked: AskedSource, step: Step, documents: frozenset[str]
    ) -> FoundSources:
        return self._sources(documents, _mode(step)).find(asked, self._weights["sources"])

    def _text_answer(
        self, question: Question, id: str | None, k: int, step: Step, documents: frozenset[str]
    ) -> Answer:
        mode = _mode(step)
        read = self._read(question, k, mode, documents)
        at = time.perf_counter()
        found = self._candidates(read, k, step)
        answer = self._compose(question, id, k, read.words, found)
        answer.timings_ms.update(_timings(read, time.perf_counter() - at))
        return answer

    def source_candidates(self, question: str) -> list[SourceCandidate]:
        """Return what may lead to the sources that a question asks for; nothing for another."""
        self._store.refresh()
        text = repair(question, self._store.vocabulary(), english=is_english(question))
        asked = read_asked_source(text)
        return self._sources(frozenset(), "hybrid").candidates(asked) if asked else []

    def _sources(self, documents: frozenset[str], mode: Mode) -> Sources:
        return Sources(
            self._store, self._encoder, documents=documents, mode=mode,
            dense_weight=self.settings.dense_weight,
        )  # fmt: skip

    def evidence(self, question: str) -> Evidence:
        """Return a question's words and every statement found with its evidence, unranked.

        This is what the weights are fitted on.
        """
        self._store.refresh()
        text = repair(question, self._store.vocabulary(), english=is_english(question))
        return self._read(read_question(text), _CANDIDATES, "hybrid", frozenset())

    def candidates(
        self, question: str, step: Step = "reader", *, all_of: bool = False
    ) -> list[Candidate]:
        """Return the best candidates for a question, best first; with ``all_of``, all read."""
        return self._candidates(self.evidence(question), _CANDIDATES, step, all_of=all_of)

    def shortlist(self, question: str) -> list[Candidate]:
        """Return the candidates that a reader would read, in the rules' order."""
        read = self.evidence(question)
        return self._placed(read, self._ranked(read, "statements")[:READ])

    def confidence_features(self, question: str, step: Step = "reader") -> tuple[float, ...] | None:
        """Return the evidence for the best candidate; None where there is nothing to weigh."""
        read = self.evidence(question)
        asked = read_asked_source(read.question.text)
        if asked and asked.sure:
            return None
        found = self._candidates(read, _CANDIDATES, step)
        if not found or not read.words:
            return None
        return confidence.features(read.question, read.words, found)

    @property
    def weights(self) -> dict[str, Any]:
        """The weights in use, as ``weights.json`` holds them."""
        return self._weights

    def reweigh(self, weights: dict[str, Any]) -> None:
        """Use other weights."""
        self._weights = weights

    def _read(self, question: Question, k: int, mode: Mode, documents: frozenset[str]) -> Evidence:
        other = alternatives(question.content, self._store.abbreviations())
        found = search(
            self._store,
            self._encoder,
            question.text,
            k=max(k, _CANDIDATES),
            mode=mode,
            where=Where("document", documents),
            dense_weight=self.settings.dense_weight,
            extra=[term for terms in other.values() for term in terms],
        )
        at = time.perf_counter()
        words = self._words(question, other)
        local = {
            document: self._words(question, other, document)
            for document in dict.fromkeys(hit.chunk.document_id for hit in found.hits)
        }
        statements = gather(question, words, local, found.hits)
        elapsed = (time.perf_counter() - at) * 1000
        return Evidence(question, words, statements, found.encode_ms, found.search_ms, elapsed)

    def _words(
        self,
        question: Question,
        other: Mapping[str, tuple[Term, ...]],
        document: str | None = None,
    ) -> tuple[Word, ...]:
        """Return the question's words as weighed in the corpus, or in one document of it."""
        terms = [t.text for t in question_terms(question.content)]
        if document is None:
            passages, frequency = self._store.passages(), self._store.term_frequency(terms)
        else:
            passages, frequency = self._store.term_frequency_in(document, terms)
        return weigh_words(question, frequency, passages, other)

    def _read_closely(self, question: Question, one: Candidate) -> Candidate:
        reader = self.reader
        return read_candidates(reader, question, [one], 0.0)[0] if reader else one

    def _candidates(
        self, read: Evidence, k: int, step: Step, *, all_of: bool = False
    ) -> list[Candidate]:
        """Return at most k candidates, and as many as the reader reads, best first."""
        ranked = self._ranked(read, step)
        reader = self.reader if step == "reader" else None
        if reader is None:
            return self._placed(read, first_of_each(ranked)[:k])
        shortlist = self._placed(read, ranked[:READ])
        rank = self._weights["reader"]["rank"]
        in_order = read_candidates(reader, read.question, shortlist, rank, all_of=all_of)
        found = with_rivals(read.question, in_order)
        held = {c.statement.hit.chunk.id for c in found}
        others = [s for s in first_of_each(ranked) if s.hit.chunk.id not in held]
        return [*found, *self._placed(read, others[: max(0, k - len(found))])]

    def _placed(self, read: Evidence, statements: Sequence[Statement]) -> list[Candidate]:
        return place_statements(read.question, read.words, statements, self.document)

    def _ranked(self, read: Evidence, step: Step) -> list[Statement]:
        """Return the statements found, best first."""
        weights = self._weights["statement"]
        scored = []
        for statement in read.statements:
            pairs = zip(FEATURES, statement.features, strict=True)
            score = sum(weights[name] * value for name, value in pairs)
            scored.append(replace(statement, score=score))
        if step in ("dense", "terms", "hybrid"):
            # The search on its own is compared by its own ranking of passages.
            order = {s.hit.chunk.id: place for place, s in reversed(list(enumerate(scored)))}
            return sorted(scored, key=lambda s: (order[s.hit.chunk.id], -s.score))
        return sorted(scored, key=lambda s: (-s.score, s.hit.chunk.id, s.unit.chunk.start))

    def _compose(
        self,
        question: Question,
        id: str | None,
        k: int,
        words: tuple[Word, ...],
        found: list[Candidate],
    ) -> Answer:
        if not found or not words:
            return _abstain(id, question.text)
        values = confidence.features(question, words, found)
        weights = self._weights["reader" if found[0].reading else "rules"]
        there = confidence.probability(weights["said"], values)
        sure = there * confidence.probability(weights["right"], values)
        said = confidence.verdict(question, values, there, weights["threshold"])
        related = relate(question, found, lambda one: self._read_closely(question, one))
        passages = [
            replace(_cited(place + 1, candidate), relation=related.get(place))
            for place, candidate in enumerate(found[:k])
        ]
        first = passages[0]
        answered = said == "said"
        text = short = None
        if answered and first.answer_start is not None and first.answer_end is not None:
            document = self.document(first.document.id)
            text = document.text[first.answer_start : first.answer_end]
            if first.short_answer_start is not None:
                short = document.text[first.short_answer_start : first.short_answer_end]
        return Answer(
            id=id,
            question=question.text,
            answered=answered,
            confidence=round(sure, 4),
            answer=text,
            short_answer=short,
            passages=tuple(passages),
            timings_ms={},
            verdict=said,
            missing=() if answered else confidence.missing(words, found),
        )

    def _source_answer(
        self, question: Question, id: str | None, k: int, found: FoundSources
    ) -> Answer:
        passages = []
        for rank, record_id in enumerate(found.records[: max(k, found.matched)], start=1):
            record = self.document(record_id)
            entry = record.blocks[0].span
            at = record.text.index(record.title, *entry)
            title = Span(at, at + len(record.title))
            whole = Span(0, len(record.text))
            passages.append(passage(record, rank, whole, Extract(entry, entry, title), 0.0))
        answered = found.matched > 0
        answering = passages[: found.matched]
        titles = [p.text.partition("\n")[0] for p in answering]
        return Answer(
            id=id,
            question=question.text,
            answered=answered,
            confidence=round(found.confidence, 4),
            answer="\n".join(titles) if answered else None,
            short_answer=answering[0].document.title if len(answering) == 1 else None,
            passages=tuple(passages),
            timings_ms=found.timings_ms,
            verdict="said" if answered else "not_said",
        )


def _made_whole(text: str, previous: Answer) -> str:
    """Return a follow-up question as it stands on its own; another question as it is."""
    if previous.message:
        return text
    return resolve(text, previous.read_as or previous.question, previous.short_answer) or text


def _mode(step: Step) -> Mode:
    return step if step in ("dense", "terms") else "hybrid"


def _cited(rank: int, candidate: Candidate) -> Passage:
    chunk = candidate.statement.hit.chunk
    at = Span(chunk.start, chunk.end)
    return passage(candidate.document, rank, at, candidate.place, candidate.score)


def passage(document: Document, rank: int, at: Span, place: Extract, score: float) -> Passage:
    """Return a passage with the answer's place, widened to hold all of the answer."""
    start, end = min(at.start, place.answer.start), max(at.end, place.answer.end)
    short = place.short
    return Passage(
        rank=rank,
        text=document.text[start:end],
        start=start,
        end=end,
        answer_start=place.answer.start,
        answer_end=place.answer.end,
        short_answer_start=short.start if short else None,
        short_answer_end=short.end if short else None,
        section=document.section(start),
        page=document.page(start),
        score=round(score, 4),
        document=Citation(document.id, document.title, document.publisher, document.url),
        references=document.references
        if document.kind == "reference"
        else references_for(document, place.core.start, place.core.end),
    )


def _names(sort: str | None, answer: str | None) -> bool:
    """Tell whether an answer is called what is asked for: «slutrapporten» of «vilken rapport»."""
    return bool(sort and answer and any(stem(w).endswith(stem(sort)) for w in words(answer)))


def _abstain(id: str | None, question: str, *, message: str | None = None) -> Answer:
    return Answer(
        id=id, question=question, answered=False, confidence=0.0, answer=None, short_answer=None,
        passages=(), timings_ms={"encode": 0.0, "search": 0.0, "extract": 0.0, "total": 0.0},
        verdict="out_of_subject", message=message,
    )  # fmt: skip


def _timings(read: Evidence, extract_seconds: float) -> dict[str, float]:
    return {
        "encode": round(read.encode_ms, 2),
        "search": round(read.search_ms, 2),
        "extract": round(read.extract_ms + extract_seconds * 1000, 2),
    }
