"""Required agents: the reference's examples, and that one fewer is too few."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.staffing import (
    Goal,
    StaffingError,
    Traffic,
    expected,
    hiring,
    need,
    rostered,
)

HALF_HOUR = {"calls": 100, "span_s": 1_800, "handling_s": 180}


def test_eighty_of_a_hundred_in_twenty_seconds() -> None:
    """Without patience fourteen agents, with a patience of three minutes twelve."""
    goal = Goal(level=0.8, target_s=20)
    endless = need(Traffic(**HALF_HOUR), goal)
    assert (endless.agents, round(endless.expected.served_in_target, 4)) == (14, 0.8884)
    patient = need(Traffic(**HALF_HOUR, patience_s=180), goal)
    assert (patient.agents, round(patient.expected.served_in_target, 4)) == (12, 0.8023)
    assert patient.load == pytest.approx(10)


@pytest.mark.parametrize(
    ("goal", "agents"),
    [
        (Goal(asa_s=8), 14),
        (Goal(asa_s=7.8), 15),
        (Goal(occupancy=0.7), 15),
        (Goal(occupancy=0.72), 14),
        (Goal(level=0.8, occupancy=0.7), 15),
        (Goal(level=0.9, occupancy=0.7), 15),
        (Goal(level=0.2, target_s=20), 11),
    ],
)
def test_each_part_of_a_goal_is_kept(goal: Goal, agents: int) -> None:
    assert need(Traffic(**HALF_HOUR), goal).agents == agents


def test_where_the_load_is_small_the_search_begins_below_it() -> None:
    """A load of 3.6 and a target of 20 %: four agents do, though others' search begins at five."""
    traffic = Traffic(calls=36, span_s=1_800, handling_s=180)
    assert need(traffic, Goal(level=0.2)).agents == 4
    lenient = Traffic(calls=100, span_s=1_800, handling_s=180, patience_s=60)
    found = need(lenient, Goal(abandons=0.3))
    assert found.agents < lenient.load
    assert found.expected.abandons <= 0.3


def test_no_calls_need_nobody() -> None:
    for patience_s in (None, 120.0):
        found = need(
            Traffic(calls=0, span_s=900, handling_s=180, patience_s=patience_s), Goal(level=0.8)
        )
        assert (found.agents, found.rostered, found.expected.served_in_target) == (0, 0, 1.0)


@settings(deadline=None)
@given(
    st.floats(0.05, 400),
    st.sampled_from([900, 1_800, 3_600]),
    st.floats(15, 900),
    st.none() | st.floats(20, 1_800),
    st.builds(
        Goal,
        level=st.none() | st.floats(0.05, 0.99),
        target_s=st.floats(0, 120),
        asa_s=st.none() | st.floats(0.5, 300),
        abandons=st.none() | st.floats(0.005, 0.5),
        occupancy=st.floats(0.3, 0.97),
    ),
    st.floats(0, 0.6),
)
def test_so_many_are_enough_and_one_fewer_is_not(
    calls: float,
    span_s: float,
    handling_s: float,
    patience_s: float | None,
    goal: Goal,
    shrinkage: float,
) -> None:
    traffic = Traffic(calls=calls, span_s=span_s, handling_s=handling_s, patience_s=patience_s)
    found = need(traffic, goal, shrinkage=shrinkage)
    assert goal.met(found.expected)
    fewer = expected(traffic, found.agents - 1, goal.target_s)
    assert fewer is None or not goal.met(fewer)
    assert found.rostered * (1 - shrinkage) >= found.agents - 1e-6
    assert (found.rostered - 1) * (1 - shrinkage) < found.agents
    assert found.gap(found.agents - 2) == -2
    assert found.roster_gap(found.rostered + 1) == 1


def test_shrinkage_is_a_share_of_those_rostered() -> None:
    assert [rostered(7, share) for share in (0, 0.3, 0.31)] == [7, 10, 11]
    assert rostered(0, 0.3) == 0


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda: Goal(), "name a goal"),
        (lambda: Goal(level=1.0), "level: 1 is not between"),
        (lambda: Goal(level=float("nan")), "level"),
        (lambda: Goal(asa_s=0), "asa"),
        (lambda: Goal(level=0.8, target_s=-1), "target"),
        (lambda: Traffic(calls=1, span_s=0, handling_s=1), "times"),
        (lambda: Traffic(calls=-1, span_s=1, handling_s=1), "calls"),
        (lambda: Traffic(calls=float("nan"), span_s=1, handling_s=1), "calls"),
        (lambda: Traffic(calls=1e9, span_s=1_800, handling_s=180), "in seconds"),
        (lambda: rostered(1, 1.0), "shrinkage"),
        (lambda: hiring([1], interval_s=900, shift_s=60, shrinkage=0), "as long as an interval"),
        (
            lambda: hiring([1], interval_s=60, shift_s=60, shrinkage=0, work_days=0),
            "days of a week",
        ),
    ],
)
def test_what_makes_no_plan_is_said(mistake: object, words: str) -> None:
    assert callable(mistake)
    with pytest.raises(StaffingError, match=words):
        mistake()


def test_a_day_of_shifts() -> None:
    """Ten all day and twenty at noon, in shifts of four intervals: whoever comes for noon stays."""
    found = hiring([7, 7, 14, 14, 7, 7], interval_s=7_200, shift_s=28_800, shrinkage=0.3)
    assert (found.peak, found.rostered_peak) == (14, 20)
    assert found.shifts == 20
    assert found.used == pytest.approx((10 * 4 + 20 * 2) / 80)
    assert found.payroll == 28
    nobody = hiring([], interval_s=900, shift_s=28_800, shrinkage=0.3)
    assert (nobody.payroll, nobody.used) == (0, 0.0)


@given(st.lists(st.integers(0, 2), max_size=5), st.integers(1, 3))
def test_no_plan_has_fewer_shifts(needed: list[int], length: int) -> None:
    found = hiring(needed, interval_s=1, shift_s=length, shrinkage=0)

    def covers(begun: tuple[int, ...]) -> bool:
        return all(
            sum(begun[max(0, at - length + 1) : at + 1]) >= wanted
            for at, wanted in enumerate(needed)
        )

    choices = product(range(3), repeat=len(needed))
    assert found.shifts == min(sum(begun) for begun in choices if covers(begun))
