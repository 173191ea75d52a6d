"""Files in SQuAD's layout to the reader's training windows, and what is held out of them."""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from answer.reader.windows import Pieces, cuts, pieces, question_ids, room_for, window
from index.analysis import STOPWORDS, stem, words
from ingest.sentences import sentence_spans

SQUAD = "reading/squad_v2_sv_27_articles.json"
SWEQUAD = "swequad/train.json"
NORWEGIAN = "reading/norquad.json"
ENGLISH = "reading/squadshifts_new_wiki.json"
HELD_ARTICLES = 5
HELD_SHARE = 0.15
_NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Pair:
    """A question on a passage. ``answers`` are (start, text); ``plausible`` looks like one."""

    question: str
    passage: str
    group: str
    answers: tuple[tuple[int, str], ...]
    plausible: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One training window: the span's first and last place (or -1), its weight, and whether the
    answer is absent.

    Windows of one ``question`` (its number; -1 alone) stay in one batch and are ranked.
    """

    ids: list[int]
    offset: int
    start: int
    end: int
    weight: float
    absent: bool
    question: int = -1


@dataclass(frozen=True, slots=True)
class Mix:
    """How often each file is passed, the shares of questions given a negative, and the share of
    windows cut down to a few sentences.

    ``removed`` and ``renamed`` are the shares of answerable questions that are also seen with the
    sentences of their answer taken out of the passage, and with a name or number of theirs
    exchanged for another of the passage: near misses, where all but the answer is there.
    """

    squad: float = 2.5
    swequad: float = 3.0
    english: float = 0.7
    norwegian: float = 0.5
    squad_negatives: float = 0.15
    other_negatives: float = 0.25
    crop: float = 0.0
    removed: float = 0.0
    renamed: float = 0.0


def read_pairs(path: Path) -> list[Pair]:
    """Return a file's questions; spans that do not stand where they should are dropped."""
    found = []
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            # NorQuAD's titles repeat over its texts.
            group = f"{number}:{article.get('title', '')}"
            for qa in paragraph["qas"]:
                if not qa["question"].strip():
                    continue
                answers = [(a["answer_start"], a["text"]) for a in qa["answers"] if a["text"]]
                right = tuple(dict.fromkeys(a for a in answers if context.startswith(a[1], a[0])))
                if not right and not qa["is_impossible"]:
                    continue
                guesses = qa.get("plausible_answers") or []
                plausible = next(filter(None, (_placed(context, g) for g in guesses)), None)
                found.append(Pair(qa["question"], context, group, right, plausible))
    return found


def _placed(context: str, answer: dict[str, Any]) -> tuple[int, str] | None:
    """Where an answer stands: as said, or at its only occurrence."""
    start, text = answer["answer_start"], answer["text"]
    if text and not context.startswith(text, start):
        start = context.find(text) if context.count(text) == 1 else -1
    return (start, text) if text and start >= 0 else None


def held_out(pairs: Sequence[Pair], path: str) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to train on and those held out, by article or text.

    Of the Swedish SQuAD file five whole articles, of SweQUAD 15 % of the texts, chosen by a hash
    of their names; of the others none.
    """
    groups = sorted({p.group for p in pairs}, key=lambda g: hashlib.sha256(g.encode()).hexdigest())
    count = {SQUAD: HELD_ARTICLES, SWEQUAD: math.ceil(HELD_SHARE * len(groups))}.get(path, 0)
    held = set(groups[:count])
    return [p for p in pairs if p.group not in held], [p for p in pairs if p.group in held]


class Lookalikes:
    """Passages that share a question's words (BM25, k1 1.2, b 0.75)."""

    def __init__(self, passages: Iterable[str]) -> None:
        self.passages = list(dict.fromkeys(passages))
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        counts = [Counter(_stems(p)) for p in self.passages]
        sizes = [sum(c.values()) for c in counts]
        mean = sum(sizes) / max(len(sizes), 1)
        for number, (count, size) in enumerate(zip(counts, sizes, strict=True)):
            for term, times in count.items():
                gain = times * 2.2 / (times + 1.2 * (0.25 + 0.75 * size / mean))
                self._postings[term].append((number, gain))

    def find(self, question: str, answers: Iterable[str], own: str, k: int = 3) -> list[str]:
        """Return the best ``k`` passages but its own that lack the answers' texts."""
        scores: dict[int, float] = defaultdict(float)
        for term in set(_stems(question)):
            held = self._postings.get(term, [])
            rarity = math.log(1 + (len(self.passages) - len(held) + 0.5) / (len(held) + 0.5))
            for number, gain in held:
                scores[number] += rarity * gain
        found = []
        lowered = [a.casefold() for a in answers]
        for number in sorted(scores, key=lambda n: (-scores[n], n)):
            passage = self.passages[number]
            if passage != own and not any(a in passage.casefold() for a in lowered):
                found.append(passage)
                if len(found) == k:
                    break
        return found


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text) if word not in STOPWORDS]


