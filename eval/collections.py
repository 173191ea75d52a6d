"""Other people's collections through the same pipeline: BEIR folders and SQuAD files.

A collection becomes a corpus of one text file a document, in a folder and a store of its own under
``var/collections``, named by the content, so that a second run embeds nothing.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.metrics import collapsed, exact_match, f1, ranking_measures
from eval.run import PASSAGES
from ingest.errors import KallsvarError
from settings import Settings

if TYPE_CHECKING:
    from answer import Answerer
    from eval.fit import Ranking


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a collection."""

    id: str
    text: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the ids of its relevant documents, and its answers where they are known.

    ``answers`` is None where the collection has none, and empty for an unanswerable question.
    """

    id: str
    text: str
    relevant: frozenset[str]
    answers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts and questions on them."""

    name: str
    texts: tuple[Text, ...]
    queries: tuple[Query, ...]


def load_beir(folder: Path) -> Collection:
    """Load ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/*.tsv``.

    Raises KallsvarError naming the file and line that cannot be read.
    """
    texts = tuple(
        Text(str(r["_id"]), str(r["text"]), r.get("title") or None)
        for r in _json_lines(folder / "corpus.jsonl", ("_id", "text"))
    )
    asked = {
        str(r["_id"]): str(r["text"])
        for r in _json_lines(folder / "queries.jsonl", ("_id", "text"))
    }
    relevant: dict[str, set[str]] = {}
    for path in sorted((folder / "qrels").glob("*.tsv")):
        for query, document, score in _judgements(path):
            if score > 0:
                relevant.setdefault(query, set()).add(document)
    if not relevant:
        raise KallsvarError(f"Inga bedömningar (qrels/*.tsv) hittades i {folder}.")
    queries = tuple(
        Query(i, asked[i], frozenset(wanted)) for i, wanted in relevant.items() if i in asked
    )
    return Collection(folder.name, texts, queries)


