"""The users of an installation, as one table: local ones, and those that a provider brought."""

from typing import Any

import msgspec
from msgspec import Struct

from dashboard.access import Role, Scope
from dashboard.desk_file import DeskFile
from ingest.events import Millis

_TABLES = """
create table if not exists users (
    id text primary key, name text not null, role text not null, queues text not null,
    teams text not null, agent text not null, password text not null, provider text not null,
    made_at integer not null, changed_at integer not null
);
"""


class User(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in.

    `queues` and `teams` None: all of them. `agent` is who he is on the floor. `password` is a hash,
    empty where he has none; `provider` is the OIDC provider that brought him, empty for local ones.
    """

    id: str
    name: str
    role: Role
    queues: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    agent: str = ""
    password: str = ""
    provider: str = ""
    made_at: Millis = 0

    @property
    def scope(self) -> Scope:
        return Scope(
            queues=None if self.queues is None else frozenset(self.queues),
            teams=None if self.teams is None else frozenset(self.teams),
        )

    @property
    def told(self) -> dict[str, object]:
        """What an admin is shown; never the hash."""
        return {
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "queues": self.queues,
            "teams": self.teams,
            "agent": self.agent,
            "provider": self.provider,
            "password": bool(self.password),
            "made_at": self.made_at,
        }


class SqliteUsers:
    """Nothing is remembered beside the file: what a command in another process changes, holds."""

    def __init__(self, file: DeskFile) -> None:
        self.file = file
        file.create(_TABLES)

    def find(self, id: str) -> User | None:
        rows = self.file.rows("select * from users where id = ?", (id,))
        return _user(rows[0]) if rows else None

    def everybody(self) -> list[User]:
        """All users, by id."""
        return [_user(row) for row in self.file.rows("select * from users order by id")]

    def save(self, user: User, now: Millis) -> None:
        """Add this user, or put him in the place of the one with his id, who keeps his `made_at`."""
        self.file.write(
            "insert into users values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set"
            " name = excluded.name, role = excluded.role, queues = excluded.queues,"
            " teams = excluded.teams, agent = excluded.agent, password = excluded.password,"
            " provider = excluded.provider, changed_at = excluded.changed_at",
            (
                *(user.id, user.name, user.role.value, _json(user.queues), _json(user.teams)),
                *(user.agent, user.password, user.provider, now, now),
            ),
        )

    def remove(self, id: str) -> bool:
        """Whether there was such a one."""
        return bool(self.file.write("delete from users where id = ?", (id,)))

    def has_local(self) -> bool:
        """Whether anybody can sign in by a password."""
        return bool(self.file.rows("select 1 from users where password <> '' limit 1"))

    def others_may_administer(self, id: str) -> bool:
        """Whether there is an admin besides this one."""
        query = "select 1 from users where role = ? and id <> ? limit 1"
        return bool(self.file.rows(query, (Role.ADMIN.value, id)))


def _user(row: dict[str, Any]) -> User:
    return User(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        queues=_listed(row["queues"]),
        teams=_listed(row["teams"]),
        agent=row["agent"],
        password=row["password"],
        provider=row["provider"],
        made_at=row["made_at"],
    )


def _json(ids: tuple[str, ...] | None) -> str:
    return msgspec.json.encode(ids).decode()


def _listed(text: str) -> tuple[str, ...] | None:
    return msgspec.json.decode(text, type=tuple[str, ...] | None)
