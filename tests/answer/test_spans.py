"""Short answers in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answer.question import AnswerType, Question, read_question
from answer.spans import candidates, enumeration, nearest


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("money", "Avtalet gällde 1 600 timmar för 3,7 miljoner kronor.", ["3,7 miljoner kronor"]),
        ("money", "Avgiften blev 400 000 kr.", ["400 000 kr"]),
        ("money", "Det kom 400 000 personer.", []),
        ("number", "Det blev över 3 000 ärenden år 2024.", ["över 3 000"]),
        ("number", "Omkring 1500 medarbetare i tre etapper.", ["Omkring 1500", "tre"]),
        ("number", "Det var den 13 november 2025.", []),
        ("date", "Den 13 november 2025 och våren 2021.", ["Den 13 november 2025", "våren 2021"]),
        ("date", "I slutet av mars 2024 kom den.", ["slutet av mars 2024"]),
        ("date", "Mellan 2017-2018 hände det.", ["2017-2018"]),
        ("duration", "Den stod i tre dagar och 12 veckor.", ["tre dagar", "12 veckor"]),
        ("organisation", "I maj kom Region Halland och Uppsala universitet.",
         ["Region Halland", "Uppsala universitet"]),
        ("who", "Regionens egen samordningsgrupp inledde arbetet.", ["Regionens egen samordningsgrupp"]),
        ("why", "Den stoppades på grund av tekniska problem och buggar.", ["tekniska problem och buggar"]),
        ("definition", "Visum är ett tillstånd att resa in.", ["ett tillstånd att resa in"]),
        ("definition", "Ett visum, det vill säga ett tillstånd att resa in, söks i förväg.",
         ["ett tillstånd att resa in"]),
        ("definition", "Man söker visum, ett tillstånd som gäller i åtta dagar.",
         ["ett tillstånd som gäller i åtta dagar"]),
        ("why", "Regnet gjorde att vägen stängdes.", ["Regnet"]),
        ("why", "Målet med bron har varit att korta vägen till skolan.",
         ["korta vägen till skolan"]),
        ("number", "Det kom totalt 34 brev.", ["34"]),
        ("number", "Vägen är 6,2 kilometer och två tredjedelar är grus.",
         ["6,2 kilometer", "två tredjedelar"]),
        ("number", "Det tog fem månader och kostade 26 miljoner kronor.",
         ["fem månader", "26 miljoner kronor"]),
        ("number", "Det kom fyrtio tusen gäster till två hus.", ["fyrtio tusen", "två"]),
        ("duration", "Det tar tio till femton år.", ["tio till femton år"]),
        ("why", "De lagar ny mat i stället för att gissa.", []),
        ("definition", "Det som blir kvar i pannan kallas visum i byn.",
         ["Det som blir kvar i pannan"]),
        ("date", "Det är öppet klockan 9–11.", ["klockan 9–11"]),
        ("date", "Det är öppet maj–september och 24–26 december.",
         ["maj–september", "24–26 december"]),
        ("date", "Svaret väntas före jul.", ["före jul"]),
        ("money", "Post: Segel; Tusen kronor: 275", ["275"]),
        ("number", "Den drog 7 GWh och noll liter.", ["7 GWh", "noll liter"]),
        ("duration", "De sov 5 timmar och 50 minuter.", ["5 timmar och 50 minuter"]),
        ("duration", "Det dröjde ett och ett halvt år.", ["ett och ett halvt år"]),
        ("number", "Bullret får vara högst 40 decibel.", ["högst 40 decibel"]),
        ("why", "Lampan släcks för fladdermössens skull.", ["för fladdermössens skull"]),
        ("why", "De sade nej med hänsyn till radarn.", ["radarn"]),
        ("definition", "De får visum: en rätt att resa in, i åtta dagar.",
         ["en rätt att resa in, i åtta dagar"]),
    ],
)  # fmt: skip
def test_candidates(kind: AnswerType, text: str, found: list[str]) -> None:
    question = Question("", kind, ("visum",), english=False, several=False)
    assert [text[slice(*span)] for span in candidates(question, text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I går startade journalsystemet Rekord i hela länet.", ["journalsystemet"]),
        ("Man köpte Nordbolagets journalsystem Rekord.", ["Nordbolagets journalsystem"]),
        ("Man köpte det finska systemet Rekord.", ["det finska systemet"]),
        ("I maj betalade Rekord en bot.", []),
        (
            "Rekord är ett system för journaler, enligt bolaget.",
            ["ett system för journaler, enligt bolaget"],
        ),
        ("Tanken var att Rekord skulle börja i maj.", []),
        ("Det nya Rekord kom i maj.", []),
    ],
)
def test_what_something_is(text: str, found: list[str]) -> None:
    question = read_question("Vad är Rekord för något?")
    assert question.type == "definition"
    assert [text[slice(*span)] for span in candidates(question, text)] == found


def test_a_date_to_the_day() -> None:
    text = "Den infördes 12 november 2024 efter ett beslut 2018."
    question = read_question("Vilket datum infördes den?")
    assert [text[slice(*s)] for s in candidates(question, text)] == ["12 november 2024"]


def test_how_many_is_a_count_alone() -> None:
    question = read_question("Hur många månader tog det?")
    text = "Det tog fem månader."
    assert [text[slice(*s)] for s in candidates(replace(question, type="number"), text)] == ["fem"]


def test_how_many_of_a_whole_is_the_part() -> None:
    text = "Av 60 båtar tog 41 den norra leden."
    question = read_question("Hur många båtar tog den norra leden?")
    assert [text[slice(*span)] for span in candidates(question, text)] == ["41"]
    only = "Hamnen tömdes av 60 båtar."
    assert [only[slice(*span)] for span in candidates(question, only)] == ["60"]


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        # Two may be clicks too, but four are days.
        ("Hur många klick krävs?", "Det krävs elva klick på fyra dagar, mot två i maj.",
         ["elva", "två"]),
        ("Hur många klick krävs?", "Det krävs elva på fyra dagar.", ["elva", "fyra"]),
        ("Hur många båtar kom?", "Fem stora båtar och sju bilar kom.", ["Fem"]),
        # A share may be told as so many of so many.
        ("Hur stor andel vill tillbaka?", "Där vill 7 av 10 tillbaka.", ["7 av 10"]),
        ("Hur många vill tillbaka?", "Där vill 7 av 10 tillbaka.", ["7"]),
        ("Hur många byar brann?", "Det brann i tre av länets nio byar.", ["tre"]),
        ("Hur stor del av byarna brann?", "Nästan var fjärde by brann.", ["Nästan var fjärde by"]),
        ("Hur stor andel har sålts?", "En procent har sålts.", ["En procent"]),
        # A time of the year may run from one day to another.
        ("Under vilken tid på året är jakten öppen?", "Den är öppen från den 1 maj till den 9 juni.",
         ["den 1 maj till den 9 juni"]),
        ("När slutar jakten?", "Den är öppen från den 1 maj till den 9 juni.",
         ["den 1 maj", "den 9 juni"]),
    ],
)  # fmt: skip
def test_what_is_counted(question: str, text: str, found: list[str]) -> None:
    assert [text[slice(*s)] for s in candidates(read_question(question), text)] == found


def test_the_year_asked_about_points_out_its_clause() -> None:
    text = "Före bron kom omkring 3 000 båtar; 2019 var siffran noll."
    question = read_question("Hur många båtar kom 2019?")
    assert [text[slice(*span)] for span in candidates(question, text)] == ["noll"]
    question = read_question("Hur många båtar kom 2020?")
    assert [text[slice(*span)] for span in candidates(question, text)] == ["omkring 3 000", "noll"]


def test_an_amount_may_be_told_as_a_share() -> None:
    text = "Böterna kan bli högst tio procent av omsättningen."
    question = read_question("Hur stora böter kan det bli?")
    assert question.type == "money"
    assert candidates(question, text) == []
    assert [text[slice(*span)] for span in nearest(question, text)] == ["högst tio procent"]
    text = "Bolaget vill betala en tredjedel av böterna."
    assert [text[slice(*span)] for span in nearest(question, text)] == ["en tredjedel"]


def test_how_long_may_be_a_length() -> None:
    text = "Bron är 240 meter lång."
    found = candidates(read_question("Hur lång är bron?"), text)
    assert [text[slice(*span)] for span in found] == ["240 meter"]
    assert candidates(read_question("Hur länge stod bron?"), text) == []


def test_a_decimal_comma_parts_no_things() -> None:
    text = "Motorn är ny, lådan rymmer 40 liter mer och ramen är 4,2 kilo lättare."
    span = enumeration(text)
    assert span is not None
    assert text[slice(*span)].endswith("ramen är 4,2 kilo lättare")


def test_enumeration() -> None:
    text = "Man lyfte fram tillit, verksamhetsutveckling och ledarskap. Det var allt."
    span = enumeration(text)
    assert span is not None
    assert text[slice(*span)] == "tillit, verksamhetsutveckling och ledarskap"
    assert enumeration("Man lyfte fram tillit.") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Det gjordes av firman Ek, som har byggt i Dublin och Tammerfors.",
         "Dublin och Tammerfors"),
        ("Lampan, som lyser upp salen, föreslogs 2016, 2018 och 2019.", "2016, 2018 och 2019"),
    ],
)  # fmt: skip
def test_a_clause_set_off_by_commas_is_no_thing_in_a_row(text: str, found: str) -> None:
    span = enumeration(text)
    assert span is not None
    assert text[slice(*span)] == found


def test_an_enumeration_ends_with_a_whole_word() -> None:
    long = " ".join(["mycket"] * 20)
    text = f"Man såg hinder, brister och {long}."
    span = enumeration(text)
    assert span is not None
    assert text[slice(*span)] == "hinder, brister och " + " ".join(["mycket"] * 10)


def test_a_long_name_stands_before_its_short_one() -> None:
    text = "Man tillämpade lagen om tillfälliga broar och vägar, TB-lagen, i maj."
    found = candidates(read_question("Vad är TB-lagen?"), text)
    assert [text[slice(*span)] for span in found] == ["lagen om tillfälliga broar och vägar"]
    assert candidates(read_question("Vad är XY-avtalet?"), text) == []
