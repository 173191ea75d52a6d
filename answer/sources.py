"""The sources that a question asks for, out of the documents' reference lists.

An entry is asked for by its number, or else found by evidence: each entry near the question's
topic, and each statement near it with the entries that it rests on, is weighed by how well it
covers the topic. A statement that rests on none is weighed too, so that where it is the likeliest
no source is named.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from answer.asked_source import AskedSource
from answer.confidence import logistic
from answer.evidence import Word, coverage, covered, weigh_words
from answer.question import Question, read_question
from answer.reference_lists import ReferenceLists, citing, place
from index.analysis import content_words, fold, index_terms, question_terms, stem, words
from index.encoder import Encoder, Vectors
from index.records import Hit, Where
from index.search import Mode, search
from index.store import Store
from ingest.records import Document, DocumentKind
from ingest.support import references_for

FEATURES = (
    "entry",  # it is an entry, not a statement
    "work",  # it is one, and the question speaks of a work
    "kind",  # it is one, and says of itself what the question calls it: «Recension: …»
    "maker",  # it is one, and the question names its publisher or author
    "title",  # it is one, and the question says its title
    "coverage",  # share of the topic's words in it and what it stands under, weighed by rarity
    "own",  # the same in it alone
    "lacking",  # the largest share of them that one word has which is not there at all
    "names",  # share of the topic's names and numbers that are not there
    "similarity",  # cosine to the topic, above 0.8, times 10
    "behind",  # how far that is behind the best, times 10
)
SIGNS = (1, 1, 1, 1, 1, 1, 1, -1, -1, 1, 1)
# What of an entry a question may name.
_SIGNS = ("title", "maker", "kind")
# How much less likely than the best another may be, where several are asked for.
_NEAR = 0.1
_PASSAGES, _ENTRIES = 10, 60
_BY_NUMBER = 0.97
# A writer as reference lists write one: «Ek A», «Ek, Anna».
_NAME = re.compile(r"[A-ZÅÄÖ][\w-]{2,}(?=,? [A-ZÅÄÖ]\b|, [A-ZÅÄÖ][\w-]+[,.])")
# A title of one word may be any word.
_TITLE = 2
# What an English topic covers of a Swedish text says nothing.
_FOREIGN = (0.5, 0.5, 0.3, 0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry or a statement with its evidence, and the ids of the records that it leads to."""

    records: tuple[str, ...]
    features: tuple[float, ...]
    score: float = 0.0

    def has(self, feature: str) -> bool:
        """Tell whether it has one of the features that are there or not."""
        return self.features[FEATURES.index(feature)] > 0


@dataclass(frozen=True, slots=True)
class FoundSources:
    """Ids of records, best first; the first ``matched`` are the answer (0: abstain).

    ``named`` says that the question names the best one's title, maker or kind.
    """

    records: tuple[str, ...]
    matched: int = 0
    confidence: float = 0.0
    named: bool = False
    timings_ms: dict[str, float] = field(default_factory=dict)


