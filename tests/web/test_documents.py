"""The documents tab: the list, adding, removing, and the panel over other formats."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from reportlab.pdfgen.canvas import Canvas

from answer import Answerer
from index.listing import listed
from index.sync import SyncReport
from ingest.errors import KallsvarError
from ingest.fetch import Fetched
from settings import Settings
from web.access import Access
from web.documents import Documents, Row, _gathered, _summary

ARTICLE = "turerna-kring-millennium.txt"
BRIDGE = (
    "# Bron vid Ekby\n\nBron över ån i Ekby byggdes 1911 av Karlssons Bygg.\n\n"
    "| År | Kostnad |\n|---|---|\n| 1911 | 5 kr |\n| 1950 | 70 kr |\n"
)


def ids(settings: Settings) -> list[str]:
    return [entry.id for entry in listed(settings)]


@pytest.mark.browser
@pytest.mark.model
def test_documents_are_added_opened_and_removed(
    visit: Any, served: Settings, tmp_path: Path
) -> None:
    (tmp_path / "bild.jpg").write_bytes(b"\xff\xd8\xff")
    with zipfile.ZipFile(tmp_path / "broar.zip", "w") as packed:
        packed.writestr("bro.md", BRIDGE)
    seen = visit()
    tab = seen.page.locator("#dokumenten")
    seen.tab("Dokument")
    tab.locator("tbody tr").first.wait_for()
    assert tab.locator(".antal").inner_text() == "1 dokument"
    assert "md" in tab.locator(".kan").inner_text().split(", ")
    tab.locator(".filer").set_input_files([tmp_path / "broar.zip", tmp_path / "bild.jpg"])
    seen.page.get_by_text("Klart. 1 tillagd, 1 inte tillagd.", exact=True).wait_for(timeout=60_000)
    assert tab.locator(".utfall .done").inner_text() == "broar/bro.md: tillagd"
    refused = tab.locator(".utfall .failed").inner_text()
    assert refused.startswith("bild.jpg: inte tillagd\n")
    assert ids(served) == ["broar/bro.md", ARTICLE]
    # Search and sorting.
    seen.page.wait_for_function("document.querySelectorAll('#dokumenten tbody tr').length === 2")
    titles = tab.locator("tbody td.k-title > .lank")
    assert titles.all_inner_texts()[0] == "Bron vid Ekby"
    tab.get_by_role("button", name="Referenser").click()
    tab.get_by_role("button", name="Referenser").click()
    assert titles.all_inner_texts()[1] == "Bron vid Ekby"
    assert tab.locator("th.k-references").get_attribute("aria-sort") == "descending"
    seen.page.fill("#dokument-sok", "ekby")
    seen.page.get_by_text("1 dokument av 2", exact=True).wait_for()
    # Its structure, and its text with the table as a table.
    tab.get_by_role("button", name="Struktur: visa hur «Bron vid Ekby» har lästs").click()
    panel = seen.page.locator("#panel")
    panel.locator("tr.slag-row").first.wait_for()
    assert "1 rubrik, 1 stycke, 2 tabellrader" in panel.locator(".struktur").inner_text()
    panel.get_by_role("button", name="Text", exact=True).click()
    assert panel.locator(".text th").all_inner_texts() == ["År", "Kostnad"]
    assert panel.locator(".text td").all_inner_texts() == ["1911", "5 kr", "1950", "70 kr"]
    seen.page.keyboard.press("Escape")
    # It is answered from, alone or with the rest.
    seen.tab("Fråga")
    seen.page.get_by_text("Söker i alla dokument").click()
    seen.page.get_by_role("checkbox", name="Bron vid Ekby").check()
    seen.page.keyboard.press("Escape")
    assert seen.page.locator(".valda").inner_text() == "Söker i «Bron vid Ekby»"
    assert seen.ask("När byggdes bron i Ekby?").locator(".svar mark").inner_text() == "1911"
    cited = seen.ask("Vilka granskade Millennium?").locator(".kalla").all_inner_texts()
    assert set(cited) == {"Bron vid Ekby"}
    # Removing asks first.
    seen.tab("Dokument")
    tab.get_by_role("button", name="Ta bort «Bron vid Ekby»").click()
    seen.page.locator("dialog .nej").click()
    assert ids(served) == ["broar/bro.md", ARTICLE]
    tab.get_by_role("button", name="Ta bort «Bron vid Ekby»").click()
    seen.page.locator("dialog .ja").click()
    tab.get_by_text("«Bron vid Ekby» är borttaget.").wait_for(timeout=30_000)
    assert ids(served) == [ARTICLE]
    assert not (served.corpus / "broar" / "bro.md").exists()
    # An address that leads to this machine is refused, with the reason.
    seen.page.fill("#adress-falt", f"http://127.0.0.1:{served.port}/health")
    seen.page.press("#adress-falt", "Enter")
    tab.locator(".utfall .failed small").wait_for(timeout=30_000)
    assert tab.locator(".utfall .failed small").inner_text()
    # A citation of what is gone says so instead of marking something else.
    seen.tab("Fråga")
    seen.page.locator(".tur .kalla").first.click()
    panel.get_by_text("finns inte i indexet").wait_for()
    assert panel.locator("mark").count() == 0
    assert seen.complaints == []


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=1)
    canvas.setFont("Times-Roman", 12)
    canvas.drawString(50, 240, "Fyren vid Sandhamn")
    canvas.showPage()
    canvas.setFont("Times-Roman", 12)
    for y, line in (
        (240, "Fyren i Sandhamn tändes 1868 och är 21 meter"),
        (224, "hög. Den släcktes 1965."),
    ):
        canvas.drawString(50, y, line)  # fmt: skip
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.browser
@pytest.mark.model
def test_a_pdf_is_shown_as_its_page_with_the_words_marked(
    visit: Any, served: Settings, tmp_path: Path
) -> None:
    (tmp_path / "fyren.pdf").write_bytes(pdf())
    seen = visit(390, "light")
    seen.tab("Dokument")
    seen.page.locator("#dokumenten .filer").set_input_files([tmp_path / "fyren.pdf"])
    seen.page.get_by_text("Klart.", exact=True).wait_for(timeout=60_000)
    seen.tab("Fråga")
    turn = seen.ask("När tändes fyren i Sandhamn?")
    assert turn.locator(".svar mark").inner_text() == "1868"
    assert turn.locator(".avsnitt").first.inner_text().endswith("s. 2")
    turn.locator(".siffra").first.click()
    found = seen.page.locator("#panel .ruta.traff")
    found.first.wait_for(timeout=30_000)
    image = seen.page.locator("#panel img").bounding_box()
    # The sentence's two lines, in shares of the page: their left edge and where they stand upright.
    for place, baseline in enumerate((240, 224)):
        box = found.nth(place).bounding_box()
        assert abs((box["x"] - image["x"]) / image["width"] - 50 / 400) < 0.01
        top, bottom = ((box["y"] + d - image["y"]) / image["height"] for d in (0, box["height"]))
        assert top < 1 - (baseline + 4) / 300 < 1 - baseline / 300 <= bottom + 0.005
    assert found.count() == 2
    assert seen.page.locator("#panel img").get_attribute("alt") == "Sidan 2 i dokumentet"
    seen.page.get_by_role("button", name="Text", exact=True).click()
    assert seen.page.locator("#panel .text mark.traff").inner_text() == (
        "Fyren i Sandhamn tändes 1868 och är 21 meter hög."
    )
    seen.page.keyboard.press("Escape")
    seen.tab("Dokument")
    seen.page.get_by_role("button", name="Ta bort «Fyren").click()
    seen.page.locator("dialog .ja").click()
    seen.page.get_by_text("är borttaget.").wait_for(timeout=30_000)
    assert ids(served) == [ARTICLE]
    assert seen.complaints == []


def test_only_our_own_uploads_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = tmp_path / "uploads"
    (uploads / "x").mkdir(parents=True)
    monkeypatch.setattr("web.documents.get_upload_folder", lambda: str(uploads))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (uploads / "x" / "a.txt").write_text("a")
    (tmp_path / "hemlig.txt").write_text("h")
    for path in (tmp_path / "hemlig.txt", uploads / ".." / "hemlig.txt", uploads / "saknas.txt"):
        with pytest.raises(KallsvarError, match=r"^Filen b\.txt kom inte fram"):
            _gathered([(str(path), "b.txt")], scratch)
    top = _gathered([(str(uploads / "x" / "a.txt"), "../../mapp/../a.txt")], scratch)
    assert [p.relative_to(scratch).as_posix() for p in top] == ["mapp"]
    assert (scratch / "mapp" / "a.txt").read_text() == "a"
    assert (tmp_path / "hemlig.txt").exists()


def test_the_upload_folder_is_gradio_s() -> None:
    assert gr.utils.get_upload_folder()


def test_how_many_files_went_which_way() -> None:
    rows = [Row(name, outcome=outcome) for name, outcome in [
        ("a", "tillagd"), ("b", "inte inläst"), ("c", "tillagd"), ("d", "finns redan"),
    ]]  # fmt: skip
    assert _summary(rows) == "2 tillagda, 1 finns redan, 1 inte inläst"
    assert _summary(rows[:1]) == ""


def test_an_address_that_never_answers_can_be_given_up(
    make_corpus: Callable[[dict[str, str]], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_corpus({})
    asked, never = threading.Event(), threading.Event()

    def hang(url: str) -> Fetched:
        asked.set()
        never.wait(30)
        raise KallsvarError("för sent")

    monkeypatch.setattr("web.documents.fetch", hang)
    monkeypatch.setattr("web.documents.sync", lambda *_, **__: SyncReport(cancelled=True))
    engine = SimpleNamespace(settings=settings, encoder=None)
    documents = Documents(cast(Answerer, engine), Access(settings))
    job = documents.start([], ["https://exempel.se/a", "https://exempel.se/b"])
    assert asked.wait(10)
    documents.cancel({}, cast(gr.Request, SimpleNamespace(headers={})))
    assert job.ended.wait(5)
    never.set()
    assert [(row.outcome, row.reason) for row in job.rows] == [("inte hämtad", "")] * 2
    assert job.cancelled
    assert job.summary == "2 inte hämtade"
    assert list(settings.corpus.rglob("*.html")) == []
