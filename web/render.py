"""Answers and documents as HTML. Whatever comes from a person or a document is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby, pairwise

from answer import Answer, Passage
from ingest.records import Block, Document, Reference, Span

BANDS = {"säker": "Säkert svar", "trolig": "Troligt svar", "osäker": "Osäkert svar"}
STANCES = {"planned": "enligt planen", "done": "i verkligheten"}
ABSTAINING = "Källorna svarar inte på det"

Marks = list[tuple[Span, str]]


def turn(question: str, answer: Answer) -> str:
    """Return one question with its answer."""
    read = f'<p class="lasning">Jag läste frågan som: <q>{escape(answer.read_as)}</q></p>' if (
        answer.read_as
    ) else ""  # fmt: skip
    return (
        f'<article class="tur"><h2 class="fraga">{escape(question)}</h2>{read}'
        f"{_body(answer)}</article>"
    )


def notice(question: str, message: str) -> str:
    """Return a question with a plain line in place of an answer."""
    return (
        f'<article class="tur"><h2 class="fraga">{escape(question)}</h2>'
        f'<p class="notis">{escape(message)}</p></article>'
    )


def _body(answer: Answer) -> str:
    if answer.message:
        return f'<p class="notis">{escape(answer.message)}</p>'
    if answer.answered:
        return _answered(answer)
    return _abstained(answer)


def _answered(answer: Answer) -> str:
    first = answer.passages[0]
    whole = answer.answer or ""
    marked = escape(whole)
    if first.answer_start is not None and first.short_answer_start is not None:
        start = first.short_answer_start - first.answer_start
        end = start + len(answer.short_answer or "")
        # Where the places do not agree no mark is better than one in the wrong place.
        if answer.short_answer and whole[start:end] == answer.short_answer:
            marked = (
                f"{escape(whole[:start])}<mark>{escape(whole[start:end])}</mark>"
                f"{escape(whole[end:])}"
            )
    answering = _answering(answer)
    numbers = " ".join(_citation_button(p, f"[{p.rank}]", "siffra") for p in answering)
    others = ""
    if rest := answer.passages[len(answering) :]:
        title = f"Fler passager som liknar frågan ({len(rest)})"
        others = f'<details class="fler"><summary>{title}</summary>{_citations("", rest)}</details>'
    return (
        f'<div class="svar"><blockquote>{_lines(marked)} {numbers}</blockquote>{_related(answer)}'
        f'<p class="grad grad-{escape(_css(answer.band))}">{BANDS[answer.band]}</p></div>'
        f"{_citations('Källor' if len(answering) > 1 else 'Källa', answering)}{others}"
    )


def _related(answer: Answer) -> str:
    """Return what the other passages say of the same thing: the same, or plan against outcome."""
    lines = []
    supporting = [p for p in answer.passages if p.relation and p.relation.kind == "supports"]
    if supporting:
        buttons = " ".join(_citation_button(p, f"[{p.rank}]", "siffra") for p in supporting)
        lines.append(f"Samma uppgift står också i {buttons}.")
    apart = [p for p in answer.passages if p.relation and p.relation.kind in ("says", "differs")]
    if len(apart) > 1:
        said = ", ".join(
            f"{STANCES[p.relation.stance]} <strong>{escape(p.relation.value)}</strong> "
            f"{_citation_button(p, f'[{p.rank}]', 'siffra')}"
            for p in apart
            if p.relation
        )
        lines.append(f"Passagerna skiljer på plan och utfall: {said}.")
    return "".join(f'<p class="jamfor">{line}</p>' for line in lines)


def _answering(answer: Answer) -> tuple[Passage, ...]:
    """Return the passages that the answer is made of: several where it names several sources."""
    lines = (answer.answer or "").split("\n")
    records = [
        p for p in answer.passages if p.text.partition("\n")[0] in lines and "#" in p.document.id
    ]
    return tuple(records) or answer.passages[:1]


def _abstained(answer: Answer) -> str:
    lacking = ""
    if answer.missing:
        words = ", ".join(f"«{escape(word)}»" for word in answer.missing)
        lacking = f'<p class="saknas">Det här i frågan hittar jag inte stöd för: {words}.</p>'
    subject = (
        "Frågan ligger nära ämnet, men svaret står inte i dokumenten."
        if answer.verdict == "not_said"
        else "Dokumenten handlar inte om det."
    )
    nearest = _citations("Närmaste passager", answer.passages[:3]) if answer.passages else ""
    return f'<div class="svar avstar"><h3>{ABSTAINING}</h3><p>{subject}</p>{lacking}</div>{nearest}'


def _citations(title: str, passages: Iterable[Passage]) -> str:
    items = "".join(_citation(passage) for passage in passages)
    heading = f"<h3>{title}</h3>" if title else ""
    return f'<section class="kallor">{heading}<ol>{items}</ol></section>'


def _citation(passage: Passage) -> str:
    cited = passage.document
    section = " › ".join(passage.section)
    publisher = (
        f'<span class="utgivare">{escape(cited.publisher)}</span> ' if cited.publisher else ""
    )
    place = f'<span class="avsnitt">{escape(section)}</span>' if section else ""
    page = f' <span class="avsnitt">s. {passage.page}</span>' if passage.page else ""
    link = _link(cited.url, "Öppna originalet") if cited.url else ""
    excerpt = escape(_excerpt(passage))
    references = "".join(f"<li>{reference(r)}</li>" for r in passage.references)
    based = f'<ul class="referenser">{references}</ul>' if references else ""
    return (
        f'<li value="{passage.rank}"><div class="rubrik">'
        f"{_citation_button(passage, cited.title, 'kalla')} {publisher}{link}</div>"
        f"{place}{page}<p class='utdrag'>{excerpt}</p>{based}</li>"
    )


def _excerpt(passage: Passage) -> str:
    if passage.answer_start is None or passage.answer_end is None:
        return passage.text[:220]
    text = passage.text[passage.answer_start - passage.start : passage.answer_end - passage.start]
    return text if len(text) <= 220 else f"{text[:219].rstrip()}…"


def reference(entry: Reference) -> str:
    """Return one of a document's own references, linked only where its address is known."""
    publisher = f"{escape(entry.publisher)}: " if entry.publisher else ""
    title = _link(entry.url, entry.title) if entry.url else escape(entry.title)
    return f'<span class="nummer">Referens {entry.number}</span> {publisher}{title}'


