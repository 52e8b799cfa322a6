"""A desk with a clock that stands still, and callers who wish things of it."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard.access import OPEN, WHOLE, Caller, Role, Scope
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk, Desks, Question, RefusedError, Wish

NOON = 1_790_049_600_000


def lead(id: str, name: str = "", **scope: frozenset[str]) -> Caller:
    """A supervisor, of everything or of these queues and teams."""
    reach = Scope(**scope) if scope else WHOLE
    return Caller(id=id, name=name or id.title(), role=Role.SUPERVISOR, scope=reach)


class Noted:
    """An audit that remembers."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, bool, str, Mapping[str, object]]] = []

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        self.lines.append((wish.caller.id, wish.deed, done, why, data))


class Room:
    """One desk behind the road of all desks. `now` is moved by hand."""

    def __init__(self, desk: Desk) -> None:
        self.now = NOON
        self.audit = Noted()
        self.desks = Desks([desk], self.audit)

    def wish(self, caller: Caller, deed: str, **data: object) -> dict[str, Any]:
        """The answer to a wish, as it goes over the wire."""
        message = json.dumps({**data, "id": 1, "do": deed}).encode()
        answer = asyncio.run(self.desks.obey(caller, message, self.now, "127.0.0.1"))
        told: dict[str, Any] = json.loads(answer)
        return told

    def why(self, caller: Caller, deed: str, **data: object) -> str:
        """Why a wish is refused; empty if it is done."""
        return str(self.wish(caller, deed, **data).get("why", ""))

    def ask(self, caller: Caller, path: str, **query: str) -> Any:
        """The answer to a question; the word of the refusal if it is refused."""
        question = Question(caller=caller, path=path, query=query, now=self.now)
        try:
            return asyncio.run(self.desks.ask(question))
        except RefusedError as refusal:
            return refusal.why

    def document(self) -> Any:
        return self.desks.document(self.now)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[DeskFile]:
    with DeskFile(tmp_path / "desk.db") as file:
        yield file


@pytest.fixture(scope="session")
def room() -> Callable[[Desk], Room]:
    return Room


@pytest.fixture(scope="session")
def make_lead() -> Callable[..., Caller]:
    return lead


@pytest.fixture(scope="session")
def anybody() -> Caller:
    """Where nobody has to sign in."""
    return OPEN
