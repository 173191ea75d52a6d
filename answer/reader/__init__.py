"""A trained reader of passages: question and passage to span and the chance that it is absent."""

from answer.reader.reader import FOLDER, Reader, Reading

__all__ = ["FOLDER", "Reader", "Reading"]
