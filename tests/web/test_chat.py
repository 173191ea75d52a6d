"""The conversation as a person sees it, in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.feedback import FeedbackStore
from settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.model]

WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => `${e.tagName} ${e.id} ${e.className}`)"""
FEE = "Vilken avgift fick VGR betala för den otillåtna direktupphandlingen?"
SAID = (
    "Beslutet om att VGR genomfört en otillåten direktupphandling kom med en "
    "upphandlingsskadeavgift om 400 000 kr."
)


@pytest.mark.parametrize(("width", "scheme"), [(1240, "light"), (390, "dark")])
def test_an_answer_and_its_place_in_the_document(visit: Any, width: int, scheme: str) -> None:
    seen = visit(width, scheme)
    turn = seen.ask(FEE)
    assert turn.locator("blockquote").inner_text() == f"{SAID} [1]"
    assert turn.locator(".svar mark").inner_text() == "400 000 kr"
    assert turn.locator(".grad").inner_text() == "Säkert svar"
    assert turn.locator(".referenser").first.inner_text() == (
        "Referens 7 Konkurrensverket: Konsulter köptes på otillåtet sätt när införandet av "
        "Millennium skulle granskas"
    )
    turn.locator("button.kalla").first.click()
    found = seen.page.locator("#panel mark.traff")
    found.first.wait_for()
    assert found.all_inner_texts() == [SAID]
    assert seen.page.locator("#panel mark.passage").count() > 1
    box = found.first.bounding_box()
    assert 0 <= box["y"] <= 844 - box["height"]
    panel = seen.page.locator("#panel").bounding_box()
    assert (panel["x"] > 400) if width > 800 else (panel["y"] > 100)
    # As in the document: headings, lists, facts, and each marker after what it stands behind.
    assert seen.page.locator("#panel .text h4").first.inner_text().startswith("1. Samordningsgrupp")
    assert "Teknik och process" in seen.page.locator("#panel .text ul li").all_inner_texts()
    assert seen.page.locator("#panel dt", has_text="Antal supportärenden").count() == 1
    after = "e => e.nextElementSibling.className + e.nextElementSibling.textContent"
    assert found.last.evaluate(f"e => ({after})(e.parentElement)") == "not7"
    assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert seen.hosts == {"127.0.0.1"}
    assert seen.complaints == []


def test_the_keyboard_alone_reaches_everything(visit: Any) -> None:
    seen = visit()
    keys = seen.page.keyboard
    seen.page.mouse.click(1, 1)
    keys.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "Hoppa till frågan"
    keys.press("Enter")
    assert seen.page.evaluate("document.activeElement.id") == "fraga-text"
    keys.type(FEE)
    keys.press("Enter")
    seen.turn(0)
    reached = []
    for _ in range(12):
        keys.press("Shift+Tab")
        reached.append(seen.page.evaluate("document.activeElement.textContent.trim()"))
    assert reached[:3] == ["Fler passager som liknar frågan (4)", "Öppna originalet (öppnas i ny flik)",
                           "I kölvattnet av Millennium, och alternativen framåt"]  # fmt: skip
    assert reached[3:9] == ["Dåligt svar", "Bra svar", "Kopiera med källa", "[1]",
                            "Spara som Markdown", "Ny konversation"]  # fmt: skip
    assert reached[9:] == ["Utvärdering", "Dokument", "Fråga"]
    for _ in range(5):
        keys.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "[1]"
    keys.press("Enter")
    seen.page.locator("#panel mark.traff").wait_for()
    # Focus stays in the panel, both ways round, and goes back to where it came from.
    for key in ["Tab"] * 16 + ["Shift+Tab"] * 3:
        assert seen.page.evaluate("document.activeElement.closest('#panel') !== null")
        keys.press(key)
    keys.press("Escape")
    assert seen.page.locator("#panel").is_hidden()
    assert seen.page.evaluate("document.activeElement.textContent") == "[1]"


def test_abstaining_and_hostile_questions(visit: Any) -> None:
    seen = visit(1000, "dark")
    turn = seen.ask("Hur många planeter har solsystemet?")
    assert turn.locator(".avstar h3").inner_text() == "Källorna svarar inte på det"
    assert turn.locator(".avstar .saknas").inner_text() == (
        "Det här i frågan hittar jag inte stöd för: «planeter», «solsystemet»."
    )
    assert turn.locator(".kallor > ol > li").count() == 3
    turn.locator(".forslag button").first.wait_for(timeout=60_000)
    offered = turn.locator(".forslag button").all_inner_texts()
    assert 2 <= len(offered) <= 3
    turn = seen.ask('<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> ${1+1}')
    assert turn.locator("img, script").count() == 0
    assert seen.page.evaluate("window.hacked") is None
    assert seen.ask("?!").locator(".notis").inner_text().startswith("Jag hittar ingen fråga")
    assert seen.ask("x" * 10_000).locator(".notis").inner_text().startswith("Frågan är för lång")
    before = seen.page.locator(".tur").count()
    seen.page.press("#fraga-text", "Enter")
    told = "document.getElementById('fraga-text').validationMessage"
    assert seen.page.evaluate(told) == "Skriv en fråga först."
    assert seen.page.locator(".tur").count() == before
    # What is offered is answered.
    seen.page.get_by_role("button", name=offered[0]).first.click()
    assert seen.turn(before).locator(".svar blockquote").count() == 1
    seen.page.get_by_text("Ny konversation").click()
    assert seen.page.locator(".tur").count() == 0
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
    assert follow.locator(".lasning").inner_text().startswith("Jag läste frågan som: «")
    assert "granskning" in follow.locator(".lasning q").inner_text()


