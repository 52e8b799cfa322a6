"""A file of events in their wire form, one JSON object a line, plain or `.gz`; and how to write it.

A recording of a floor, a day taken from a journal, an export of another system: whoever can write
such lines can be read. A bad line is never fatal: it is kept with its number and its reason.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingest.events import Event, Millis
from ingest.ports import Batch, Inbox
from ingest.reading import Reading
from ingest.wire import LARGEST, WireError, decode, encode

_EVERY_LINES = 1000
_BATCH = 500


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file as it lies on disk, and its lines."""
    with path.open("rb") as raw:
        if path.suffix != ".gz":
            yield raw, raw
            return
        with gzip.open(raw) as lines:
            yield raw, lines  # type: ignore[misc]  # a binary stream as any other


def payloads(
    path: Path, *, progress: Callable[[int, int], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """The number and the bytes of each line that is not blank, without looking into it.

    A line longer than an event can be comes in pieces, so that it costs no memory. `progress` is
    called with the bytes of the file read so far, and all of them. Raises `OSError` if the file
    cannot be read, `EOFError` if it is compressed and cut off.
    """
    total = path.stat().st_size
    number = 0
    with _opened(path) as (raw, lines):
        while line := lines.readline(LARGEST + 2):
            number += 1
            payload = line.rstrip(b"\r\n")
            if payload.strip():
                yield number, payload
            if progress and number % _EVERY_LINES == 0:
                progress(raw.tell(), total)
    if progress:
        progress(total, total)


def events(
    path: Path,
    recvtime: Millis,
    *,
    reading: Reading | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Event]:
    """Every event of the file, in its order.

    `recvtime` stands in where a line tells no time of its own. `reading` counts the lines and
    keeps those that are no events. Raises what `payloads` raises.
    """
    reading = Reading() if reading is None else reading
    for number, payload in payloads(path, progress=progress):
        reading.lines = number
        try:
            yield decode(payload, recvtime)
        except WireError as error:
            reading.reject(str(error), payload)


@dataclass(frozen=True, slots=True)
class EventsFileSource:
    """A `Source` of the lines of a file, bad ones among them: the stream rejects and keeps those.

    `recvtime` is given to every batch: a file of the past came in when we read it.
    """

    path: Path
    recvtime: Millis

    async def run(self, inbox: Inbox, /) -> None:
        """Bring all lines into the inbox, and return. Raises what `payloads` raises."""
        batch: list[bytes] = []
        for _, payload in payloads(self.path):
            batch.append(payload)
            if len(batch) == _BATCH:
                await inbox.put(Batch(batch, self.recvtime, f"events file {self.path.name}"))
                batch = []
        if batch:
            await inbox.put(Batch(batch, self.recvtime, f"events file {self.path.name}"))


def write(path: Path, events: Iterable[Event]) -> int:
    """Write the events as such a file, compressed if it is called `.gz`; tells how many they were.

    What stood in the file before is gone. Raises `OSError` if it cannot be written.
    """
    count = 0
    with gzip.open(path, "wb") if path.suffix == ".gz" else path.open("wb") as file:
        for event in events:
            file.write(encode(event) + b"\n")
            count += 1
    return count
