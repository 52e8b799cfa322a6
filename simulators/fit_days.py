"""The local days that a record covers, in steps of half an hour. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.events import Millis
from simulators.local_time import from_local_ms, local_ms
from simulators.plans import DAY_MIN, MINUTE, weekday

DAY_MS = DAY_MIN * MINUTE
STEP_MIN = 30
STEP_MS = STEP_MIN * MINUTE
STEPS = DAY_MIN // STEP_MIN
_QUARTER_MS = 15 * MINUTE
"""Clocks are changed at whole quarters only."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a site's own clock: `first` counts from 1970, `count` are so many.

    Of the first and the last of them only a part may be known: the steps from `since` to `until`,
    both counted from the first midnight and known; `until` None is the last of all.
    """

    zone: ZoneInfo
    first: int
    count: int
    since: int = 0
    until: int | None = None

    @classmethod
    def spanning(cls, zone: ZoneInfo, first_at: Millis, last_at: Millis) -> "Days":
        """The days from the one time to the other; the steps of both times are taken as whole."""
        begins, ends = local_ms(zone, first_at), local_ms(zone, last_at)
        first = begins // DAY_MS
        since, until = ((local - first * DAY_MS) // STEP_MS for local in (begins, ends))
        return cls(zone, first, ends // DAY_MS - first + 1, since, until)

    def covers(self, day: int, step: int) -> bool:
        """Whether this step of this day is known."""
        at = day * STEPS + step
        return self.since <= at and (self.until is None or at <= self.until)

    def known(self, step: int, weekdays: Collection[int] = range(7)) -> int:
        """On how many of these days of the week the step is known."""
        return sum(
            self.covers(day, step) for day in range(self.count) if self.weekday(day) in weekdays
        )

    def whole(self, count: int) -> "Days":
        """As many days from the first one on, all of them known."""
        return Days(self.zone, self.first, count)

    @property
    def start_at(self) -> Millis:
        """When the first day begins."""
        return from_local_ms(self.zone, self.first * DAY_MS)

    def place(self, at: Millis) -> tuple[int, Millis]:
        """The day, counted from 0, and the time since its midnight."""
        local = at + _offset_ms(self.zone, at // _QUARTER_MS)
        return local // DAY_MS - self.first, local % DAY_MS

    def weekday(self, day: int) -> int:
        """The day of the week of one of the days, Monday 0."""
        return weekday((self.first + day) * DAY_MS)

    @property
    def of_weekday(self) -> list[int]:
        """How many of the days are Mondays, Tuesdays, ... Sundays."""
        found = [0] * 7
        for day in range(self.count):
            found[self.weekday(day)] += 1
        return found


@lru_cache(maxsize=10_000)
def _offset_ms(zone: ZoneInfo, quarter: int) -> Millis:
    """By how much the site's clock is ahead in this quarter of an hour since 1970."""
    return local_ms(zone, quarter * _QUARTER_MS) - quarter * _QUARTER_MS
