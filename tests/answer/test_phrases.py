"""Where phrases begin and end."""

from __future__ import annotations

import pytest

from answer.naming import done_by_subject, named_item, named_kind, titled_name
from answer.phrases import whole_phrase
from answer.question import read_question
from ingest.records import Span


def at(text: str, piece: str) -> Span:
    start = text.index(piece)
    return Span(start, start + len(piece))


@pytest.mark.parametrize(
    ("question", "text", "found", "whole"),
    [
        # A genitive needs its noun.
        ("Vad avgör saken?", "Det avgörs av politikerna i LKT:s styrelse i maj.",
         "politikerna i LKT", "politikerna i LKT:s styrelse"),
        # What was found lies in one sentence.
        ("Vad såg de?", "De såg en räv. Först efter det sov de gott i stugan.",
         "räv. Först efter det sov de gott", "Först efter det sov de gott"),
        # A conjunction at an end belongs to what was left out.
        ("Vad köptes?", "Man köpte stolar och dyra bord och", "och dyra bord och", "dyra bord"),
        ("Vad är frågan?", "Frågan är att avgöra om man ska gå eller inte i dag.",
         "att avgöra om man ska gå", "att avgöra om man ska gå eller inte"),
        ("Vad byggde det på?", "Det byggde på samtal med folk och brev, och tog en vecka.",
         "byggde på samtal med folk", "samtal med folk och brev"),
        # A clause set first ends where the main clause's verb stands.
        ("Varför dröjde bygget?", "Men, eftersom marken inte hade undersökts av firman försenades "
         "bygget.", "marken inte hade undersökts av firman försenades bygget",
         "marken inte hade undersökts av firman"),
        # The noun asked for belongs to its answer.
        ("Vilken vana skulle de ha?", "De skulle ha vana av att leda stora lag.",
         "att leda stora lag", "vana av att leda stora lag"),
        # What follows it with «att» is the answer itself.
        ("Vilken regel gällde?", "Då gällde regeln att två vakter går ihop.",
         "att två vakter går ihop", "att två vakter går ihop"),
        # But not where it only names what it stands by.
        ("Vilken byggmästare ritade det?", "Det ritades av byggmästaren Olin i maj.",
         "byggmästaren Olin", "Olin"),
        ("Vad gör en vakt?", "Varje natt går vakten runt. En vakt går igenom alla rum.",
         "igenom alla rum", "går igenom alla rum"),
        # So does «hur …?» before a verb, and a verb goes with its particle.
        ("Hur slutade tvisten?", "Firman drog tillbaka sin begäran i maj.",
         "tillbaka sin begäran", "drog tillbaka sin begäran"),
        ("Vad hände?", "Firman drog tillbaka sin begäran i maj.",
         "drog tillbaka sin begäran", "drog tillbaka sin begäran"),
        # What is meant or wished is told with its «att».
        ("Vad oroar grannarna?", "Grannarna är rädda för att vattnet ska sjunka.",
         "vattnet ska sjunka", "att vattnet ska sjunka"),
        ("Vilken höjd har bron?", "Bron har en höjd på elva meter.", "höjd på elva meter",
         "elva meter"),
        ("Vad ska vakten göra?", "Vakten har att låsa dörrarna.", "att låsa dörrarna",
         "låsa dörrarna"),
        ("Vad är målet?", "Målet är att laga näten.", "laga näten", "att laga näten"),
        ("Var arbetar de?", "De arbetar i stora hallar.", "stora hallar", "i stora hallar"),
        # Whose words they are is no part of them.
        ("Varför dröjde det?", "Det dröjde för att isen låg, enligt lotsen Ek.",
         "för att isen låg, enligt lotsen Ek", "för att isen låg"),
        # A name is whole, and without what is said of the one who bears it.
        ("Vem leder laget?", "Laget leds nu av Eva Ek.", "Ek", "Eva Ek"),
        ("Vem ritade bron?", "Bron ritades av byggmästaren Eva Ek på uppdrag av Per Al.",
         "byggmästaren Eva Ek på uppdrag av Per Al", "byggmästaren Eva Ek"),
        ("Vem granskade bron?", "Bron granskades av Nämnden för broar och vägar i maj.",
         "Nämnden för broar och vägar", "Nämnden för broar och vägar"),
        ("Vem ritade bron?", "Bron ritades av Eva Ek och Per Al.", "Eva Ek och Per Al",
         "Eva Ek och Per Al"),
        # What ends its clause belongs to it; a clause after it does not.
        ("Varför kom larmet?", "Larmet kom för att korten inte gick att läsa av.",
         "korten inte gick att läsa", "korten inte gick att läsa av"),
        ("Varför kom vakten?", "Vakten kom med syftet att se bron och hålen knutna till den.",
         "se bron och hålen knutna till den", "se bron och hålen knutna till den"),
        ("Varför stängde bron?", "I maj var rost i stolparna skälet.",
         "var rost i stolparna", "rost i stolparna"),
        ("Vad var målet?", "Målet var att, efter råd och samtal, bygga en bro.",
         "att, efter råd och samtal, bygga en bro", "bygga en bro"),
        ("Hur slutade mötet?", "Mötet slutade med att bron såldes.",
         "att bron såldes", "att bron såldes"),
        ("Vad skrevs den på?", "Den skrevs på papper och läxor delades ut i pärmar.",
         "papper och läxor delades ut i pärmar", "papper"),
        ("Vad är ett lov?", "Ett lov är en ledighet från skolan, som på våren.",
         "en ledighet från skolan, som på våren", "en ledighet från skolan"),
        ("Vad begärde byn?", "Byn begärde en mur på två meter men höjde ett staket.",
         "en mur på två meter men höjde ett staket", "en mur på två meter"),
        # A sentence that follows is no part of it, where the first holds an answer.
        ("Vad stod det i brevet?", "I brevet stod att taket läckte sedan länge. Det stod också att "
         "golvet var ruttet i alla rum.", "att taket läckte sedan länge. Det stod också att "
         "golvet var ruttet i alla rum", "att taket läckte sedan länge"),
        # A clause with «att» has its verb, for all in a row, and those in a row with it.
        ("Vad stod i beslutet?", "I beslutet stod att kor, hönor och getter skulle säljas i maj.",
         "att kor, hönor", "att kor, hönor och getter skulle säljas i maj"),
        ("Vad kom de fram till?", "De kom fram till att taket läckte, att golvet var ruttet och att "
         "ingen visste det.", "att golvet var ruttet",
         "att taket läckte, att golvet var ruttet och att ingen visste det"),
        # What the question says the verb of is told without it.
        ("Vad skrämde hästarna?", "De fann att rök från ett skjutfält skrämde hästarna.",
         "rök från ett skjutfält", "rök från ett skjutfält"),
        # A particle goes with its verb alone; what happened is told with the verb.
        ("Vad byttes i maj?", "I maj byttes hela taket ut.", "hela taket", "hela taket"),
        ("Vad hände i maj?", "I maj byttes hela taket ut.", "byttes hela taket",
         "byttes hela taket ut"),
        # «Dels …, dels …» is one answer in two parts.
        ("Varför såldes kon?", "Dels var mjölken sur, dels fanns inget hö.",
         "var mjölken sur, dels fanns inget hö", "Dels var mjölken sur, dels fanns inget hö"),
        # Purposes: before the main clause's verb, and after what has them.
        ("Varför köptes båten?", "För att hinna fram beviljade byn ett lån på två år.",
         "För att hinna fram beviljade byn ett lån", "För att hinna fram"),
        ("Vad var syftet med stödet?", "Stödet skulle rädda bryggan och båtarna.",
         "Stödet skulle rädda bryggan och båtarna", "rädda bryggan och båtarna"),
        ("Varför föll huset?", "När taket läckte och regnet ökade kunde ingen i byn rädda det "
         "gamla huset.", "taket läckte och regnet ökade kunde ingen i byn rädda det gamla huset",
         "taket läckte och regnet ökade"),
        # «Var fjärde dag», not «fjärde dag»; and from what to what.
        ("Hur ofta stannar den?", "Den stannar var fjärde dag.", "fjärde dag", "var fjärde dag"),
        ("Vad visar mätningen av hur priset steg?", "Priset steg från 5 till 8 kronor på ett år.",
         "8 kronor", "från 5 till 8 kronor"),
        ("Till vilken nivå steg priset?", "Priset steg från 5 till 8 kronor på ett år.",
         "8 kronor", "8 kronor"),
    ],
)  # fmt: skip
def test_whole_phrase(question: str, text: str, found: str, whole: str) -> None:
    span = whole_phrase(text, at(text, found), read_question(question))
    assert text[slice(*span)] == whole


