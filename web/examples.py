"""Questions that the sources can answer, drawn from their own headings and facts.

Each one is asked before it is offered: what is not answered is not offered.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from answer import Answer, Passage
from index.analysis import content_words, index_terms
from ingest.records import Block, Document, Span

_FACT = re.compile(r"Antal (.+?)((?: (?:under|i|på|vid|från|kopplat) .+)?)")
_COST = re.compile(r"(?:Kostnad|\w+kostnad)\b[^,]*")
_NUMBERED = re.compile(r"\d+\. ([\w-]+)(?: – .+)?")

# Of each document so many are considered, and of all together so many are asked at most.
_PER_DOCUMENT = 40
_ASKED = 12


class Engine(Protocol):
    """What this needs of an answerer."""

    def ask(self, question: str) -> Answer: ...

    def documents(self) -> list[Document]: ...

    def document(self, document_id: str) -> Document: ...


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and where what it asks about stands in a document."""

    question: str
    at: Span


class Examples:
    """Finds questions to offer, and remembers which the sources answer. Shared by threads.

    What is remembered holds for a generation of the index, which the caller names.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._generation = -1
        self._answered: dict[str, bool] = {}
        self._first: list[str] | None = None
        self._lock = threading.Lock()

    def first(self, generation: int, count: int = 5) -> list[str]:
        """Return questions to begin with, from as many documents as there is room for."""
        with self._lock:
            self._renew(generation)
            if self._first is None:
                documents = [d for d in self._engine.documents() if d.kind == "document"]
                self._first = self._chosen(_in_turn([_leading(d) for d in documents]), count)
            return self._first

    def near(self, passages: Sequence[Passage], generation: int, count: int = 3) -> list[str]:
        """Return questions about what stands nearest some passages, most alike first."""
        with self._lock:
            self._renew(generation)
            terms = {t for p in passages for t in index_terms(" ".join([*p.section, p.text]))}
            found: dict[str, tuple[float, int]] = {}
            for place in {p.document.id.partition("#")[0]: p.start for p in passages}.items():
                document = self._engine.document(place[0])
                for example in drawn(document)[:_PER_DOCUMENT]:
                    asked = set(index_terms(" ".join(content_words(example.question))))
                    likeness = len(asked & terms) / max(1, len(asked))
                    apart = abs(example.at.start - place[1])
                    found.setdefault(example.question, (-round(likeness, 2), apart))
            return self._chosen(sorted(found, key=lambda q: (found[q], q)), count)

    def _renew(self, generation: int) -> None:
        if generation != self._generation:
            self._generation, self._answered, self._first = generation, {}, None

    def _chosen(self, questions: Sequence[str], count: int) -> list[str]:
        chosen: list[str] = []
        for question in questions[:_ASKED]:
            if question not in self._answered:
                self._answered[question] = self._engine.ask(question).answered
            if self._answered[question]:
                chosen.append(question)
            if len(chosen) == count:
                break
        return chosen


def drawn(document: Document) -> list[Example]:
    """Return every question that a document's facts and headings ask, in its order."""
    found = []
    for block in document.blocks:
        if question := _question(document, block):
            found.append(Example(question, block.span))
    return list({example.question: example for example in found}.values())


def _leading(document: Document) -> list[str]:
    """Return a document's questions: its first facts', then its headings', then the rest."""
    facts: list[str] = []
    asking: list[str] = []
    topics: list[str] = []
    for block in document.blocks:
        if question := _question(document, block):
            kind = facts if block.kind == "fact" else asking if question[-1:] == "?" else topics
            kind.append(question)
    ordered = [*facts[:3], *asking[:2], *topics[:2], *facts[3:], *asking[2:], *topics[2:]]
    return list(dict.fromkeys(ordered))


def _in_turn(lists: Sequence[Sequence[str]]) -> list[str]:
    """Return the first of each list, then the second of each, and so on, without repeats."""

    def each() -> Iterator[str]:
        for place in range(max(map(len, lists), default=0)):
            yield from (questions[place] for questions in lists if place < len(questions))

    return list(dict.fromkeys(each()))


def _question(document: Document, block: Block) -> str | None:
    if block.kind == "fact" and block.label:
        return _from_label(document.text[block.label.start : block.label.end])
    if block.kind != "heading" or block.level < 2:
        return None
    heading = document.text[block.span.start : block.span.end]
    if heading.endswith("?"):
        return heading
    match = _NUMBERED.fullmatch(heading)
    return f"Vad står det om {match[1]}?" if match else None


def _from_label(label: str) -> str | None:
    """Return the question that a fact's label answers: «Antal X» asks how many X."""
    if match := _FACT.fullmatch(label):
        return f"Hur många {match[1]} var det{match[2]}?"
    if _COST.fullmatch(label):
        return f"Hur stor var {label[0].lower()}{label[1:]}?"
    return None
