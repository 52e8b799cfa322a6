"""The journal of commands in the desks' file: every form that a command had, and its last one."""

from dashboard.commands import Command
from dashboard.desk_file import DeskFile, told
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
        whole = told(command)
        with self._file.transaction():
            self._file.write(
                "insert into commands values (?, ?, ?, ?)"
                " on conflict (id) do update set live = excluded.live, told = excluded.told",
                (command.id, command.at, command.live, whole),
            )
            self._file.write(
                "insert into command_steps (id, told) values (?, ?)", (command.id, whole)
            )

    def live(self) -> list[Command]:
        query = "select told from commands where live order by at, id"
        return self._file.records(Command, query)

    def last(self, most: int) -> list[Command]:
        query = "select told from commands order by at desc, rowid desc limit ?"
        return self._file.records(Command, query, (most,))[::-1]

    def between(self, start: Millis, end: Millis) -> list[tuple[Command, list[Command]]]:
        span = (start, end)
        steps: dict[str, list[Command]] = {}
        for step in self._file.records(
            Command,
            "select s.told from command_steps s join commands c on c.id = s.id"
            " where c.at >= ? and c.at < ? order by s.number",
            span,
        ):
            steps.setdefault(step.id, []).append(step)
        query = "select told from commands where at >= ? and at < ? order by at, rowid"
        return [(each, steps[each.id]) for each in self._file.records(Command, query, span)]
