"""The simulated Asterisk on a real socket: another project's client, our own source, and bad ones."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from floorwatch import replay
from floorwatch.report import report
from ingest.clock import SystemClock
from ingest.events import (
    Abandoned,
    Adapter,
    Completed,
    Dropped,
    Event,
    Gap,
    Overflowed,
    Queued,
    Transferred,
)
from ingest.ports import Batch
from ingest.source_ami import AmiAddress, AmiSource
from ingest.stamp import Stamp
from ingest.wire import decode
from ingest.words import AdapterStatus
from simulators import truth_form
from simulators.agenda import Happening
from simulators.ami_dialogue import Dialogue
from simulators.ami_server import AmiServer
from simulators.demo import DEMO
from simulators.faults import Fault, FaultKind
from simulators.floor_sim import FloorSim, a_day
from simulators.notes import Booted, Crashed
from simulators.scenario import Scenario
from stream.sites import QueueCard, Site

ACCOUNTS = {"monitor": "s3cret"}
HOUR = 3_600_000
MINUTE = 60_000
PATIENCE_S = 30.0
SCENARIO = replace(DEMO, grain_ms=1_000)
ENDS = (Abandoned, Completed, Dropped, Overflowed, Transferred)


def today() -> int:
    """A moment near the real one, since no client believes a clock that is days off."""
    return SystemClock().now() // HOUR * HOUR - 2 * HOUR


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await SystemClock().sleep(0.01)


@asynccontextmanager
async def a_pbx(scenario: Scenario = SCENARIO, **options: float) -> AsyncIterator[AmiServer]:
    dialogue = Dialogue(scenario)
    async with AmiServer(dialogue, ACCOUNTS, lambda: dialogue.picture.now, **options) as server:
        yield server


class Heard:
    """An inbox that keeps the events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def put(self, batch: Batch, /) -> None:
        self.events += [decode(payload, batch.recvtime) for payload in batch.payloads]

    def count(self, *kinds: type) -> int:
        return sum(isinstance(event.data, kinds) for event in self.events)

    def adapter(self, status: AdapterStatus) -> int:
        links = (event.data for event in self.events if isinstance(event.data, Adapter))
        return sum(link.status is status for link in links)


@asynccontextmanager
async def our_source(server: AmiServer) -> AsyncIterator[Heard]:
    """Our own link, once it is up."""
    heard = Heard()
    address = AmiAddress(host="127.0.0.1", port=server.port, username="monitor", secret="s3cret")
    source = AmiSource(address, Stamp("/acd/demo/pbx", "1"), SystemClock())
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(source.run(heard))
        await until(lambda: heard.adapter(AdapterStatus.UP) > 0)
        yield heard
        running.cancel()


