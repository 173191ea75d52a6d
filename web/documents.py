"""The documents: what there is, adding and removing, and the work that follows, while one waits."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, wait
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

import gradio as gr
from gradio.utils import get_upload_folder

from answer import Answerer
from index.listing import listed
from index.sync import Progress, SyncReport, sync
from ingest import keeping
from ingest.errors import KallsvarError
from ingest.fetch import Fetched, fetch
from ingest.formats import SUFFIXES
from web.access import Access

Sent = dict[str, Any]
# A row that is under way, one that went well, one that changed nothing, one that did not work.
State = Literal["waiting", "working", "done", "same", "failed"]

BUSY = "Dokument läses redan in. Vänta tills det är klart, eller avbryt."
TOO_MANY = "Lägg till högst {most} filer åt gången; det här var {count}."
NO_FILE = "Filen {name} kom inte fram. Försök igen."
NO_ADDRESS = "«{url}» är ingen webbadress. Den ska börja med https:// eller http://."
# How often, in seconds, it is seen whether what is waited for is cancelled.
_LOOK = 0.1
LEFT = "Filen ligger i samlingen men är inte inläst än."

WAITING, WORKING, FETCHING, READ = "väntar", "läses in …", "hämtas …", "läst"
ADDED: dict[str, tuple[State, str]] = {
    "same": ("same", "finns redan"), "refused": ("failed", "inte tillagd"),
}  # fmt: skip
SYNCED: dict[str, tuple[State, str]] = {
    "added": ("done", "tillagd"), "updated": ("done", "uppdaterad"),
    "unchanged": ("same", "oförändrad"), "removed": ("done", "borttagen"),
    "skipped": ("failed", "inte inläst"),
}  # fmt: skip
# In the order that they are told.
MANY = {
    "tillagd": "tillagda", "uppdaterad": "uppdaterade", "oförändrad": "oförändrade",
    "borttagen": "borttagna", "finns redan": "fanns redan", "inte inläst": "inte inlästa",
    "inte tillagd": "inte tillagda", "inte hämtad": "inte hämtade",
}  # fmt: skip


class Cancelled(Exception):
    """The work was cancelled while something was waited for."""


@dataclass(slots=True)
class Row:
    """A file or an address, by the name it came under, and what has become of it."""

    name: str
    id: str | None = None
    state: State = "waiting"
    outcome: str = WAITING
    reason: str = ""


@dataclass(slots=True)
class Job:
    """Work under way: what it is at, and each file's row.

    ``rate`` is in files a second; ``seconds_left`` may be None. ``summary`` says how it ended.
    """

    running: bool = True
    cancelled: bool = False
    now: str = "Förbereder …"
    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    summary: str = ""
    rows: list[Row] = field(default_factory=list)
    error: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def as_json(self) -> Sent:
        """Return what the page shows of it."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "ended"}
        return told | {"rows": [asdict(row) for row in self.rows]}


