"""Who is known here: users, their sessions, displays; and who stands behind a session."""

from dataclasses import dataclass, field
from typing import Self

from dashboard.access import Caller, Role, Scope
from dashboard.desk_file import DeskFile
from dashboard.displays_sqlite import SqliteDisplays
from dashboard.sessions_sqlite import SqliteSessions
from dashboard.tokens import Tickets
from dashboard.users_sqlite import SqliteUsers, User
from ingest.events import Millis

_NOTHING = Scope(queues=frozenset(), teams=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One for an installation; its sites share it."""

    file: DeskFile
    users: SqliteUsers
    sessions: SqliteSessions
    displays: SqliteDisplays
    tickets: Tickets = field(default_factory=Tickets)

    @classmethod
    def on(cls, file: DeskFile) -> Self:
        """All of it on one file. Raises DeskFileError."""
        return cls(
            file=file,
            users=SqliteUsers(file),
            sessions=SqliteSessions(file),
            displays=SqliteDisplays(file),
        )

    def caller(self, session: str, now: Millis, *, seen: bool = False) -> Caller | None:
        """Who comes with the session of this digest, as he is by now; None if it lets nobody in."""
        if not session:
            return None
        if id := self.sessions.user(session, now, seen=seen):
            user = self.users.find(id)
            return None if user is None else caller_of(user, session)
        display = self.displays.by_session(session, now, seen=seen)
        if display is None:
            return None
        return Caller(
            id=display.id,
            name=display.name,
            role=Role.DISPLAY,
            scope=_NOTHING,
            board=display.board,
            session=session,
        )


def caller_of(user: User, session: str) -> Caller:
    """This user, come in by this session."""
    return Caller(
        id=user.id,
        name=user.name,
        role=user.role,
        scope=user.scope,
        agent=user.agent,
        session=session,
    )
