"""The characters of an open PDF page: what they are, where they stand, how they are set."""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

_BOLD = re.compile(r"bold|black|heavy|demi|[-,]bd|cmbx|sfbx|ecbx", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_NAME_BYTES = 200
# In quarter turns: what leans more than this is no line of the page.
_LEANING = 0.1


class Box(NamedTuple):
    """A rectangle on the page as it is shown, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class Style(NamedTuple):
    """How a character is set: size in points, weight, direction.

    ``turn`` is the direction of the writing in quarter turns clockwise; None where it leans.
    """

    size: float
    bold: bool
    turn: int | None


class Characters:
    """A page's characters by number, in the order of the file, with what PDFium adds.

    Places are in points on the page as it is shown: turned, cropped, from the upper left corner. To
    be made, used and closed with PDFium's lock held.
    """

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self._textpage = page.get_textpage()
        self._text = ctypes.cast(self._textpage.raw, ctypes.c_void_p).value
        self._quarter = page.get_rotation() // 90
        self._bounds = page.get_bbox()
        left, bottom, right, top = self._bounds
        sides = (right - left, top - bottom)
        self.width, self.height = sides if self._quarter % 2 == 0 else sides[::-1]
        self._rect, self._matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._styles: dict[int, Style] = {}
        self._fonts: dict[int, bool] = {}

    def close(self) -> None:
        """Free what PDFium holds."""
        self._textpage.close()

    def codes(self) -> list[int]:
        """Return the characters' numbers in Unicode; 0 for one that the file does not tell."""
        return [_unicode(self._text, index) for index in range(max(_count(self._text), 0))]

    def owner(self, index: int) -> int:
        """Return what tells the text objects of the file apart; 0 for what PDFium has added."""
        return _text_object(self._text, index) or 0

    def box(self, index: int) -> Box | None:
        """Return the place of a character, as high as its font; None where it has none."""
        if not _loose_box(self._text, index, ctypes.addressof(self._rect)):
            return None
        rect = self._rect
        x, y = self._shown(rect.left, rect.top)
        across, down = self._shown(rect.right, rect.bottom)
        box = Box(min(x, across), min(y, down), max(x, across), max(y, down))
        return box if math.isfinite(box.left + box.top + box.right + box.bottom) else None

    def foot(self, index: int) -> float:
        """Return how far down the page the ink of a character goes."""
        left, right, bottom, top = self._edges
        _tight_box(self._text, index, *map(ctypes.addressof, (left, right, bottom, top)))
        return self._shown(left.value, bottom.value)[1]

    def origin(self, index: int) -> tuple[float, float]:
        """Return where a character begins on the line that it stands on."""
        x, y, *_ = self._edges
        _char_origin(self._text, index, ctypes.addressof(x), ctypes.addressof(y))
        return self._shown(x.value, y.value)

    def style(self, index: int) -> Style:
        """Return how a character is set, which is the same for all of a text object."""
        owner = self.owner(index)
        if owner not in self._styles:
            self._styles[owner] = self._read_style(index, owner)
        return self._styles[owner]

    def _read_style(self, index: int, owner: int) -> Style:
        matrix = self._matrix
        if not owner or not _char_matrix(self._text, index, ctypes.addressof(matrix)):
            return Style(1.0, False, None)
        size = _font_size(self._text, index) * math.hypot(matrix.c, matrix.d)
        if not math.isfinite(size) or size <= 0:
            box = self.box(index)
            size = box.bottom - box.top if box and box.bottom > box.top else 1.0
        turns = self._quarter - math.atan2(matrix.b, matrix.a) / (math.pi / 2)
        straight = math.isfinite(turns) and abs(turns - round(turns)) < _LEANING
        return Style(size, self._is_bold(_font(owner)), round(turns) % 4 if straight else None)

    def _is_bold(self, font: int | None) -> bool:
        if not font:
            return False
        if font not in self._fonts:
            name = ctypes.create_string_buffer(_NAME_BYTES)
            _font_name(font, ctypes.addressof(name), _NAME_BYTES)
            named = _BOLD.search(name.value.decode("utf-8", errors="replace"))
            # The weight that PDFium tells is a guess of its own from the stems, and often wrong.
            self._fonts[font] = bool(named) or bool(max(_font_flags(font), 0) & _FORCE_BOLD)
        return self._fonts[font]

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the page's own coordinates as it is shown."""
        left, bottom, right, top = self._bounds
        match self._quarter:
            case 0:
                return x - left, top - y
            case 1:
                return y - bottom, x - left
            case 2:
                return right - x, y - bottom
            case _:
                return top - y, right - x


def _quick(function: Any, result: Any, *arguments: Any) -> Any:
    """Return a function of PDFium's that keeps Python's lock while it runs.

    Each takes less than a microsecond. To let other threads in for that, thousands of times a page,
    would have the reader wait for them every time.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)


_INT, _ANY, _SIZE = ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t
_count = _quick(pdfium.FPDFText_CountChars, _INT, _ANY)
_unicode = _quick(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _ANY, _INT)
_text_object = _quick(pdfium.FPDFText_GetTextObject, _ANY, _ANY, _INT)
_loose_box = _quick(pdfium.FPDFText_GetLooseCharBox, _INT, _ANY, _INT, _ANY)
_tight_box = _quick(pdfium.FPDFText_GetCharBox, _INT, _ANY, _INT, _ANY, _ANY, _ANY, _ANY)
_char_origin = _quick(pdfium.FPDFText_GetCharOrigin, _INT, _ANY, _INT, _ANY, _ANY)
_char_matrix = _quick(pdfium.FPDFText_GetMatrix, _INT, _ANY, _INT, _ANY)
_font_size = _quick(pdfium.FPDFText_GetFontSize, ctypes.c_double, _ANY, _INT)
_font = _quick(pdfium.FPDFTextObj_GetFont, _ANY, _ANY)
_font_name = _quick(pdfium.FPDFFont_GetBaseFontName, _SIZE, _ANY, _ANY, _SIZE)
_font_flags = _quick(pdfium.FPDFFont_GetFlags, _INT, _ANY)
