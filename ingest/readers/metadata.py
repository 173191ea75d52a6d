"""What documents say about themselves, in the form that a Document keeps it."""

from __future__ import annotations

import re

_ISO = re.compile(r"(\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)(?!\d)")
_WORDS = re.compile(r"(?:den )?(\d{1,2})[.:a-z]* ([a-z]{3})[a-z]*\.?,? (\d{4})", re.IGNORECASE)
# Swedish and English months by their first three letters.
_MONTHS = (
    "jan", "feb", "mar", "apr", "maj may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec",
)  # fmt: skip
_LANGUAGE = re.compile(r"([a-z]{2,3})(?![a-z])", re.IGNORECASE)
_THREE_LETTERS = {"swe": "sv", "eng": "en", "nor": "no", "dan": "da", "fin": "fi", "ger": "de"}


def iso_date(text: str | None) -> str | None:
    """Return «2025-03-04» from «2025-03-04T10:00Z» or «4 mars 2025»; None where it is no date.

    A year or a month alone is kept as that.
    """
    text = (text or "").strip()
    if match := _ISO.match(text):
        return match[1]
    if match := _WORDS.match(text):
        for number, names in enumerate(_MONTHS, start=1):
            if match[2].lower() in names.split():
                return f"{match[3]}-{number:02}-{int(match[1]):02}"
    return None


def language_code(text: str | None) -> str | None:
    """Return «sv» from «sv-SE» or «swe»; None where it is no language."""
    match = _LANGUAGE.match((text or "").strip())
    if not match:
        return None
    code = match[1].lower()
    return _THREE_LETTERS.get(code, code)
