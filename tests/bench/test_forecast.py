"""The forecast on real days: as good as promised, and its bounds hold what they say."""

import os

import numpy as np
import pytest

from bench.forecast import (
    BANK,
    DAY_WAPE,
    INTERVAL_WAPE,
    REST_WAPE,
    Case,
    bank,
    last_weekday,
    rest_of_day,
)
from planning.forecast import forecast
from planning.forecast_accuracy import accuracy
from planning.forecast_bounds import SHARE, learnt
from planning.forecast_history import History
from planning.forecast_past import Past, rolled, within


@pytest.fixture(scope="module")
def case() -> Case:
    if not BANK.exists():
        missing = f"no {BANK.name} beside the checkout"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return bank()


@pytest.fixture(scope="module")
def past(case: Case) -> Past:
    return rolled(case.history, first=case.first, ahead=5)


def test_a_day_ahead_it_misses_no_more_than_promised(past: Past) -> None:
    found = accuracy(*past.tried())
    assert found is not None
    assert found.days == 124
    assert found.interval <= INTERVAL_WAPE
    assert found.day <= DAY_WAPE
    assert 0.02 < found.interval_floor < found.interval
    assert abs(found.bias) < 0.01


def test_later_in_the_day_the_rest_is_known_better(case: Case) -> None:
    before, after = rest_of_day(case, 0.4)
    assert after <= REST_WAPE
    assert after < before


def test_it_is_better_than_what_is_simpler(case: Case, past: Past) -> None:
    ours, naive = (
        accuracy(*past.tried()),
        accuracy(*rolled(case.history, first=case.first, model=last_weekday).tried()),
    )
    assert ours is not None
    assert naive is not None
    assert ours.interval < 0.7 * naive.interval


def test_no_forecast_knows_its_own_day(case: Case) -> None:
    row = 60
    known = case.history.before(row + 1)
    changed = known.calls.copy()
    changed[row] *= 3
    told = [
        rolled(History(known.days, calls), first=row).forecast[0, row]
        for calls in (known.calls, changed)
    ]
    assert np.array_equal(told[0], told[1])


@pytest.mark.parametrize("ahead", [1, 5])
def test_nine_of_ten_counts_lie_within_the_bounds_at_any_hour(past: Past, ahead: int) -> None:
    told, came = past.of(ahead)
    inside = []
    for row in range(20, len(told)):
        low, high = learnt(told[: row - ahead + 1], came[: row - ahead + 1]).around(told[row])
        inside.append(((came[row] >= low) & (came[row] <= high))[14:43])
    by_hour = np.array(inside).mean(axis=0)
    assert float(by_hour.mean()) == pytest.approx(SHARE, abs=0.04)
    assert by_hour.min() > SHARE - 0.12
    share = within(past)
    assert share is not None
    assert share == pytest.approx(SHARE, abs=0.03)


def test_the_bank_is_shut_at_the_weekend(case: Case) -> None:
    last = case.history.days[-1]
    told = forecast(case.history, last, 7)
    assert last.weekday() == 4, "the data end on a Friday"
    assert [day.day.weekday() for day in told.days] == [0, 1, 2, 3, 4]
    assert all(day.total_low < day.total < day.total_high for day in told.days)