def in_time(timed: Iterable[tuple[float, Sample]]) -> list[Sample]:
    """Return windows in the order of their times."""
    return [sample for _, sample in sorted(timed, key=lambda entry: entry[0])]


def timed_samples(
    folder: Path, tokenizer: Any, mix: Mix, chance: random.Random
) -> Iterator[tuple[float, Sample]]:
    """Yield the files' windows with their time (0..1): the foreign ones in the first 3/4."""
    shares = {
        SQUAD: (mix.squad, mix.squad_negatives, 1.0),
        SWEQUAD: (mix.swequad, mix.other_negatives, 1.0),
        ENGLISH: (mix.english, mix.other_negatives, 0.75),
        NORWEGIAN: (mix.norwegian, mix.other_negatives, 0.75),
    }
    for name, (passes, negatives, until) in shares.items():
        if not passes:
            continue
        pairs, _ = held_out(read_pairs(folder / name), name)
        maker = _Maker(pairs, tokenizer, chance, mix, by_group=name in (SQUAD, ENGLISH))
        for number in range(math.ceil(passes)):
            share = min(1.0, passes - number)
            for pair in chance.sample(pairs, round(share * len(pairs))):
                # A whole pass lies in its own stretch of the training.
                at = until * (number + share * chance.random()) / passes
                yield from ((at, sample) for sample in maker.make(pair, negatives))


class _Maker:
    """Makes one file's windows."""

    def __init__(
        self,
        pairs: list[Pair],
        tokenizer: Any,
        chance: random.Random,
        mix: Mix,
        *,
        by_group: bool,
    ) -> None:
        self._chance = chance
        self._crop = mix.crop
        self._removed = mix.removed
        self._renamed = mix.renamed
        self._tokenizer = tokenizer
        self._by_group = by_group
        passages = list(dict.fromkeys(p.passage for p in pairs))
        self._pieces = dict(zip(passages, pieces(tokenizer, passages), strict=True))
        questions = list(dict.fromkeys(p.question for p in pairs))
        self._questions = dict(zip(questions, question_ids(tokenizer, questions), strict=True))
        grouped: dict[str, list[str]] = defaultdict(list)
        for pair in pairs:
            grouped[self._group(pair)].append(pair.passage)
        self._lookalikes = {group: Lookalikes(held) for group, held in grouped.items()}

    def _group(self, pair: Pair) -> str:
        return pair.group if self._by_group else ""

    def make(self, pair: Pair, negatives: float) -> Iterator[Sample]:
        question = self._questions[pair.question]
        held = self._pieces[pair.passage]
        room = room_for(question)
        span = None
        if pair.answers:
            span = _tokens(held, *self._chance.choice(pair.answers))
            if span is None or span[1] - span[0] >= room:
                return
        elif pair.plausible:
            span = _tokens(held, *pair.plausible)
        width = max(self._width(room), span[1] - span[0] + 2 if span else 0)
        yield self._window(question, held, min(width, room), span, absent=not pair.answers)
        if pair.answers:
            yield from self._near_misses(pair, question, held)
        if not pair.answers or self._chance.random() >= negatives:
            return
        # Half of them from the same text, where it is longer than a window.
        apart = [c for c in cuts(len(held.ids), self._width(room)) if not _holds(held, c, pair)]
        if apart and self._chance.random() < 0.5:
            first, last = self._chance.choice(apart)
            made = window(question, held.ids, first, last)
            yield Sample(made.ids, made.offset, -1, -1, 0.0, True)
            return
        texts = [text for _, text in pair.answers]
        found = self._lookalikes[self._group(pair)].find(pair.question, texts, pair.passage)
        if found:
            other = self._pieces[self._chance.choice(found)]
            yield self._window(question, other, room, None, absent=True)

    def _near_misses(self, pair: Pair, question: list[int], held: Pieces) -> Iterator[Sample]:
        room = room_for(question)
        if self._chance.random() < self._removed and (rest := without_answers(pair, held)):
            width = min(self._width(room), room)
            yield self._window(question, rest, width, None, absent=True)
        if self._chance.random() < self._renamed and (asked := renamed(pair, self._chance)):
            other = question_ids(self._tokenizer, [asked])[0]
            room = room_for(other)
            span = _tokens(held, *pair.answers[0])
            if span and span[1] - span[0] < room:
                # Where the right answer would stand, had the question been the old one.
                made = self._window(other, held, room, span, absent=True)
                yield replace(made, start=-1, end=-1, weight=0.0)

    def _width(self, room: int) -> int:
        """Return how many passage tokens a window may hold: all there is room for, or fewer."""
        if not self._crop or self._chance.random() >= self._crop:
            return room
        return self._chance.randint(min(_NARROWEST, room), room)

    def _window(
        self,
        question: list[int],
        held: Pieces,
        room: int,
        span: tuple[int, int] | None,
        *,
        absent: bool,
    ) -> Sample:
        """Return a window that holds the span, anywhere in it; any window without one."""
        first, last = 0, len(held.ids)
        if last > room:
            low, high = span or (0, last - 1)
            least = max(0, high + 1 - room) if span else 0
            first = self._chance.randint(least, min(low, last - room) if span else last - room)
            last = first + room
        made = window(question, held.ids, first, last)
        if span is None or not first <= span[0] <= span[1] < last:
            return Sample(made.ids, made.offset, -1, -1, 0.0, absent)
        shift = made.offset - first
        weight = 0.5 if absent else 1.0
        return Sample(made.ids, made.offset, span[0] + shift, span[1] + shift, weight, absent)


