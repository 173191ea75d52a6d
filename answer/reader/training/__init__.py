"""How the reader is trained and measured: ``python -m answer.train``."""
