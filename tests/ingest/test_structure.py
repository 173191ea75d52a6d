"""What is read out of a plain text. The article's structure was written down from the file."""

from __future__ import annotations

import codecs

import pytest

from ingest.assembly import assemble
from ingest.errors import KallsvarError
from ingest.readers.text import decode, read_text
from ingest.records import Block, Document, Reference, Span
from ingest.structure import Line, fact_line, row_line


def _text(document: Document, span: Span | None) -> str | None:
    return None if span is None else document.text[span.start : span.end]


def _of(document: Document, kind: str) -> list[Block]:
    return [block for block in document.blocks if block.kind == kind]


def _read(text: str) -> Document:
    return read_text(text.encode(), document_id="prov.txt")


HEADINGS = [
    (1, "I kölvattnet av Millennium, och alternativen framåt"),
    (2, "Vad har hänt sedan införandet av Millennium pausades?"),
    (3, "1. Samordningsgrupp för vårdinformationsmiljö – intern analys och utredning"),
    (3, "2. KPMG – Externt granskande part"),
    (3, "3. Extern expertgrupp för oberoende stöd och kvalitetssäkring"),
    (3, "4. IVO-tillsyn"),
    (2, "Vårdinformationssystem i VGR – vad händer nu, och framöver?"),
    (2, "Handlingsalternativ enligt samordningsgruppens slutrapport"),
    (2, "Fakta: Millennium i siffror"),
    (2, "Millennium i backspegeln, 2017-2024: Upphandling, tilldelningsbeslut & införande"),
    (2, "Referenser"),
]

KPMG = (
    "Granskningen byggde på intervjuer med nyckelpersoner och dokumentinsamling, pågick under tre "
    "månader efter det att införandet pausats och tog avstamp i tre analysområden:"
)
IVO = (
    "I oktober 2025 meddelade IVO att myndigheten identifierat följande brister rörande "
    "patientsäkerhetslagen och föreskriften om användning av medicintekniska produkter i hälso- och "
    "sjukvården:"
)
NIS = (
    "IVO meddelade samtidigt beslut inom ramarna för lagen om informationssäkerhet för "
    "samhällsviktiga och digitala tjänster, NIS-lagen, och påtalade då att:"
)
OPTIONS = (
    "De handlingsalternativ som nu ligger för politisk beredning är, enligt slutrapporten, att:"
)

ITEMS = [
    (KPMG, "Styrning, systemledning och organisation"),
    (KPMG, "Teknik och process"),
    (KPMG, "Förändringsledning, kommunikation och utbildning"),
    (
        IVO,
        "Vårdgivaren har inte säkerställt att användarna av systemet erhållit tillräcklig utbildning.",
    ),
    (
        IVO,
        "Vårdgivaren har inte säkerställt att endast en säker och medicinskt ändamålsenlig "
        "medicinteknisk produkt använts på patienter.",
    ),
    (
        NIS,
        "Västra Götalandsregionen har underlåtit att informera IVO om förändring av kontaktperson "
        "utan onödigt dröjsmål.",
    ),
]

NAMED = [
    (
        "Fortsätta med Oracle Millennium",
        "Uppdatera Millennium med nödvändiga förbättringar, därefter i enlighet med nuvarande avtal "
        "införa funktionalitet från nästa generations vårdinformationssystem från Oracle.",
    ),
    (
        "Upphandla kärnsystem",
        "Ny upphandling av kärnsystem som kan hantera majoriteten av vårdens processer.",
    ),
    (
        "Upphandla moduler",
        "Upphandla enskilda moduler som stöttar specifika behov i en sammanhållen "
        "vårdinformationsmiljö.",
    ),
    ("Egenutveckla kärnsystem", "Utveckla ett komplett kärnsystem i egen regi."),
]

