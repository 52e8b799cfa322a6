"""A source's clock jumps, runs fast, and is set right: the floor is shown as it is."""

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from floorwatch.report import report
from ingest.events import (
    Adapter,
    AgentState,
    Answered,
    Completed,
    Event,
    Heartbeat,
    Millis,
    Queued,
    SnapshotAgent,
)
from ingest.stamp import Stamp
from ingest.words import AdapterStatus, AgentStatus, Origin
from simulators.demo import DEMO
from simulators.faults import Fault, FaultKind
from simulators.feed_faults import FeedFaults
from simulators.floor_sim import FloorSim, source_of, stamped
from stream.agents import LONGEST_MS
from stream.facts import Fact, SpanFact
from stream.floor import Floor
from stream.ledger import add_up
from stream.sites import Site

START = 1_790_006_400_000
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
READY, TALKING, AWAY = AgentStatus.READY, AgentStatus.TALKING, AgentStatus.NOT_READY


class Day:
    """A simulated floor, its feed and what is seen of it."""

    def __init__(
        self, *faults: Fault, start_at: Millis = START, time_zone: str = "Asia/Shanghai"
    ) -> None:
        self.sim = FloorSim(DEMO, 4, start_at)
        self.feed = FeedFaults(faults, start_at, 1)
        self.log: list[tuple[int, Fact]] = []
        self.floor = Floor(Site(id="hq", time_zone=time_zone), keep_days=None, log=self.log)
        self.arrived: list[Event] = []
        self._stamp = Stamp(source_of(DEMO), "1")
        self._start_at = start_at

    def run(self, until_ms: Millis) -> None:
        """Let it be so long after the start."""
        while self.sim.next_at < self._start_at + until_ms:
            for event in stamped(self.sim.step(), self._stamp):
                self._arrive(self.feed.tell(event))
        self._arrive(self.feed.pass_to(self._start_at + until_ms))

    def finish(self) -> None:
        self._arrive(self.feed.finish())

    def _arrive(self, arrivals: Iterable[Any]) -> None:
        for event in arrivals:
            assert isinstance(event, Event)
            self.arrived.append(event)
            self.floor.apply(event)

    def seen(self) -> dict[str, tuple[str, str]]:
        return states(self.floor)

    def true(self) -> dict[str, tuple[str, str]]:
        agents = self.sim.truth.agents
        return {id: (agents[id].state.value, agents[id].reason) for id in self.seen()}


def states(floor: Floor) -> dict[str, tuple[str, str]]:
    people = floor.state.agents.agents.values()
    return {a.id: (a.now.state, a.now.reason) for a in people if a.now is not None}


def counts(floor: Floor) -> dict[str, dict[str, Any]]:
    """What of the figures no clock may change."""
    kept = ("offered", "answered", "abandoned", "completed", "transferred", "overflowed", "waiting")
    found = report(floor, START, 0)["queues"]
    return {queue: {name: row[name] for name in kept} for queue, row in found.items()}


def true_counts(day: Day) -> dict[str, dict[str, Any]]:
    kept = ("offered", "answered", "abandoned", "completed", "transferred", "waiting")
    return {id: {n: getattr(q, n) for n in kept} for id, q in day.sim.truth.queues.items()}


def spans(floor: Floor, id: str) -> int:
    account = floor.state.ledger.agents[id]
    return sum(sum(day.values()) for day in account.spans.values())


def wrong(kind: FaultKind, size: float, *, length_ms: Millis = 40 * MINUTE) -> Fault:
    return Fault(kind=kind, after_ms=HOUR, length_ms=length_ms, size=size)


