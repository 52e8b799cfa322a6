"""What a fit finds in days of which the truth is known: those that we simulated ourselves."""

from collections.abc import Iterator
from dataclasses import replace
from math import exp
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import (
    AgentState,
    Answered,
    Completed,
    Data,
    Event,
    Held,
    Millis,
    Offered,
    Queued,
    Retrieved,
)
from ingest.stamp import Stamp
from ingest.words import Origin
from simulators.draws import Draws
from simulators.fit import FitError, fit
from simulators.fit_days import STEPS, Days
from simulators.fit_demand import profile, wander
from simulators.fit_hours import hours, together
from simulators.fit_patience import patience, surviving
from simulators.fit_record import Record, record
from simulators.fit_seats import seats
from simulators.floor_sim import simulate
from simulators.local_time import start_of
from simulators.plans import (
    AgentPlan,
    Habits,
    Length,
    Patience,
    Profile,
    QueuePlan,
    Shift,
    Trunk,
    Wander,
)
from simulators.scenario import Scenario, busier

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = 1_795_968_000_000 - 1_795_968_000_000 % 86_400_000
TRUE = Habits(
    menu_ms=(4_000, 10_000),
    menu_quit_share=0.05,
    misdial_share=0.0,
    key_share=0.0,
    redial_share=0.0,
    drop_waiting_share=0.0,
    drop_talking_share=0.01,
    ring=Length(4_000, 0.4),
    no_answer_share=0.03,
    hold_share=0.2,
    hold=Length(30_000, 0.5),
    transfer_share=0.1,
    transfer_out_share=1.0,
    attended_share=0.0,
    late_ms=(0, 0),
)


def floor() -> Scenario:
    """A house of two queues that is open from 8 to 20, and every day alike."""
    weights = tuple(0.0 if hour < 8 or hour >= 20 else 0.5 + (hour % 3) / 4 for hour in range(24))
    sales = QueuePlan(
        id="sales",
        names={"en": "Sales"},
        calls_per_hour=130,
        patience=Patience(120_000),
        talk=Length(150_000, 0.8),
        wrap_up=Length(25_000, 0.4),
        did="4005550101",
        capacity=200,
    )
    billing = replace(
        sales, id="billing", calls_per_hour=60, patience=Patience(300_000), talk=Length(90_000, 0.5)
    )
    shift = Shift(id="day", start_min=7 * 60 + 55, length_min=13 * 60)
    return Scenario(
        site="hq",
        names={"en": "House"},
        time_zone=ZONE.key,
        queues=(sales, billing),
        teams={"one": {}, "two": {}},
        shifts=(shift,),
        agents=tuple(
            AgentPlan(
                id=f"person-{n}",
                names={"en": f"Person {n}"},
                team="one" if n < 5 else "two",
                queues=("sales",) if n < 5 else ("billing",),
                shift="day",
                interface=f"PJSIP/{n}",
            )
            for n in range(8)
        ),
        profile=Profile(step_min=60, weights=weights),
        trunks=(Trunk(name="PJSIP/carrier"),),
        habits=TRUE,
        start="2026-11-23",
        grain_ms=1_000,
    )


def told(scenario: Scenario, days: int, seed: int = 5) -> Iterator[Event]:
    """So many days of it, from midnight to midnight."""
    start_at = start_of(scenario)
    until = start_at + days * 86_400_000
    return simulate(replace(scenario, heartbeat_ms=3_600_000), seed, start_at, until=until)


@pytest.fixture(scope="module")
def week() -> list[Event]:
    return list(told(floor(), 5))


@pytest.fixture(scope="module")
def found(week: list[Event]) -> Scenario:
    return fit(week, site="hq", time_zone=ZONE.key, rounds=2)


@pytest.fixture(scope="module")
def made(found: Scenario) -> Record:
    """The same days, as the fitted floor has them."""
    return record(told(found, 5, seed=77))


