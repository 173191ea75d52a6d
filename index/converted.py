"""A Sentence Transformers model converted to OpenVINO's format, run without torch.

Its folder, written by ``index.conversion``, holds the network from word vectors to sentence
vectors (``network.xml``, ``network.bin``), the word vectors themselves (``words.npy``, in half
precision and mapped: only the rows asked for take memory), ``tokenizer.json``, and in its marker
the model's prompts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from index.folders import facts_of
from index.runtime import Array, Network
from index.tokens import tokenizer_of

if TYPE_CHECKING:
    from index.encoder import Progress, Vectors

Side = Literal["question", "document"]
NETWORK, WORDS = "network.xml", "words.npy"

# A batch holds at most so many tokens, padding included: larger ones are no faster.
_TOKENS = 1024
# Texts tokenised at once, to be sorted into batches by their number of tokens.
_TEXTS = 64
# Lengths are rounded up: each new shape costs a few milliseconds the first time.
_STEP = 8


class ConvertedModel:
    """The model in a folder written by ``index.conversion``. Safe to share between threads."""

    def __init__(self, folder: Path, facts: Mapping[str, Any] | None = None) -> None:
        """``facts``: what the folder's marker says, where it has none yet.

        Raises ImportError without OpenVINO; OSError, ValueError or RuntimeError where the folder
        does not hold a model that can be used.
        """
        facts = facts or facts_of(folder)
        self.folder = folder
        self.dimensions = int(facts["dimensions"])
        self.longest = int(facts["longest"])
        self.prompts: dict[Side, str] = facts["prompts"]
        self._words: npt.NDArray[np.float16] = np.load(folder / WORDS, mmap_mode="r")
        with ThreadPoolExecutor(1) as pool:  # while this thread loads the tokenizer
            network = pool.submit(Network, folder / NETWORK, facts["precision"])
            self.tokenizer: Any = tokenizer_of(folder)
            self._network = network.result()
        self._room = self.longest - self.tokenizer.num_special_tokens_to_add(False)

    def encode(self, texts: Sequence[str], side: Side, progress: Progress | None = None) -> Vectors:
        """Return float32 (len(texts), dimensions) as the model gives them, in the texts' order."""
        vectors: Vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for rows, (output,) in self._network.each(self._batches(texts, self.prompts[side])):
            vectors[rows] = output
            if progress:
                progress(len(rows))
        return vectors

    def token_ids(self, texts: Sequence[str], prompt: str = "") -> list[list[int]]:
        """Return each text's token ids, its prompt first, cut to the model's longest."""
        found = []
        prompted = [prompt + text for text in texts]
        for encoding in self.tokenizer.encode_batch(prompted, add_special_tokens=False):
            encoding.truncate(self._room)
            found.append(self.tokenizer.post_process(encoding).ids)
        return found

    def vectors(self, ids: Sequence[Sequence[int]]) -> Vectors:
        """Return the vectors of one batch of token ids."""
        return self._network.run(self._inputs(ids))[0]

    def _batches(
        self, texts: Sequence[str], prompt: str
    ) -> Iterator[tuple[list[int], Sequence[Array]]]:
        # Batches of like length waste no time on padding.
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for at in range(0, len(order), _TEXTS):
            rows = order[at : at + _TEXTS]
            ids = dict(zip(rows, self.token_ids([texts[row] for row in rows], prompt), strict=True))
            rows.sort(key=lambda row: len(ids[row]))
            start = 0
            for end in range(1, len(rows) + 1):
                if end == len(rows) or (end + 1 - start) * _rounded(len(ids[rows[end]])) > _TOKENS:
                    batch = rows[start:end]
                    yield batch, self._inputs([ids[row] for row in batch])
                    start = end

    def _inputs(self, ids: Sequence[Sequence[int]]) -> Sequence[Array]:
        longest = _rounded(max(map(len, ids)))
        padded = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.int64)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return self._words[padded].astype(np.float32), mask


def _rounded(length: int) -> int:
    return -(-length // _STEP) * _STEP
