"""From a file in the corpus to a Document and its Chunks."""
