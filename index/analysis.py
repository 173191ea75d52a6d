"""Swedish terms: what a word is found by.

A word gives its stem (Snowball), the stems of its parts where it is a compound, and, where it has
å, ä or ö, a folded form for those who type without them. Numbers are kept whole, written one way.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import Stemmer

_WORD = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?(?!\d)|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[:'’][^\W\d_]+)?"
)
# The genitive and other endings of abbreviations: IVO:s, KPMG:s, VGR:en.
_COLON_ENDING = re.compile(r"[:'’](?:s|n|en|ens|et|ets|er|erna|ar|arna)$", re.IGNORECASE)

STOPWORDS = frozenset(
    """
    alla allt att av bara många mycket flera gärna kort blev bli blir blivit både då de dem den
    denna deras dess dessa det detta dig din ditt dina du där därför efter eftersom ej eller en
    enligt er ett finns fick fler för före från får få ge genom ger gick gjorde gör göra ha hade
    han har hans hon hur här i icke ifrån in innan inom inte ja jag kan kom kunde kring man med
    mellan men mer mig min mina mitt mot ni nog nu när nära något någon några och ofta okej om
    oss på redan samt se sedan ser sig sin sina sitt ska skall skulle som så sådan sådana säga
    sägs ta till trots under upp ut utan vad var vara vare varför varit varje vars vart vem vems
    vi vid vilka vilkas vilken vilket vill väl än ännu är även över åt kunna bland annat också
    dock vore stod stå står berätta förklara beskriv menas betyder innebär handlar exempelvis
    ens ungefär cirka går the a an of is was were are be been to for on at by and or how what
    when where which who why did does do many much with from that this it its as had have has
    """.split()
)

_stemmer = Stemmer.Stemmer("swedish")


class Term(NamedTuple):
    """An index term and how much a question's word lends it: 1 whole, less for parts."""

    text: str
    weight: float


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case, NFC, in order."""
    return [_written(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=200_000)
def _written(word: str) -> str:
    """Return a word or number of a text the way that it is kept."""
    if word[0].isdigit():
        return re.sub(r"[\s\u00a0\u202f]", "", word).rstrip(".,:")
    return _COLON_ENDING.sub("", word).lower()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a lower-case word's Snowball stem; a number is its own.

    Some words would else not meet their other forms: Snowball takes «-ad» off «kostnad» but not
    off «kostnader», only one of the two endings of «ärendena», and leaves the past of «införa» and
    «köpa» («infördes», «köpt») apart from the present.
    """
    if word[0].isdigit() or word.endswith("nad"):
        return word
    stemmed = str(_stemmer.stemWord(word))
    if word.endswith(("ena", "enas")):
        return str(_stemmer.stemWord(stemmed))
    return _present(word, stemmed) or stemmed


_PAST = ("de", "des", "da", "t", "ts", "te", "tes")
_COMMON = 3e-7


def _present(word: str, stemmed: str) -> str | None:
    """Return the stem of the verb that a word is the past of, by «-de» or «-te»; else None.

    Both its infinitive and its present must be words in use («värde» is no past: no «vära»).
    """
    root = stemmed[:-1]
    ending = word[len(root) :]
    if not word.startswith(root) or ending not in _PAST or stemmed[-1] not in "dt":
        return None
    if len(root) < (4 if ending == "t" else 3):
        return None
    known = lexicon()
    # «bestämde» of «bestämma», «kände» of «känna».
    for base in (root, root + root[-1]) if root[-1] in "mn" else (root,):
        present = base if base.endswith("r") else f"{base}er"
        if known.get(f"{base}a", 0) > _COMMON and known.get(present, 0) > _COMMON:
            return str(_stemmer.stemWord(f"{base}a"))
    return None


