"""Curves: what a day's arrivals are held against: what was expected, and the same weekday before.

    forecast, else what the alerts have learnt --> expected, by queue and interval
    the ledger --every interval--> ArrivalDays --> the latest same weekday

An interval is known by its number in the business day, so that a daylight-saving night shifts nothing.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from alerts.arrivals import ArrivalsWatch
from alerts.usual_day import SLOT_MS, Base, slot_of
from dashboard.arrival_days import ArrivalDays, Calls
from dashboard.desk_file import DeskFileError
from dashboard.desks import Desk
from ingest.events import Millis
from stream.floor import Floor
from stream.metrics import NAMES

log = logging.getLogger(__name__)

LOOK_MS = 10_000
"""How often it is asked whether something else is expected by now."""
WEEKS_BACK = (1, 2)
_OFFERED = NAMES.index("offered")
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


class Interval(NamedTuple):
    """One interval of a business day; `number` as the trends of the feed have it."""

    number: str
    start_at: Millis
    end_at: Millis


class Outlook(Protocol):
    """What is known of a day without counting its calls. The queue "" is the whole floor."""

    def basis(self, day: Millis) -> tuple[object, ...]:
        """What the expectation for a business day rests on: the same objects, the same answers."""
        ...

    def expected(self, queue: str, start_at: Millis, end_at: Millis) -> float | None:
        """How many calls are expected between two moments; None if nobody knows."""
        ...

    def instead(self, day: date) -> Mapping[str, Calls] | None:
        """The calls of a past day, where it is not to be remembered but known otherwise."""
        ...


class AlertsOutlook:
    """What the alerts of a floor expect: a forecast, else the usual day that they have learnt."""

    def __init__(self, watch: ArrivalsWatch) -> None:
        self._watch = watch

    def basis(self, day: Millis) -> tuple[object, ...]:
        streams = self._watch.streams.values()
        return (self._watch.forecast, *(stream.pace.base.shape for stream in streams))

    def expected(self, queue: str, start_at: Millis, end_at: Millis) -> float | None:
        forecast = self._watch.forecast
        told = forecast.expected(queue, start_at, end_at) if forecast is not None else None
        if told is not None:
            return told
        stream = self._watch.streams.get(f"queue:{queue}" if queue else "")
        return usual(stream.pace.base, start_at, end_at) if stream is not None else None

    def instead(self, day: date) -> Mapping[str, Calls] | None:
        return None


class Curves(Desk):
    """The desk that shows the curves of today and keeps the arrivals of its days. It does no deeds."""

    def __init__(self, floor: Floor, days: ArrivalDays, outlook: Outlook) -> None:
        self._floor = floor
        self._days = days
        self._outlook = outlook
        self._looked_at: Millis = -LOOK_MS
        self._kept: Millis = -1
        self._basis: tuple[object, ...] = ()
        self._weekdays: tuple[date, Mapping[str, Calls]] | None = None
        self._weekdays_of: Millis = -1
        self._curves: dict[str, Any] = {}

    def document(self, now: Millis) -> Mapping[str, object]:
        """`curves`; the same object until something of them is different."""
        if not 0 <= now - self._looked_at < LOOK_MS:
            self._looked_at = now
            self._keep(now)
            self._look(now)
        return {"curves": self._curves} if self._curves else {}

    def _keep(self, now: Millis) -> None:
        """Keep what the ledger has of today and yesterday; once in each interval."""
        calendar = self._floor.calendar
        if (interval := calendar.interval(now)) == self._kept:
            return
        self._kept = interval
        today = calendar.day(now)
        try:
            for day in (calendar.day(today - 1), today):
                queues = arrivals(self._floor, day)
                if any(queues.values()):
                    self._days.keep(date_of(self._floor, day), queues)
        except DeskFileError:
            log.exception(
                "the day's arrivals could not be kept; trying again with the next interval"
            )

    def _look(self, now: Millis) -> None:
        day = self._floor.calendar.day(now)
        queues = sorted(self._floor.site.queues.keys() | self._floor.state.ledger.queues.keys())
        basis = (day, len(queues), *self._outlook.basis(day))
        if len(basis) == len(self._basis) and all(map(_same, basis, self._basis)):
            return
        self._basis = basis
        if day != self._weekdays_of:
            self._weekdays_of = day
            self._weekdays = self._before(date_of(self._floor, day))
        intervals = intervals_of(self._floor, day)
        curves = {queue: self._curve(queue, intervals) for queue in ("", *queues)}
        self._curves = {queue: curve for queue, curve in curves.items() if curve}

    def _before(self, today: date) -> tuple[date, Mapping[str, Calls]] | None:
        """The latest same weekday that is known, and its calls."""
        for weeks in WEEKS_BACK:
            day = today - timedelta(weeks=weeks)
            try:
                calls = self._outlook.instead(day) or self._days.of(day)
            except DeskFileError:
                log.exception("the arrivals of %s cannot be read", day)
                return None
            if calls:
                return day, calls
        return None

    def _curve(self, queue: str, intervals: list[Interval]) -> dict[str, Any]:
        curve: dict[str, Any] = {}
        told = {
            interval.number: self._outlook.expected(queue, interval.start_at, interval.end_at)
            for interval in intervals
        }
        expected = {number: round(calls, 1) for number, calls in told.items() if calls is not None}
        if expected:
            curve["expected"] = expected
        if self._weekdays is not None:
            day, queues = self._weekdays
            calls = queues.get(queue) if queue else _together(queues)
            if calls is not None:
                curve |= {"weekday": dict(calls), "weekday_day": day.isoformat()}
        return curve


def usual(base: Base, start_at: Millis, end_at: Millis) -> float | None:
    """The calls of a usual day between two moments; None unless all of that time is known."""
    if base.shape is None:
        return None
    calls = base.shape.calls
    slots = _slots(base.zone, base.day_start_min, start_at, end_at)
    if any(calls[slot] < 0 for slot, _ in slots):
        return None
    return sum(calls[slot] * share for slot, share in slots)


@lru_cache(maxsize=512)
def _slots(
    zone: str, day_start_min: int, start_at: Millis, end_at: Millis
) -> tuple[tuple[int, float], ...]:
    """The slots of a usual day that lie between two moments, and the share of each that does."""
    found, at = [], start_at
    while at < end_at:
        until = min(end_at, (at // SLOT_MS + 1) * SLOT_MS)
        found.append((slot_of(zone, day_start_min, at), (until - at) / SLOT_MS))
        at = until
    return tuple(found)


def intervals_of(floor: Floor, day: Millis) -> list[Interval]:
    """The intervals of the business day that began at `day`."""
    calendar = floor.calendar
    end, found, at = calendar.next_day(day), [], day
    while at < end:
        until = calendar.interval_end(at)
        found.append(Interval(str((at - day) // calendar.interval_ms), at, until))
        at = until
    return found


def arrivals(floor: Floor, day: Millis) -> dict[str, dict[str, int]]:
    """Calls offered on a business day, by queue and number of interval, as the ledger has them."""
    end, step = floor.calendar.next_day(day), floor.calendar.interval_ms
    return {
        queue: {
            str((at - day) // step): cell[_OFFERED]
            for at, cell in account.cells.items()
            if day <= at < end and cell[_OFFERED]
        }
        for queue, account in floor.state.ledger.queues.items()
    }


def date_of(floor: Floor, day: Millis) -> date:
    """The date of the business day that began at `day`."""
    begins = (_UNIX + timedelta(milliseconds=day)).astimezone(ZoneInfo(floor.site.time_zone))
    return (begins - timedelta(minutes=floor.site.day_start_min)).date()


def _together(queues: Mapping[str, Calls]) -> Calls:
    total: dict[str, int] = {}
    for calls in queues.values():
        for number, count in calls.items():
            total[number] = total.get(number, 0) + count
    return total


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, int) and one == other)
