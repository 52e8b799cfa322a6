"""The file of what was last on the walls: SQLite, a row per interval."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from ingest.events import Millis
from stream import sqlite_file
from stream.last_figures import LastFigures, decoded

VERSION = 1
KEPT_DAYS = 60
"""Days whose every interval stays, as in the daybook; of older ones the last figures of the day do."""
_DAY_MS = 86_400_000
_TABLES = """
create table shown (
    interval integer primary key, day integer not null, day_end integer not null, body blob not null
);
create index shown_day on shown (day);
"""


class LastFiguresError(Exception):
    """The file cannot be opened, written or read; the message says why."""


class LastFiguresFile:
    """One thread writes; others may read. Raises LastFiguresError."""

    def __init__(self, path: Path) -> None:
        self.warnings: list[str] = []
        self._path = path
        with self._explained():
            self._db, damage = sqlite_file.opened(path, _TABLES, VERSION, checked=False)
        if damage:
            self.warnings.append(f"{damage}, and is begun anew")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def keep(self, figures: LastFigures, payload: bytes) -> None:
        """Keep the last figures of an interval, encoded as `payload`; later ones replace them."""
        row = (figures.interval, figures.day, figures.day_end, zlib.compress(payload, 1))
        with self._explained(), sqlite_file.transaction(self._db) as db:
            db.execute("insert or replace into shown values (?, ?, ?, ?)", row)
            if figures.day_end:
                self._thin_out(db, figures.day - KEPT_DAYS * _DAY_MS)

    def _thin_out(self, db: sqlite3.Connection, before: Millis) -> None:
        db.execute(
            "delete from shown where day < ? and interval not in"
            " (select max(interval) from shown where day < ? group by day)",
            (before, before),
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with explained(self._path):
            yield


def of_day(path: Path, day: Millis) -> list[LastFigures]:
    """What was last shown in each interval of the business day that began at `day`.

    Reads beside whoever writes. None of it if there is no such file. Raises LastFiguresError.
    """
    if not path.exists():
        return []
    with (
        explained(path),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db,
    ):
        rows = db.execute("select body from shown where day = ? order by interval", (day,))
        return [decoded(zlib.decompress(body)) for (body,) in rows]


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say what went wrong with the file."""
    try:
        yield
    except sqlite_file.FormatError as error:
        raise LastFiguresError(str(error)) from error
    except (sqlite3.Error, OSError, zlib.error, msgspec.MsgspecError) as error:
        raise LastFiguresError(f"{path}: {error}") from error
