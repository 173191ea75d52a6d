"""From a Sentence Transformers model to a folder that ``index.converted`` runs.

The model's modules are traced as one network, from word vectors to the sentence vector, so that
any architecture that torch can trace and OpenVINO can run is served. Whether it was is measured,
not assumed: fixed texts must get the same vectors from both. Converting takes torch and a gigabyte
of memory, and so a process of its own: ``python -m index.conversion``.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.apart import Refused, ready_folder
from index.converted import NETWORK, WORDS, ConvertedModel, Side
from index.encoder import Vectors, unit
from index.folders import MARKER, seal, written_once
from index.models import model_fingerprint
from index.pytorch import sentence_transformer
from index.runtime import openvino, openvino_version, precisions
from settings import go_quiet

# The least cosine between a converted model's vectors and PyTorch's. Vectors this close rank alike:
# an index holds for either, and need not know which made it. What differs more is not used.
TOLERANCE = 0.9999

# Raise it whenever the folder's files are to be written anew.
_FORMAT = 2
_SPACE_NEEDED = 600 * 2**20

TEXTS = (
    "Hej",
    "ÅÄÖ åäö",
    "2024",
    "Vad kostade resan till Åmål?",
    "VARFÖR STÄNGDES BADHUSET UTAN FÖRVARNING?",
    "Kommunen köpte 12 500 kvadratmeter mark för 3,4 miljoner kronor, 8 % mer än året innan.",
    "Punkt 1: sjukskrivning • Punkt 2: rehabilitering – se § 4 i lagen (2016:1145) …",
    "Bryggan byggdes om sommaren 1987. " * 12,
    "Styrelsen sammanträder den första tisdagen i varje månad, och protokollet läggs ut på "
    "webbplatsen inom fjorton dagar. " * 14,
    "Älvens vattenstånd mäts varje timme; sjunker det under gränsen stängs luckorna. " * 60,
)


def converted_folder(source: str, models_dir: Path) -> Path | None:
    """Return the folder of a model converted to OpenVINO's format, converted first if need be.

    ``source`` is a folder or a name that Sentence Transformers loads. None where OpenVINO is not
    installed or the model cannot be converted; why is logged.
    """
    return ready_folder(
        source,
        _target(source, models_dir),
        lambda: _origin(source),
        "index.conversion",
        source,
        str(models_dir),
    )


def convert(source: str, models_dir: Path) -> Path:
    """Write the folder of a converted model, unless it is there, and return it.

    It may hold only why the model is refused, so that it is tried once.

    Raises:
        ImportError: OpenVINO is not installed, or does not load on this machine.
        OSError: the folder cannot be written.
    """
    openvino()
    target = _target(source, models_dir)
    return written_once(
        target, _origin(source), lambda folder: _write(source, folder), space=_SPACE_NEEDED
    )


def _target(source: str, models_dir: Path) -> Path:
    folder = Path(source)
    if not folder.is_dir():
        return models_dir / f"{source.replace('/', '--')}-openvino"
    # Beside the bundled model, though another collection's settings may name it by its path.
    own = (folder / MARKER).is_file()
    return (folder.parent if own else models_dir) / f"{folder.resolve().name}-openvino"


def _origin(source: str) -> dict[str, Any]:
    return {
        "source": model_fingerprint(source),
        "openvino": openvino_version(),
        "format": _FORMAT,
    }


def _write(source: str, folder: Path) -> None:
    model = sentence_transformer(source, device="cpu")
    folder.mkdir()
    facts: dict[str, Any]
    try:
        facts = _convert(model, source, folder)
    except Refused as refusal:
        for path in folder.iterdir():
            path.unlink()
        facts = {"refused": str(refusal)}
    # A model by name may only now have been fetched, and its revision be known.
    seal(folder, _origin(source) | facts)


def _convert(model: Any, source: str, folder: Path) -> dict[str, Any]:
    """Write all but the marker, and return what it shall say.

    Raises Refused where the model cannot be traced, or OpenVINO gives it other vectors.
    """
    try:
        facts: dict[str, Any] = {
            "dimensions": int(model.get_embedding_dimension()),
            "longest": int(model.max_seq_length),
            # The prompts that encode_query and encode_document choose.
            "prompts": {
                "question": _prompt(model, "query"),
                "document": _prompt(model, "document", "passage", "corpus"),
            },
        }
        table = model[0].auto_model.get_input_embeddings().weight.detach().numpy()
        np.save(folder / WORDS, table.astype(np.float16))
        _write_tokenizer(model.tokenizer.backend_tokenizer, source, folder)
        network = _traced(model, table.shape[1])
        openvino().save_model(network, folder / NETWORK, compress_to_fp16=False)
        wanted: dict[Side, Vectors] = {
            "question": unit(model.encode_query(TEXTS, show_progress_bar=False)),
            "document": unit(model.encode_document(TEXTS, show_progress_bar=False)),
        }
        for precision in precisions():
            facts["precision"] = precision
            cosine = _least_cosine(ConvertedModel(folder, facts), wanted)
            if cosine >= TOLERANCE:
                return facts | {"cosine": round(cosine, 6)}
    except OSError:
        raise
    except Exception as error:
        # Whatever tracing may raise for a model of some other kind.
        raise Refused(f"{type(error).__name__}: {error}".partition("\n")[0][:300]) from error
    raise Refused(f"OpenVINO ger andra vektorer (minsta cosinus {cosine:.5f}).")


def _prompt(model: Any, *names: str) -> str:
    return next((model.prompts[name] for name in names if name in model.prompts), "")


def _write_tokenizer(tokenizer: Any, source: str, folder: Path) -> None:
    """Write the tokenizer; as its source's file where that says the same, so that both are one."""
    from tokenizers import Tokenizer

    tokenizer.no_padding()
    tokenizer.no_truncation()
    content = tokenizer.to_str()
    path = Path(source) / "tokenizer.json"
    if path.is_file():
        original = Tokenizer.from_file(str(path))
        original.no_padding()
        original.no_truncation()
        if original.to_str() == content:
            content = path.read_text(encoding="utf-8")
    (folder / path.name).write_text(content, encoding="utf-8")


def _traced(model: Any, width: int) -> Any:
    """Return a model's modules as one OpenVINO network: word vectors and mask to vectors."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = model

        def forward(self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            features = {"inputs_embeds": inputs_embeds, "attention_mask": attention_mask}
            for part in self.parts:
                features = part(features)
            return features["sentence_embedding"]

    mask = torch.ones(3, 17, dtype=torch.int64)
    mask[1, 9:] = 0
    example = {"inputs_embeds": torch.randn(3, 17, width), "attention_mask": mask}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that tracing keeps; the cosines tell
        return openvino().convert_model(Whole().eval(), example_input=example)


def _least_cosine(converted: ConvertedModel, wanted: dict[Side, Vectors]) -> float:
    """Return the least cosine to the wanted vectors of ``TEXTS``, encoded together and alone."""
    least = 1.0
    for side, vectors in wanted.items():
        together = converted.encode(TEXTS, side)
        alone = np.concatenate([converted.encode([text], side) for text in TEXTS])
        for found in (unit(together), unit(alone)):
            least = min(least, float((found * vectors).sum(axis=1).min()))
    return least


def main(arguments: Sequence[str]) -> None:
    """Convert the model that the arguments name into the folder that they name."""
    go_quiet()
    source, models_dir = arguments
    convert(source, Path(models_dir))


if __name__ == "__main__":
    main(sys.argv[1:])
