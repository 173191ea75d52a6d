"""The reader's network in OpenVINO's format, converted once.

It is written whole, the trained upper layers on the encoder's lower ones, all but the word vectors,
and used where it reads fixed passages as PyTorch does. ``python -m answer.reader.conversion``.
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from answer.reader.files import FILE
from answer.reader.reader import FOLDER, Reader
from answer.reader.scorers import NETWORK, ConvertedScorer, TorchScorer
from index.apart import Refused, ready_folder
from index.folders import seal, written_once
from index.models import model_fingerprint
from index.runtime import openvino, openvino_version
from settings import go_quiet

# How far from PyTorch's the chance that an answer is absent may lie; spans must be the same.
TOLERANCE = 1e-3

# Raise it whenever the folder's files are to be written anew.
_FORMAT = 1
_SPACE_NEEDED = 100 * 2**20

_PASSAGE = (
    "Bryggan vid Norra hamnen stod färdig den 12 maj 1987 och kostade 3,4 miljoner kronor. Den "
    "ritades av Elsa Lind, och bekostades av kommunen och Hamnbolaget AB. "
)
PASSAGES = (_PASSAGE, "Skolans matsal stänger klockan två.", _PASSAGE * 12, "Ja")
QUESTIONS = ("Vad kostade bryggan?", "När stod den färdig?", "Vem ritade bryggan?", "Varför?")


def converted_reader(folder: Path, encoder_dir: Path) -> Path | None:
    """Return the folder of the converted network of the reader in ``folder``; None without.

    It lies among the models for the reader that the repository carries, else beside the reader.
    """
    return ready_folder(
        "Läsaren",
        _target(folder, encoder_dir),
        lambda: _origin(folder, encoder_dir),
        "answer.reader.conversion",
        str(folder),
        str(encoder_dir),
    )


def convert(folder: Path, encoder_dir: Path) -> Path:
    """Write the folder of the converted network, unless it is there, and return it.

    Raises ImportError without OpenVINO, OSError where the folder cannot be written.
    """
    openvino()
    origin = _origin(folder, encoder_dir)

    def write(new: Path) -> None:
        new.mkdir()
        try:
            facts = _convert(folder, encoder_dir, new)
        except Refused as refusal:
            for path in new.iterdir():
                path.unlink()
            facts = {"refused": str(refusal)}
        seal(new, origin | facts)

    return written_once(_target(folder, encoder_dir), origin, write, space=_SPACE_NEEDED)


def _target(folder: Path, encoder_dir: Path) -> Path:
    shipped = folder.resolve() == FOLDER.resolve()
    return encoder_dir.parent / "reader-openvino" if shipped else folder / "openvino"


def _origin(folder: Path, encoder_dir: Path) -> dict[str, Any]:
    return {
        "reader": hashlib.sha256((folder / FILE).read_bytes()).hexdigest()[:16],
        "encoder": model_fingerprint(str(encoder_dir)),
        "openvino": openvino_version(),
        "format": _FORMAT,
    }


def _convert(folder: Path, encoder_dir: Path, new: Path) -> dict[str, Any]:
    """Write the network, and return by how much the chance of absence differs at most.

    Raises Refused where it cannot be converted, or reads otherwise than in PyTorch.
    """
    import torch

    from answer.reader.net import load

    net, metadata = load(folder / FILE, encoder_dir)
    mask = torch.ones(3, 17, dtype=torch.bool)
    mask[1, 9:] = False
    example = {"embedded": torch.randn(3, 17, net.places.shape[1]), "mask": mask}
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of values that tracing keeps; the readings tell
            network = openvino().convert_model(net, example_input=example)
        openvino().save_model(network, new / NETWORK, compress_to_fp16=False)
        converted = ConvertedScorer(new, encoder_dir)
    except OSError:
        raise
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}".partition("\n")[0][:300]) from error
    calibration = json.loads(metadata["calibration"])
    pairs = [(question, passage) for question in QUESTIONS for passage in PASSAGES]
    found, wanted = (
        Reader(scorer, encoder_dir, calibration).read_pairs(pairs)
        for scorer in (converted, TorchScorer(net, encoder_dir))
    )
    differs = 0.0
    for ours, theirs in zip(found, wanted, strict=True):
        if (ours.start, ours.end) != (theirs.start, theirs.end):
            raise Refused("OpenVINO ger andra spann.")
        differs = max(differs, abs(ours.no_answer - theirs.no_answer))
    if differs > TOLERANCE:
        raise Refused(f"OpenVINO ger andra sannolikheter (skillnad {differs:.5f}).")
    return {"difference": differs}


def main(arguments: Sequence[str]) -> None:
    """Convert the reader in the first folder, which was trained on the encoder in the second."""
    go_quiet()
    folder, encoder_dir = map(Path, arguments)
    convert(folder, encoder_dir)


if __name__ == "__main__":
    main(sys.argv[1:])
