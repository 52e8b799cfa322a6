"""A web service that answers as it is told, a hand-moved clock, and notices to send."""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from alerts.notices import Notice, Told, Word
from alerts.words import Kind, Severity

NOW = 1_790_000_000_000


class HandClock:
    """Time stands still until a test moves it; who sleeps is woken then."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.time + round(seconds * 1_000), woken))
        await woken

    async def pass_by(self, seconds: float, step: float = 0.5) -> None:
        """Let this time pass in steps, and let everybody do what is due at each of them."""
        end = self.time + round(seconds * 1_000)
        while self.time < end:
            self.time = min(end, self.time + round(step * 1_000))
            for each in [each for each in self._sleepers if each[0] <= self.time]:
                self._sleepers.remove(each)
                if not each[1].done():
                    each[1].set_result(None)
            await settle()


async def settle() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)  # noqa: TID251 gives way, does not wait


@dataclass
class Asked:
    """One request that came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(urlsplit(self.target).query).items()}


Reply = bytes | Callable[[Asked], bytes] | None


@dataclass
class Service:
    """An HTTP server; each request gets the next reply, the last one again and again.

    A reply is the whole answer in bytes, what makes one, or None: no answer at all, ever.
    """

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?key=key-that-is-secret"

    def answers(self, *replies: Reply) -> None:
        self.replies = list(replies)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            pairs = [line.split(": ", 1) for line in head[1:] if line]
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            asked = Asked(method, target, headers, body)
            self.asked.append(asked)
            reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
            if reply is None:
                await reader.read()
                return
            writer.write(reply(asked) if callable(reply) else reply)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def reply(body: object, status: int = 200, **headers: str) -> bytes:
    """A whole HTTP answer; a body that is not bytes goes as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{head}Connection: close\r\n\r\n"
    ).encode() + content


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await service.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    service.answers(reply({"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}))
    yield service
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await server.wait_closed()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def surge(**changes: Any) -> Told:
    told = Told(
        rule="surge",
        kind=Kind.SURGE,
        scope="queue:sales",
        severity=Severity.CRITICAL,
        since=NOW - 40_000,
        fired_at=NOW - 2_000,
        evidence={"calls": 12, "expected": 3.8, "over_ms": 38_000, "ratio": 3.1},
        scope_names={"zh": "销售", "en": "Sales"},
    )
    return msgspec.structs.replace(told, **changes)


def notice(**changes: Any) -> Notice:
    plain = Notice(
        id="n-1",
        at=NOW,
        word=Word.FIRED,
        channel="floor",
        incident="i-1",
        severity=Severity.CRITICAL,
        site="hq",
        site_names={"zh": "总部", "en": "HQ"},
        zone="Asia/Shanghai",
        alerts=(surge(),),
    )
    return msgspec.structs.replace(plain, **changes)


HOSTILE = "**[点我](http://evil.example)** <@all> <at id=all></at> # x\r\nBcc: a@b.c\x1b[0m`"
"""A name as it may come from the telephone world."""


@pytest.fixture(scope="session")
def make_clock() -> type[HandClock]:
    return HandClock


@pytest.fixture(scope="session")
def make_notice() -> Callable[..., Notice]:
    return notice


@pytest.fixture
def make_told() -> Callable[..., Told]:
    return surge


@pytest.fixture
def answer() -> Callable[..., bytes]:
    return reply


@pytest.fixture
def hostile() -> Notice:
    """A notice in which every text from outside is malice."""
    told = surge(
        kind=Kind.AGENT,
        scope=f"agent:{HOSTILE}",
        scope_names={},
        evidence={"agent": HOSTILE, "what": "state_too_long", "state": HOSTILE, "reason": HOSTILE},
    )
    return notice(alerts=(told,), note=HOSTILE)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "own.pem", folder / "own.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=own", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", str(certificate), "-keyout", str(key)),
        ],
        check=True,
        capture_output=True,
        timeout=20,
    )
    return certificate, key
