"""The journal of commands in the desks' file: every form that a command had, and its last one."""

import msgspec

from dashboard.commands import Command
from dashboard.desk_file import DeskFile
from ingest.events import Millis

_TABLES = """
create table if not exists commands (
    id text primary key,
    at integer not null,
    live integer not null,
    told text not null
);
create index if not exists commands_by_time on commands (at);
create index if not exists commands_live on commands (live) where live;
create table if not exists command_steps (
    number integer primary key,
    id text not null references commands (id),
    told text not null
);
create index if not exists command_steps_by_command on command_steps (id);
"""


class SqliteCommands:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def put(self, command: Command) -> None:
        told = msgspec.json.encode(command).decode()
        with self._file.transaction():
            self._file.write(
                "insert into commands values (?, ?, ?, ?)"
                " on conflict (id) do update set live = excluded.live, told = excluded.told",
                (command.id, command.at, command.live, told),
            )
            self._file.write(
                "insert into command_steps (id, told) values (?, ?)", (command.id, told)
            )

    def live(self) -> list[Command]:
        rows = self._file.rows("select told from commands where live order by at, id")
        return [_command(row["told"]) for row in rows]

    def last(self, most: int) -> list[Command]:
        rows = self._file.rows(
            "select told from commands order by at desc, rowid desc limit ?", (most,)
        )
        return [_command(row["told"]) for row in reversed(rows)]

    def between(self, start: Millis, end: Millis) -> list[tuple[Command, list[Command]]]:
        span = (start, end)
        steps: dict[str, list[Command]] = {}
        for row in self._file.rows(
            "select s.id, s.told from command_steps s join commands c on c.id = s.id"
            " where c.at >= ? and c.at < ? order by s.number",
            span,
        ):
            steps.setdefault(row["id"], []).append(_command(row["told"]))
        rows = self._file.rows(
            "select id, told from commands where at >= ? and at < ? order by at, rowid", span
        )
        return [(_command(row["told"]), steps[row["id"]]) for row in rows]


def _command(told: str) -> Command:
    return msgspec.json.decode(told, type=Command)
