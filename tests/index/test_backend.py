"""The encoder in OpenVINO against the same model in PyTorch, and what happens without it."""

from __future__ import annotations

import logging
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import apart, conversion
from index.conversion import TOLERANCE, convert, converted_folder
from index.converted import ConvertedModel
from index.encoder import SentenceTransformerEncoder, unit
from index.folders import facts_of
from index.pytorch import TorchModel, sentence_transformer
from index.runtime import Network, precisions
from ingest.errors import KallsvarError
from settings import ROOT

WORDS = """ån bron kostade fyra miljoner kronor kommunen beslutade om vägen sjön mäts varje timme
styrelsen sammanträder tisdag förskolan öppnade våren lärare saknas taket läcker ny ledning""".split()


def mixed_texts(count: int = 24) -> list[str]:
    """Texts of 1 to 130 words, the same each time, and one that is too long."""
    dice = random.Random(7)
    lengths = [dice.choice((1, 2, 5, 9, 20, 60, 130)) for _ in range(count - 1)]
    return [" ".join(dice.choices(WORDS, k=length)) for length in (*lengths, 700)]


def cosines(some: Any, others: Any) -> Any:
    return (unit(some) * unit(others)).sum(axis=1)


@pytest.fixture(scope="module")
def converted(model_dir: Path) -> ConvertedModel:
    folder = converted_folder(str(model_dir), model_dir.parent)
    assert folder == model_dir.parent / "multilingual-e5-small-openvino"
    return ConvertedModel(folder)


@pytest.fixture(scope="module")
def plain(model_dir: Path) -> Any:
    return sentence_transformer(str(model_dir), device="cpu")


# --- the bundled model ---------------------------------------------------------------------


@pytest.mark.model
def test_vectors_are_those_of_pytorch(converted: ConvertedModel, plain: Any) -> None:
    texts = ["", "ö", "VAD KOSTADE BRON?", "½ § 4 (2016:1145) – «ja»", *mixed_texts()]
    for side, wanted in (
        ("question", plain.encode_query(texts)), ("document", plain.encode_document(texts))
    ):  # fmt: skip
        found = converted.encode(texts, side)
        assert found.shape == (28, 384)
        assert found.dtype == np.float32
        assert cosines(found, wanted).min() >= TOLERANCE
    assert TOLERANCE == 0.9999
    # The sides differ, so that a mixed-up prompt would show.
    assert cosines(plain.encode_query(texts), plain.encode_document(texts)).min() < 0.999


@pytest.mark.model
def test_in_full_precision_they_are_all_but_equal(converted: ConvertedModel, plain: Any) -> None:
    exact = ConvertedModel(converted.folder, facts_of(converted.folder) | {"precision": "f32"})
    texts = mixed_texts(12)
    assert np.abs(exact.encode(texts, "document") - plain.encode_document(texts)).max() < 3e-5


@pytest.mark.model
def test_a_question_alone_is_as_in_a_batch(converted: ConvertedModel) -> None:
    texts = mixed_texts()
    together = converted.encode(texts, "question")
    alone = np.concatenate([converted.encode([text], "question") for text in texts])
    assert cosines(together, alone).min() >= TOLERANCE
    assert np.array_equal(converted.encode(texts[:1], "question"), alone[:1])


@pytest.mark.model
def test_threads_share_a_model(model_dir: Path) -> None:
    shared = SentenceTransformerEncoder(str(model_dir), model_dir.parent)
    texts = mixed_texts()
    with ThreadPoolExecutor(8) as pool:  # the first to come loads it, all at once
        questions = np.stack(list(pool.map(shared.question, texts * 2)))
        documents = list(pool.map(shared.documents, [texts] * 4))
    assert cosines(questions[:24], [shared.question(text) for text in texts]).min() > TOLERANCE
    assert np.array_equal(questions[:24], questions[24:])
    assert all(np.array_equal(documents[0], found) for found in documents)


@pytest.mark.model
def test_progress_counts_every_text(model_dir: Path) -> None:
    shared = SentenceTransformerEncoder(str(model_dir), model_dir.parent)
    counts: list[int] = []
    assert shared.documents(mixed_texts(100), counts.append).shape == (100, 384)
    assert sum(counts) == 100
    assert shared.documents([], counts.append).shape == (0, 384)


