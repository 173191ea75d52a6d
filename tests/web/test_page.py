"""The page as a whole: Swedish everywhere, no serious finding of axe's, the evaluation tab."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest

from index.analysis import words
from ingest.formats import SUFFIXES
from settings import Settings
from web.access import NOT_EDITOR, hash_password

pytestmark = [pytest.mark.browser, pytest.mark.model]

FEE = "Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?"

# Every text that is seen or read aloud; what documents say and people write is not ours.
SAID = """() => {
  const found = [];
  const theirs = '.text, .struktur, .svar blockquote, .kallor, .fraga, .lasning, .k-title, .rad, '
    + '.exempel, .forslag ul, .list h2, .kryss, figure';
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest('script, style, ' + theirs)) found.push(walk.currentNode.textContent);
  }
  for (const e of document.querySelectorAll('*'))
    for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt', 'value',
                        'aria-roledescription', 'aria-valuetext', 'data-etikett'])
      if (e.hasAttribute(name) && !(name === 'title' && e.closest('.text')))
        found.push(e.getAttribute(name));
  return found.map((t) => t.trim()).filter(Boolean);
}"""


@lru_cache(maxsize=4096)
def is_english(word: str) -> bool:
    """Tell whether a word is English rather than Swedish, by how often each language uses it."""
    from wordfreq import zipf_frequency

    english, swedish = zipf_frequency(word, "en"), zipf_frequency(word, "sv")
    return english >= 1.8 and english > swedish + 1.2


# axe-core itself; and what it finds that is serious: the rule, and the elements it is about.
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
SERIOUS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .filter((v) => ['serious', 'critical'].includes(v.impact))
  .map((v) => [v.id, ...v.nodes.map((n) => n.html.slice(0, 160))])"""

# Names and formats, and short words that are as Swedish.
NAMES = frozenset({"markdown", "ctrl", "https", *(suffix[1:] for suffix in SUFFIXES)})


def english(texts: list[str]) -> list[str]:
    """Return those of the texts that hold an English word."""
    return [
        text
        for text in texts
        if any(
            is_english(word)
            for word in words(re.sub(r"«[^»]*»|https?://\S+|\S+\.txt", " ", text))
            if word.isalpha() and len(word) > 1 and word not in NAMES
        )
    ]


def test_the_word_list_knows_english_from_swedish() -> None:
    typical = ["More tabs", "Clear", "Submit", "Click to Upload", "Loading...", "Error", "Remove",
               "Textbox", "Dismiss", "Drop File Here", "Search", "Send the question"]  # fmt: skip
    assert english(typical) == typical
    ours = ["Fråga", "Sök i alla dokument", "Ta bort alla", "Bra svar", "Stäng", "Läs in", "Text",
            "Titel", "Sidor", "Typ", "Läge", "Struktur", "Till", "Spara som Markdown"]  # fmt: skip
    assert english(ours) == []


def test_nothing_on_the_page_is_english(visit: Any, served: Settings, tmp_path: Path) -> None:
    seen = visit()
    page = seen.page
    said: list[str] = page.evaluate(SAID)
    turn = seen.ask(FEE)
    turn.get_by_text("Bra svar").click()
    turn.locator(".kommentar").wait_for()
    turn.get_by_text("Fler passager").click()
    turn.locator(".siffra").first.click()
    page.locator("#panel mark.traff").wait_for()
    page.get_by_role("button", name="Struktur").click()
    said += page.evaluate(SAID)
    page.keyboard.press("Escape")
    turn.get_by_text("Bra svar").click()
    seen.ask("Hur många planeter har solsystemet?").locator(".forslag").wait_for(timeout=60_000)
    page.get_by_text("Söker i alla dokument").click()
    page.locator(".kryss label").first.wait_for()
    said += page.evaluate(SAID)
    page.get_by_text("Ny konversation").click()
    page.get_by_text("Tidigare samtal").click()
    said += page.evaluate(SAID)
    seen.tab("Dokument")
    page.locator("#dokumenten tbody .lank").first.wait_for()
    (tmp_path / "bild.jpg").write_bytes(b"\xff\xd8\xff")
    page.locator("#dokumenten .filer").set_input_files([tmp_path / "bild.jpg"])
    page.locator("#dokumenten .utfall .failed").wait_for(timeout=30_000)
    page.get_by_role("button", name="Ta bort «").click()
    said += page.evaluate(SAID)
    page.locator("dialog .nej").click()
    seen.tab("Utvärdering")
    page.get_by_role("button", name="Kör utvärderingen").wait_for()
    said += page.evaluate(SAID)
    # What Gradio itself says when the connection is lost, in its own element.
    page.evaluate(
        "document.querySelector('.toast-wrap').innerHTML = '<div class=toast-body><div class="
        "toast-title>Error</div><div class=toast-text>Connection to the server was lost. Attempting "
        "reconnection...</div></div>'"
    )
    page.get_by_text("Anslutningen till Källsvar bröts. Försöker igen …").wait_for()
    said += page.evaluate(SAID)
    assert len(set(said)) > 60
    assert {"Fråga", "Ställ en fråga …", "Fler flikar", "Dåligt svar", "Stäng"} <= set(said)
    assert english(sorted(set(said))) == []
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert page.title() == "Källsvar"


