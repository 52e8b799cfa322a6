"""A forecast as somebody's planning tool exports it: CSV of `start,calls`, with `queue` if of several."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.forecast import Forecast, Row
from ingest.counts_csv_file import read as read_counts
from ingest.counts_csv_lines import Count, counts


def read(path: Path, zone: ZoneInfo) -> Forecast:
    """The forecast of this file, plain or `.gz`; its times without an offset from UTC are of `zone`.

    Without a column `queue`, or where that is empty, a row tells of the whole floor. Raises
    `CountsCsvError` that names the file and the line, `OSError` if it cannot be read.
    """
    return _forecast(read_counts(path, zone, whole=False))


def rows(path: Path, zone: ZoneInfo) -> list[Count]:
    """The rows of this file themselves, in order of time, then of queue. Raises as `read` does."""
    return read_counts(path, zone, whole=False)


def parse(text: str, name: str, zone: ZoneInfo) -> Forecast:
    """The same from the text of a file of this `name`. Raises `CountsCsvError`."""
    return _forecast(counts(text.encode().splitlines(), name, zone, whole=False))


def _forecast(told: Iterable[Count]) -> Forecast:
    rows: dict[str, list[Row]] = defaultdict(list)
    for count in told:
        rows[count.queue].append((count.start_at, count.end_at, count.calls))
    return Forecast(rows)
