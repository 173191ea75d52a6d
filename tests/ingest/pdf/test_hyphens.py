"""How broken lines are put together."""

from __future__ import annotations

import pytest

from ingest.pdf.hyphens import joint


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("ett informations-", "system som", "ett informationssystem som"),
        ("Informations-", "systemet är", "Informationssystemet är"),
        ("ett IT-", "system som", "ett IT-system som"),
        ("år 2017-", "2018", "år 2017-2018"),
        ("en e-", "post", "en e-post"),
        ("en e-post-", "adress", "en e-postadress"),
        ("Karl-", "Erik Ek", "Karl-Erik Ek"),
        ("både vård-", "och omsorg", "både vård- och omsorg"),
        (
            "inköps- eller avtals-",
            "respektive lagregler",
            "inköps- eller avtals- respektive lagregler",
        ),
        ("det -", "så att säga", "det - så att säga"),
        ("en rad", "till", "en rad till"),
        ("se https://exempel.se/en-", "sida", "se https://exempel.se/en-sida"),
        ("se https://exempel.se/", "sida", "se https://exempel.se/sida"),
        ("se exempel.se/", "sida", "se exempel.se/ sida"),
        ("-", "så", "- så"),
        ("vård-", "(och)", "vård- (och)"),
    ],
)
def test_joint(before: str, after: str, whole: str) -> None:
    drop, between = joint(before, after)
    assert before[: len(before) - drop] + between + after == whole
