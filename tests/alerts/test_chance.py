"""From how many at once chance explains no more: against counting one by one."""

from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from alerts.chance import MOST, crowd, poisson, spread

MEANS = st.floats(0, 60)
SHAPES = st.none() | st.floats(1, 20)


@given(MEANS, SHAPES, st.floats(1, 1e7), st.floats(0.01, 10), st.integers(0, 9))
def test_it_is_the_least_beyond_which_all_are_rare_enough(
    mean: float, shape: float | None, windows: float, alarms: float, start: int
) -> None:
    variance = mean if shape is None else mean + mean**2 / shape
    least = max(2, start, int(mean + sqrt(variance)) + 1)

    def alarming(count: int) -> bool:
        one = poisson(count - 1, mean) if shape is None else spread(count - 1, mean, shape)
        return windows * mean * one * max(0.0, 1 - mean / count) / (1 + mean / 2) > alarms

    told = crowd(windows * mean, mean, alarms, shape, start)
    one_by_one = [count for count in range(least, 2_000) if alarming(count)]
    assert told == (one_by_one[-1] + 1 if one_by_one else least)


def test_just_above_a_large_mean_is_no_crowd() -> None:
    """Two hundred calls a second end, for ten seconds, all week."""
    week = 604_800
    for part in range(100):
        mean = 2_000 + part / 100
        assert mean + 3 * sqrt(mean) < crowd(mean / 10 * week, mean, 1 / 6) < mean + 7 * sqrt(mean)


def test_where_nothing_is_rare_enough_no_number_is() -> None:
    assert crowd(1e300, 9_990.0, 1e-9) == MOST
