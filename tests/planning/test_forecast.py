"""The days to come: bounds from own errors, special days, a day begun, little history."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from planning.forecast import forecast
from planning.forecast_bounds import SHARE, learnt
from planning.forecast_errors import HistoryError, SpecialError
from planning.forecast_history import Floats, Grid, History
from planning.forecast_models import mean
from planning.forecast_past import rolled, within
from planning.forecast_special import Special, SpecialFactors, parse
from planning.forecast_today import renewed, trust

MONDAY = date(2026, 1, 5)
SHAPE = np.concatenate([np.zeros(16), np.full(24, 10.0), np.zeros(8)])
BERLIN = ZoneInfo("Europe/Berlin")


def drawn(days: int, seed: int = 7, size: float = 1.0, mood: float = 0.1) -> History:
    """Poisson calls from eight to eight, and days that are as a whole busier or quieter."""
    draw = np.random.default_rng(seed)
    dates = tuple(MONDAY + timedelta(days=n) for n in range(days))
    moods = np.exp(mood * draw.standard_normal(days))
    return History(dates, draw.poisson(size * moods[:, None] * SHAPE).astype(float))


def test_nine_of_ten_counts_lie_within_the_bounds() -> None:
    for size in (0.1, 1.0, 20.0):
        past = rolled(drawn(160, size=size))
        share = within(past)
        assert share is not None
        assert 0.87 <= share <= 0.97, size


def test_bounds_hold_of_drawn_errors_and_are_wide_where_nothing_is_known() -> None:
    draw = np.random.default_rng(3)
    rates = np.full((60, 20), 200.0)
    bounds = learnt(rates, draw.poisson(rates).astype(float))
    low, high = bounds.around(rates[0])
    came = draw.poisson(rates)
    assert ((came >= low) & (came <= high)).mean() == pytest.approx(SHARE, abs=0.03)
    nothing = learnt(np.empty((0, 20)), np.empty((0, 20)))
    wide_low, wide_high = nothing.around(rates[0])
    assert (wide_high - wide_low > 3 * (high - low)).all()
    assert nothing.around(np.zeros(20))[1].tolist() == [0.0] * 20


@pytest.mark.parametrize("days", [1, 7])
def test_a_day_or_a_week_is_enough_with_wider_bounds(days: int) -> None:
    short = forecast(drawn(days), drawn(days).days[-1], 7)
    long = forecast(drawn(120), drawn(120).days[-1], 7)
    assert len(short.days) == 7
    for day in short.days:
        assert day.total == pytest.approx(240, rel=0.4)
        assert day.total_low < day.total < day.total_high
    width = short.days[0].total_high - short.days[0].total_low
    assert width > 1.5 * (long.days[0].total_high - long.days[0].total_low)


def test_without_a_past_there_is_no_forecast() -> None:
    with pytest.raises(HistoryError, match="no calls"):
        forecast(History((), np.empty((0, 48))), MONDAY, 7)


def test_a_queue_shut_at_the_weekend_has_no_rows_then() -> None:
    past = drawn(56)
    five = past.without([day for day in past.days if day.weekday() >= 5])
    told = forecast(five, five.days[-1], 7)
    assert [day.day.weekday() for day in told.days] == [0, 1, 2, 3, 4]


def test_a_queue_whose_last_day_was_earlier_is_forecast_for_the_same_days() -> None:
    past = drawn(56)
    told = forecast(past.before(54), past.days[-1], 3)
    assert [day.day for day in told.days] == [past.days[-1] + timedelta(days=n) for n in (1, 2, 3)]


def test_a_gap_changes_the_forecast_little() -> None:
    past, holed = drawn(80), drawn(80)
    holed.calls[60, 20:30] = np.nan
    holed.calls[78, 30:] = np.nan
    whole, with_gaps = (forecast(one, one.days[-1], 1).days[0] for one in (past, holed))
    assert with_gaps.total == pytest.approx(whole.total, rel=0.03)
    assert np.isfinite(with_gaps.calls).all()


# --- special days ---------------------------------------------------------------------------


def with_holidays() -> tuple[History, dict[date, Special]]:
    past = drawn(100, size=5.0)
    rows = [40, 70]
    past.calls[rows] = np.round(past.calls[rows] * 0.4)
    specials = {past.days[row]: Special("rest") for row in rows}
    return past, specials | {past.days[-1] + timedelta(days=2): Special("rest")}


def test_a_special_day_is_multiplied_as_its_namesakes_were_and_not_learnt_from() -> None:
    past, specials = with_holidays()
    plain, special = (forecast(past, past.days[-1], 3, told) for told in ({}, specials))
    assert special.days[1].factor == pytest.approx(0.4, rel=0.15)
    ordinary = forecast(past.without(specials), past.days[-1], 3).days[1].total
    assert special.days[1].total == pytest.approx(ordinary * special.days[1].factor, rel=1e-9)
    assert special.days[0].factor == 1.0
    assert special.days[1].total < 0.5 * plain.days[1].total


def test_a_given_factor_counts_and_a_name_without_a_past_is_said_to_be_unknown() -> None:
    past = drawn(60)
    day = past.days[-1] + timedelta(days=1)
    given = forecast(past, past.days[-1], 1, {day: Special("sale", 2.0)}).days[0]
    plain = forecast(past, past.days[-1], 1).days[0]
    assert given.total == pytest.approx(2 * plain.total)
    unknown = forecast(past, past.days[-1], 1, {day: Special("sale")}).days[0]
    assert unknown.factor is None
    assert unknown.total == pytest.approx(plain.total)


def test_a_special_day_knows_nothing_of_later_namesakes() -> None:
    past, specials = with_holidays()
    factors = SpecialFactors(past, specials, mean)
    assert factors.factor(past.days[40], 40) is None
    assert factors.factor(past.days[70], 70) == pytest.approx(0.4, rel=0.2)


def test_the_list_of_special_days_is_read() -> None:
    told = parse("date,name,factor\n2026-10-01,国庆,\n2026-11-11,sale,1.8\n".splitlines(), "s.csv")
    assert told == {
        date(2026, 10, 1): Special("国庆"),
        date(2026, 11, 11): Special("sale", 1.8),
    }


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "s.csv: it is empty"),
        ("day,name\n", r"s\.csv:1: .*date is not there"),
        ("date,name\n2026-13-01,x\n", r"s\.csv:2: date: '2026-13-01'"),
        ("date,name\n2026-10-01,\n", r"s\.csv:2: name: empty"),
        ("date,name\n2026-10-01,x\n2026-10-01,y\n", r"s\.csv:3: date: .*above"),
        ("date,name,factor\n2026-10-01,x,-1\n", r"s\.csv:2: factor: '-1'"),
        ("date,name\n2026-10-01\n", r"s\.csv:2: 1 fields"),
    ],
)
def test_a_mistake_in_the_list_names_file_and_line(text: str, wrong: str) -> None:
    with pytest.raises(SpecialError, match=wrong):
        parse(text.splitlines(), "s.csv")


# --- a day begun ----------------------------------------------------------------------------


def moody(days: int, carried: float) -> tuple[Floats, Floats]:
    """Forecasts, and days whose afternoon follows the morning by so much."""
    draw = np.random.default_rng(11)
    told = np.tile(np.full(20, 400.0), (days, 1))
    mood = 0.15 * draw.standard_normal(days)
    scale = np.exp(np.concatenate([np.ones(10), np.full(10, carried)])[None, :] * mood[:, None])
    return told, draw.poisson(told * scale).astype(float)


@pytest.mark.parametrize("carried", [0.0, 0.5, 0.9])
def test_how_far_a_morning_is_to_be_trusted_is_learnt(carried: float) -> None:
    told, came = moody(80, carried)
    assert trust(told, came)[10] == pytest.approx(carried, abs=0.1)


def test_the_rest_follows_by_the_trust_and_what_is_over_stays() -> None:
    told, trusted = np.full(4, 100.0), np.array([0.0, 0.2, 0.5, 0.5])
    new = renewed(told, np.array([121.0, 121.0, np.nan, np.nan]), 2, trusted)
    assert new.tolist() == pytest.approx([100, 100, 110, 110])
    assert renewed(told, np.full(4, np.nan), 2, trusted).tolist() == told.tolist()


def test_few_days_trust_nothing() -> None:
    told, came = moody(4, 1.0)
    assert (trust(told, came) == 0).all()


def test_of_a_day_begun_the_rest_is_forecast_from_how_it_went() -> None:
    past = drawn(100, size=20.0, mood=0.2)
    usual = forecast(past.before(99), past.days[98], 1).days[0]
    past.calls[99, :28] = np.round(1.5 * usual.calls[:28])
    past.calls[99, 28:] = np.nan
    told = forecast(past, past.days[99], 2)
    today, tomorrow, _ = told.days
    assert (today.day, today.since) == (past.days[99], 28)
    assert 1.1 < today.total / usual.calls[28:].sum() < 1.5
    assert today.total_low < today.total < today.total_high
    grid = Grid(BERLIN)
    assert len(list(told.rows(today, grid))) == 20
    assert len(list(told.rows(tomorrow, grid))) == 48


def test_a_day_over_is_not_forecast_again() -> None:
    past = drawn(60)
    past.calls[-1, 40:] = np.nan
    assert [day.day for day in forecast(past, past.days[-1], 1).days] == [
        MONDAY + timedelta(days=60)
    ]


@pytest.mark.parametrize(("sunday", "rows"), [(date(2026, 3, 29), 46), (date(2026, 10, 25), 50)])
def test_the_rows_of_a_clock_change_follow_the_wall_clock(sunday: date, rows: int) -> None:
    days = tuple(sunday - timedelta(days=n) for n in range(28, 0, -1))
    told = forecast(History(days, np.tile(np.arange(1.0, 49), (28, 1))), days[-1], 1)
    found = list(told.rows(told.days[0], Grid(BERLIN)))
    assert len(found) == rows
    steps = {later[0] - row[0] for row, later in pairwise(found)}
    assert steps == {1_800_000}
    assert found[-1][1] == pytest.approx(48, rel=0.05), "the evening keeps its own calls"
