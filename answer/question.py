"""Reading a question: what kind of answer it asks for, and which of its words carry meaning.

The first interrogative decides, with the words right after it; «när» further on in a sentence is
a conjunction, so a pattern that looked anywhere would misread it. Without an interrogative the
question is a command («räkna upp …») or bare search words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.analysis import STOPWORDS, content_words, lexicon, words

AnswerType = Literal[
    "money", "number", "date", "duration", "who", "organisation", "why", "list", "definition",
    "yes_no", "what",
]  # fmt: skip


Grain = Literal["day", "month"]


def any_of(text: str) -> str:
    """Return a pattern for any of the words or word patterns in a text, as a whole word."""
    return rf"\b(?:{'|'.join(text.split())})\b"


def _compiled(text: str) -> re.Pattern[str]:
    return re.compile(any_of(text), re.IGNORECASE)


# The commonest finite verbs, and the past tenses that can be told by their endings.
FINITE = _compiled(
    r"är var blev blir har hade fick får gick går kom kommer ska skulle kan kunde bör borde vill "
    r"måste tog tar gav ger lät låter höll står stod ligger låg drog satte valde såg insåg "
    r"bar bröt fann försvann föll hann lade led rev sade sjönk skar skrev slog sköt steg vann vek "
    r"\w{3,}ades? "
    # «Stående», «nionde» and «värde» are none.
    r"(?!\w*(?:[ae]nde|[nt]ionde|sjunde|åttonde|fjärde|värde|både)\b)"
    r"\w{2,}(?:[dlnmrgvj]des?|byggdes?|[kpstf]tes?)"
)
# How common an infinitive is beside its present tense, at the least.
_INFINITIVE = 0.05
_INTERROGATIVE = _compiled(
    r"vad vilken vilket vilka vem vems när hur varför var vart hurdan\w* "
    r"what which who whom whose when how why where"
)
_MONEY = _compiled(
    r"\w*(?:kostnad|avgift|ersättning|budget)(?:en|er|erna|s)? kosta(?:r|de|t|s)? betala\w* pengar "
    r"kronor \w*(?:summa|summan|belopp|beloppet|pris|priset|prislapp|prislappen|notan?) böter lön "
    r"värd(?:e|et)? dyr\w* spendera\w* cost(?:s|ed)? pay paid price fine fee money"
)
_DATE = _compiled(
    r"\w*år \w*året \w*årtal(?:et)? \w*datum(?:et)? \w*dag(?:en)? \w*månad(?:en)? "
    r"tidpunkt(?:en)? årstid "
    r"\w*period(?:en)? vecka(?:n)? kvartal \w*höst \w*vår year date month day"
)
_DURATION = _compiled(
    r"dagar dygn veckor månader år timmar minuter tid länge long days weeks months years"
)
_PARTY = _compiled(
    r"\w*(?:myndighet|organisation|företag|bolag|leverantör|byrå|aktör|universitet|instans|nämnd|"
    r"styrelse|grupp|verk|tidning|kommun|avdelning|part|region)(?:en|er|et|n|erna)? "
    r"authority company agency supplier firm vendor board organi[sz]ation"
)
_REASON = _compiled(
    r"\w*(?:orsak|anledning|skäl|syfte|motiv)(?:en|et|er|erna|ar|arna|n|t|s)? "
    r"mål(?:et|en)? bakgrund(?:en)? "
    r"beror berodde reasons? goal purpose aim why"
)
_MEANING = _compiled(
    r"betyder innebär innebar menas avses går\sut\spå innebörd(?:en)? definition(?:en)? "
    r"förkortning\w* betydelse\w* "
    r"means? stands?"
)
_DEFINED = re.compile(
    r"(?:vad|what) (?:är|var|is|are) (?:(?:en|ett|egentligen|a|an|the) )*[\w:/-]+(?: [\w/-]+)?"
    r"(?: (?:för (?:något|någonting)|egentligen))?\W*|.*\b(?:står|stand)\b.*\b(?:för|for)\W*",
    re.IGNORECASE,
)
_NOUNS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    ("why", _REASON),
    ("money", _MONEY),
    ("organisation", _PARTY),
)
_ADJECTIVE = re.compile(r"\w+(?:ig|iga|igt|sk|ska|skt|ern|erna|dra|nan|nat|ell|ella|ny|nya|nytt)")
# «Vad går alternativ C ut på?»
_LETTER = re.compile(r"([a-zåäö]{3,}) ([A-ZÅÄÖ])(?![\w’'.-])")
# What one is to do, or what is advised, is all of a list where it stands in one.
_ADVICE = _compiled(
    r"vad\sska\s(?:man|jag|vi|du|ni)\sgöra hur\sgör\s(?:man|jag|vi|du|ni) "
    r"vad\s(?:rekommenderar?(?:s|de|des)?|föreslår|föreslog)"
)
_HOW_MANY_THINGS = re.compile(
    r"(?<=\bvilka )(?:två|tre|fyra|fem|sex|sju|åtta|nio|tio|\d{1,2}) (?!av\b)", re.IGNORECASE
)
_COMMAND = _compiled(r"nämn räkna lista list ange redogör")
_POLAR = re.compile(
    r"\W*"
    + any_of(
        "stämmer är var har hade kan kunde kommer ska skulle får fick finns fanns blev "
        "did does is was has have are were"
    ),
    re.IGNORECASE,
)
_ENGLISH = frozenset(
    "the what how many much did does was were which who why when where is are of and to a an has "
    "have by for long should".split()
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read: its text, the type of answer asked for, its content words.

    ``several`` says that it asks for more than one thing, ``whole`` that a whole list may answer;
    ``grain`` that a date is asked for to the day or the month; ``focus`` is the noun that «vilken
    …» asks for, in lower case; ``letter`` is that of an item which the question names by it.
    """

    text: str
    type: AnswerType
    content: tuple[str, ...]
    english: bool
    several: bool
    grain: Grain | None = None
    focus: str | None = None
    letter: str | None = None
    whole: bool = False


