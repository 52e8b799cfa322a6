"""One of our own journals, read from its files as a recording."""

from collections.abc import Iterator
from pathlib import Path

from floorwatch.replay import Progress, Reading
from ingest import wire
from ingest.events import Event
from stream import segments
from stream.ports import JournalError


def events(path: Path, reading: Reading, progress: Progress | None = None) -> Iterator[Event]:
    """Every event of the journal, in the order in which it was taken.

    `path` is the journal's own folder or one above it that holds no other. Raises `JournalError`.
    """
    folder = _folder(path)
    total = sum(file.stat().st_size for file in folder.glob("*.journal"))
    done = 0
    for stored in segments.read(folder, 0, lambda damage: reading.add(1, [damage])):
        for payload in stored.payloads:
            done += len(payload)
            try:
                yield wire.decode(payload, stored.recvtime)
            except wire.WireError as error:
                reading.add(1, [f"position {stored.first}: {error}"])
        if progress is not None:
            progress(min(done, total), total)
    if progress is not None:
        progress(total, total)


def _folder(path: Path) -> Path:
    """The one folder at or below `path` that holds a journal's segments."""
    if not path.is_dir():
        raise JournalError(
            f"{path} is no folder: name the folder of a journal, e.g. journal:data/hq"
        )
    found = sorted({file.parent for file in path.rglob("*.journal")})
    if len(found) == 1:
        return found[0]
    if not found:
        raise JournalError(
            f"{path} holds no journal: name its folder, e.g. journal:data/hq/journal"
        )
    names = ", ".join(str(folder) for folder in found)
    raise JournalError(f"{path} holds several journals, name one of them: {names}")
