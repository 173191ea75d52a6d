"""Synthetic Swedish passages with vectors that have neighbours, the same for a seed and a size.

A document is about a topic; topics are of very uneven size, as real ones are. Its passages are one
sentence each under a heading of its own, so that each is a single unit and has a single vector.
Words come from the frequency list, by frequency, some of them the topic's own. Vectors lie around a
common direction, as those of sentence encoders do, at their topic's centre, their document's
place by it, and some way off in directions of their own; a question lies near its passage.

How far off is set so that neighbours lie much as the bundled model lays them, rather farther
apart: in its vectors of the 167 chunks of the corpus the local dimension is 7 to 10, and 15 to 24
seen from 200 questions (here 12 to 17, and 15 to 22).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.analysis import lexicon
from index.encoder import Vectors, unit
from ingest.records import Block, Document, Span

DIMENSIONS = 384
PASSAGES = 10
_WORDS_OF_TOPIC = 30
_TEMPLATES = (
    "i {} har {} för {} blivit {} sedan {} av {} i {} togs över av {} med {} och {}",
    "enligt {} ska {} och {} senast vid {} ha {} den {} som {} har fått av {} för {}",
    "när {} inte längre {} beslutade {} att {} skulle {} till dess att {} är {} hos {}",
    "det är {} som {} för {} mellan {} och {}, medan {} svarar för {} och {} under {}",
    "av {} framgår att {} under {} har {} mer än {}, trots att {} var {} med {} om {}",
)
_HEADINGS = ("Om {} och {}", "{} för {}", "Så {} {}", "{} i {}", "Frågor om {} och {}")


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its vector, and the document that it was made from."""

    text: str
    vector: Vectors
    document_id: str


class Collection:
    """A collection of a number of passages; a document holds ten, one in twenty a single record."""

    def __init__(self, size: int, seed: int = 1) -> None:
        self.documents = max(1, size // PASSAGES)
        self._seed = seed
        self._topics = max(5, size // 200)
        self._words = [w for w in lexicon() if w.isalpha() and len(w) > 2]
        self._weights = list(itertools.accumulate(lexicon()[w] for w in self._words))
        draw = np.random.default_rng([seed, 0])
        self._mean = unit(draw.standard_normal(DIMENSIONS))[0]
        self._centres = _directions(draw, self._topics)
        # Own directions are few, so that passages of a topic spread without being alone.
        self._axes = _directions(draw, 16)

    def document(self, number: int) -> Document:
        """Return a document by number; those past the collection's own are new to it."""
        chosen = random.Random(f"{self._seed} {number}")
        topic = self._topic_words(self._topic(number))
        drawn = chosen.choices(self._words, cum_weights=self._weights, k=30 * PASSAGES)
        words = iter([w if chosen.random() > 0.3 else chosen.choice(topic) for w in drawn])
        lines, blocks = [f"Dokument {number}"], []
        at = len(lines[0]) + 2
        for _ in range(PASSAGES):
            clauses = chosen.sample(_TEMPLATES, 2)
            for line, level in (
                (_filled(chosen.choice(_HEADINGS), words), 2),
                (_filled(f"{clauses[0]}, och {clauses[1]}.", words), 0),
            ):
                span = Span(at, at + len(line))
                blocks.append(Block("heading" if level else "paragraph", span, level))
                lines.append(line)
                at = span.end + 2
        name = f"{number // 1000:04}/{number:07}.txt"
        return Document(name, lines[0], "\n\n".join(lines), tuple(blocks))

    def vectors(self, number: int) -> Vectors:
        """Return the vectors of a document's passages, float32 (10, 384)."""
        draw = np.random.Generator(np.random.SFC64([self._seed, number]))
        own = draw.standard_normal((PASSAGES, len(self._axes)), dtype=np.float32) @ self._axes
        noise = draw.standard_normal((PASSAGES + 1, DIMENSIONS), dtype=np.float32)
        noise /= np.sqrt(DIMENSIONS)
        centre = self._mean + 0.35 * self._centres[self._topic(number)] + 0.2 * noise[PASSAGES]
        return unit(centre + 0.08 * own + 0.12 * noise[:PASSAGES])

    def questions(self, count: int) -> list[Question]:
        """Return questions, each near a passage drawn by chance and with some of its words."""
        chosen = random.Random(f"{self._seed} questions")
        return [self.question(chosen.randrange(self.documents), chosen) for _ in range(count)]

    def question(self, number: int, chosen: random.Random) -> Question:
        """Return a question on a passage of a document."""
        place = chosen.randrange(PASSAGES)
        document = self.document(number)
        span = document.blocks[2 * place + 1].span
        words = [w.strip(".,") for w in document.text[span.start : span.end].split()]
        asked = chosen.sample([w for w in words if len(w) > 3], 6)
        draw = np.random.default_rng([self._seed, 1, number, place])
        noise = draw.standard_normal(DIMENSIONS, dtype=np.float32) / np.sqrt(DIMENSIONS)
        vector = unit(self.vectors(number)[place] + 0.4 * noise)[0]
        return Question(f"Hur är det med {' '.join(asked)}?", vector, document.id)

    def _topic(self, number: int) -> int:
        share = random.Random(f"{self._seed} topic {number}").random()
        return int(self._topics * share**2)

    def _topic_words(self, topic: int) -> Sequence[str]:
        chosen = random.Random(f"{self._seed} words {topic}")
        return chosen.choices(self._words[200:], k=_WORDS_OF_TOPIC)


def _filled(template: str, words: Iterator[str]) -> str:
    line = "".join(part + next(words) for part in template.split("{}")[:-1])
    line += template.rpartition("{}")[2]
    return line[0].upper() + line[1:]


def _directions(draw: np.random.Generator, count: int) -> Vectors:
    return unit(draw.standard_normal((count, DIMENSIONS), dtype=np.float32))
