"""A forecast from outside: what it says, and where it says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.forecast import Forecast

HOUR = 3_600_000
PLAN = Forecast({"sales": [(HOUR, 2 * HOUR, 20.0), (0, HOUR, 10.0)], "care": [(0, HOUR, 5.0)]})


def test_intervals_add_up_in_part_and_whole() -> None:
    assert PLAN.expected("sales", 0, 2 * HOUR) == pytest.approx(30)
    assert PLAN.expected("sales", HOUR // 2, HOUR + HOUR // 2) == pytest.approx(15)


def test_nothing_is_said_of_other_times_and_queues() -> None:
    assert PLAN.expected("sales", 3 * HOUR, 4 * HOUR) is None
    assert PLAN.expected("vip", 0, HOUR) is None
    assert PLAN.expected("care", HOUR // 2, 3 * HOUR) is None


def test_the_floor_is_the_sum_of_its_queues_unless_it_has_rows() -> None:
    assert PLAN.expected("", 0, HOUR) == pytest.approx(15)
    assert PLAN.expected("", HOUR, 2 * HOUR) == pytest.approx(20)
    own = Forecast({"": [(0, HOUR, 7.0)], "care": [(0, HOUR, 5.0)]})
    assert own.expected("", 0, HOUR) == pytest.approx(7)


def test_a_plan_of_two_hours_goes_on_for_a_week() -> None:
    assert PLAN.weekly("sales") == pytest.approx(15 * 168)
    assert PLAN.weekly("") == pytest.approx(15 * 168 + 5 * 168)
    assert PLAN.weekly("vip") == 0


@pytest.mark.parametrize(
    "rows", [[(0, 0, 1.0)], [(0, 10, 1.0), (5, 15, 1.0)], [(0, 10, -1.0)], [(0, 10, float("nan"))]]
)
def test_rows_that_cannot_be_are_refused(rows: list[tuple[int, int, float]]) -> None:
    with pytest.raises(ValueError, match="queue 'a'"):
        Forecast({"a": rows})


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=20), st.data())
def test_parts_make_up_the_whole(calls: list[float], data: st.DataObject) -> None:
    plan = Forecast({"a": [(n * 100, n * 100 + 100, count) for n, count in enumerate(calls)]})
    end = len(calls) * 100
    cut = data.draw(st.integers(1, end - 1))
    told = [plan.expected("a", 0, cut), plan.expected("a", cut, end)]
    assert sum(part or 0.0 for part in told) == pytest.approx(sum(calls), abs=1e-6)
