"""An Asterisk that says what a test has it say, and the recordings of a real one."""

import asyncio
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ingest.ami_message import parse
from ingest.ami_translate import Translator
from ingest.events import Data, Event
from ingest.source_ami_file import Reading, events
from ingest.stamp import Stamp

D = TypeVar("D", bound=Data)
BEGIN = 1_700_000_000_000
RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings"
QUEUES = ("sales", "support", "billing", "claims")


class Pbx:
    """Speaks AMI to a translator and keeps what it told. Seconds count from `BEGIN`."""

    def __init__(
        self, wrap_up_ms: Mapping[str, int] | None = None, agents: Mapping[str, str] | None = None
    ) -> None:
        self.translator = Translator(
            Stamp("/acd/hq/asterisk-1", "1"), wrap_up_ms=wrap_up_ms, agents=agents
        )
        self.now = BEGIN
        self.told: list[Event] = self.translator.started(self.now)

    def at(self, seconds: float) -> None:
        """Let time pass up to `seconds` after the beginning."""
        self.now = BEGIN + round(seconds * 1000)
        self.told += self.translator.tick(self.now)

    def say(self, event: str, **headers: object) -> None:
        """Send an event; header names may be given in any case."""
        lines = [f"Event: {event}", *(f"{key}: {value}" for key, value in headers.items())]
        frame = "\r\n".join(lines).encode()
        self.told += self.translator.receive(parse(frame), self.now)

    def answer(self, **headers: object) -> None:
        """Send a response."""
        lines = [f"{key}: {value}" for key, value in headers.items()]
        self.told += self.translator.receive(parse("\r\n".join(lines).encode()), self.now)

    def caller(self, event: str, call: str = "100.1", queue: str = "", **headers: object) -> None:
        """An event of a caller's channel."""
        line = headers.pop("line", "PJSIP/carrier1")
        if queue:
            headers["Queue"] = queue
        self.say(event, Channel=f"{line}-0001", Uniqueid=call, Linkedid=call, **headers)

    def member(
        self, event: str, queue: str = "sales", name: str = "Ann", **headers: object
    ) -> None:
        """An event about a member."""
        known = {"Interface": "PJSIP/401", "StateInterface": "PJSIP/401", "Status": 1, "Paused": 0}
        self.say(event, Queue=queue, MemberName=name, **(known | headers))

    def offer(self, call: str = "100.1", queue: str = "sales", **headers: object) -> None:
        """A member's phone rings for a caller."""
        known = {"Interface": "PJSIP/401", "MemberName": "Ann", "DestUniqueid": f"{call}1"}
        self.say("Newchannel", Channel="PJSIP/401-0002", Uniqueid=f"{call}1", Linkedid=call)
        self.caller("AgentCalled", call, queue, **(known | headers))

    def connect(self, call: str = "100.1", queue: str = "sales", **headers: object) -> None:
        """The caller leaves the queue and a member has him."""
        known = {"Interface": "PJSIP/401", "MemberName": "Ann", "DestUniqueid": f"{call}1"}
        self.caller("QueueCallerLeave", call, queue, Position=1)
        self.caller("AgentConnect", call, queue, **(known | headers))

    def complete(self, call: str = "100.1", queue: str = "sales", **headers: object) -> None:
        """The conversation ends."""
        known = {"Interface": "PJSIP/401", "MemberName": "Ann", "Reason": "caller"}
        self.caller("AgentComplete", call, queue, **(known | headers))

    def hangup(self, call: str = "100.1", cause: int = 16, **headers: object) -> None:
        """The caller's channel ends."""
        self.caller("Hangup", call, Cause=cause, **headers)

    def leg_hangup(self, call: str = "100.1", cause: int = 16) -> None:
        """The member's leg ends."""
        channel = {"Channel": "PJSIP/401-0002", "Uniqueid": f"{call}1", "Linkedid": call}
        self.say("Hangup", **channel, Cause=cause)

    def status(self, call: str, value: str) -> None:
        """Asterisk sets QUEUESTATUS on the caller's channel."""
        self.caller("VarSet", call, Variable="QUEUESTATUS", Value=value)

    def abandon(self, call: str = "100.1", queue: str = "sales", **headers: object) -> None:
        """Abandon and Leave, as Asterisk sends both for many reasons."""
        self.caller("QueueCallerAbandon", call, queue, **headers)
        self.caller("QueueCallerLeave", call, queue, **headers)

    def greet(self, uptime: int = 100_000) -> None:
        """A login was accepted by a booted Asterisk."""
        self.told += self.translator.linked(self.now)
        self.say("FullyBooted", Uptime=uptime)

    def lists(self, *items: tuple[str, dict[str, object]], channels: bool = True) -> None:
        """Answer QueueStatus and CoreShowChannels with these items."""
        for event, headers in items:
            if event != "CoreShowChannel":
                self.say(event, **headers)
        self.say("QueueStatusComplete")
        if not channels:
            self.answer(Response="Error", Message="Permission denied")
            return
        for event, headers in items:
            if event == "CoreShowChannel":
                self.say(event, **headers)
        self.say("CoreShowChannelsComplete")

    def of(self, kind: type[D]) -> list[D]:
        """What was told of this kind."""
        return [event.data for event in self.told if isinstance(event.data, kind)]

    def one(self, kind: type[D]) -> D:
        """The only thing told of this kind."""
        (only,) = self.of(kind)
        return only

    def when(self, kind: type[Data]) -> float:
        """When the last of this kind happened, in seconds after the beginning."""
        last = [event for event in self.told if isinstance(event.data, kind)][-1]
        return (last.time - BEGIN) / 1000