def test_the_queues_are_found_with_their_calls(found: Scenario) -> None:
    made = {queue.id: queue for queue in found.queues}
    for queue in floor().queues:
        plan, truth = made[queue.id], floor().profile
        profile = plan.profile or found.profile
        for hour in range(8, 20):
            rate = sum(
                profile.weight(MONDAY + hour * 3_600_000 + half) * plan.calls_per_hour / 2
                for half in (0, 1_800_000)
            )
            calls = queue.calls_per_hour * truth.weight(MONDAY + hour * 3_600_000)
            assert rate == pytest.approx(calls, abs=4 * (calls / 5) ** 0.5)
        assert profile.weight(MONDAY + 3 * 3_600_000) == 0


def test_conversations_after_call_work_and_patience_are_found(found: Scenario) -> None:
    for queue in floor().queues:
        (plan,) = [plan for plan in found.queues if plan.id == queue.id]
        assert plan.talk.mean_ms == pytest.approx(queue.talk.mean_ms, rel=0.05)
        assert plan.talk.variation == pytest.approx(queue.talk.variation, abs=0.1)
        assert plan.wrap_up.mean_ms == pytest.approx(queue.wrap_up.mean_ms, rel=0.04)
        assert plan.wrap_up.variation == pytest.approx(queue.wrap_up.variation, abs=0.05)
        assert plan.patience.hazard == ()
        assert plan.patience.mean_ms == pytest.approx(queue.patience.mean_ms, rel=0.12)
        assert plan.target_ms == queue.target_ms


def test_habits_are_found(found: Scenario) -> None:
    made = found.habits
    for name in ("menu_quit_share", "no_answer_share", "hold_share", "transfer_share"):
        share = getattr(TRUE, name)
        assert getattr(made, name) == pytest.approx(share, abs=4 * (share / 8_000) ** 0.5), name
    assert made.transfer_out_share == 1.0
    assert made.drop_talking_share == pytest.approx(0.01, abs=0.004)
    assert made.ring.mean_ms == pytest.approx(TRUE.ring.mean_ms, rel=0.03)
    assert made.hold.mean_ms == pytest.approx(TRUE.hold.mean_ms, rel=0.05)
    assert made.menu_ms == pytest.approx(TRUE.menu_ms, abs=700)
    assert made.caller_hangs_up_share == pytest.approx(TRUE.caller_hangs_up_share, abs=0.02)
    assert made.short_call_share == made.redial_share == made.misdial_share == 0


def test_people_are_found_but_not_their_names(found: Scenario) -> None:
    by_queue: dict[tuple[str, ...], int] = {}
    shifts = {shift.id: shift for shift in found.shifts}
    for agent in found.agents:
        shift = shifts[agent.shift]
        minutes = shift.length_min - sum(off.minutes for off in shift.breaks)
        by_queue[agent.queues] = by_queue.get(agent.queues, 0) + minutes
        assert agent.names == {"en": f"Agent {found.agents.index(agent) + 1}"} | {
            "zh": f"坐席 {found.agents.index(agent) + 1}"
        }
    assert by_queue.keys() == {("sales",), ("billing",)}
    assert by_queue["sales",] == pytest.approx(5 * 13 * 60, rel=0.08)
    assert by_queue["billing",] == pytest.approx(3 * 13 * 60, rel=0.08)
    assert "person" not in repr(found)
    assert [trunk.name for trunk in found.trunks] == ["PJSIP/carrier"]


def test_the_fitted_floor_waits_as_the_true_one_does(week: list[Event], made: Record) -> None:
    days = Days.spanning(ZONE, week[0].time, week[-1].time)
    truth, fitted = together(hours(record(week), days)), together(hours(made, days))
    assert fitted.arrivals == pytest.approx(truth.arrivals, rel=0.04)
    assert fitted.abandons == pytest.approx(truth.abandons, abs=0.03)
    assert fitted.wait_s == pytest.approx(truth.wait_s, rel=0.2)
    assert fitted.waits == pytest.approx(truth.waits, abs=0.05)


def test_a_fit_without_states_guesses_people_from_their_conversations(
    week: list[Event],
) -> None:
    bare = (event for event in week if not isinstance(event.data, AgentState))
    found = fit(bare, site="hq", time_zone=ZONE.key, rounds=2)
    days = Days.spanning(ZONE, week[0].time, week[-1].time)
    truth = together(hours(record(week), days))
    made = together(hours(record(told(found, 5, seed=78)), days))
    assert made.abandons == pytest.approx(truth.abandons, abs=0.03)
    assert made.wait_s == pytest.approx(truth.wait_s, rel=0.25)


