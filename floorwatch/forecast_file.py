"""A forecast as somebody's planning tool exports it: CSV of `start,calls`, with `queue` if of several."""

from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.forecast import Forecast, Row
from ingest.counts_csv_file import read as read_counts


def read(path: Path, zone: ZoneInfo) -> Forecast:
    """The forecast of this file, plain or `.gz`; its times without an offset from UTC are of `zone`.

    Without a column `queue`, or where that is empty, a row tells of the whole floor. Raises
    `CountsCsvError` that names the file and the line, `OSError` if it cannot be read.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    for count in read_counts(path, zone, whole=False):
        rows[count.queue].append((count.start_at, count.end_at, count.calls))
    return Forecast(rows)
