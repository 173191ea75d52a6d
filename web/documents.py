"""The documents: what there is, adding and removing, and the work that follows, while one waits."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from index.listing import listed
from index.sync import Progress, sync
from ingest import keeping
from ingest.errors import KallsvarError
from settings import Settings
from web.access import Access

Sent = dict[str, Any]

BUSY = "Dokument läses redan in. Vänta tills det är klart, eller avbryt."
TOO_MANY = "Lägg till högst {most} filer åt gången; det här var {count}."
NO_FILE = "Filen kom inte fram."
OUTCOMES = {
    "new": "tillagd", "replaced": "ersatt", "same": "finns redan", "refused": "inte tillagd",
    "added": "inläst", "updated": "inläst på nytt", "skipped": "inte inläst",
    "removed": "borttagen", "unchanged": "oförändrad",
}  # fmt: skip


@dataclass(slots=True)
class Job:
    """Work under way: what it is at, and what became of each file. ``seconds_left`` may be None."""

    running: bool = True
    cancelled: bool = False
    now: str = "Förbereder …"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    results: list[tuple[str, str, str]] = field(default_factory=list)
    error: str | None = None


class Documents:
    """Adds, removes and lists documents. Shared by all pages; one job runs at a time."""

    def __init__(self, settings: Settings, access: Access) -> None:
        self._settings = settings
        self._access = access
        self._job: Job | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def list(self, _: Sent, request: gr.Request) -> Sent:
        """Return what is in the corpus, and why the one who asks may not change it, if so."""
        try:
            entries = [asdict(entry) for entry in listed(self._settings)]
        except KallsvarError as error:
            return {"entries": [], "error": str(error), "refusal": self._refusal(request)}
        return {"entries": entries, "refusal": self._refusal(request)}

    def add(self, sent: Sent, request: gr.Request) -> Sent:
        """Begin adding uploaded files and addresses; returns why not, where it is refused."""
        try:
            self._access.require_editor(self._access.user(request.headers))
            files = [(str(f["path"]), str(f["name"])) for f in sent.get("files") or ()]
            urls = [str(u).strip() for u in sent.get("urls") or () if str(u).strip()]
            self.start(files, urls)
        except KallsvarError as error:
            return {"error": str(error)}
        return {}

    def start(self, files: Sequence[tuple[str, str]], urls: Sequence[str]) -> None:
        """Begin adding in a thread. Raises KallsvarError where there are too many, or work."""
        if len(files) > self._settings.max_files:
            raise KallsvarError(TOO_MANY.format(most=self._settings.max_files, count=len(files)))
        with self._lock:
            if self._job and self._job.running:
                raise KallsvarError(BUSY)
            job = self._job = Job()
            self._stop.clear()
        threading.Thread(target=self._run, args=(job, files, urls), daemon=True).start()

    def job(self, _: Sent) -> Sent:
        """Return the work under way, or the last."""
        return asdict(self._job) if self._job else {}

    def cancel(self, _: Sent, request: gr.Request) -> Sent:
        """Stop the work; what is finished is kept."""
        try:
            self._access.require_editor(self._access.user(request.headers))
        except KallsvarError as error:
            return {"error": str(error)}
        self._stop.set()
        return {}

    def remove(self, sent: Sent, request: gr.Request) -> Sent:
        """Remove a document from the corpus and the index."""
        try:
            self._access.require_editor(self._access.user(request.headers))
            self.take_out(str(sent["id"]))
        except KallsvarError as error:
            return {"error": str(error)}
        return {}

    def take_out(self, document_id: str) -> None:
        """Remove a document and bring the index in line.

        Raises KallsvarError where there is none, or other work is under way.
        """
        if self._job and self._job.running:
            raise KallsvarError(BUSY)
        keeping.remove(self._settings.corpus, document_id)
        sync(self._settings)

    def wait(self, seconds: float) -> Job | None:
        """Wait for the work to end, at most so long, and return it."""
        waiting = threading.Event()
        for _ in range(int(seconds * 10)):
            if not (self._job and self._job.running):
                break
            waiting.wait(0.1)
        return self._job

    def _refusal(self, request: gr.Request) -> str | None:
        return self._access.refusal(self._access.user(request.headers))

    def _run(self, job: Job, files: Sequence[tuple[str, str]], urls: Sequence[str]) -> None:
        try:
            with tempfile.TemporaryDirectory() as scratch:
                self._put(job, _gathered(files, Path(scratch)))
            for url in urls:
                self._fetch(job, url)
            report = sync(
                self._settings,
                lambda progress: _tell(job, progress),
                cancelled=self._stop.is_set,
            )
            job.results += [
                (r.id, OUTCOMES[r.outcome], r.reason or "")
                for r in report.files
                if r.outcome != "unchanged"
            ]
            job.cancelled = report.cancelled
        except KallsvarError as error:
            job.error = str(error)
        except Exception as error:  # noqa: BLE001 - the page must hear of it, whatever it is
            job.error = f"Inläsningen avbröts av ett oväntat fel ({type(error).__name__})."
        finally:
            job.running = False

    def _put(self, job: Job, paths: Sequence[Path]) -> None:
        for added in keeping.add(self._settings.corpus, paths):
            if added.outcome in ("same", "refused"):
                job.results.append((added.name, OUTCOMES[added.outcome], added.reason or ""))

    def _fetch(self, job: Job, url: str) -> None:
        from ingest.stored_pages import store_address

        job.now = f"Hämtar {url}"
        try:
            if not self._stop.is_set():
                store_address(self._settings.corpus, url)
        except KallsvarError as error:
            job.results.append((url, OUTCOMES["refused"], str(error)))


def _tell(job: Job, progress: Progress) -> None:
    job.now = f"Läser in {progress.current}" if progress.current else "Läser in"
    job.done, job.total = progress.files_done, progress.files_total
    job.seconds_left = progress.seconds_left


def _gathered(files: Sequence[tuple[str, str]], scratch: Path) -> list[Path]:
    """Move uploads to a folder under the names they had, and return what lies at its top.

    Raises KallsvarError where one is no upload of ours.
    """
    uploads = Path(get_upload_folder()).resolve()
    for path, name in files:
        held = Path(path).resolve()
        parts = [p for p in PurePosixPath(name).parts if p not in ("/", "..", ".")]
        if not held.is_relative_to(uploads) or not held.is_file() or not parts:
            raise KallsvarError(NO_FILE)
        target = scratch.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(held, target)
    return sorted(scratch.iterdir())
