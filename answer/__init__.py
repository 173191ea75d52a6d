"""From a question to an Answer: verbatim, located, or an honest abstention."""

from typing import TYPE_CHECKING, Any

from answer.records import Answer, Citation, Passage

if TYPE_CHECKING:
    from answer.answerer import Answerer

__all__ = ["Answer", "Answerer", "Citation", "Passage"]


def __getattr__(name: str) -> Any:
    """Import what answers only where it is used, so that ``python -m answer --help`` need not."""
    if name != "Answerer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from answer.answerer import Answerer

    return Answerer
