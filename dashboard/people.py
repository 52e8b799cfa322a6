"""The desk for users: an admin adds, changes and removes them. What he does holds at once."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from dashboard import passwords
from dashboard.access import OPEN, Role
from dashboard.authors import read
from dashboard.desks import Deed, Desk, Inquiry, Question, RefusedError, Wish
from dashboard.passwords import Passwords
from dashboard.registry import Registry
from dashboard.users_sqlite import User
from dashboard.writing import line
from ingest.events import Millis

_ID = re.compile(r"\w[\w.@-]{0,63}")
Ids = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=255)], ...], Meta(max_length=500)
]


class SaveUser(Struct, forbid_unknown_fields=True, kw_only=True):
    """A user, by his id. Queues and teams have no default: what was forgotten must not become
    everything."""

    user: Annotated[str, Meta(max_length=330)]
    name: Annotated[str, Meta(max_length=80)]
    role: Literal["agent", "supervisor", "manager", "admin"]
    queues: Ids | None
    teams: Ids | None
    agent: Annotated[str, Meta(max_length=255)] = ""
    password: Annotated[str, Meta(max_length=1_024)] = ""


class _Remove(Struct, forbid_unknown_fields=True):
    user: str


def user_id(text: str) -> str:
    """The id as it is kept: "Li.Na" and "ｌｉ.na" are one person."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def check_id(id: str) -> None:
    """Raises RefusedError if a local user cannot be called so. A `:` is in ids of providers only."""
    if not _ID.fullmatch(id) or id == OPEN.id:
        raise RefusedError("user_id_bad")


class People(Desk):
    """Users by id; a local one has a password, one of a provider has his role from there."""

    def __init__(self, registry: Registry, passwords: Passwords) -> None:
        self._registry = registry
        self._passwords = passwords

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"user.save": (Role.ADMIN, self._save), "user.remove": (Role.ADMIN, self._remove)}

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/users": (Role.ADMIN, self._users)}

    async def _save(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, SaveUser)
        user = await self.saved(asked, wish.now, stays=wish.caller.session)
        return {"user": user.id}

    async def saved(self, asked: SaveUser, now: Millis, stays: str = "") -> User:
        """Add or change a user; a new password ends his sessions but for the one that `stays`.

        Raises RefusedError for what cannot be.
        """
        # What a provider calls somebody may differ from another by its capitals alone.
        known = self._registry.users.find(asked.user)
        id = user_id(asked.user) if known is None else known.id
        known = known or self._registry.users.find(id)
        hashed = ""
        if known is None or not known.provider:
            hashed = await self._hashed(id, asked, new=known is None)
        # Everything below is one step: while the password was hashed, much may have happened.
        known = self._registry.users.find(id)
        role = Role(asked.role)
        user = User(
            id=id,
            name=line(asked.name) or id,
            role=role,
            queues=asked.queues,
            teams=asked.teams,
            agent=asked.agent.strip(),
            password=hashed or (known.password if known else ""),
            provider=known.provider if known else "",
            made_at=known.made_at if known else now,
        )
        self._check(known, user, asked)
        with self._registry.file.transaction():
            self._registry.users.save(user, now)
            if hashed:
                self._registry.sessions.end_all(id, but=stays)
        return user

    async def _hashed(self, id: str, asked: SaveUser, *, new: bool) -> str:
        """The hash of the password that was given, "" if none was."""
        check_id(id)
        if not asked.password:
            if new:
                raise RefusedError("password_missing")
            return ""
        passwords.check(asked.password, id, asked.name)
        return await self._passwords.hashed(asked.password)

    def _check(self, known: User | None, user: User, asked: SaveUser) -> None:
        if not user.password and not user.provider:
            raise RefusedError("password_missing")  # he was removed in that moment
        if user.provider and known is not None and (asked.password or user.role != known.role):
            raise RefusedError("user_of_provider")
        if user.role is Role.AGENT and not user.agent:
            raise RefusedError("user_agent_missing")
        if user.role is not Role.ADMIN:
            self._need_another_admin(known)

    def _need_another_admin(self, known: User | None) -> None:
        if known is None or known.role is not Role.ADMIN:
            return
        if not self._registry.users.others_may_administer(known.id):
            raise RefusedError("last_admin")

    async def _remove(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Remove)
        self.remove(asked.user)
        return {}

    def remove(self, id: str) -> None:
        """Remove a user, and put him out. Raises RefusedError if it cannot be."""
        known = self._registry.users.find(id)
        if known is None:
            raise RefusedError("user_gone")
        self._need_another_admin(known)
        with self._registry.file.transaction():
            self._registry.users.remove(id)
            self._registry.sessions.end_all(id)

    async def _users(self, question: Question) -> object:
        return {"users": [user.told for user in self._registry.users.everybody()]}