def without_answers(pair: Pair, held: Pieces) -> Pieces | None:
    """Return a passage without the sentences that hold an answer; None where none is left."""
    texts = [answer.casefold() for _, answer in pair.answers]
    spans = sentence_spans(pair.passage)
    out = [
        s for s in spans
        if any(t in pair.passage[s.start : s.end].casefold() for t in texts)
        or any(s.start < at + len(text) and at < s.end for at, text in pair.answers)
    ]  # fmt: skip
    if not out or len(out) == len(spans):
        return None
    kept = [
        n for n, (start, end) in enumerate(zip(held.starts, held.ends, strict=True))
        if not any(start < s.end and s.start < end for s in out)
    ]  # fmt: skip
    if not kept:
        return None
    return Pieces(*([column[n] for n in kept] for column in held))


_NAME = re.compile(r"\b(?:[A-ZÅÄÖÆØ][\w-]+(?: [A-ZÅÄÖÆØ][\w-]+)*|\d[\d ]*\d|\d)\b")


def renamed(pair: Pair, chance: random.Random) -> str | None:
    """Return the question with a name or number in it exchanged for another of the passage.

    None where the question has none, or the passage no other. A question's first word is no name.
    """
    own = [m for m in _NAME.finditer(pair.question) if m.start() > 0]
    if not own:
        return None
    chosen = chance.choice(own)
    said = pair.question.casefold()
    answers = " ".join(answer.casefold() for _, answer in pair.answers)
    digits = chosen[0][0].isdigit()
    others = {
        m[0] for m in _NAME.finditer(pair.passage)
        if m[0][0].isdigit() == digits and _inside(pair.passage, m.start())
        and m[0].casefold() not in said and m[0].casefold() not in answers
    }  # fmt: skip
    if not others:
        return None
    other = chance.choice(sorted(others))
    return f"{pair.question[: chosen.start()]}{other}{pair.question[chosen.end() :]}"


def _inside(text: str, at: int) -> bool:
    """Tell whether a place is not the first of its sentence, where any word has a capital."""
    return at > 1 and text[at - 1] == " " and text[at - 2] not in '.!?:»”"'


def _tokens(held: Pieces, start: int, text: str) -> tuple[int, int] | None:
    """Return the first and last token of a span of characters."""
    return token_span(held, start, start + len(text))


def token_span(held: Pieces, start: int, end: int) -> tuple[int, int] | None:
    """Return the first and last token of characters ``start`` to ``end``; None without any."""
    inside = [
        n for n, (s, e) in enumerate(zip(held.starts, held.ends, strict=True))
        if s < end and e > start
    ]  # fmt: skip
    return (inside[0], inside[-1]) if inside else None


def _holds(held: Pieces, cut: tuple[int, int], pair: Pair) -> bool:
    """Tell whether the text of a window holds an answer's text anywhere."""
    text = pair.passage[held.starts[cut[0]] : held.ends[cut[1] - 1]].casefold()
    return any(answer.casefold() in text for _, answer in pair.answers)
