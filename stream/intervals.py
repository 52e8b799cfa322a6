"""Which interval and which business day an instant belongs to, in the site's own time zone."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingest.events import Millis

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
_LONG_DAY_MS = _DAY_MS + _DAY_MS // 4
"""No business day is as long: between two known beginnings that lie further apart, one is missing."""


class Calendar:
    """Business days and half-open intervals of one site, safe over daylight-saving nights.

    A business day begins `day_start_min` minutes after local midnight and lasts until the next one
    begins, be that 23, 24 or 25 hours. Intervals of `interval_ms` are counted from the day's
    beginning; the last one of a day may be shorter.
    """

    def __init__(
        self, time_zone: str, day_start_min: int = 0, interval_ms: Millis = 900_000
    ) -> None:
        self._zone = ZoneInfo(time_zone)
        self._start = timedelta(minutes=day_start_min)
        self.interval_ms = interval_ms
        self._starts: list[Millis] = []

    def day(self, at: Millis) -> Millis:
        """When the business day of this instant began."""
        starts = self._starts
        index = bisect_right(starts, at) - 1
        if (
            index < 0
            or index + 1 >= len(starts)
            or starts[index + 1] - starts[index] > _LONG_DAY_MS
        ):
            return self._learn(at)
        return starts[index]

    def next_day(self, at: Millis) -> Millis:
        """When the business day after this instant's begins."""
        return self.day(self.day(at) + _DAY_MS + _DAY_MS // 4)

    def interval(self, at: Millis) -> Millis:
        """When the interval of this instant began."""
        day = self.day(at)
        return day + (at - day) // self.interval_ms * self.interval_ms

    def interval_end(self, start_at: Millis) -> Millis:
        """When the interval that began at `start_at` ends."""
        return min(start_at + self.interval_ms, self.next_day(start_at))

    def date_of(self, at: Millis) -> date:
        """The date of this instant's business day: the one on which it begins."""
        local = (_UNIX + timedelta(milliseconds=self.day(at))).astimezone(self._zone)
        return local.date()

    def _learn(self, at: Millis) -> Millis:
        local = (_UNIX + timedelta(milliseconds=at)).astimezone(self._zone)
        date = (local - self._start).date()
        around = [self.begin(date + timedelta(days=shift)) for shift in (-1, 0, 1, 2)]
        self._starts = sorted({*self._starts, *around})
        return max(start for start in around if start <= at)

    def begin(self, day: date) -> Millis:
        """When the business day of this date begins."""
        # A wall-clock time that a daylight-saving night skips or repeats is resolved by zoneinfo to
        # one instant, so every instant still has exactly one business day.
        begin = (datetime.combine(day, time()) + self._start).replace(tzinfo=self._zone)
        return round(begin.timestamp() * 1000)
