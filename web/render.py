"""Answers as HTML. Whatever comes from a person or a document is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from answer import Answer, Passage
from ingest.records import Document, Reference, Span
from web.blocks import inside, render
from web.document import fingerprint
from web.links import link

BANDS = {
    "säker": "Säkert svar",
    "trolig": "Troligt svar – se efter i källan",
    "osäker": "Osäkert svar – läs källan först",
}
STANCES = {"planned": "enligt planen", "done": "i verkligheten"}
ABSTAINING = "Källorna svarar inte på det"
NEAR = "Frågan ligger nära ämnet, men svaret står inte i dokumenten."
FAR = "Dokumenten handlar inte om det."

# Returns a document by id, or None where it is gone.
Lookup = Callable[[str], Document | None]

_EXCERPT = 280


def turn(question: str, answer: Answer, lookup: Lookup) -> str:
    """Return one question with its answer."""
    read = (
        f'<p class="lasning">Jag läste frågan som: «<q>{escape(answer.read_as)}</q>»</p>'
        if answer.read_as
        else ""
    )
    return f"{_question(question)}{read}{_body(answer, lookup)}"


def notice(question: str, message: str) -> str:
    """Return a question with a plain line in place of an answer."""
    return f'{_question(question)}<p class="notis">{escape(message)}</p>'


def suggestions(questions: Sequence[str]) -> str:
    """Return questions that the sources can answer, as buttons; nothing where there is none."""
    if not questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="fraga-knapp">{escape(q)}</button></li>'
        for q in questions
    )
    return (
        f'<section class="forslag"><h3>Det här svarar källorna på</h3><ul>{buttons}</ul></section>'
    )


def spoken(answer: Answer) -> str:
    """Return what a screen reader says when an answer has come."""
    if answer.message:
        return answer.message
    if not answer.answered:
        return f"{ABSTAINING}. {NEAR if answer.verdict == 'not_said' else FAR}"
    count = len(answering(answer))
    sources = "En källa." if count == 1 else f"{count} källor."
    return f"{BANDS[answer.band]}: {answer.answer} {sources}"


def answering(answer: Answer) -> tuple[Passage, ...]:
    """Return the passages that the answer is made of: several where it names several sources."""
    lines = (answer.answer or "").split("\n")
    records = [
        p for p in answer.passages if p.text.partition("\n")[0] in lines and "#" in p.document.id
    ]
    return tuple(records) or answer.passages[:1]


def reference(entry: Reference) -> str:
    """Return one of a document's own references, linked only where its address is known."""
    publisher = f"{escape(entry.publisher)}: " if entry.publisher else ""
    title = link(entry.url, entry.title) if entry.url else escape(entry.title)
    return f'<span class="nummer">Referens {entry.number}</span> {publisher}{title}'


def _question(question: str) -> str:
    shown = question if len(question) <= 300 else f"{question[:299]}…"
    return f'<h2 class="fraga" tabindex="-1">{escape(shown)}</h2>'


def _body(answer: Answer, lookup: Lookup) -> str:
    if answer.message:
        return f'<p class="notis">{escape(answer.message)}</p>'
    if answer.answered:
        return _answered(answer, lookup)
    return _abstained(answer)


def _answered(answer: Answer, lookup: Lookup) -> str:
    cited = answering(answer)
    others = ""
    if rest := answer.passages[len(cited) :]:
        title = f"Fler passager som liknar frågan ({len(rest)})"
        others = f'<details class="fler"><summary>{title}</summary>{_citations("", rest)}</details>'
    return (
        f'<div class="svar"><blockquote>{_quotation(answer, cited, lookup)}</blockquote>'
        f'{_related(answer)}<p class="grad grad-{_css(answer.band)}">{BANDS[answer.band]}</p></div>'
        f"{_citations('Källor' if len(cited) > 1 else 'Källa', cited, excerpts=False)}{others}"
    )


def _quotation(answer: Answer, cited: Sequence[Passage], lookup: Lookup) -> str:
    """Return the answer as it stands in its document, with the number of each source."""
    if len(cited) > 1:
        lines = "".join(f"<li>{escape(_first_line(p))} {_number(p)}</li>" for p in cited)
        return f"<ul>{lines}</ul>"
    first, whole = cited[0], answer.answer or ""
    html = ""
    document = lookup(first.document.id)
    if document is not None and first.answer_start is not None:
        at = Span(first.answer_start, first.answer_start + len(whole))
        if document.text[at.start : at.end] == whole:
            html = render(document, at, _short(answer, first), markers=False)
    if not html:
        html = f"<p>{escape(whole)}</p>".replace("\n", "<br>")
    # The number stands at the end of the last line, inside its element.
    end = max(html.rfind(tag) for tag in ("</p>", "</li>", "</dd>", "</td>"))
    return f"{html[:end]} {_number(first)}{html[end:]}"


