"""The desk for displays: a screen asks for a code, an admin confirms it, the screen comes in.

screen --display.ask--> code, secret      screen --display.wait {secret}--> "waiting" ... "paired", ticket
admin  --display.confirm {code, name, board}--> a display
"""

import secrets
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from dashboard.access import Role
from dashboard.attempts import Attempts, Patience
from dashboard.authors import read
from dashboard.board import Id
from dashboard.codes import LIVES_MS, Codes
from dashboard.desks import Deed, Desk, Inquiry, Question, RefusedError, Wish
from dashboard.displays_sqlite import Display
from dashboard.proxies import home
from dashboard.registry import Registry
from dashboard.tokens import Pass
from dashboard.writing import line

GUESSES = Patience(free=5, first_ms=2_000, longest_ms=60_000, window_ms=LIVES_MS)
Name = Annotated[str, Meta(max_length=80)]
Key = Annotated[str, Meta(max_length=64)]


class _Wait(Struct, forbid_unknown_fields=True):
    secret: Key


class _Confirm(Struct, forbid_unknown_fields=True):
    code: Key
    name: Name
    board: Id


class _Save(Struct, forbid_unknown_fields=True):
    display: Key
    name: Name
    board: Id


class _Revoke(Struct, forbid_unknown_fields=True):
    display: Key


class Pairing(Desk):
    """Displays by id. Whether there is such a board, its site knows: a display is of all sites."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._codes = Codes()
        self._guesses = Attempts(GUESSES)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "display.ask": (Role.NOBODY, self._ask),
            "display.wait": (Role.NOBODY, self._wait),
            "display.confirm": (Role.ADMIN, self._confirm),
            "display.save": (Role.ADMIN, self._save),
            "display.revoke": (Role.ADMIN, self._revoke),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/displays": (Role.ADMIN, self._displays)}

    async def _ask(self, wish: Wish) -> Mapping[str, object]:
        found = self._codes.ask(home(wish.address), wish.now)
        if found is None:
            raise RefusedError("codes_full")
        return {"code": found.code, "secret": found.secret, "until": found.until}

    async def _wait(self, wish: Wish) -> Mapping[str, object]:
        display = self._codes.paired(read(wish, _Wait).secret, wish.now)
        if display is None:
            raise RefusedError("code_over")
        if not display:
            return {"state": "waiting"}
        ticket = self._registry.tickets.issue(Pass("display", display), wish.now)
        return {"state": "paired", "ticket": ticket}

    async def _confirm(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Confirm)
        guesser = wish.caller.id
        if wait_ms := self._guesses.wait_ms(guesser, wish.now):
            raise RefusedError("too_many_tries", retry_ms=wait_ms)
        name = _name(asked.name)
        id = secrets.token_hex(6)
        if not self._codes.confirm(asked.code, id, wish.now):
            self._guesses.tried(guesser, wish.now)
            raise RefusedError("code_unknown")
        self._guesses.succeeded(guesser)
        self._registry.displays.add(
            Display(
                id=id,
                name=name,
                board=asked.board,
                paired_at=wish.now,
                by=wish.caller.id,
                seen_at=wish.now,
            )
        )
        return {"display": id}

    async def _save(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Save)
        if not self._registry.displays.save(asked.display, _name(asked.name), asked.board):
            raise RefusedError("display_gone")
        return {}

    async def _revoke(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Revoke)
        self._codes.revoke(asked.display)
        if not self._registry.displays.remove(asked.display):
            raise RefusedError("display_gone")
        return {}

    async def _displays(self, question: Question) -> object:
        every = self._registry.displays.every()
        return {"displays": [msgspec.structs.asdict(display) for display in every]}


def _name(text: str) -> str:
    name = line(text)
    if not name:
        raise RefusedError("display_nameless")
    return name
