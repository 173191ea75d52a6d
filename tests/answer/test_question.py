"""Reading questions: their type, their spelling."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import OSA

from answer.question import is_english, read_question, says_type
from answer.spelling import repair
from index.analysis import stem, undoubled


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Hur mycket kostade bron?", "money"),
        ("Vad kostade den nya bron?", "money"),
        ("Hur stor var avgiften?", "money"),
        ("Vilket belopp betalade man?", "money"),
        ("Hur många miljoner kronor gick åt?", "money"),
        ("Hur många båtar sjönk?", "number"),
        ("Hur stor del av avgiften gick till bron?", "number"),
        ("statens andel av kostnaden", "number"),
        ("antal båtar i hamnen", "number"),
        ("Hur många dagar var den igång?", "duration"),
        ("Hur länge höll den på?", "duration"),
        ("Hur försenad blev bron?", "duration"),
        ("När öppnade bron?", "date"),
        ("Vilket år byggdes den?", "date"),
        ("Under vilken tid på året är den öppen?", "date"),
        ("Vem byggde den?", "who"),
        ("Vad fick båten heta?", "who"),
        ("Vilken myndighet granskade den?", "organisation"),
        ("Varför revs den?", "why"),
        ("Hur kom det sig att den revs?", "why"),
        ("Av vilken anledning revs den?", "why"),
        ("Vad var målet med bygget?", "why"),
        ("Vilka delar består den av?", "list"),
        ("Räkna upp delarna", "list"),
        ("Vad är en pylon?", "definition"),
        ("Vad står TRV för?", "definition"),
        ("Stämmer det att bron revs i maj?", "yes_no"),
        ("Var avgiften för hög då?", "yes_no"),
        ("Var arbetar brovakterna om natten?", "what"),
        ("Var används de gamla balkarna nu?", "what"),
        # «när» here joins two clauses and asks for nothing.
        ("Vad hände när bron revs?", "what"),
        ("Vad kallas avgiften som man fick betala?", "what"),
        ("How many boats sank?", "number"),
        ("Which parts are left?", "list"),
        ("Which class is it?", "what"),
        ("When did the bridge open?", "date"),
        ("What was the reason for it?", "why"),
    ],
)
def test_type(question: str, kind: str) -> None:
    assert read_question(question).type == kind


def test_several_and_grain() -> None:
    assert read_question("Vilka delar finns?").several
    assert not read_question("Vilken del är störst?").several
    assert read_question("Vilka delar finns?").whole
    assert read_question("Vad ska man göra om bron stängs?").whole
    assert read_question("Hur gör jag för att få en nyckel?").whole
    assert not read_question("Vad rekommenderar de?").several
    assert not read_question("Vad gör en brovakt?").whole


def test_how_many_things_there_are_is_not_what_they_are() -> None:
    question = read_question("Vilka tre delar har bron?")
    assert (question.focus, question.content) == ("delar", ("delar", "bron"))
    assert read_question("Vilka tre av delarna har lack?").content[0] == "tre"
    assert read_question("Vilket datum öppnade den?").grain == "day"
    assert read_question("Vilken månad öppnade den?").grain == "month"
    assert read_question("Vilket år öppnade den?").grain is None


def test_language() -> None:
    assert is_english("What was the price of the bridge?")
    assert not is_english("Vad var priset på bron?")


class Counted(dict[str, int]):
    """A vocabulary that looks through all its words."""

    def doubled(self, word: str) -> dict[str, int]:
        return {w: n for w, n in self.items() if undoubled(w) == undoubled(word)}

    def forms(self, root: str) -> list[str]:
        return [w for w in self if stem(w) == root]

    def near(self, word: str, furthest: int) -> dict[str, int]:
        return {w: OSA.distance(w, word) for w in self if OSA.distance(w, word) <= furthest}


VOCABULARY = Counted({"millennium": 20, "millenium": 3, "oracle": 5, "konkurrensverket": 2,
                      "ärenden": 4, "granskning": 6, "införandet": 9, "samordningsgruppen": 3,
                      "sätt": 5})  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (
            "Hur manga arenden var det fore inforandet?",
            "Hur många ärenden var det före införandet?",
        ),
        ("vad kostade millenium?", "vad kostade millennium?"),
        ("vad sade oracel om det?", "vad sade oracle om det?"),
        ("vrför kom Konkurensverket?", "varför kom Konkurrensverket?"),
        ("samordningsgrupens granksning", "samordningsgruppen granskning"),
        ("Vilket ar var det?", "Vilket år var det?"),
        ("Vilken kalla ar det?", "Vilken källa är det?"),
        ("Pa vilket satt mattes det?", "På vilket sätt mattes det?"),
    ],
)
def test_repair(typed: str, read: str) -> None:
    assert repair(typed, VOCABULARY) == read


@pytest.mark.parametrize(
    "typed",
    [
        "Vad kostade granskningen som PwC gjorde?",
        "Hur gick utrullningen till?",
        "Vad ålades de att göra?",
        "<img src=x onerror=alert(1)> {{value}}",
        "Hur många planeter har solsystemet?",
        "Vem ledde granskningen?",
        "Vilka satt i gruppen?",
    ],
)
def test_repair_leaves_good_words_names_and_code_alone(typed: str) -> None:
    assert repair(typed, VOCABULARY) == typed


def test_an_english_question_is_mended_in_names_only() -> None:
    assert repair("what did millenium cost", VOCABULARY, english=True) == "what did millennium cost"


def test_a_word_that_only_says_the_type() -> None:
    assert says_type("money", "kostade")
    assert says_type("date", "månad")
    assert not says_type("money", "granskning")
    assert not says_type("who", "kostade")
