"""Reading a question past its typing: left-out å, ä and ö, and misspelt words.

A word is changed only where it is unlikely as it stands, towards words of the corpus first. The
chat shows how the question was read, so a wrong guess is seen.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.analysis import compound_parts, fold, lexicon, stem
from index.store import Vocabulary

# A word, not a scrap of mark-up, an address or code.
_WORD = re.compile(r"(?<![\w<>=/@#{}$&\\.])[^\W\d_]+(?![\w<>=/@#{}$&\\])")
_RESTORED = {"a": "aåä", "o": "oö"}
# «ar» alone would be read as the far commoner «är», and «kalla» is as common as «källa».
_YEAR = re.compile(r"\b(?<=vilket )ar\b|\b(?<=manga )ar\b", re.IGNORECASE)
_SOURCE = re.compile(r"\b(?<=vilken )kalla\b", re.IGNORECASE)
# More spellings than this are not tried; a word so long has few meant ones anyway.
_MOST_SPELLINGS = 3000
# A Swedish word at least this frequent is taken for well spelt.
_COMMON = 3e-7
_LIKELIER = 20.0
_MOST_WORDS = 30_000


def repair(text: str, vocabulary: Vocabulary, *, english: bool = False) -> str:
    """Return the question with left-out diacritics restored and misspelt words mended.

    ``vocabulary`` holds the corpus's words. In an English question only names of the corpus are
    mended.
    """
    bare = fold(text.lower()) == text.lower() and any(
        _left_out(word.lower(), vocabulary) for word in _WORD.findall(text)
    )

    def mended(match: re.Match[str]) -> str:
        word = match[0]
        if word.isupper() and len(word) > 1:
            return word  # an abbreviation
        found = _mend(word.lower(), vocabulary, bare=bare and not english, english=english)
        if found == word.lower():
            return word
        return found.capitalize() if word[0].isupper() else found

    return _WORD.sub(mended, _SOURCE.sub("källa", _YEAR.sub("år", text)) if bare else text)


def _mend(word: str, vocabulary: Vocabulary, *, bare: bool, english: bool) -> str:
    if bare and (restored := _restore(word, vocabulary)):
        return restored
    if doubled := _doubling(word, vocabulary):
        return doubled
    if len(word) < 4 or word in vocabulary or english:
        return word
    known = lexicon()
    if known.get(word, 0.0) >= _COMMON or compound_parts(word) or _inflected(word, vocabulary):
        return word
    furthest = 1 if len(word) < 7 else 2 if len(word) < 14 else 3
    if found := _nearest(word, vocabulary.near(word, furthest), vocabulary):
        return found
    # A word that the word list has at all is left alone, but for slips in the very commonest.
    found = _nearest(word, _near_common(word, 1 if word in known else furthest), known)
    return found if found and known[found] >= known.get(word, 0.0) * 3000 else word


def _left_out(word: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a word shows that its writer leaves å, ä and ö out.

    It is no word as it stands, or far less common than it is with them. «satt» is as good as
    «sätt», and tells nothing.
    """
    known = lexicon()
    itself = known.get(word, 0.0)
    return any(
        known.get(spelling, 0.0) > itself * _LIKELIER
        or (not itself and word not in vocabulary and spelling in vocabulary)
        for spelling in _spellings(word)
    )


def _restore(word: str, vocabulary: Vocabulary) -> str | None:
    """Return the word with å, ä, ö put in where that makes a likelier word."""
    known = lexicon()
    best, best_score = None, known.get(word, 0.0) * _LIKELIER + (1.0 if word in vocabulary else 0.0)
    for spelling in _spellings(word):
        score = known.get(spelling, 0.0) + (1.0 if spelling in vocabulary else 0.0)
        if score > best_score:
            best, best_score = spelling, score
    return best


def _spellings(word: str) -> Iterator[str]:
    letters = [_RESTORED.get(letter, letter) for letter in word]
    for spelling in itertools.islice(itertools.product(*letters), 1, _MOST_SPELLINGS):
        yield "".join(spelling)


def _doubling(word: str, vocabulary: Vocabulary) -> str | None:
    """Return a far commoner word of the corpus that differs only in which letters are doubled."""
    if len(word) < 5:
        return None
    same = {w: n for w, n in vocabulary.doubled(word).items() if w != word and w[0] == word[0]}
    best = max(same, key=lambda w: (same[w], w), default=None)
    return best if best and same[best] >= 3 * vocabulary.get(word, 0) else None


def _inflected(word: str, vocabulary: Vocabulary) -> bool:
    """Tell whether the corpus has another form of the word."""
    root = stem(word)
    return any(w.startswith(root[:4]) for w in vocabulary.forms(root))


def _nearest(
    word: str, near: Mapping[str, int], words: Vocabulary | Mapping[str, float]
) -> str | None:
    """Return the nearest of the words near one, by distance.

    Among equally near ones it is the commonest; another form of the same word is no mending.
    """
    root = stem(word)
    close = [(d, -words.get(w, 0), w) for w, d in near.items() if len(w) > 3 and stem(w) != root]
    return min(close)[2] if close else None


def _near_common(word: str, furthest: int) -> dict[str, int]:
    """Return the common words within a distance: insertions, deletions, changes, swaps."""
    found = process.extract(
        word, _common_words(), scorer=OSA.distance, score_cutoff=furthest, limit=None
    )
    return {w: int(d) for w, d, _ in found}


@lru_cache(maxsize=1)
def _common_words() -> list[str]:
    return list(itertools.islice(lexicon(), _MOST_WORDS))
