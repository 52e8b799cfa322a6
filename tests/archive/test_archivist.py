"""When a day is written."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from archive.archivist import CALM_MS, GRACE_MS, LONGEST_MS, Archivist
from stream.intervals import Calendar

ZONE = "Europe/Berlin"


def at(*when: int) -> int:
    return round(datetime(*when, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1_000  # type: ignore[arg-type]


@pytest.fixture
def archivist() -> Archivist:
    return Archivist(Calendar(ZONE, 240))


FRIDAY, SATURDAY = at(2026, 11, 20, 4), at(2026, 11, 21, 4)


def test_a_day_is_due_a_little_after_its_end(archivist: Archivist) -> None:
    marks = {FRIDAY: 1, SATURDAY: 2}
    assert archivist.due(marks, SATURDAY + GRACE_MS - 1) == []
    assert archivist.due(marks, SATURDAY + GRACE_MS) == [FRIDAY]
    archivist.written(FRIDAY, 1)
    assert archivist.due(marks, SATURDAY + GRACE_MS) == []


@pytest.mark.parametrize(("night", "hours"), [((2026, 3, 28), 23), ((2026, 10, 24), 25)])
def test_a_day_of_another_length_ends_when_it_ends(
    archivist: Archivist, night: tuple[int, int, int], hours: int
) -> None:
    day = at(*night, 4)
    end = day + hours * 3_600_000
    assert datetime.fromtimestamp(end / 1_000, UTC).astimezone(ZoneInfo(ZONE)).hour == 4
    assert archivist.due({day: 1}, end + GRACE_MS - 1) == []
    assert archivist.due({day: 1}, end + GRACE_MS) == [day]


def test_a_day_that_changed_is_due_when_it_is_calm_again(archivist: Archivist) -> None:
    archivist.written(FRIDAY, 1)
    now = SATURDAY + 3_600_000
    assert archivist.due({FRIDAY: 2}, now) == []
    assert archivist.due({FRIDAY: 3}, now + CALM_MS - 1) == []
    assert archivist.due({FRIDAY: 3}, now + 2 * CALM_MS - 2) == []
    assert archivist.due({FRIDAY: 3}, now + 2 * CALM_MS - 1) == [FRIDAY]
    archivist.written(FRIDAY, 3)
    assert archivist.due({FRIDAY: 3}, now + 9 * CALM_MS) == []


def test_a_day_that_never_rests_is_not_put_off_for_ever(archivist: Archivist) -> None:
    archivist.written(FRIDAY, 1)
    now, mark = SATURDAY + 3_600_000, 1
    for since in range(0, LONGEST_MS, CALM_MS // 2):
        mark += 1
        assert archivist.due({FRIDAY: mark}, now + since) == []
    assert archivist.due({FRIDAY: mark + 1}, now + LONGEST_MS) == [FRIDAY]


def test_what_is_not_here_is_due_the_oldest_first(archivist: Archivist) -> None:
    now = SATURDAY + 9 * 86_400_000
    assert archivist.due({SATURDAY: 1, FRIDAY: 1}, now) == [FRIDAY, SATURDAY]
    # What could not be written stays due.
    assert archivist.due({SATURDAY: 1, FRIDAY: 1}, now) == [FRIDAY, SATURDAY]