CLOCKS = [
    wrong(FaultKind.CLOCK_JUMP, HOUR),
    wrong(FaultKind.CLOCK_JUMP, -HOUR),
    wrong(FaultKind.CLOCK_JUMP, 24 * HOUR),
    wrong(FaultKind.CLOCK_JUMP, -24 * HOUR),
    wrong(FaultKind.CLOCK_JUMP, 90 * SECOND),
    wrong(FaultKind.CLOCK_JUMP, -90 * SECOND),
    wrong(FaultKind.CLOCK_JUMP, 7 * SECOND),
    wrong(FaultKind.CLOCK_JUMP, -7 * SECOND),
    wrong(FaultKind.CLOCK_SKEW, 10 * MINUTE),
    wrong(FaultKind.CLOCK_SKEW, -10 * MINUTE),
    wrong(FaultKind.CLOCK_SKEW, HOUR),
]
NAMES = [f"{clock.kind} {clock.size / SECOND:+.0f} s" for clock in CLOCKS]


@pytest.mark.parametrize("clock", CLOCKS, ids=NAMES)
def test_everybody_is_shown_as_he_is_at_any_time(clock: Fault) -> None:
    day, usual = Day(clock), Day()
    for minute in range(50, 130, 5):
        day.run(minute * MINUTE)
        assert day.seen() == day.true(), minute
    assert day.feed.truths[0].hit > 1_000
    usual.run(129 * MINUTE)
    day.run(129 * MINUTE)
    assert counts(day.floor) == counts(usual.floor)
    true = true_counts(day)
    assert {id: {n: row[n] for n in true[id]} for id, row in counts(day.floor).items()} == true
    assert day.floor.state.visits.out_of_step == day.floor.state.visits.too_late == 0
    waiting, as_usual = day.floor.visits.waiting, usual.floor.visits.waiting
    assert {q: dict(w) for q, w in waiting.items()} == {q: dict(w) for q, w in as_usual.items()}


@pytest.mark.parametrize("clock", CLOCKS, ids=NAMES)
def test_nobody_is_longer_in_his_states_than_he_was_there(clock: Fault) -> None:
    day = Day(clock)
    day.run(130 * MINUTE)
    off_ms = 120 * SECOND if clock.kind is FaultKind.CLOCK_JUMP else 10 * MINUTE
    for agent in day.floor.state.agents.agents.values():
        times = [change.time for change in agent.changes]
        assert times == sorted(times)
        assert times[-1] <= day.sim.now
        assert agent.since is not None
        assert agent.since <= day.sim.now
        assert spans(day.floor, agent.id) == times[-1] - START
        assert day.sim.now - times[-1] < HOUR
    assert all(
        0 < fact.at - fact.start_at <= 130 * MINUTE + off_ms
        for sign, fact in day.log
        if sign > 0 and isinstance(fact, SpanFact)
    )


@pytest.mark.parametrize("jump_ms", [HOUR, -HOUR, 24 * HOUR, -24 * HOUR])
def test_with_a_clock_that_is_far_off_every_figure_stays_right(jump_ms: Millis) -> None:
    day, usual = Day(wrong(FaultKind.CLOCK_JUMP, jump_ms)), Day()
    day.run(150 * MINUTE)
    usual.run(150 * MINUTE)
    as_of = START + 150 * MINUTE
    seen, right = report(day.floor, as_of, 0), report(usual.floor, as_of, 0)
    assert seen["queues"] == right["queues"]
    assert seen["agents"] == right["agents"]
    assert day.floor.state.ledger == usual.floor.state.ledger


@pytest.mark.parametrize("clock", CLOCKS, ids=NAMES)
def test_late_news_of_a_wrong_clock_find_their_place(clock: Fault) -> None:
    late = [
        Fault(kind=FaultKind.LATE, after_ms=0, length_ms=2 * HOUR, size=0.2, ramp_ms=8_000),
        Fault(kind=FaultKind.REORDERED, after_ms=0, length_ms=2 * HOUR, size=0.2),
        Fault(kind=FaultKind.DUPLICATE, after_ms=0, length_ms=2 * HOUR, size=0.1),
    ]
    day, usual = Day(clock, *late), Day()
    day.run(130 * MINUTE)
    usual.run(130 * MINUTE)
    assert day.seen() == day.true()
    assert counts(day.floor) == counts(usual.floor)