@pytest.mark.model
def test_a_question_needs_no_torch_and_opens_nothing(model_dir: Path, tmp_path: Path) -> None:
    """Nor does importing OpenVINO report it, or write the file that says who may be reported."""
    code = (
        "import socket, sys\n"
        "def refuse(*_): print('CONNECTS'); raise OSError\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\n"
        "from index.encoder import SentenceTransformerEncoder\n"
        "encoder = SentenceTransformerEncoder(sys.argv[1], Path(sys.argv[1]).parent)\n"
        "print(encoder.question('Vad kostade bron?').shape)\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'filelock'}\n"
        "print(heavy & set(sys.modules), sys.modules.get('openvino_telemetry', 0))\n"
        "import openvino.tools.ovc.telemetry_utils as used\n"
        "print(used.tm.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model_dir)],
        capture_output=True, text=True, cwd=ROOT, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "(384,)",
        "set() None",
        "openvino.tools.ovc.telemetry_stub",
    ], done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.model
def test_it_is_a_module_of_sentence_transformers(converted: ConvertedModel, plain: Any) -> None:
    from sentence_transformers import SentenceTransformer

    from index.openvino_module import OpenVinoModule

    whole = SentenceTransformer(modules=[OpenVinoModule(converted.folder)], prompts=plain.prompts)
    assert (whole.get_embedding_dimension(), whole.max_seq_length) == (384, 512)
    texts = mixed_texts(12)
    assert cosines(whole.encode_query(texts), plain.encode_query(texts)).min() >= TOLERANCE
    assert cosines(whole.encode_document(texts), plain.encode_document(texts)).min() >= TOLERANCE


# --- small models of other architectures ---------------------------------------------------


def small_model(folder: Path, kind: str = "Bert") -> Path:
    """Write a Sentence Transformers model of two layers with random weights."""
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    marks = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = {word: number for number, word in enumerate([*marks, *sorted(set(WORDS))])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        unk_token="<unk>", cls_token="<s>", sep_token="</s>", mask_token="<unk>",
    )  # fmt: skip
    configuration = getattr(transformers, f"{kind}Config")(
        vocab_size=len(vocabulary), hidden_size=24, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=80, pad_token_id=1,
    )  # fmt: skip
    import torch

    torch.manual_seed(1)
    inner = folder.with_name("inner")
    getattr(transformers, f"{kind}Model")(configuration).save_pretrained(inner)
    fast.save_pretrained(inner)
    transformer = Transformer(str(inner), max_seq_length=64)
    parts = [transformer, Pooling(24), Dense(24, 16)]
    SentenceTransformer(modules=parts, prompts={"query": "ån ", "document": "taket "}).save(
        str(folder)
    )
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("small") / "bert")


@pytest.mark.parametrize("kind", ["Bert", "XLMRoberta", "MPNet", "DistilBert"])
def test_other_architectures_are_converted(kind: str, tmp_path: Path) -> None:
    source = small_model(tmp_path / kind, kind)
    folder = convert(str(source), tmp_path / "models")
    assert folder == tmp_path / "models" / f"{kind}-openvino"
    facts = facts_of(folder)
    assert (facts["dimensions"], facts["longest"]) == (16, 64)
    assert facts["prompts"] == {"question": "ån ", "document": "taket "}
    assert TOLERANCE <= facts["cosine"] <= 1.000001
    found = ConvertedModel(folder).encode(mixed_texts(), "document")
    wanted = sentence_transformer(str(source), device="cpu").encode_document(mixed_texts())
    assert cosines(found, wanted).min() >= TOLERANCE
    lengths = np.linalg.norm(wanted, axis=1)
    assert np.abs(np.linalg.norm(found, axis=1) / lengths - 1).max() < 0.02


