"""The one error whose message is written for a person."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class KallsvarError(Exception):
    """An expected failure; ``str(error)`` is Swedish and says what to do."""


@contextlib.contextmanager
def guarded_reading() -> Iterator[None]:
    """Turn whatever goes wrong with one file into a reason to skip it.

    Files come from anywhere, and readers lean on large libraries: one bad file must never stop
    the rest.
    """
    try:
        yield
    except KallsvarError:
        raise
    except Exception as error:
        raise KallsvarError(
            f"Filen gick inte att läsa: oväntat fel ({type(error).__name__}). Kontrollera att den "
            "går att öppna, eller spara den i ett annat format."
        ) from error