@pytest.mark.parametrize("jump_ms", [HOUR, -HOUR, 90 * SECOND, -90 * SECOND])
def test_a_file_read_by_its_own_times_shows_everybody_right_at_the_end(jump_ms: Millis) -> None:
    day = Day(wrong(FaultKind.CLOCK_JUMP, jump_ms))
    day.run(130 * MINUTE)
    floor = Floor(Site(id="hq"), keep_days=None)
    for event in day.arrived:
        floor.apply(replace(event, recvtime=event.time))
    assert states(floor) == day.true()
    assert counts(floor) == counts(day.floor)
    for agent in floor.state.agents.agents.values():
        assert agent.changes[-1].time <= day.sim.now
        assert spans(floor, agent.id) == agent.changes[-1].time - START


@pytest.mark.parametrize(
    ("zone", "noon"),
    [
        ("Europe/Berlin", (2026, 10, 25, 1)),
        ("Europe/Berlin", (2026, 3, 29, 1)),
        ("America/New_York", (2026, 11, 1, 0)),
        ("Asia/Shanghai", (2026, 5, 1, 22)),
    ],
)
def test_a_night_that_sets_the_clocks_and_midnight_change_nothing(
    zone: str, noon: tuple[int, int, int, int]
) -> None:
    start_at = round(datetime(*noon, tzinfo=ZoneInfo(zone)).timestamp() * 1_000)
    day = Day(start_at=start_at, time_zone=zone)
    day.run(4 * HOUR)
    assert day.seen() == day.true()
    assert day.floor.state.counters.late == 0
    found = report(day.floor, day.sim.now, 0)
    for id, truth in day.sim.truth.queues.items():
        names = ("offered", "answered", "wait_ms_answered", "wait_ms_abandoned", "talk_ms")
        assert {n: found["queues"][id][n] for n in names} == {n: getattr(truth, n) for n in names}
    for id, agent in day.sim.truth.agents.items():
        away = (AgentStatus.SIGNED_OUT, AgentStatus.UNKNOWN)
        spent = agent.time_ms(day.sim.now).items()
        here = sum(ms for (state, _), ms in spent if state not in away)
        assert found["agents"].get(id, {"signed_in_ms": 0})["signed_in_ms"] == here


class Desk:
    """One source that tells by a clock of its own; seconds count from START."""

    def __init__(self, name: str = "pbx", epoch: str = "1") -> None:
        self.stamp = Stamp(f"/acd/hq/{name}", epoch)
        self.off_ms = 0

    def at(
        self, second: float, data: Any, origin: Origin = Origin.LIVE, recv: float | None = None
    ) -> Event:
        now = START + round(second * SECOND)
        recvtime = now if recv is None else START + round(recv * SECOND)
        return self.stamp.event(data, time=now + self.off_ms, recvtime=recvtime, origin=origin)


def is_in(state: AgentStatus, agent: str = "ann") -> AgentState:
    return AgentState(agent=agent, state=state)


CHANGES = st.lists(
    st.tuples(st.sampled_from([0, 1, 400, 30_000, 600_000]), st.sampled_from(list(AgentStatus))),
    min_size=1,
    max_size=12,
)
OFF = st.sampled_from([0, 0, 0, 45_000, -45_000, 90_000, -90_000, HOUR, -HOUR])


