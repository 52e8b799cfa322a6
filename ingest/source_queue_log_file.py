"""A whole queue_log, plain or `.gz`, from its first line to its last: the past as events.

The run is named after the log's first line: reading the same log again, renamed or compressed,
gives the same events with the same numbers and ids, which change nothing the second time. A log
that is followed live is numbered by the follower: do not read it again under the same source.
"""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.events import Event, Millis
from ingest.queue_log_lines import LONGEST, QueueLogError, identity, parse
from ingest.queue_log_mapping import QueueLogMapping
from ingest.queue_log_translate import Translator
from ingest.reading import Reading
from ingest.stamp import Stamp
from ingest.words import Origin

_EVERY_LINES = 1000


def events(
    path: Path,
    source: str,
    recvtime: Millis,
    mapping: QueueLogMapping | None = None,
    *,
    reading: Reading | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Event]:
    """Every event of the log, in file order, as a back-fill of `source`.

    `recvtime` is now, by our clock. `reading` counts lines and keeps those that could not be
    taken; `progress` is called with the bytes of the file read so far, and all of them. Raises
    `OSError` if the file cannot be read (`gzip.BadGzipFile` among it), `EOFError` if it is cut off.
    """
    reading = Reading() if reading is None else reading
    total = path.stat().st_size
    with path.open("rb") as raw, opened(raw, path) as lines:
        first = lines.readline(LONGEST)
        name = identity(first)
        translator = Translator(Stamp(source, name), mapping, origin=Origin.BACKFILL)
        reading.unknown = translator.memory.unknown
        offset, line = 0, first
        while line:
            yield from _taken(translator, line, f"{name}:{offset}", recvtime, reading)
            offset += len(line)
            line = lines.readline(LONGEST)
            if progress and reading.lines % _EVERY_LINES == 0:
                progress(raw.tell(), total)
        yield from translator.tick(recvtime, recvtime)
    if progress:
        progress(total, total)


def opened(raw: BinaryIO, path: Path) -> BinaryIO:
    """The log in this file, whether it is compressed or not."""
    if path.suffix != ".gz":
        return raw
    return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]  # it is a binary stream


def _taken(
    translator: Translator, line: bytes, name: str, recvtime: Millis, reading: Reading
) -> list[Event]:
    reading.lines += 1
    try:
        row = parse(line)
    except QueueLogError as error:
        reading.reject(str(error), line)
        return []
    return translator.take(row, name, recvtime)
