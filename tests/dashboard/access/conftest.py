"""An installation's doors, desks and audit on a real file, with a clock that a test moves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from websockets.datastructures import Headers
from websockets.http11 import Request

from dashboard.access import NOBODY, Caller
from dashboard.audit_desk import AuditDesk
from dashboard.audit_sqlite import SqliteAudit
from dashboard.cookies import Cookies
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks, Question
from dashboard.doors import GuardedDoors, Side
from dashboard.pairing import Pairing
from dashboard.passwords import Passwords
from dashboard.people import People, SaveUser
from dashboard.proxies import Proxies
from dashboard.registry import Registry
from dashboard.sign_in import SignIn

START = 1_790_000_000_000
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "plain hens lay eggs"
ADDRESS = "203.0.113.7"


def request(path: str = "/", **headers: str) -> Request:
    return Request(path, Headers({name.replace("_", "-"): v for name, v in headers.items()}))


@dataclass
class House:
    """All that stands around one registry; `now` is the time of whatever happens next."""

    registry: Registry
    now: int = START
    secure: bool = False
    side: Side | None = None
    cookies: Cookies = field(default_factory=Cookies)

    def __post_init__(self) -> None:
        self.audit = SqliteAudit(self.registry.file)
        self.reopen()

    def reopen(self) -> None:
        """As after a restart: what is not in the file is forgotten."""
        self.registry = Registry.on(self.registry.file)
        passwords = Passwords(QUICK)
        self.people = People(self.registry, passwords)
        sign_in = SignIn(self.registry, passwords, open=False)
        desks = [sign_in, self.people, Pairing(self.registry), AuditDesk(self.audit)]
        self.desks = Desks(desks, self.audit)
        self.doors = GuardedDoors(
            self.registry,
            self.audit,
            cookies=self.cookies,
            proxies=Proxies(),
            side=self.side,
        )

    async def wish(
        self, deed: str, caller: Caller = NOBODY, address: str = ADDRESS, **data: object
    ) -> dict[str, Any]:
        """The answer to a wish, sent as a page sends it."""
        message = msgspec.json.encode({**data, "id": 7, "do": deed})
        answer = await self.desks.obey(caller, message, self.now, address)
        return msgspec.json.decode(answer, type=dict[str, Any])

    async def ask(self, path: str, caller: Caller = NOBODY, **query: str) -> Any:
        question = Question(caller=caller, path=path, query=query, now=self.now)
        return msgspec.json.decode(msgspec.json.encode(await self.desks.ask(question)))

    async def user(self, id: str, role: str = "admin", **more: object) -> None:
        """There is such a user from now on."""
        given = {"queues": None, "teams": None, "agent": "Li Na", "password": GOOD, "name": ""}
        await self.people.saved(
            msgspec.convert({**given, **more, "user": id, "role": role}, SaveUser), self.now
        )

    async def came_in(self, id: str, password: str = GOOD) -> Caller:
        """This user, signed in by his browser."""
        caller = self.with_token(await self.token(id, password))
        assert caller.id == id
        return caller

    async def token(self, id: str, password: str = GOOD) -> str:
        answer = await self.wish("session.sign_in", name=id, password=password)
        assert answer["done"], answer
        return await self.opened(str(answer["ticket"]))

    async def opened(self, ticket: str, caller: Caller = NOBODY) -> str:
        """The token of the cookie that a ticket is changed for."""
        answer = await self.get("/session/open", caller, X_Ticket=ticket)
        assert answer.status is HTTPStatus.NO_CONTENT, answer
        (_, cookie) = answer.headers[0]
        return cookie.partition(";")[0].partition("=")[2]

    async def get(self, path: str, caller: Caller = NOBODY, **headers: str) -> Any:
        asked = request(path, **headers)
        return await self.doors.answer(asked, caller, self.now, self.secure, ADDRESS)

    def with_token(self, token: str) -> Caller:
        cookie = request(Cookie=f"floorwatch={token}")
        return self.doors.caller(cookie, self.now, secure=False)

    def notes(self, **which: Any) -> list[Mapping[str, Any]]:
        """The audit, the first first."""
        return self.audit.entries(0, 2**60, **which)[::-1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with DeskFile(tmp_path / "access.db") as file:
        file.write("pragma synchronous = off")  # no power is cut here
        yield House(Registry.on(file))
