"""An answer as text to take along: with its citation for the clipboard, and as Markdown."""

from __future__ import annotations

import re

from answer import Answer, Passage
from ingest.records import Reference
from web.render import ABSTAINING, BANDS, FAR, NEAR, answering

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_text(answer: Answer) -> str:
    """Return the answer in quotation marks with its source and references, or nothing."""
    if not answer.answered or not answer.answer:
        return ""
    lines = [f"«{answer.answer}»"]
    for passage in answering(answer):
        lines.append(f"[{passage.rank}] {_source(passage)}")
        lines += [f"    {_reference(r)}" for r in passage.references]
    return "\n".join(lines)


def as_markdown(question: str, answer: Answer) -> str:
    """Return a question and its answer as a section of Markdown."""
    parts = [f"## {_plain(question)}"]
    if answer.read_as:
        parts.append(f"*Jag läste frågan som: «{_plain(answer.read_as)}»*")
    if answer.message:
        return "\n\n".join([*parts, _plain(answer.message)]) + "\n"
    if answer.answered:
        quoted = "\n".join(f"> {_plain(line)}  " for line in (answer.answer or "").split("\n"))
        short = f"**{_plain(answer.short_answer)}**\n\n" if answer.short_answer else ""
        parts += [f"{short}{quoted}", f"{BANDS[answer.band]}."]
        cited = answering(answer)
    else:
        subject = NEAR if answer.verdict == "not_said" else FAR
        lacking = f" Utan stöd: {', '.join(answer.missing)}." if answer.missing else ""
        parts += [f"**{ABSTAINING}.** {subject}{_plain(lacking)}", "Närmaste passager:"]
        cited = answer.passages[:3]
    parts.append("\n".join(_listed(passage, quoted=not answer.answered) for passage in cited))
    return "\n\n".join(part for part in parts if part) + "\n"


def _listed(passage: Passage, *, quoted: bool) -> str:
    lines = [
        f"{passage.rank}. {_plain(_source(passage, url=False))}{_address(passage.document.url)}"
    ]
    if quoted:
        lines.append("   > " + _plain(passage.text).replace("\n", "  \n   > "))
    lines += [
        f"   - {_plain(_reference(r, url=False))}{_address(r.url)}" for r in passage.references
    ]
    return "\n".join(lines)


def _source(passage: Passage, *, url: bool = True) -> str:
    cited = passage.document
    place = " › ".join(passage.section)
    page = f"s. {passage.page}" if passage.page else None
    parts = [cited.title, cited.publisher, place, page, cited.url if url else None]
    return ", ".join(part for part in parts if part)


def _address(url: str | None) -> str:
    return f", <{url.replace('>', '%3E')}>" if url else ""


def _reference(entry: Reference, *, url: bool = True) -> str:
    publisher = f"{entry.publisher}: " if entry.publisher else ""
    address = f", {entry.url}" if url and entry.url else ""
    return f"Referens {entry.number}: {publisher}{entry.title}{address}"


def _plain(text: str) -> str:
    """Return a text in which Markdown finds nothing to read as its own."""
    return _SPECIAL.sub(r"\\\1", text)
