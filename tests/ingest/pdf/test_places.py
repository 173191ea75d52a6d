"""That the boxes of words are where the words are: their pixels, and no others, lie in them."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import KallsvarError
from ingest.pdf.picture import page_picture
from ingest.pdf.places import PageBoxes, places
from ingest.readers.pdf import read_pdf
from ingest.records import Document, Span

WIDTH, HEIGHT = 400, 300
SCALE = 4
FONT, SIZE = "Times-Roman", 12
# How far from a word's ink its box may end, in pixels: letters do not fill their width.
NEAR = 1.5 * SCALE


class Sheet:
    """Lines of text at given places; what stands between asterisks is red."""

    def __init__(
        self, turn: int = 0, crop: tuple[float, float, float, float] | None = None
    ) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=(WIDTH, HEIGHT), invariant=1)
        self._turn = turn
        self._crop = crop
        self.page()

    def page(self) -> None:
        if self.canvas.getPageNumber() > 1 or self.canvas._code[1:]:
            self.canvas.showPage()
        self.canvas.setPageRotation(self._turn)
        if self._crop:
            self.canvas.setCropBox(self._crop)
        # Written turned back, so that it stands upright when the page is turned.
        origin = {0: (0, 0), 90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[self._turn]
        self.canvas.translate(*origin)
        self.canvas.rotate(self._turn)

    def put(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        for i, part in enumerate(text.split("*")):
            self.canvas.setFillColorRGB(i % 2, 0, 0)
            self.canvas.setFont(FONT, size)
            self.canvas.drawString(x, y, part)
            x += stringWidth(part, FONT, size)

    def lines(self, x: float, y: float, text: str) -> None:
        for line in text.split("\n"):
            self.put(x, y, line)
            y -= 20

    def pdf(self) -> bytes:
        self.canvas.save()
        return self._out.getvalue()


def _read(data: bytes) -> Document:
    return read_pdf(data, document_id="prov.pdf")


def _find(data: bytes, text: str) -> list[PageBoxes]:
    document = _read(data)
    start = document.text.index(text)
    assert document.text.count(text) == 1
    return places(data, document, Span(start, start + len(text)))


def _ink(data: bytes, page: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which pixels of a page are red and which are black."""
    picture = page_picture(data, page, SCALE)
    pixels = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)
    assert pixels.shape == (picture.height, picture.width, 3)
    red = (pixels[:, :, 0] > 200) & (pixels[:, :, 1] < 120)
    return red, (pixels < 120).all(axis=2)


def _check(data: bytes, text: str, boxes_on: dict[int, int]) -> None:
    """Check that a text's boxes (so many on each page) hold all that is red and nothing black."""
    found = _find(data, text)
    assert {each.page: len(each.boxes) for each in found} == boxes_on
    for each in found:
        red, black = _ink(data, each.page)
        height, width = red.shape
        left_over = red.copy()
        for box in each.boxes:
            left, right = box.left * width, box.right * width
            top, bottom = box.top * height, box.bottom * height
            inside = np.s_[round(top) : round(bottom), round(left) : round(right)]
            rows, columns = np.nonzero(red[inside])
            assert rows.size
            assert columns.min() <= NEAR
            assert (right - left) - columns.max() <= NEAR
            assert not black[inside].any()
            left_over[round(top - 1) : round(bottom + 1), round(left - 1) : round(right + 1)] = (
                False
            )
        assert not left_over.any()


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_words_in_a_line(turn: int) -> None:
    sheet = Sheet(turn)
    sheet.lines(
        40, 220, "Det första ordet är svart\noch *tre röda ord* står här\nmen inte på den raden."
    )
    _check(sheet.pdf(), "tre röda ord", {1: 1})


def test_words_on_a_cropped_page() -> None:
    sheet = Sheet(crop=(30, 50, 330, 260))
    sheet.lines(40, 220, "Det första ordet är svart\noch *tre röda ord* står här.")
    data = sheet.pdf()
    _check(data, "tre röda ord", {1: 1})
    picture = page_picture(data, 1, SCALE)
    assert (picture.width, picture.height) == (300 * SCALE, 210 * SCALE)


def test_words_on_two_lines_with_a_broken_one() -> None:
    sheet = Sheet()
    sheet.lines(40, 220, "Kommunen köpte ett *informations-*\n*system för vården* år 2019.")
    data = sheet.pdf()
    # The hyphen is not in the text, but it is red; so the box of the first line ends before it.
    boxes = _find(data, "informationssystem för vården")[0].boxes
    assert len(boxes) == 2
    red, _ = _ink(data, 1)
    rows, columns = np.nonzero(red[: round(boxes[0].bottom * red.shape[0])])
    hyphen = stringWidth("-", FONT, SIZE) * SCALE
    assert abs(boxes[0].right * red.shape[1] - (columns.max() - hyphen)) <= NEAR
    assert abs(boxes[0].left * red.shape[1] - columns.min()) <= NEAR
    assert rows.size


def test_words_on_two_pages() -> None:
    sheet = Sheet()
    sheet.lines(40, 220, "Här är en rad till att börja med,\noch det som *är rött går*")
    sheet.page()
    sheet.lines(40, 220, "*vidare på nästa* sida i samma stycke.")
    _check(sheet.pdf(), "är rött går vidare på nästa", {1: 1, 2: 1})


