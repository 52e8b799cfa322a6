"""The local days that a record covers. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.events import Millis
from simulators.local_time import from_local_ms, local_ms
from simulators.plans import DAY_MIN, MINUTE, weekday

DAY_MS = DAY_MIN * MINUTE
_QUARTER_MS = 15 * MINUTE
"""Clocks are changed at whole quarters only."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days of a site's own clock: `first` counts from 1970, `count` are so many."""

    zone: ZoneInfo
    first: int
    count: int

    @classmethod
    def spanning(cls, zone: ZoneInfo, first_at: Millis, last_at: Millis) -> "Days":
        """The days from the one time to the other, both taken as whole."""
        first = local_ms(zone, first_at) // DAY_MS
        return cls(zone, first, local_ms(zone, last_at) // DAY_MS - first + 1)

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
