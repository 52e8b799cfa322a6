"""The simulated source tells the day so far, goes on live without a seam, and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from ingest.events import (
    Adapter,
    AgentState,
    Answered,
    Component,
    Event,
    Heartbeat,
    Millis,
    Queued,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
    VisitData,
)
from ingest.ports import Batch, Inbox
from ingest.wire import decode
from ingest.words import AdapterStatus, AgentStatus, Origin
from simulators.agenda import Happening
from simulators.demo import DEMO
from simulators.floor_sim import simulate
from simulators.local_time import day_start
from simulators.play import SimulatedSource
from simulators.training import Desk

HOUR = 3_600_000
DAY = day_start(DEMO, 1_790_006_400_000)
NOON = DAY + 2 * HOUR + 1_234


class MovedClock:
    """A clock that stands still until the test moves it."""

    def __init__(self, at: Millis) -> None:
        self.at = at
        self.asleep = asyncio.Event()
        self._moved = asyncio.Event()

    def now(self) -> Millis:
        return self.at

    async def sleep(self, seconds: float, /) -> None:
        due = self.at + round(seconds * 1_000)
        while self.at < due:
            self.asleep.set()
            await self._moved.wait()

    async def move(self, ms: Millis, step_ms: Millis = 1_000) -> None:
        """Let time pass, and everybody act on it."""
        for _ in range(0, ms, step_ms):
            await self.asleep.wait()
            self.at += step_ms
            self.asleep.clear()
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
        await self.asleep.wait()


@dataclass
class Taken:
    """An inbox that keeps all it gets. `cost_ms` is how long the clock runs for each batch."""

    clock: MovedClock
    cost_ms: Millis = 0
    batches: list[Batch] = field(default_factory=list)

    async def put(self, batch: Batch, /) -> None:
        self.batches.append(batch)
        self.clock.at += self.cost_ms

    @property
    def events(self) -> list[Event]:
        return [decode(each, batch.recvtime) for batch in self.batches for each in batch.payloads]


@asynccontextmanager
async def running(source: SimulatedSource, inbox: Inbox) -> AsyncIterator[None]:
    """The source at work, past its opening; stopped at the end."""
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        task = group.create_task(source.run(inbox))
        assert isinstance(source.clock, MovedClock)
        await source.clock.asleep.wait()
        yield
        task.cancel()


def world(until: Millis, seed: int = 7) -> list[Happening]:
    """What happens in the world of this seed up to and with `until`."""
    events = simulate(DEMO, seed, DAY, until=until + 1)
    return [Happening(event.time, event.data) for event in events]


def without(happenings: list[Happening], *kinds: type) -> list[Happening]:
    return [each for each in happenings if not isinstance(each.data, kinds)]


def as_told(events: list[Event]) -> list[Happening]:
    return [Happening(event.time, event.data) for event in events]


async def test_the_day_so_far_is_told_at_once_and_then_goes_on_without_a_seam() -> None:
    clock = MovedClock(NOON)
    inbox = Taken(clock)
    async with running(SimulatedSource(scenario=DEMO, seed=7, clock=clock), inbox):
        history = len(inbox.events)
        await clock.move(120_000)
    events = inbox.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.time for event in events] == sorted(event.time for event in events)
    assert {event.epoch for event in events} == {str(NOON // 1_000)}
    past, seam, live = events[: history - 1], events[history - 1], events[history:]
    assert {event.origin for event in past} == {Origin.REPLAY}
    assert {event.recvtime for event in past} == {NOON}
    assert past[0].time == DAY
    assert (seam.data, seam.time, seam.origin) == (
        Adapter(status=AdapterStatus.UP),
        NOON,
        Origin.LIVE,
    )
    assert {event.origin for event in live} == {Origin.LIVE}
    assert all(0 <= event.recvtime - event.time <= 1_000 for event in live)
    assert as_told(past) == without(world(NOON), Heartbeat)
    assert as_told(past + live) == without(world(NOON), Heartbeat) + [
        each for each in world(NOON + 120_000) if each.time > NOON
    ]
    assert sum(isinstance(event.data, Heartbeat) for event in live) == 12
    assert max(len(batch.payloads) for batch in inbox.batches) <= 500


async def test_time_that_passes_while_the_history_is_told_leaves_no_hole() -> None:
    clock = MovedClock(NOON)
    inbox = Taken(clock, cost_ms=700)
    async with running(SimulatedSource(scenario=DEMO, seed=7, clock=clock), inbox):
        pass
    assert clock.at > NOON + 10_000
    told = without(as_told(inbox.events), Heartbeat)
    told.remove(Happening(NOON, Adapter(status=AdapterStatus.UP)))
    last = told[-1].time
    assert last > NOON + 5_000
    assert told == without(world(last), Heartbeat)


async def test_a_new_start_tells_no_history_but_the_floor_as_it_is() -> None:
    clock = MovedClock(NOON)
    before, after = Taken(clock), Taken(clock)
    async with running(SimulatedSource(scenario=DEMO, seed=7, clock=clock), before):
        await clock.move(30_000)
    clock.at += 90_000
    clock.asleep.clear()
    restarted = SimulatedSource(scenario=DEMO, seed=7, clock=clock, history=False)
    async with running(restarted, after):
        opening = len(after.events)
        await clock.move(300_000)
    first, second = before.events, after.events
    assert {event.epoch for event in first}.isdisjoint(event.epoch for event in second)
    assert [event.seq for event in second] == list(range(1, len(second) + 1))

    began = NOON + 120_000
    kinds = [type(event.data) for event in second[:opening]]
    assert kinds[:4] == [Adapter, Component, Component, SnapshotBegin]
    assert kinds[-2:] == [SnapshotEnd, Adapter]
    assert {event.time for event in second[:opening]} == {began}
    assert {event.origin for event in second[3 : opening - 1]} == {Origin.SNAPSHOT}
    end = second[opening - 2].data
    assert isinstance(end, SnapshotEnd)
    assert end.items == opening - 6
    _the_snapshot_is_the_world(second, world(began))

    seen = {event.data.visit for event in first if isinstance(event.data, Queued)}
    seen |= {event.data.visit for event in second if isinstance(event.data, SnapshotVisit)}
    for event in second[opening:]:
        if isinstance(event.data, Queued):
            assert event.data.visit not in seen
            seen.add(event.data.visit)
        elif isinstance(event.data, VisitData):
            assert event.data.visit in seen


def _the_snapshot_is_the_world(told: list[Event], past: list[Happening]) -> None:
    waits: dict[str, tuple[Millis, bool]] = {}
    agents: dict[str, tuple[AgentStatus, str, Millis]] = {}
    for time, data in past:
        match data:
            case Queued(visit=visit):
                waits[visit] = time, False
            case Answered(visit=visit):
                waits[visit] = waits[visit][0], True
            case VisitData(visit=visit) if type(data).__name__ in (
                "Completed",
                "Transferred",
                "Dropped",
                "Abandoned",
                "Overflowed",
            ):
                del waits[visit]
            case AgentState(agent=agent, state=state, reason=reason):
                agents[agent] = state, reason, time
            case _:
                pass
    here = {a: state for a, state in agents.items() if state[0] is not AgentStatus.SIGNED_OUT}
    data = [event.data for event in told]
    visits = [each for each in data if isinstance(each, SnapshotVisit)]
    assert {each.visit: (each.since, each.talking) for each in visits} == waits
    assert len(visits) > 5
    people = [each for each in data if isinstance(each, SnapshotAgent)]
    assert {each.agent: (each.state, each.reason, each.since) for each in people} == here
    members = {(each.agent, each.queue) for each in data if isinstance(each, SnapshotMember)}
    assert members == {(a.id, queue) for a in DEMO.agents if a.id in here for queue in a.queues}


@pytest.mark.parametrize("speed", [0.5, 60.0])
async def test_at_another_speed_the_simulated_time_runs_that_much_faster(speed: float) -> None:
    clock = MovedClock(NOON)
    inbox = Taken(clock)
    source = SimulatedSource(scenario=DEMO, seed=7, clock=clock, history=False, speed=speed)
    async with running(source, inbox):
        opening = len(inbox.events)
        await clock.move(60_000)
    until = NOON + round(60_000 * speed)
    expected = [each for each in world(until) if each.time > NOON]
    assert as_told(inbox.events[opening:]) == expected


async def test_a_full_inbox_makes_the_source_wait_and_loses_nothing() -> None:
    clock = MovedClock(NOON)
    queue: asyncio.Queue[Batch] = asyncio.Queue(maxsize=1)
    taken: list[Batch] = []
    source = SimulatedSource(scenario=DEMO, seed=7, clock=clock)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        task = group.create_task(source.run(queue))
        while not clock.asleep.is_set() or not queue.empty():
            taken.append(await queue.get())
        task.cancel()
    events = [decode(each, 0) for batch in taken for each in batch.payloads]
    assert as_told(events[:-1]) == without(world(NOON), Heartbeat)
    assert events[-1].data == Adapter(status=AdapterStatus.UP)


async def test_a_clock_set_back_repeats_nothing() -> None:
    clock = MovedClock(NOON)
    inbox = Taken(clock)
    async with running(SimulatedSource(scenario=DEMO, seed=7, clock=clock), inbox):
        await clock.move(30_000)
        told = len(inbox.events)
        clock.at -= 20_000
        await clock.move(15_000)
        assert len(inbox.events) == told
        await clock.move(30_000)
    told_live = [each for each in as_told(inbox.events) if each.time > NOON]
    assert told_live == [each for each in world(clock.at) if each.time > NOON]


async def test_a_silent_feed_keeps_back_what_happens_and_tells_all_of_it_in_the_end() -> None:
    clock = MovedClock(NOON)
    inbox, desk = Taken(clock), Desk(DEMO, seed=1)
    source = SimulatedSource(scenario=DEMO, seed=7, clock=clock, desk=desk)
    async with running(source, inbox):
        await clock.move(10_000)
        desk.inject("silent", "", 0.0)
        await clock.move(2_000)
        told = len(inbox.events)
        await clock.move(42_000)
        assert len(inbox.events) == told
        await clock.move(20_000)
    live = [each for each in as_told(inbox.events) if each.time > NOON]
    assert live == [each for each in world(NOON + 74_000) if each.time > NOON]
    late = [event for event in inbox.events[told:] if event.recvtime - event.time > 30_000]
    assert len(late) > 10
    assert [event.seq for event in inbox.events] == list(range(1, len(inbox.events) + 1))
