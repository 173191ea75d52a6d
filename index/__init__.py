"""Keeps the index in line with the corpus, and searches it."""
