"""The watch of arrivals: whom it names, what it does not see, and what no order of things breaks."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.arrival_judge import SilenceJudge
from alerts.arrival_stream import ArrivalStream
from alerts.arrivals import ArrivalsWatch
from alerts.breach import STALE_NEWS_MS, Board, Sight
from alerts.forecast import Forecast
from alerts.hours import Hours, Span
from alerts.rules import Budget, CollapseRule, SilenceRule, SurgeRule
from ingest.events import Blocked, Event, Queued
from ingest.words import Origin
from stream.floor import Floor
from stream.sites import Site

NOON = 1_772_452_800_000
"""Monday, 2 March 2026, 12:00 UTC."""
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
QUEUES = {"sales": 240.0, "support": 240.0, "billing": 180.0, "care": 120.0}
Watch = Callable[..., Any]


def planned(queues: dict[str, float], days: int = 2) -> Forecast:
    """An even plan from an hour before noon on, so many calls an hour."""
    spans = [(NOON + (n - 2) * HOUR // 2, NOON + (n - 1) * HOUR // 2) for n in range(days * 48)]
    return Forecast({q: [(a, b, rate / 2) for a, b in spans] for q, rate in queues.items()})


def many(queues: dict[str, float], *more: str, factor: float = 4.0) -> dict[str, float]:
    return {q: rate * (factor if q in more else 1) for q, rate in queues.items()}


@pytest.mark.parametrize("plan", [None, planned(QUEUES)])
def test_one_queue_that_surges_is_named_alone_and_ends_by_itself(
    watching: Watch, plan: Forecast | None
) -> None:
    w, draw = watching(forecast=plan), Random(7)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    assert w.told == []
    w.poisson(many(QUEUES, "sales"), NOON + 36 * MINUTE, draw)
    w.poisson(QUEUES, NOON + 70 * MINUTE, draw)
    assert w.names == [("surge", "queue:sales")]
    told = w.told[0]
    assert told.at - (NOON + 30 * MINUTE) < 4 * MINUTE
    assert abs(told.breach.since - (NOON + 30 * MINUTE)) < 2 * MINUTE
    assert told.breach.queues == ("sales",)
    assert told.breach.learning is (plan is None)
    assert told.breach.evidence["ratio"] > 2
    assert told.until is not None
    assert told.until - (NOON + 36 * MINUTE) < 25 * MINUTE


def test_a_surge_of_all_queues_is_the_floors(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(3)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    w.poisson(many(QUEUES, *QUEUES, factor=3.0), NOON + 40 * MINUTE, draw)
    assert w.names == [("surge", "")]
    assert w.told[0].at - (NOON + 30 * MINUTE) < 4 * MINUTE


def test_the_least_surge_asked_for_does_not_become_the_usual_before_it_is_told(
    watching: Watch,
) -> None:
    """x1.5 for three quarters of an hour, against a forecast that was never held against a day."""
    for seed in range(8):
        w, draw = watching(forecast=planned(QUEUES)), Random(seed)
        w.start(NOON)
        w.poisson({q: 0.92 * rate for q, rate in QUEUES.items()}, NOON + 75 * MINUTE, draw, 5_000)
        assert w.told == []
        rates = {q: 0.92 * 1.5 * rate for q, rate in QUEUES.items()}
        w.poisson(rates, NOON + 120 * MINUTE, draw, 5_000)
        assert {rule for rule, _ in w.names} == {"surge"}, seed


def test_a_day_a_fifth_busier_than_its_forecast_is_no_surge(watching: Watch) -> None:
    for seed in range(4):
        w, draw = watching(forecast=planned(QUEUES)), Random(seed)
        w.start(NOON)
        w.poisson({q: 1.2 * rate for q, rate in QUEUES.items()}, NOON + 8 * HOUR, draw, 5_000)
        assert w.told == []


def test_a_second_queue_later_brings_in_the_floor_beside_the_first(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(5)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    w.poisson(many(QUEUES, "care"), NOON + 40 * MINUTE, draw)
    assert w.names == [("surge", "queue:care")]
    w.poisson(many(QUEUES, *QUEUES), NOON + 50 * MINUTE, draw)
    assert w.names == [("surge", "queue:care"), ("surge", "")]


def test_on_a_first_day_the_tide_lifts_all_queues_and_is_no_surge(watching: Watch) -> None:
    for seed in range(3):
        w, draw = watching(), Random(seed)
        w.start(NOON)
        w.poisson({q: 0.47 * rate for q, rate in QUEUES.items()}, NOON + HOUR, draw)
        w.poisson(QUEUES, NOON + 2 * HOUR, draw)
        assert w.told == []


def test_small_queues_are_judged_together(watching: Watch) -> None:
    small = {f"s{n}": 6.0 for n in range(10)}
    groups = {queue: "small" for queue in small} | {"big": ""}
    queues = small | {"big": 600.0}
    w, draw = watching(forecast=planned(queues), groups=groups), Random(2)
    assert "group:small" in w.watch.streams
    w.start(NOON)
    w.poisson(queues, NOON + 5 * HOUR, draw)
    assert w.told == []
    w.poisson(many(queues, *small, factor=3), NOON + 5 * HOUR + 40 * MINUTE, draw)
    assert ("surge", "group:small") in w.names
    assert ("surge", "") not in w.names
    group = next(one.breach for one in w.told if one.breach.scope == "group:small")
    assert set(group.queues) == set(small)


def test_half_of_the_calls_missing_is_a_collapse_and_all_of_them_silence(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(4)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    w.poisson(many(QUEUES, *QUEUES, factor=0.2), NOON + 45 * MINUTE, draw)
    assert w.names == [("collapse", "")]
    w.poisson(QUEUES, NOON + 2 * HOUR, draw)
    assert w.told[0].until is not None
    w.until(NOON + 2 * HOUR + 3 * MINUTE)
    assert w.names == [("collapse", ""), ("silence", "")]
    assert w.told[1].at - (NOON + 2 * HOUR) < 2 * MINUTE
    assert w.told[1].breach.evidence["quiet_ms"] >= 30_000
    w.call("sales", NOON + 2 * HOUR + 3 * MINUTE)
    assert w.told[1].until == NOON + 2 * HOUR + 3 * MINUTE


def test_a_first_day_knows_no_closing_time(watching: Watch) -> None:
    w, draw = watching(), Random(4)
    w.start(NOON)
    w.poisson(QUEUES, NOON + HOUR, draw)
    w.until(NOON + 3 * HOUR, 5_000)
    assert w.told == []


def test_opening_hours_of_a_rule_make_silence_known_on_a_first_day(watching: Watch) -> None:
    open_till_one = Hours(spans=(Span(start_min=8 * 60, end_min=13 * 60),))
    rules = (SilenceRule(id="quiet", hours=open_till_one),)
    w, draw = watching(rules=rules), Random(4)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    w.until(NOON + 55 * MINUTE)
    assert w.names == [("quiet", "")]
    w.until(NOON + HOUR + MINUTE)
    assert w.told[0].until == NOON + HOUR  # Closed: over.


def test_closing_time_is_learnt_and_nobody_is_missed_after_it(watching: Watch) -> None:
    w, draw = watching(), Random(9)
    w.start(NOON - 4 * HOUR)
    for day in range(9):
        began = NOON - 4 * HOUR + day * DAY
        w.until(began, 30_000)
        w.poisson(QUEUES, began + 8 * HOUR, draw, 30_000)
    w.until(NOON + 9 * DAY - 5 * HOUR, 30_000)
    assert not {"silence", "collapse"} & {rule for rule, _ in w.names}
    w.until(NOON + 9 * DAY - 3 * HOUR, 30_000)  # The tenth morning: nobody calls.
    assert w.names[-1] == ("silence", "")
    assert w.told[-1].at - (NOON + 9 * DAY - 4 * HOUR) == pytest.approx(30 * MINUTE, abs=MINUTE)


def test_what_cannot_be_seen_is_neither_silence_nor_surge(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(6)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    w.sight = Sight(frozenset({"pbx"}), frozenset(QUEUES))
    w.until(NOON + 40 * MINUTE)
    w.sight = Sight()
    for n in range(300):
        w.call("sales", NOON + 40 * MINUTE + n * 10)  # What was held back comes all at once.
    w.poisson(QUEUES, NOON + 60 * MINUTE, draw)
    assert w.told == []
    w.poisson(many(QUEUES, "sales"), NOON + 65 * MINUTE, draw)
    assert w.names == [("surge", "queue:sales")]


def test_an_alarm_stays_as_it_is_while_nothing_is_seen(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(6)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 20 * MINUTE, draw)
    w.poisson(many(QUEUES, "sales"), NOON + 25 * MINUTE, draw)
    assert w.names == [("surge", "queue:sales")]
    w.sight = Sight(frozenset({"pbx"}), frozenset(QUEUES))
    w.until(NOON + HOUR)
    assert w.told[0].until is None


def test_a_promise_for_the_floor_is_shared_and_one_for_each_scope_is_not() -> None:
    def limits(budget: Budget) -> dict[str, float]:
        rules = (SurgeRule(id="surge", budget=budget),)
        watch = ArrivalsWatch(Floor(Site(id="hq")), rules, Board(), planned(QUEUES))
        for queue in QUEUES:
            watch.count(queue, NOON)
        return {scope: one.shares["surge"] for scope, one in watch.streams.items()}

    shared = limits(Budget())
    assert sum(shared.values()) == pytest.approx(1)
    assert shared[""] == 0.5
    assert shared["queue:care"] == 0.125
    assert set(limits(Budget(each_scope=True)).values()) == {1.0}
    assert sum(limits(Budget(period_ms=DAY)).values()) == pytest.approx(7)


def told(data: Queued | Blocked, time: int, origin: Origin = Origin.LIVE) -> Event:
    return Event(
        source="pbx", epoch="1", id=str(time), time=time, recvtime=time, origin=origin, data=data
    )


def test_only_news_of_arrivals_counts_and_the_past_only_teaches() -> None:
    watch = ArrivalsWatch(Floor(Site(id="hq")), (SurgeRule(id="surge"),), Board())
    watch.tick(NOON, Sight())
    floor = watch.streams[""]
    queued = Queued(visit="1", queue="sales")
    watch.take(told(queued, NOON + 1_000), NOON + 1_000)
    watch.take(told(Blocked(call="2", queue="sales"), NOON + 2_000), NOON + 2_000)
    assert floor.calls == 2
    watch.take(told(queued, NOON, Origin.SNAPSHOT), NOON + 3_000)
    watch.take(told(queued, NOON, Origin.BACKFILL), NOON + 3_000)
    assert floor.calls == 2
    past = NOON - DAY
    for n in range(200):
        watch.take(told(queued, past + n * MINUTE), NOON + 4_000)
    assert floor.calls == 2
    assert [day.calls for day in floor.pace.base.days] == [200]
    watch.take(told(queued, NOON + 5_000), NOON + 5_000 + STALE_NEWS_MS)
    assert floor.calls == 3


def test_a_morning_that_is_told_later_makes_the_first_hour_known(watching: Watch) -> None:
    w, draw = watching(), Random(1)
    w.start(NOON)
    at = NOON - 4 * HOUR
    while at < NOON:
        at += int(draw.expovariate(400 / HOUR))
        queued = Queued(visit=str(at), queue="sales")
        w.watch.take(told(queued, min(at, NOON - 1)), NOON + STALE_NEWS_MS + 1)
    floor = w.watch.streams[""]
    counts = floor.pace.base.today.counts
    assert min(counts[8 * 12 + 1 : 12 * 12]) >= 0
    assert sum(count for count in counts if count > 0) == pytest.approx(1_600, rel=0.1)
    w.until(NOON + 2 * MINUTE)
    assert floor.pace.rate * HOUR == pytest.approx(400, rel=0.3)


def test_a_call_that_is_passed_on_is_no_new_arrival() -> None:
    watch = ArrivalsWatch(Floor(Site(id="hq")), (SurgeRule(id="surge"),), Board())
    watch.tick(NOON, Sight())
    for n, (call, queue) in enumerate([("a", "sales"), ("a", "care"), ("b", "care"), ("", "care")]):
        watch.take(told(Queued(visit=str(n), call=call, queue=queue), NOON + n), NOON + n)
    assert [watch.streams[scope].calls for scope in ("", "queue:sales", "queue:care")] == [3, 1, 2]
    for n in range(3_000):
        later = NOON + HOUR + n * 1_000
        watch.take(told(Queued(visit=f"v{n}", call=f"c{n}", queue="care"), later), later)
    later = NOON + 3 * HOUR
    watch.take(told(Queued(visit="z", call="a", queue="care"), later), later)
    assert watch.streams[""].calls == 3_004


def test_a_restart_goes_on_with_what_was_learnt(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(8)
    w.start(NOON)
    w.poisson(QUEUES, NOON + 30 * MINUTE, draw)
    w.poisson(many(QUEUES, "sales"), NOON + 35 * MINUTE, draw)
    assert w.names == [("surge", "queue:sales")]
    dump = w.watch.dump()
    again = watching(forecast=planned(QUEUES))
    again.watch.load(dump, NOON + 36 * MINUTE)
    again.now = NOON + 36 * MINUTE
    again.note(again.now)
    assert again.names == [("surge", "queue:sales")]
    again.poisson(QUEUES, NOON + 60 * MINUTE, draw)
    assert again.told[0].until is not None
    with pytest.raises(msgspec.MsgspecError):
        again.watch.load(b"no state", NOON)


def test_rules_that_are_gone_leave_nothing_behind(watching: Watch) -> None:
    w, draw = watching(forecast=planned(QUEUES)), Random(8)
    w.start(NOON)
    w.poisson(many(QUEUES, *QUEUES, factor=3), NOON + 10 * MINUTE, draw)
    other = ArrivalsWatch(Floor(Site(id="hq")), (CollapseRule(id="low"),), Board())
    other.load(w.watch.dump(), NOON + 11 * MINUTE)
    other.tick(NOON + 11 * MINUTE, Sight())
    assert other.board.held == {}
    assert [judge.rule for judge in other.streams[""].collapses] == ["low"]
    assert other.streams[""].surges == []


steps = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "advance", "advance", "pause", "resume", "learn"]),
        st.sampled_from([0, 1, 999, 20_000, 61_000, 301_000, HOUR, 7 * HOUR]),
        st.sampled_from([1, 1, 2, 50, 10_000]),
    ),
    min_size=5,
    max_size=30,
)


def lived(stream: ArrivalStream, now: int, moves: list[tuple[str, int, int]]) -> int:
    for what, later, calls in moves:
        now += later
        if what == "arrive":
            stream.arrive(now, calls)
        elif what == "advance":
            stream.advance(now)
        elif what == "pause":
            stream.pause(now)
        elif what == "resume":
            stream.resume(now)
        else:
            stream.learn(now - DAY, calls)
    return now


def stream_of(zone: str) -> ArrivalStream:
    rules = (SurgeRule(id="surge"), CollapseRule(id="collapse"), SilenceRule(id="silence"))
    watch = ArrivalsWatch(Floor(Site(id="hq", time_zone=zone)), rules, Board())
    return watch.streams[""]


@settings(max_examples=40, deadline=None)
@given(before=steps, after=steps, start=st.sampled_from([NOON, 1_774_656_000_000]))
def test_no_order_of_things_breaks_a_stream(
    before: list[tuple[str, int, int]], after: list[tuple[str, int, int]], start: int
) -> None:
    stream = stream_of("Europe/Berlin")
    stream.advance(start)
    now = lived(stream, start, before)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(stream), type=ArrivalStream)
    branch = copy.deepcopy(stream)
    for one in (stream, again, branch):
        lived(one, now, after)
    assert msgspec.msgpack.encode(stream) == msgspec.msgpack.encode(again)
    assert msgspec.msgpack.encode(stream) == msgspec.msgpack.encode(branch)
    assert stream.at >= now
    assert stream.expected >= 0
    assert stream.pace.rate >= 0
    assert stream.pace.highest >= 1 >= stream.pace.lowest > 0
    assert stream.holding == bool(stream.alarms)
    for alarm in stream.alarms.values():
        assert alarm.since <= alarm.at <= stream.at


@given(st.lists(st.floats(0, 3), max_size=40))
def test_silence_waits_for_as_many_calls_as_chance_may_miss(missed: list[float]) -> None:
    judge = SilenceJudge(rule="silence", since=NOON)
    judge.promise(1.0, 10_000.0)
    for n, one in enumerate(missed):
        alarmed = judge.weigh(NOON + n * MINUTE, one, 0)
        assert alarmed == (sum(missed[: n + 1]) >= judge.limit)
