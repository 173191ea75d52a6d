"""Mixed Swedish documents to add: the same ones every time, no two alike."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

_WHO = "kommunen regionen nämnden förvaltningen skolan verket bolaget föreningen styrelsen hamnen"
_DID = "byggde granskade köpte sålde prövade beslutade om planerade följde upp betalade för avbröt"
_WHAT = "bron vägen systemet avtalet lokalerna fordonen programmet undersökningen kajen skolmaten"
_WHERE = "i centrum,vid älven,i hela länet,på landsbygden,i norra delen,utanför staden,i tre orter"
_WHEN = "i januari,under våren,i början av året,efter sommaren,i november,före jul,samma vecka"
_WHY = (
    "därför att kostnaden hade ökat,för att minska köerna,trots flera invändningar,"
    "eftersom lagen hade ändrats,på förslag av revisorerna,utan att fråga de boende"
)


class Writer:
    """Writes documents of about so many words, drawn from a seed."""

    def __init__(self, words: int, seed: int = 5) -> None:
        self._words = words
        self._random = random.Random(seed)
        self._number = 0

    def write(self, folder: Path, count: int) -> None:
        """Write documents to a folder, the formats by turns."""
        folder.mkdir(parents=True, exist_ok=True)
        kinds = list(FORMATS)
        for number in range(count):
            self._number = number
            kind = kinds[number % len(kinds)]
            FORMATS[kind](self, folder / f"dokument-{number:05}{kind}")

    def title(self) -> str:
        return f"Rapport {self._number} om {self._one(_WHAT.split())}"

    def sections(self) -> list[tuple[str, list[str]]]:
        """Return headings, each with the paragraphs under it."""
        found = []
        left = self._words
        while left > 0:
            heading = f"{self._one(_WHAT.split()).capitalize()} {self._one(_WHERE.split(','))}"
            paragraphs = [" ".join(self.sentence() for _ in range(4)) for _ in range(2)]
            left -= sum(len(p.split()) for p in paragraphs)
            found.append((heading, paragraphs))
        return found

    def sentence(self) -> str:
        draw = self._one
        who, did, what = draw(_WHO.split()), draw(_DID.split()), draw(_WHAT.split())
        where, when, why = draw(_WHERE.split(",")), draw(_WHEN.split(",")), draw(_WHY.split(","))
        cost = self._random.randint(2, 9_999)
        return f"{who.capitalize()} {did} {what} {where} {when} {why}, för {cost} kronor."

    def rows(self) -> list[list[str]]:
        """Return a table with its column headings first."""
        table = [["Vem", "Vad", "År", "Kronor"]]
        for _ in range(max(self._words // 8, 1)):
            who, what = self._one(_WHO.split()), self._one(_WHAT.split())
            numbers = self._random.randint(1990, 2026), self._random.randint(1, 10**6)
            table.append([who, what, *map(str, numbers)])
        return table

    def _one(self, of: list[str]) -> str:
        return self._random.choice(of)


def _text(writer: Writer, path: Path) -> None:
    parts = [writer.title()]
    for heading, paragraphs in writer.sections():
        parts += [heading, *paragraphs]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _markdown(writer: Writer, path: Path) -> None:
    parts = [f"# {writer.title()}"]
    for heading, paragraphs in writer.sections():
        parts += [f"## {heading}", *paragraphs]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _html(writer: Writer, path: Path) -> None:
    title = writer.title()
    body = "".join(
        f"<h2>{heading}</h2>" + "".join(f"<p>{p}</p>" for p in paragraphs)
        for heading, paragraphs in writer.sections()
    )
    menu = "".join(f"<li><a href='/{n}'>Sida {n}</a></li>" for n in range(20))
    path.write_text(
        f"<!doctype html><html lang=sv><meta charset=utf-8><title>{title}</title><nav><ul>{menu}"
        f"</ul></nav><main><article><h1>{title}</h1>{body}</article></main></html>",
        encoding="utf-8",
    )


def _csv(writer: Writer, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(writer.rows())


def _email(writer: Writer, path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = writer.title()
    message["From"] = "Åsa Ek <asa@exempel.se>"
    message["Date"] = "Mon, 03 Mar 2025 10:00:00 +0100"
    text = "\n\n".join(p for _, paragraphs in writer.sections() for p in paragraphs)
    message.set_content(text)
    path.write_bytes(bytes(message))


def _word(writer: Writer, path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_heading(writer.title(), 0)
    for heading, paragraphs in writer.sections():
        document.add_heading(heading, 1)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
    document.save(str(path))


def _sheet(writer: Writer, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in writer.rows():
        sheet.append(row)
    book.save(path)


def _pdf(writer: Writer, path: Path) -> None:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    flow = [Paragraph(writer.title(), styles["Title"])]
    for heading, paragraphs in writer.sections():
        flow.append(Paragraph(heading, styles["Heading2"]))
        flow += [Paragraph(paragraph, styles["BodyText"]) for paragraph in paragraphs]
    SimpleDocTemplate(str(path)).build(flow)


FORMATS: dict[str, Callable[[Writer, Path], None]] = {
    ".txt": _text,
    ".md": _markdown,
    ".html": _html,
    ".csv": _csv,
    ".eml": _email,
    ".docx": _word,
    ".xlsx": _sheet,
    ".pdf": _pdf,
}
