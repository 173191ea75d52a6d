"""llama-index over FAISS."""

from __future__ import annotations

from collections.abc import Callable

from harness import Passage, measure


def build(model: str, passages: list[Passage]) -> Callable[[str], str]:
    """Index the passages; return what finds the id of the best one for a question."""
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    embedding = HuggingFaceEmbedding(
        model_name=model, query_instruction="query: ", text_instruction="passage: "
    )
    size = len(embedding.get_query_embedding("storlek"))
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(size))
    index = VectorStoreIndex(
        [TextNode(id_=p["id"], text=p["text"]) for p in passages],
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=embedding,
    )
    retriever = index.as_retriever(similarity_top_k=10)

    def best(question: str) -> str:
        return str(retriever.retrieve(question)[0].node.node_id)

    return best


measure(build)
