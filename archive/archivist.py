"""When a day is written: once it is over, and again when late facts have changed it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.events import Millis
from stream.intervals import Calendar

GRACE_MS = 5 * 60_000
"""After the end of a day, until it is written: what is told a little late is in it at once."""
CALM_MS = 5 * 60_000
"""A day that changes is written again when nothing came for so long ..."""
LONGEST_MS = 30 * 60_000
"""... or so long after its first change: in the morning each one who signs in ends a span of yesterday."""


@dataclass(slots=True)
class _Changed:
    """A day that is not as it was written: its mark, when it first was another, and when last."""

    mark: int
    first: Millis
    last: Millis


class Archivist:
    """Knows by its marks which day was written as it is."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._written: dict[Millis, int] = {}
        self._changed: dict[Millis, _Changed] = {}

    def written(self, day: Millis, mark: int) -> None:
        """The archive has this day as it is with this mark."""
        self._written[day] = mark
        self._changed.pop(day, None)

    def due(self, marks: Mapping[Millis, int], now: Millis) -> list[Millis]:
        """The days to be written now, the oldest first; `marks` are those of the daybook."""
        return [day for day, mark in sorted(marks.items()) if self._is_due(day, mark, now)]

    def _is_due(self, day: Millis, mark: int, now: Millis) -> bool:
        if now < self._calendar.next_day(day) + GRACE_MS:
            return False
        if day not in self._written:
            return True
        if self._written[day] == mark:
            self._changed.pop(day, None)
            return False
        seen = self._changed.setdefault(day, _Changed(mark, now, now))
        if seen.mark != mark:
            seen.mark, seen.last = mark, now
        return now - seen.last >= CALM_MS or now - seen.first >= LONGEST_MS
