"""Hand-overs in the desks' file."""

from dashboard.desk_file import DeskFile, told
from dashboard.handovers import HandOver
from ingest.events import Millis

_TABLES = """
create table if not exists handovers (
    id text primary key,
    at integer not null,
    taken integer not null,
    told text not null
);
create index if not exists handovers_by_time on handovers (at);
create index if not exists handovers_waiting on handovers (taken) where not taken;
"""


class SqliteHandOvers:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def get(self, id: str) -> HandOver | None:
        return next(iter(self._read("id = ?", id)), None)

    def put(self, handover: HandOver) -> None:
        self._file.write(
            "insert or replace into handovers values (?, ?, ?, ?)",
            (handover.id, handover.at, handover.taken_at is not None, told(handover)),
        )

    def between(self, start: Millis, end: Millis) -> list[HandOver]:
        return self._read("at < ? and (at >= ? or not taken)", end, start)

    def _read(self, which: str, *values: object) -> list[HandOver]:
        query = f"select told from handovers where {which} order by at desc, id"
        return self._file.records(HandOver, query, values)
