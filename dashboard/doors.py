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

from dashboard.access import OPEN, Caller
from dashboard.proxies import Proxies, Whence
from ingest.events import Millis

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
