"""Attendance: who came when; what nobody saw is not known, and held against nobody."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorwatch.shift_file import parse
from planning.attendance import (
    GRACE_MS,
    REACH_MS,
    Attended,
    Outside,
    Rules,
    Seen,
    Sight,
    Verdict,
    attended,
)
from planning.shifts import Owed, Pause, Shift
from planning.stretches import Stretch, length, merged, within

MIN = 60_000
HOUR = 60 * MIN
DAY = 24 * HOUR


def shift(start: float, end: float, *owed: Owed) -> Shift:
    """From hour to hour of the day 0."""
    day = date(1970, 1, 1)
    begin, over = round(start * HOUR), round(end * HOUR)
    return Shift(agent="ann", day=day, start_at=begin, end_at=over, owed=owed)


def seen(*hours: tuple[float, float], state: str = "ready", reason: str = "") -> list[Seen]:
    return [Seen(round(a * HOUR), round(b * HOUR), state, reason) for a, b in hours]


def sight(told: list[Seen], unknown: list[Stretch] | None = None) -> Sight:
    return Sight().and_seen(told, Rules()).but_for(merged(unknown or []))


def one(
    of: Shift, told: list[Seen], as_of: float = 48, unknown: list[Stretch] | None = None
) -> Attended:
    [found], _ = attended([of], sight(told, unknown), round(as_of * HOUR))
    return found


DAYTIME = shift(8, 16)


@pytest.mark.parametrize(
    ("hours", "verdict", "late_min", "early_min"),
    [
        ([(8, 16)], Verdict.PRESENT, 0, 0),
        ([(7.5, 12), (12, 16.5)], Verdict.PRESENT, 0, 0),
        ([(8 + 1 / 60, 16)], Verdict.PRESENT, 1, 0),
        ([(8 + 2 / 60, 16)], Verdict.LATE, 2, 0),
        ([(8, 15.5)], Verdict.LEFT_EARLY, 0, 30),
        ([(9, 15)], Verdict.LATE_AND_LEFT_EARLY, 60, 60),
        # Came early, went again, and was late after all.
        ([(7, 7.5), (8.25, 16)], Verdict.LATE, 15, 0),
    ],
)
def test_what_became_of_a_shift(
    hours: list[tuple[float, float]], verdict: Verdict, late_min: int, early_min: int
) -> None:
    found = one(DAYTIME, seen(*hours))
    assert found.verdict is verdict
    assert (found.late_ms, found.early_ms) == (late_min * MIN, early_min * MIN)


def test_signed_in_and_out_overtime_and_away() -> None:
    found = one(DAYTIME, seen((7.5, 12), (12.5, 17)))
    assert (found.in_at, found.out_at) == (7.5 * HOUR, 17 * HOUR)
    assert (found.over_ms, found.away_ms, found.worked_ms) == (1.5 * HOUR, HOUR / 2, 7.5 * HOUR)


def test_whoever_never_came_is_absent_and_only_if_somebody_would_have_seen_him() -> None:
    assert one(DAYTIME, []).verdict is Verdict.ABSENT
    assert one(DAYTIME, seen((8, 16), state="signed_out")).verdict is Verdict.ABSENT
    blind = one(DAYTIME, [], unknown=[(9 * HOUR, 10 * HOUR)])
    assert (blind.verdict, blind.late_ms, blind.unknown_ms) == (Verdict.UNKNOWN, None, HOUR)
    assert one(DAYTIME, seen((8, 16), state="unknown")).verdict is Verdict.UNKNOWN


def test_of_one_whose_coming_nobody_saw_it_is_not_said_that_he_was_late() -> None:
    blank: list[Stretch] = [(7 * HOUR, 9 * HOUR)]
    found = one(DAYTIME, seen((9, 16)), unknown=blank)
    assert (found.verdict, found.late_ms, found.in_at) == (Verdict.UNKNOWN, None, None)
    assert (found.early_ms, found.out_at) == (0, 16 * HOUR)
    # Yet who left early did so, whenever he came.
    assert one(DAYTIME, seen((9, 15)), unknown=blank).verdict is Verdict.LEFT_EARLY


@pytest.mark.parametrize(
    ("as_of", "hours", "verdict", "late_min"),
    [
        (7, [], Verdict.PLANNED, None),
        (8, [], Verdict.PLANNED, None),
        (8 + 1 / 60, [], Verdict.RUNNING, 1),
        (9, [], Verdict.MISSING, 60),
        (9, [(8, 9)], Verdict.RUNNING, 0),
        (9, [(8.5, 9)], Verdict.LATE, 30),
    ],
)
def test_a_shift_that_goes_on(
    as_of: float, hours: list[tuple[float, float]], verdict: Verdict, late_min: int | None
) -> None:
    found = one(DAYTIME, seen(*hours), as_of)
    assert found.verdict is verdict
    assert found.late_ms == (None if late_min is None else late_min * MIN)
    assert found.early_ms is None
    assert found.out_at is None


def test_two_shifts_a_day_are_judged_each_by_what_is_nearer() -> None:
    morning, evening = shift(8, 12), shift(14, 18)
    told = seen((7.9, 12.5), (13.75, 17))
    (first, second), outside = attended([morning, evening], sight(told), DAY)
    assert (first.verdict, second.verdict) == (Verdict.PRESENT, Verdict.LEFT_EARLY)
    assert (first.out_at, second.in_at) == (12.5 * HOUR, 13.75 * HOUR)
    assert (first.over_ms, second.over_ms) == (36 * MIN, 15 * MIN)
    assert outside == []


def test_a_shift_over_midnight() -> None:
    found = one(shift(22, 30), seen((22, 24), (24, 27), (27.5, 29)))
    assert (found.verdict, found.early_ms, found.away_ms) == (Verdict.LEFT_EARLY, HOUR, HOUR / 2)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 7), ("2026-10-25", 9)])
def test_a_night_in_which_the_clocks_change_has_its_own_length(day: str, hours: int) -> None:
    text = f"agent,date,start,end\nann,{day},00:00,08:00\n"
    [night], problems = parse(text, "shifts.csv", ZoneInfo("Europe/Berlin"))
    assert not problems
    told = [Seen(night.start_at, night.end_at, "ready")]
    [found], _ = attended([night], sight(told), night.end_at + DAY)
    assert (found.verdict, found.worked_ms) == (Verdict.PRESENT, hours * HOUR)


def test_work_that_is_of_no_shift() -> None:
    told = seen((1, 2), (8, 16), (21, 22))
    [found], outside = attended([DAYTIME], sight(told), DAY)
    assert found.verdict is Verdict.PRESENT
    assert outside == [Outside(HOUR, 2 * HOUR), Outside(21 * HOUR, 22 * HOUR)]


def test_breaks_against_what_was_owed() -> None:
    owed = (
        Owed(pause=Pause.MEAL, length_ms=45 * MIN, since_at=11 * HOUR, until_at=14 * HOUR),
        *(Owed(pause=Pause.BREAK, length_ms=15 * MIN, since_at=0, until_at=DAY) for _ in range(2)),
    )
    told = [
        *seen((8, 10), (10.25, 12), (13, 16)),
        # Facts are cut at the ends of intervals: this is one break.
        *seen((10, 10.125), (10.125, 10.25), state="not_ready", reason="break"),
        *seen((12, 13), state="not_ready", reason="meal"),
        *seen((14, 14.5), state="not_ready", reason="training"),
    ]
    found = one(shift(8, 16, *owed), told)
    assert found.meals == (1, HOUR, 1, 45 * MIN)
    assert found.breaks == (1, 15 * MIN, 2, 30 * MIN)
    assert found.verdict is Verdict.PRESENT


STRETCHES = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=8).map(
    lambda pairs: [(start * 6 * MIN, (start + for_) * 6 * MIN) for start, for_ in pairs]
)


@settings(max_examples=30, deadline=None)
@given(STRETCHES, STRETCHES, st.integers(0, 240))
def test_every_moment_of_a_shift_is_told_once(
    here: list[Stretch], unknown: list[Stretch], now: int
) -> None:
    of = shift(6, 14)
    told = [Seen(start, end, "ready") for start, end in here]
    as_of = now * 6 * MIN
    told = [s._replace(end_at=min(s.end_at, as_of)) for s in told if s.start_at < as_of]
    [found], outside = attended([of], sight(told, unknown), as_of)
    assert found.verdict is not Verdict.ABSENT or not within(
        merged(unknown), (of.start_at, of.end_at)
    )
    if not unknown and as_of >= of.end_at:
        missed = found.late_ms, found.early_ms
        if None in missed:
            assert found.verdict is Verdict.ABSENT
        else:
            spent = found.worked_ms + found.away_ms + (missed[0] or 0) + (missed[1] or 0)
            assert spent == of.end_at - of.start_at
        around = (of.start_at - REACH_MS, of.end_at + REACH_MS)
        covered = found.worked_ms + found.over_ms + length((a, b) for a, b in outside)
        assert covered == length(_merged(here, as_of))
        assert all(not within([(a, b)], around) for a, b in outside)
    assert found.verdict is not Verdict.LATE or (found.late_ms or 0) > GRACE_MS


def _merged(here: list[Stretch], as_of: int) -> list[Stretch]:
    minutes = {m for a, b in here for m in range(a // MIN, min(b, as_of) // MIN)}
    return [(m * MIN, (m + 1) * MIN) for m in sorted(minutes)]
