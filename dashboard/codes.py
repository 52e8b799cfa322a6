"""Pairing codes: what a screen shows, an admin types, and the screen waits for.

Pure but for chance: time is an argument. Open codes live in memory only: after a restart a screen
asks for another one.
"""

import secrets
from dataclasses import dataclass

from dashboard.tokens import digest, is_token, new_token
from ingest.events import Millis

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is taken for another on a screen across the room: no 0 O, 1 I L, U V."""
LENGTH = 6
LIVES_MS: Millis = 600_000
MOST, MOST_OF_ONE_ADDRESS = 50, 20


@dataclass(slots=True)
class _Open:
    code: str
    until: Millis
    address: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code to show, the secret to wait with, and until when both hold."""

    code: str
    secret: str
    until: Millis


class Codes:
    """The open codes, by the digest of the screen's secret."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def __len__(self) -> int:
        return len(self._open)

    def ask(self, address: str, now: Millis) -> Code | None:
        """A new code; None if too many are open, in all or for this address."""
        self._forget_old(now)
        of_address = sum(each.address == address for each in self._open.values())
        if len(self._open) >= MOST or of_address >= MOST_OF_ONE_ADDRESS:
            return None
        taken = {each.code for each in self._open.values()}
        while (code := "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in taken:
            pass
        secret = new_token()
        self._open[digest(secret)] = _Open(code, now + LIVES_MS, address)
        return Code(code, secret, now + LIVES_MS)

    def confirm(self, code: str, display: str, now: Millis) -> bool:
        """The screen that shows this code is this display from now on; False if none shows it."""
        found = self._waiting(code, now)
        if found is None:
            return False
        found.display = display
        return True

    def paired(self, secret: str, now: Millis) -> str | None:
        """The display that a secret's screen has become, "" if none yet; None if it is too late."""
        self._forget_old(now)
        found = self._open.get(digest(secret)) if is_token(secret) else None
        return None if found is None else found.display

    def revoke(self, display: str) -> None:
        """A screen that has become this display may not come in with its code any more."""
        self._open = {key: each for key, each in self._open.items() if each.display != display}

    def _waiting(self, code: str, now: Millis) -> _Open | None:
        self._forget_old(now)
        typed = "".join(code.upper().split()).replace("-", "")
        open_ = self._open.values()
        return next((each for each in open_ if each.code == typed and not each.display), None)

    def _forget_old(self, now: Millis) -> None:
        # Also what a clock set back would keep for ever.
        self._open = {
            key: each for key, each in self._open.items() if 0 < each.until - now <= LIVES_MS
        }