@pytest.fixture
async def library() -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Connects a manager of panoramisk, an AMI library that others wrote."""
    try:
        from panoramisk import Manager
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail("panoramisk is not installed")
        pytest.skip("panoramisk is not installed")
    made: list[Any] = []

    async def connect(port: int, secret: str = "s3cret") -> Any:
        manager = Manager(
            loop=asyncio.get_running_loop(),
            host="127.0.0.1",
            port=port,
            username="monitor",
            secret=secret,
        )
        made.append(manager)
        await manager.connect()
        await until(lambda: manager.authenticated_future is not None or manager.authenticated)
        await until(lambda: manager.authenticated_future is None)
        return manager

    yield connect
    for manager in made:
        manager.close()
    await asyncio.sleep(0)  # noqa: TID251 - no time passes: the transports close


def moments(minutes: int, scenario: Scenario = SCENARIO) -> Iterator[list[Happening]]:
    sim = FloorSim(scenario, 4, today())
    while sim.next_at < sim.start_at + minutes * MINUTE:
        yield sim.step()


async def test_a_client_library_logs_in_lists_queues_and_receives_events(
    library: Callable[..., Awaitable[Any]],
) -> None:
    async with a_pbx() as server:
        day = moments(30)
        for _ in range(200):
            await server.tell(next(day))
        manager = await library(server.port)
        assert manager.authenticated
        answer = await manager.send_action({"Action": "QueueStatus"}, as_list=True)
        kinds = Counter(message.event for message in answer if message.event)
        assert kinds["QueueParams"] == len(SCENARIO.queues)
        assert kinds["QueueMember"] > 10
        assert {m.queue for m in answer if m.event == "QueueParams"} == {
            queue.id for queue in SCENARIO.queues
        }
        heard: Counter[str] = Counter()
        manager.register_event("*", lambda _, event: heard.update([event.event]))
        told: Counter[str] = Counter()
        for happenings in day:
            await server.tell(happenings)
            told.update(type(happening.data).__name__ for happening in happenings)
        await until(lambda: heard["QueueCallerJoin"] == told["Queued"])
        await until(lambda: heard["AgentConnect"] == told["Answered"])
        assert told["Queued"] > 100
        assert heard["AgentCalled"] == told["Ringing"]
        pong = await manager.send_action({"Action": "Ping"})
        assert pong.success
        denied = await manager.send_action({"Action": "Hangup", "Channel": "PJSIP/1001-00000001"})
        assert denied.message == "Permission denied"


async def test_a_client_library_with_a_wrong_password_is_refused(
    library: Callable[..., Awaitable[Any]],
) -> None:
    async with a_pbx() as server:
        manager = await library(server.port, secret="guess")
        assert not manager.authenticated
        assert server.clients == 0


async def test_our_source_finds_the_true_figures_over_a_socket() -> None:
    sim = FloorSim(SCENARIO, 11, today(), keep=True)
    async with a_pbx() as server, our_source(server) as heard:
        ended_at = sim.start_at
        for nth, happenings in enumerate(a_day(sim, sim.start_at + HOUR)):
            await server.tell(happenings)
            ended_at = happenings[-1].time if happenings else ended_at
            if nth % 100 == 0:
                await SystemClock().sleep(0)
        truth = truth_form.document(sim, ended_at)
        offered = sum(queue["offered"] for queue in truth["queues"].values())
        await until(lambda: heard.count(Queued) == heard.count(*ENDS) == offered)
    cards = {q.id: QueueCard(id=q.id, target_ms=q.target_ms) for q in SCENARIO.queues}
    site = Site(id="demo", time_zone=SCENARIO.time_zone, queues=cards)
    floor, as_of = await replay.run(site, replay.as_told(iter(heard.events)), SystemClock())
    found = report(floor, as_of, 0)
    assert offered > 300
    for queue, figures in truth["queues"].items():
        assert {name: found["queues"][queue][name] for name in figures} == figures
    for agent, figures in truth["agents"].items():
        for name in ("answered", "ring_no_answer", "talk_ms"):
            assert found["agents"][agent][name] == figures[name]


async def test_a_crash_cuts_everybody_off_and_lets_nobody_in_until_it_is_back() -> None:
    outage = Fault(kind=FaultKind.OUTAGE, after_ms=20 * MINUTE, length_ms=5 * MINUTE)
    scenario = replace(SCENARIO, faults=(outage,))
    async with a_pbx(scenario) as server, our_source(server) as heard:
        dropped = 0
        for happenings in moments(40, scenario):
            await server.tell(happenings)
            for happening in happenings:
                if isinstance(happening.data, Crashed):
                    await until(lambda: heard.adapter(AdapterStatus.DOWN) == 1)
                    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                    assert await reader.read() == b""
                    writer.close()
                if isinstance(happening.data, Booted):
                    await until(lambda: heard.adapter(AdapterStatus.UP) == 2)
                dropped += isinstance(happening.data, Dropped) and happening.data.cause == "crashed"
        await until(lambda: heard.count(Dropped) >= dropped > 0)
        assert heard.count(Gap) == 1


async def test_a_client_that_does_not_read_is_cut_off() -> None:
    async with a_pbx(write_timeout_s=0.05) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1)
        writer.write(b"Action: Login\r\nUsername: monitor\r\nSecret: s3cret\r\n\r\n")
        await until(lambda: server.clients == 1)
        for happenings in moments(600):
            await server.tell(happenings)
            if not server.clients:
                break
        assert server.clients == 0
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def test_two_clients_hear_the_same() -> None:
    async with a_pbx() as server:
        login = b"Action: Login\r\nUsername: monitor\r\nSecret: s3cret\r\n\r\n"
        links = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
        for _, writer in links:
            writer.write(login)
        await until(lambda: server.clients == 2)
        for happenings in moments(3):
            await server.tell(happenings)
        for _, writer in links:
            writer.write(b"Action: Logoff\r\n\r\n")
        first, second = [await reader.read() for reader, _ in links]
        assert first == second
        assert first.count(b"Event: QueueCallerJoin") > 3
        assert first.endswith(b"Thanks for all the fish.\r\n\r\n")
        for _, writer in links:
            writer.close()
            await writer.wait_closed()


async def test_a_port_that_is_taken_is_an_error() -> None:
    async with a_pbx() as server:
        with pytest.raises(OSError, match="in use"):
            async with a_pbx(port=server.port):
                pass