def test_it_is_converted_once(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = convert(str(small), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with monkeypatch.context() as patch:
        patch.setattr(apart, "convert_apart", lambda *_: pytest.fail("converted again"))
        assert converted_folder(str(small), tmp_path) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    # Another runtime may run the file otherwise.
    monkeypatch.setattr(conversion, "openvino_version", lambda: "1.0")
    assert convert(str(small), tmp_path) == folder
    assert facts_of(folder)["openvino"] == "1.0"


def test_a_crash_half_way_leaves_nothing(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_model: Any, _source: str, folder: Path) -> None:
        (folder / "network.bin").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(conversion, "_convert", crash)
        with pytest.raises(KeyboardInterrupt):
            convert(str(small), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".bert-openvino.lock"]
    # What a killed process leaves, which has had no time to tidy up.
    (tmp_path / ".bert-openvino.tmp-killed" / "new").mkdir(parents=True)
    folder = convert(str(small), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".bert-openvino.lock",
        "bert-openvino",
    ]
    assert ConvertedModel(folder).encode(["ån"], "question").shape == (1, 16)


def test_a_damaged_folder_is_converted_anew(small: Path, tmp_path: Path) -> None:
    folder = convert(str(small), tmp_path)
    wanted = (folder / "network.bin").read_bytes()
    (folder / "network.bin").write_bytes(wanted[:-1])
    assert converted_folder(str(small), tmp_path) == folder
    assert (folder / "network.bin").read_bytes() == wanted


# --- without it ----------------------------------------------------------------------------


def loaded(source: Path, models_dir: Path) -> tuple[SentenceTransformerEncoder, Any]:
    found = SentenceTransformerEncoder(str(source), models_dir)
    found.question("ån")
    return found, found._model


def test_without_openvino_pytorch_gives_the_same(
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    convert(str(small), tmp_path)
    fast, model = loaded(small, tmp_path)
    assert isinstance(model, ConvertedModel)
    monkeypatch.setattr(apart, "openvino_version", lambda: None)
    slow, model = loaded(small, tmp_path)
    assert isinstance(model, TorchModel)
    slow.question("bron")
    assert caplog.messages == [f"{small} körs med PyTorch: OpenVINO är inte installerat."]
    assert cosines(slow.documents(mixed_texts()), fast.documents(mixed_texts())).min() >= TOLERANCE
    assert slow.fingerprint == fast.fingerprint


def test_with_a_gpu_pytorch_is_used(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.pytorch.has_gpu", lambda: True)
    assert isinstance(loaded(small, tmp_path)[1], TorchModel)
    assert list(tmp_path.iterdir()) == []


def test_vectors_that_differ_are_refused(
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(conversion, "_least_cosine", lambda *_: 0.98)
        folder = convert(str(small), tmp_path)
    assert [path.name for path in folder.iterdir()] == ["kallsvar-model.json"]
    monkeypatch.setattr(apart, "convert_apart", lambda *_: pytest.fail("tried again"))
    assert isinstance(loaded(small, tmp_path)[1], TorchModel)
    assert "OpenVINO ger andra vektorer (minsta cosinus 0.98000)." in caplog.text


def test_a_model_of_another_kind_is_left_to_pytorch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, small: Path
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(small / "tokenizer.json"))
    source = tmp_path / "static"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=8)]).save(str(source))
    found, model = loaded(source, tmp_path / "models")
    assert isinstance(model, TorchModel)
    assert found.documents(mixed_texts(3)).shape == (3, 8)
    assert "körs med PyTorch" in caplog.text
    assert "refused" in facts_of(tmp_path / "models" / "static-openvino")


def test_a_folder_that_cannot_be_written_is_done_without(
    small: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        assert isinstance(loaded(small, tmp_path / "file" / "models")[1], TorchModel)
    assert "körs med PyTorch: " in caplog.text
    assert "file" in caplog.messages[0].partition("PyTorch: ")[2]


def test_a_network_that_does_not_load_is_done_without(
    small: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = convert(str(small), tmp_path)
    size = (folder / "network.xml").stat().st_size
    (folder / "network.xml").write_bytes(b" " * size)
    assert isinstance(loaded(small, tmp_path)[1], TorchModel)
    assert f"{folder} gick inte att läsa" in caplog.text


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    missing = SentenceTransformerEncoder(str(tmp_path / "none"), tmp_path)
    with pytest.raises(KallsvarError, match=r"Modellen «.*none» gick inte att läsa in"):
        missing.question("ån")


# --- the runtime ---------------------------------------------------------------------------


def test_inputs_are_drawn_while_earlier_ones_run(small: Path, tmp_path: Path) -> None:
    network = Network(convert(str(small), tmp_path) / "network.xml", "f32")
    drawn: list[int] = []

    def inputs() -> Any:
        for number in range(9):
            drawn.append(number)
            shape = (1 + number % 3, 8)
            yield number, (np.full((*shape, 24), number, np.float32), np.ones(shape, np.int64))

    running = network.each(inputs())
    key, (first,) = next(running)
    assert key == 0
    assert len(drawn) == network._streams + 2
    rest = list(running)
    assert [key for key, _ in rest] == list(range(1, 9))
    assert [len(found) for _, (found,) in rest] == [2, 3, 1, 2, 3, 1, 2, 3]
    ones = np.ones((1, 8), np.int64)
    assert np.array_equal(first, network.run((np.zeros((1, 8, 24), np.float32), ones))[0])
    # A caller who stops half-way leaves the network as it was.
    running = network.each(inputs())
    next(running)
    running.close()
    assert np.array_equal(first, network.run((np.zeros((1, 8, 24), np.float32), ones))[0])


def test_bf16_is_used_only_where_the_processor_has_it(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = convert(str(small), tmp_path) / "network.xml"
    used = Network(path, "bf16")._compiled.get_property("INFERENCE_PRECISION_HINT")
    assert used.to_string() == precisions()[0]
    monkeypatch.setattr("index.runtime.precisions", lambda: ("f32",))
    used = Network(path, "bf16")._compiled.get_property("INFERENCE_PRECISION_HINT")
    assert used.to_string() == "f32"
