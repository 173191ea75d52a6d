"""What programs and assistants may call: ``ask``, ``search``, ``documents``, ``add``, ``remove``.

Each is an endpoint of Gradio's API; ``ask`` and ``search`` are also tools of the MCP server.
"""

from __future__ import annotations

from typing import Any, cast

import gradio as gr

from answer import Answerer
from index.listing import listed
from ingest.errors import KallsvarError
from web.access import Access
from web.documents import Documents

_WAIT = 600.0


def offer(engine: Answerer, documents: Documents, access: Access) -> None:
    """Add the endpoints to the page being built."""

    def ask(question: str, sources: list[str] | None = None) -> dict[str, Any]:
        """Answer a question with verbatim passages and their citations, or say that there is none.

        Args:
            question: The question, in Swedish or English.
            sources: Ids of the documents to keep the search to; none for all.
        """
        try:
            return engine.ask(question, sources=sources or ()).as_json()
        except KallsvarError as error:
            raise gr.Error(str(error)) from error

    def search(question: str, count: int = 5) -> list[dict[str, Any]]:
        """Find the passages nearest a question, best first, each with its citation.

        Args:
            question: What to look for, in Swedish or English.
            count: How many passages, at most 20.
        """
        try:
            answer = engine.ask(question, k=max(1, min(count, 20)))
        except KallsvarError as error:
            raise gr.Error(str(error)) from error
        passages: list[dict[str, Any]] = answer.as_json()["passages"]
        return passages

    def list_documents() -> list[dict[str, Any]]:
        """List the documents: id, title, type, pages, references and state."""
        from dataclasses import asdict

        return [asdict(entry) for entry in listed(engine.settings)]

    def add(url: str, request: gr.Request) -> list[list[str]]:
        """Fetch a web address into the corpus and read it in; tells what became of it.

        Args:
            url: The address, http or https.
        """
        try:
            access.require_editor(access.user(request.headers))
            documents.start([], [url])
        except KallsvarError as error:
            raise gr.Error(str(error)) from error
        job = documents.wait(_WAIT)
        if job and job.error:
            raise gr.Error(job.error)
        return [list(result) for result in job.results] if job else []

    def remove(document: str, request: gr.Request) -> str:
        """Remove a document from the corpus and the index.

        Args:
            document: The document's id.
        """
        try:
            access.require_editor(access.user(request.headers))
            documents.take_out(document)
        except KallsvarError as error:
            raise gr.Error(str(error)) from error
        return f"«{document}» är borttaget."

    for function in (list_documents, add, remove):
        # An assistant reads; Gradio makes tools of functions of the kind «tool» only.
        cast(Any, function)._mcp_type = "none"
    gr.api(ask, api_name="ask")
    gr.api(search, api_name="search")
    gr.api(list_documents, api_name="documents")
    gr.api(add, api_name="add")
    gr.api(remove, api_name="remove")