@settings(max_examples=300, deadline=None)
@given(CHANGES, st.lists(OFF, min_size=12, max_size=12), st.randoms())
def test_the_order_of_telling_counts_whatever_the_clock_said_and_in_whatever_order_it_comes(
    changes: list[tuple[int, AgentStatus]], offs: list[int], rng: random.Random
) -> None:
    desk, now, told = Desk(), 0, []
    for (step, state), off_ms in zip(changes, offs, strict=False):
        now += step
        event = desk.at(now / SECOND, is_in(state))
        told.append(replace(event, time=event.time + off_ms, recvtime=START + 24 * HOUR))

    def shown(events: Iterable[Event]) -> tuple[Any, ...]:
        floor = Floor(Site(id="hq"), keep_days=None)
        for event in events:
            floor.apply(event)
        agent = floor.state.agents.agents["ann"]
        times = [change.time for change in agent.changes]
        assert times == sorted(times)
        account = floor.state.ledger.agents.get("ann")
        days = {} if account is None else account.spans
        kept = {at: {k: ms for k, ms in day.items() if ms} for at, day in days.items()}
        assert sum(sum(day.values()) for day in kept.values()) == times[-1] - times[0]
        assert all(ms > 0 for day in kept.values() for ms in day.values())
        assert +floor.agents.counts[changes[-1][1].value] == 1
        assert sum(floor.agents.counts.values()) == 1
        lines = [(c.time, c.seq, c.state) for c in agent.changes]
        return lines, {at: day for at, day in kept.items() if day}

    usual = shown(told)
    assert [state for _, _, state in usual[0]] == [state.value for _, state in changes]
    assert shown(rng.sample(told, k=len(told))) == usual


def test_a_wait_over_which_the_clock_jumps_is_as_long_as_it_was() -> None:
    for off_ms in (HOUR, -HOUR):
        desk, floor = Desk(), Floor(Site(id="hq"))
        who = {"visit": "v", "queue": "sales", "call": "c"}
        floor.apply(desk.at(0, is_in(READY)))
        floor.apply(desk.at(0, Queued(**who)))
        desk.off_ms = off_ms
        floor.apply(desk.at(20, Answered(**who, agent="ann")))
        floor.apply(desk.at(20, is_in(TALKING)))
        desk.off_ms = 0
        floor.apply(desk.at(80, Completed(**who, agent="ann")))
        floor.apply(desk.at(80, is_in(READY)))
        sums = add_up(floor.state.ledger.queues["sales"].cells.values())
        assert (sums["wait_ms_answered"], sums["talk_ms"]) == (20_000, 60_000)
        changes = floor.state.agents.agents["ann"].changes
        assert [change.time - START for change in changes] == [0, 20_000, 80_000]
        assert floor.state.feeds["/acd/hq/pbx"].off_ms == 0
        assert floor.state.counters.late == 0


