"""Cells' values as a Swedish spreadsheet shows them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from ingest.readers.cell_values import shown


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "General", ""),
        ("ord", "@", "ord"),
        (True, "General", "SANT"),
        (False, "General", "FALSKT"),
        (1.0, "General", "1"),
        (3.7, "General", "3,7"),
        (-0.1 - 0.2, "General", "-0,3"),
        (1200, "General", "1200"),
        (1e16, "General", "10000000000000000"),
        (1.5e-7, "General", "0,00000015"),
        (6.02e23, "General", "6,02E+23"),
        (float("nan"), "General", ""),
        (1234567.891, "#,##0", "1 234 568"),
        (1234.5, "0.00", "1234,50"),
        (1234.5, "#,##0.0#", "1 234,5"),
        (0.5, "0", "1"),
        (2.5, "#", "3"),
        (0.0456, "0.0%", "4,6 %"),
        (1, "0%", "100 %"),
        (-12, "#,##0;[Red]-#,##0", "-12"),
        (12.5, '_-* #,##0.00\\ "kr"_-;-* #,##0.00\\ "kr"_-', "12,50 kr"),
        (12, "[$kr-41D] #,##0", "kr 12"),
        (12, "#,##0 [$€-1]", "12 €"),
        (1_200_000, '#,##0.0,,"Mkr"', "1,2Mkr"),
        (42, "00000", "00042"),
        (0.5, "# ?/?", "0,5"),
        (12345, "0.00E+00", "12345"),
        (Decimal("3.70"), "General", "3,7"),
        (7, '"Nr" 0', "Nr 7"),
        (5, ";;;", "5"),
        (date(2024, 5, 7), "yyyy-mm-dd", "2024-05-07"),
        (datetime(2024, 5, 7), "d mmmm yyyy", "2024-05-07"),
        (datetime(2024, 5, 7, 13, 5), "yyyy-mm-dd hh:mm", "2024-05-07 13:05"),
        (datetime(2024, 5, 1), "mmm-yy", "maj 2024"),
        (datetime(2024, 1, 1), '"år" yyyy', "2024"),
        (time(9, 5), "h:mm", "09:05"),
        (time(9, 5, 7), "h:mm:ss", "09:05:07"),
        (timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
    ],
)
def test_a_value_as_it_is_shown(value: object, form: str, text: str) -> None:
    assert shown(value, form) == text
