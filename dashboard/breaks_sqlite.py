"""Breaks, and moves that are followed, in the desks' file."""

from dashboard.breaks import BreakNote
from dashboard.desk_file import DeskFile, told
from dashboard.move_notes import MoveNote
from ingest.events import Millis

_TABLES = """
create table if not exists breaks (
    id text primary key,
    asked_at integer not null,
    open integer not null,
    told text not null
);
create index if not exists breaks_by_time on breaks (asked_at);
create table if not exists moves_followed (
    id text primary key,
    at integer not null,
    told text not null
);
create index if not exists moves_by_time on moves_followed (at);
"""


class SqliteBreaks:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def put(self, note: BreakNote) -> None:
        """Keep a break, or its new form."""
        self._file.write(
            "insert or replace into breaks values (?, ?, ?, ?)",
            (note.id, note.asked_at, int(note.open), told(note)),
        )

    def since(self, start: Millis) -> list[BreakNote]:
        """Those asked for since then, and those still open, the first asked first."""
        query = "select told from breaks where asked_at >= ? or open order by asked_at, id"
        return self._file.records(BreakNote, query, (start,))

    def put_move(self, note: MoveNote) -> None:
        """Keep a move that is followed, or its new form."""
        self._file.write(
            "insert or replace into moves_followed values (?, ?, ?)", (note.id, note.at, told(note))
        )

    def moves_since(self, start: Millis) -> list[MoveNote]:
        """The moves made since then, the first made first."""
        query = "select told from moves_followed where at >= ? order by at, id"
        return self._file.records(MoveNote, query, (start,))