def test_news_kept_back_are_no_clock_set_back() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(desk.at(0, is_in(READY)))
    floor.apply(desk.at(7_200, Adapter(status=AdapterStatus.UP)))
    floor.apply(desk.at(7_200, Heartbeat()))
    for second in (60, 600, 3_600, 7_199):
        floor.apply(desk.at(second, is_in(TALKING if second % 600 else AWAY), recv=7_200))
    changes = floor.state.agents.agents["ann"].changes
    assert [(change.time - START) // SECOND for change in changes] == [0, 60, 600, 3_600, 7_199]


def test_what_a_source_decides_a_minute_late_stays_where_it_was() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(desk.at(0, Queued(visit="v", queue="sales")))
    floor.apply(desk.at(95, is_in(READY)))
    answered = Answered(visit="v", queue="sales", agent="bob")
    floor.apply(desk.at(20, answered, recv=95))
    sums = add_up(floor.state.ledger.queues["sales"].cells.values())
    assert sums["wait_ms_answered"] == 20_000


def test_an_old_piece_of_news_told_last_does_not_move_what_comes_after_it() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(desk.at(1_000, is_in(READY)))
    floor.apply(desk.at(400, is_in(AWAY, "bob"), recv=1_001))
    floor.apply(desk.at(1_002, is_in(TALKING)))
    people = floor.state.agents.agents
    assert people["bob"].changes[0].time == START + 1_001 * SECOND
    assert people["ann"].changes[-1].time == START + 1_002 * SECOND


def test_a_heartbeat_by_another_clock_changes_nothing() -> None:
    for off_ms in (HOUR, -HOUR):
        desk, floor = Desk(), Floor(Site(id="hq"))
        floor.apply(desk.at(0, is_in(READY)))
        for second in range(10, 600, 10):
            desk.off_ms = 0
            floor.apply(desk.at(second, Heartbeat()))
            desk.off_ms = off_ms
            floor.apply(desk.at(second + 1, is_in(TALKING if second % 20 else READY)))
        changes = floor.state.agents.agents["ann"].changes
        seconds = [(change.time - START) // SECOND for change in changes]
        assert seconds == [0, *range(11, 601, 10)]


def test_two_witnesses_of_one_leaping_clock_still_tell_of_the_same_calls() -> None:
    for off_ms in (HOUR, -HOUR):
        desk, book, floor = Desk(), Desk("log"), Floor(Site(id="hq"))
        for n in range(60):
            desk.off_ms = book.off_ms = off_ms if 20 <= n < 40 else 0
            desk_at, told = 30 * n, {"call": f"c{n}", "queue": "sales"}
            floor.apply(desk.at(desk_at, Queued(visit=f"v{n}", **told)))
            row = Queued(visit=f"row{n}", **told)
            floor.apply(book.at(desk_at, row, Origin.BACKFILL, recv=desk_at + 1))
        floor.apply(desk.at(2_000, Heartbeat()))
        floor.finish()
        assert len(floor.visits.waiting["sales"]) == 60


def test_what_fills_a_gap_is_put_by_its_time_and_not_by_its_number() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    for second, state in ((0, READY), (900, TALKING)):
        floor.apply(desk.at(second, is_in(state)))
    filled = replace(desk.at(300, is_in(AWAY), recv=901), origin=Origin.BACKFILL)
    floor.agents.take(filled)
    assert [c.state for c in floor.state.agents.agents["ann"].changes] == [
        READY.value,
        AWAY.value,
        TALKING.value,
    ]


def test_a_state_since_before_the_last_change_is_the_present_one() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(desk.at(0, is_in(READY)))
    floor.apply(desk.at(100, is_in(TALKING)))
    since = START + 60 * SECOND
    floor.apply(desk.at(130, AgentState(agent="ann", state=AWAY, since=since)))
    agent = floor.state.agents.agents["ann"]
    assert (agent.now and agent.now.state, agent.since) == (AWAY.value, since)
    assert spans(floor, "ann") == 60 * SECOND


def test_a_state_told_from_1970_on_counts_for_no_longer_than_a_month() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(replace(desk.at(0, is_in(READY)), time=0))
    floor.apply(desk.at(1, is_in(TALKING)))
    assert spans(floor, "ann") == LONGEST_MS


def test_a_snapshot_by_a_wrong_clock_says_since_when_by_ours() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(desk.at(0, is_in(READY)))
    desk.off_ms = HOUR
    since = START + HOUR + 30 * SECOND
    item = SnapshotAgent(snapshot="s", agent="bob", state=TALKING, since=since)
    floor.apply(desk.at(60, item, Origin.SNAPSHOT))
    assert floor.state.agents.agents["bob"].since == START + 30 * SECOND


def test_a_checkpoint_of_before_numbers_its_runs() -> None:
    desk, floor = Desk(), Floor(Site(id="hq"))
    floor.apply(desk.at(100, is_in(READY)))
    state = Floor.load(floor.dump())
    state.agents.runs.clear()
    for agent in state.agents.agents.values():
        agent.run = 0
    floor = Floor(Site(id="hq"), state)
    for second, status in ((160, TALKING), (150, AWAY)):
        floor.apply(desk.at(second, is_in(status), recv=160))
    assert states(floor) == {"ann": (AWAY.value, "")}
