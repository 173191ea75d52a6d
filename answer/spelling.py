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

# A word, not a scrap of mark-up, an address or code.
_WORD = re.compile(r"(?<![\w<>=/@#{}$&\\.])[^\W\d_]+(?![\w<>=/@#{}$&\\])")
_RESTORED = {"a": "aåä", "o": "oö"}
# «ar» alone would be read as the far commoner «är».
_YEAR = re.compile(r"\b(?<=vilket )ar\b|\b(?<=manga )ar\b", re.IGNORECASE)
# More spellings than this are not tried; a word so long has few meant ones anyway.
_MOST_SPELLINGS = 3000
# A Swedish word at least this frequent is taken for well spelt.
_COMMON = 3e-7
_LIKELIER = 20.0
_MOST_WORDS = 30_000


def repair(text: str, vocabulary: Mapping[str, int], *, english: bool = False) -> str:
    """Return the question with left-out diacritics restored and misspelt words mended.

    ``vocabulary`` holds the corpus's words in lower case with their counts. In an English
    question only names of the corpus are mended.
    """
    bare = fold(text.lower()) == text.lower()

    def mended(match: re.Match[str]) -> str:
        word = match[0]
        if word.isupper() and len(word) > 1:
            return word  # an abbreviation
        found = _mend(word.lower(), vocabulary, bare=bare and not english, english=english)
        if found == word.lower():
            return word
        return found.capitalize() if word[0].isupper() else found

    return _WORD.sub(mended, _YEAR.sub("år", text) if bare else text)


def _mend(word: str, vocabulary: Mapping[str, int], *, bare: bool, english: bool) -> str:
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
    if found := _nearest(word, vocabulary, furthest):
        return found
    # A word that the word list has at all is left alone, but for slips in the very commonest.
    found = _nearest(word, _common_words(), 1 if word in known else furthest)
    return found if found and known[found] >= known.get(word, 0.0) * 3000 else word


def _restore(word: str, vocabulary: Mapping[str, int]) -> str | None:
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


def _doubling(word: str, vocabulary: Mapping[str, int]) -> str | None:
    """Return a far commoner word of the corpus that differs only in which letters are doubled."""
    if len(word) < 5:
        return None
    single = _undoubled(word)
    same = [w for w in vocabulary if w != word and w[0] == word[0] and _undoubled(w) == single]
    best = max(same, key=lambda w: (vocabulary[w], w), default=None)
    return best if best and vocabulary[best] >= 3 * vocabulary.get(word, 0) else None


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in itertools.groupby(word))


def _inflected(word: str, vocabulary: Mapping[str, int]) -> bool:
    """Tell whether the corpus has another form of the word."""
    root = stem(word)
    return any(w.startswith(root[:4]) and stem(w) == root for w in vocabulary)


def _nearest(word: str, words: Mapping[str, float], furthest: int) -> str | None:
    """Return the nearest word by insertions, deletions, changes and swaps of neighbours.

    Among equally near ones it is the commonest; another form of the same word is no mending.
    """
    found = process.extract(word, words.keys(), scorer=OSA.distance, score_cutoff=furthest, limit=5)
    root = stem(word)
    close = [(d, -words[w], w) for w, d, _ in found if len(w) > 3 and stem(w) != root]
    return min(close)[2] if close else None


@lru_cache(maxsize=1)
def _common_words() -> dict[str, float]:
    return dict(itertools.islice(lexicon().items(), _MOST_WORDS))
