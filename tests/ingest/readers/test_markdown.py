"""Markdown, with front matter, notes and the extensions that people use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import KallsvarError
from ingest.formats import reader_for
from ingest.readers.markdown import read_markdown
from ingest.records import Document

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]


def read(text: str) -> Document:
    return read_markdown(text.encode(), document_id="anteckningar/prov.md")


def test_a_whole_document(outline: Write, cited: Cited) -> None:
    document = read("""Om båten
========

Den *byggdes* **1912** vid [varvet](https://varvet.example "Varvet") i
Sjötorp.[^ritning] Den är `trä`.[^7]

## Utrustning ##

Ta med:

* mössa
* Frukt
    + äpplen
    + päron[^7]

1. Lägg ut.
2. Hissa segel.

Längd
:   12 m[^7]

Master
: två

: en till

| År | Kostnad |
|:---|---:|
| 2023 | 5 mkr[^7] |
| 2024 | **7** mkr |

| | |
|-|-|
| Bredd | 3 m |

---

> Ett citat.

```python
ro(1)

ro(2)
```

![En karta över hamnen](karta.png)

Slut.

[^ritning]: Varvets arkiv, Ritning 114
[^7]: Föreningen, Årsredovisning. <https://vega.example/2020>

    Den finns i två band.
""")
    assert outline(document) == [
        (1, "Om båten"),
        ("paragraph", "Den byggdes 1912 vid varvet i Sjötorp. Den är trä."),
        (2, "Utrustning"),
        ("paragraph", "Ta med:"),
        ("item", "Ta med:", "mössa"),
        ("item", "Ta med:", "Frukt"),
        ("item", "Frukt", "äpplen"),
        ("item", "Frukt", "päron"),
        ("item", "Ta med:", "Lägg ut."),
        ("item", "Ta med:", "Hissa segel."),
        ("fact", "Längd", "12 m"),
        ("fact", "Master", "två; en till"),
        ("row", ("År", "2023"), ("Kostnad", "5 mkr")),
        ("row", ("År", "2024"), ("Kostnad", "7 mkr")),
        ("fact", "Bredd", "3 m"),
        ("paragraph", "Ett citat."),
        ("paragraph", "ro(1)\n\nro(2)"),
        ("paragraph", "En karta över hamnen"),
        ("paragraph", "Slut."),
        (2, "Referenser"),
        ("reference", "1. Varvets arkiv, Ritning 114"),
        (
            "reference",
            "7. Föreningen, Årsredovisning. https://vega.example/2020 Den finns i två band.",
        ),
    ]
    assert cited(document) == [
        (1, "t i Sjötorp."), (7, " Den är trä."), (7, "päron"), (7, "Längd: 12 m"),
        (7, "stnad: 5 mkr"),
    ]  # fmt: skip
    assert document.references[0].publisher == "Varvets arkiv"
    assert document.references[1].url == "https://vega.example/2020"
    assert document.title == "Om båten"


def test_front_matter_says_what_the_file_is(outline: Write) -> None:
    document = read(
        "---\ntitle: Om båten\nauthor:\n  - Åsa Öberg\n  - name: Bo Berg\ndate: 2025-03-04\n"
        "lang: sv-SE\npublisher: Varvet\nurl: https://varvet.example/b\n---\n# Skrovet\n\nEk.\n"
    )
    assert outline(document) == [(2, "Skrovet"), ("paragraph", "Ek.")]
    assert (document.title, document.author, document.date) == (
        "Om båten", "Åsa Öberg, Bo Berg", "2025-03-04",
    )  # fmt: skip
    assert (document.language, document.publisher, document.url) == (
        "sv", "Varvet", "https://varvet.example/b",
    )  # fmt: skip


def test_front_matter_that_is_no_yaml() -> None:
    document = read('---\ntitle: Rapport: del 2\nauthor: "Bo"\ndate: den 4 mars 2025\n---\nText.\n')
    assert (document.title, document.author, document.date, document.text) == (
        "Rapport: del 2", "Bo", "2025-03-04", "Text.",
    )  # fmt: skip
    odd = read("---\ndate: 2025-13-45\ntags: [a]\nlang: 7\n---\nText.\n")
    assert (odd.date, odd.language, odd.text) == ("2025", "sv", "Text.")


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert read("---\nEn rad.\n\n---\n\nText.\n").text == "En rad.\nText."
    assert read("---\n- a\n- b\n---\nText.\n").text == "a\nb\nText."


def test_facts_on_lines_of_their_own(outline: Write) -> None:
    assert outline(read("Längd: 12 m\nBredd: 3 m\n\nEn mening som\nFortsätter här.\n")) == [
        ("fact", "Längd", "12 m"), ("fact", "Bredd", "3 m"),
        ("paragraph", "En mening som Fortsätter här."),
    ]  # fmt: skip
    assert outline(read("**Längd:** 12 m\\\n**Bredd:** 3 m\n")) == [
        ("fact", "Längd", "12 m"), ("fact", "Bredd", "3 m"),
    ]  # fmt: skip


def test_lists_that_markdown_has_no_signs_for(outline: Write) -> None:
    lettered = read("Tre vägar:\n\nA. Sälj den: snabbt.\nB. Laga den.\nC. Riv den.\n")
    assert outline(lettered) == [
        ("paragraph", "Tre vägar:"),
        ("item", "Tre vägar:", "A. Sälj den: snabbt."),
        ("item", "Tre vägar:", "B. Laga den."),
        ("item", "Tre vägar:", "C. Riv den."),
    ]
    named = read("Två linjer:\n\n**Röd** vill laga den.\n\n**Blå** vill riva den.\n\nSlut.\n")
    assert outline(named) == [
        ("paragraph", "Två linjer:"),
        ("item", "Två linjer:", "Röd vill laga den."),
        ("item", "Två linjer:", "Blå vill riva den."),
        ("paragraph", "Slut."),
    ]
    # Those who come one after the other, and a person's initial, are no list.
    told = read("De kom.\n\n**Anna Ek** kom hit.\n\n**Bo Al** kom dit.\n\nA. Ek kom\nhem.\n")
    assert {block[0] for block in outline(told)} == {"paragraph"}


def test_raw_html_is_read_and_what_only_looks_so_is_text(outline: Write) -> None:
    document = read(
        "Hej <kund>, 30 m<sup>2</sup> och H~2~O, 10^6^.\n\n<div>\n<h2>Rubrik</h2>\n</div>\n\n"
        "<script>x</script>\n\n<!-- tyst -->\n\n<namn>\n"
    )
    assert outline(document) == [
        ("paragraph", "Hej <kund>, 30 m² och H₂O, 10⁶."), (2, "Rubrik"), ("paragraph", "<namn>"),
    ]  # fmt: skip


def test_notes_of_every_kind(outline: Write, cited: Cited) -> None:
    document = read(
        "Ett.^[Inne i texten, se [här](https://a.example).] Två.[^x] Tre.[^2] Fyra.[^x] Fem[^saknas].\n\n"
        "[^2]: Andra\n[^x]: Med *namn*\n[^9]: Aldrig citerad\n"
    )
    assert outline(document) == [
        ("paragraph", "Ett. Två. Tre. Fyra. Fem[^saknas]."),
        (2, "Referenser"),
        ("reference", "1. Inne i texten, se här."),
        ("reference", "2. Andra"),
        ("reference", "3. Med namn"),
        ("reference", "9. Aldrig citerad"),
    ]
    assert cited(document) == [
        (1, "Ett."), (3, "Ett. Två."), (2, "t. Två. Tre."), (3, ". Tre. Fyra."),
    ]  # fmt: skip
    assert [r.url for r in document.references] == ["https://a.example", None, None, None]


def test_a_reference_list_without_notes(outline: Write, cited: Cited) -> None:
    document = read("Den seglade [2]. Den sjönk. [1]\n\n## Källor\n\n1. Verket, A\n2. SVT, B\n")
    assert outline(document) == [
        ("paragraph", "Den seglade. Den sjönk."), (2, "Källor"), ("reference", "1. Verket, A"),
        ("reference", "2. SVT, B"),
    ]  # fmt: skip
    assert cited(document) == [(2, "Den seglade"), (1, ". Den sjönk.")]


def test_every_ending_is_known() -> None:
    for suffix in ".md", ".markdown", ".MD":
        assert reader_for(suffix)(b"# A\n\nText.", document_id=f"a{suffix}").title == "A"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Filen är tom."),
        (b" \n\n", "Filen är tom."),
        (b"---\ntitle: A\n---\n", "Filen har ingen text att läsa."),
        (bytes(range(256)) * 20, "Filen är inte text: den innehåller binära data."),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(KallsvarError) as error:
        read_markdown(data, document_id="a.md")
    assert str(error.value) == reason


def test_lists_and_quotations_deep_inside_each_other() -> None:
    nested = "".join(f"{'  ' * i}- nivå {i}\n" for i in range(20))
    assert read(nested).text.splitlines() == [f"nivå {i}" for i in range(20)]
    for text in ("> " * 5_000 + "text", "[" * 5_000 + "text", "*a **" * 2_000):
        try:
            read(text)
        except KallsvarError as error:
            assert "djupt" in str(error) or "ingen text" in str(error)  # noqa: PT017


def test_pandoc_s_markdown_is_read(tmp_path: Path, outline: Write) -> None:
    pypandoc = pytest.importorskip("pypandoc", reason="pypandoc_binary är inte installerat")
    source = "<h1>Båten</h1><p>Byggd 1912.</p><ul><li>ett<ul><li>två</li></ul></li></ul><table><tr><th>År</th><th>Kr</th></tr><tr><td>1</td><td>2</td></tr></table>"
    written = pypandoc.convert_text(source, "gfm", format="html")
    assert outline(read(written)) == [
        (1, "Båten"), ("paragraph", "Byggd 1912."), ("item", None, "ett"), ("item", "ett", "två"),
        ("row", ("År", "1"), ("Kr", "2")),
    ]  # fmt: skip


PIECES = st.sampled_from(
    ["# ", "- ", "1. ", "> ", "| a | b |\n|---|---|\n", "[^1]", "[^1]: ", "^[x]", "**", "`", "```\n", "---\n",
     "\n", "\n\n", "    ", "<p>", "<sup>1</sup>", "title: x\n", ": ", "text ", "~2~", "![a b c](x)", "\xff", "&#xFDD0;"]
).map(lambda piece: piece.encode("latin-1"))  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        document = read_markdown(data, document_id="a.md")
    except KallsvarError:
        return
    assert document.text
    assert all(0 <= marker.offset <= len(document.text) for marker in document.markers)


LIST = [
    (2, "Källor"),
    ("reference", "1. Varvet. Ritning 114. 1912."),
    ("reference", "2. Hamnbladet. Hon ror än. 2020."),
]


@pytest.mark.parametrize(
    "listed",
    [
        "Källor:\n[1] Varvet. Ritning 114. 1912.\n[2] Hamnbladet. Hon ror än. 2020.",
        "**Källor**\n1: Varvet. Ritning 114. 1912.\n2: Hamnbladet. Hon ror än. 2020.",
        "**Källor:**\n1. Varvet. Ritning 114. 1912.\n2. Hamnbladet. Hon ror än. 2020.",
        "Källor:\n\n1: Varvet. Ritning\n114. 1912.\n2: Hamnbladet. Hon ror än. 2020.",
        "**Källor**\n\n1. Varvet. Ritning 114. 1912.\n2. Hamnbladet. Hon ror än. 2020.",
        "## Källor\n\n[1] Varvet. Ritning 114. 1912.\n\n[2] Hamnbladet. Hon ror än. 2020.",
    ],
)
def test_a_reference_list_under_any_kind_of_heading(
    listed: str, outline: Write, cited: Cited
) -> None:
    document = read(f"Den byggdes av ek. 1 Hon ror än. 2\n\n{listed}\n")
    assert outline(document) == [("paragraph", "Den byggdes av ek. Hon ror än."), *LIST]
    assert cited(document) == [(1, "ggdes av ek."), (2, " Hon ror än.")]
    assert [(r.publisher, r.title) for r in document.references] == [
        ("Varvet", "Ritning 114"),
        ("Hamnbladet", "Hon ror än"),
    ]


def test_an_entry_goes_on_on_the_next_line() -> None:
    document = read("Den kom. 2\n\nKällor\n1: Varvet, Ritning av\n12 båtar\n2: Museet, Tjära\n")
    assert [r.title for r in document.references] == ["Ritning av 12 båtar", "Tjära"]


def test_a_heading_of_sources_above_something_else_is_kept(outline: Write) -> None:
    assert outline(read("Källor:\nByborna och varvet.\n")) == [
        ("paragraph", "Källor: Byborna och varvet.")
    ]


def test_markers_in_any_order(outline: Write, cited: Cited) -> None:
    document = read("""| Del | Mått |
|---|---|
| Skrov | 12 m (3) |
| Mast (hel) | 9 m (1) |

- Pris: 389 kronor (4)

Den kom i maj (2, 4). Den låg.

## Källor

1. Ritning 114. Varvet, 3 maj 1912.
2. Hon ror än. Hamnbladet, 4 maj 2020.
3. Tjära. Museet, 5 maj 2021.
4. Rep. Museet, 6 maj 2021.
""")
    assert outline(document)[:4] == [
        ("row", ("Del", "Skrov"), ("Mått", "12 m")),
        ("row", ("Del", "Mast (hel)"), ("Mått", "9 m")),
        ("item", None, "Pris: 389 kronor"),
        ("paragraph", "Den kom i maj. Den låg."),
    ]
    assert cited(document) == [
        (3, "; Mått: 12 m"), (1, "); Mått: 9 m"), (4, ": 389 kronor"), (2, "en kom i maj"),
        (4, "en kom i maj"),
    ]  # fmt: skip


def test_bracketed_markers_with_several_numbers(cited: Cited) -> None:
    document = read(
        "Den kom [3, 1] i maj [1–3]. Den är [4, 1].\n\n## Källor\n\n1. Varvet\n2. Museet\n3. SVT\n"
    )
    assert document.text.splitlines()[0] == "Den kom i maj. Den är [4, 1]."
    assert [number for number, _ in cited(document)] == [3, 1, 1, 2, 3]
