"""A spreadsheet cell's value as the sheet shows it, in the Swedish manner: 3,7 and 12,5 %."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september",
    "oktober", "november", "december",
)  # fmt: skip
_DIGITS = 12  # of a number without a format of its own; more are the arithmetic's rubbish

# In a number format: a literal, a currency, what only sets width or colour, the digits' places.
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|'
    r"_.|\*.|(?P<places>[#0?](?:[#0?., ]*[#0?])?,*)|(?P<percent>%)|(?P<literal>[^;])"
)


class _Format(NamedTuple):
    before: str
    places: str
    after: str
    percent: bool


def shown(value: object, number_format: str) -> str:
    """Return a cell's value as text, "" where it is empty or an error.

    Dates are in ISO form, or as far as the format shows them («maj 2024»).
    """
    match value:
        case None:
            return ""
        case bool():
            return "SANT" if value else "FALSKT"
        case int() | float() | Decimal():
            return _number(value, number_format)
        case datetime() | date() | time():
            return _moment(value, number_format)
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case _:
            return str(value)


def _number(value: float | Decimal, number_format: str) -> str:
    number = Decimal(str(value))
    if not number.is_finite():
        return ""
    form = _format(number_format)
    if form is None:
        return _plain(number)
    if form.percent:
        number *= 100
    whole, _, decimals = form.places.rstrip(",").partition(".")
    # A comma after the last place shows thousands, two millions.
    number = number.scaleb(-3 * (len(form.places) - len(form.places.rstrip(","))))
    most, least = (sum(c in kinds for c in decimals) for kinds in ("0#?", "0"))
    try:
        number = number.quantize(Decimal(1).scaleb(-most), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return _plain(number)
    digits, _, fraction = f"{abs(number):f}".partition(".")
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    digits = digits.zfill(sum(c == "0" for c in whole))
    if "," in whole or " " in whole:
        digits = f"{int(digits):,}".replace(",", " ")
    sign = "-" if number < 0 else ""
    text = sign + digits + (f",{fraction}" if fraction else "")
    return " ".join(f"{form.before}{text}{form.after}{' %' if form.percent else ''}".split())


def _plain(number: Decimal) -> str:
    rounded = Decimal(f"{number:.{_DIGITS}g}")
    text = f"{rounded:f}" if abs(rounded.adjusted()) <= 20 else f"{rounded:E}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0") if "E" not in fraction else fraction
    return f"{whole},{fraction}" if fraction else whole


@lru_cache(maxsize=1000)
def _format(number_format: str) -> _Format | None:
    """Read the part of a number format that says how numbers are set; None where none does."""
    if re.search(r"general|@|[eE][+-]|/", number_format, re.IGNORECASE):
        return None
    before = after = places = ""
    percent = False
    for token in _TOKEN.finditer(number_format.partition(";")[0]):
        literal = next(
            (token[k] for k in ("quoted", "escaped", "currency", "literal") if token[k]), ""
        )
        if token["percent"]:
            percent = True
        elif token["places"] and not places:
            places = token["places"]
        elif places:
            after += literal
        else:
            before += literal
    return _Format(before, places, after, percent) if places else None


def _moment(value: date | time, number_format: str) -> str:
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    form = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format.partition(";")[0]).lower()
    if "d" not in form and "y" in form:
        return f"{_MONTHS[value.month - 1]} {value.year}" if "m" in form else str(value.year)
    day = f"{value:%Y-%m-%d}"
    clock = isinstance(value, datetime) and (value.hour or value.minute or value.second)
    return f"{day} {value:%H:%M}" if clock else day
