"""The chat as a person sees it, in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from eval.feedback import FeedbackStore
from index.listing import listed
from settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.model]

WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => `${e.tagName} ${e.id} ${e.className}`)"""
FEE = "Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?"


@pytest.mark.parametrize(("width", "scheme"), [(1240, "light"), (390, "dark")])
def test_an_answer_and_its_place_in_the_document(visit: Any, width: int, scheme: str) -> None:
    seen = visit(width, scheme)
    turn = seen.ask(FEE)
    assert turn.locator(".svar mark").inner_text() == "400 000 kr"
    assert turn.locator(".referenser").first.inner_text() == (
        "Referens 7 Konkurrensverket: Konsulter köptes på otillåtet sätt när införandet av "
        "Millennium skulle granskas"
    )
    turn.locator("button.kalla").first.click()
    found = seen.page.locator("#panel mark.traff")
    found.first.wait_for()
    assert found.all_inner_texts() == [
        "Beslutet om att VGR genomfört en otillåten direktupphandling kom med en "
        "upphandlingsskadeavgift om 400 000 kr."
    ]
    assert seen.page.locator("#panel mark.passage").count() > 1
    seen.page.wait_for_timeout(300)
    box = found.first.bounding_box()
    assert 0 <= box["y"] <= 844 - box["height"]
    panel = seen.page.locator("#panel").bounding_box()
    assert (panel["x"] > 400) if width > 800 else (panel["y"] > 200)
    # Focus stays in the panel, and goes back to where it came from.
    for _ in range(12):
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('#panel') !== null")
    seen.page.keyboard.press("Escape")
    assert seen.page.locator("#panel").is_hidden()
    assert seen.page.evaluate("document.activeElement.className") == "kalla"
    assert seen.page.evaluate(WIDE) == []
    assert seen.hosts == {"127.0.0.1"}
    assert seen.complaints == []


def test_abstaining_and_hostile_questions(visit: Any) -> None:
    seen = visit(1000, "dark")
    turn = seen.ask("Hur många planeter har solsystemet?")
    assert turn.locator(".avstar h3").inner_text() == "Källorna svarar inte på det"
    assert turn.locator(".kallor > ol > li").count() == 3
    turn.locator(".forslag button").first.wait_for(timeout=60_000)
    assert 1 <= turn.locator(".forslag button").count() <= 3
    turn = seen.ask('<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> ${1+1}')
    assert turn.locator("img, script").count() == 0
    assert seen.page.evaluate("window.hacked") is None
    assert seen.ask("?!").locator(".notis").inner_text().startswith("Jag hittar ingen fråga")
    assert seen.ask("x" * 10_000).locator(".notis").inner_text().startswith("Frågan är för lång")
    assert seen.ask("").locator(".notis").inner_text().startswith("Skriv en fråga")
    seen.page.get_by_text("Ny konversation").click()
    seen.page.wait_for_function("document.querySelectorAll('.tur').length === 0")
    assert seen.complaints == []


def test_an_example_is_answered_and_a_follow_up_keeps_the_topic(visit: Any) -> None:
    seen = visit()
    seen.page.locator(".exempel button").first.click()
    turn = seen.turn(0)
    assert turn.locator(".fraga").inner_text() == (
        "Hur många supportärenden var det under driftperioden?"
    )
    assert turn.locator(".svar mark").inner_text() == "Över 3 000"
    seen.ask("Vad kostade KPMG:s granskning?")
    follow = seen.ask("Och när var det?")
    assert follow.locator(".lasning").inner_text() == (
        "Jag läste frågan som: När var KPMG:s granskning?"
    )


def test_what_is_taken_along_and_what_is_kept(visit: Any, served: Settings) -> None:
    seen = visit()
    seen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = seen.ask(FEE)
    turn.get_by_text("Kopiera med källa").click()
    turn.get_by_text("Kopierat").wait_for()
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("«Beslutet om att VGR genomfört")
    assert "Referens 7: Konkurrensverket" in copied
    with seen.page.expect_download() as download:
        seen.page.get_by_text("Spara som Markdown").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert saved.startswith(f"# Källsvar\n\n## {FEE}\n\n**400 000 kr**\n\n> Beslutet")
    turn.get_by_text("Dåligt svar").click()
    turn.locator(".kommentar input").fill("Fel år.")
    turn.locator(".kommentar button").click()
    turn.get_by_text("Tack, omdömet är sparat").wait_for()
    seen.page.wait_for_timeout(500)
    (vote,) = FeedbackStore(served.var).all()
    assert (vote.vote, vote.comment, vote.question) == ("down", "Fel år.", FEE)
    # The conversation is there again after the page has been loaded anew.
    seen.page.reload()
    kept = seen.turn(0)
    assert kept.locator(".fraga").inner_text() == FEE
    assert kept.locator(".svar mark").inner_text() == "400 000 kr"
    assert seen.complaints == []


