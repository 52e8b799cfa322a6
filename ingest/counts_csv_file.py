"""A file of calls per interval, `counts+csv:PATH`, plain or `.gz`."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.counts_csv_lines import Count, CountsCsvError, counts
from ingest.wire import LARGEST


def read(path: Path, zone: ZoneInfo, *, whole: bool = True) -> list[Count]:
    """Its rows in order of time, then of queue; `counts` says how they are understood.

    Raises `CountsCsvError` that names the file and the line, `OSError` if it cannot be opened.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        return counts(_lines(path, file.readline), path.name, zone, whole=whole)


def _lines(path: Path, readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """The lines; of one that is too long to be any, only as much as shows that it is."""
    number = 0
    try:
        while line := readline(LARGEST + 1):
            number += 1
            yield line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CountsCsvError(
            f"{path.name}:{number + 1}: the compressed file is damaged from here on ({error})."
            " Take it from its origin anew"
        ) from None
