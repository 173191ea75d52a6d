"""Swedish terms."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from index.abbreviations import abbreviations, alternatives
from index.analysis import (
    Term,
    compound_parts,
    content_words,
    index_terms,
    question_terms,
    stem,
    words,
)


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("konsultkostnader", ("konsult", "kostnader")),
        ("upphandlingsskadeavgift", ("upphandling", "skade", "avgift")),
        ("vårdinformationssystem", ("vård", "informationssystem")),
        ("journalsystem", ("journal", "system")),
        ("revisionsbyrån", ("revision", "byrån")),
        ("supportärenden", ("support", "ärenden")),
        ("samordningsgrupp", ("samordning", "grupp")),
        ("patientsäkerhetsrisker", ("patientsäkerhet", "risker")),
        ("direktupphandling", ("direkt", "upphandling")),
        ("sjukvården", ("sjuk", "vården")),
        # No compounds.
        ("införandet", ()),
        ("användarna", ()),
        ("organisation", ()),
        ("rekommendationerna", ()),
        ("granskningen", ()),
        ("förändrad", ()),
        ("häst", ()),
    ],
)
def test_compound_parts(word: str, parts: tuple[str, ...]) -> None:
    assert compound_parts(word) == parts


def test_words_and_numbers() -> None:
    assert words("IVO:s 3,7 miljoner, 1 600 timmar; 2017-2018 och 400 000 kr. lex Maria-anmälan") == [
        "ivo", "3,7", "miljoner", "1600", "timmar", "2017", "2018", "och", "400000", "kr", "lex",
        "maria", "anmälan",
    ]  # fmt: skip
    assert words("A\u030alen") == ["ålen"]


def test_index_terms_hold_stem_parts_and_folded_forms() -> None:
    assert index_terms("konsultkostnader") == ["konsultkostnad", "konsult", "kostnad"]
    assert index_terms("ärendena") == index_terms("ärenden") == ["ärend", "~arend"]
    assert index_terms("slutrapporten") == ["slutrapport", "slut", "rapport"]


def test_question_terms_weigh_parts_less_and_look_past_missing_dots() -> None:
    assert question_terms(["konsultkostnad"]) == [
        Term("konsultkostnad", 1.0), Term("~konsultkostnad", 1.0), Term("konsult", 0.5),
        Term("~konsult", 0.5), Term("kostnad", 0.5), Term("~kostnad", 0.5),
    ]  # fmt: skip
    assert question_terms(["arenden"]) == [Term("arend", 1.0), Term("~arend", 1.0)]
    assert question_terms(["1600"]) == [Term("1600", 1.0)]


def test_content_words_are_without_the_frame_of_the_question() -> None:
    assert content_words("Hur många ärenden fick supporten under de tre dagarna?") == [
        "ärenden", "supporten", "tre", "dagarna",
    ]  # fmt: skip


def test_abbreviations_are_found_where_they_are_introduced() -> None:
    text = (
        "Nu har Inspektionen för vård och omsorg, IVO, börjat. Enligt lagen om offentlig upphandling "
        "(LOU) är det fel. Byrån KPMG, med säte i stan, höll med. Titel\nRad, EU"
    )
    assert [(a.short, a.long) for a in abbreviations(text)] == [
        ("IVO", "Inspektionen för vård och omsorg"),
        ("LOU", "lagen om offentlig upphandling"),
    ]
    assert text[slice(*abbreviations(text)[0].span)] == "Inspektionen för vård och omsorg"


class Known(dict[str, str]):
    """Abbreviations that may always be the ones asked about."""

    def about(self, shorts: Collection[str], stems: Collection[str]) -> dict[str, str]:
        return self


def test_a_long_form_may_stand_as_its_short_one() -> None:
    known = Known(IVO="Inspektionen för vård och omsorg")
    found = alternatives(["inspektionen", "vård", "omsorg", "krävde"], known)
    assert found["vård"] == (Term("ivo", 0.9),)
    assert "krävde" not in found
    assert alternatives(["ivo"], known)["ivo"][0] == Term("inspektion", 0.4)


def test_the_past_of_a_verb_meets_its_present() -> None:
    for forms in ("införa inför införs infördes införts införda", "köpa köper köpte köpts"):
        assert len({stem(word) for word in forms.split()}) == 1, forms
    assert stem("bestämde") == stem("bestämma")
    # These only look like it.
    assert [stem(word) for word in ("värde", "ränta", "karta", "bord")] == [
        "värd", "ränt", "kart", "bord",
    ]  # fmt: skip