def test_what_the_one_asked_about_does() -> None:
    text = "Köket gick över till burkar, och hallen höll stängt i maj."
    question = read_question("Vad gjorde köket?")
    found = done_by_subject(text, at(text, "höll stängt i maj"), question)
    assert text[slice(*found)] == "gick över till burkar"
    own = at(text, "till burkar")
    assert done_by_subject(text, own, question) == own
    other = read_question("Vad sade köket?")
    assert done_by_subject(text, at(text, "höll stängt i maj"), other) == at(
        text, "höll stängt i maj"
    )


def test_the_name_after_the_role_asked_for() -> None:
    text = "Med var ordförande Eva Ek, kassör Per Al och fyra ledamöter."
    name = titled_name(text, read_question("Vem är kassör i laget?"))
    assert name is not None
    assert text[slice(*name)] == "Per Al"
    assert titled_name(text, read_question("Vem är vaktmästare?")) is None
    text = "Man valde leverantören Brobolaget svenska AB i maj."
    name = titled_name(text, read_question("Vem var leverantören?"))
    assert name is not None
    assert text[slice(*name)] == "Brobolaget svenska AB"


def test_nothing_stays_nothing() -> None:
    assert whole_phrase("Ett hus.", Span(3, 3), read_question("Vad?")) == Span(3, 3)


def test_the_word_of_the_kind_asked_for() -> None:
    text = "Det följer av skollagen som antogs."
    span = named_kind(text, at(text, "skollagen som antogs"), "lag")
    assert span is not None
    assert text[slice(*span)] == "skollagen"
    assert named_kind(text, at(text, "antogs"), "lag") is None
    assert named_kind(text, None, None) is None


def test_the_one_thing_that_the_question_names() -> None:
    text = "Felen var dålig ledning, sen leverans av virke och trasiga verktyg."
    item = named_item(text, read_question("Vad var fel med verktygen?"))
    assert item is not None
    assert text[slice(*item)] == "trasiga verktyg"
    assert named_item(text, read_question("Vilka fel fanns på verktygen?")) is None
    assert named_item(text, read_question("Vad var fel?")) is None
