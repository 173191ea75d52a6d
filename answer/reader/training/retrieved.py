"""Windows as the reader meets them: the statements that our own search brings up for a question.

A paragraph drawn at random hardly ever looks like an answer. What the search puts first does, and
telling those apart is what the reader is for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answer.answerer import Answerer
from answer.candidates import Candidate, shown_text
from answer.reader.training.data import SWEQUAD, Sample, held_out, read_pairs, token_span
from answer.reader.windows import context_ids, pieces, question_ids, room_for, window
from eval.collections import file_id, load_squad, open_collection
from eval.questions import load_questions
from settings import Settings

TEXTS = Path(__file__).with_name("texts")
# How many of the statements that do not answer a question are seen in one pass.
NEGATIVES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what a statement must hold to answer it, and the short answers in it.

    ``evidence`` holds alternatives of verbatim pieces; none where the texts do not answer.
    ``document`` is the id of the only document that counts, or None.
    """

    question: str
    evidence: tuple[tuple[str, ...], ...]
    answers: tuple[str, ...]
    whole_list: bool = False
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement as the reader is shown it, whether it answers, and the answer's place if known.

    ``place`` is (start, end) in ``text``, in characters.
    """

    question: str
    text: str
    context: str
    answers: bool
    place: tuple[int, int] | None = None


def own_shown(folder: Path, settings: Settings) -> list[list[Shown]]:
    """Return what is shown for each of our own questions, among the documents of its collection.

    Each folder in ``folder`` is a collection, with ``corpus/`` and ``questions.jsonl``; indexed
    under the settings' var folder.
    """
    from ingest.__main__ import sync_with_progress

    found = []
    for collection in own_collections(folder):
        own = settings.apart(collection / "corpus", settings.var / "collections" / collection.name)
        sync_with_progress(own)
        asked = [
            Asked(q.question, q.evidence, q.short_answers, q.short_is_list)
            for q in load_questions(collection / "questions.jsonl")
            if q.kind != "source"
        ]
        found += _shown(Answerer(own), asked)
    return found


def own_collections(folder: Path = TEXTS) -> list[Path]:
    """Return the folders of our own collections, by name."""
    return sorted(path.parent for path in folder.glob("*/questions.jsonl"))


def swequad_shown(data: Path, settings: Settings) -> list[list[Shown]]:
    """Return what is shown for SweQUAD's questions among its texts; none of those held out."""
    path = data / SWEQUAD
    kept = {p.question for p in held_out(read_pairs(path), SWEQUAD)[0]}
    collection = load_squad(path)
    asked = [
        Asked(q.text, tuple((a,) for a in q.answers), q.answers, document=file_id(text_id))
        for q in collection.queries
        for text_id in q.relevant
        if q.answers and q.text in kept
    ]
    return _shown(open_collection(collection, settings), asked)


def shown_samples(
    shown: Sequence[Sequence[Shown]], tokenizer: Any, passes: float, chance: random.Random
) -> Iterator[tuple[float, Sample]]:
    """Yield training windows with their time (0..1): all that answer, and some that do not.

    Those of one question share a time, and a number that no other has.
    """
    for number in range(-int(-passes // 1)):
        share = min(1.0, passes - number)
        for one in chance.sample(list(shown), round(share * len(shown))):
            asked = chance.getrandbits(62)
            right = [s for s in one if s.answers]
            wrong = [s for s in one if not s.answers]
            chosen = right + chance.sample(wrong, min(NEGATIVES, len(wrong)))
            at = (number + share * chance.random()) / passes
            yield from ((at, sample) for sample in _samples(chosen, tokenizer, asked))


def _samples(shown: Sequence[Shown], tokenizer: Any, asked: int) -> Iterator[Sample]:
    questions = question_ids(tokenizer, [s.question for s in shown])
    held = pieces(tokenizer, [s.text for s in shown])
    before = [context_ids(p) for p in pieces(tokenizer, [s.context for s in shown])]
    for one, question, text, context in zip(shown, questions, held, before, strict=True):
        last = min(len(text.ids), room_for(question + context))
        made = window(question, text.ids, 0, last, context)
        span = token_span(text, *one.place) if one.place else None
        if span is None or span[1] >= last:
            yield Sample(made.ids, made.offset, -1, -1, 0.0, not one.answers, asked)
        else:
            start, end = span[0] + made.offset, span[1] + made.offset
            yield Sample(made.ids, made.offset, start, end, 1.0, False, asked)


def _shown(engine: Answerer, asked: Sequence[Asked]) -> list[list[Shown]]:
    found = []
    for one in asked:
        shortlist = engine.shortlist(" ".join(one.question.split()))
        found.append([shown for c in shortlist if (shown := _judged(one, c)) is not None])
    return [one for one in found if one]


def _judged(asked: Asked, candidate: Candidate) -> Shown | None:
    """Return a statement as shown; None where it can be argued whether it answers."""
    text, context = shown_text(candidate)
    counts = asked.document in (None, candidate.document.id)
    if counts and any(all(piece in text for piece in pieces) for pieces in asked.evidence):
        place = _stretch(text, asked) if asked.whole_list else _first(text, asked)
        return Shown(asked.question, text, context, True, place)
    parts = [piece for pieces in asked.evidence for piece in pieces]
    if any(piece in text or text in piece for piece in parts):
        return None
    return Shown(asked.question, text, context, False)


def _first(text: str, asked: Asked) -> tuple[int, int] | None:
    """Return where the first short answer stands, in its evidence where it does."""
    for answer in asked.answers:
        for parts in asked.evidence:
            for piece in parts:
                at = text.find(piece)
                if at >= 0 and (inside := text.find(answer, at, at + len(piece))) >= 0:
                    return inside, inside + len(answer)
    found = ((text.find(answer), len(answer)) for answer in asked.answers)
    return next(((at, at + size) for at, size in found if at >= 0), None)


def _stretch(text: str, asked: Asked) -> tuple[int, int] | None:
    """Return the stretch from the first of the things asked for to the last."""
    places = [(text.find(answer), len(answer)) for answer in asked.answers]
    if any(at < 0 for at, _ in places):
        return None
    return min(at for at, _ in places), max(at + size for at, size in places)
