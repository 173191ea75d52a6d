"""Which files can be read, and what is said of the others."""

from __future__ import annotations

import pytest

from ingest.errors import KallsvarError
from ingest.formats import SUFFIXES, reader_for


def test_every_format_has_its_reader() -> None:
    for suffix in SUFFIXES:
        assert callable(reader_for(suffix))
        assert reader_for(suffix.upper()) is reader_for(suffix)


@pytest.mark.parametrize(
    ("old", "new"), [(".doc", ".docx"), (".XLS", ".xlsx"), (".ppt", ".pptx"), (".ods", ".xlsx")]
)
def test_older_formats_can_be_saved_anew(old: str, new: str) -> None:
    with pytest.raises(KallsvarError) as error:
        reader_for(old)
    assert str(error.value) == (
        f"Formatet «{old}» stöds inte. Öppna filen i sitt program, spara den som {new} och lägg "
        "till den nya filen i stället."
    )
