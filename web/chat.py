"""The conversation: asks the engine what the page asks, and hands back what the page shows.

The page holds the conversation, in the browser's own store; nothing of it is kept here. An answer
goes to the page as HTML with a record of it, and the record comes back with a follow-up question,
with a vote, and when an earlier conversation is opened again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr
from pydantic import TypeAdapter, ValidationError

from answer import Answer, Answerer
from eval.feedback import FeedbackStore, of_answer
from ingest.errors import KallsvarError
from ingest.records import Document
from web.access import Access
from web.catalogue import Catalogue
from web.document import panel, read_place
from web.examples import Examples
from web.line import Line, Ticket
from web.pdf import page_view
from web.quote import as_markdown, as_text
from web.render import notice, spoken, suggestions, turn

RECORD = TypeAdapter(Answer)

UNSHOWABLE = "Källan gick inte att visa."
UNSAVED = "Omdömet gick inte att spara."
_COMMENT = 2000
_RESTORED = 200

# What a page sends and is sent: JSON objects.
Sent = dict[str, Any]


class Chat:
    """The conversation's side of the engine. Shared by all pages."""

    def __init__(self, engine: Answerer, access: Access, catalogue: Catalogue, line: Line) -> None:
        self._engine = engine
        self._access = access
        self._catalogue = catalogue
        self._line = line
        self._examples = Examples(engine)
        self._feedback = FeedbackStore(engine.settings.var)
        self._tickets: dict[str, Ticket] = {}

    def ask(self, sent: Sent) -> Sent:
        """Return the answer to a question, or why there is none, as the page shows it."""
        head: Sent = {"turn": str(sent["turn"])}
        question = str(sent["question"])
        try:
            with self._line.place() as ticket:
                self._tickets[head["turn"]] = ticket
                while ticket.position():
                    ticket.wait(60)
                answer = self._engine.ask(
                    question,
                    sources=[str(s) for s in sent.get("sources") or ()],
                    previous=_record(sent.get("previous")),
                )
            return head | self._shown(question, answer)
        except KallsvarError as error:
            message = str(error)
            return head | {"kind": "notice", "html": notice(question, message), "said": message}
        finally:
            self._tickets.pop(head["turn"], None)

    def position(self, sent: Sent) -> int:
        """Return how many moves away a question's turn is; 0 where it is being answered."""
        ticket = self._tickets.get(str(sent["turn"]))
        return ticket.position() if ticket else 0

    def near(self, sent: Sent) -> Sent:
        """Return questions that the sources can answer, near one that they do not."""
        answer = _record(sent.get("record"))
        if answer is None:
            return {}
        try:
            # They are asked before they are offered, and wait like other questions.
            with self._line.turn():
                questions = self._examples.near(answer.passages, self._catalogue.generation)
        except KallsvarError:
            return {}
        return {"questions": questions, "html": suggestions(questions)}

    def restore(self, turns: list[Sent]) -> list[Sent]:
        """Return what the page shows for the turns of an earlier conversation.

        A turn whose record cannot be read (of another version) shows only its question.
        """
        restored = []
        for kept in turns[:_RESTORED]:
            question, answer = str(kept.get("question", "")), _record(kept.get("record"))
            head = {"turn": kept.get("turn")}
            if answer is None:
                note = "Svaret är från en äldre version och går inte att visa. Ställ frågan igen."
                restored.append(head | {"kind": "notice", "html": notice(question, note)})
                continue
            near = [str(q) for q in kept.get("suggestions") or ()][:3]
            restored.append(head | self._shown(question, answer) | {
                "suggestions": near, "suggested": suggestions(near),
            })  # fmt: skip
        return restored

    def begin(self, _: Sent, request: gr.Request) -> Sent:
        """Return what a newly opened page needs to know."""
        user = self._access.user(request.headers)
        return {"examples": self._examples.first(self._catalogue.generation), "user": user}

    def sources(self, sent: Sent) -> list[tuple[str, str]]:
        """Return the documents that a search can be kept to, as ids and titles."""
        chosen = [str(s) for s in sent.get("chosen") or ()]
        return self._catalogue.matching(str(sent.get("text", "")), chosen)

    def vote(self, sent: Sent) -> Sent:
        """Keep, change or withdraw a vote on an answer."""
        try:
            if not sent.get("vote"):
                self._feedback.withdraw(str(sent["turn"]))
                return {}
            answer = _record(sent["record"])
            if answer is None or sent["vote"] not in ("up", "down"):
                return {"error": UNSAVED}
            comment = str(sent.get("comment") or "").strip()[:_COMMENT]
            question = str(sent["question"])[: self._engine.settings.max_question]
            self._feedback.put(
                of_answer(str(sent["turn"])[:64], sent["vote"], comment, question, answer)
            )
        except KallsvarError as error:
            return {"error": str(error)}
        except KeyError:
            return {"error": UNSAVED}
        return {}

    def _shown(self, question: str, answer: Answer) -> Sent:
        return {
            "kind": "answer",
            "html": turn(question, answer, self._document),
            "said": spoken(answer),
            "copy": as_text(answer),
            "markdown": as_markdown(question, answer),
            "record": RECORD.dump_python(answer, mode="json"),
            "follows": answer.answered,
            "message": answer.message,
        }

    def _document(self, document_id: str) -> Document | None:
        try:
            return self._engine.document(document_id)
        except KallsvarError:
            return None


class Panel:
    """Shows documents in the side panel."""

    def __init__(self, engine: Answerer) -> None:
        self._engine = engine

    def show_document(self, sent: Sent) -> Sent:
        """Return a document as the panel's HTML, or why it cannot be shown."""
        try:
            place = read_place(sent)
            document = self._engine.document(place.document)
        except (KallsvarError, ValueError, KeyError, TypeError) as error:
            return {"error": str(error) if isinstance(error, KallsvarError) else UNSHOWABLE}
        pages = page_view(self._engine.settings.corpus, document, place)
        html = panel(document, place, whole=bool(sent.get("whole")), pages=pages)
        return {"title": document.title, "html": html}


def _record(sent: Mapping[str, Any] | None) -> Answer | None:
    """Return the answer that a record is of, or None where it is none."""
    try:
        return RECORD.validate_python(sent) if sent else None
    except ValidationError:
        return None