def read_question(text: str) -> Question:
    """Read a question, Swedish or English."""
    kind = _type(text)
    # How many there are is not what they are: «vilka tre krav» are «vilka krav».
    meant = _HOW_MANY_THINGS.sub("", text)
    several = kind == "list" or bool(re.search(r"\bvilka\b", text, re.IGNORECASE))
    whole = several or _ADVICE.search(text) is not None
    return Question(
        text, kind, tuple(content_words(meant)), is_english(text), several, _grain(text, kind),
        _focus(meant), _letter(text), whole,
    )  # fmt: skip


def says_type(kind: AnswerType, word: str) -> bool:
    """Tell whether a word of a question says no more than that it asks for an amount or a time."""
    pattern = {"money": _MONEY, "date": _DATE, "duration": _DURATION}.get(kind)
    return pattern is not None and pattern.fullmatch(word) is not None


def _focus(text: str) -> str | None:
    """Return the noun after «vilken», «vilket» or «vilka», past an adjective."""
    asked = re.search(r"\b(?:vilken|vilket|vilka|which)\s+([\w-]+)(?:\s+([\w-]+))?", text, re.I)
    if not asked:
        return None
    noun = asked[2] if asked[2] and _ADJECTIVE.fullmatch(asked[1].lower()) else asked[1]
    return None if FINITE.fullmatch(noun) else noun.lower()


def _letter(text: str) -> str | None:
    found = _LETTER.search(text)
    return found[2] if found and found[1] not in STOPWORDS else None


def _grain(text: str, kind: AnswerType) -> Grain | None:
    if kind != "date":
        return None
    if re.search(any_of(r"\w*datum(?:et)? dag(?:en)? day date"), text, re.IGNORECASE):
        return "day"
    fine = any_of(r"månad(?:en)? month årstid(?:en)?")
    return "month" if re.search(fine, text, re.IGNORECASE) else None


