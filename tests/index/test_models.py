"""The bundled model against the engine that its weights come from, and how it is kept."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import models
from index.models import BUNDLED, bundled_model, model_fingerprint
from ingest.errors import KallsvarError
from settings import ROOT

PROMPTS = {"query": "query: ", "document": "passage: "}

WORDS = """vård journalsystem åtgärd överläkare ärende öppenvård sköterska region upphandling kostnad
patientsäkerhet konsultkostnadsutredning Göteborg Västra Götalandsregionen Östersund Åmål KPMG
tillsyn granskning driftsättning vårdinformationsmiljö leverantör avtal skadestånd miljon procent
chefläkare akutmottagning läkemedelslista remiss dokumentation beslut nämnd fullmäktige rapport
därför hur när varför vilken fjällräv smörgåsbord kräftskiva snöskottning ljusår älgjakt förkyld
kvällsöppet havsbad jämlikhet återbäring ö å i e-post it-avdelning covid-19 sjuksköterskeexamen"""

QUESTIONS = """Vad kostade {} under {}?
Vem ansvarade för {} och {}?
Hur många {} berördes av {} 2024?
När beslutade regionen om {}, och varför inte om {}?
Är det sant att {} hänger ihop med {}?
varför pausades {} efter tre dagar när {} fungerade
Vilka risker såg man med {} – och med {}?"""

NUMBERS = """Kostnaden blev {0} miljoner kronor, {1} % mer än väntat.
Den {2} november 2024 kl. {2}.30 stod {0} ärenden i kö.
{0} 000 kr
Tel. 031-{0} {1} {2}, rum {2}:{1}
§ {2} i lagen (2016:{0}) om upphandling
Från {1},5 till {0},25 – en ökning med {2} procentenheter
{0}/{1}/{2}
½ tjänst, {2}º, {1}² och №{0}, ca €{0}
{1}–{0} st à {2} kr"""

# Zero width, direction and byte order marks, soft hyphen, spaces that do not break, dashes.
MARKS = "\u200b \u200c \u200d \u200e \u2060 \ufeff \u00ad \u00a0 \u202f \u2009 \u2011 – — …".split(" ")
EMOJI = "😀 👍 ❤️ 🚑 🏥 👩‍⚕️ 🇸🇪 ✅ ⚠️ 💊".split()


def sentences() -> list[str]:
    """The article's sentences of at least four words."""
    text = (ROOT / "corpus" / "turerna-kring-millennium.txt").read_text(encoding="utf-8")
    found = [part.strip() for part in re.split(r"(?<=[.?!])\s+|\n", text)]
    return [part for part in found if len(part.split()) >= 4]


def sprinkle(text: str, marks: list[str], dice: random.Random) -> str:
    """Put up to six of the marks at random places inside the text."""
    for _ in range(dice.randint(1, 6)):
        place = dice.randint(1, len(text) - 1)
        text = text[:place] + dice.choice(marks) + text[place:]
    return text


def swedish_texts() -> list[str]:
    """500 texts, always the same: 1 to 300 words of every kind that the tokenizer may trip on."""
    dice = random.Random(20241112)
    words, article = WORDS.split(), sentences()

    def phrase() -> str:
        return " ".join(dice.sample(words, dice.randint(1, 4)))

    def question() -> str:
        return dice.choice(QUESTIONS.split("\n")).format(phrase(), phrase())

    def number() -> str:
        figures = (dice.randint(100, 9999), dice.randint(10, 99), dice.randint(1, 30))
        return dice.choice(NUMBERS.split("\n")).format(*figures)

    def passage() -> str:
        target, start = dice.randint(60, 300), dice.randrange(len(article))
        drawn: list[str] = []
        while sum(len(part.split()) for part in drawn) < target - 30:
            drawn.append(article[(start + len(drawn)) % len(article)])
        return " ".join(drawn)

    def line() -> str:
        return dice.choice([question, number, lambda: dice.choice(article)])()

    texts = words[:50]
    texts += [question() for _ in range(100)] + [number() for _ in range(70)]
    texts += dice.sample(article, 90) + [passage() for _ in range(60)]
    texts += [line().upper() for _ in range(30)]
    texts += [sprinkle(line(), MARKS, dice) for _ in range(50)]
    texts += [sprinkle(line(), EMOJI, dice) for _ in range(25)]
    texts += [unicodedata.normalize("NFD", line()) for _ in range(25)]
    return texts