def _short(answer: Answer, first: Passage) -> list[tuple[Span, str]]:
    """Return the short answer's mark; none where its places disagree, as none beats a wrong one."""
    start, end = first.short_answer_start, first.short_answer_end
    if start is None or end is None or not answer.short_answer:
        return []
    span = Span(start - first.start, end - first.start)
    fits = inside(span, first.text) and first.text[span.start : span.end] == answer.short_answer
    return [(Span(start, end), "kort")] if fits else []


def _first_line(passage: Passage) -> str:
    return passage.text.partition("\n")[0]


def _related(answer: Answer) -> str:
    """Return what the other passages say of the same thing: the same, or plan against outcome."""
    lines = []
    supporting = [p for p in answer.passages if p.relation and p.relation.kind == "supports"]
    if supporting:
        lines.append(f"Samma uppgift står också i {' '.join(map(_number, supporting))}.")
    apart = [p for p in answer.passages if p.relation and p.relation.kind in ("says", "differs")]
    if len(apart) > 1:
        said = ", ".join(
            f"{STANCES[p.relation.stance]} <strong>{escape(p.relation.value)}</strong> {_number(p)}"
            for p in apart
            if p.relation
        )
        lines.append(f"Passagerna skiljer på plan och utfall: {said}.")
    return "".join(f'<p class="jamfor">{line}</p>' for line in lines)


def _abstained(answer: Answer) -> str:
    lacking = ""
    if answer.missing:
        words = ", ".join(f"«{escape(word)}»" for word in answer.missing)
        lacking = f'<p class="saknas">Det här i frågan hittar jag inte stöd för: {words}.</p>'
    subject = NEAR if answer.verdict == "not_said" else FAR
    nearest = _citations("Närmaste passager", answer.passages[:3]) if answer.passages else ""
    return f'<div class="svar avstar"><h3>{ABSTAINING}</h3><p>{subject}</p>{lacking}</div>{nearest}'


def _citations(title: str, passages: Iterable[Passage], *, excerpts: bool = True) -> str:
    items = "".join(_citation(passage, excerpts) for passage in passages)
    heading = f"<h3>{title}</h3>" if title else ""
    return f'<section class="kallor">{heading}<ol>{items}</ol></section>'


def _citation(passage: Passage, excerpt: bool) -> str:
    cited = passage.document
    where = [escape(" › ".join(passage.section))] if passage.section else []
    where += [f"s. {passage.page}"] if passage.page else []
    place = f'<p class="avsnitt">{", ".join(where)}</p>' if where else ""
    source = f'<span class="utgivare">{escape(cited.publisher)}</span>' if cited.publisher else ""
    original = link(cited.url, "Öppna originalet") if cited.url else ""
    quoted = f'<p class="utdrag">{escape(_excerpt(passage))}</p>' if excerpt else ""
    references = "".join(f"<li>{reference(r)}</li>" for r in passage.references)
    based = f'<ul class="referenser">{references}</ul>' if references else ""
    return (
        f'<li value="{passage.rank}"><p class="rubrik">{_button(passage, cited.title, "kalla")} '
        f"{source} {original}</p>{place}{quoted}{based}</li>"
    )


def _excerpt(passage: Passage) -> str:
    text = passage.text
    if passage.answer_start is not None and passage.answer_end is not None:
        text = text[passage.answer_start - passage.start : passage.answer_end - passage.start]
    return text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1].rstrip()}…"


def _number(passage: Passage) -> str:
    return _button(passage, f"[{passage.rank}]", "siffra")


def _button(passage: Passage, text: str, kind: str) -> str:
    at = Span(passage.start, passage.end)
    places = {
        "document": passage.document.id, "start": at.start, "end": at.end,
        "answer-start": passage.answer_start, "answer-end": passage.answer_end,
        "print": fingerprint(passage.text, Span(0, len(passage.text))),
    }  # fmt: skip
    data = " ".join(f'data-{k}="{escape(str(v))}"' for k, v in places.items() if v is not None)
    label = f"Källa {passage.rank}: visa i dokumentet"
    named = f'aria-label="{label}"' if kind == "siffra" else f'title="{label}"'
    return f'<button type="button" class="{kind}" {named} {data}>{escape(text)}</button>'


def _css(band: str) -> str:
    return band.translate(str.maketrans("åäö", "aao"))
