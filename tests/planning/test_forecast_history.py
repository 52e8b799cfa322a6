"""The past is a table of days by intervals of the wall clock, with its gaps told from closing times."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.counts_csv_lines import Count, counts
from planning.forecast_errors import HistoryError
from planning.forecast_history import Grid, History, counted, filled, histories

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HALF_HOUR = 1_800_000


def at(zone: ZoneInfo, *moment: int) -> int:
    return round(datetime(*moment, tzinfo=zone).timestamp()) * 1_000


def weeks(number: int, per_day: float = 48.0, columns: int = 48) -> History:
    days = tuple(date(2026, 1, 5) + timedelta(days=n) for n in range(7 * number))
    return History(days, np.full((len(days), columns), per_day / columns))


def test_finer_counts_add_up_to_the_interval() -> None:
    text = "start,calls\n2026-01-05T09:00,1\n2026-01-05T09:10,2\n2026-01-05T09:20,4\n2026-01-05T09:30,8\n"
    table = counts(text.encode().splitlines(), "t.csv", SHANGHAI)
    past = histories(table, Grid(SHANGHAI))[""]
    assert past.days == (date(2026, 1, 5),)
    assert past.calls[0, 18] == 7
    assert past.calls[0, 19] == 8
    assert np.isnan(past.calls[0, [17, 20]]).all()


def test_a_row_that_reaches_into_the_next_interval_is_parted_by_time() -> None:
    start = at(SHANGHAI, 2026, 1, 5, 9, 20)
    past = histories([Count(start, start + HALF_HOUR, "", 9.0)], Grid(SHANGHAI))[""]
    assert past.calls[0, 18:20].tolist() == pytest.approx([3, 6])


def test_counts_longer_than_the_interval_are_refused() -> None:
    start = at(SHANGHAI, 2026, 1, 5, 9)
    with pytest.raises(HistoryError, match=r"per 60 minutes.*30 minutes"):
        histories([Count(start, start + 2 * HALF_HOUR, "", 9.0)], Grid(SHANGHAI))
    with pytest.raises(HistoryError, match="no calls"):
        histories([], Grid(SHANGHAI))
    with pytest.raises(HistoryError, match="7 minutes"):
        Grid(SHANGHAI, 7)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_a_night_of_the_clock_change_keeps_the_wall_clock(
    day: tuple[int, int, int], hours: int
) -> None:
    grid = Grid(BERLIN)
    starts = grid.starts(date(*day))
    assert len(starts) == 2 * hours
    since, until = starts[0][0], starts[-1][0] + HALF_HOUR
    assert until - since == hours * 3_600_000
    rows = [Count(start, start + HALF_HOUR, "", 10.0) for start, _ in starts]
    calls = histories(rows, grid)[""].calls[0]
    # 02:00 to 03:00 is skipped in spring, and comes twice in autumn: at the same rate.
    assert np.isnan(calls[4:6]).all() == (hours == 23)
    assert calls[~np.isnan(calls)].tolist() == pytest.approx([10.0] * (46 if hours == 23 else 48))
    assert dict(starts)[at(BERLIN, *day, 12)] == 24


def test_a_business_day_may_begin_at_four() -> None:
    grid = Grid(SHANGHAI, day_start_min=240)
    assert grid.place(at(SHANGHAI, 2026, 1, 6, 3, 59)) == (date(2026, 1, 5), 47)
    assert grid.place(at(SHANGHAI, 2026, 1, 6, 4)) == (date(2026, 1, 6), 0)
    assert grid.starts(date(2026, 1, 6))[0] == (at(SHANGHAI, 2026, 1, 6, 4), 0)


@given(st.integers(0, 2 * 365 * 48), st.sampled_from([15, 30, 60]), st.sampled_from([0, 240]))
@settings(max_examples=60, deadline=None)
def test_every_instant_has_one_place_and_lies_in_an_interval_that_begins_there(
    half_hours: int, interval: int, day_start: int
) -> None:
    grid = Grid(BERLIN, interval, day_start)
    moment = at(BERLIN, 2025, 1, 1) + half_hours * HALF_HOUR + 1
    day, column = grid.place(moment)
    begun = [start for start, of in grid.starts(day) if of == column]
    assert any(start <= moment < start + grid.interval_ms for start in begun)
    assert moment < grid.end(moment) <= moment + grid.interval_ms


def test_calls_one_by_one_are_counted_with_the_quiet_intervals_between() -> None:
    first = at(SHANGHAI, 2026, 1, 5, 9)
    calls = [
        (first, "a"),
        (first + 60_000, "b"),
        (first + 60_000, "a"),
        (first + 3 * HALF_HOUR, "a"),
    ]
    found = histories(counted(calls, Grid(SHANGHAI)), Grid(SHANGHAI))
    assert found["a"].calls[0, 18:22].tolist()[:3] == [2, 0, 0]
    assert found["b"].calls[0, 18:21].tolist() == [1, 0, 0]
    assert np.isnan(found["a"].calls[0, [17, 21]]).all(), "what was not wholly seen says nothing"


def test_a_gap_is_taken_as_usual_at_the_level_of_its_day() -> None:
    past = weeks(4)
    past.calls[7] *= 2
    past.calls[7, 10:20] = np.nan
    whole = filled(past)
    assert whole.calls[7, 10:20].tolist() == pytest.approx([2.0] * 10, rel=0.25)
    assert not np.isnan(whole.calls).any()


def test_where_the_weekday_never_has_rows_it_is_closed() -> None:
    past = weeks(4)
    past.calls[past.weekdays == 5, 30:] = np.nan
    whole = filled(past)
    assert (whole.calls[whole.weekdays == 5, 30:] == 0).all()
    assert (whole.calls[whole.weekdays == 4, 30:] > 0).all()


def test_a_holiday_that_nobody_told_of_is_not_learnt_from() -> None:
    past = weeks(4, per_day=480)
    past.calls[10] *= 0.1
    assert past.days[10] not in filled(past).days
    quiet = weeks(4, per_day=10)
    quiet.calls[10] *= 0.1
    assert quiet.days[10] in filled(quiet).days, "of ten calls a day none is no holiday"


def test_a_day_hardly_seen_is_not_learnt_from() -> None:
    past = weeks(4)
    past.calls[9, 5:] = np.nan
    assert past.days[9] not in filled(past).days


def test_a_weekday_that_passed_unseen_is_closed_and_one_that_has_not_come_is_not() -> None:
    past = weeks(1)
    working = past.without(past.days[5:])
    assert all(working.opens(day) for day in range(7)), "Saturday has not been yet"
    longer = weeks(2)
    five = longer.without([day for day in longer.days if day.weekday() >= 5])
    assert [five.opens(day) for day in range(7)] == [True] * 5 + [False] * 2
