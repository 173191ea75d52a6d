"""Reading a question about the sources themselves: what it asks for, and by what.

It may ask what a statement rests on («Varifrån kommer siffran …?»), or for entries of a reference
list by number, publisher or title («Vad har verket gett ut?»).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


_CLAIM = (
    r"(?:uppgift(?:en|erna)?|siffr(?:an|orna)|påståendet?|kalkylen|beräkningen|statistiken|tanken|"
    r"claim|figure|statement|information)"
)
# Words that name a source as such.
_SOURCE = (
    r"käll(?:a|an|or|orna)", r"\w*käll(?:förteckning|hänvisning|angivelse|list)\w*",
    r"(?:referens|litteratur)(?:en|er|erna|list\w+|förteckning\w*)?", r"fotnot\w*",
    r"(?:sources?|references?|cited)", r"\[\d{1,3}\]", r"hänvisa\w*", r"belägg(?:et|a)?",
    r"läsa mer om", r"slå upp",
)  # fmt: skip
# What asks for one whatever else the question says.
_SURELY = _any(
    *_SOURCE, rf"{_CLAIM} (?:om|att|på|of|that|about)",
    rf"(?:vad|var\w*|vems|where) .{{0,25}}{_CLAIM}",
    r"varifrån (?:har|får|fick|är)", r"var (?:har|kommer) .{3,120}(?:ifrån|fått|hittat|läst)",
    r"vart? (?:någonstans )?(?:står|stod|framgår)", r"stöd för att", r"vad (?:styrker|stödj?er)",
    r"var (?:kan|hittar|finner|ska) (?:jag|man|vi) .{0,25}(?:läsa|slå|kolla|kontrollera|länk\w*)",
    r"hur (?:kan|vet) (?:man|ni|vi|de|jag)", r"where does .{3,120}come from",
    r"(?:i|ur|på|till) listan", r"vems (?:siffra|uppgift|påstående)",
)  # fmt: skip
# What a source is called, and what its maker does; they may speak of something else too.
_WORKS = _any(
    r"\w*artik(?:el|eln|lar|larna)", r"\w*tidning(?:en|ar|arna)?", r"tidskrift(?:en|er)?",
    r"\w*rapport(?:en|er|erna)?", r"pressmeddelanden?t?", r"nyhet(?:en|er)?",
    r"text(?:en|er|erna)?", r"webbsid(?:a|an|or)", r"publikation(?:en|er|erna)?",
    r"skrift(?:en|er)?", r"faktablad(?:et)?", r"reportage(?:t)?", r"studi?e[nr]?",
    r"dokument(?:et|en)?", r"länk(?:en|ar)?", r"rubrik(?:en)?", r"tit(?:el|eln|lar)",
    r"utgivaren?", r"medi(?:um|er)", r"författaren?", r"skribent(?:en)?",
    r"article", r"paper", r"report", r"publication", r"release", r"study", r"survey",
    r"publicer\w+", r"(?:ge|gett|gav|gavs|getts) ut", r"utgiv\w+", r"skriv(?:it|er|en)", r"skrev",
    r"rapportera(?:r|t|de)", r"utfärda\w*", r"åberopa\w*", r"citera\w*", r"skickat ut", r"nämns",
    r"undersökning(?:en)?", r"recension(?:en)?", r"handlingar", r"(?:hand)?bok(?:en)?",
    r"finns det (?:något|någon|några)(?: \w+)? (?:från|ur|av)",
    r"påstår", r"uppger", r"uppgett", r"hävdar", r"(?:räknat ut|mätt|visat|berättat|konstaterat)",
    r"(?:slagit fast|kommit fram till)", r"(?:står|ligger|stod|låg) bakom",
    r"(?:published|issued|wrote|written|reported)",
)  # fmt: skip
# The rest of the frame of such a question, which says nothing of what is asked for.
_FRAME = _any(
    *_SOURCE, _CLAIM, "vilken", "vilket", "vilka", "vad", "vart?", "vems?", "varifrån", "which",
    "what", "who", "heter", "handlar", "kommer", "används", "anges", "finns", "står", "säger",
    "menar", "bygger", "grundar", "vilar", "stöd(?:j?er)?", "nummer", "listan", "ifrån", "sig",
    "jag", "man", "ni", "vi", "kan", "hur", "vet", "den", "det", "said", "says?", "supports?",
    "number", "list", "come", "from",
)  # fmt: skip
# What asks for something that no source is.
_OTHERWISE = re.compile(r"\W*(?:hur|varför|how|why)\b", re.IGNORECASE)
_WRITER = _any(
    r"skribent(?:en)?", r"journalist(?:en)?", r"reporter(?:n)?", r"författaren?", "author"
)
_MANY = _any(
    "vilka", "alla", r"\w*källor(?:na)?", r"referenser(?:na)?", r"texter(?:na)?",
    r"artiklar(?:na)?", "rapporter(?:na)?", "pressmeddelanden", r"publikationer(?:na)?",
    "handlingar", "skrifter", "något", "sources", "references",
    r"vad har .{2,60}(?:skrivit|publicerat|utgivit|gett ut)",
)  # fmt: skip
_ORDINALS = (
    "första andra tredje fjärde femte sjätte sjunde åttonde nionde tionde elfte tolfte trettonde "
    "fjortonde femtonde sextonde sjuttonde artonde nittonde tjugonde"
).split()
_CARDINALS = (
    "ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton "
    "arton nitton tjugo"
).split()
_ENTRY = r"(?:källa(?:n)?|referens(?:en)?|fotnot|not|nummer|nr|source|reference|ref)"
_NUMBERED = re.compile(
    rf"\b{_ENTRY}\.?(?: (?:nummer|nr|number))?\.? ?(?P<digits>\d{{1,3}})\b(?! ?[.,]?\d)|"
    r"\[(?P<bracketed>\d{1,3})\]|"
    rf"\b{_ENTRY}(?: (?:nummer|nr))? (?P<cardinal>{'|'.join(_CARDINALS)})\b|"
    rf"\b(?P<ordinal>{'|'.join(_ORDINALS)}) {_ENTRY}\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:att|that)\b(?P<said>(?: [^\s,?]+){3,}[^?]*?)"
    r"(?:, (?:i |från |på )?(?:vad|var|vart|vem|vilke\w+|kan|hur|när|which)\b.*)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AskedSource:
    """What a question asks of the sources.

    ``sure`` says that it can ask for nothing else; ``topic`` is the question without its frame,
    empty where there is no more in it; ``works`` are the words for a work in it («recensionen»);
    ``many`` says that several sources may be the answer, ``writer`` that a person is asked for;
    ``numbers`` are those of the entries that it names.
    """

    text: str
    sure: bool
    topic: str
    works: tuple[str, ...]
    many: bool
    writer: bool
    numbers: tuple[int, ...]


def read_asked_source(text: str) -> AskedSource | None:
    """Read a question as one about sources; None where nothing in it speaks of any."""
    sure, work = _SURELY.search(text), _WORKS.search(text)
    if not sure and (not work or _OTHERWISE.match(text)):
        return None
    numbers = tuple(_number(match) for match in _NUMBERED.finditer(text))
    said = _SAID.search(text.rstrip(" ?.!"))
    topic = _WORKS.sub(" ", _FRAME.sub(" ", said["said"] if said else text))
    topic = " ".join(topic.split()).strip(" ?.!:,")
    return AskedSource(
        text,
        sure is not None,
        topic,
        tuple(match[0].lower() for match in _WORKS.finditer(text)),
        _MANY.search(text) is not None,
        _WRITER.search(text) is not None,
        numbers,
    )


def _number(match: re.Match[str]) -> int:
    if digits := match["digits"] or match["bracketed"]:
        return int(digits)
    if cardinal := match["cardinal"]:
        return _CARDINALS.index(cardinal.lower()) + 1
    return _ORDINALS.index(match["ordinal"].lower()) + 1
