"""What programs may call, over HTTP as they would."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from settings import Settings

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def client(address: str) -> Any:
    from gradio_client import Client

    return Client(address, verbose=False)


def test_ask_and_search(client: Any) -> None:
    answer = client.predict("Hur många dagar var Millennium i drift?", api_name="/ask")
    assert answer["answered"] is True
    assert answer["passages"][0]["document"]["id"] == "turerna-kring-millennium.txt"
    assert "tre dagar" in answer["answer"] or answer["short_answer"] == "3"
    passages = client.predict("otillåten direktupphandling", 2, api_name="/search")
    assert len(passages) == 2
    assert passages[0]["references"][0]["publisher"] == "Konkurrensverket"


def test_documents_and_what_may_not_be_added(client: Any) -> None:
    (entry,) = client.predict(api_name="/documents")
    assert (entry["id"], entry["state"], entry["references"]) == (
        "turerna-kring-millennium.txt", "indexed", 20,
    )  # fmt: skip
    ((name, outcome, reason),) = client.predict("http://127.0.0.1/hemligt", api_name="/add")
    assert (name, outcome) == ("http://127.0.0.1/hemligt", "inte tillagd")
    assert reason
    with pytest.raises(Exception, match="saknas"):
        client.predict("saknas.txt", api_name="/remove")


def test_only_these_are_offered(client: Any) -> None:
    offered = client.view_api(return_format="dict")["named_endpoints"]
    assert sorted(offered) == ["/add", "/ask", "/documents", "/remove", "/search"]
    assert "verbatim passages" in json.dumps(offered["/ask"])


def test_health(address: str, served: Settings) -> None:
    with urllib.request.urlopen(f"{address}/health", timeout=10) as response:
        told = json.load(response)
    assert (told["status"], told["documents"]) == ("ok", 1)
    assert told["generation"] >= 1


def test_the_page_is_swedish_from_its_first_byte(address: str) -> None:
    with urllib.request.urlopen(address, timeout=10) as response:
        page = response.read().decode()
    assert '<html lang="sv"' in page.replace("\n", " ") or 'lang="sv"' in page[:400]
    assert "<title>Källsvar</title>" in page
    assert "og:title" not in page


def test_an_assistant_has_ask_and_search(address: str) -> None:
    import asyncio

    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def talk() -> tuple[list[str], str]:
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            found = await session.call_tool(
                "ask", {"question": "Hur många dagar var Millennium i drift?"}
            )
            return tools, found.content[0].text  # type: ignore[union-attr]

    # In a thread: the browser's tests keep a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        tools, said = thread.submit(asyncio.run, talk()).result()
    assert sorted(tools) == ["ask", "search"]
    assert "turerna-kring-millennium.txt" in said
