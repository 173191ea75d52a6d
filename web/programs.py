"""What programs and assistants may call: ``ask``, ``search``, ``documents``, ``add``, ``remove``.

Each is an endpoint of Gradio's API; ``ask`` and ``search`` are also tools of the MCP server. They
are described in English, the language that programs' documentation is read in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import gradio as gr

from answer import Answerer
from index.listing import listed
from ingest.errors import KallsvarError
from web.documents import Documents
from web.line import Line

# An assistant may look things up; what it must not do is to change the corpus.
TOOLS = ("ask", "search")

_PASSAGES = 20
_SECONDS = 600.0


def offer(engine: Answerer, documents: Documents, line: Line) -> None:
    """Add the endpoints to the page being built."""

    def ask(question: str, sources: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with verbatim passages and their citations, or say that there is none.

        Args:
            question: The question, in Swedish or English.
            sources: Ids of the documents to keep the search to; none for all of them.

        Returns:
            The answer: whether it is answered, how sure, the verbatim answer and short answer,
            and passages with section, page, document and the document's own references.
        """
        with _told(), line.turn():
            return engine.ask(question, sources=sources or ()).as_json()

    def search(question: str, count: int = 5) -> list[dict[str, Any]]:
        """Find the passages nearest a question, best first, each with its citation.

        Args:
            question: What to look for, in Swedish or English.
            count: How many passages, 1 to 20.

        Returns:
            Verbatim passages with section, page, document and the document's own references.
        """
        with _told(), line.turn():
            answer = engine.ask(question, k=max(1, min(count, _PASSAGES)))
        if answer.message:
            raise gr.Error(answer.message)
        passages: list[dict[str, Any]] = answer.as_json()["passages"]
        return passages

    def list_documents() -> list[dict[str, Any]]:
        """List the documents of the corpus.

        Returns:
            For each its id, title, type, pages, chunks, references, added, state, reason, names.
        """
        with _told():
            return [asdict(entry) for entry in listed(engine.settings)]

    def add(
        request: gr.Request, url: str = "", files: list[gr.FileData] | None = None
    ) -> list[dict[str, Any]]:
        """Add files, or the document at a web address, and read them in; waits until it is done.

        Args:
            url: The address of a document to fetch, http or https.
            files: Files to add; zip files are unpacked.

        Returns:
            For each file its name, id, state, outcome and reason, in Swedish.
        """
        with _told():
            documents.require_editor(request)
            uploads = [_upload(file) for file in files or ()]
            job = documents.start(uploads, [url.strip()] if url.strip() else [])
            job.ended.wait(_SECONDS)
            if job.error:
                raise KallsvarError(job.error)
        return [asdict(row) for row in job.rows]

    def remove(document: str, request: gr.Request) -> str:
        """Remove a document from the corpus and the index.

        Args:
            document: The document's id.

        Returns:
            A line that says that it is gone, in Swedish.
        """
        with _told():
            documents.require_editor(request)
            documents.take_out(document)
        return f"«{document}» är borttaget."

    # Not in Gradio's queue: an assistant's call would go there through a connection of its own,
    # without the caller's password. Questions wait in our line all the same.
    gr.api(ask, api_name="ask", queue=False)
    gr.api(search, api_name="search", queue=False)
    gr.api(list_documents, api_name="documents", queue=False)
    gr.api(add, api_name="add", concurrency_limit=2)
    gr.api(remove, api_name="remove", concurrency_limit=1)


def fit_assistants(page: gr.Blocks) -> None:
    """Leave only what looks things up among the MCP server's tools, and let them answer in JSON.

    Raises KallsvarError where the MCP server did not start.
    """
    server = page.mcp_server_obj
    if server is None:
        raise KallsvarError(
            "MCP-servern gick inte att starta. Installera om med «make clean chat»."
        )
    for name in set(server.tool_to_endpoint) - set(TOOLS):
        del server.tool_to_endpoint[name]
    # Gradio would write the answer as Python writes it.
    server.postprocess_output_data = _as_json


def _as_json(data: list[Any], _: str) -> list[Any]:
    from mcp.types import TextContent

    return [
        TextContent(type="text", text=json.dumps(output, ensure_ascii=False)) for output in data
    ]


@contextmanager
def _told() -> Iterator[None]:
    """Let an expected failure reach the program as Gradio's error, with its message."""
    try:
        yield
    except KallsvarError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _upload(file: Any) -> tuple[str, str]:
    held = file if isinstance(file, dict) else file.model_dump()
    return str(held["path"]), str(held.get("orig_name") or held["path"].rsplit("/", 1)[-1])
