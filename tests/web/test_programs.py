"""What programs and assistants may call, over HTTP as they would."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.listing import listed
from settings import Settings
from web.access import NOT_EDITOR, READ_ONLY, hash_password
from web.programs import TOOLS

pytestmark = pytest.mark.model

ARTICLE = "turerna-kring-millennium.txt"
ASKED = "Hur många dagar var Millennium i drift?"
HASH = hash_password("hemligt", b"0123456789abcdef")


def client(address: str, **options: Any) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False, **options)


@pytest.fixture(scope="module")
def caller(address: str) -> Any:
    return client(address)


def test_ask_and_search(caller: Any) -> None:
    answer = caller.predict(ASKED, api_name="/ask")
    assert list(answer) == ["id", "question", "answered", "confidence", "answer", "short_answer",
                            "passages", "timings_ms"]  # fmt: skip
    assert answer["answered"] is True
    assert answer["passages"][0]["document"]["id"] == ARTICLE
    assert "tre dagar" in answer["answer"] or answer["short_answer"] == "3"
    assert caller.predict(ASKED, ["finns-inte.txt"], api_name="/ask")["passages"] == []
    passages = caller.predict("otillåten direktupphandling", 2, api_name="/search")
    assert len(passages) == 2
    assert passages[0]["references"][0]["publisher"] == "Konkurrensverket"
    with pytest.raises(Exception, match="Skriv en fråga"):
        caller.predict(" ", api_name="/search")


def test_documents_are_added_and_removed(caller: Any, served: Settings, tmp_path: Path) -> None:
    from gradio_client import handle_file

    (entry,) = caller.predict(api_name="/documents")
    assert (entry["id"], entry["state"], entry["references"]) == (ARTICLE, "indexed", 20)
    (tmp_path / "bro.md").write_text("# Bron vid Ekby\n\nBron i Ekby byggdes 1911.\n")
    (tmp_path / "bild.jpg").write_bytes(b"\xff\xd8\xff")
    files = [handle_file(str(tmp_path / name)) for name in ("bro.md", "bild.jpg")]
    refused, added = caller.predict(files=files, api_name="/add")
    assert (added["id"], added["state"], added["outcome"]) == ("bro.md", "done", "tillagd")
    assert (refused["name"], refused["state"]) == ("bild.jpg", "failed")
    assert refused["reason"]
    answer = caller.predict("När byggdes bron i Ekby?", api_name="/ask")
    assert answer["short_answer"] == "1911"
    assert caller.predict("bro.md", api_name="/remove") == "«bro.md» är borttaget."
    assert [e.id for e in listed(served)] == [ARTICLE]
    with pytest.raises(Exception, match=r"bro\.md"):
        caller.predict("bro.md", api_name="/remove")


def test_what_may_not_be_added(caller: Any, address: str) -> None:
    (row,) = caller.predict(f"{address}/health", api_name="/add")
    assert (row["state"], row["outcome"]) == ("failed", "inte tillagd")
    assert row["reason"]
    with pytest.raises(Exception, match="«ftp://x» är ingen webbadress"):
        caller.predict("ftp://x", api_name="/add")


def test_only_these_are_offered(caller: Any) -> None:
    offered = caller.view_api(return_format="dict")["named_endpoints"]
    assert sorted(offered) == ["/add", "/ask", "/documents", "/remove", "/search"]
    assert "verbatim passages" in json.dumps(offered["/ask"])
    told = [[p["parameter_name"] for p in offered[name]["parameters"]] for name in sorted(offered)]
    assert told == [["url", "files"], ["question", "sources"], [], ["document"],
                    ["question", "count"]]  # fmt: skip


def test_health(address: str) -> None:
    with urllib.request.urlopen(f"{address}/health", timeout=10) as response:
        told = json.load(response)
    assert (told["status"], told["documents"]) == ("ok", 1)
    assert told["generation"] >= 1
    assert told["version"]


def test_the_page_is_swedish_from_its_first_byte(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as response:
        page = response.read().decode()
        policy = response.headers["content-security-policy"]
    assert page.split("<head>")[0].count('lang="sv"') == 1
    assert 'lang="en"' not in page
    assert page.count("<title>Källsvar</title>") == 1
    assert page.index("<h1>Källsvar</h1>") < page.index("<gradio-app")
    assert "og:" not in page
    assert "twitter:" not in page
    assert policy.startswith("default-src 'self';")


def test_other_names_and_other_sites_do_nothing(address: str) -> None:
    host = {"host": "ond.example"}
    assert httpx.get(f"{address}/config", headers=host).status_code == 403
    foreign = {"origin": "https://ond.example"}
    sent = {"files": ("x.txt", b"x")}
    upload = f"{address}/gradio_api/upload"
    assert httpx.post(upload, files=sent, headers=foreign).status_code == 403
    assert httpx.get(f"{address}/gradio_api/info", headers=foreign).status_code == 403
    assert httpx.post(upload, files=sent, headers={"origin": address}).status_code == 200


def assist(address: str, *calls: tuple[str, dict[str, Any]], **headers: str) -> tuple[Any, ...]:
    """Return the names of an MCP server's tools, and what calling some of them gave."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def talk() -> tuple[Any, ...]:
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/", headers) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            names = sorted(tool.name for tool in (await session.list_tools()).tools)
            return names, *[await session.call_tool(name, given) for name, given in calls]

    # In a thread of its own: the browser's tests have a loop running in this one.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(lambda: asyncio.run(talk())).result()