def is_english(text: str) -> bool:
    """Tell whether a question is written in English, by its function words."""
    found = words(text)
    return sum(word in _ENGLISH for word in found) >= max(2, len(found) // 4)


def _type(text: str) -> AnswerType:
    asking = _INTERROGATIVE.search(text)
    rest = text[asking.end() :].strip() if asking else ""
    if asking is None or (
        asking.start() == 0
        # «Var finns …?» asks for a place, «var det …?» whether.
        and asking[0].lower() == "var"
        and not is_verb(rest.partition(" ")[0].strip("?,."))
    ):
        return _without_interrogative(text)
    near = " ".join(rest.split()[:4])
    match asking[0].lower():
        case "när" | "when":
            return "date"
        case "varför" | "why":
            return "why"
        case "vem" | "vems" | "who" | "whom" | "whose":
            return "who"
        case "hur" | "how":
            return _how(rest, near)
        case "vad" | "what":
            return _what(text[asking.start() :], rest, near)
        case "vilken" | "vilket" | "vilka" | "which":
            return _which(asking[0].lower(), rest)
        case _:
            return "what"


def is_verb(word: str) -> bool:
    """Tell whether a word is a finite verb: known as one, or with an infinitive to its ending.

    «arbetar» has «arbeta», «används» has «använda»; «leverantörer» has no «leverantöra».
    """
    word = word.lower()
    if FINITE.fullmatch(word):
        return True
    known = lexicon()
    for ending in ("ar", "er", "s"):
        infinitive = word.removesuffix(ending) + "a"
        if word.endswith(ending) and infinitive in known:
            return known[infinitive] >= _INFINITIVE * known.get(word, 0.0)
    return False


def _how(rest: str, near: str) -> AnswerType:
    measure = rest.lower().partition(" ")[0]
    if measure in ("länge", "lång", "långt", "long") or measure.startswith(("försena", "delay")):
        return "duration"
    if measure in ("många", "many"):
        noun = " ".join(rest.split()[1:2])
        if _DURATION.fullmatch(noun):
            return "duration"
        return "money" if _MONEY.search(" ".join(rest.split()[1:3])) else "number"
    if measure in (
        "mycket",
        "much",
        "stor",
        "stora",
        "stort",
        "hög",
        "höga",
        "högt",
        "dyr",
        "dyrt",
    ):
        if re.match(r"\w+ (?:andel|del|share|part)\b", rest, re.IGNORECASE):
            return "number"
        return "money" if _MONEY.search(rest) else "number"
    return "why" if near.lower().startswith(("kommer det sig", "kom det sig", "come")) else "what"


def _what(asked: str, rest: str, near: str) -> AnswerType:
    if re.match(r"he(?:ter|tte)\b", rest, re.IGNORECASE) or re.search(r"\bheta\b", rest):
        return "who"
    if re.match(r"(?:för (?:sorts?|slags|typ)|kalla[ds]?s?)\b", rest, re.IGNORECASE):
        return "what"
    if re.search(r"\b(?:kosta|betala|cost|pa(?:y|id))\w*", rest, re.IGNORECASE):
        return "money"
    if _DEFINED.fullmatch(asked) or _MEANING.search(near):
        return "definition"
    if _REASON.search(near):
        return "why"
    if _MONEY.search(" ".join(near.split()[:3])):
        return "money"
    if re.match(r"(?:year|date|month|day)\b", near, re.IGNORECASE):
        return "date"
    return "list" if re.match(r"(?:are|were) the\b", near, re.IGNORECASE) else "what"


def _which(asking: str, rest: str) -> AnswerType:
    """Read «vilken …» by its noun: the next word, or the one after an adjective."""
    noun, _, after = rest.partition(" ")
    if _ADJECTIVE.fullmatch(noun):
        noun = after.partition(" ")[0]
    noun = noun.strip("?,.")
    # «Vilken tid på året?»
    when = noun in ("tid", "tider", "tidpunkt") and re.search(
        r"\b(?:av|på) (?:året|dygnet|dagen)", after
    )
    if asking != "vilka" and (_DATE.fullmatch(noun) or when):
        return "date"
    if asking == "vilka" and FINITE.fullmatch(noun):
        return "who"
    for kind, pattern in _NOUNS:
        if pattern.fullmatch(noun):
            return kind
    plural = asking == "which" and re.fullmatch(r"\w{3,}[^sui\W]s", noun) is not None
    return "list" if asking == "vilka" or plural else "what"


def _without_interrogative(text: str) -> AnswerType:
    if _POLAR.match(text) and len(text.split()) > 3:
        return "yes_no"
    if _COMMAND.search(text):
        return "list"
    kinds: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
        ("number", _compiled("antal antalet number andel(?:en)?")),
        ("money", _MONEY),
        ("date", _compiled(r"\w*datum årtal år year date deadline")),
        ("why", _REASON),
        ("definition", _MEANING),
    )
    return next((kind for kind, pattern in kinds if pattern.search(text)), "what")
