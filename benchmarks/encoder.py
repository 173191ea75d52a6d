"""``python -m benchmarks.encoder``: the encoder against plain PyTorch, same texts, same run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from eval.collections import Collection, load_squad
from index.encoder import SentenceTransformerEncoder, Vectors, unit
from index.models import bundled_model
from index.pytorch import sentence_transformer
from index.tokens import tokenizer_of
from settings import ROOT, Settings, go_quiet

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


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
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
    for question in asked[:QUESTIONS]:  # both warm, for the lengths that are asked
        ours.question(question)
        plain.encode(question, prompt_name="query")
    ours.documents(pieces[:PASSAGES])
    plain.encode(pieces[:PASSAGES], prompt_name="document")
    ingest, latency = [], []
    # By turns, so that what else the machine does falls on both.
    for number in range(ROUNDS):
        part = pieces[number * PASSAGES : (number + 1) * PASSAGES]
        ingest.append((
            seconds(lambda part=part: ours.documents(part)),  # type: ignore[misc]
            seconds(lambda part=part: plain.encode(part, prompt_name="document")),  # type: ignore[misc]
        ))  # fmt: skip
        for question in asked[:QUESTIONS]:
            latency.append((
                seconds(lambda question=question: ours.question(question)),  # type: ignore[misc]
                seconds(lambda question=question: plain.encode(question, prompt_name="query")),  # type: ignore[misc]
            ))  # fmt: skip
    our_texts, our_questions = ours.documents(texts), np.stack([ours.question(q) for q in asked])
    plain_texts = unit(plain.encode(texts, prompt_name="document"))
    plain_questions = unit(plain.encode(asked, prompt_name="query"))
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
    return measured


if __name__ == "__main__":
    main()