def load_squad(path: Path) -> Collection:
    """Load a SQuAD 1.1 or 2.0 file; each distinct paragraph is a document.

    Raises KallsvarError where it is no such file.
    """
    try:
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        texts: dict[str, Text] = {}
        queries: list[Query] = []
        for article in articles:
            for paragraph in article["paragraphs"]:
                context = paragraph["context"]
                key = hashlib.sha256(context.encode()).hexdigest()[:16]
                texts.setdefault(key, Text(key, context))
                queries += [
                    Query(str(q["id"]), q["question"], frozenset({key}), _answers(q))
                    for q in paragraph["qas"]
                ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KallsvarError(
            f"{path} är inte en läsbar SQuAD-fil ({type(error).__name__}: {error})."
        ) from error
    return Collection(path.stem, tuple(texts.values()), tuple(queries))


def _answers(record: dict[str, Any]) -> tuple[str, ...]:
    if record.get("is_impossible"):
        return ()
    return tuple(dict.fromkeys(answer["text"] for answer in record["answers"]))


def _json_lines(path: Path, fields: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                record = json.loads(line)
                for name in fields:
                    if name not in record:
                        raise KallsvarError(f"{path.name}, rad {number}: fältet «{name}» saknas.")
                yield record
    except OSError as error:
        raise KallsvarError(f"{path} går inte att läsa: {error.strerror}.") from error
    except ValueError as error:
        raise KallsvarError(f"{path.name}: inte giltig JSON ({error}).") from error


def _judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
            if number == 1 and row and not row[-1].lstrip("-").isdigit():
                continue  # BEIR's header
            try:
                yield row[0], row[1], int(row[2])
            except (IndexError, ValueError):
                raise KallsvarError(
                    f"{path.name}, rad {number}: ska vara fråga, dokument och poäng med tabbar."
                ) from None


def collection_settings(collection: Collection, settings: Settings) -> Settings:
    """Write the collection's corpus, if it is not there, and return settings that point at it."""
    digest = hashlib.sha256()
    for text in collection.texts:
        digest.update(f"{text.id}\0{text.title}\n{text.text}\0".encode())
    folder = settings.var / "collections" / f"{collection.name}-{digest.hexdigest()[:12]}"
    corpus = folder / "corpus"
    if not (folder / "written").exists():
        corpus.mkdir(parents=True, exist_ok=True)
        for text in collection.texts:
            # In the text, where a title is embedded with what stands under it.
            whole = f"{text.title}\n\n{text.text}" if text.title else text.text
            (corpus / file_id(text.id)).write_text(whole, encoding="utf-8")
        (folder / "written").touch()
    return settings.apart(corpus, folder)


def file_id(text_id: str) -> str:
    """Return the id of a text's document."""
    return hashlib.sha256(text_id.encode()).hexdigest()[:20] + ".txt"


def evaluate(
    collection: Collection, engine: Answerer, advance: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """Return the collection's measures: of documents found, and of short answers and abstaining."""
    files = {text.id: file_id(text.id) for text in collection.texts}
    relevance: dict[str, list[int]] = {}
    counts: dict[str, int] = {}
    reading: dict[str, list[float]] = {}
    for query in collection.queries:
        answer = engine.ask(query.text, id=query.id, k=PASSAGES)
        advance()
        wanted = {files[i] for i in query.relevant if i in files}
        found = list(dict.fromkeys(p.document.id.partition("#")[0] for p in answer.passages))
        if query.answers != ():
            relevance[query.id] = [int(document in wanted) for document in found]
            counts[query.id] = len(wanted)
        if query.answers is not None:
            _read(query, answer, engine, wanted, reading)
    ranked = ranking_measures(relevance, counts).values()
    measures = {
        name: _mean(values[name] for values in ranked)
        for name in ("R@1", "R@3", "R@5", "RR", "nDCG@10")
    }
    return {name: round(value, 4) for name, value in (measures | _averages(reading)).items()}


def _read(
    query: Query, answer: Any, engine: Answerer, wanted: set[str], reading: dict[str, list[float]]
) -> None:
    def note(name: str, value: float) -> None:
        reading.setdefault(name, []).append(value)

    if not query.answers:
        note("abstained", float(not answer.answered))
        return
    first = answer.passages[0] if answer.passages else None
    best = None
    if first is not None and first.short_answer_start is not None:
        text = engine.document(first.document.id).text
        best = text[first.short_answer_start : first.short_answer_end]
    held = (
        first is not None
        and first.document.id.partition("#")[0] in wanted
        and any(collapsed(a) in collapsed(first.text) for a in query.answers)
    )
    note("answer_in_passage@1", float(held))
    note("EM", exact_match(answer.short_answer, query.answers))
    note("F1", f1(answer.short_answer, query.answers))
    # As if it never abstained, to tell finding from daring.
    note("F1_forced", f1(best, query.answers))
    note("false_abstaining", float(not answer.answered))


def _averages(reading: dict[str, list[float]]) -> dict[str, float]:
    return {name: _mean(values) for name, values in reading.items()}


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def open_collection(collection: Collection, settings: Settings) -> Answerer:
    """Index the collection in a store of its own and return an engine over it."""
    from answer import Answerer
    from ingest.__main__ import sync_with_progress

    own = collection_settings(collection, settings)
    sync_with_progress(own)
    return Answerer(own)


def squad_rankings(path: Path, settings: Settings) -> list[Ranking]:
    """Return the statements found for a SQuAD file's questions, for fitting the weights."""
    import numpy as np

    from eval.fit import Ranking

    collection = load_squad(path)
    engine = open_collection(collection, settings)
    rankings = []
    for query in collection.queries:
        found = engine.evidence(" ".join(query.text.split())).statements
        wanted = {file_id(i) for i in query.relevant}
        right = [
            s.hit.chunk.document_id in wanted
            and any(collapsed(a) in collapsed(s.unit.chunk.text) for a in query.answers or ())
            for s in found
        ]
        features = np.array([s.features for s in found], dtype=np.float64)
        if len(found):
            rankings.append(Ranking(query.id, features, np.array(right, dtype=np.bool_)))
    return rankings