def test_words_with_a_reference_number_among_them() -> None:
    sheet = Sheet()
    sheet.put(40, 220, "Det kostade *åtta kronor.*")
    x = 40 + stringWidth("Det kostade åtta kronor.", FONT, SIZE)
    sheet.put(x, 224, "*1*", 7)
    sheet.put(x + 8, 220, "*Det var* inte mycket.")
    sheet.put(40, 100, "1 En källa om detta.", 8)
    data = sheet.pdf()
    assert _read(data).text.startswith("Det kostade åtta kronor. Det var inte")
    _check(data, "åtta kronor. Det var", {1: 1})


def test_words_in_columns() -> None:
    sheet = Sheet()
    sheet.lines(
        30,
        240,
        "Vänster spalt är den\nsom läses först av de\ntvå som står här och\nden *slutar med att*",
    )
    sheet.lines(
        210,
        240,
        "*den går vidare* i den\nhögra spalten som är\nlika lång som den är\noch slutar just här.",
    )
    _check(sheet.pdf(), "slutar med att den går vidare", {1: 2})


def test_a_fact_and_a_cell_of_a_table() -> None:
    sheet = Sheet()
    for y, (label, value) in zip(
        (220, 200), (("Längd", "12 m"), ("*Bredd*", "*4 m*")), strict=True
    ):
        sheet.put(40, y, label)
        sheet.put(200, y, value)
    sheet.lines(40, 160, "Båten låg i hamnen.")
    _check(sheet.pdf(), "Bredd: 4 m", {1: 2})
    sheet = Sheet()
    rows = (("År", "In", "Ut"), ("2022", "*15*", "17"), ("2023", "16", "18"))
    for y, row in zip((220, 200, 180), rows, strict=True):
        for x, cell in zip((40, 140, 240), row, strict=True):
            sheet.put(x, y, cell)
    data = sheet.pdf()
    assert _read(data).text.splitlines()[0] == "År: 2022; In: 15; Ut: 17"
    _check(data, "15", {1: 1})


def test_a_ligature_and_a_composed_letter() -> None:
    sheet = Sheet()
    # The standard font has å as one character; its box is that letter's alone.
    sheet.lines(40, 220, "Den l*å*ga bron vid ån Ljusnan.")
    document = _read(data := sheet.pdf())
    at = document.text.index("låga") + 1
    boxes = places(data, document, Span(at, at + 1))[0].boxes
    assert len(boxes) == 1
    assert abs((boxes[0].right - boxes[0].left) * WIDTH - stringWidth("å", FONT, SIZE)) < 0.5


def test_what_cannot_be_told_apart_has_no_place() -> None:
    sheet = Sheet()
    for number in range(3):
        sheet.put(40, 280, "Sammanfattning")
        if number == 1:
            sheet.put(40, 240, "Sammanfattning")
        sheet.lines(40, 200, f"Sidan handlar om ämne {'ABC'[number]}.")
        sheet.page()
    data = sheet.pdf()
    document = _read(data)
    assert document.text.count("Sammanfattning") == 1
    assert _find(data, "Sammanfattning") == []
    assert [each.page for each in _find(data, "ämne B")] == [2]


def test_a_text_that_is_not_the_pages_has_no_place() -> None:
    sheet = Sheet()
    sheet.lines(40, 220, "Båten låg i hamnen.")
    data = sheet.pdf()
    document = _read(data)
    assert len(places(data, document, Span(0, 5))[0].boxes) == 1
    changed = replace(document, text=document.text.replace("hamnen", "hamnar"))
    assert places(data, changed, Span(0, 5)) == []
    assert places(data, document, Span(5, 6)) == []  # a space
    assert places(data, replace(document, pages=()), Span(0, 5)) == []


def test_a_page_that_is_not_there() -> None:
    sheet = Sheet()
    sheet.lines(40, 220, "Båten låg i hamnen.")
    data = sheet.pdf()
    for number in (0, 2):
        with pytest.raises(KallsvarError, match=rf"^Sidan {number} finns inte i PDF-filen"):
            page_picture(data, number, 1)
    with pytest.raises(ValueError, match="scale"):
        page_picture(data, 1, 0)
    with pytest.raises(KallsvarError, match="skadad"):
        places(b"%PDF-", _read(data), Span(0, 3))


def test_a_poster_is_drawn_smaller() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(5000, 5000))
    canvas.drawString(100, 100, "Affisch")
    canvas.save()
    picture = page_picture(out.getvalue(), 1, 4)
    assert picture.width * picture.height <= 25_200_000


def test_pages_are_drawn_while_documents_are_read() -> None:
    sheet = Sheet()
    for number in range(12):
        sheet.lines(40, 220, f"Det här är sida {number} i dokumentet,\noch *här* står mer.")
        sheet.page()
    data = sheet.pdf()
    read, picture = _read(data), page_picture(data, 3, 1)
    span = Span(read.text.index("sida 7"), read.text.index("sida 7") + 6)
    found = places(data, read, span)
    assert [each.page for each in found] == [8]
    with ThreadPoolExecutor(4) as pool:
        documents = [pool.submit(_read, data) for _ in range(4)]
        pictures = [pool.submit(page_picture, data, 3, 1) for _ in range(8)]
        boxes = [pool.submit(places, data, read, span) for _ in range(8)]
        assert all(each.result() == read for each in documents)
        assert all(each.result() == picture for each in pictures)
        assert all(each.result() == found for each in boxes)
