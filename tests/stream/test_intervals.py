"""Business days and intervals, over daylight-saving nights, in odd zones, at odd hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.intervals import Calendar

HOUR = 3_600_000


def at(text: str, zone: str = "UTC", fold: int = 0) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(moment.timestamp() * 1000)


def test_an_interval_is_half_open() -> None:
    calendar = Calendar("Asia/Shanghai")
    noon = at("2026-11-21T12:00", "Asia/Shanghai")
    assert calendar.interval(noon) == noon
    assert calendar.interval(noon - 1) == noon - 900_000
    assert calendar.interval_end(noon) == noon + 900_000


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_a_day_of_a_daylight_saving_night_is_as_long_as_it_is(date: str, hours: int) -> None:
    calendar = Calendar("Europe/Berlin")
    start = at(f"{date}T00:00", "Europe/Berlin")
    assert calendar.day(start) == start
    assert calendar.next_day(start) - start == hours * HOUR
    assert calendar.day(start + hours * HOUR - 1) == start
    assert calendar.day(start + hours * HOUR) == start + hours * HOUR


def test_a_business_day_may_begin_at_four() -> None:
    calendar = Calendar("Asia/Shanghai", day_start_min=240)
    four = at("2026-11-21T04:00", "Asia/Shanghai")
    assert calendar.day(four - 1) == four - 24 * HOUR
    assert calendar.day(four) == four


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
)
@pytest.mark.parametrize("day_start_min", [0, 150, 240])
def test_every_instant_of_a_year_has_one_day_and_one_interval(
    zone: str, day_start_min: int
) -> None:
    calendar = Calendar(zone, day_start_min)
    moment, end = at("2026-01-01T00:00"), at("2027-01-02T00:00")
    while moment < end:
        day, start = calendar.day(moment), calendar.interval(moment)
        assert day <= start <= moment < calendar.interval_end(start) <= calendar.next_day(moment)
        assert 22 * HOUR < calendar.next_day(moment) - day < 26 * HOUR
        moment += 37 * 60_000 + 13


@given(
    st.integers(at("2000-01-01T00:00"), at("2060-01-01T00:00")),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Santiago"]),
)
def test_the_order_of_asking_changes_nothing(moment: int, zone: str) -> None:
    asked = Calendar(zone, 240)
    for other in (moment + 400 * 24 * HOUR, moment - 30 * HOUR, moment + 25 * HOUR):
        asked.day(other)
    assert asked.day(moment) == Calendar(zone, 240).day(moment)
    local = (
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=asked.day(moment))
    ).astimezone(ZoneInfo(zone))
    assert local.minute == 0


@pytest.mark.parametrize("days", range(1, 12))
def test_walking_up_to_a_day_that_is_known_already_gets_there(days: int) -> None:
    calendar = Calendar("Asia/Shanghai")
    end = at("2026-11-21T12:00")
    calendar.day(end)
    moment = end - days * 24 * HOUR
    while moment < end:
        after = calendar.interval_end(calendar.interval(moment))
        assert after > moment
        moment = after
