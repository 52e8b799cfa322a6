"""Floor walks in the desks' file."""

from msgspec import structs

from dashboard.desk_file import DeskFile, told
from ingest.events import Millis
from reports.walk_records import Finding, Walk

_TABLES = """
create table if not exists walks (
    id text primary key,
    began_at integer not null,
    until integer not null,
    told text not null
);
create index if not exists walks_by_time on walks (until);
create table if not exists findings (
    id text primary key,
    at integer not null,
    open integer not null,
    photo text not null,
    told text not null
);
create index if not exists findings_by_time on findings (at);
create index if not exists findings_open on findings (open) where open;
create index if not exists findings_with_photo on findings (at) where photo != '';
"""


class SqliteWalks:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def walk(self, id: str) -> Walk | None:
        found = self._file.records(Walk, "select told from walks where id = ?", (id,))
        return found[0] if found else None

    def put_walk(self, walk: Walk) -> None:
        self._file.write(
            "insert or replace into walks values (?, ?, ?, ?)",
            (walk.id, walk.began_at, walk.until, told(walk)),
        )

    def add(self, finding: Finding, walk: Walk) -> bool:
        with self._file.transaction():
            added = self._file.write(
                "insert or ignore into findings values (?, ?, ?, ?, ?)",
                (finding.id, finding.at, finding.open, finding.photo, told(finding)),
            )
            if added:
                self.put_walk(walk)
        return bool(added)

    def finding(self, id: str) -> Finding | None:
        return next(iter(self._findings("id = ?", id)), None)

    def settle(self, finding: Finding) -> None:
        self._file.write(
            "update findings set open = ?, photo = ?, told = ? where id = ?",
            (finding.open, finding.photo, told(finding), finding.id),
        )

    def walks(self, start: Millis, end: Millis) -> list[Walk]:
        query = "select told from walks where until >= ? and began_at < ? order by began_at, id"
        return self._file.records(Walk, query, (start, end))

    def findings(self, start: Millis, end: Millis) -> list[Finding]:
        return self._findings("at >= ? and at < ?", start, end)

    def open_findings(self) -> list[Finding]:
        return self._findings("open")

    def without_photos(self, before: Millis) -> list[str]:
        old = self._findings("photo != '' and at < ?", before)
        with self._file.transaction():
            for finding in old:
                self.settle(structs.replace(finding, photo=""))
        return [finding.photo for finding in old]

    def _findings(self, which: str, *values: object) -> list[Finding]:
        query = f"select told from findings where {which} order by at, id"
        return self._file.records(Finding, query, values)
