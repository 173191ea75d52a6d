"""What a sync has to look at: the corpus's files, put together by content, against what is known.

Files with the same content are one group. The first name by sort that can be read holds the
documents, with its metadata; the others are copies of it. A file's digest in the store says which
it was: «content metadata», or «content =» for a copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.store import FileState
from ingest.corpus import CorpusFile
from ingest.errors import KallsvarError
from ingest.formats import reader_for

_COPY = "="


@dataclass(frozen=True, slots=True)
class Group:
    """Files with one content, by id, and the ids that have gone from the folder with it.

    ``content`` is empty for a file that cannot be read at all, which is alone; ``reason`` says why.
    """

    content: str
    files: tuple[CorpusFile, ...] = ()
    gone: tuple[str, ...] = ()
    reason: str | None = None


def groups(
    files: Sequence[CorpusFile],
    known: Mapping[str, FileState],
    stopped: Callable[[], bool] = lambda: False,
) -> list[Group]:
    """Return the files in groups, those that are only gone first, then by first id.

    Only files whose signature is new are opened. ``stopped`` may end it early.
    """
    together: dict[str, Group] = {}
    alone: list[Group] = []
    for file in files:
        if stopped():
            break
        content, reason = _content(file, known.get(file.id))
        if reason is not None:
            alone.append(Group("", (file,), reason=reason))
            continue
        group = together.get(content, Group(content))
        together[content] = replace(group, files=(*group.files, file))
    present = {file.id for file in files}
    for file_id in sorted(set(known) - present):
        content = content_of(known[file_id])
        if content in together:
            group = together[content]
            together[content] = replace(group, gone=(*group.gone, file_id))
        else:
            alone.append(Group("", gone=(file_id,)))
    return sorted(
        [*alone, *together.values()], key=lambda group: group.files[0].id if group.files else ""
    )


def _content(file: CorpusFile, was: FileState | None) -> tuple[str, str | None]:
    """Return a file's content hash, and why it has none."""
    try:
        if not file.supported:
            reader_for(file.path.suffix)
        if was and was.signature == file.signature and (content := content_of(was)):
            return content, None
        return file.content(), None
    except KallsvarError as error:
        return "", str(error)


def content_of(state: FileState) -> str:
    """Return the content hash that a file was known with."""
    return state.digest.partition(" ")[0]


def is_copy(state: FileState) -> bool:
    """Tell whether a file was known as a copy of another."""
    return state.digest.endswith(f" {_COPY}")


def copy_digest(content: str) -> str:
    """Return what stands for a copy: nothing is made from it."""
    return f"{content} {_COPY}"


def own_digest(content: str, file: CorpusFile, was: FileState | None) -> str:
    """Return what stands for a file's documents: its content and its metadata.

    Raises KallsvarError where the metadata cannot be read.
    """
    if was and was.signature == file.signature and was.digest and not is_copy(was):
        return was.digest
    return f"{content} {file.facts()}"


def settled(group: Group, known: Mapping[str, FileState]) -> bool:
    """Tell, without reading them, whether the store holds just what it should of a group."""
    if group.gone:
        return False
    if group.reason is not None:
        file = group.files[0]
        return known.get(file.id) == FileState(file.signature, "", group.reason)
    first = True
    for file in group.files:
        was = known.get(file.id)
        if was is None or was.signature != file.signature or content_of(was) != group.content:
            return False
        if is_copy(was) == first:
            return False
        first = first and was.reason is not None
    return True
