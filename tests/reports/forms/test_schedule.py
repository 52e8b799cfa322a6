"""Every slot comes once, at the site's own time of day, over daylight-saving nights too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.model import Span
from reports.schedule import LATE_MS, Mailing, due, next_slot, period, slots
from stream.intervals import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
DAY_MS = 86_400_000
START = round(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1_000)


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1_000)


def test_a_week_goes_on_its_weekday_and_a_month_on_its_day() -> None:
    weekly = Mailing(id="w", report="week", at_min=8 * 60, weekdays=(2,))
    assert next_slot(weekly, at("2026-11-22T10:00"), BERLIN) == at("2026-11-25T08:00")
    monthly = Mailing(id="m", report="month", at_min=450, day=3)
    assert next_slot(monthly, at("2026-11-03T07:30"), BERLIN) == at("2026-12-03T07:30")
    yearly = Mailing(id="y", report="year", at_min=0, day=2)
    assert next_slot(yearly, at("2026-11-03T07:30"), BERLIN) == at("2027-01-02T00:00")


def test_what_was_missed_is_sent_once_and_says_so() -> None:
    daily = Mailing(id="d", report="day", at_min=480)
    done = at("2026-11-18T08:00")
    assert due(daily, done, at("2026-11-19T07:59"), BERLIN) is None
    assert due(daily, done, at("2026-11-19T08:00"), BERLIN) == (at("2026-11-19T08:00"), False, 0)
    late = due(daily, done, at("2026-11-22T11:00"), BERLIN)
    assert late == (at("2026-11-22T08:00"), True, 3)
    assert due(daily, at("2026-11-22T08:00"), at("2026-11-22T11:00"), BERLIN) is None


def test_the_report_is_of_what_ended_last() -> None:
    calendar = Calendar("Europe/Berlin", 5 * 60)
    now = at("2026-11-23T03:00")  # still the business day of Sunday
    assert period("day", now, calendar).first == date(2026, 11, 21)
    assert period("brief_before", now, calendar).first == date(2026, 11, 21)
    assert period("brief_after", now, calendar).first == date(2026, 11, 22)
    assert period("week", now, calendar)[1:] == (date(2026, 11, 9), date(2026, 11, 15))
    assert period("month", now, calendar).first == date(2026, 10, 1)
    assert period("year", now, calendar) == (Span.YEAR, date(2025, 1, 1), date(2025, 12, 31))


@settings(max_examples=30)
@given(
    st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/St_Johns"]),
    st.integers(0, 1_439),
    st.sets(st.integers(0, 6)),
    st.lists(st.integers(1, 40 * 3_600_000), min_size=5, max_size=60),
)
def test_however_often_it_is_looked_every_slot_is_dealt_with_once(
    zone: str, at_min: int, weekdays: set[int], steps: list[int]
) -> None:
    place = ZoneInfo(zone)
    mailing = Mailing(id="d", report="day", at_min=at_min, weekdays=tuple(sorted(weekdays)))
    now = done = START + 85 * DAY_MS  # before the clocks change
    sent, missed = [], 0
    for step in steps:
        now += step
        if (found := due(mailing, done, now, place)) is not None:
            assert done < found.slot <= now
            assert found.late == (now - found.slot > LATE_MS)
            sent.append(found.slot)
            missed += found.missed
            done = found.slot
    every = list(slots(mailing, START + 85 * DAY_MS, now, place))
    assert len(sent) + missed == len(every)
    assert set(sent) <= set(every)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_night_that_skips_or_repeats_an_hour_has_one_slot(day: str) -> None:
    daily = Mailing(id="d", report="day", at_min=150)  # 02:30, which one of them skips
    start = at(f"{day}T00:00")
    assert len(list(slots(daily, start, start + 20 * 3_600_000, BERLIN))) == 1