@pytest.mark.parametrize(
    ("width", "scheme"), [(1240, "light"), (1240, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_nothing_serious(visit: Any, width: int, scheme: str) -> None:
    seen = visit(width, scheme)
    seen.page.evaluate(AXE.read_text(encoding="utf-8"))

    def serious() -> Any:
        return seen.page.evaluate(SERIOUS)

    assert serious() == []
    turn = seen.ask(FEE)
    turn.get_by_text("Fler passager").click()
    turn.get_by_text("Bra svar").click()
    turn.locator(".kommentar").wait_for()
    turn.get_by_text("Bra svar").click()
    turn.locator("button.kalla").first.click()
    seen.page.locator("#panel mark.traff").wait_for()
    assert serious() == []
    seen.page.get_by_role("button", name="Struktur").click()
    assert serious() == []
    seen.page.keyboard.press("Escape")
    seen.ask("Hur många planeter har solsystemet?").locator(".forslag").wait_for(timeout=60_000)
    assert serious() == []
    seen.tab("Dokument")
    seen.page.locator("#dokumenten tbody .lank").first.wait_for()
    assert serious() == []
    seen.tab("Utvärdering")
    seen.page.locator("#utvarderingen .rapport *").first.wait_for()
    assert serious() == []


def test_the_evaluation_tab_shows_the_latest_report(visit: Any, served: Settings) -> None:
    seen = visit()
    seen.tab("Utvärdering")
    seen.page.get_by_text("Det finns ingen rapport än.").wait_for()
    for name, found in (("2026-03-04T050607", 0.25), ("2026-03-05T101112", 0.75)):
        folder = served.var / "eval" / name
        folder.mkdir(parents=True)
        (folder / "summary.json").write_text(
            json.dumps({"metrics": {"Success@1": found, "RR": 0.5}})
        )
        (folder / "report.html").write_text(
            '<p><img alt="Tid per fråga" src="data:image/svg+xml;base64,PHN2Zy8+"></p>'
        )
    seen.page.reload()
    seen.tab("Utvärdering")
    seen.page.get_by_text("Gjord 2026-03-05 kl. 10.11").wait_for()
    figures = seen.page.locator("#utvarderingen .tal").all_inner_texts()
    assert figures == ["Belägg på plats 1\n0,750"]
    seen.page.get_by_text("Alla mått").click()
    assert seen.page.locator(".matt tr").all_inner_texts() == [
        "Belägg på plats 1\t0,750",
        "Medelreciprok rang\t0,500",
    ]
    assert seen.page.locator(".diagram figcaption").all_inner_texts() == ["Tid per fråga"]
    with seen.page.expect_popup() as opened:
        seen.page.get_by_text("Öppna hela rapporten").click()
    assert opened.value.locator("img").get_attribute("alt") == "Tid per fråga"
    seen.page.get_by_role("button", name="Kör utvärderingen").click()
    seen.page.locator("#utvarderingen progress").wait_for()
    seen.page.get_by_role("button", name="Avbryt").click()
    seen.page.get_by_text("Utvärderingen är avbruten.").wait_for(timeout=30_000)
    assert seen.complaints == []


def test_axe_finds_what_is_wrong(visit: Any) -> None:
    seen = visit()
    seen.page.evaluate(AXE.read_text(encoding="utf-8"))
    seen.page.evaluate("document.querySelector('#fraga label').remove()")
    seen.page.evaluate("document.getElementById('fraga-text').placeholder = ''")
    assert [found[0] for found in seen.page.evaluate(SERIOUS)] == ["label"]


def test_logging_in_to_a_shared_chat(visit: Any, serve: Any, settings_built: Settings) -> None:
    users = f"bo:läsare:{hash_password('hemligt')}"
    with serve(settings_built.model_copy(update={"users": users})) as settings:
        seen = visit(at=f"http://127.0.0.1:{settings.port}", ready="#namn")
        page = seen.page
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(SERIOUS) == []
        assert english(page.evaluate(SAID)) == []
        page.get_by_label("Användarnamn").fill("bo")
        page.get_by_label("Lösenord").fill("fel")
        page.get_by_role("button", name="Logga in").click()
        assert page.get_by_role("alert").inner_text() == "Fel användarnamn eller lösenord."
        page.get_by_label("Användarnamn").fill("bo")
        page.get_by_label("Lösenord").fill("hemligt")
        page.get_by_role("button", name="Logga in").click()
        page.get_by_text("Inloggad som bo.").wait_for()
        assert seen.ask(FEE).locator(".svar mark").inner_text() == "400 000 kr"
        seen.tab("Dokument")
        page.locator("#dokumenten tbody .lank").first.wait_for()
        assert page.locator("#dokumenten .vagran").inner_text() == NOT_EDITOR
        assert page.locator("#dokumenten .lagg").is_hidden()
        assert page.get_by_role("button", name="Ta bort").count() == 0
        page.get_by_role("button", name="Logga ut").click()
        page.get_by_label("Lösenord").wait_for()
        page.goto(f"http://127.0.0.1:{settings.port}/")
        assert page.url.endswith("/login")
