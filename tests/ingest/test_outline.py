"""What a person reads to see that a document was understood."""

from __future__ import annotations

import json
from collections.abc import Callable

from ingest.corpus import corpus_files, read
from ingest.outline import outline
from ingest.records import Block, Document, Span
from settings import Settings

MakeCorpus = Callable[[dict[str, str]], Settings]

REPORT = """Rapporten om hamnen
Hamnen byggdes om på ett år. 1 Sedan öppnade den.

Vad som gjordes
Hamnen fick följande:
- en ny kaj
- två kranar

Antal kranar: 2
Antal kajer: 4

Källor
1: Hamnverket, Bygget https://exempel.se/bygget
2: Bladet, Så byggdes hamnen om
"""


def test_the_structure_as_read(make_corpus: MakeCorpus) -> None:
    meta = {"publisher": "Kommunen", "date": "2025-03", "author": "Åsa Ek"}
    settings = make_corpus({"hamn.txt": REPORT, "hamn.txt.meta.json": json.dumps(meta)})
    document = read(corpus_files(settings.corpus)[0])[0]
    assert [str(line) for line in outline(document)] == [
        "Dokument: hamn.txt",
        "Titel: Rapporten om hamnen",
        "Utgivare: Kommunen",
        "Författare: Åsa Ek",
        "Datum: 2025-03",
        "Språk: sv",
        f"Tecken: {len(document.text)}",
        "Passager: 3",
        "Sökbara delar: 10",
        "# Rapporten om hamnen",
        "  Hamnen byggdes om på ett år.[1] Sedan öppnade den.",
        "  ## Vad som gjordes",
        "    Hamnen fick följande:",
        "    lista efter «Hamnen fick följande:»",
        "      • en ny kaj",
        "      • två kranar",
        "    = Antal kranar: 2",
        "    = Antal kajer: 4",
        "  ## Källor",
        "Källor som anges (2)",
        "  [1] Hamnverket, Bygget, https://exempel.se/bygget",
        "  [2] Bladet, Så byggdes hamnen om, ingen adress",
    ]


def test_rows_pages_and_named_items() -> None:
    text = "Kaj\tÅr\nNorra\t1990\nNästa sida.\nNamnet\nBeskrivningen"
    row = text.index("Norra")
    item = text.index("Namnet")

    def place(part: str) -> Span:
        return Span(text.index(part), text.index(part) + len(part))

    document = Document(
        "a.pdf", "Kajer", text, pages=(0, text.index("Nästa")),
        blocks=(
            Block(
                "row", Span(row, row + 10),
                cells=((place("Kaj"), place("Norra")), (place("År"), place("1990"))),
            ),
            Block("paragraph", place("Nästa sida.")),
            Block("item", Span(item, len(text)), label=place("Namnet"), body=place("Beskrivningen")),
        ),
    )  # fmt: skip
    assert [str(line) for line in outline(document)][6:] == [
        "Sökbara delar: 4",
        "— sida 1 —",
        "| Kaj: Norra | År: 1990",
        "— sida 2 —",
        "Nästa sida.",
        "• Namnet – Beskrivningen",
    ]
