"""The draws have the distributions they are named for, and the logarithm is a logarithm."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.draws import Draws, exp, ln
from simulators.plans import Length

N = 40_000


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_the_logarithm_is_right_to_the_last_digits(x: float) -> None:
    assert ln(x) == pytest.approx(math.log(x), rel=1e-14, abs=1e-15)


@given(st.floats(min_value=-700, max_value=700))
def test_the_exponential_is_right_to_the_last_digits(x: float) -> None:
    assert exp(x) == pytest.approx(math.exp(x), rel=1e-13)


def test_exponential_draws_have_their_mean_and_variance() -> None:
    draws = Draws(1, "test")
    drawn = [draws.exponential(200.0) for _ in range(N)]
    mean = sum(drawn) / N
    assert min(drawn) >= 0
    assert mean == pytest.approx(200.0, rel=0.02)
    assert sum((x - mean) ** 2 for x in drawn) / N == pytest.approx(40_000.0, rel=0.06)


def test_lengths_have_their_mean_and_variation() -> None:
    draws = Draws(2, "test")
    drawn = [draws.length(Length(150_000, 0.7)) for _ in range(N)]
    mean = sum(drawn) / N
    deviation = math.sqrt(sum((x - mean) ** 2 for x in drawn) / N)
    assert min(drawn) > 0
    assert mean == pytest.approx(150_000, rel=0.02)
    assert deviation / mean == pytest.approx(0.7, rel=0.05)
    assert {draws.length(Length(1_234)) for _ in range(10)} == {1_234}


def test_streams_of_one_seed_do_not_disturb_each_other() -> None:
    alone, beside = Draws(3, "a"), Draws(3, "a")
    other = Draws(3, "b")
    first = [alone.share() for _ in range(5)]
    second = []
    for _ in range(5):
        second.append(beside.share())
        assert other.share() not in first
    assert first == second
