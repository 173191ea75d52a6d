"""Judging answers, the report, the gate and collections, over an engine of the test's own."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from answer.confidence import SIGNS
from answer.records import Answer, Citation, Passage
from eval.collections import Collection, Text, collection_settings, load_beir, load_squad
from eval.fit import fit_logistic, threshold
from eval.gate import baseline, compare, store
from eval.metrics import Interval
from eval.questions import Question, load_questions
from eval.report import make_report, write_report
from eval.run import judge, means, summarise
from ingest.chunking import chunk
from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from ingest.records import Document, Reference
from settings import Settings

TEXT = "Hästen äter hö. Den kostade 5 kr."
HORSE = Question("q1", "g1", "Vad kostade hästen?", "money", "plain", "dev", True,
                 (("kostade 5 kr",),), ("5 kr",), references=(2,))  # fmt: skip
NEAR = Question("q2", "g2", "Vem sålde <hästen>?", "unanswerable", "plain", "dev", False, (),
                unanswerable="near")  # fmt: skip
SECRET = replace(NEAR, id="q3", group="g3", question="Hemlig provfråga?", split="test")


def passage(rank: int, start: int, end: int, short: tuple[int, int] | None) -> Passage:
    return Passage(rank, TEXT[start:end], start, end, start, end, *(short or (None, None)), (), None,
                   1.0 / rank, Citation("h.txt", "Hästar", None, None),
                   (Reference(2, None, "Källan"),))  # fmt: skip


class Engine:
    """Finds the second sentence, and answers whatever it is asked."""

    def ask(
        self, question: str, *, id: str | None = None, k: int = 5, step: str = "reader"
    ) -> Answer:
        found = [passage(1, 16, 33, (28, 32)), passage(2, 0, 15, None)]
        if step == "terms":
            found = [passage(1, 0, 15, None), passage(2, 16, 33, (28, 32))]
        return Answer(id, question, True, 0.9, TEXT[16:33], "5 kr", tuple(found), {"total": 3.0})

    def document(self, document_id: str) -> Document:
        return Document(document_id, "Hästar", TEXT)


def test_a_row_by_hand() -> None:
    row = judge(HORSE, Engine().ask("x"), Engine())
    assert row.measures == {
        "Success@1": 1, "Success@3": 1, "Success@5": 1, "R@1": 1, "R@3": 1, "R@5": 1, "RR": 1,
        "nDCG@10": 1, "short_contained": 1, "short_exact": 1,
        "short_f1": 1, "references_exact": 1, "false_abstaining": 0,
    }  # fmt: skip
    assert row.right == 1
    wrong = judge(HORSE, Engine().ask("x", step="terms"), Engine())
    assert (wrong.measures["R@1"], wrong.measures["RR"], wrong.measures["short_exact"]) == (
        0,
        0.5,
        0,
    )
    assert wrong.measures["references_exact"] is None
    assert judge(NEAR, Engine().ask("x"), Engine()).measures == {"abstained_near": 0}


def test_a_summary_by_hand() -> None:
    rows = [judge(q, Engine().ask(q.question), Engine()) for q in (HORSE, NEAR)]
    found = means(summarise(rows))
    assert found["R@1"] == 1.0
    assert found["abstained_near"] == 0.0
    assert found["abstain_recall"] == 0.0
    assert "abstain_precision" not in found  # nothing was abstained from
    # Both are said with 0.9, one is right: |0.9 - 0.5|.
    assert found["calibration_error"] == pytest.approx(0.4)
    assert found["roc_near"] == 0.5


def test_the_gate(tmp_path: Path) -> None:
    rows = [judge(HORSE, Engine().ask("x"), Engine())]
    summary = summarise(rows)
    path = tmp_path / "baseline.json"
    with pytest.raises(KallsvarError, match="Det finns ingen baslinje"):
        compare(rows, summary, path)
    store(baseline(rows, summary), path)
    assert not any(change.failed for change in compare(rows, summary, path))
    worse = {
        **summary,
        "R@1": Interval(0.5, 0.4, 0.6, 10),
        "false_abstaining": Interval(0.2, 0, 1, 9),
    }
    failed = {c.measure for c in compare(rows, worse, path) if c.failed}
    assert failed == {"R@1", "false_abstaining"}


def test_the_report_stands_alone_and_keeps_the_test_half_shut(tmp_path: Path) -> None:
    report = make_report(Engine(), [HORSE, NEAR, SECRET])
    write_report(report, [], tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "Vem sålde &lt;hästen&gt;?" in page
    assert "<hästen>" not in page
    assert "Hemlig provfråga" not in page
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert page.count("data:image/svg+xml") == 5
    assert report.summaries["terms"]["R@1"].mean == 0.0
    assert report.summaries["reader"]["R@1"].mean == 1.0
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["q1", "q2", "q3"]
    with (tmp_path / "rows.csv").open() as table:
        assert [row["short_answer"] for row in csv.DictReader(table)] == ["5 kr"] * 3
    assert json.loads((tmp_path / "summary.json").read_text())["steps"]["terms"]["R@1"] == 0.0


def test_the_fixed_questions_are_whole() -> None:
    questions = load_questions()
    assert len(questions) == 427
    assert len(load_questions(split="dev")) == 215
    assert sum(q.unanswerable == "near" for q in questions) == 81
    assert sum(q.unanswerable == "far" for q in questions) == 21


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "f.jsonl, rad 1: inte giltig JSON"),
        (['{"id": "a"}'], "f.jsonl, rad 1: fältet «group» saknas."),
    ],
)
def test_a_broken_question_file(tmp_path: Path, lines: list[str], message: str) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(KallsvarError) as error:
        load_questions(path)
    assert str(error.value).startswith(message)


def test_a_beir_folder(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1", "title": "Häst", "text": "En häst."}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "Vilket djur?"}\n')
    (tmp_path / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n")
    collection = load_beir(tmp_path)
    assert [(q.id, q.relevant, q.answers) for q in collection.queries] == [("q1", {"d1"}, None)]
    assert [(t.id, t.title) for t in collection.texts] == [("d1", "Häst")]
    (tmp_path / "qrels/test.tsv").write_text("q1\td1\tett\n\n")
    with pytest.raises(KallsvarError):
        load_beir(tmp_path)
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1"}\n')
    with pytest.raises(KallsvarError, match=r"^corpus.jsonl, rad 1: fältet «text» saknas\.$"):
        load_beir(tmp_path)


def test_a_title_is_embedded_with_its_text(tmp_path: Path) -> None:
    texts = (Text("d1", "En häst står här.", "Häst"), Text("d2", "En båt."))
    settings = collection_settings(
        Collection("samling", texts, ()), Settings(var=tmp_path, model="none")
    )
    files = [chunk(read(file)[0]) for file in corpus_files(settings.corpus)]
    embedded = sorted(c.embedded_text for chunks in files for c in chunks)
    assert embedded == ["En båt.", "Häst\nEn häst står här."]


def squad() -> dict[str, Any]:
    answers = [{"text": "hö", "answer_start": 12}]
    return {"data": [{"title": "t", "paragraphs": [{"context": "Hästen äter hö.", "qas": [
        {"id": 1, "question": "Vad äter den?", "answers": answers},
        {"id": 2, "question": "Vem rider?", "answers": [], "is_impossible": True},
    ]}]}]}  # fmt: skip


def test_a_squad_file(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(json.dumps(squad()))
    collection = load_squad(path)
    assert [(q.id, q.answers) for q in collection.queries] == [("1", ("hö",)), ("2", ())]
    settings = collection_settings(collection, Settings(var=tmp_path / "var", model="x"))
    files = list(settings.corpus.iterdir())
    assert [f.read_text() for f in files] == ["Hästen äter hö."]
    path.write_text("[]")
    with pytest.raises(KallsvarError, match="är inte en läsbar SQuAD-fil"):
        load_squad(path)


def test_a_fit_keeps_its_signs_and_finds_its_threshold() -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(300, len(SIGNS)))
    # The first speaks for an answer, the third against; the second misleads.
    wanted = features[:, 0] - features[:, 2] - features[:, 1] > 0
    weights = fit_logistic(features, wanted)
    assert weights[1] > 1
    assert weights[2] == pytest.approx(0, abs=0.05)
    assert weights[3] < -1
    assert threshold(np.arange(100) / 100, np.ones(100, dtype=bool), 0.04) == pytest.approx(0.0396)
