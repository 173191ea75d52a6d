"""From a question to an Answer: verbatim, located, or an honest abstention."""

from answer.answerer import Answerer
from answer.records import Answer, Citation, Passage

__all__ = ["Answer", "Answerer", "Citation", "Passage"]