FACTS = [
    ("Upphandlades", "2017-2018"),
    ("Ursprunglig plan för införande", "2021"),
    ("Faktiskt införande", "2024"),
    ("Dagar i drift", "3"),
    ("Berörda verksamheter", "Vårdverksamheter i Västra Götalandsregionen"),
    ("Antal supportärenden under driftperioden", "Över 3 000"),
    ("Antal systemavvikelser under driftperioden", "Omkring 500"),
    ("Antal allvarliga händelser", "120"),
    ("Antal lex Maria-anmälningar kopplat till införandet", "10"),
    (
        "Kostnad, 2017 - 2024",
        "Millennium bedöms hittills ha kostat VGR ungefär 3,7 miljarder kronor. Detta räknat från "
        "programstart till och med införandet 2024. Vad slutsumman blir totalt beror på valet av "
        "handlingsalternativ framåt.",
    ),
    ("Konsultkostnad, 2018-2024", "800 miljoner kronor"),
]

MARKERS = [
    (1, "processen av journalsystemet."[-25:], False),
    (2, "förutsättningar och behov.", False),
    (3, "ta beslut om i december 2025.", False),
    (4, "försenad testning av systemet.", False),
    (5, "värde av 3,7 miljoner kronor.", False),
    (6, "vårdinformationssystem i VGR.", False),
    (7, "upphandlingsskadeavgift om 400 000 kr.", False),
    (8, "valet av vårdinformationssystem.", False),
    (9, "alternativ, menar expertgruppen.", False),
    (10, "verksamhetsutveckling och ledarskap.", False),
    (11, "tjänster, som vårdinformationssystem.", False),
    (11, "produkt använts på patienter.", False),
    (11, "kontaktperson utan onödigt dröjsmål.", False),
    (12, "Detta senast den 13 november 2025.", False),
    (13, "men vissa inkom redan år 2021.", False),
    (14, "Utveckla ett komplett kärnsystem i egen regi.", True),
    (14, "integrering till andra plattformar.", False),
    (15, "supportärenden under driftperioden: Över 3 000", False),
    (15, "systemavvikelser under driftperioden: Omkring 500", False),
    (16, "Antal allvarliga händelser: 120", False),
    (17, "kopplat till införandet: 10", False),
    (18, "valet av handlingsalternativ framåt.", False),
    (19, "2018-2024: 800 miljoner kronor", False),
    (20, "buggar och komplicerade arbetsflöden.", False),
]

REFERENCES = [
    ("VGR", "Internt arbete med samordning vårdinformationssystem"),
    ("VGR", "Förslag till politikerna om vårdinformationsmiljö"),
    ("Läkartidningen", "Rapport: Fördjupa tre alternativ för VGR:s framtida vårdinfosystem"),
    ("VGR", "Extern granskning av införandet av Millennium klar"),
    ("VGR", "Vad visade den externa granskningen av införandet av Millennium"),
    ("VGR", "Internt arbete med samordning vårdinformationssystem"),
    (
        "Konkurrensverket",
        "Konsulter köptes på otillåtet sätt när införandet av Millennium skulle granskas",
    ),
    ("VGR", "Arbetet med handlingsalternativ fördjupas"),
    ("Läkartidningen", "Externa expertgruppen: »Besluta om Millennium först«"),
    (
        "VGR",
        "Expertgruppen lämnar utlåtande till regionstyrelsen inför kommande beslut om "
        "vårdinformationssystem",
    ),
    ("VGR", "IVO-beslut om brister vid införandet av Millennium"),
    ("SVT", "Ivo: Flera brister i Millennium"),
    ("Läkartidningen", "Ivo inleder tillsyn av VGR efter Millenniumkaoset i höstas"),
    ("VGR", "Förslag till politikerna om vårdinformationsmiljö"),
    ("VGR", "VGR kompletterar anmälningar om Millennium"),
    ("Dagens samhälle", "VGR kompletterar anmälan om Millennium: 120 händelser ska utredas"),
    ("SVT", "Efter Millennium: Tio avvikelser riskerade allvarliga vårdskador"),
    ("VGR", "Vad kostar allt detta, med misslyckat införande och att börja om från noll?"),
    ("SVT", "Konsultnotan för sågade systemet: 800 miljoner"),
    ("VGR", "Fakta om programmet"),
]


def test_article_headings(article: Document) -> None:
    assert [(b.level, _text(article, b.span)) for b in _of(article, "heading")] == HEADINGS


def test_article_lists_with_their_lead_in(article: Document) -> None:
    plain = [b for b in _of(article, "item") if b.label is None]
    assert [(_text(article, b.lead), _text(article, b.span)) for b in plain] == ITEMS


