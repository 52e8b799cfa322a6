"""Days and steps stray from the profile as much, and as much together, as the scenario says."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from statistics import correlation, fmean, stdev, variance

import pytest

from simulators.agenda import Agenda
from simulators.callers import Callers
from simulators.demo import DEMO
from simulators.draws import Draws, ln
from simulators.local_time import from_local_ms
from simulators.plans import DAY_MIN, MINUTE, Habits, Patience, Profile, Wander
from simulators.scenario import Scenario
from simulators.truth import QueueTruth, Truth
from simulators.wander import Strayed

DAY = DAY_MIN * MINUTE
MONDAY = from_local_ms(DEMO.zone, 20_724 * DAY)
QUEUE = DEMO.queues[0]
FLAT = Profile(step_min=60, weights=(1.0,))


def factors(wander: Wander, count: int, every_ms: int) -> list[float]:
    strayed = Strayed(wander, 1, 60)
    return [strayed.factor(n * every_ms) for n in range(count)]


@pytest.mark.parametrize("cv", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("kind", ["day", "step"])
def test_factors_have_mean_one_and_the_stated_variation(kind: str, cv: float) -> None:
    every_ms = DAY if kind == "day" else 60 * MINUTE
    found = factors(Wander(**{f"{kind}_variation": cv}), 20_000, every_ms)
    assert fmean(found) == pytest.approx(1.0, abs=4 * cv / 20_000**0.5)
    # The fourth moment of a lognormal makes its deviation surer or less sure: within 5 % at 0.5.
    assert stdev(found) == pytest.approx(cv, rel=0.08)


@pytest.mark.parametrize("rho", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("kind", ["day", "step"])
def test_neighbours_are_correlated_as_stated(kind: str, rho: float) -> None:
    every_ms = DAY if kind == "day" else 60 * MINUTE
    wander = Wander(**{f"{kind}_variation": 0.3, f"{kind}_correlation": rho})
    logs = [ln(factor) for factor in factors(wander, 20_000, every_ms)]
    assert correlation(logs[:-1], logs[1:]) == pytest.approx(rho, abs=4 / 20_000**0.5)
    apart = correlation(logs[:-2], logs[2:])
    assert apart == pytest.approx(rho * rho, abs=8 / 20_000**0.5)


def test_a_factor_holds_for_its_whole_day_and_step() -> None:
    strayed = Strayed(Wander(day_variation=0.3), 1, 60)
    hours = [strayed.factor(hour * 60 * MINUTE) for hour in range(48)]
    assert len(set(hours[:24])) == len(set(hours[24:])) == 1
    assert hours[0] != hours[24]
    strayed = Strayed(Wander(step_variation=0.3), 1, 60)
    quarters = [strayed.factor(n * 15 * MINUTE) for n in range(8)]
    assert len(set(quarters[:4])) == len(set(quarters[4:])) == 1
    assert quarters[0] != quarters[4]
    assert set(factors(Wander(), 10, DAY)) == {1.0}


def arrivals(scenario: Scenario, days: int) -> list[list[int]]:
    """The calls of each hour of each day: of the callers alone, without the rest of the floor."""
    agenda = Agenda(MONDAY)
    truth = Truth(queues={queue.id: QueueTruth(0, 0) for queue in scenario.queues})
    callers = Callers(scenario, 1, agenda, truth, "w")
    callers.begin()
    counts: Counter[int] = Counter()
    while agenda.next_at < MONDAY + days * DAY:
        agenda.step()
        counts[(agenda.now - MONDAY) // (60 * MINUTE)] += len(callers.arrived)
        callers.arrived.clear()
    return [[counts[day * 24 + hour] for hour in range(24)] for day in range(days)]


def site(per_hour: float, profile: Profile = FLAT, wander: Wander | None = None) -> Scenario:
    return replace(
        DEMO,
        queues=(
            replace(QUEUE, calls_per_hour=per_hour, overflow_to="", transfer_to=(), empty_to=""),
        ),
        agents=(),
        profile=profile,
        wander=wander or Wander(),
        habits=Habits(redial_share=0.0),
    )


def test_daily_counts_vary_as_poisson_and_the_day_together() -> None:
    """Variance = mean + (variation · mean)²; without the wander it is the mean alone."""
    days, cv = 400, 0.15
    for wander, expected in (
        (Wander(), 120.0),
        (Wander(day_variation=cv), 120.0 + (cv * 120) ** 2),
    ):
        daily = [sum(hours) for hours in arrivals(site(5, wander=wander), days)]
        assert fmean(daily) == pytest.approx(120, abs=4 * (expected / days) ** 0.5)
        # The relative error of a variance is about √(2/n); a lognormal's is a little more.
        assert variance(daily) / expected == pytest.approx(1.0, abs=4.5 * (2 / days) ** 0.5)


def test_daily_counts_are_correlated_from_day_to_day_and_hours_within_their_day() -> None:
    wander = Wander(day_variation=0.3, day_correlation=0.7)
    days = arrivals(site(15, wander=wander), 300)
    daily = [float(sum(hours)) for hours in days]
    assert correlation(daily[:-1], daily[1:]) == pytest.approx(0.7, abs=4 / 300**0.5)
    mornings, evenings = ([float(sum(of[a:b])) for of in days] for a, b in ((0, 12), (12, 24)))
    assert correlation(mornings, evenings) > 0.8


def test_hourly_counts_vary_as_poisson_and_the_step_together() -> None:
    hourly = [
        float(n)
        for of in arrivals(site(30, wander=Wander(step_variation=0.4, step_correlation=0.6)), 60)
        for n in of
    ]
    expected = 30 + (0.4 * 30) ** 2
    assert variance(hourly) / expected == pytest.approx(1.0, abs=0.35)
    assert correlation(hourly[:-1], hourly[1:]) == pytest.approx(0.6 * 144 / 174, abs=0.12)


def test_weekdays_have_their_factors() -> None:
    weekdays = (1.5, 1.0, 0.8, 1.2, 1.0, 0.4, 0.0)
    weeks = 20
    profile = Profile(step_min=60, weights=(1.0,), weekdays=weekdays)
    daily = [sum(hours) for hours in arrivals(site(10, profile), 7 * weeks)]
    for day, factor in enumerate(weekdays):
        expected = 240 * factor * weeks
        assert sum(daily[day::7]) == pytest.approx(expected, abs=4 * expected**0.5)


def test_a_week_long_profile_begins_on_monday() -> None:
    weights = (0.0,) * 30 + (1.0,) * 2 + (0.0,) * 136
    days = arrivals(site(100, Profile(step_min=60, weights=weights)), 14)
    busy = [(day, hour) for day, of in enumerate(days) for hour, n in enumerate(of) if n]
    assert busy == [(1, 6), (1, 7), (8, 6), (8, 7)]


def test_patience_follows_the_piecewise_curve_of_its_hazard() -> None:
    """Of those who wait at all, e^(-hazard · minutes) are left after each piece."""
    hazard = ((0, 0.2), (10_000, 3.0), (20_000, 0.0), (60_000, 0.5), (120_000, 1.0))
    draws = Draws(1, "patience")
    found = [draws.patience(Patience(hazard=hazard)) or 0 for _ in range(20_000)]
    left, since_ms = 1.0, 0
    for (_, per_min), (until_ms, _) in pairwise([*hazard, (180_000, 0.0)]):
        for at_ms in ((since_ms + until_ms) // 2, until_ms):
            still = left * 2.718281828459045 ** (-per_min * (at_ms - since_ms) / MINUTE)
            share = sum(ms > at_ms for ms in found) / len(found)
            assert share == pytest.approx(still, abs=4 * (still * (1 - still) / 20_000) ** 0.5)
        left, since_ms = still, until_ms
    assert not [ms for ms in found if 20_001 < ms < 60_000]


def test_a_hazard_that_ends_at_nought_leaves_some_who_never_give_up() -> None:
    draws = Draws(1, "patience")
    patience = Patience(hazard=((0, 1.0), (60_000, 0.0)))
    found = [draws.patience(patience) for _ in range(10_000)]
    assert sum(ms is None for ms in found) / 10_000 == pytest.approx(0.3679, abs=4 * 0.0048)
    assert max(ms for ms in found if ms is not None) <= 60_000
