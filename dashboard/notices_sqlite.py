"""Notices in the desks' file."""

from dashboard.desk_file import DeskFile, told
from dashboard.notices import Notice
from ingest.events import Millis

_TABLES = """
create table if not exists notices (
    id text primary key,
    at integer not null,
    ends_at integer,
    sent_at integer not null,
    told text not null
);
create index if not exists notices_by_end on notices (ends_at);
"""


class SqliteNotices:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def put(self, notice: Notice) -> None:
        self._file.write(
            "insert or replace into notices values (?, ?, ?, ?, ?)",
            (notice.id, notice.at, notice.ends_at, notice.sent_at, told(notice)),
        )

    def open(self, now: Millis) -> list[Notice]:
        return self._read("ends_at is null or ends_at > ?", now)

    def between(self, start: Millis, end: Millis) -> list[Notice]:
        return self._read("(ends_at is null or ends_at > ?) and at < ?", start, end)

    def _read(self, which: str, *values: Millis) -> list[Notice]:
        query = f"select told from notices where {which} order by sent_at, id"
        return self._file.records(Notice, query, values)
