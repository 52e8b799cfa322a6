"""Who asks, and what he may see and do: roles, and the queues and teams that they reach.

Pure: who somebody is, is found out elsewhere (`dashboard.doors`), and asked here at every request.
"""

from collections.abc import Collection
from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What somebody is to the floor. Each may also what the one before it may."""

    NOBODY = "nobody"
    """Has not signed in: may knock at the door."""
    DISPLAY = "display"
    """A screen on the wall: sees its one board, and says nothing."""
    AGENT = "agent"
    """Sees himself and how his queues stand."""
    SUPERVISOR = "supervisor"
    """Sees the console of his queues and teams, and acts there."""
    MANAGER = "manager"
    """Sees figures of past days too, and makes boards."""
    ADMIN = "admin"
    """Makes users, pairs displays, reads the audit."""


_RANK = {role: rank for rank, role in enumerate(Role)}


class Scope(Struct, frozen=True, kw_only=True):
    """The queues and teams (by id) that somebody is concerned with; None is all of them."""

    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None

    @property
    def whole(self) -> bool:
        return self.queues is None and self.teams is None

    def has_queue(self, queue: str) -> bool:
        return self.queues is None or queue in self.queues

    def has_all(self, queues: Collection[str]) -> bool:
        """Whether all that a board of these queues shows is theirs; without any it shows the site."""
        return self.whole or (bool(queues) and all(map(self.has_queue, queues)))

    def has_agent(self, team: str, queues: Collection[str]) -> bool:
        """An agent is his team's; one of no team that we look after is also his queues'."""
        if self.teams is not None and team in self.teams:
            return True
        if self.queues is None:
            return self.teams is None
        return not self.queues.isdisjoint(queues)


WHOLE = Scope()


class Caller(Struct, frozen=True, kw_only=True):
    """Who is at the other end of a request or a connection.

    `id` is the user's id, the display's, or `open` where nobody has to sign in. `agent` is the agent
    that a user is on the floor, `board` the board of a display. `session` names what lets him in, and
    is what is revoked.
    """

    id: str
    name: str = ""
    role: Role = Role.AGENT
    scope: Scope = WHOLE
    agent: str = ""
    board: str = ""
    session: str = ""

    def at_least(self, role: Role) -> bool:
        """Whether he may what this role may."""
        return _RANK[self.role] >= _RANK[role]


NOBODY = Caller(id="", role=Role.NOBODY)
OPEN = Caller(id="open", role=Role.ADMIN)
"""Whoever reaches a gateway that asks nobody to sign in: he says himself who he is."""
