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
    r"(?:uppgift(?:en|erna)?|siffr(?:an|orna)|påståendet?|statistiken|claim|figure|statement|"
    r"information)"
)
# Words that name a source as such.
_SOURCE = (
    r"käll(?:a|an|or|orna)", r"\w*käll(?:förteckning|hänvisning|angivelse|list)\w*",
    r"(?:referens|litteratur)(?:en|er|erna|list\w+|förteckning\w*)?", r"fotnot\w*",
    r"(?:sources?|references?|cited)", r"\[\d{1,3}\]", r"(?<!vilken )hänvisning\w*",
    r"hänvisas (?:det )?till",
    r"hänvisar (?:man|ni|de|den|\w*artikeln|\w*texten)", r"belägg(?:et|en|a)?",
    r"läsa (?:mer|vidare) om", r"slå upp",
)  # fmt: skip
# What asks for one whatever else the question says.
_SURELY = _any(
    # «Vad visar siffrorna om bron?» asks for the figures.
    *_SOURCE, rf"(?<!visar )(?<!visade ){_CLAIM} (?:om|att|på|of|that|about)",
    rf"(?:vad(?! visa)|vart?|varifrån|vems|where) .{{0,25}}{_CLAIM}",
    r"varifrån (?:har|får|fick|är)", r"var(?: \w+){0,4} (?:har|kommer) .{3,120}(?:ifrån|läst)",
    r"var(?: \w+){0,4} har .{3,120}(?:fått|hittat)", r"varifrån kommer (?:det )?att",
    r"varifrån kommer (?:\w*historien|berättelsen|jämförelsen|citatet|kalkylen|tanken)",
    r"vart? (?:någonstans )?(?:(?:står|stod)(?= (?:det|att|uppgift\w*|om)\b)|framgår)(?: det)?",
    r"stöd för att",
    r"vad (?:styrker|stödj?er)", r"belagt att", r"vad (?:bygger|grundar|stödj?er) .{3,60} på när",
    r"var (?:kan|hittar|finner|ska) (?:jag|man|vi) .{0,25}(?:läsa|slå|kolla|kontrollera|länk\w*)",
    r"hur (?:kan (?:man|ni|vi|de|jag) veta|vet (?:man|ni|vi|de|jag)) att", r"vems påstående",
    r"where does .{3,120}come from", r"evidence (?:that|for)", r"(?:i|ur|på|till) listan",
    r"(?:adress|länk)(?:en)? till",
)  # fmt: skip
# What a source is called, and what its maker does; they may speak of something else too.
_WORKS = _any(
    r"\w*artik(?:el|eln|lar|larna)", r"(?<!till )\w*tidning(?:en|ar|arna)?", r"tidskrift(?:en|er)?",
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
    r"(?:slagit fast|kommit fram till)",
    r"(?:står|ligger|stod|låg) bakom (?:att|(?!det\b)\w*(?:rapport|artikel|text|uppgift|siffra|"
    r"granskning|påstående|berättelse|studie|nummer|källa|\[)\w*)",
    r"(?:published|issued|wrote|written|reported)",
)  # fmt: skip
# What mostly asks for one: what a source is called right after the question word, and what one
# says who wants to check.
_CALLED = (
    r"(?:\w*(?:artikel|tidning|tidskrift|rapport|pressmeddelande|nyhet|publikation|skrift|faktablad|"
    r"reportage|studie|undersökning|recension|medium|dokument|text|inslag)|"
    r"article|paper|newspaper|broadcaster|report|publication|study)"
)
_LIKELY = _any(
    rf"(?:vilken|vilket|which|va|vad heter) (?:\w+ )?{_CALLED}(?:e?n|e?t)?",
    r"(?:jag|man|vi) .{0,30}(?:kolla|kontrollera|verifiera|citera|underlag\w*).{0,15} att"
    r"(?! \w+a\b)",
    r"vilket underlag .{0,30}att(?! \w+a\b)",
    r"täckning för att",
    r"enligt vad",
)
# The rest of the frame of such a question, which says nothing of what is asked for.
_FRAME = _any(
    *_SOURCE, _CLAIM, "vilken", "vilket", "vilka", "vad", "vart?", "vems?", "varifrån", "which",
    "what", "who", "heter", "handlar", "kommer", "används", "anges", "finns", "står", "säger",
    "menar", "bygger", "grundar", "vilar", "stöd(?:j?er)?", "nummer", "listan", "ifrån", "sig",
    "jag", "man", "ni", "vi", "kan", "hur", "vet", "den", "det", "said", "says?", "supports?",
    "number", "list", "come", "from",
)  # fmt: skip
# What asks for something that no source is.
_OTHERWISE = re.compile(
    r"\W*(?:varför|why|how|hur(?! (?:många (?:käll|ref)|vet|kan \w+ veta)))\b", re.IGNORECASE
)
# Whose sources are meant: «nämns i artikeln om bron», «bygger artikeln om bron på»; «Vad heter
# artikeln om bron?» asks for one of them.
_HOME = re.compile(
    r"\b(?:i|ur|till|av|bygger|använder|nämner|citerar|in|by) "
    r"(?:(?:artikeln|texten|dokumentet|rapporten|uppsatsen|reportaget) om|"
    r"(?:(?:litteratur|referens|käll)?listan|källförteckningen) (?:om|till|för)(?: artikeln om)?|"
    r"the (?:article|text) (?:on|about)) (?P<about>[^,?]+?)(?= på\b| bygger\b| använder\b|[,.?]|$)",
    re.IGNORECASE,
)
_SECTION = _any(
    r"avsnitt(?:et)?", r"kapit(?:el|let)", r"under rubriken", r"stycket", r"section", r"chapter"
)
_WRITER = _any(
    r"skribent(?:en)?", r"journalist(?:en)?", r"reporter(?:n)?", r"författaren?", "author"
)
_MANY = _any(
    "vilka", "alla", r"\w*källor(?:na)?", r"referenser(?:na)?", r"texter(?:na)?",
    r"artiklar(?:na)?", "rapporter(?:na)?", "pressmeddelanden", r"publikationer(?:na)?",
    "handlingar", "skrifter", "något", "sources", "references",
    r"vad har .{2,60}(?:skrivit|publicerat|utgivit|gett ut)", r"vad (?:från|ur|av)",
)  # fmt: skip
_ORDINALS = (
    "första andra tredje fjärde femte sjätte sjunde åttonde nionde tionde elfte tolfte trettonde "
    "fjortonde femtonde sextonde sjuttonde artonde nittonde tjugonde "
    "tjugoförsta tjugoandra tjugotredje tjugofjärde tjugofemte"
).split()
_CARDINALS = (
    "ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton "
    "arton nitton tjugo tjugoett tjugotvå tjugotre tjugofyra tjugofem"
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

    ``sure`` says that it can ask for nothing else, ``likely`` that it mostly does; ``topic`` is the
    question without its frame, empty where there is no more in it; ``works`` are the words for a
    work in it («recensionen»); ``about`` is what the document whose sources are meant is said to be
    about, ``section`` says that a part of it is meant; ``many`` says that several sources may be
    the answer, ``writer`` that a person is asked for; ``numbers`` are those of the entries that it
    names.
    """

    text: str
    sure: bool
    likely: bool
    topic: str
    works: tuple[str, ...]
    about: str
    section: bool
    many: bool
    writer: bool
    numbers: tuple[int, ...]


def read_asked_source(text: str) -> AskedSource | None:
    """Read a question as one about sources; None where nothing in it speaks of any."""
    sure, likely, work = (p.search(text) is not None for p in (_SURELY, _LIKELY, _WORKS))
    if _OTHERWISE.match(text) or not (sure or likely or work):
        return None
    numbers = tuple(_number(match) for match in _NUMBERED.finditer(text))
    home = _HOME.search(text)
    works = tuple(m[0].lower() for m in _WORKS.finditer(text) if not _is_name(m))
    said = _SAID.search(text.rstrip(" ?.!"))
    topic = _FRAME.sub(" ", said["said"] if said else text)
    topic = _WORKS.sub(lambda m: m[0] if _is_name(m) else " ", topic)
    topic = " ".join(topic.split()).strip(" ?.!:,")
    return AskedSource(
        text,
        sure,
        likely,
        topic,
        works,
        home["about"] if home else "",
        _SECTION.search(text) is not None,
        _MANY.search(text) is not None,
        _WRITER.search(text) is not None,
        numbers,
    )


def _is_name(match: re.Match[str]) -> bool:
    """Tell whether a word for a work is a name inside a sentence: «Läkartidningen»."""
    return match[0][0].isupper() and match.start() > 0


def _number(match: re.Match[str]) -> int:
    if digits := match["digits"] or match["bracketed"]:
        return int(digits)
    if cardinal := match["cardinal"]:
        return _CARDINALS.index(cardinal.lower()) + 1
    return _ORDINALS.index(match["ordinal"].lower()) + 1
