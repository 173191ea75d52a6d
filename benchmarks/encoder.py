"""``python -m benchmarks.encoder``: the encoder against plain PyTorch, same texts, same run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from benchmarks.results import keep
from eval.collections import Collection, load_squad
from index.encoder import SentenceTransformerEncoder, Vectors, unit
from index.models import bundled_model
from index.pytorch import sentence_transformer
from index.tokens import tokenizer_of
from settings import ROOT, Settings, go_quiet

T = TypeVar("T")

SWEQUAD = ROOT.parent / "shared" / "data" / "swequad" / "train.json"
TOKENS = 176
ROUNDS, PASSAGES, QUESTIONS = 6, 32, 30


def passages(texts: Sequence[str], folder: Path) -> list[str]:
    """Return pieces of ``TOKENS`` tokens cut from texts, the prompt and the marks not counted."""
    found = []
    for text, encoding in zip(texts, tokenizer_of(folder).encode_batch(texts), strict=True):
        offsets = [offset for offset in encoding.offsets if offset[1]]
        for at in range(0, len(offsets) - TOKENS + 1, TOKENS):
            found.append(text[offsets[at][0] : offsets[at + TOKENS - 1][1]])
    return found


def seconds(work: Callable[[T], object], given: T) -> float:
    """Return how long a piece of work takes with what it is given."""
    started = time.perf_counter()
    work(given)
    return time.perf_counter() - started


def dense_ndcg(collection: Collection, texts: Vectors, questions: Vectors) -> float:
    """Return the mean nDCG@10 of ranking texts by cosine; each question has one relevant text."""
    place = {text.id: row for row, text in enumerate(collection.texts)}
    scores = questions @ texts.T
    gains = []
    for row, query in enumerate(collection.queries):
        (wanted,) = query.relevant
        rank = int((scores[row] > scores[row, place[wanted]]).sum())
        gains.append(1 / np.log2(rank + 2) if rank < 10 else 0.0)
    return float(np.mean(gains))


def measure(settings: Settings, collection: Collection) -> dict[str, float]:
    """Return passages a second and question times of both, their ratios, and nDCG@10 of both."""
    folder = bundled_model(settings.models_dir)
    ours = SentenceTransformerEncoder(settings.model, settings.models_dir)
    plain = sentence_transformer(settings.model or str(folder), device="cpu")
    texts = [text.text for text in collection.texts]
    asked = [query.text for query in collection.queries]
    pieces = passages(texts, folder)
    as_document = partial(plain.encode, prompt_name="document")
    as_question = partial(plain.encode, prompt_name="query")
    for question in asked[:QUESTIONS]:  # both warm, for the lengths that are asked
        ours.question(question)
        as_question(question)
    ours.documents(pieces[:PASSAGES])
    as_document(pieces[:PASSAGES])
    ingest, latency = [], []
    # By turns, so that what else the machine does falls on both.
    for at in range(0, ROUNDS * PASSAGES, PASSAGES):
        part = pieces[at : at + PASSAGES]
        ingest.append((seconds(ours.documents, part), seconds(as_document, part)))
        for question in asked[:QUESTIONS]:
            latency.append((seconds(ours.question, question), seconds(as_question, question)))
    our_texts, our_questions = ours.documents(texts), np.stack([ours.question(q) for q in asked])
    plain_texts = unit(as_document(texts))
    plain_questions = unit(as_question(asked))
    cosines = [(our_texts * plain_texts).sum(axis=1), (our_questions * plain_questions).sum(axis=1)]
    return {
        "passages_per_s": PASSAGES / median(a for a, _ in ingest),
        "torch_passages_per_s": PASSAGES / median(b for _, b in ingest),
        "passages_ratio": median(b / a for a, b in ingest),
        "question_ms": 1000 * median(a for a, _ in latency),
        "torch_question_ms": 1000 * median(b for _, b in latency),
        "question_ratio": median(b / a for a, b in latency),
        "least_cosine": float(np.concatenate(cosines).min()),
        "ndcg@10": dense_ndcg(collection, our_texts, our_questions),
        "torch_ndcg@10": dense_ndcg(collection, plain_texts, plain_questions),
    }


def main() -> dict[str, float]:
    """Measure on a SQuAD file (an argument, else SweQUAD), print the numbers and return them."""
    go_quiet()
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SWEQUAD
    measured = measure(Settings(), load_squad(path))
    for name, value in measured.items():
        print(f"{name:>22}  {value:.5g}")
    keep("encoder", measured)
    return measured


if __name__ == "__main__":
    main()