@pytest.fixture
def pbx() -> Pbx:
    return Pbx()


@pytest.fixture
def pbx_of() -> type[Pbx]:
    return Pbx


class Recording:
    """One folder of recordings, read once."""

    def __init__(self, name: str) -> None:
        self.folder = RECORDINGS / name
        self.ami = self.folder / "ami.jsonl.gz"
        self.reading = Reading()
        wrap_up_ms = dict.fromkeys(QUEUES, 5_000)
        stamp = Stamp(f"/acd/hq/{name}", "1")
        self.events = list(events(self.ami, stamp, wrap_up_ms=wrap_up_ms, reading=self.reading))

    def json(self, name: str) -> Any:
        with gzip.open(self.folder / f"{name}.json.gz", "rt", encoding="utf-8") as file:
            return json.load(file)

    def lines(self, name: str) -> Iterator[Any]:
        with gzip.open(self.folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def queue_log(self) -> list[list[str]]:
        text = (self.folder / "queue_log").read_text(encoding="utf-8", errors="replace")
        return [line.split("|") for line in text.splitlines()]


@pytest.fixture(scope="session")
def recording() -> Callable[[str], Recording]:
    known: dict[str, Recording] = {}

    def load(name: str) -> Recording:
        if not RECORDINGS.is_dir():
            if os.environ.get("CI") == "true":
                pytest.fail(f"the recordings are missing: {RECORDINGS}")
            pytest.skip("the recordings are not beside this checkout")
        if name not in known:
            known[name] = Recording(name)
        return known[name]

    return load


class HandClock:
    """A clock that a test moves. Sleepers wake in the order of their time."""

    def __init__(self, now: int = BEGIN) -> None:
        self._now = now
        self._sleepers: list[tuple[int, asyncio.Event]] = []

    def now(self) -> int:
        return self._now

    async def sleep(self, seconds: float, /) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self._now + round(seconds * 1000), woken))
        await woken.wait()

    async def move(self, seconds: float, step_s: float = 0.25) -> None:
        """Let time pass in small steps, and let those who wake do what they do."""
        until = self._now + round(seconds * 1000)
        while self._now < until:
            self._now = min(until, self._now + round(step_s * 1000))
            due = [woken for at, woken in self._sleepers if at <= self._now]
            self._sleepers = [(at, woken) for at, woken in self._sleepers if at > self._now]
            for woken in due:
                woken.set()
            for _ in range(8):
                await asyncio.sleep(0)  # noqa: TID251 - gives the loop a turn, waits for nothing


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()
