"""Passages and units: they fit, they rise, they are slices of the text."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunking import LIST_CHARACTERS, PASSAGE_CHARACTERS, chunk
from ingest.readers.text import read_text
from ingest.records import Document

WORD = st.sampled_from("hästen går över ängen medan solen skiner på allt som växer här".split())
SENTENCE = st.lists(WORD, min_size=1, max_size=40).map(lambda w: " ".join(w).capitalize() + ".")
LINE = st.one_of(
    SENTENCE,
    st.lists(SENTENCE, min_size=2, max_size=12).map(" ".join),
    st.lists(WORD, min_size=1, max_size=4).map(lambda w: " ".join(w).capitalize()),
    SENTENCE.map(lambda s: f"- {s}"),
    SENTENCE.map(lambda s: f"Etikett: {s}"),
    st.just(""),
    st.text(alphabet="abc", min_size=900, max_size=2600),
)


@given(st.lists(LINE, min_size=1, max_size=25).filter(lambda lines: any(lines)))
def test_chunks_fit_rise_and_slice(lines: list[str]) -> None:
    document = read_text("\n".join(lines).encode(), document_id="prov.txt")
    chunks = chunk(document)
    passages = [c for c in chunks if c.kind == "passage"]
    assert all(document.text[c.start : c.end] == c.text for c in chunks)
    assert all(a.end <= b.start for a, b in itertools.pairwise(passages))
    assert all(c.end - c.start <= max(LIST_CHARACTERS, PASSAGE_CHARACTERS) for c in passages)
    assert len({c.id for c in chunks}) == len(chunks)
    headings = [b.span for b in document.blocks if b.kind == "heading"]
    assert not any(p.start < h.end and h.start < p.end for p in passages for h in headings)
    for passage in passages:
        units = [c for c in chunks if c.parent == passage.id]
        assert all(passage.start <= u.start and u.end <= passage.end for u in units)
        assert all(a.end <= b.start for a, b in itertools.pairwise(units))
    # Nothing but headings is left out.
    covered = "".join(p.text for p in passages)
    kept = "".join(
        document.text[b.span.start : b.span.end] for b in document.blocks if b.kind != "heading"
    )
    assert len("".join(covered.split())) >= len("".join(kept.split()))


def test_the_article_s_passages(article: Document) -> None:
    chunks = chunk(article)
    passages = [c for c in chunks if c.kind == "passage"]
    options = next(c for c in passages if "Egenutveckla" in c.text)
    assert options.text.startswith("De handlingsalternativ som nu ligger")
    assert options.text.endswith("Utveckla ett komplett kärnsystem i egen regi.")
    assert [c.text[:24] for c in chunks if c.parent == options.id] == [
        "De handlingsalternativ s",
        "A. Fortsätta med Oracle ",
        "B. Upphandla kärnsystem\n",
        "C. Upphandla moduler\nUpp",
        "D. Egenutveckla kärnsyst",
    ]
    facts = next(c for c in passages if c.text.startswith("Upphandlades"))
    assert sum(c.parent == facts.id for c in chunks) == 11
    assert facts.context == (
        "I kölvattnet av Millennium, och alternativen framåt › Fakta: Millennium i siffror"
    )
    assert not any("20: VGR" in c.text for c in chunks)
