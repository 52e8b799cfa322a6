"""Which reports are mailed when: pure, in the site's own time.

    mailing -> due(mailing, done, now) -> a slot (an instant), how late it is, how many were missed

A slot that was missed while nothing ran is made up for once: the latest one, told as late.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from ingest.events import Millis
from reports.model import Span
from reports.span import Period, around, previous
from stream.intervals import Calendar

LATE_MS = 15 * 60_000
"""A letter that is sent so long after its time says so."""
_LOOK_BACK = timedelta(days=400)
_DAILY = ("day", "brief_before", "brief_after")


class Form(StrEnum):
    """What a report comes as."""

    XLSX = "xlsx"
    HTML = "html"
    PDF = "pdf"
    CSV = "csv"
    JSON = "json"


class Mailing(Struct, frozen=True, kw_only=True):
    """A report that is sent again and again.

    `report` is a title of `model.Report`: `day` `week` `month` `year` `brief_before` `brief_after`.
    `at_min` is the site's time of day, in minutes; daily ones go on `weekdays` (0 is Monday; empty is
    every day), weekly ones on the first of them, monthly and yearly ones on `day` of the (first)
    month. It goes to `to` by mail, or to the group of the robot `channel`. `queues` and `teams` are
    what whoever set it may see; None is all. `by` is empty for what the settings say.
    """

    id: str
    report: str
    at_min: int
    language: str = "zh"
    forms: tuple[Form, ...] = (Form.XLSX,)
    to: tuple[str, ...] = ()
    channel: str = ""
    weekdays: tuple[int, ...] = ()
    day: int = 1
    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    by: str = ""
    set_at: Millis = 0


class Due(NamedTuple):
    """A slot whose letter is to be sent now; `missed` counts those before it that never were."""

    slot: Millis
    late: bool
    missed: int


def slots(mailing: Mailing, after: Millis, until: Millis, zone: ZoneInfo) -> Iterator[Millis]:
    """Its instants in (after, until], in order."""
    day = datetime.fromtimestamp(after / 1_000, zone).date() - timedelta(days=1)
    last = datetime.fromtimestamp(until / 1_000, zone).date() + timedelta(days=1)
    while day <= last:
        if _falls_on(mailing, day):
            at = _instant(day, mailing.at_min, zone)
            if after < at <= until:
                yield at
        day += timedelta(days=1)


def due(mailing: Mailing, done: Millis, now: Millis, zone: ZoneInfo) -> Due | None:
    """What is to be sent, if anything, where all up to `done` is dealt with."""
    look_back = round(_LOOK_BACK.total_seconds() * 1_000)
    open_slots = list(slots(mailing, max(done, now - look_back), now, zone))
    if not open_slots:
        return None
    slot = open_slots[-1]
    return Due(slot, now - slot > LATE_MS, len(open_slots) - 1)


def next_slot(mailing: Mailing, now: Millis, zone: ZoneInfo) -> Millis | None:
    """When it goes next; within a year there is always one."""
    ahead = round(_LOOK_BACK.total_seconds() * 1_000)
    return next(slots(mailing, now, now + ahead, zone), None)


def period(report: str, at: Millis, calendar: Calendar) -> Period:
    """The days that a report of this title tells of, made at this instant.

    That which ended last; what is told after a shift is of the running day.
    """
    today = calendar.date_of(at)
    if report == "brief_after":
        return around(Span.DAY, today)
    span = Span.DAY if report in _DAILY else Span(report)
    return previous(around(span, today))


def clock(at_min: int) -> str:
    """`08:05` of minutes after midnight."""
    return f"{at_min // 60:02}:{at_min % 60:02}"


def _falls_on(mailing: Mailing, day: date) -> bool:
    if mailing.report in _DAILY:
        return not mailing.weekdays or day.weekday() in mailing.weekdays
    if mailing.report == "week":
        return day.weekday() == (mailing.weekdays[0] if mailing.weekdays else 0)
    return day.day == mailing.day and (mailing.report == "month" or day.month == 1)


def _instant(day: date, at_min: int, zone: ZoneInfo) -> Millis:
    # A time that a daylight-saving night skips is the same minute counted from before it.
    at = datetime.combine(day, time(at_min // 60, at_min % 60), zone)
    return round(at.timestamp() * 1_000)


REPORTS: Mapping[str, Span] = {
    **dict.fromkeys(_DAILY, Span.DAY),
    "week": Span.WEEK,
    "month": Span.MONTH,
    "year": Span.YEAR,
}
"""What can be mailed, and of what span it is."""


class Letter(Struct, frozen=True, kw_only=True):
    """One sending of a mailing, kept until it was taken. `id` is the same however often it is tried."""

    id: str
    mailing: Mailing
    slot: Millis
    late: bool = False
    missed: int = 0
    trial: bool = False


class Waiting(NamedTuple):
    """A letter to be tried now, and how often it was."""

    letter: Letter
    tries: int


class Fate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a letter: `state` is `waiting`, `sent` or `given_up`, since `at`."""

    slot: Millis
    state: str
    at: Millis
    late: bool = False
    trial: bool = False
    trouble: str = ""
