"""Tokens: 256 random bits that let somebody in. Only their digests are ever written down."""

import re
import secrets
from collections import OrderedDict
from hashlib import sha256
from typing import NamedTuple

from ingest.events import Millis

TICKET_MS: Millis = 30_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """43 letters that nobody can guess."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether this can be a token at all: anything else is not looked up."""
    return _TOKEN.fullmatch(text) is not None


def digest(token: str) -> str:
    """What a store keeps of a token. A plain hash will do: there is nothing to guess."""
    return sha256(token.encode()).hexdigest()


class Pass(NamedTuple):
    """Whom a ticket lets in: a user, or a display, by id."""

    kind: str
    id: str


class Tickets:
    """Tickets that open a session once, within half a minute. The last `most` are remembered."""

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._passes: OrderedDict[str, tuple[Pass, Millis]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._passes)

    def issue(self, whom: Pass, now: Millis) -> str:
        """A ticket for this user or display."""
        ticket = new_token()
        self._passes[digest(ticket)] = (whom, now)
        while len(self._passes) > self._most:
            self._passes.popitem(last=False)
        return ticket

    def redeem(self, ticket: str, now: Millis) -> Pass | None:
        """Whom it lets in; None if it was used, is too old, or never was one."""
        whom, issued = (
            self._passes.pop(digest(ticket), (None, 0)) if is_token(ticket) else (None, 0)
        )
        return whom if 0 <= now - issued < TICKET_MS else None
