"""Reading a follow-up question («När då?», «Och vad kostade den?») in the light of the last one.

A question that stands on its own is left alone. Of one that does not, what it leans on is put in
its place: a pronoun's antecedent, the rest of the last question after a bare interrogative, or the
last question's own frame around a new thing.
"""

from __future__ import annotations

import re

from answer.question import any_of, is_english
from index.analysis import STOPWORDS, words

_OPENING = re.compile(r"^\W*(?:och|men|så|samt|and|but|then)\b[\s,]*", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?:\s+(?:är|var|hände|skedde|blev|gjordes|was)\s+(?:det|it))?"
    r"[\s,]*\b(?:då|i så fall|then)?\W*$",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    any_of(
        r"vad vilken vilket vilka vem vems när "
        r"hur\s(?:många|mycket|länge|ofta|stor|stort|dyrt) hur varför var "
        r"what which who when how\s(?:many|much|long) how why where"
    ),
    re.IGNORECASE,
)
_VERB = re.compile(
    any_of(
        r"är var blev blir har hade fick får gick går gjorde gör kom kommer ska skulle kan kunde "
        r"bör borde måste vill ville tog tar gav ger sa säger stod står låg ligger skedde sker "
        r"hände händer drog drar höll håller lät låter satt såg ser visste vet did does do was "
        r"were is are has have had will would should can could "
        r"\w{2,}(?:ade|ades|erade|erades|ste|tes|des|de|te)"
    ),
    re.IGNORECASE,
)
# What may come after a pronoun that stands for something; before a noun it is an article.
_AFTER = any_of(
    r"i på av om till för från med vid efter före under över mot hos genom inom utan att som när "
    r"om då sedan nu där här inte egentligen senare tidigare fram upp ut in är var har hade ska "
    r"skulle kan kunde fick blev och eller enligt första igen in on of by for after about with"
)
_PRONOUN = re.compile(
    rf"\b(?P<pronoun>(?:den|det|de|dem|denna|detta|dessa|this|that)\b(?=\W*$|\s+{_AFTER})|"
    r"(?:dess|deras|han|hon|honom|henne|hans|hennes|it|its|they|them|their)\b)",
    re.IGNORECASE,
)
# «Finns det …», «hur många … var det»: no pronoun that stands for anything.
_EXPLETIVE = re.compile(
    r"\b(?:finns|fanns|är|var|blev|blir|gäller|gällde|stämmer|går|gick|kommer|ska|står|"
    r"is|was)\s+"
    r"(?:det|it)\b",
    re.IGNORECASE,
)
_STATE = re.compile(any_of(r"kosta\w* är var blev omfatta\w*"), re.IGNORECASE)
_POSSESSIVE = frozenset({"dess", "deras", "hans", "hennes", "its", "their"})
_PEOPLE = frozenset({"han", "hon", "honom", "henne", "de", "dem", "they", "them"}) | _POSSESSIVE
_ENGLISH = frozenset({"it", "its", "they", "them", "their", "this", "that"})
_TOKEN = re.compile(r"\w+(?:[:/-]\w+)*")
_LINKS = frozenset({"av", "i", "på", "för", "med", "om", "of"})
_BARE = 3


def resolve(question: str, last: str, answered: str | None = None) -> str | None:
    """Return the question made whole by the last one, or None where it stands on its own.

    ``last`` is the last question as it was read, ``answered`` its short answer.
    """
    opened = _OPENING.match(question)
    text = _OPENING.sub("", question)
    bare = _CLOSING.sub("", text)
    asking = _INTERROGATIVE.match(bare)
    rest = bare[asking.end() :].strip() if asking else bare
    if asking and not _content(rest) and not _pronoun(bare) and len(rest.split()) <= _BARE:
        return _with_rest(bare, last)
    if found := _pronoun(text):
        thing = _antecedent(found["pronoun"].lower(), last, answered)
        if thing is None:
            return None
        return _capitalised(f"{text[: found.start()]}{thing}{text[found.end() :]}")
    if opened and not asking and len(bare.split()) <= 2 * _BARE:
        return _with_thing(bare, last)
    return None


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOPWORDS]


def _pronoun(text: str) -> re.Match[str] | None:
    english = is_english(text)
    for found in _PRONOUN.finditer(text):
        pronoun = found["pronoun"].lower()
        if pronoun in _ENGLISH and (not english or text[found.end() :].startswith("-")):
            continue  # «Vad heter regionens IT-chef?»
        return None if pronoun in ("det", "it") and _EXPLETIVE.search(text) else found
    return None