def test_a_fifth_more_calls_are_a_fifth_more_calls(
    week: list[Event], found: Scenario, made: Record
) -> None:
    days = Days.spanning(ZONE, week[0].time, week[-1].time)
    once = together(hours(made, days)).arrivals
    more = together(hours(record(told(busier(found, 1.2), 5, seed=10)), days)).arrivals
    assert more == pytest.approx(1.2 * once, rel=0.04)


def test_one_day_alone_is_a_day_like_it_on_every_weekday(week: list[Event]) -> None:
    start_at = week[0].time
    day = [event for event in week if event.time < start_at + 86_400_000]
    found = fit(day, site="hq", time_zone=ZONE.key, rounds=0)
    assert found.wander == Wander()
    assert found.profile.weekdays == (1.0,) * 7
    assert {shift.weekdays for shift in found.shifts} == {(0, 1, 2, 3, 4, 5, 6)}


def test_a_day_from_noon_to_noon_is_a_whole_day(week: list[Event]) -> None:
    noon = week[0].time + 12 * 3_600_000
    day = [event for event in week if noon <= event.time < noon + 86_400_000]
    found = fit(day, site="hq", time_zone=ZONE.key, rounds=2)
    days = Days.spanning(ZONE, day[0].time, day[-1].time)
    was, made = hours(record(day), days), hours(record(told(found, 5, seed=79)), days.whole(5))
    for n in range(8, 20):
        # Some were in the menu, or waited, when the recording began: their beginnings are missing.
        assert made[n].per_day == pytest.approx(was[n].per_day, rel=0.3), n
    assert together(made).per_day == pytest.approx(together(was).per_day, rel=0.1)
    assert together(made).abandons == pytest.approx(together(was).abandons, abs=0.06)
    assert len({shift.weekdays for shift in found.shifts}) == 1


def test_the_same_events_give_the_same_scenario(week: list[Event]) -> None:
    day = [event for event in week if event.time < week[0].time + 86_400_000]
    once, again = (fit(iter(day), site="hq", time_zone=ZONE.key, rounds=1) for _ in range(2))
    assert once == again


def test_what_fills_gaps_is_not_counted_twice(week: list[Event]) -> None:
    again = [
        Event(
            data=e.data,
            time=e.time,
            recvtime=e.recvtime,
            source="x",
            id=e.id,
            origin=Origin.BACKFILL,
        )
        for e in week[:200]
    ]
    once = record(week)
    assert record([*week, *again]).habits == once.habits


def test_without_an_answered_call_nothing_is_learnt() -> None:
    stamp = Stamp("/acd/hq/x", "0")
    lone = stamp.event(Queued(visit="v", queue="q"), time=MONDAY, recvtime=MONDAY)
    for events in ([], [lone]):
        with pytest.raises(FitError, match="no agent answered"):
            fit(events, site="hq", time_zone="UTC")


def test_a_single_answered_call_makes_a_scenario_that_runs() -> None:
    found = fit(one_call(1_800_000), site="hq", time_zone="UTC")
    assert [queue.id for queue in found.queues] == ["q"]
    assert len(found.agents) == 1
    assert list(told(found, 1))


def test_of_a_moment_nothing_is_learnt() -> None:
    with pytest.raises(FitError, match="whole days"):
        fit(one_call(20_000), site="hq", time_zone="UTC")


def one_call(talk_ms: Millis) -> list[Event]:
    """Somebody talks for so long, and nothing else is known."""
    stamp, at = Stamp("/acd/hq/x", "0"), MONDAY + 36_000_000

    def event(data: Data, after_ms: Millis) -> Event:
        return stamp.event(data, time=at + after_ms, recvtime=at)

    return [
        event(Offered(call="c"), 0),
        event(Queued(visit="v", queue="q", call="c"), 0),
        event(Answered(visit="v", queue="q", call="c", agent="a"), 4_000),
        event(Held(visit="v", queue="q", call="c"), 9_000),
        event(Retrieved(visit="v", queue="q", call="c"), 12_000),
        event(Completed(visit="v", queue="q", call="c", agent="a", hold_ms=3_000), 4_000 + talk_ms),
    ]


