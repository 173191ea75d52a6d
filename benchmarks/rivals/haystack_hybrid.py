"""haystack-ai: its store in memory, BM25 and embeddings joined by reciprocal ranks."""

from __future__ import annotations

from collections.abc import Callable

from harness import Passage, measure


def build(model: str, passages: list[Passage]) -> Callable[[str], str]:
    """Index the passages; return what finds the id of the best one for a question."""
    from haystack import Document
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )

    store = InMemoryDocumentStore()
    embedder = SentenceTransformersDocumentEmbedder(
        model=model, prefix="passage: ", progress_bar=False
    )
    embedder.warm_up()
    documents = [Document(id=p["id"], content=p["text"]) for p in passages]
    store.write_documents(embedder.run(documents)["documents"])
    asker = SentenceTransformersTextEmbedder(model=model, prefix="query: ", progress_bar=False)
    asker.warm_up()
    dense, words = InMemoryEmbeddingRetriever(store), InMemoryBM25Retriever(store)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def best(question: str) -> str:
        vector = asker.run(question)["embedding"]
        found = [dense.run(query_embedding=vector)["documents"], words.run(question)["documents"]]
        return str(joiner.run(found)["documents"][0].id)

    return best


measure(build)