def test_nothing_moves_when_an_answer_comes_and_it_is_announced(visit: Any) -> None:
    seen = visit()
    seen.ask("Hur många dagar var Millennium i drift?")
    seen.page.evaluate(
        "new PerformanceObserver(all => all.getEntries().forEach(e => { window.moved = "
        "(window.moved ?? 0) + e.value })).observe({type: 'layout-shift'});"
        "window.said = []; new MutationObserver(() => window.said.push(document.querySelector("
        "'.besked').textContent)).observe(document.querySelector('.besked'), {childList: true});"
    )
    seen.page.wait_for_timeout(600)
    seen.page.evaluate("window.moved = 0")
    turn = seen.ask(FEE)
    top = turn.locator("h2").bounding_box()["y"]
    seen.page.wait_for_timeout(900)
    assert abs(turn.locator("h2").bounding_box()["y"] - top) <= top  # it only rose to the top
    assert seen.page.evaluate("window.moved") < 0.02
    assert seen.page.locator(".besked").get_attribute("aria-live") == "polite"
    assert f"Säkert svar: {SAID} En källa." in seen.page.evaluate("window.said")


def test_what_is_taken_along(visit: Any) -> None:
    seen = visit()
    turn = seen.ask(FEE)
    # Without leave to use the clipboard: the old way.
    seen.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }"
    )
    turn.get_by_text("Kopiera med källa").click()
    turn.get_by_text("Kopierat").wait_for()
    seen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert seen.page.evaluate("navigator.clipboard.readText()") == (
        f"«{SAID}»\n[1] I kölvattnet av Millennium, och alternativen framåt, Webdoc, Vad har hänt "
        "sedan införandet av Millennium pausades? › 2. KPMG – Externt granskande part, "
        "https://www.webdoc.com/post/turerna-kring-millennium\n    Referens 7: Konkurrensverket: "
        "Konsulter köptes på otillåtet sätt när införandet av Millennium skulle granskas"
    )
    with seen.page.expect_download() as download:
        seen.page.get_by_text("Spara som Markdown").click()
    assert download.value.suggested_filename.startswith("kallsvar-20")
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    head, question, short, said = saved.split("\n\n")[:4]
    assert head.startswith("# Samtal i Källsvar, ")
    assert (question, short, said) == (f"## {FEE}", "**400 000 kr**", f"> {SAID}  ")
    assert "   - Referens 7: Konkurrensverket: Konsulter köptes" in saved
    assert seen.complaints == []


def test_votes_are_kept_and_conversations_can_be_opened_again(visit: Any, served: Settings) -> None:
    seen = visit()
    turn = seen.ask(FEE)
    turn.get_by_text("Dåligt svar").click()
    turn.locator(".kommentar input").fill("Fel år.")
    turn.locator(".kommentar button").click()
    turn.get_by_text("Tack, omdömet är sparat").wait_for()
    (vote,) = FeedbackStore(served.var).all()
    assert (vote.vote, vote.comment, vote.question) == ("down", "Fel år.", FEE)
    assert (vote.answer, vote.short_answer, vote.numbers) == (SAID, "400 000 kr", (7,))
    # A page that is loaded anew goes on where it was, votes and all.
    seen.page.reload()
    again = seen.page.locator(".tur")
    again.locator(".svar mark").wait_for()
    assert again.locator(".fraga").inner_text() == FEE
    pressed = seen.page.locator(".tumme[aria-pressed=true]")
    assert pressed.inner_text().strip() == "Dåligt svar"
    pressed.click()
    seen.page.wait_for_function("!document.querySelector('.tumme[aria-pressed=true]')")
    assert FeedbackStore(served.var).all() == []
    # An earlier conversation is there to open, and a follow-up goes on from it.
    seen.page.get_by_text("Ny konversation").click()
    assert seen.page.locator(".tur").count() == 0
    seen.page.get_by_text("Tidigare samtal").click()
    seen.page.locator(".arkiv .rad").click()
    again.locator(".svar mark").wait_for()
    assert "VGR" in seen.ask("När kom det?").locator(".lasning q").inner_text()
    seen.page.get_by_text("Ny konversation").click()
    seen.page.get_by_text("Tidigare samtal").click()
    seen.page.get_by_text("Ta bort alla").click()
    seen.page.get_by_role("button", name="Ta bort", exact=True).last.click()
    seen.page.wait_for_function("localStorage.getItem('kallsvar.samtal') === null")
    assert seen.page.locator(".arkiv").is_hidden()
    assert seen.complaints == []
