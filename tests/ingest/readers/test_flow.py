"""The same text from several programs: pandoc, and LibreOffice from what pandoc made."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.formats import reader_for
from ingest.records import Document, Reference

Outline = list[tuple[object, ...]]
Write = Callable[[Document], Outline]
Cited = Callable[[Document], list[tuple[int, str]]]

SOURCE = """---
title: Skutan Vega
author: Åsa Öberg
lang: sv-SE
---

# Skrovet

Byggt av ek.[^r] Däcket är 40 m^2^.

Ta med:

- tumstock
- rep
    - grovt
- penna

Så här gör du:

1. Mät.
2. Skriv *upp*.

## Mått

Table: Vad delarna kostade

| Del    | 2019 | 2020      |
|--------|------|-----------|
| Segel  | 100  | 200[^f]   |
| Master |      | 3 000     |

# Riggen

Två master[^f] och
sju segel.

[^r]: Varvet, Ritning 114. <https://exempel.se/114>
[^f]: Se [Föreningens årsbok](https://exempel.se/bok), som kom senare.
"""

OUTLINE: Outline = [
    (2, "Skrovet"),
    ("paragraph", "Byggt av ek. Däcket är 40 m²."),
    ("paragraph", "Ta med:"),
    ("item", "Ta med:", "tumstock"),
    ("item", "Ta med:", "rep"),
    ("item", "rep", "grovt"),
    ("item", "Ta med:", "penna"),
    ("paragraph", "Så här gör du:"),
    ("item", "Så här gör du:", "Mät."),
    ("item", "Så här gör du:", "Skriv upp."),
    (3, "Mått"),
    ("paragraph", "Vad delarna kostade"),
    ("row", ("Del", "Segel"), ("2019", "100"), ("2020", "200")),
    ("row", ("Del", "Master"), ("2020", "3 000")),
    (2, "Riggen"),
    ("paragraph", "Två master och sju segel."),
    (2, "Referenser"),
    # Pandoc writes a note again where it is cited again.
    ("reference", "1. Varvet, Ritning 114. https://exempel.se/114"),
    ("reference", "2. Se Föreningens årsbok, som kom senare."),
    ("reference", "3. Se Föreningens årsbok, som kom senare."),
]
CITED = [(1, "Byggt av ek."), (2, "0; 2020: 200"), (3, "Två master")]
REFERENCES = (
    Reference(1, "Varvet", "Ritning 114.", "https://exempel.se/114"),
    Reference(2, None, "Se Föreningens årsbok, som kom senare.", "https://exempel.se/bok"),
    Reference(3, None, "Se Föreningens årsbok, som kom senare.", "https://exempel.se/bok"),
)

office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) finns inte på den här datorn"
)


def _made(form: str, folder: Path) -> Path:
    pypandoc = pytest.importorskip("pypandoc", reason="pypandoc_binary är inte installerat")
    path = folder / f"vega.{form}"
    pypandoc.convert_text(SOURCE, form, format="markdown", outputfile=str(path))
    return path


def _check(path: Path, outline: Write, cited: Cited) -> None:
    document = reader_for(path.suffix)(path.read_bytes(), document_id=path.name)
    assert (document.title, document.author, document.language) == (
        "Skutan Vega",
        "Åsa Öberg",
        "sv",
    )
    assert outline(document)[:2] == [(1, "Skutan Vega"), ("paragraph", "Åsa Öberg")]
    assert outline(document)[2:] == OUTLINE
    assert cited(document) == CITED
    assert document.references == REFERENCES


@pytest.mark.parametrize("form", ["docx", "odt"])
def test_a_text_from_pandoc(form: str, tmp_path: Path, outline: Write, cited: Cited) -> None:
    _check(_made(form, tmp_path), outline, cited)


@office
@pytest.mark.parametrize(("first", "then"), [("docx", "odt"), ("odt", "docx"), ("docx", "docx")])
def test_a_text_from_libreoffice(
    first: str, then: str, tmp_path: Path, outline: Write, cited: Cited
) -> None:
    path = _made(first, tmp_path)
    profile = f"-env:UserInstallation=file://{tmp_path}/profil"
    folder = tmp_path / "gjort"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            then,
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    _check(folder / f"vega.{then}", outline, cited)


def test_slides_from_pandoc(tmp_path: Path, outline: Write, cited: Cited) -> None:
    path = _made("pptx", tmp_path)
    document = reader_for(".pptx")(path.read_bytes(), document_id=path.name)
    assert (document.title, document.author) == ("Skutan Vega", "Åsa Öberg")
    said = outline(document)
    assert [block for block in said if isinstance(block[0], int)] == [
        (1, "Skutan Vega"), (2, "Skrovet"), (2, "Riggen"), (2, "Notes"),
    ]  # fmt: skip
    assert ("paragraph", "Byggt av ek. Däcket är 40 m².") in said
    assert ("row", ("Del", "Segel"), ("2019", "100"), ("2020", "200")) in said
    # Pandoc sets notes as raised numbers and a last slide that lists them.
    assert cited(document) == CITED
    assert document.references == REFERENCES
    assert [document.page(document.text.index(t)) for t in ("Byggt", "Två", "Varvet")] == [2, 3, 4]
