"""The store on one machine: records in SQLite, vectors in FAISS, terms in Tantivy."""
