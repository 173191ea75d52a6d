"""The files that the reader is made of, read without torch: its own, and the encoder's words."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FILE = "reader.safetensors"
FORMAT = "1"


def metadata(path: Path) -> dict[str, str]:
    """Return what the reader's file says of itself. Raises ValueError for an unknown format."""
    found: dict[str, str] = _header(path)[0].get("__metadata__", {})
    if found.get("format") != FORMAT:
        raise ValueError(f"expected format {FORMAT} in {path}, found {found.get('format')}")
    return found


def word_rows(encoder_dir: Path) -> npt.NDArray[np.float32]:
    """Return the encoder's word vectors, mapped from its file: only the rows asked for are read.

    Raises ValueError where they are not float32.
    """
    path = encoder_dir / "model.safetensors"
    header, start = _header(path)
    entry = header["embeddings.word_embeddings.weight"]
    if entry["dtype"] != "F32":
        raise ValueError(f"expected float32 word vectors in {path}, found {entry['dtype']}")
    at = start + entry["data_offsets"][0]
    # Copy on write: torch asks for a writable array, and the file must not change.
    return np.memmap(path, dtype="<f4", mode="c", offset=at, shape=tuple(entry["shape"]))


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return a safetensors file's header, and where its numbers start."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length)), 8 + length
