"""Tokenizers, each loaded once a process however many use it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import Any

# A vocabulary of 250,000 pieces takes a second to load and 280 MB: the encoder and the reader
# share one. By content, as the same tokenizer may lie in several folders.
_held: dict[str, Any] = {}
_lock = Lock()


def tokenizer_of(folder: Path) -> Any:
    """Return the tokenizer of a folder's ``tokenizer.json``, without padding and truncation."""
    from tokenizers import Tokenizer

    content = (folder / "tokenizer.json").read_bytes()
    key = hashlib.sha256(content).hexdigest()
    with _lock:
        if key not in _held:
            tokenizer = Tokenizer.from_buffer(content)
            tokenizer.no_padding()
            tokenizer.no_truncation()
            _held[key] = tokenizer
        return _held[key]
