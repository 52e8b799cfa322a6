"""The models give what was put into them, and the measures what they say."""

from datetime import date, timedelta
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.forecast_accuracy import accuracy, poisson_floor, wape
from planning.forecast_history import History
from planning.forecast_models import FEWEST_DAYS, Model, factors, level, mean

MONDAY = date(2026, 1, 5)
PROFILE = np.array([0, 0, 1, 4, 6, 4, 3, 2], dtype=float)
WEEKDAYS = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.4, 0.0])


def steady(days: int, size: float = 50.0) -> History:
    dates = tuple(MONDAY + timedelta(days=n) for n in range(days))
    calls = np.array([size * WEEKDAYS[day.weekday()] * PROFILE for day in dates])
    return History(dates, calls)


@pytest.mark.parametrize("model", [level, factors, mean])
def test_what_repeats_itself_is_forecast_as_it_is(model: Model) -> None:
    told = model(steady(70), range(7))
    assert told == pytest.approx(50.0 * WEEKDAYS[:, None] * PROFILE, rel=0.03, abs=1.0)


@pytest.mark.parametrize("model", [level, mean])
def test_a_closed_day_and_a_closed_hour_stay_closed(model: Model) -> None:
    told = model(steady(70), range(7))
    assert (told[6] == 0).all()
    assert (told[:, :2] == 0).all()


@pytest.mark.parametrize("days", [1, 2, 7, 8])
def test_few_days_are_enough_for_a_forecast(days: int) -> None:
    told = mean(steady(days), range(7))
    assert np.isfinite(told).all()
    assert told[0].sum() == pytest.approx(50 * 1.3 * PROFILE.sum(), rel=0.25)
    if days >= 7:
        assert told[5].sum() == pytest.approx(50 * 0.4 * PROFILE.sum(), rel=0.25)


def test_the_level_follows_a_change() -> None:
    grown = steady(70)
    grown.calls[49:] *= 1.5
    assert mean(grown, [0])[0].sum() > 1.3 * mean(steady(70), [0])[0].sum()


@given(
    st.lists(st.lists(st.integers(0, 400), min_size=6, max_size=6), min_size=1, max_size=40),
    st.lists(st.integers(0, 6), min_size=1, max_size=9),
)
@settings(max_examples=60, deadline=None)
def test_whatever_came_the_forecast_is_finite_and_not_negative(
    rows: list[list[int]], weekdays: list[int]
) -> None:
    past = History(
        tuple(MONDAY + timedelta(days=n) for n in range(len(rows))), np.array(rows, dtype=float)
    )
    models = (level, mean, factors) if len(rows) >= FEWEST_DAYS else (level, mean)
    for model in models:
        told = model(past, weekdays)
        assert told.shape == (len(weekdays), 6)
        assert np.isfinite(told).all()
        assert (told >= 0).all()


def test_wape_is_all_misses_over_all_calls() -> None:
    assert wape(np.array([10.0, 20.0]), np.array([12.0, 18.0])) == pytest.approx(4 / 30)
    assert wape(np.array([1.0]), np.array([0.0])) == float("inf")


def test_the_floor_is_what_chance_leaves_of_poisson_counts() -> None:
    # By hand: |X - 1| of X ~ Poisson(1) is 2/e in the mean.
    assert poisson_floor(np.array([1.0])) == pytest.approx(2 * exp(-1))
    assert poisson_floor(np.array([0.0])) == 0.0
    draw = np.random.default_rng(1)
    for rate in (0.3, 2.5, 40.0, 1_147.0):
        came = draw.poisson(rate, 200_000)
        measured = np.abs(came - rate).mean() / rate
        assert poisson_floor(np.array([rate, rate])) == pytest.approx(measured, rel=0.02)


def test_the_measure_leaves_out_what_was_not_seen() -> None:
    actual = np.array([[10.0, np.nan], [20.0, 10.0]])
    told = np.array([[8.0, 500.0], [20.0, 12.0]])
    found = accuracy(told, actual)
    assert found is not None
    assert (found.days, found.calls) == (2, 40.0)
    assert found.interval == pytest.approx(4 / 40)
    assert found.day == pytest.approx((2 + 2) / 40)
    assert found.bias == pytest.approx(0.0)
    assert accuracy(told, np.zeros((2, 2))) is None