def test_article_options_have_name_and_description(article: Document) -> None:
    named = [b for b in _of(article, "item") if b.label is not None]
    assert [(_text(article, b.label), _text(article, b.body)) for b in named] == NAMED
    assert {_text(article, b.lead) for b in named} == {OPTIONS}
    assert [article.text[b.span.start : b.span.start + 3] for b in named] == [
        "A. ",
        "B. ",
        "C. ",
        "D. ",
    ]


def test_article_facts(article: Document) -> None:
    facts = _of(article, "fact")
    assert [(_text(article, b.label), _text(article, b.body)) for b in facts] == FACTS


def test_article_markers(article: Document) -> None:
    assert [m.number for m in article.markers] == [number for number, _, _ in MARKERS]
    for marker, (number, before, closes) in zip(article.markers, MARKERS, strict=True):
        assert article.text[: marker.offset].endswith(before), number
        assert marker.closes_list == closes, number


def test_article_references(article: Document) -> None:
    assert [(r.publisher, r.title) for r in article.references] == REFERENCES
    assert [r.number for r in article.references] == list(range(1, 21))
    assert [r.number for r in article.references if r.url] == [20]


def test_article_has_24_paragraphs_and_no_rubbish(article: Document) -> None:
    # 3 before the first heading, 1 + 4 + 4 + 3 + 5 on what has happened, 1 + 3 on what comes, 5 back.
    leads = {b.lead for b in article.blocks if b.lead}
    paragraphs = _of(article, "paragraph")
    assert len(paragraphs) == 31
    assert sum(any(p.span.start <= s.start < p.span.end for s in leads) for p in paragraphs) == 4
    assert ".webp" not in article.text
    assert "__" not in article.text


def test_article_sections(article: Document) -> None:
    at = article.text.index("upphandlingsskadeavgift")
    assert article.section(at) == (
        "Vad har hänt sedan införandet av Millennium pausades?",
        "2. KPMG – Externt granskande part",
    )
    assert article.section(article.text.index("Införandet, användarnas")) == ()


SOURCES = "\n\nKällor\n1: Ett blad, En titel\n2: Ett blad, En annan\n3: Verket, Tredje\n"


def test_years_and_amounts_are_no_markers() -> None:
    document = _read(
        "Om båten\n\nDen kostade 20 kronor. 1 Varvet byggde den år 2021. 3 personer såg på. Sedan "
        "kom 2 till." + SOURCES
    )
    assert [(m.number, document.text[: m.offset][-10:]) for m in document.markers] == [
        (1, "20 kronor.")
    ]
    assert "år 2021. 3 personer såg på. Sedan kom 2 till." in document.text


def test_a_bare_value_is_no_marker() -> None:
    document = _read(
        "Om båten\n\nFakta\nÅror: 2\nMaster: 1\nLängd i fot: 30 1\nBredd: 9 1\n" + SOURCES
    )
    facts = [(_text(document, b.label), _text(document, b.body)) for b in _of(document, "fact")]
    assert facts == [("Åror", "2"), ("Master", "1"), ("Längd i fot", "30"), ("Bredd", "9")]
    assert [m.number for m in document.markers] == [1, 1]


def test_without_a_reference_list_nothing_is_a_marker() -> None:
    document = _read("Om båten\n\nDen seglade. 1 Sedan låg den still.\nDen sjönk. 2\n")
    assert document.markers == ()
    assert "Den seglade. 1 Sedan låg den still." in document.text


def test_a_marker_does_not_jump_ahead() -> None:
    document = _read(
        "Om båten\n\nDen seglade. 2 Varvet stod kvar. 1 Sedan låg den still." + SOURCES
    )
    # 2 is within the leeway of a marker that was missed; a lone high number is not.
    assert [m.number for m in document.markers] == [2, 1]
    far = "\n\nKällor\n" + "\n".join(f"{n}: Bladet, Titel {n}" for n in range(1, 21))
    assert _read("Om båten\n\nDen kom. 14 Alla såg den." + far).markers == ()


