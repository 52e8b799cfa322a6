"""What is usual, as learnt from past days: opening hours, weekdays, holidays, nights of two threes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.level import FlatRate, Level
from alerts.residuals import Residuals
from alerts.usual_day import SLOT_MS, SLOTS, UNSEEN, Base, slot_of

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def lived(days: int, calls: dict[int, int], *, first: str = "2026-03-02") -> Base:
    """A base that saw some days, with so many calls in each slot of these hours."""
    base = Base()
    start = at(first)
    for slot in range(days * SLOTS):
        now = start + slot * SLOT_MS
        base.move(now, seen=True)
        hour = slot % SLOTS * 5 // 60
        base.count(calls.get(hour, 0))
    base.move(start + days * SLOTS * SLOT_MS, seen=True)
    return base


def test_before_any_day_nothing_is_usual() -> None:
    base = Base()
    assert base.move(at("2026-03-02"), seen=True)
    assert base.shape is None
    assert base.learning


def test_yesterday_is_usual_where_no_weekday_is_known_yet() -> None:
    base = lived(1, {9: 10, 10: 20})
    assert base.shape is not None
    assert 10 < base.shape.calls[9 * 12] < 10.3
    assert 20 < base.shape.calls[10 * 12 + 11] < 20.3
    assert not any(base.shape.proven)


def test_where_nobody_ever_called_the_house_is_shut() -> None:
    base = lived(8, dict.fromkeys(range(8, 18), 10))
    shape = base.shape
    assert shape is not None
    assert shape.calls[8 * 12 - 1] == 0 == shape.calls[18 * 12]
    assert shape.calls[8 * 12] > 9.9
    assert shape.proven[12 * 12]
    assert not shape.proven[3 * 12]
    assert not base.learning
    assert base.weekly == 7 * 10 * 120


def test_a_holiday_does_not_become_usual() -> None:
    base = lived(29, {9: 10})
    shape = base.shape
    assert shape is not None
    usual = shape.calls[9 * 12 + 6]
    holiday = next(day for day in reversed(base.days) if day.weekday == 1)
    holiday.counts = [0] * SLOTS
    base.stale = True
    base.move(base.days[-1].start_at + (SLOTS + 1) * SLOT_MS, seen=True)
    assert base.shape is not None
    assert abs(base.shape.calls[9 * 12 + 6] - usual) < 0.1


def test_what_was_not_wholly_seen_is_not_known() -> None:
    base = Base()
    base.move(at("2026-03-02T09:02"), seen=True)
    base.count(5)
    base.move(at("2026-03-02T09:05"), seen=True)
    base.count(3)
    base.move(at("2026-03-02T09:10"), seen=True)
    base.count(4)
    base.spoil()
    assert base.today is not None
    assert base.today.counts[9 * 12 : 9 * 12 + 3] == [UNSEEN, 3, UNSEEN]


def test_the_past_can_be_told_later() -> None:
    base = Base()
    base.move(at("2026-03-03T12:00"), seen=True)
    for minute in range(0, 600, 2):
        base.recall(at("2026-03-02T08:00") + minute * 60_000, 1)
    base.move(at("2026-03-03T12:05"), seen=True)
    assert base.shape is not None
    assert base.shape.calls[10 * 12] > 2
    assert base.shape.calls[4 * 12] == UNSEEN
    base.recall(at("2026-03-04T08:00"), 1)
    assert [day.start_at for day in base.days] == [at("2026-03-02")]


def test_an_hour_that_comes_twice_keeps_its_slots() -> None:
    assert slot_of(BERLIN, 0, at("2026-10-25T01:30", BERLIN)) == 18
    twice = [at("2026-10-25T00:00", "UTC") + 30 * 60_000 + n * 3_600_000 for n in (0, 1)]
    assert [slot_of(BERLIN, 0, one) for one in twice] == [30, 30]
    assert slot_of(BERLIN, 0, at("2026-10-25T12:00", BERLIN)) == 144
    assert slot_of(BERLIN, 5 * 60, at("2026-10-25T04:59", BERLIN)) == SLOTS - 1


@settings(max_examples=15, deadline=None)
@given(
    start=st.sampled_from(["2026-03-27", "2026-10-23"]),
    jumps=st.lists(st.integers(1, 40), min_size=30, max_size=60),
    counts=st.lists(st.integers(0, 9), min_size=60, max_size=60),
)
def test_no_night_breaks_it(start: str, jumps: list[int], counts: list[int]) -> None:
    base = Base(zone=BERLIN)
    now = at(start, BERLIN)
    for jump, count in zip(jumps, counts, strict=False):
        base.move(now, seen=True)
        base.count(count)
        if base.shape is not None:
            assert len(base.shape.calls) == len(base.shape.proven) == SLOTS
            assert all(rate >= 0 or rate == UNSEEN for rate in base.shape.calls)
        now += jump * SLOT_MS
    assert base.days == sorted(base.days, key=lambda day: day.start_at)
    assert len({day.start_at for day in base.days}) == len(base.days)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(base), type=Base)
    assert again == base


def test_the_level_follows_the_day_late_and_stands_still_when_told_to() -> None:
    level = Level()
    for _ in range(30):
        level.step(20, 10.0, frozen=False)
    assert level.factor == 1  # Ten minutes are held back.
    for _ in range(180):
        level.step(20, 10.0, frozen=False)
    settled = level.factor
    assert 1.9 < settled <= 2
    for _ in range(60):
        level.step(90, 10.0, frozen=True)
    level.step(20, 10.0, frozen=False)
    assert level.factor == settled
    assert Level().doubt > level.doubt > 0


def test_a_first_rate_is_known_after_some_calls_and_forgotten_when_it_falls_silent() -> None:
    flat = FlatRate()
    for _ in range(50):
        flat.step(0, frozen=False)
    assert flat.steps == 0
    for _ in range(8):
        flat.step(7, frozen=False)
    assert flat.ready
    assert abs(flat.rate - 7) < 1e-6
    for _ in range(4_000):
        flat.step(0, frozen=False)
    assert flat.steps == flat.rate == 0


def test_the_band_is_as_wide_as_the_counts_wander() -> None:
    calm, wild = Residuals(), Residuals()
    for n in range(200):
        for _ in range(45):
            calm.add(10, 10.0)
            wild.add(14 if n % 2 else 6, 10.0)
    assert calm.band(2) == 0.03
    assert 0.5 < wild.band(1) < 0.65


def test_a_surge_of_one_day_hardly_widens_the_band() -> None:
    one = Residuals()
    for n in range(45 * 96):
        one.add(40 if n > 45 * 80 else 10, 10.0)
    assert one.band(2) == 0.03


def test_days_lie_a_day_apart() -> None:
    base = lived(3, {9: 10})
    starts = [datetime.fromtimestamp(day.start_at / 1000, ZoneInfo("UTC")) for day in base.days]
    assert starts[1] - starts[0] == timedelta(days=1)