def fold(text: str) -> str:
    """Return a lower-case text without the marks on its letters: å ä ö become a a o."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def undoubled(word: str) -> str:
    """Return a word with each run of a letter as that letter once: «millenium» of «millennium»."""
    return "".join(letter for letter, _ in itertools.groupby(word))


@lru_cache(maxsize=1)
def lexicon() -> dict[str, float]:
    """Return Swedish words with their frequency as a share of running text (wordfreq)."""
    from wordfreq import get_frequency_dict

    frequencies: dict[str, float] = get_frequency_dict("sv", "large")
    return frequencies


# Endings and scraps that a word list holds as words, but that no compound ends in.
_NOT_LAST = frozenset(
    """
    ning ande ende else het ingen ingar ligen liga lig are aren arna erna orna isk iska ens
    ska ten ner ter tet ter het heter hets ering ion ioner ionen ing inga sam samt ist ister
    tion are arens arnas bar bart bara dom lös löst ade ades abel ler ler sen ser ras rat rad
    rade rats des
    """.split()
)
# Prefixes that make verbs and nouns of others, not compounds.
_NOT_FIRST = frozenset(
    """
    för över under upp till med sam inne åter genom miss ute mot från van
    """.split()
)
_LINKS = ("", "s")


@lru_cache(maxsize=100_000)
def compound_parts(word: str) -> tuple[str, ...]:
    """Return a compound's parts in order, or nothing where it is no compound.

    The split is the one with the likeliest parts, each costing as much as a rare word so that few
    parts win; it is kept where the parts' geometric mean frequency exceeds the whole word's own
    (Koehn & Knight 2003, «Empirical Methods for Compound Splitting»).
    """
    if len(word) < 7 or not word.isalpha():
        return ()
    known = lexicon()
    best: list[tuple[float, tuple[str, ...]]] = [(-math.inf, ())] * (len(word) + 1)
    best[0] = (0.0, ())
    for end in range(3, len(word) + 1):
        for start in range(max(0, end - 20), end - 2):
            score, parts = best[start]
            if score == -math.inf or (start == 0 and end == len(word)):
                continue
            for link in _LINKS if end < len(word) else ("",):
                if not word[start:end].endswith(link):
                    continue
                part = word[start : end - len(link)]
                cost = _part_score(part, known, last=end == len(word), first=start == 0)
                if cost is not None and score + cost > best[end][0]:
                    best[end] = (score + cost, (*parts, part))
    parts = best[-1][1]
    if not parts:
        return ()
    mean = sum(math.log(known[part]) for part in parts) / len(parts)
    return parts if mean > math.log(known.get(word, 1e-9)) else ()


def _all_parts(word: str) -> list[str]:
    """Return a compound's parts, and the parts of those, without repeats."""
    parts = compound_parts(word)
    inner = [smaller for part in parts for smaller in _all_parts(part)]
    return list(dict.fromkeys([*parts, *inner]))


def _part_score(part: str, known: dict[str, float], *, last: bool, first: bool) -> float | None:
    least = 1e-6 if len(part) < 5 else 2e-7 if len(part) < 6 else 5e-8
    if len(part) < 3 or known.get(part, 0.0) < least or (last and part in _NOT_LAST):
        return None
    if len(part) == 3 and known[part] < 5e-5:
        return None
    if part in _NOT_FIRST if first else part in STOPWORDS:
        return None
    return math.log(known[part]) - 4.0


def index_terms(text: str) -> list[str]:
    """Return the terms a text is found by, in order, repeated as its words are."""
    return [term for word in words(text) for term in _word_terms(word)]


@lru_cache(maxsize=100_000)
def _word_terms(word: str) -> tuple[str, ...]:
    stems = [stem(word), *(stem(part) for part in _all_parts(word))]
    folded = [f"~{fold(s)}" for s in stems if fold(s) != s]
    return tuple(dict.fromkeys([*stems, *folded]))


def content_words(text: str) -> list[str]:
    """Return the words of a question that carry its meaning, without repeats, in order."""
    return list(dict.fromkeys(word for word in words(text) if word not in STOPWORDS))


def question_terms(content: Iterable[str]) -> list[Term]:
    """Return the weighted terms of a question's content words.

    A compound's parts weigh half of it each. A word typed without å, ä, ö also looks among
    the folded forms.
    """
    weights: dict[str, float] = {}
    for word in content:
        parts = _all_parts(word)
        shares = [(word, 1.0), *((part, 0.5) for part in parts)]
        for part, weight in shares:
            for term in _variants(stem(part)):
                weights[term] = max(weights.get(term, 0.0), weight)
    return [Term(text, weight) for text, weight in weights.items()]


def _variants(stemmed: str) -> tuple[str, ...]:
    plain = stemmed.isalpha() and fold(stemmed) == stemmed
    return (stemmed, f"~{stemmed}") if plain else (stemmed,)
