"""The doors: who a request comes from, and how somebody comes in and leaves.

    page --`session.sign_in` on /desk--> {"ticket": T}
    page --GET session/open, X-Ticket: T--> Set-Cookie: the session
    page --GET sign-in/oidc?way=...--> the provider --GET sign-in/back--> Set-Cookie: the session

A wish cannot set a cookie, and a GET carries no password: so the one gives a ticket for the other.
"""

from http import HTTPStatus
from typing import Protocol

from msgspec import Struct
from websockets.http11 import Request

from dashboard.access import NOBODY, OPEN, Caller, Role
from dashboard.cookies import SESSION, Cookies
from dashboard.desks import Audit, Wish
from dashboard.proxies import Proxies, Whence
from dashboard.registry import Registry
from dashboard.sessions_sqlite import WHOLE_MS, session_of
from ingest.events import Millis

OPENED, CLOSED = "/session/open", "/session/close"
CLOSE = "close"
"""What `X-Ticket` says to close a session: a header that no page of another site can send."""
_DISPLAY_S = 400 * 86_400
"""Longer, no browser keeps a cookie."""

Headers = tuple[tuple[str, str], ...]
"""Names and values; a name may stand more than once."""


class Answer(Struct, frozen=True, kw_only=True):
    """What to answer. It is never kept by a browser."""

    status: HTTPStatus
    headers: Headers = ()
    body: bytes = b""


class Doors(Protocol):
    """What the gateway asks. Nothing here raises for anything that a request can hold."""

    @property
    def open(self) -> bool:
        """Whether nobody has to sign in."""
        ...

    def whence(self, request: Request, peer: str) -> Whence:
        """Where a request comes from, which the other end `peer` (its IP address) hands over."""
        ...

    def caller(self, request: Request, now: Millis, secure: bool) -> Caller:
        """Who asks: by his cookie, or by `Authorization: Bearer`; NOBODY if he is not known."""
        ...

    @property
    def version(self) -> object:
        """As long as it is the same value, `still` answers the same, but for what time ends."""
        ...

    def still(self, caller: Caller, now: Millis, *, acting: bool = False) -> Caller | None:
        """Who it is by now, on a connection that is open: his role and scope may have changed.

        None: he may not be here any more, hang up. `acting`: he wishes something, which keeps his
        session alive; to watch does not.
        """
        ...

    def kept(self, request: Request, caller: Caller, secure: bool) -> Headers:
        """What the answer with a page carries besides: a display's cookie anew, before it is old."""
        ...

    async def answer(
        self, request: Request, caller: Caller, now: Millis, secure: bool, address: str
    ) -> Answer | None:
        """To `/session/open`, `/session/close`, `/sign-in/oidc`, `/sign-in/back`; else None."""
        ...


class OpenDoors:
    """Nobody has to sign in: everybody may everything."""

    open = True
    version: object = None

    def __init__(self, proxies: Proxies | None = None) -> None:
        self._proxies = proxies or Proxies()

    def whence(self, request: Request, peer: str) -> Whence:
        return self._proxies.whence(request, peer)

    def caller(self, request: Request, now: Millis, secure: bool) -> Caller:
        return OPEN

    def still(self, caller: Caller, now: Millis, *, acting: bool = False) -> Caller | None:
        return caller

    def kept(self, request: Request, caller: Caller, secure: bool) -> Headers:
        return ()

    async def answer(
        self, request: Request, caller: Caller, now: Millis, secure: bool, address: str
    ) -> Answer | None:
        return None


class Side(Protocol):
    """A door beside ours, to which people are sent and from which they come back."""

    async def answer(
        self, request: Request, caller: Caller, now: Millis, secure: bool, address: str
    ) -> Answer | None:
        """As `Doors.answer`."""
        ...


class GuardedDoors:
    """Everybody signs in, and displays are paired. `side` is the way in by providers, if any."""

    open = False

    def __init__(
        self,
        registry: Registry,
        audit: Audit,
        *,
        cookies: Cookies | None = None,
        proxies: Proxies | None = None,
        side: Side | None = None,
    ) -> None:
        self._registry = registry
        self._audit = audit
        self._cookies = cookies or Cookies()
        self._proxies = proxies or Proxies()
        self._side = side

    def whence(self, request: Request, peer: str) -> Whence:
        return self._proxies.whence(request, peer)

    def caller(self, request: Request, now: Millis, secure: bool) -> Caller:
        for token in self._tokens(request, secure):
            found = self._registry.caller(session_of(token), now, seen=True)
            if found is not None:
                return found
        return NOBODY

    @property
    def version(self) -> object:
        return self._registry.file.version

    def still(self, caller: Caller, now: Millis, *, acting: bool = False) -> Caller | None:
        if caller.role is Role.NOBODY:
            return caller
        return self._registry.caller(caller.session, now, seen=acting)

    def kept(self, request: Request, caller: Caller, secure: bool) -> Headers:
        if caller.role is not Role.DISPLAY:
            return ()
        for token in self._cookies.tokens(request, SESSION, secure):
            if session_of(token) == caller.session:
                return (self._cookies.session(token, secure, _DISPLAY_S),)
        return ()

    async def answer(
        self, request: Request, caller: Caller, now: Millis, secure: bool, address: str
    ) -> Answer | None:
        path = request.path.partition("?")[0]
        if path in {OPENED, CLOSED}:
            tickets = request.headers.get_all("X-Ticket")
            if request.method != "GET" or len(tickets) != 1:
                return _refused("this takes GET, and one X-Ticket")
            if path == OPENED:
                return self._opened(tickets[0], caller, now, secure)
            return self._closed(tickets[0], caller, now, secure, address)
        if self._side is not None:
            return await self._side.answer(request, caller, now, secure, address)
        return None

    def _opened(self, ticket: str, caller: Caller, now: Millis, secure: bool) -> Answer:
        """Begin a session. What the browser had before is over."""
        whom = self._registry.tickets.redeem(ticket, now)
        token, age_s = "", WHOLE_MS // 1_000
        if whom is not None and whom.kind == "display":
            token, age_s = self._registry.displays.begin(whom.id, now), _DISPLAY_S
        elif whom is not None and self._registry.users.find(whom.id) is not None:
            self._registry.sessions.end(caller.session)
            token = self._registry.sessions.begin(whom.id, now)
        if not token:
            return _refused("this ticket lets nobody in, or not any more")
        return _done(self._cookies.session(token, secure, age_s))

    def _closed(
        self, ticket: str, caller: Caller, now: Millis, secure: bool, address: str
    ) -> Answer:
        """End a session, also where the wish to sign out got lost. A display does not sign out."""
        if ticket != CLOSE or caller.role is Role.DISPLAY:
            return _refused(f"X-Ticket must say {CLOSE}, and displays stay")
        if self._registry.sessions.end(caller.session):
            wish = Wish(caller=caller, deed="session.sign_out", data={}, now=now, address=address)
            self._audit.note(wish, True, "", {})
        return _done(self._cookies.session("", secure, 0))

    def _tokens(self, request: Request, secure: bool) -> list[str]:
        """What a request brings. A proxy may use `Authorization` for itself, with other schemes."""
        for given in request.headers.get_all("Authorization"):
            scheme, _, token = given.partition(" ")
            if scheme.lower() == "bearer":
                return [token.strip()]
        return self._cookies.tokens(request, SESSION, secure)


def _done(*headers: tuple[str, str]) -> Answer:
    return Answer(status=HTTPStatus.NO_CONTENT, headers=headers)


def _refused(why: str) -> Answer:
    return Answer(status=HTTPStatus.FORBIDDEN, body=f"{why}\n".encode())