class Sources:
    """Looks for the sources that one question asks for."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        *,
        documents: Collection[str] = (),
        mode: Mode = "hybrid",
        dense_weight: float = 0.7,
    ) -> None:
        """``documents`` restricts them to the lists of some documents, unless it is empty."""
        self._store, self._encoder = store, encoder
        self._lists = ReferenceLists(store, documents)
        self._mode, self._dense_weight = mode, dense_weight
        self._vectors: dict[str, Vectors | None] = {}
        self._encoding = self._searching = 0.0

    def find(self, asked: AskedSource, weights: Mapping[str, Any]) -> FoundSources:
        """Return the sources asked for, none of them matched where that is too uncertain.

        ``weights`` are those of ``FEATURES`` by which candidates are ranked (``rank``) and by which
        the best is found to be right (``said``, with a bias), and the ``threshold`` of an answer.
        """
        started = time.perf_counter()
        asked, lists = self._at_home(asked)
        if asked.numbers:
            found = self._numbered(asked, lists)
        else:
            found = self._likeliest(asked, lists, weights)
        taken = (time.perf_counter() - started) * 1000 - self._encoding - self._searching
        timings = {"encode": self._encoding, "search": self._searching, "extract": taken}
        return replace(found, timings_ms={name: round(ms, 2) for name, ms in timings.items()})

    def candidates(self, asked: AskedSource) -> list[Candidate]:
        """Return the entries and statements near a topic, with their evidence, unranked."""
        return self._candidates(*self._at_home(asked))

    def _at_home(self, asked: AskedSource) -> tuple[AskedSource, ReferenceLists]:
        """Return the question and the lists, or the list that it says it means.

        What it says of that one is then no longer a part of what is asked for.
        """
        home = self._nearest_list(asked.about, self._lists) if content_words(asked.about) else ()
        if not home:
            return asked, self._lists
        topic = " ".join(asked.topic.replace(asked.about, " ").split())
        text = asked.text.replace(asked.about, " ")
        return (
            replace(asked, text=text, topic=topic if content_words(topic) else ""),
            self._lists.only(citing(home[0])),
        )

    def _nearest_list(self, topic: str, lists: ReferenceLists) -> tuple[str, ...]:
        """Return the entries of the document with a list that is nearest to a topic."""
        hits = self._search(topic, "document", _PASSAGES, lists.documents)
        found = (lists.of(hit.chunk.document_id) for hit in hits)
        return next((entries for entries in found if entries), ())

    def _likeliest(
        self, asked: AskedSource, lists: ReferenceLists, weights: Mapping[str, Any]
    ) -> FoundSources:
        if asked.section and asked.sure and (cited := lists.cited_under(asked.topic)):
            return FoundSources(cited, len(cited), _BY_NUMBER, named=True)
        ranked = rank(self._candidates(asked, lists), weights["rank"])
        best = next(iter(ranked), None)
        named = best is not None and any(best.has(sign) for sign in _SIGNS)
        if asked.many and not named and (whole := _whole(asked, lists, best)):
            return FoundSources(whole, len(whole), _BY_NUMBER, named=True)
        if best is None or not (named or content_words(asked.topic)):
            return FoundSources(tuple(i for c in ranked for i in c.records))
        if asked.many and asked.sure and not named:
            return self._several(ranked, weights)
        chosen = _chosen(asked, ranked)
        others = (i for c in ranked for i in c.records)
        sure = probability(best, weights["said"])
        if asked.writer and not any(self._written(i) for i in chosen):
            sure = 0.0
        matched = len(chosen) if sure >= weights["threshold"] else 0
        return FoundSources(tuple(dict.fromkeys([*chosen, *others])), matched, sure, named)

    def _several(self, ranked: Sequence[Candidate], weights: Mapping[str, Any]) -> FoundSources:
        """Return the sources of all that is likely enough in the best one's document."""
        leading = [c for c in ranked if c.records]
        sure = [probability(c, weights["said"]) for c in leading]
        if not leading:
            return FoundSources(())
        home, least = citing(leading[0].records[0]), max(weights["threshold"], sure[0] - _NEAR)
        likely = {i for c, p in zip(leading, sure, strict=True) if p >= least for i in c.records}
        chosen = sorted((i for i in likely if citing(i) == home), key=place)
        others = (i for c in leading for i in c.records)
        return FoundSources(tuple(dict.fromkeys([*chosen, *others])), len(chosen), sure[0])

    def _written(self, record_id: str) -> bool:
        """Tell whether an entry names its writer."""
        record = self._document(record_id)
        return _NAME.search(record.text.partition("\n")[0].replace(record.title, " ")) is not None

    def _numbered(self, asked: AskedSource, lists: ReferenceLists) -> FoundSources:
        """Return the entries of the numbers asked for, in the document that the topic is about."""
        about = content_words(asked.topic)
        near = self._nearest_list(asked.topic, lists) if about else lists.entries()
        wanted = tuple(i for i in near if place(i)[1] in asked.numbers)
        found = tuple(dict.fromkeys([*wanted, *near]))
        return FoundSources(found, len(wanted), _BY_NUMBER if wanted else 0.0, named=True)

    def _candidates(self, asked: AskedSource, lists: ReferenceLists) -> list[Candidate]:
        near: list[tuple[tuple[str, ...], str, str, float, tuple[bool, ...]]] = []
        question = read_question(asked.topic)
        allowed = frozenset(i for document in lists.documents for i in lists.of(document))
        sought = asked.topic or asked.about
        if not sought or (lists.documents and not allowed):
            return []
        for hit in self._search(sought, "reference", _ENTRIES, allowed):
            record = self._document(hit.chunk.document_id)
            entry = min(hit.units, key=lambda unit: unit.chunk.start)
            text = record.text.partition("\n")[0]
            home = self._document(citing(record.id)).title
            named = _named(asked, record, home)
            near.append(((record.id,), text, home, entry.similarity, named))
        if not near:
            return []
        for hit in self._search(sought, "document", _PASSAGES, lists.documents):
            document = self._document(hit.chunk.document_id)
            for unit in hit.units:
                rests_on = references_for(document, unit.chunk.start, unit.chunk.end)
                ids = tuple(f"{document.id}#{reference.number}" for reference in rests_on)
                above = f"{hit.chunk.about}\n{unit.chunk.context}"
                near.append((ids, unit.chunk.text, above, unit.similarity, (False,) * 5))
        topic = self._words(question)
        best = max((likeness for *_, likeness, _ in near), default=0.0)
        return [
            Candidate(
                ids,
                (
                    *map(float, named),
                    *(_FOREIGN if question.english else _covering(asked.topic, topic, text, above)),
                    (likeness - 0.8) * 10, (likeness - best) * 10,
                ),
            )
            for ids, text, above, like, named in near
            # What is only said of the list tells its entries not apart.
            for likeness in (like if asked.topic else best,)
        ]  # fmt: skip

    def _search(
        self, text: str, kind: DocumentKind, k: int, documents: frozenset[str]
    ) -> list[Hit]:
        found = search(
            self._store, self._encoder, text, k=k, mode=self._mode,
            where=Where(kind, documents), dense_weight=self._dense_weight,
            vector=self._vectors.get(text),
        )  # fmt: skip
        self._vectors[text] = found.vector
        self._encoding += found.encode_ms
        self._searching += found.search_ms
        return found.hits

    def _words(self, question: Question) -> tuple[Word, ...]:
        frequency = self._store.term_frequency([t.text for t in question_terms(question.content)])
        return weigh_words(question, frequency, self._store.passages(), {})

    def _document(self, document_id: str) -> Document:
        document = self._store.document(document_id)
        if document is None:
            raise KeyError(document_id)
        return document


