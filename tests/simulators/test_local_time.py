"""Days and shifts follow the clock on the site's wall, also when that clock is changed."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from simulators.demo import DEMO
from simulators.local_time import day_start, from_local_ms, last_start, local_ms, next_start

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000


def at(zone: ZoneInfo, *when: int) -> int:
    year, month, day, hour, minute = when
    return round(datetime(year, month, day, hour, minute, tzinfo=zone).timestamp() * 1_000)


def test_the_business_day_begins_on_the_hour_of_the_site() -> None:
    shanghai = DEMO.zone
    early = replace(DEMO, day_start_min=5 * 60)
    assert day_start(DEMO, at(shanghai, 2026, 3, 4, 3, 0)) == at(shanghai, 2026, 3, 4, 0, 0)
    assert day_start(early, at(shanghai, 2026, 3, 4, 3, 0)) == at(shanghai, 2026, 3, 3, 5, 0)
    assert day_start(early, at(shanghai, 2026, 3, 4, 5, 0)) == at(shanghai, 2026, 3, 4, 5, 0)


def test_a_day_of_the_changed_clock_is_an_hour_shorter_or_longer() -> None:
    berlin = replace(DEMO, time_zone="Europe/Berlin")
    for day, month, hours in ((29, 3, 23), (25, 10, 25), (1, 6, 24)):
        start = day_start(berlin, at(BERLIN, 2026, month, day, 12, 0))
        assert start == at(BERLIN, 2026, month, day, 0, 0)
        assert next_start(BERLIN, 0, 1_440, start) - start == hours * HOUR


@given(st.integers(min_value=1_700_000_000_000, max_value=1_900_000_000_000), st.integers(0, 23))
def test_the_last_start_is_never_late_and_the_next_never_early(now: int, hour: int) -> None:
    last = last_start(BERLIN, hour * 60, 1_440, now)
    following = next_start(BERLIN, hour * 60, 1_440, now)
    assert last <= now < following
    assert following - last <= 25 * HOUR
    assert abs(from_local_ms(BERLIN, local_ms(BERLIN, now)) - now) in (0, HOUR)