class Documents:
    """Adds, removes and lists documents. Shared by all pages; one job runs at a time."""

    def __init__(self, engine: Answerer, access: Access) -> None:
        self._engine = engine
        self._settings = engine.settings
        self._access = access
        self._job: Job | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def list(self, _: Sent, request: gr.Request) -> Sent:
        """Return what is in the corpus, what may be added, and why one may not, if so."""
        told: Sent = {
            "entries": [],
            "refusal": self._access.refusal(self._access.user(request.headers)),
            "suffixes": SUFFIXES,
            "most": self._settings.max_files,
            "largest": self._settings.max_upload,
        }
        try:
            told["entries"] = [asdict(entry) for entry in listed(self._settings)]
        except KallsvarError as error:
            told["error"] = str(error)
        return told

    def add(self, sent: Sent, request: gr.Request) -> Sent:
        """Begin adding uploaded files and addresses, or only reading in what waits.

        Returns why not, where it is refused.
        """
        try:
            self.require_editor(request)
            files = [(str(f["path"]), str(f["name"])) for f in sent.get("files") or ()]
            urls = [str(url).strip() for url in sent.get("urls") or ()]
            self.start(files, [url for url in urls if url])
        except KallsvarError as error:
            return {"error": str(error)}
        return {}

    def job(self, _: Sent) -> Sent:
        """Return the work under way, or the last."""
        return self._job.as_json() if self._job else {}

    def cancel(self, _: Sent, request: gr.Request) -> Sent:
        """Stop the work; what is finished is kept."""
        try:
            self.require_editor(request)
        except KallsvarError as error:
            return {"error": str(error)}
        self._stop.set()
        return {}

    def remove(self, sent: Sent, request: gr.Request) -> Sent:
        """Remove a document from the corpus and the index."""
        try:
            self.require_editor(request)
            self.take_out(str(sent["id"]))
        except KallsvarError as error:
            return {"error": str(error)}
        return {}

    def require_editor(self, request: gr.Request) -> None:
        """Raise KallsvarError where the one who asks may not change the corpus."""
        self._access.require_editor(self._access.user(request.headers))

    def start(self, files: Sequence[tuple[str, str]], urls: Sequence[str]) -> Job:
        """Begin adding in a thread: uploads by path and name, and addresses.

        Raises KallsvarError where there are too many, one is no address, or other work goes on.
        """
        if len(files) + len(urls) > self._settings.max_files:
            count = len(files) + len(urls)
            raise KallsvarError(TOO_MANY.format(most=self._settings.max_files, count=count))
        for url in urls:
            if urlsplit(url).scheme not in ("http", "https"):
                raise KallsvarError(NO_ADDRESS.format(url=url))
        with self._lock:
            if self._job and self._job.running:
                raise KallsvarError(BUSY)
            job = self._job = Job()
            self._stop.clear()
        threading.Thread(target=self._run, args=(job, files, urls), daemon=True).start()
        return job

    def take_out(self, document_id: str) -> None:
        """Remove a document and bring the index in line.

        Raises KallsvarError where there is none, or other work is under way.
        """
        if self._job and self._job.running:
            raise KallsvarError(BUSY)
        keeping.remove(self._settings.corpus, document_id)
        sync(self._settings, encoder=self._engine.encoder)

    def _run(self, job: Job, files: Sequence[tuple[str, str]], urls: Sequence[str]) -> None:
        try:
            with tempfile.TemporaryDirectory() as scratch:
                for added in keeping.add(self._settings.corpus, _gathered(files, Path(scratch))):
                    state, outcome = ADDED.get(added.outcome, ("waiting", WAITING))
                    job.rows.append(Row(added.name, added.id, state, outcome, added.reason or ""))
            for url in urls:
                self._fetch(job, url)
            report = sync(
                self._settings,
                lambda progress: _tell(job, progress),
                encoder=self._engine.encoder,
                cancelled=self._stop.is_set,
            )
            _conclude(job, report)
        except KallsvarError as error:
            job.error = str(error)
        except Exception as error:  # noqa: BLE001 - the page must hear of it, whatever it is
            job.error = f"Inläsningen avbröts av ett oväntat fel ({type(error).__name__})."
        finally:
            job.summary = _summary(job.rows)
            job.running = False
            job.ended.set()

    def _fetch(self, job: Job, url: str) -> None:
        from ingest.stored_pages import store_address

        row = Row(url, state="working", outcome=FETCHING)
        job.rows.append(row)
        job.now = f"Hämtar {url}"
        if self._stop.is_set():
            row.state, row.outcome = "failed", "inte hämtad"
            return
        try:
            path = store_address(self._settings.corpus, url, fetcher=self._fetched)
        except Cancelled:
            row.state, row.outcome = "failed", "inte hämtad"
            return
        except KallsvarError as error:
            row.state, row.outcome, row.reason = "failed", "inte tillagd", str(error)
            return
        row.id = path.relative_to(self._settings.corpus).as_posix()
        row.state, row.outcome = "waiting", WAITING

    def _fetched(self, url: str) -> Fetched:
        """Fetch an address. Raises Cancelled as soon as the job is, whatever the other end does."""
        fetching: Future[Fetched] = Future()

        def work() -> None:
            try:
                fetching.set_result(fetch(url))
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                fetching.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        while not wait([fetching], timeout=_LOOK).done:
            if self._stop.is_set():
                raise Cancelled
        return fetching.result()


def _tell(job: Job, progress: Progress) -> None:
    job.now = f"Läser in {progress.current}" if progress.current else "Läser in"
    job.done, job.total = progress.files_done, progress.files_total
    job.rate, job.seconds_left = progress.rate, progress.seconds_left
    for row in job.rows:
        if row.id == progress.current and row.state in ("waiting", "working"):
            row.state, row.outcome = "working", WORKING
        elif row.state == "working":
            row.outcome = READ


def _conclude(job: Job, report: SyncReport) -> None:
    """Give each row its outcome, and a row to every file that changed otherwise meanwhile."""
    job.cancelled = report.cancelled
    results = {result.id: result for result in report.files}
    for row in job.rows:
        result = results.pop(row.id or "", None)
        if row.state in ("same", "failed"):
            continue
        if result:
            row.state, row.outcome = SYNCED[result.outcome]
            row.reason = result.reason or ""
        elif row.id:
            row.state, row.outcome, row.reason = "failed", "inte inläst", LEFT
    job.rows += [
        Row(id, id, *SYNCED[result.outcome], result.reason or "")
        for id, result in results.items()
        if result.outcome in ("added", "updated", "removed")
    ]


def _summary(rows: Sequence[Row]) -> str:
    """Return how many files went which way: «3 tillagda, 1 inte inläst»; nothing of one alone."""
    if len(rows) < 2:
        return ""
    counts = Counter(row.outcome for row in rows)
    return ", ".join(
        f"{counts[one]} {one if counts[one] == 1 else many}"
        for one, many in MANY.items()
        if counts[one]
    )


def _gathered(files: Sequence[tuple[str, str]], scratch: Path) -> list[Path]:
    """Move uploads to a folder under the names they had, and return what lies at its top.

    Raises KallsvarError where one is no upload of ours: a page could name any file.
    """
    uploads = Path(get_upload_folder()).resolve()
    for path, name in files:
        held = Path(path).resolve()
        parts = [p for p in PurePosixPath(name.replace("\\", "/")).parts if p.strip("/. ")]
        if not held.is_relative_to(uploads) or not held.is_file() or not parts:
            raise KallsvarError(NO_FILE.format(name=name))
        target = scratch.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(held, target)
    return sorted(scratch.iterdir())