def _with_rest(asking: str, last: str) -> str:
    """Return a bare interrogative with what the last question says after its own."""
    body = _topic(last)
    verb = _VERB.search(body)
    if verb is None:
        return _capitalised(f"{asking} {body}?")
    noun = body[: verb.start()].strip()
    after = body[verb.start() :]
    has_verb = bool(_VERB.search(asking))
    if has_verb:
        # «När var det?»: the verb is there; what is asked about is the rest.
        return _capitalised(f"{asking} ({noun} {after})?" if noun else f"{asking} ({after})?")
    if not noun and _STATE.match(after):
        # «När kostade granskningen?» would ask for what no one asks.
        return _capitalised(f"{asking} var {after.partition(' ')[2]}?")
    return _capitalised(f"{asking} {after}" + (f" ({noun})?" if noun else "?"))


def _topic(question: str) -> str:
    """Return a question without its interrogative and question mark."""
    text = question.strip().rstrip("?! .")
    asking = _INTERROGATIVE.search(text)
    return text[asking.end() :].strip() if asking and asking.start() < 20 else text


def _with_thing(thing: str, last: str) -> str:
    """Return the last question about another thing: «Och alternativ B?»."""
    text = last.strip().rstrip("?! .")
    head = thing.split()[0].lower()
    tokens = list(_TOKEN.finditer(text))
    for token in tokens:
        if token[0].lower() == head and len(thing.split()) > 1:
            after = [t for t in tokens if t.start() >= token.start()][: len(thing.split())]
            return _capitalised(f"{text[: token.start()]}{thing}{text[after[-1].end() :]}?")
    asking = _INTERROGATIVE.match(text)
    verb = _VERB.search(text, asking.end() if asking else 0)
    if verb is None:
        return _capitalised(f"{thing}: {text}?")
    names = [t for t in tokens if t.start() > verb.end() and _is_name(t[0])]
    if names and _is_name(thing.split()[0]):
        # One name for another.
        return _capitalised(f"{text[: names[-1].start()]}{thing}{text[names[-1].end() :]}?")
    return _capitalised(f"{text[: verb.end()]} {thing}?")


def _antecedent(pronoun: str, last: str, answered: str | None) -> str | None:
    """Return what a pronoun stands for: the last thing named that agrees with it."""
    named = (
        bool(answered) and len((answered or "").split()) <= 5 and not (answered or "")[0].isdigit()
    )
    if pronoun in _PEOPLE and named:
        return _possessive(answered or "") if pronoun in _POSSESSIVE else answered
    topic = _topic(last)
    tokens = [t[0] for t in _TOKEN.finditer(topic)]
    agreeing = [i for i, t in enumerate(tokens) if _agrees(t.lower(), pronoun)]
    if agreeing:
        at = agreeing[-1]
        # Of «granskningen av upphandlingen» the first is what is spoken of.
        while at - 2 in agreeing and tokens[at - 1].lower() in _LINKS:
            at -= 2
        thing = tokens[at]
    else:
        names = [t for t in tokens if _is_name(t)]
        content = [t for t in tokens if t.lower() not in STOPWORDS]
        if not names and not content:
            return answered if named else None
        thing = (names or content)[-1]
    return _possessive(thing) if pronoun in _POSSESSIVE else thing


def _possessive(thing: str) -> str:
    if thing.isupper() and len(thing) > 1:
        return f"{thing}:s"
    return thing if thing.endswith("s") else f"{thing}s"


def _agrees(word: str, pronoun: str) -> bool:
    """Tell whether a noun in the definite form has the pronoun's gender and number."""
    if word in STOPWORDS or len(word) < 5 or _VERB.fullmatch(word):
        return False
    if pronoun in ("den", "denna", "dess"):
        return word.endswith(("en", "an", "ln", "rn"))
    if pronoun in ("det", "detta"):
        return word.endswith("et")
    if pronoun in ("de", "dem", "dessa", "deras"):
        return word.endswith(("erna", "arna", "orna", "ena"))
    return False


def _is_name(word: str) -> bool:
    return word[0].isupper()


def _capitalised(text: str) -> str:
    text = " ".join(text.split())
    text = text if text.endswith("?") else f"{text.rstrip(' .!')}?"
    return text[0].upper() + text[1:]
