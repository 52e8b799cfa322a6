"""A call-by-call table, `calls+csv:PATH`, plain or `.gz`: whole calls, told as events of the past.

The first line names the columns (`ingest.calls_csv_lines.REQUIRED`). Such a table is what a call
centre's own reports export, and what the Technion published of a bank's. Its lines come in any order,
so all of it is read before the first event is told.
"""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from ingest.calls_csv_lines import CallsCsvError, Fate, Row, columns, parse, told
from ingest.events import Data, Event, Millis
from ingest.reading import Reading
from ingest.stamp import Stamp
from ingest.wire import LARGEST
from ingest.words import Origin

_EVERY_LINES = 1_000
_Told = tuple[Millis, int, int, Data]


def events(
    path: Path,
    stamp: Stamp,
    zone: ZoneInfo,
    *,
    queue: str = "",
    reading: Reading | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Event]:
    """Every event of the table in order of time, as if heard when it happened.

    `zone` is where the table's clock hangs. The queue of a call is its `type`; `queue` names one
    queue for all instead. `reading` counts lines and keeps those that could not be taken; its
    `unknown` counts the phantoms. `progress` is called with the bytes of the file read so far, and
    all of them. Raises `CallsCsvError` if the first line does not name the columns, `OSError` if the
    file cannot be read, `EOFError` if it is compressed and cut off.
    """
    reading = Reading() if reading is None else reading
    steps: list[_Told] = []
    with path.open("rb") as raw:
        for number, row in _rows(raw, path, zone, reading, progress):
            if row.fate is Fate.PHANTOM:
                name = row.fate.value
                reading.unknown[name] = reading.unknown.get(name, 0) + 1
            steps += [(at, number, n, data) for n, (at, data) in enumerate(told(row, queue))]
    steps.sort(key=lambda step: step[:3])
    for time, _, _, data in steps:
        yield stamp.event(data, time=time, recvtime=time, origin=Origin.REPLAY)


def _rows(
    raw: BinaryIO,
    path: Path,
    zone: ZoneInfo,
    reading: Reading,
    progress: Callable[[int, int], None] | None,
) -> Iterator[tuple[int, Row]]:
    """The calls with the numbers of their lines."""
    total = path.stat().st_size
    lines: BinaryIO = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw  # type: ignore[assignment]  # it is a binary stream
    seen: dict[str, int] = {}
    places: dict[str, int] = {}
    for line in _lines(lines):
        reading.lines += 1
        if not places:
            places = columns(line)
            continue
        if not line.strip():
            continue
        try:
            row = parse(line, places, zone)
            first = seen.setdefault(row.call, reading.lines)
            if first != reading.lines:
                raise CallsCsvError(f"call_id: line {first} tells of this call already")
        except CallsCsvError as error:
            reading.reject(str(error), line)
            continue
        yield reading.lines, row
        if progress and reading.lines % _EVERY_LINES == 0:
            progress(raw.tell(), total)
    if not places:
        raise CallsCsvError(f"{path.name} is empty: its first line must name the columns")
    if progress:
        progress(total, total)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines; of one that is too long to be any, only as much as shows that it is."""
    while line := file.readline(LARGEST + 1):
        kept = line
        while not line.endswith(b"\n") and len(line) > LARGEST:
            line = file.readline(LARGEST + 1)
        yield kept