def _covering(
    text: str, topic: Sequence[Word], own_text: str, above: str
) -> tuple[float, float, float, float]:
    """Return how well the topic's words are covered: the features from coverage to names."""
    own = set(index_terms(own_text))
    whole = own | set(index_terms(above))
    total = sum(word.weight for word in topic) or 1.0
    names = [w for w in topic if w.text[0].isdigit() or _capital(text, w.text)]
    return (
        coverage(topic, whole),
        coverage(topic, own),
        max((w.weight * (1 - covered(w, whole)) for w in topic), default=0.0) / total,
        1.0 - coverage(names, whole) if names else 0.0,
    )


def _named(asked: AskedSource, record: Document, home: str) -> tuple[bool, ...]:
    """Return whether a record is an entry, a work, of its kind, of its maker and of its title."""
    said = _plain(asked.text)
    entry = record.text.partition("\n")[0]
    title = _plain(record.title)
    outside = entry.replace(record.title, " ")
    people = {*_plain(" ".join(_NAME.findall(outside)))} - {*_plain(home)}
    publisher = _plain(record.publisher or "")
    return (
        True,
        bool(asked.works),
        any(stem(work) in map(stem, words(entry)) for work in asked.works),
        bool(publisher and _stands(publisher, said)) or bool(people & {*said}),
        len(title) >= _TITLE and _stands(title, said),
    )


def _plain(text: str) -> list[str]:
    """Return a text's words without the marks on their letters, which a question may lack."""
    return [fold(word) for word in words(text)]


def _stands(name: Sequence[str], said: Sequence[str]) -> bool:
    """Tell whether a name's words stand in a row, the last perhaps in the genitive."""
    *first, last = name
    runs = (said[at : at + len(name)] for at in range(len(said) - len(name) + 1))
    return any(run[:-1] == first and run[-1] in (last, f"{last}s") for run in runs)


def _capital(text: str, word: str) -> bool:
    at = text.casefold().find(word)
    return at >= 0 and text[at].isupper()


def _chosen(asked: AskedSource, ranked: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the best one's records, or all in its list that share what the question names."""
    best = ranked[0]
    for sign in _SIGNS:
        if sign == "kind" and asked.topic:
            break  # «Vilka rapporter handlar om broar?» asks for some of that kind
        if best.has(sign) and (asked.many or sign == "title"):
            home = citing(best.records[0])
            alike = (c.records[0] for c in ranked if c.has(sign))
            return tuple(sorted((i for i in alike if citing(i) == home), key=place))
    return best.records


def _whole(asked: AskedSource, lists: ReferenceLists, best: Candidate | None) -> tuple[str, ...]:
    """Return every entry, where nothing is said of those asked for but whose list it is."""
    if not content_words(asked.topic):
        return lists.entries()
    if not asked.works:
        return ()  # «Vilka källor handlar om broar?» asks for some
    homes = {citing(record) for record in best.records[:1]} if best else set()
    return lists.titled(asked.topic, homes)


def rank(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> list[Candidate]:
    """Return candidates with their scores, the best first."""
    scored = [replace(c, score=_weighed(c, weights)) for c in candidates]
    return sorted(scored, key=lambda c: -c.score)


def probability(candidate: Candidate, weights: Mapping[str, float]) -> float:
    """Return the probability (0..1) that a candidate leads to what is asked for."""
    if not candidate.records:
        return 0.0
    return logistic(weights["bias"] + _weighed(candidate, weights))


def _weighed(candidate: Candidate, weights: Mapping[str, float]) -> float:
    return sum(weights[n] * value for n, value in zip(FEATURES, candidate.features, strict=True))
