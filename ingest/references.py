"""The entries of a document's reference list: who published what, in the styles entries come in."""

from __future__ import annotations

import re

from ingest.records import Reference

LIST_HEADING = re.compile(
    r"(?:referens(?:er|lista)?|käll(?:or|förteckning|hänvisningar)|litteratur(?:förteckning)?|"
    r"noter|fotnoter|slutnoter|references|sources|notes)\s*:?",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\[?(\d{1,3})(?:\]|[.:)])?\s+(\S.*)")
_ADDRESS = re.compile(r"https?://[^\s<>«»\"]+[^\s<>«»\".,;)]")

# How an entry is written. A name has no punctuation; a title ends as a sentence does, but not in a
# person's initial.
_NAME = r"[A-ZÅÄÖ0-9][^.,:;?!()«»”\"]*"
_PUBLISHER = rf"(?P<publisher>{_NAME})"
_BEGINS = r"[A-ZÅÄÖ0-9«»”\"(]"
_TITLE = rf"(?P<title>{_BEGINS}.*(?:(?<!\b[^\W\d])\.|[?!]|[”\"»]\.?))"
_YEAR = r"(?:19|20)\d\d"
_MONTH = "(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december)"
_DATE = rf"(?:(?:(?:den )?\d{{1,2}} )?{_MONTH} {_YEAR}|{_YEAR}-\d\d-\d\d)"
_SURNAME = r"(?:(?:von|af|de|van|der) )?[A-ZÅÄÖ][\w'’-]*[a-zåäöéü]"
_INITIALED = rf"{_SURNAME}(?: {_SURNAME})? (?!(?:AB|HB|KB)\b)[A-ZÅÄÖ]{{1,3}}"
_AUTHORS = rf"(?>{_INITIALED}(?:, {_INITIALED})*+(?:,? (?:m\.? ?fl|et al))?\. )"
_PERSON = (
    rf"{_SURNAME}, (?:[A-ZÅÄÖ]\.(?:[ -]?[A-ZÅÄÖ]\.){{0,4}}|{_SURNAME}(?: {_SURNAME}| [A-ZÅÄÖ]\.?)?)"
)
# Possessive, as all that are repeated here: nobody's list of authors may take seconds to read.
_PERSONS = rf"(?>{_PERSON}(?:(?:,? (?:&|och) |, ){_PERSON})*+)"
_PLACE = r"(?:Stockholm|Göteborg|Malmö|Lund|Uppsala|Umeå|Linköping|London|New York)"
_PUBLISHED = rf" ?\({_YEAR}[a-z]?(?:, [^()]{{1,20}})?\)[.,:]? "
_STYLES = tuple(
    re.compile(style)
    for style in (
        # Efternamn, A. (2020). Titel. Utgivare. — Utgivare (2020). Titel.
        rf"{_PERSONS}{_PUBLISHED}{_TITLE} (?:{_NAME}: )?{_PUBLISHER}(?:, \d.*)?\.?",
        rf"{_PERSONS}{_PUBLISHED}(?P<title>{_BEGINS}[^.]*)\.?",
        rf"{_PUBLISHER}\.?{_PUBLISHED}(?P<title>{_BEGINS}.*?)(?:\. (?P=publisher))?\.?",
        # Efternamn A. Titel. Tidskrift. 2023;12(3):44–51. — Efternamn A. Titel. Ort: Förlag; 2020.
        rf"(?:{_AUTHORS}|{_NAME}\. ){_TITLE} {_PUBLISHER}\.? ?{_YEAR};.*",
        rf"{_AUTHORS}{_TITLE} (?:{_NAME}: )?{_PUBLISHER}[,;] {_YEAR}\.?",
        rf"{_AUTHORS}(?P<title>{_BEGINS}[^.]*)\.? {_YEAR}\.?",
        # Titel. Utgivare, 12 mars 2024.
        rf"(?:{_AUTHORS})?{_TITLE} {_PUBLISHER}, {_DATE}\.?",
        # Utgivare. Titel. 2023.
        rf"(?!{_AUTHORS}){_PUBLISHER}\. {_TITLE} (?:{_YEAR}|{_DATE})\.?",
        # Efternamn, Anna, Titel, Förlag, 2020. A name in definite form is an authority's.
        rf"(?!\w+e[nt],){_PERSONS}, (?P<title>{_BEGINS}.*), (?:{_NAME}: )?{_PUBLISHER},"
        rf"(?: {_PLACE},?)? {_YEAR}\.?",
    )
)
_VISITED = re.compile(r"[ ,]*[\[(]?\b(?:hämtad|läst|besökt)\b[^.]{0,40}\.?$", re.IGNORECASE)
_NO_TITLE = re.compile(rf"{_DATE}\.?|[\d\W]*")
_BY_PERSONS = re.compile(rf"{_AUTHORS}|{_PERSONS}{_PUBLISHED}")
_NAME_WORDS = 8
_ENTRY_CHARACTERS = 1_000
# A sentence begins with these, and no name of a publisher.
_NO_NAME = re.compile(r"(?:En|Ett|De[nt]?|Om|Hur|Vad|Varför|När|Så|Att|Från|Till|Med|I|På|Nu)\b")
# «Inspektionen för vård och omsorg»
_LONG_NAME = re.compile(r"\w+(?:e[nt]|-) (?:för|och) .*")
_SENTENCE_IN_NAME = re.compile(r"[^\W\d]{4,}[.?!] ")


def parse_entry(line: str) -> Reference | None:
    """Read «7: Utgivare, Titel» (also «[7] …», «7. …»); None where the line is no entry.

    The publisher is None where it cannot be told from the title.
    """
    match = _ENTRY.fullmatch(line)
    if not match:
        return None
    rest = match[2].strip()
    url = None
    if address := _ADDRESS.search(rest):
        url = address[0]
        after = rest[address.end() :].lstrip(" .,;)>")
        rest = (rest[: address.start()] + after).strip(" ,;()<>") or url
    publisher, title = _attributed(rest)
    said = f"{publisher}, {title}" if publisher else title
    return Reference(int(match[1]), publisher, title, url, None if said == rest else rest)


def _attributed(entry: str) -> tuple[str | None, str]:
    """Return an entry's publisher, or None, and its title."""
    styles = _STYLES if len(entry) <= _ENTRY_CHARACTERS else ()
    for match in (style.fullmatch(_VISITED.sub("", entry)) for style in styles):
        publisher = match and (match.groupdict().get("publisher") or "").strip()
        if match and (not publisher or _is_name(publisher)):
            return publisher or None, match["title"].removesuffix(".")
    publisher, _, title = entry.partition(", ")
    title = title.strip()
    named = len(publisher.split()) <= 4 or (_LONG_NAME.fullmatch(publisher) and _is_name(publisher))
    # A sentence («Detta gäller, enligt lagen, …») goes on in lower case; a title does not.
    titled = not _NO_TITLE.fullmatch(title) and not title[0].islower()
    if not (named and titled) or _SENTENCE_IN_NAME.search(publisher) or _BY_PERSONS.match(entry):
        return None, entry
    return publisher, title


def _is_name(text: str) -> bool:
    """Tell whether a stretch of an entry could be the name of a publisher."""
    return len(text.split()) <= _NAME_WORDS and not _NO_NAME.match(text)