def test_bracketed_markers_are_lifted() -> None:
    document = _read("Om båten\n\nDen seglade [1] långt [2]." + SOURCES)
    assert document.text.splitlines()[1] == "Den seglade långt."
    assert [m.number for m in document.markers] == [1, 2]


def test_a_reference_with_an_address() -> None:
    document = _read(
        "Text\n\nDen seglade. 1\n\nReferenser:\n1. Bladet, Titeln. https://exempel.se/a\n"
    )
    assert document.references[0].url == "https://exempel.se/a"
    assert document.references[0].publisher == "Bladet"


def test_a_wrapped_text_is_joined() -> None:
    wrapped = (
        "Hästen gick över ängen och betade i lugn och ro medan solen\n"
        "sakta sjönk bakom skogen i väster och kvällen kom med svala\n"
        "vindar från havet.\n\nDagen därpå var det regn och hästen stod inne i stallet hela\n"
        "dagen och åt hö från loftet medan vi lagade taket på logen\n"
        "med nya spån.\n"
    )
    document = _read(wrapped)
    assert [_text(document, b.span) for b in document.blocks] == [
        "Hästen gick över ängen och betade i lugn och ro medan solen sakta sjönk bakom skogen i "
        "väster och kvällen kom med svala vindar från havet.",
        "Dagen därpå var det regn och hästen stod inne i stallet hela dagen och åt hö från loftet "
        "medan vi lagade taket på logen med nya spån.",
    ]


def test_lists_of_other_kinds() -> None:
    numbered = _read("Så här gör du:\n1. Koka vatten.\n2. Häll i kaffet.\n3. Vänta en stund.\n")
    assert [_text(numbered, b.span) for b in _of(numbered, "item")] == [
        "1. Koka vatten.",
        "2. Häll i kaffet.",
        "3. Vänta en stund.",
    ]
    dots = _read("Ta med:\n• mössa\n• vantar\nSedan går vi.\n")
    assert [(_text(dots, b.lead), _text(dots, b.span)) for b in _of(dots, "item")] == [
        ("Ta med:", "mössa"),
        ("Ta med:", "vantar"),
    ]
    lost = _read(
        "Packning\nTill stugan ska du ha med\n\nvarma kläder för kalla kvällar\nmat för tre dagar\n"
    )
    assert [_text(lost, b.span) for b in _of(lost, "item")] == [
        "varma kläder för kalla kvällar",
        "mat för tre dagar",
    ]


@pytest.mark.parametrize(
    "data",
    [
        "Ålen är lång.".encode(),
        "\r\nA\u030alen a\u0308r la\u030ang.\r\n".encode(),
        codecs.BOM_UTF8 + "Ålen är lång.".encode(),
        "Ålen är lång.".encode("utf-16"),
        "Ålen är lång.".encode("utf-16-le"),
        "Ålen är lång.".encode("cp1252"),
        "Ålen är l\u00adång.\u200b".encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    assert read_text(data, document_id="prov.txt").text == "Ålen är lång."


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(KallsvarError, match=r"^Filen är inte text: den innehåller binära data\.$"):
        decode(bytes(range(256)) * 20)
    with pytest.raises(KallsvarError, match=r"^Filen är tom\.$"):
        read_text(b" \n\n", document_id="prov.txt")


def test_rows_facts_markers_and_pages_that_a_format_tells() -> None:
    row = row_line(["År", "Kostnad", ""], ["2023", "", "klart"])
    assert (row.text, row.cells) == ("År: 2023; klart", (((0, 2), (4, 8)), ((10, 10), (10, 15))))
    first = Line("Det kostade mer.", markers=((16, 3),), page=2)
    lines = [first, row, fact_line("Dagar i drift:", "3")]
    document = assemble(lines, [Reference(3, None, "En källa")], document_id="x.pdf")
    assert document.text == "Det kostade mer.\nÅr: 2023; klart\nDagar i drift: 3"
    assert document.markers == ((16, 3, False),)
    assert document.pages == (0, 0)
    assert [b.kind for b in document.blocks] == ["paragraph", "row", "fact"]
    cells = [
        (_text(document, heading), _text(document, value))
        for heading, value in document.blocks[1].cells
    ]
    assert cells == [("År", "2023"), ("", "klart")]
    assert _text(document, document.blocks[2].body) == "3"
