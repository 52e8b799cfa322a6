"""The screens on the walls that an admin paired, as one table."""

from typing import Any

from msgspec import Struct

from dashboard.desk_file import DeskFile
from dashboard.tokens import digest, new_token
from ingest.events import Millis

_TABLES = """
create table if not exists displays (
    id text primary key, name text not null, board text not null, digest text not null unique,
    paired_at integer not null, by text not null, seen_at integer not null
);
"""
_SEEN_MS: Millis = 3_600_000


class Display(Struct, frozen=True, kw_only=True):
    """A screen: it sees its board until it is revoked. `by` is the admin who paired it."""

    id: str
    name: str
    board: str
    paired_at: Millis
    by: str
    seen_at: Millis


class SqliteDisplays:
    """Displays by id. One token each: who comes in as a display puts out who was it before."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def add(self, display: Display) -> None:
        """A display that nobody can come in as yet."""
        self._file.write(
            "insert into displays values (?, ?, ?, ?, ?, ?, ?)",
            (
                *(display.id, display.name, display.board, digest(new_token())),
                *(display.paired_at, display.by, display.seen_at),
            ),
        )

    def begin(self, id: str, now: Millis) -> str:
        """The new token of a display; "" if there is no such."""
        token = new_token()
        done = self._file.write(
            "update displays set digest = ?, seen_at = ? where id = ?", (digest(token), now, id)
        )
        return token if done else ""

    def by_session(self, session: str, now: Millis, *, seen: bool = False) -> Display | None:
        """The display that this digest lets in; `seen` says that it is here."""
        rows = self._file.rows("select * from displays where digest = ?", (session,))
        if not rows:
            return None
        display = _display(rows[0])
        if seen and now - display.seen_at >= _SEEN_MS:
            self._file.note("update displays set seen_at = ? where id = ?", (now, display.id))
        return display

    def every(self) -> list[Display]:
        """All displays, by name."""
        return [
            _display(row) for row in self._file.rows("select * from displays order by name, id")
        ]

    def save(self, id: str, name: str, board: str) -> bool:
        """Whether there is such a one."""
        change = "update displays set name = ?, board = ? where id = ?"
        return bool(self._file.write(change, (name, board, id)))

    def remove(self, id: str) -> bool:
        """Whether there was such a one."""
        return bool(self._file.write("delete from displays where id = ?", (id,)))


def _display(row: dict[str, Any]) -> Display:
    return Display(**{name: row[name] for name in Display.__struct_fields__})