def _link(url: str, text: str) -> str:
    if not url.startswith(("http://", "https://")):
        return escape(text)
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


def _citation_button(passage: Passage, text: str, kind: str) -> str:
    places = {
        "document": passage.document.id, "start": passage.start, "end": passage.end,
        "answer-start": passage.answer_start, "answer-end": passage.answer_end,
    }  # fmt: skip
    data = " ".join(f'data-{k}="{escape(str(v))}"' for k, v in places.items() if v is not None)
    label = f"Visa källa {passage.rank} i dokumentet"
    return (
        f'<button type="button" class="{kind}" aria-label="{label}" {data}>{escape(text)}</button>'
    )


def _lines(marked: str) -> str:
    return marked.replace("\n", "<br>")


def _css(band: str) -> str:
    return band.translate(str.maketrans("åäö", "aao"))


def document_panel(document: Document, passage: Span, answer: Span | None) -> str:
    """Return a whole document with the passage tinted and the answer marked.

    A place that does not lie in the text is not shown at all.
    """
    size = len(document.text)
    marks: Marks = []  # the inner one first
    if answer and 0 <= answer.start < answer.end <= size:
        marks.append((answer, "traff"))
    if 0 <= passage.start < passage.end <= size:
        marks.append((passage, "passage"))
    publisher = (
        f"<p class='utgivare'>{escape(document.publisher)}</p>" if document.publisher else ""
    )
    link = f"<p>{_link(document.url, document.url)}</p>" if document.url else ""
    body = "".join(_grouped(document, marks))
    return (
        f"<header><h2 tabindex='-1'>{escape(document.title)}</h2>{publisher}{link}</header>"
        f'<div class="text">{body}</div>'
    )


def _grouped(document: Document, marks: Marks) -> Iterable[str]:
    """Yield the blocks, items in lists and facts in description lists."""
    for kind, blocks in groupby(document.blocks, key=lambda block: block.kind):
        if kind == "item":
            inner = "".join(f"<li>{_slice(document, b.span, marks)}</li>" for b in blocks)
            yield f"<ul>{inner}</ul>"
        elif kind == "fact":
            yield f"<dl>{''.join(_fact(document, b, marks) for b in blocks)}</dl>"
        else:
            yield from (_block(document, block, marks) for block in blocks)


def _block(document: Document, block: Block, marks: Marks) -> str:
    inner = _slice(document, block.span, marks)
    if block.kind == "heading":
        level = min(block.level + 1, 5)
        return "" if block.level == 1 else f"<h{level}>{inner}</h{level}>"
    if block.kind == "reference" and document.kind == "document":
        return f'<p class="post">{inner}</p>'
    return f"<p>{inner}</p>"


def _fact(document: Document, block: Block, marks: Marks) -> str:
    if not (block.label and block.body):
        return f"<dd>{_slice(document, block.span, marks)}</dd>"
    label, value = _slice(document, block.label, marks), _slice(document, block.body, marks)
    return f"<div><dt>{label}</dt><dd>{value}</dd></div>"


def _slice(document: Document, span: Span, marks: Marks) -> str:
    """Return a slice of the text, escaped, with marks around it and reference markers put back."""
    markers: dict[int, list[int]] = {
        m.offset: [] for m in document.markers if span.start < m.offset <= span.end
    }
    for marker in document.markers:
        if marker.offset in markers:
            markers[marker.offset].append(marker.number)
    edges = {span.start, span.end, *markers}
    for mark, _ in marks:
        edges |= {edge for edge in mark if span.start < edge < span.end}
    cuts = sorted(edges)
    out = []
    for start, end in pairwise(cuts):
        inner = _lines(escape(document.text[start:end]))
        for mark, name in marks:
            if mark.start <= start and end <= mark.end:
                inner = f'<mark class="{name}">{inner}</mark>'
        out.append(inner + "".join(_superscript(document, n) for n in markers.get(end, ())))
    return "".join(out)


def _superscript(document: Document, number: int) -> str:
    entry = next((r for r in document.references if r.number == number), None)
    title = f"{entry.publisher}: {entry.title}" if entry and entry.publisher else ""
    return f'<sup class="not" title="{escape(title)}">{number}</sup>'
