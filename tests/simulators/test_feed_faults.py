"""What a feed's faults do to it, and what a floor makes of what is left."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import count, islice, pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorwatch.report import report
from ingest.events import (
    Adapter,
    AgentState,
    Answered,
    Event,
    Gap,
    Heartbeat,
    Millis,
    Offered,
    SnapshotBegin,
    SnapshotEnd,
)
from ingest.stamp import Stamp
from ingest.wire import WireError, decode
from ingest.words import AdapterStatus, AgentStatus, Clock
from simulators.demo import DEMO
from simulators.faults import FLOOR_FAULTS, Fault, FaultError, FaultKind, FaultTruth
from simulators.feed_faults import FeedFaults, afflicted, as_payloads
from simulators.floor_sim import simulate
from stream.floor import LATENESS_MS, Floor
from stream.sites import Site

START = 1_790_006_400_000
PINNED = "e5000e4b0e26f9c2"
MINUTE = 60_000
HOUR = 60 * MINUTE
FEED_FAULTS = sorted(set(FaultKind) - FLOOR_FAULTS)
SIZES = {
    FaultKind.SILENT: 0.0,
    FaultKind.FLAPPING: 3.0,
    FaultKind.CLOCK_SKEW: 60_000.0,
    FaultKind.CLOCK_JUMP: -5_000.0,
    FaultKind.GARBAGE: 60.0,
}


def told(steps: Iterable[int]) -> Iterator[Event]:
    """One event after each of these pauses, in milliseconds."""
    stamp = Stamp("/acd/hq/test", "1")
    now = START
    for n, step in enumerate(steps):
        now += step
        yield stamp.event(Offered(call=f"c{n}"), time=now, recvtime=now)


def fault(
    kind: FaultKind,
    *,
    after_ms: Millis = 2 * MINUTE,
    length_ms: Millis = 5 * MINUTE,
    size: float | None = None,
    ramp_ms: Millis = 4_000,
) -> Fault:
    if size is None:
        size = SIZES.get(kind, 0.3)
    return Fault(kind=kind, after_ms=after_ms, length_ms=length_ms, size=size, ramp_ms=ramp_ms)


def through(
    events: Iterable[Event], *faults: Fault, seed: int = 1
) -> tuple[list[Event], list[FaultTruth]]:
    """The events that arrive, and the truth; garbage is left out."""
    feed = FeedFaults(faults, START, seed)
    arrived = [a for a in afflicted(events, feed) if isinstance(a, Event)]
    return arrived, feed.truths


STEPS = st.lists(st.sampled_from([0, 0, 1, 700, 1_000, 9_000, 60_000]), max_size=80)
PLANS = st.lists(
    st.builds(
        fault,
        st.sampled_from(FEED_FAULTS),
        after_ms=st.integers(0, 10 * MINUTE),
        length_ms=st.integers(1, 10 * MINUTE),
        ramp_ms=st.integers(0, MINUTE),
    ),
    max_size=5,
)
EVERY_SECOND = [1_000] * 600


@given(STEPS)
def test_without_a_fault_nothing_changes(steps: list[int]) -> None:
    events = list(told(steps))
    arrived, truths = through(events)
    assert [id(event) for event in arrived] == [id(event) for event in events]
    assert not truths


@pytest.mark.parametrize("kind", FEED_FAULTS)
def test_a_fault_changes_nothing_before_it_begins_and_something_while_it_lasts(
    kind: FaultKind,
) -> None:
    events = list(told(EVERY_SECOND))
    feed = FeedFaults([fault(kind)], START, 1)
    arrived = list(as_payloads(afflicted(events, feed)))
    usual = list(as_payloads(events))
    began = sum(event.recvtime < START + 2 * MINUTE for event in events)
    assert arrived[:began] == usual[:began]
    assert arrived != usual
    (truth,) = feed.truths
    assert (truth.kind, truth.started_at) == (kind, START + 2 * MINUTE)
    assert truth.ended_at == START + 7 * MINUTE
    assert truth.size == SIZES.get(kind, 0.3)
    assert truth.hit > 10


@given(STEPS, PLANS, st.integers(0, 3))
def test_what_arrives_is_in_the_order_of_arrival_and_never_before_it_was_told(
    steps: list[int], plan: list[Fault], seed: int
) -> None:
    events = list(told(steps))
    sent = {event.id: event.recvtime for event in events}
    feed = FeedFaults(plan, START, seed)
    arrived = list(afflicted(events, feed))
    assert all(a.recvtime <= b.recvtime for a, b in pairwise(arrived))
    for event in arrived:
        if isinstance(event, Event):
            assert event.recvtime >= sent.get(event.id, 0)
    for truth in feed.truths:
        if truth.kind is FaultKind.SILENT and truth.ended_at:
            assert not any(truth.started_at <= a.recvtime < truth.ended_at for a in arrived)


@given(STEPS, PLANS, st.integers(0, 3), st.lists(st.integers(0, 90_000), max_size=60))
def test_how_often_one_looks_changes_nothing(
    steps: list[int], plan: list[Fault], seed: int, looks: list[int]
) -> None:
    events = list(told(steps))
    usual = FeedFaults(plan, START, seed)
    expected = list(afflicted(events, usual))
    watched = FeedFaults(plan, START, seed)
    arrived = []
    moments = iter(sorted(START + look for look in looks))
    look = next(moments, None)
    for event in events:
        while look is not None and look <= event.recvtime:
            arrived += watched.pass_to(look)
            look = next(moments, None)
        arrived += watched.tell(event)
    arrived += watched.finish()
    assert arrived == expected
    assert watched.truths == usual.truths


@given(STEPS, PLANS, st.integers(0, 3))
def test_half_of_what_arrives_is_the_beginning_of_the_whole(
    steps: list[int], plan: list[Fault], seed: int
) -> None:
    events = list(told(steps))
    whole = list(as_payloads(afflicted(events, FeedFaults(plan, START, seed))))
    half = len(whole) // 2
    assert (
        list(islice(as_payloads(afflicted(iter(events), FeedFaults(plan, START, seed))), half))
        == whole[:half]
    )


def test_what_arrives_is_the_same_bytes_on_every_machine_and_python() -> None:
    """If you meant to change what a fault does, pin the new digest."""
    feed = FeedFaults([fault(kind) for kind in FEED_FAULTS], START, 1)
    arrived = sha256()
    for recvtime, payload in as_payloads(afflicted(told(EVERY_SECOND), feed)):
        arrived.update(b"%d %s" % (recvtime, payload))
    assert arrived.hexdigest()[:16] == PINNED


def test_another_seed_hits_others() -> None:
    losses = fault(FaultKind.LOST)
    assert through(told(EVERY_SECOND), losses, seed=1) != through(
        told(EVERY_SECOND), losses, seed=2
    )


def test_a_feed_without_end_is_told_as_it_goes() -> None:
    pulled = count()

    def endless() -> Iterator[Event]:
        for event in told(1_000 for _ in count()):
            next(pulled)
            yield event

    late = fault(FaultKind.LATE, after_ms=0, length_ms=HOUR, size=1.0, ramp_ms=4_000)
    arrived = afflicted(endless(), FeedFaults([late], START, 1))
    for n, arrival in enumerate(islice(arrived, 2_000)):
        assert arrival.recvtime >= START
        assert next(pulled) - 2 * n <= 8, "no more is held back than is under way"


KEEPING = [FaultKind.DUPLICATE, FaultKind.LATE, FaultKind.REORDERED, FaultKind.SILENT]


@given(STEPS, st.lists(st.sampled_from(KEEPING), max_size=5), st.integers(0, 3))
def test_twice_late_reordered_or_kept_back_is_not_lost(
    steps: list[int], kinds: list[FaultKind], seed: int
) -> None:
    events = list(told(steps))
    arrived, truths = through(events, *map(fault, kinds), seed=seed)
    doubled = sum(truth.hit for truth in truths if truth.kind is FaultKind.DUPLICATE)
    assert len(arrived) == len(events) + doubled
    assert {event.id for event in arrived} == {event.id for event in events}
    as_told = {event.id: event for event in events}
    for event in arrived:
        assert msgspec.structs.replace(event, recvtime=event.time) == as_told[event.id]


def test_a_silent_feed_brings_all_it_kept_back_at_the_end_in_order() -> None:
    arrived, (truth,) = through(told(EVERY_SECOND), fault(FaultKind.SILENT))
    assert [event.seq for event in arrived] == list(range(1, 601))
    back = [event for event in arrived if event.recvtime != event.time]
    assert {event.recvtime for event in back} == {START + 7 * MINUTE}
    assert len(back) == truth.hit == 300
    assert back[0].time == START + 2 * MINUTE


def test_a_feed_that_ends_in_silence_loses_nothing() -> None:
    arrived, (truth,) = through(told([1_000] * 200), fault(FaultKind.SILENT))
    assert [event.seq for event in arrived] == list(range(1, 201))
    assert truth.ended_at is None
    assert arrived[-1].recvtime == START + 7 * MINUTE


def test_lost_events_leave_holes_in_the_numbers_and_no_other_trace() -> None:
    events = list(told(EVERY_SECOND))
    arrived, (truth,) = through(events, fault(FaultKind.LOST))
    assert len(events) - len(arrived) == truth.hit
    assert 50 < truth.hit < 130
    assert not set(map(id, arrived)) - set(map(id, events))


def test_a_second_copy_has_the_same_id_and_number_and_comes_later() -> None:
    arrived, (truth,) = through(told(EVERY_SECOND), fault(FaultKind.DUPLICATE, ramp_ms=1_500))
    copies = Counter(event.id for event in arrived)
    assert sum(n == 2 for n in copies.values()) == truth.hit == len(arrived) - 600
    for event in arrived:
        first, *second = (copy.recvtime for copy in arrived if copy.id == event.id)
        assert first == event.time
        assert all(first < again <= first + 1_500 for again in second)


def test_late_events_come_out_of_order_and_no_later_than_was_said() -> None:
    arrived, (truth,) = through(told(EVERY_SECOND), fault(FaultKind.LATE, ramp_ms=4_000))
    late = [event for event in arrived if event.recvtime != event.time]
    assert len(late) == truth.hit > 50
    assert max(event.recvtime - event.time for event in late) <= 4_000
    assert sum(a.seq > b.seq for a, b in pairwise(arrived)) > 20
    arrived, _ = through(told(EVERY_SECOND), fault(FaultKind.LATE, ramp_ms=1))
    assert {event.recvtime - event.time for event in arrived} == {0, 1}


def test_neighbours_change_places() -> None:
    arrived, (truth,) = through(told(EVERY_SECOND), fault(FaultKind.REORDERED))
    swaps = [(a.seq, b.seq) for a, b in pairwise(arrived) if a.seq > b.seq]
    assert all(a == b + 1 for a, b in swaps)
    assert len(swaps) == truth.hit > 40


def test_a_flapping_link_tells_what_it_missed_and_leaves_no_hole() -> None:
    events = list(told(EVERY_SECOND))
    arrived, (truth,) = through(events, fault(FaultKind.FLAPPING, size=5.0))
    assert [event.seq for event in arrived] == list(range(1, len(arrived) + 1))
    assert len({event.id for event in arrived}) == len(arrived)
    own = [event for event in arrived if not isinstance(event.data, Offered)]
    assert [type(event.data) for event in own] == [
        Adapter,
        Adapter,
        Gap,
        SnapshotBegin,
        SnapshotEnd,
        Adapter,
    ] * 5
    assert [event.data.status for event in own if isinstance(event.data, Adapter)] == [
        AdapterStatus.DOWN,
        AdapterStatus.RESYNC,
        AdapterStatus.UP,
    ] * 5
    gaps = [event.data for event in own if isinstance(event.data, Gap)]
    assert [gap.end_at - gap.start_at for gap in gaps] == [30_000] * 5
    came = {event.id for event in arrived}
    missing = [event for event in events if event.id not in came]
    assert len(missing) == truth.hit == 150
    assert all(any(g.start_at <= e.time < g.end_at for g in gaps) for e in missing)
    as_told = {event.id: event for event in events}
    for event in arrived:
        if event.id in as_told:
            assert msgspec.structs.replace(event, seq=as_told[event.id].seq) == as_told[event.id]


@given(STEPS, st.lists(st.integers(0, 5), max_size=3))
def test_numbers_stay_without_holes_however_links_flap(steps: list[int], sizes: list[int]) -> None:
    flapping = [fault(FaultKind.FLAPPING, size=size + 1.0) for size in sizes]
    arrived, _ = through(told(steps), *flapping)
    assert [event.seq for event in arrived] == list(range(1, len(arrived) + 1))
    assert len({event.id for event in arrived}) == len(arrived)


def test_a_feed_that_ends_while_its_link_is_lost_still_tells_of_the_loss() -> None:
    arrived, _ = through(told([1_000] * 140), fault(FaultKind.FLAPPING))
    assert [type(event.data) for event in arrived[-5:]] == [
        Adapter,
        Gap,
        SnapshotBegin,
        SnapshotEnd,
        Adapter,
    ]


def test_a_clock_that_jumps_is_wrong_until_it_is_set_right() -> None:
    arrived, (truth,) = through(told(EVERY_SECOND), fault(FaultKind.CLOCK_JUMP, size=-90_000.0))
    off = [event.time - event.recvtime for event in arrived]
    assert off == [0] * 119 + [-90_000] * 300 + [0] * 181
    assert truth.hit == 300


def test_a_clock_that_runs_fast_is_ever_more_wrong_and_jumps_back() -> None:
    skew = fault(FaultKind.CLOCK_SKEW, size=60_000.0)
    arrived, (truth,) = through(told(EVERY_SECOND), skew)
    off = [event.time - event.recvtime for event in arrived]
    assert off[:120] == [0] * 120
    assert off[120:419] == [round(n * 1_000 / 60) for n in range(1, 300)]
    assert off[419:] == [0] * 181
    assert truth.hit == 299


def test_a_wrong_clock_is_read_for_every_instant_and_never_for_a_duration() -> None:
    stamp = Stamp("/acd/hq/test", "1")
    at = START + MINUTE
    data = [
        AgentState(agent="a", state=AgentStatus.READY, since=at - 500),
        Answered(visit="v", queue="q", agent="a", wait_ms=7_000),
        Heartbeat(last_native_at=at, clock_offset_ms=3),
        Heartbeat(),
    ]
    events = [stamp.event(each, time=at, recvtime=at) for each in data]
    ours = stamp.event(Heartbeat(), time=at, recvtime=at, clock=Clock.ARRIVAL)
    jump = fault(FaultKind.CLOCK_JUMP, after_ms=0, size=10_000.0)
    arrived, (truth,) = through([*events, ours], jump)
    assert arrived[-1] is ours, "its time was read from another clock"
    assert [event.time for event in arrived[:-1]] == [at + 10_000] * 4
    assert [event.data for event in arrived[:-1]] == [
        AgentState(agent="a", state=AgentStatus.READY, since=at + 9_500),
        Answered(visit="v", queue="q", agent="a", wait_ms=7_000),
        Heartbeat(last_native_at=at + 10_000, clock_offset_ms=10_003),
        Heartbeat(clock_offset_ms=10_000),
    ]
    assert truth.hit == 4


def test_garbage_comes_in_between_and_everything_else_gets_through() -> None:
    events = list(told(EVERY_SECOND))
    feed = FeedFaults([fault(FaultKind.GARBAGE, size=60.0)], START, 1)
    taken, refused = [], 0
    for recvtime, payload in as_payloads(afflicted(events, feed)):
        try:
            taken.append(decode(payload, recvtime))
        except WireError:
            refused += 1
            assert START + 2 * MINUTE <= recvtime < START + 7 * MINUTE
    assert taken == events
    assert refused == feed.truths[0].hit
    assert 240 < refused < 360


def test_a_fault_can_be_planned_while_the_feed_runs() -> None:
    feed = FeedFaults((), START, 1)
    events = told(EVERY_SECOND)
    arrived = [a for event in islice(events, 100) for a in feed.tell(event)]
    feed.plan(fault(FaultKind.SILENT, after_ms=90_000, length_ms=MINUTE))
    arrived += afflicted(events, feed)
    feed.plan(fault(FaultKind.LOST, after_ms=0, length_ms=MINUTE, size=1.0))
    with pytest.raises(FaultError, match="before the feed tells anything"):
        feed.plan(fault(FaultKind.FLAPPING, after_ms=0, length_ms=MINUTE, size=1))
    (truth,) = feed.truths
    assert (truth.started_at, truth.ended_at) == (START + 100_000, START + 150_000)
    assert len(arrived) == 600


def test_what_was_kept_back_comes_when_its_time_has_come_though_nothing_more_is_told() -> None:
    feed = FeedFaults([fault(FaultKind.SILENT)], START, 1)
    for event in told([1_000] * 200):
        feed.tell(event)
    assert not feed.pass_to(START + 7 * MINUTE - 1)
    assert len(feed.pass_to(START + 7 * MINUTE)) == 81
    assert feed.truths[0].ended_at == START + 7 * MINUTE
    assert not feed.finish()


def test_what_befalls_the_floor_is_refused() -> None:
    peak = Fault(kind=FaultKind.PEAK, after_ms=0, length_ms=1, size=2.0)
    with pytest.raises(FaultError, match="peak: befalls the floor"):
        FeedFaults([peak], START, 1)


@pytest.fixture(scope="module")
def half_day() -> list[Event]:
    return list(simulate(DEMO, 4, START, until=START + 12 * HOUR))


def all_day(kind: FaultKind, **how: Any) -> Fault:
    return fault(kind, after_ms=0, length_ms=12 * HOUR, **how)


def found(events: Iterable[Event]) -> dict[str, Any]:
    """What the floor reports of them."""
    floor = Floor(Site(id="hq"), keep_days=None)
    as_of = 0
    for event in events:
        floor.apply(event)
        as_of = max(as_of, event.time)
    floor.finish()
    return report(floor, as_of, 0)


def test_twice_late_reordered_and_kept_back_events_change_no_figure(half_day: list[Event]) -> None:
    silences = [
        fault(FaultKind.SILENT, after_ms=n * HOUR, length_ms=10 * MINUTE) for n in range(1, 12, 3)
    ]
    faults = (
        all_day(FaultKind.DUPLICATE, size=0.1, ramp_ms=90_000),
        all_day(FaultKind.LATE, size=0.2, ramp_ms=2 * LATENESS_MS),
        all_day(FaultKind.REORDERED, size=0.2),
        *silences,
    )
    arrived, truths = through(half_day, *faults)
    assert min(truth.hit for truth in truths) > 50
    usual, seen = found(half_day), found(arrived)
    assert seen["queues"] == usual["queues"]
    assert seen["agents"] == usual["agents"]
    assert seen["events"] == {
        **usual["events"],
        "repeated": truths[0].hit,
        "late": seen["events"]["late"],
    }
    assert seen["events"]["late"] > 100


def test_lost_events_are_reported(half_day: list[Event]) -> None:
    arrived, (truth,) = through(half_day, all_day(FaultKind.LOST, size=0.001))
    seen = found(arrived)["events"]
    assert truth.hit > 20
    assert 0 < seen["gaps"] <= truth.hit
    assert seen["taken"] == len(half_day) - truth.hit


def test_what_a_flapping_link_lost_is_reported(half_day: list[Event]) -> None:
    arrived, (truth,) = through(half_day, fault(FaultKind.FLAPPING, length_ms=HOUR, size=4.0))
    told = sum(".link-" in event.id for event in arrived)
    seen = found(arrived)["events"]
    assert truth.hit > 400
    assert seen["gaps"] == 4
    assert seen["taken"] == len(half_day) - truth.hit + told


def test_after_a_link_came_back_the_floor_is_seen_as_it_is(half_day: list[Event]) -> None:
    def living(events: Iterable[Event]) -> tuple[Any, ...]:
        floor = Floor(Site(id="hq"), keep_days=None)
        for event in events:
            floor.apply(event)
        people = floor.state.agents.agents.values()
        return (
            {queue: dict(waiting) for queue, waiting in floor.visits.waiting.items()},
            {queue: set(talking) for queue, talking in floor.visits.talking.items()},
            {agent.id: agent.now and (agent.now.state, agent.now.reason) for agent in people},
            {agent.id: agent.queues for agent in people},
        )

    until = START + 5 * HOUR
    before = [event for event in half_day if event.time < until]
    away = fault(FaultKind.FLAPPING, after_ms=5 * HOUR - 30 * MINUTE, length_ms=HOUR, size=1.0)
    feed = FeedFaults([away], START, 1)
    arrived = [a for a in afflicted(before, feed, until=until) if isinstance(a, Event)]
    usual = living(before)
    assert any(usual[0].values())
    assert any(usual[1].values())
    assert living(arrived) == usual
    assert living(a for a in arrived if ".link-" not in a.id) != usual


def test_a_replayed_file_counts_the_garbage_that_was_put_in(
    half_day: list[Event], tmp_path: Path
) -> None:
    events = half_day[:5_000]
    feed = FeedFaults([fault(FaultKind.GARBAGE, length_ms=HOUR, size=10.0)], START, 7)
    path = tmp_path / "events.jsonl"
    with path.open("wb") as file:
        for arrival in as_payloads(afflicted(events, feed)):
            file.write(arrival.payload + b"\n")
    done = subprocess.run(
        [sys.executable, "-m", "floorwatch", "replay", f"events+file:{path}", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    seen = json.loads(done.stdout)["events"]
    assert seen["rejected"] == feed.truths[0].hit > 100
    assert seen["taken"] == len(events)