def test_patience_is_found_among_waits_that_were_mostly_answered() -> None:
    draws = Draws(3, "waits")
    waits = []
    for _ in range(4_000):
        gives_up, answered = draws.exponential(180_000), draws.exponential(60_000)
        waits.append((round(min(gives_up, answered)), gives_up < answered))
    found = patience(waits)
    assert found.hazard == ()
    assert found.mean_ms == pytest.approx(180_000, rel=0.1)
    assert surviving(waits, 90_000) == pytest.approx(exp(-0.5), abs=0.05)


def test_impatience_at_the_beginning_is_seen() -> None:
    draws, truth = Draws(4, "waits"), Patience(None, ((0, 1.0), (20_000, 0.15)))
    waits = []
    for _ in range(4_000):
        gives_up, answered = draws.patience(truth) or 0, draws.exponential(90_000)
        waits.append((round(min(gives_up, answered)), gives_up < answered))
    found = patience(waits)
    for since_ms, per_min in found.hazard:
        assert per_min == pytest.approx(1.0 if since_ms < 20_000 else 0.15, rel=0.5)
    assert found.hazard[0][1] == pytest.approx(1.0, rel=0.25)


@pytest.mark.parametrize("waits", [[], [(0, False)], [(30_000, False)] * 9])
def test_who_never_gave_up_is_patient_without_end(waits: list[tuple[int, bool]]) -> None:
    assert patience(waits) == Patience()


def test_straying_beyond_chance_is_found() -> None:
    draws, truth = Draws(6, "days"), Wander(day_variation=0.15, step_variation=0.2)
    days, counts = Days(ZONE, 20_780, 140), []
    for _ in range(days.count):
        day = draws.factor(draws.normal(), truth.day_variation)
        row = []
        for step in range(STEPS):
            rate = 40 * day * draws.factor(draws.normal(), truth.step_variation)
            row.append(_poisson(draws, rate if 16 <= step < 40 else 0.0))
        counts.append(row)
    found = wander(counts, days)
    assert found.day_variation == pytest.approx(0.15, abs=0.04)
    assert found.step_variation == pytest.approx(0.2, abs=0.04)
    assert abs(found.day_correlation) <= 0.3
    assert found.step_correlation <= 0.3


def test_chance_alone_is_no_straying() -> None:
    draws, days = Draws(7, "days"), Days(ZONE, 20_780, 140)
    counts = [[_poisson(draws, 30.0) for _ in range(STEPS)] for _ in range(days.count)]
    found = wander(counts, days)
    assert found.day_variation < 0.03
    assert found.step_variation < 0.05


def _poisson(draws: Draws, mean: float) -> int:
    count, left = 0, mean
    while left > 0 and (left := left - draws.exponential(1.0)) > 0:
        count += 1
    return count


def test_weekdays_get_shapes_of_their_own_when_seen_often_enough() -> None:
    days = Days(ZONE, 20_780, 28)
    busy = [
        [0] * 20 + [60] * 4 + [0] * 24 if days.weekday(n) == 2 else [20] * 48 for n in range(28)
    ]
    per_hour, found = profile(busy, days)
    assert (per_hour, len(found.weights)) == (120, 7 * STEPS)
    rare = [[n // 10 for n in row] for row in busy[:7]]
    assert len(profile(rare, Days(ZONE, 20_780, 7))[1].weights) == STEPS


@given(st.lists(st.floats(0, 20), min_size=STEPS, max_size=STEPS))
def test_seats_make_up_the_curve(curve: list[float]) -> None:
    made = seats(curve)
    worked = [0.0] * STEPS
    for seat in made:
        assert 0 <= seat.start_min < seat.end_min <= 1_440
        off = {
            minute
            for pause in seat.breaks
            for minute in range(
                seat.start_min + pause.at_min, seat.start_min + pause.at_min + pause.minutes
            )
        }
        for minute in range(seat.start_min, seat.end_min):
            worked[minute // 30] += (minute not in off) / 30
        assert seat.end_min - seat.start_min <= 545
    for agents, there in zip(curve, worked, strict=True):
        assert there == pytest.approx(agents, abs=0.17)
    assert sum(worked) == pytest.approx(sum(curve), abs=0.1 + sum(0 < n < 0.2 for n in curve) / 6)
