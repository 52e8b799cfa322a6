"""The desk at the door: signing in by a password, signing out, a new password, and who one is."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from dashboard import passwords
from dashboard.access import OPEN, Role
from dashboard.attempts import Knocks
from dashboard.authors import read
from dashboard.desks import Deed, Desk, Inquiry, Question, RefusedError, Wish
from dashboard.passwords import Passwords
from dashboard.people import user_id
from dashboard.proxies import home
from dashboard.registry import Registry
from dashboard.tokens import Pass
from dashboard.users_sqlite import User
from ingest.events import Millis

Password = Annotated[str, Meta(max_length=1_024)]
WayNames = Sequence[tuple[str, Mapping[str, str]]]
"""The providers that one can sign in with: their ids, and their names by language."""


class _SignIn(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=255)]
    password: Password


class _NewPassword(Struct, forbid_unknown_fields=True):
    password: Password
    new_password: Password


class SignIn(Desk):
    """`open`: nobody has to sign in, and nobody can."""

    def __init__(
        self, registry: Registry, passwords: Passwords, *, open: bool, ways: WayNames = ()
    ) -> None:
        self._registry = registry
        self._passwords = passwords
        self._open = open
        self._ways = [{"id": id, "names": names} for id, names in ways]
        self._knocks = Knocks()

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "session.sign_in": (Role.NOBODY, self._sign_in),
            "session.sign_out": (Role.AGENT, self._sign_out),
            "session.password": (Role.AGENT, self._change_password),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/session": (Role.NOBODY, self._session)}

    async def _sign_in(self, wish: Wish) -> Mapping[str, object]:
        if self._open:
            raise RefusedError("sign_in_off")
        asked = read(wish, _SignIn)
        user = await self._recognised(user_id(asked.name), asked.password, wish)
        if user is None:
            raise RefusedError("wrong_password")
        if self._passwords.outdated(user.password):
            await self._keep(user, asked.password, wish.now)
        return {"ticket": self._registry.tickets.issue(Pass("user", user.id), wish.now)}

    async def _sign_out(self, wish: Wish) -> Mapping[str, object]:
        self._registry.sessions.end(wish.caller.session)
        return {}

    async def _change_password(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _NewPassword)
        caller = wish.caller
        known = self._registry.users.find(caller.id)
        if known is None or not known.password:
            raise RefusedError("no_password")
        passwords.check(asked.new_password, known.id, known.name)
        user = await self._recognised(caller.id, asked.password, wish)
        if user is None or not await self._keep(user, asked.new_password, wish.now):
            raise RefusedError("wrong_password")
        self._registry.sessions.end_all(user.id, but=caller.session)
        return {}

    async def _recognised(self, id: str, password: str, wish: Wish) -> User | None:
        """The user of this id, if this is his password. It takes as long if there is none."""
        address = home(wish.address)
        if wait_ms := self._knocks.wait_ms(id, address, wish.now):
            raise RefusedError("too_many_tries", retry_ms=wait_ms)
        self._knocks.tried(id, address, wish.now)
        user = self._registry.users.find(id)
        try:
            right = await self._passwords.right(user.password if user else "", password)
        except RefusedError:
            self._knocks.taken_back(id, address)
            raise
        if not right:
            return None
        self._knocks.succeeded(id, address)
        # He may have been removed, or have got another password, in that moment.
        return user if user == self._registry.users.find(id) else None

    async def _keep(self, user: User, password: str, now: Millis) -> bool:
        """Give him this password, unless he was changed meanwhile."""
        changed = replace(user, password=await self._passwords.hashed(password))
        if self._registry.users.find(user.id) != user:
            return False
        self._registry.users.save(changed, now)
        return True

    async def _session(self, question: Question) -> object:
        caller = question.caller
        scope = caller.scope
        return {
            "id": caller.id,
            "name": caller.name,
            "role": caller.role,
            "queues": None if scope.queues is None else sorted(scope.queues),
            "teams": None if scope.teams is None else sorted(scope.teams),
            "agent": caller.agent,
            "board": caller.board,
            "open": self._open and caller.id == OPEN.id,
            "ways": {
                "local": not self._open and (not self._ways or self._registry.users.has_local()),
                "oidc": [] if self._open else self._ways,
            },
        }
