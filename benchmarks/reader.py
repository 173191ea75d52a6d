"""``python -m benchmarks.reader``: a question read in five passages, against plain PyTorch."""

from __future__ import annotations

from itertools import islice
from statistics import median

from answer.candidates import READ
from answer.reader import FOLDER, Reader, Reading
from answer.reader.conversion import converted_reader
from answer.reader.files import FILE
from answer.reader.net import load
from answer.reader.scorers import ConvertedScorer, TorchScorer
from benchmarks.encoder import seconds
from benchmarks.results import keep
from eval.questions import load_questions
from index.models import bundled_model
from ingest.corpus import corpus_files, read
from ingest.errors import KallsvarError
from settings import Settings, go_quiet

QUESTIONS = 60


def paragraphs(settings: Settings) -> list[str]:
    """Return the corpus documents' paragraphs, as the reader gets them."""
    documents = [document for file in corpus_files(settings.corpus) for document in read(file)]
    return [
        document.text[block.span.start : block.span.end]
        for document in documents
        if document.kind == "document"
        for block in document.blocks
        if block.kind == "paragraph"
    ]


def measure(settings: Settings) -> dict[str, float]:
    """Return a reading's median time (ms) in both, the ratio, and how they differ."""
    encoder_dir = bundled_model(settings.models_dir)
    folder = converted_reader(FOLDER, encoder_dir)
    if folder is None:
        raise KallsvarError("Läsaren går inte att köra i OpenVINO här; inget finns att jämföra.")
    net, _ = load(FOLDER / FILE, encoder_dir)
    ours = Reader(ConvertedScorer(folder, encoder_dir), encoder_dir, (1.0, 0.0, 0.0))
    plain = Reader(TorchScorer(net, encoder_dir), encoder_dir, (1.0, 0.0, 0.0))
    texts = paragraphs(settings)
    asked = [question.question for question in islice(load_questions(split="dev"), QUESTIONS)]
    given = [
        (q, [texts[(at * READ + i) % len(texts)] for i in range(READ)])
        for at, q in enumerate(asked)
    ]
    found: list[tuple[list[Reading], list[Reading]]] = []
    for pair in given:  # both warm
        found.append((ours.read(*pair), plain.read(*pair)))
    # By turns, so that what else the machine does falls on both.
    times = [
        (seconds(lambda p: ours.read(*p), pair), seconds(lambda p: plain.read(*p), pair))
        for pair in given
    ]
    readings = [pair for ours, theirs in found for pair in zip(ours, theirs, strict=True)]
    return {
        "passages": READ,
        "characters": median(len(text) for text in texts),
        "read_ms": 1000 * median(a for a, _ in times),
        "torch_read_ms": 1000 * median(b for _, b in times),
        "read_ratio": median(b / a for a, b in times),
        "same_span": sum((a.start, a.end) == (b.start, b.end) for a, b in readings) / len(readings),
        "no_answer_difference": max(abs(a.no_answer - b.no_answer) for a, b in readings),
    }


def main() -> dict[str, float]:
    """Measure, print the numbers and return them."""
    go_quiet()
    measured = measure(Settings())
    for name, value in measured.items():
        print(f"{name:>22}  {value:.5g}")
    keep("reader", measured)
    return measured


if __name__ == "__main__":
    main()
