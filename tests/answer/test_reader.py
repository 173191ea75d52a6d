"""The reader: windows, spans, its file, and what the trained one reads."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from answer.reader import conversion as reader_conversion
from answer.reader.conversion import convert
from answer.reader.files import FILE
from answer.reader.net import ReaderNet, dequantise, from_encoder, load, quantise, save, word_table
from answer.reader.reader import FOLDER, Reader, Reading, best_span
from answer.reader.scorers import ConvertedScorer, TorchScorer
from answer.reader.training.data import SQUAD, SWEQUAD, Lookalikes, Sample, held_out, read_pairs
from answer.reader.training.lora import adapt, merged
from answer.reader.training.measure import exact, f1, logistic, normal, roc_area
from answer.reader.training.run import Run, batched, ranked
from answer.reader.windows import Window, cuts, pieces, question_ids, room_for, window
from index import apart
from index.tokens import tokenizer_of
from settings import ROOT

# --- windows -------------------------------------------------------------------------------


def test_a_short_passage_is_one_window() -> None:
    assert cuts(0, 10) == [(0, 0)]
    assert cuts(10, 10) == [(0, 10)]


def test_a_long_passage_is_cut_into_full_windows_that_overlap_by_half() -> None:
    assert cuts(11, 10) == [(0, 10), (1, 11)]
    assert cuts(20, 10) == [(0, 10), (5, 15), (10, 20)]
    assert cuts(26, 10) == [(0, 10), (4, 14), (8, 18), (12, 22), (16, 26)]


def test_windows_need_room() -> None:
    with pytest.raises(ValueError, match="at least 2 tokens, got 1"):
        cuts(5, 1)


@given(st.integers(1, 3000), st.integers(2, 250))
def test_windows_cover_every_token_in_order(count: int, room: int) -> None:
    found = cuts(count, room)
    assert found[0][0] == 0
    assert found[-1][1] == count
    assert all(end - start == min(room, count) for start, end in found)
    for (start, end), (next_start, _) in pairwise(found):
        assert start < next_start <= end


@given(st.integers(100, 1500), st.integers(82, 250), st.data())
def test_every_span_of_forty_tokens_lies_whole_in_a_window(
    count: int, room: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, count - 40))
    assert any(start <= first and first + 40 <= end for start, end in cuts(count, room))


def test_a_window_is_question_then_passage_between_marks() -> None:
    made = window([7, 8], [10, 11, 12, 13], 1, 3)
    assert made == Window([0, 7, 8, 2, 2, 11, 12, 2], 5, 1, 3)
    assert room_for([7, 8]) == 250


# --- spans ---------------------------------------------------------------------------------


def test_the_best_span_is_the_likeliest_pair_that_runs_forward() -> None:
    start = np.log(np.array([0.1, 0.2, 0.7], dtype=np.float32))
    end = np.log(np.array([0.6, 0.3, 0.1], dtype=np.float32))
    # 0.7 × 0.6 would run backwards; left are 0.1 × 0.6, 0.2 × 0.3 and 0.7 × 0.1.
    first, last, score = best_span(start, end)
    assert (first, last) == (2, 2)
    assert score == pytest.approx(math.log(0.07), abs=1e-5)


def test_a_span_is_no_longer_than_asked() -> None:
    start = np.zeros(6, dtype=np.float32)
    end = np.zeros(6, dtype=np.float32)
    start[0], end[4] = 10.0, 10.0
    assert best_span(start, end, longest=5)[:2] == (0, 4)
    assert best_span(start, end, longest=4)[:2] == (0, 0)


def test_a_span_needs_a_token() -> None:
    none = np.zeros(0, dtype=np.float32)
    with pytest.raises(ValueError, match="at least one token"):
        best_span(none, none)


# --- the file ------------------------------------------------------------------------------


def test_rows_are_kept_as_whole_numbers_and_a_scale() -> None:
    matrix = torch.tensor([[1.27, -0.635, 0.01], [0.0, 0.0, 0.0], [-254.0, 2.0, 127.0]])
    whole, scale = quantise(matrix)
    assert whole.dtype == torch.int8
    assert scale.dtype == torch.float16
    assert whole.tolist() == [[127, -63, 1], [0, 0, 0], [-127, 1, 64]]
    assert scale.tolist() == [torch.tensor(0.01).half().item(), 0.0, 2.0]
    assert dequantise(whole, scale)[2].tolist() == [-254.0, 2.0, 128.0]


def test_what_was_kept_once_is_kept_the_same_again() -> None:
    matrix = torch.randn(20, 30, generator=torch.Generator().manual_seed(1))
    whole, scale = quantise(matrix)
    again, scale_again = quantise(dequantise(whole, scale))
    assert torch.equal(whole, again)
    assert torch.equal(scale, scale_again)
    error = (dequantise(whole, scale) - matrix).abs()
    # Half a step, and what rounding the scale to float16 moves the outermost numbers.
    assert bool((error <= scale.float()[:, None] * 0.5 + matrix.abs() * 2**-10).all())


def small_encoder(folder: Path, seed: int = 0) -> Path:
    """Write an encoder of two layers under BertModel's names."""
    from safetensors.torch import save_file

    chance = torch.Generator().manual_seed(seed)
    shapes: dict[str, tuple[int, ...]] = {
        f"embeddings.{kind}_embeddings.weight": (rows, 24)
        for kind, rows in (("word", 9), ("position", 512), ("token_type", 2))
    }
    shapes |= {f"embeddings.LayerNorm.{kind}": (24,) for kind in ("weight", "bias")}
    for layer in range(2):
        at = f"encoder.layer.{layer}."
        for part in ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"):
            norm = part.endswith("Norm")
            shapes[f"{at}attention.{part}.weight"] = (24,) if norm else (24, 24)
            shapes[f"{at}attention.{part}.bias"] = (24,)
        for part, rows, columns in (("intermediate", 48, 24), ("output", 24, 48)):
            shapes[f"{at}{part}.dense.weight"] = (rows, columns)
            shapes[f"{at}{part}.dense.bias"] = (rows,)
        shapes |= {f"{at}output.LayerNorm.{kind}": (24,) for kind in ("weight", "bias")}
    folder.mkdir(parents=True, exist_ok=True)
    values = {name: torch.randn(shape, generator=chance) for name, shape in shapes.items()}
    save_file(values, folder / "model.safetensors")
    sizes = {"hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 2}
    (folder / "config.json").write_text(json.dumps(sizes), encoding="utf-8")
    return folder


def test_the_file_holds_only_what_is_trained(tmp_path: Path) -> None:
    from safetensors import safe_open

    encoder = small_encoder(tmp_path / "encoder")
    path = save(from_encoder(encoder, frozen=1), tmp_path / "out", {"calibration": "[1, 0, 0]"})
    with safe_open(path, framework="pt") as file:
        names = set(file.keys())
        assert file.metadata()["frozen"] == "1"
    matrices = {"layers.1.attend", "layers.1.merge", "layers.1.widen", "layers.1.narrow",
                "span", "pool", "absent"}  # fmt: skip
    plain = {f"{m}.{kind}" for m in matrices for kind in ("weight", "weight.scale", "bias")}
    norms = {
        f"layers.1.{n}_norm.{kind}" for n in ("merge", "narrow") for kind in ("weight", "bias")
    }
    assert names == plain | norms


def test_a_saved_network_comes_back_on_its_encoder(tmp_path: Path) -> None:
    encoder = small_encoder(tmp_path / "encoder")
    torch.manual_seed(3)
    net = from_encoder(encoder, frozen=1)
    path = save(net, tmp_path / "out", {"calibration": "[1, 0, 0]"})
    back, metadata = load(path, encoder)
    assert metadata["calibration"] == "[1, 0, 0]"
    before, after = net.state_dict(), back.state_dict()
    for name in before:
        if name.startswith(("layers.0.", "places", "first_norm")):
            assert torch.equal(before[name], after[name]), name
        elif before[name].dim() == 2:
            assert torch.equal(dequantise(*quantise(before[name])), after[name]), name
        else:
            assert torch.equal(before[name].half().float(), after[name]), name


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    encoder = small_encoder(tmp_path / "encoder")
    save_file({"x": torch.zeros(1)}, tmp_path / "reader.safetensors", metadata={"format": "9"})
    with pytest.raises(ValueError, match=r"expected format 1 in .*, found 9"):
        load(tmp_path / "reader.safetensors", encoder)


def test_padding_changes_nothing(tmp_path: Path) -> None:
    encoder = small_encoder(tmp_path / "encoder")
    net: ReaderNet = from_encoder(encoder, frozen=1).eval()
    table = word_table(encoder)
    assert table.shape == (9, 24)
    ids = torch.tensor([[0, 3, 4, 5, 2]])
    wider = torch.tensor([[0, 3, 4, 5, 2, 1, 1]])
    with torch.no_grad():
        plain = net(table[ids], None)
        masked = net(table[wider], torch.tensor([[True] * 5 + [False] * 2]))
    for a, b in zip(plain, masked, strict=True):
        assert torch.allclose(a, b[:, :5] if b.dim() == 2 else b, atol=1e-5)


def test_without_its_file_there_is_no_reader(tmp_path: Path) -> None:
    assert Reader.load(tmp_path, tmp_path) is None


# --- data and figures ----------------------------------------------------------------------


def squad_file(path: Path, articles: int) -> Path:
    """Write a file in SQuAD's layout: one article a number, with three kinds of question."""
    data = []
    for number in range(articles):
        context = f"Stad {number} har 100 invånare. Den ligger vid havet."
        start = context.index("100")
        data.append({"title": f"Stad {number}", "paragraphs": [{"context": context, "qas": [
            {"id": "a", "question": "Hur många?", "is_impossible": False,
             "answers": [{"text": "100", "answer_start": start}]},
            {"id": "b", "question": "Fel plats?", "is_impossible": False,
             "answers": [{"text": "100", "answer_start": start + 1}]},
            {"id": "c", "question": "Vem?", "is_impossible": True, "answers": [],
             "plausible_answers": [{"text": "havet", "answer_start": 3}]},
        ]}]})  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return path


def test_spans_that_stand_elsewhere_are_dropped_or_found(tmp_path: Path) -> None:
    pairs = read_pairs(squad_file(tmp_path / "f.json", 1))
    context = pairs[0].passage
    assert [(p.question, p.answers, p.plausible) for p in pairs] == [
        ("Hur många?", ((context.index("100"), "100"),), None),
        ("Vem?", (), (context.index("havet"), "havet")),
    ]


def test_whole_articles_are_held_out(tmp_path: Path) -> None:
    pairs = read_pairs(squad_file(tmp_path / "f.json", 20))
    for name, count in ((SQUAD, 5), (SWEQUAD, 3), ("other.json", 0)):
        kept, held = held_out(pairs, name)
        assert len({p.group for p in held}) == count
        assert {p.group for p in kept}.isdisjoint({p.group for p in held})
        assert len(kept) + len(held) == len(pairs)


def test_lookalikes_share_words_but_not_the_answer() -> None:
    own = "Regionen betalade 400 000 kr till Oracle."
    holds = "Notan på 400 000 kr till regionen."
    near = "Regionen betalade också andra leverantörer."
    found = Lookalikes([own, holds, near, "Katten sover."])
    assert found.find("Vad betalade regionen?", ["400 000 kr"], own) == [near]


def test_answers_are_compared_as_words() -> None:
    assert normal("Den 5:e «maj», 2020!") == ["5", "e", "maj", "2020"]
    assert exact("400 000 kr.", ["400 000 kr"]) == 1.0
    assert exact("400 000", ["400 000 kr"]) == 0.0
    assert f1("400 000", ["nej", "400 000 kr"]) == pytest.approx(0.8)
    assert f1("", ["400"]) == 0.0


def test_the_area_is_the_chance_of_right_order() -> None:
    assert roc_area([0.1, 0.4], [0.4, 0.9]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert math.isnan(roc_area([], [0.1]))


def test_logistic_regression_finds_the_share() -> None:
    inputs = np.ones((4, 1))
    weights = logistic(inputs, np.array([1.0, 1.0, 1.0, 0.0]), ridge=0.0)
    assert weights[0] == pytest.approx(math.log(3), abs=1e-6)


def test_windows_of_one_question_are_never_parted() -> None:
    made = [
        Sample([0] * (4 + n % 5), 3, 3, 3, 1.0, False, question=n // 3 if n < 9 else -1)
        for n in range(14)
    ]
    batches = batched(made, 4, seed=1)
    assert sorted(map(id, chain(*batches))) == sorted(map(id, made))
    homes = [{s.question for s in batch if s.question >= 0} for batch in batches]
    assert sorted(n for home in homes for n in home) == [0, 1, 2]


def test_the_ranking_loss_is_that_of_a_softmax_over_a_questions_windows() -> None:
    absent = torch.log(torch.tensor([1.0, 3.0, 3.0, 0.1, 7.0, 0.5]))
    lacks = torch.tensor([False, True, True, False, True, True])
    # Odds of being there 1, 1/3 and 1/3 for question 4; 5 has only a right one, -1 are alone.
    found = ranked(absent, [4, 4, 4, 5, -1, -1], lacks)
    assert float(found) == pytest.approx(math.log((1 + 2 / 3) / 1), abs=1e-6)
    assert float(ranked(absent[4:], [-1, -1], lacks[4:])) == 0.0


def test_a_stopped_training_goes_on_to_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = small_encoder(tmp_path / "encoder")
    chance = random.Random(0)
    made = [
        Sample([0, *(chance.randint(3, 8) for _ in range(6)), 2], 3, 3 + n % 4, 6, 1.0, n % 3 == 0)
        for n in range(12)
    ]
    batches = batched(made, 2, seed=1)
    assert sorted(map(id, chain(*batches))) == sorted(map(id, made))
    recipe = {"seed": 1, "frozen": 1, "rate": 1e-2, "dropout": 0.1, "lora": 0}

    def run(name: str, stop_at: int | None = None) -> dict[str, torch.Tensor]:
        run = Run(recipe, encoder, tmp_path / name, tmp_path / name / "out", torch.device("cpu"))
        learn = run._learn

        def stopping(batch: list[Sample]) -> tuple[float, float]:
            if run.step == stop_at:
                raise KeyboardInterrupt
            return learn(batch)

        monkeypatch.setattr(run, "_learn", stopping)
        run.go(batches, every=0)
        return {name: tensor.clone() for name, tensor in run.net.trained().items()}

    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    whole = run("whole")
    with pytest.raises(KeyboardInterrupt):
        run("parts", stop_at=3)
    parts = run("parts")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    start = from_encoder(encoder, 1).state_dict()
    assert not torch.equal(start["layers.1.attend.weight"], whole["layers.1.attend.weight"])
    recipe["rate"] = 2e-2
    with pytest.raises(SystemExit, match="hör till en annan träning"):
        run("parts")


def test_the_mean_of_readers_is_that_of_each_weight(tmp_path: Path) -> None:
    encoder = small_encoder(tmp_path / "encoder")
    recipe = {"seed": 1, "frozen": 1, "rate": 1e-2, "dropout": 0.1, "lora": 0}
    others = []
    for number in (1.0, 4.0):
        net = from_encoder(encoder, frozen=1)
        torch.nn.init.constant_(net.pool.weight, number)
        save(net, tmp_path / f"{number}", {"calibration": "[1, 0, 0]"})
        others.append(tmp_path / f"{number}")
    run = Run(recipe, encoder, tmp_path, tmp_path, torch.device("cpu"), None, others)
    torch.nn.init.constant_(run.net.pool.weight, 7.0)
    assert torch.allclose(run._averaged().pool.weight, torch.tensor(4.0), atol=0.01)
    alone = Run(recipe, encoder, tmp_path, tmp_path, torch.device("cpu"))
    assert alone._averaged() is alone.net


def test_adapters_change_nothing_at_first_and_merge_into_their_matrices(tmp_path: Path) -> None:
    encoder = small_encoder(tmp_path / "encoder")
    torch.manual_seed(0)
    net = from_encoder(encoder, frozen=1)
    plain = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    adapt(net, rank=2)
    assert all(torch.equal(plain[n], t) for n, t in merged(net).state_dict().items())
    trained = {n for n, p in net.named_parameters() if p.requires_grad}
    assert {n.split(".")[-1] for n in trained if n.startswith("layers")} == {"up", "down"}
    low: Any = net.layers[1]
    adapter = low.merge.parametrizations.weight[0]
    torch.nn.init.ones_(adapter.up)
    wanted = plain["layers.1.merge.weight"] + 2 * adapter.down.sum(dim=0)
    assert torch.allclose(merged(net).state_dict()["layers.1.merge.weight"], wanted, atol=1e-6)


# --- in OpenVINO ---------------------------------------------------------------------------


def small_reader(folder: Path, encoder: Path) -> Path:
    """Write a reader on a small encoder that knows five words, with large outputs to tell apart."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: number for number, word in enumerate(["<s>", "<pad>", "</s>", *"abcdef"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="f"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(encoder / "tokenizer.json"))
    torch.manual_seed(5)
    save(from_encoder(encoder, frozen=1), folder, {"calibration": "[1, 0, 0]"})
    return folder


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path]:
    """A small reader's folder, and its encoder's."""
    encoder = small_encoder(tmp_path / "encoder")
    return small_reader(tmp_path / "reader", encoder), encoder


SMALL_PASSAGES = ["a", "b c d e", "", "a b c d e " * 90, "e e d"]


def test_it_reads_as_in_pytorch(small: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, encoder = small
    assert convert(folder, encoder) == folder / "openvino"
    monkeypatch.setattr(apart, "convert_apart", lambda *_: pytest.fail("converted again"))
    found = Reader.load(folder, encoder)
    assert found is not None
    assert isinstance(found._scorer, ConvertedScorer)
    plain = Reader(TorchScorer(load(folder / FILE, encoder)[0], encoder), encoder, (1, 0, 0))
    for question in ("a b", "f"):
        ours, theirs = found.read(question, SMALL_PASSAGES), plain.read(question, SMALL_PASSAGES)
        assert [(r.start, r.end) for r in ours] == [(r.start, r.end) for r in theirs]
        assert [r.no_answer for r in ours] == pytest.approx([r.no_answer for r in theirs], abs=1e-5)
        assert [r.score for r in ours] == pytest.approx([r.score for r in theirs], abs=1e-4)
    assert len({r.no_answer for r in ours}) == 5


def test_without_openvino_it_reads_in_pytorch(
    small: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(apart, "openvino_version", lambda: None)
    found = Reader.load(*small)
    assert found is not None
    assert isinstance(found._scorer, TorchScorer)
    assert found.read("a", ["b c"])[0].end > 0
    assert caplog.messages == ["Läsaren körs med PyTorch: OpenVINO är inte installerat."]


def test_a_network_that_reads_otherwise_is_refused(
    small: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(reader_conversion, "TOLERANCE", -1.0)
        folder = convert(*small)
    assert [path.name for path in folder.iterdir()] == ["kallsvar-model.json"]
    monkeypatch.setattr(apart, "convert_apart", lambda *_: pytest.fail("tried again"))
    found = Reader.load(*small)
    assert found is not None
    assert isinstance(found._scorer, TorchScorer)
    assert "OpenVINO ger andra sannolikheter" in caplog.text


def test_another_reader_is_converted_anew(small: tuple[Path, Path]) -> None:
    folder, encoder = small
    before = (convert(folder, encoder) / "network.bin").read_bytes()
    torch.manual_seed(6)
    save(from_encoder(encoder, frozen=1), folder, {"calibration": "[1, 0, 0]"})
    assert (convert(folder, encoder) / "network.bin").read_bytes() != before


# --- the real model ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(model_dir: Path) -> Reader:
    found = Reader.load(FOLDER, model_dir)
    assert found is not None, "the repository carries the reader's file"
    return found


def test_the_shipped_file_is_small() -> None:
    assert (FOLDER / "reader.safetensors").stat().st_size < 15_000_000


@pytest.mark.model
def test_the_network_is_the_encoder_before_training(model_dir: Path) -> None:
    from transformers import BertModel

    net = from_encoder(model_dir, frozen=4).eval()
    states: list[torch.Tensor] = []
    net.layers[-1].register_forward_hook(lambda _m, _i, out: states.append(out))
    ids = torch.tensor([[0, 41, 1294, 83, 5, 2], [0, 70, 3, 2, 1, 1]])
    mask = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    with torch.no_grad():
        wanted = BertModel.from_pretrained(model_dir)(ids, attention_mask=mask.long())
        net(word_table(model_dir)[ids], mask)
    difference = (wanted.last_hidden_state - states[0])[mask].abs().max()
    assert float(difference) < 1e-4


@pytest.mark.model
def test_tokens_stand_where_their_text_does(model_dir: Path) -> None:
    tokenizer = tokenizer_of(model_dir)
    text = "Det kostade 400 000 kr,\n dvs. för mycket"
    (held,) = pieces(tokenizer, [text])
    spans = [text[s:e] for s, e in zip(held.starts, held.ends, strict=True)]
    assert "".join(spans) == "".join(text.split())
    assert all(span == span.strip() for span in spans)
    assert len(question_ids(tokenizer, ["ord " * 300])[0]) == 64


PASSAGE = (
    "Projektet startade den 3 mars 2021. Den totala kostnaden uppgick till 400 000 kr, och "
    "granskningen gjordes av Konkurrensverket i Göteborg."
)
ASKED = {
    "Vad var den totala kostnaden?": "400 000 kr",
    "När startade projektet?": "3 mars 2021",
    "Vem gjorde granskningen?": "Konkurrensverket",
}


@pytest.mark.model
def test_the_shipped_reader_reads_as_in_pytorch_without_torch(
    reader: Reader, model_dir: Path
) -> None:
    passages = [PASSAGE, PASSAGE * 8, "Katter sover mycket.", "Ja"]
    contexts = ["Projekt", "Om projektet och dess kostnader", "Katter", ""]
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from answer.reader import FOLDER, Reader\n"
        "reader = Reader.load(FOLDER, Path(sys.argv[1]))\n"
        "question, passages, contexts = json.loads(sys.argv[2])\n"
        "found = reader.read(question, passages, contexts)\n"
        "print(json.dumps([[r.start, r.end, r.score, r.no_answer] for r in found]))\n"
        "print({'torch', 'transformers'} & set(sys.modules))"
    )
    assert isinstance(reader._scorer, ConvertedScorer)
    plain = Reader(
        TorchScorer(load(FOLDER / FILE, model_dir)[0], model_dir), model_dir, reader.calibration
    )
    for question in ASKED:
        given = json.dumps([question, passages, contexts])
        done = subprocess.run(
            [sys.executable, "-c", code, str(model_dir), given],
            capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        said, heavy = done.stdout.splitlines()
        assert heavy == "set()"
        for ours, theirs in zip(
            json.loads(said), plain.read(question, passages, contexts), strict=True
        ):
            assert ours[:2] == [theirs.start, theirs.end]
            assert ours[2] == pytest.approx(theirs.score, abs=1e-3)
            assert ours[3] == pytest.approx(theirs.no_answer, abs=1e-3)


@pytest.mark.model
def test_it_cuts_amounts_dates_and_names(reader: Reader) -> None:
    for question, answer in ASKED.items():
        (reading,) = reader.read(question, [PASSAGE])
        said = PASSAGE[reading.start : reading.end]
        assert answer in said, (question, said)
        assert len(said) <= len(answer) + 12
        assert reading.score <= 0


@pytest.mark.model
def test_it_tells_said_from_not_said(reader: Reader) -> None:
    said = [reader.read(question, [PASSAGE])[0].no_answer for question in ASKED]
    other = "Katter sover mycket och jagar helst på natten."
    not_said = [reader.read(question, [other])[0].no_answer for question in ASKED]
    assert max(said) < min(not_said)


@pytest.mark.model
def test_a_long_passage_is_read_to_its_end(reader: Reader) -> None:
    filler = "Här står inget av vikt om saken. " * 60
    alone = reader.read("Vad var den totala kostnaden?", [PASSAGE])[0]
    text = filler + PASSAGE
    found = reader.read("Vad var den totala kostnaden?", [text])[0]
    assert len(tokenizer_of_text(reader, text)) > 256
    assert "400 000 kr" in text[found.start : found.end]
    assert found.start >= len(filler)
    assert alone.no_answer <= 1


def tokenizer_of_text(reader: Reader, text: str) -> list[int]:
    (held,) = pieces(reader._tokenizer, [text])
    return held.ids


@pytest.mark.model
def test_a_passage_reads_the_same_alone_and_among_others(reader: Reader) -> None:
    question = "Vad var den totala kostnaden?"
    others = [PASSAGE, "", "Kort.", PASSAGE * 3]
    together = reader.read(question, others)
    assert together[1] == Reading(0, 0, 0.0, 1.0)
    for passage, reading in zip(others, together, strict=True):
        (alone,) = reader.read(question, [passage])
        assert (alone.start, alone.end) == (reading.start, reading.end)
        assert alone.no_answer == pytest.approx(reading.no_answer, abs=1e-4)
    assert reader.read(question, []) == []
