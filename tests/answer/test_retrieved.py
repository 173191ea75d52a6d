"""What the search brings up, as windows to train on."""

from __future__ import annotations

import random
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from answer.candidates import Candidate
from answer.extract import Extract
from answer.reader.training.retrieved import Asked, Shown, _judged, own_collections, shown_samples
from eval.fit import DEVELOPMENT
from eval.metrics import holds_evidence
from eval.questions import QUESTIONS, load_questions
from ingest.records import Block, Document, Span

TEXT = "Om fyren\n\nFyren tändes 1868 av lotsen Ek. Den släcktes 1965."
HEADING = Block("heading", Span(0, 8), 2)


def candidate(sentence: str, document_id: str = "fyr.txt") -> Candidate:
    document = Document(
        document_id, "Fyren", TEXT, (HEADING, Block("paragraph", Span(10, len(TEXT))))
    )
    start = TEXT.index(sentence)
    at = Span(start, start + len(sentence))
    return Candidate(cast(Any, None), document, Extract(at, at, None), 0.0)


FIRST, SECOND = "Fyren tändes 1868 av lotsen Ek.", "Den släcktes 1965."


def test_a_statement_with_the_evidence_answers_where_the_short_answer_stands() -> None:
    asked = Asked("När tändes fyren?", (("tändes 1868",),), ("den 1868", "1868"))
    assert _judged(asked, candidate(FIRST)) == Shown(
        asked.question, FIRST, "Fyren. Om fyren.", True, (13, 17)
    )
    assert _judged(asked, candidate(SECOND)) == Shown(
        asked.question, SECOND, "Fyren. Om fyren. Fyren tändes 1868 av lotsen Ek.", False
    )


def test_a_list_is_the_stretch_of_all_its_things() -> None:
    things = ("tändes 1868", "lotsen Ek")
    asked = Asked("Vad hände?", (things,), things, whole_list=True)
    shown = _judged(asked, candidate(FIRST))
    assert shown is not None
    assert shown.place == (6, 30)


def test_what_can_be_argued_about_is_left_out() -> None:
    # Part of the evidence, or the evidence in a document that does not count.
    assert _judged(Asked("?", (("tändes", "nattetid"),), ()), candidate(FIRST)) is None
    asked = Asked("?", (("1868",),), ("1868",), document="annan.txt")
    assert _judged(asked, candidate(FIRST)) is None


def test_a_near_miss_has_only_statements_that_do_not_answer() -> None:
    shown = _judged(Asked("Vem byggde fyren?", (), ()), candidate(FIRST))
    assert shown is not None
    assert (shown.answers, shown.place) == (False, None)


class Words:
    """A tokenizer of words, numbered by their length."""

    def encode_batch(self, texts: list[str], *, add_special_tokens: bool) -> list[Any]:
        assert not add_special_tokens
        return [
            SimpleNamespace(ids=[100 + len(m[0]) for m in found], offsets=[m.span() for m in found])
            for text in texts
            for found in [list(re.finditer(r"\S+", text))]
        ]


def test_windows_hold_question_heading_and_statement() -> None:
    one = [
        Shown("När tändes fyren?", FIRST, "Om fyren.", True, (13, 17)),
        *[Shown("När tändes fyren?", SECOND, "Om fyren.", False)] * 6,
    ]
    timed = list(shown_samples([one], Words(), 1.0, random.Random(1)))
    samples = [sample for _, sample in timed]
    assert len(samples) == 1 + 4
    # <s> query: När tändes fyren? </s> </s> Om fyren. Fyren tändes 1868 …
    assert samples[0].ids[:12] == [0, 106, 103, 106, 106, 2, 2, 102, 106, 105, 106, 104]
    assert (samples[0].start, samples[0].end, samples[0].absent) == (11, 11, False)
    assert [(s.start, s.absent, s.weight) for s in samples[1:]] == [(-1, True, 0.0)] * 4
    assert len({at for at, _ in timed}) == 1
    assert len(list(shown_samples([one, one], Words(), 1.5, random.Random(1)))) == 15


@pytest.mark.parametrize(
    "folder", [*own_collections(), DEVELOPMENT], ids=lambda folder: folder.name
)
def test_our_own_questions_are_true_to_their_texts(folder: Any) -> None:
    texts = [" ".join(p.read_text("utf-8").split()) for p in (folder / "corpus").glob("*.md")]
    questions = load_questions(folder / "questions.jsonl")
    for question in questions:
        assert question.answerable == bool(question.evidence), question.id
        if question.answerable:
            home = [text for text in texts if holds_evidence(text, question.evidence)]
            assert home, question.id
            assert all(any(s in text for text in home) for s in question.short_answers), question.id
    asked = {q.question for q in load_questions(QUESTIONS)}
    assert not asked & {q.question for q in questions}
