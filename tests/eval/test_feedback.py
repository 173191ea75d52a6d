"""Votes on answers: kept, changed, withdrawn, and made into questions."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from answer.records import Answer, Citation, Passage
from eval.__main__ import app
from eval.feedback import FeedbackStore, of_answer
from eval.questions import load_questions
from ingest.records import Reference


def answer(said: str | None = "Bron kostade 5 kr.") -> Answer:
    first = Passage(1, "Bron kostade 5 kr.", 0, 18, 0, 18, 13, 17, (), None, 1.0,
                    Citation("bro.txt", "Om bron", None, None), (Reference(2, None, "x"),))  # fmt: skip
    return Answer(None, "Vad kostade bron?", said is not None, 0.8, said, "5 kr" if said else None,
                  (first,), {}, verdict="said" if said else "not_said")  # fmt: skip


def test_votes_are_kept_changed_and_withdrawn(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    assert store.all() == []
    store.put(of_answer("a", "up", "", "Vad kostade bron?", answer()))
    store.put(of_answer("a", "down", "Fel år.", "Vad kostade bron?", answer()))
    store.put(of_answer("b", "up", "", "När?", answer(None)))
    assert [(f.id, f.vote, f.comment, f.numbers) for f in store.all()] == [
        ("a", "down", "Fel år.", (2,)), ("b", "up", "", ()),
    ]  # fmt: skip
    store.withdraw("a")
    assert [f.id for f in store.all()] == ["b"]


def test_they_are_listed_and_become_questions(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    store.put(of_answer("a", "up", "", "Vad kostade bron?", answer()))
    store.put(of_answer("b", "up", "", "När revs den?", answer(None)))
    store.put(of_answer("c", "down", "Fel bro.", "Vad vägde den?", answer()))
    run = CliRunner().invoke(app, ["feedback", "--var", str(tmp_path)])
    assert run.exit_code == 0
    assert "3 omdömen: 2 bra, 1 dåliga." in run.stdout
    assert "«Fel bro.»" in run.stdout
    out = tmp_path / "nya.jsonl"
    CliRunner().invoke(app, ["feedback", "--var", str(tmp_path), "--export", str(out)])
    questions = load_questions(out)
    assert [(q.question, q.kind, q.answerable, q.evidence, q.short_answers, q.references) for q in questions] == [
        ("Vad kostade bron?", "money", True, (("Bron kostade 5 kr.",),), ("5 kr",), (2,)),
        ("När revs den?", "unanswerable", False, (), (), ()),
    ]  # fmt: skip
    drafts = tmp_path / "utkast.jsonl"
    CliRunner().invoke(app, ["feedback", "--var", str(tmp_path), "--drafts", str(drafts)])
    (draft,) = map(json.loads, drafts.read_text().splitlines())
    assert (draft["question"], draft["evidence"], draft["comment"]) == (
        "Vad vägde den?",
        [],
        "Fel bro.",
    )
