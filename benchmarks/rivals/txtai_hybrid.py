"""txtai: an embeddings database with hybrid search."""

from __future__ import annotations

from collections.abc import Callable

from harness import Passage, measure


def build(model: str, passages: list[Passage]) -> Callable[[str], str]:
    """Index the passages; return what finds the id of the best one for a question."""
    from txtai import Embeddings

    prompts = {"query": "query: ", "data": "passage: "}
    index = Embeddings(path=model, hybrid=True, instructions=prompts)
    index.index([(p["id"], p["text"], None) for p in passages])

    def best(question: str) -> str:
        found = index.search(question, 10)
        return str(found[0][0]) if found else ""

    return best


measure(build)