def test_an_assistant_looks_things_up_and_changes_nothing(address: str, served: Settings) -> None:
    names, answered, found, removed = assist(
        address,
        ("ask", {"question": ASKED}),
        ("search", {"question": "otillåten direktupphandling", "count": 1}),
        ("remove", {"document": ARTICLE}),
    )
    assert names == sorted(TOOLS) == ["ask", "search"]
    answer = json.loads(answered.content[0].text)
    assert answer["passages"][0]["document"]["id"] == ARTICLE
    (passage,) = json.loads(found.content[0].text)
    assert passage["references"][0]["publisher"] == "Konkurrensverket"
    assert removed.isError
    assert [e.id for e in listed(served)] == [ARTICLE]


def test_a_shared_chat_asks_who_one_is(serve: Any, settings_built: Settings) -> None:
    users = f"ada:redaktör:{HASH} bo:läsare:{HASH}"
    with serve(settings_built.model_copy(update={"users": users})) as settings:
        address = f"http://127.0.0.1:{settings.port}"
        for path in ("/config", "/gradio_api/info", "/gradio_api/mcp/", "/gradio_api/queue/status"):
            assert httpx.get(address + path).status_code == 401, path
        assert httpx.get(f"{address}/health").status_code == 200
        with pytest.raises(ValueError, match="credentials were not provided"):
            client(address)
        reader = client(address, auth=("bo", "hemligt"))
        assert reader.predict(ASKED, api_name="/ask")["answered"] is True
        with pytest.raises(Exception, match=NOT_EDITOR):
            reader.predict(ARTICLE, api_name="/remove")
        basic = {"Authorization": httpx.BasicAuth("bo", "hemligt")._auth_header}
        names, answered = assist(address, ("ask", {"question": ASKED}), **basic)
        assert names == ["ask", "search"]
        assert ARTICLE in answered.content[0].text
        refused = httpx.post(
            f"{address}/gradio_api/upload", files={"files": ("x.txt", b"x")}, headers=basic
        )
        assert (refused.status_code, refused.json()) == (403, {"error": NOT_EDITOR})
        editor = client(address, auth=("ada", "hemligt"))
        with pytest.raises(Exception, match="Det finns inget dokument «finns-inte"):
            editor.predict("finns-inte.txt", api_name="/remove")


def test_where_nothing_may_be_changed(serve: Any, settings_built: Settings) -> None:
    with serve(settings_built.model_copy(update={"read_only": True})) as settings:
        address = f"http://127.0.0.1:{settings.port}"
        assert httpx.post(
            f"{address}/gradio_api/upload", files={"files": ("x.txt", b"x")}
        ).json() == {"error": READ_ONLY}
        with pytest.raises(Exception, match=READ_ONLY):
            client(address).predict(ARTICLE, api_name="/remove")