def test_documents_are_added_opened_and_removed(
    visit: Any, served: Settings, tmp_path: Path
) -> None:
    (tmp_path / "bro.md").write_text(
        "# Bron vid Ekby\n\nBron över ån i Ekby byggdes 1911 av Karlssons Bygg.\n"
    )
    (tmp_path / "bild.jpg").write_bytes(b"\xff\xd8\xff")
    seen = visit()
    seen.tab("Dokument")
    rows = seen.page.locator("#dokumenten tbody tr")
    rows.first.wait_for()
    assert seen.page.locator("#dokumenten .antal").inner_text() == "1 dokument"
    seen.page.locator("#dokumenten .filer").set_input_files(
        [tmp_path / "bro.md", tmp_path / "bild.jpg"]
    )
    seen.page.get_by_text("Klart.", exact=True).wait_for(timeout=60_000)
    told = seen.page.locator("#dokumenten .utfall").inner_text()
    assert "bro.md: inläst" in told
    assert "bild.jpg: inte tillagd." in told
    assert [e.id for e in listed(served)] == ["bro.md", "turerna-kring-millennium.txt"]
    seen.page.fill("#dokument-sok", "ekby")
    seen.page.get_by_text("1 dokument", exact=True).wait_for()
    seen.page.get_by_role("button", name="Visa hur Bron vid Ekby har lästs").click()
    seen.page.locator("#panel .struktur tr.slag-paragraph").wait_for()
    assert "Bron över ån i Ekby" in seen.page.locator("#panel .struktur").inner_text()
    seen.page.keyboard.press("Escape")
    seen.tab("Fråga")
    turn = seen.ask("När byggdes bron i Ekby?")
    assert turn.locator(".svar mark").inner_text() == "1911"
    seen.tab("Dokument")
    seen.page.get_by_role("button", name="Ta bort Bron vid Ekby").click()
    seen.page.locator("dialog .ja").click()
    seen.page.wait_for_function("document.querySelectorAll('#dokumenten tbody tr').length === 0")
    seen.page.wait_for_timeout(200)
    assert [e.id for e in listed(served)] == ["turerna-kring-millennium.txt"]
    assert not (served.corpus / "bro.md").exists()
    assert seen.complaints == []


def test_the_evaluation_tab(visit: Any) -> None:
    seen = visit()
    seen.tab("Utvärdering")
    seen.page.get_by_text("Det finns ingen rapport än.").wait_for()
    assert seen.page.get_by_role("button", name="Kör utvärderingen").is_visible()


ENGLISH = re.compile(
    r"\b(?:the|and|or|of|with|your|this|loading|error|submit|clear|search|upload|drop|here|file|"
    r"files|click|settings|built|use|via|share|send|close|copy|dismiss|more|options|settings|"
    r"processing|queue|connection|lost|textbox|tab|label|chat|history|delete|remove|add|share)\b",
    re.IGNORECASE,
)
WORDS = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (parent.closest('script, style, noscript, .text, .svar, .kallor, .fraga')) continue;
    found.push(walk.currentNode.textContent);
  }
  for (const e of document.querySelectorAll('*'))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      if (e.getAttribute(name)) found.push(e.getAttribute(name));
  return found.map((t) => t.trim()).filter(Boolean);
}"""


def test_nothing_on_the_page_is_english(visit: Any) -> None:
    seen = visit()
    seen.ask("Hur många planeter har solsystemet?")
    said = seen.page.evaluate(WORDS)
    for tab in ("Dokument", "Utvärdering"):
        seen.tab(tab)
        seen.page.wait_for_timeout(500)
        said += seen.page.evaluate(WORDS)
    assert "Dokument" in said
    assert len(said) > 30
    assert [text for text in said if ENGLISH.search(text)] == []
    assert seen.page.title() == "Källsvar"


@pytest.mark.parametrize(("width", "scheme"), [(1240, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(visit: Any, width: int, scheme: str) -> None:
    import axe_playwright_python

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    seen = visit(width, scheme)
    seen.page.evaluate(axe)

    def serious() -> list[tuple[str, list[str]]]:
        found = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            (v["id"], [n["html"][:160] for n in v["nodes"]])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]

    seen.ask(FEE).locator("button.kalla").first.click()
    seen.page.locator("#panel mark.traff").wait_for()
    assert serious() == []
    seen.page.keyboard.press("Escape")
    seen.ask("Hur många planeter har solsystemet?")
    assert serious() == []
    for tab in ("Dokument", "Utvärdering"):
        seen.tab(tab)
        seen.page.wait_for_timeout(600)
        assert serious() == [], tab
