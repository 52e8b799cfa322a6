"""Which business days a report is of: a day, a week, a month, a year; what they are compared with.

A week begins on Monday (ISO). Days are those of the site's calendar: each begins and ends there.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from ingest.events import Millis
from reports.model import Span
from stream.intervals import Calendar

_FORMS = (
    (Span.DAY, re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)),
    (Span.WEEK, re.compile(r"(\d{4})-[Ww](\d{1,2})", re.ASCII)),
    (Span.MONTH, re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)),
    (Span.YEAR, re.compile(r"\d{4}", re.ASCII)),
)
_WIDTH = {Span.DAY: 0, Span.WEEK: 1, Span.MONTH: 2, Span.YEAR: 3}
_WEEKS_OF_A_YEAR = timedelta(weeks=52)
_LAST_YEAR = 2100


class SpanError(ValueError):
    """What somebody typed is no span of days; the message says what to type."""


class Period(NamedTuple):
    """Business days from `first` to `last`, both included."""

    span: Span
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Each of its days."""
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)

    @property
    def name(self) -> str:
        """As it is typed: `2026-11-22`, `2026-W47`, `2026-11`, `2026`."""
        match self.span:
            case Span.DAY:
                return self.first.isoformat()
            case Span.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case Span.MONTH:
                return f"{self.first:%Y-%m}"
            case Span.YEAR:
                return f"{self.first:%Y}"


def around(span: Span, day: date) -> Period:
    """The day, week, month or year in which a day lies."""
    match span:
        case Span.DAY:
            return Period(span, day, day)
        case Span.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(span, monday, monday + timedelta(days=6))
        case Span.MONTH:
            first = day.replace(day=1)
            following = (first + timedelta(days=31)).replace(day=1)
            return Period(span, first, following - timedelta(days=1))
        case Span.YEAR:
            return Period(span, day.replace(month=1, day=1), day.replace(month=12, day=31))


def parsed(text: str, span: Span | None = None) -> Period:
    """What was typed, as a period of this span, or of its own if None.

    A day may stand for the week, month or year that it lies in, and so on; a month is no day.
    Raises SpanError.
    """
    text = text.strip()
    for form, pattern in _FORMS:
        if (match := pattern.fullmatch(text)) is not None:
            period = around(form, _first_day(form, match))
            if span is None or span is form:
                return period
            if _WIDTH[span] < _WIDTH[form]:
                raise SpanError(f"{text} is a {form}, not a {span}: {_example(span)}")
            # A week lies in the month and year of its Thursday, as ISO counts it.
            inside = period.first + timedelta(days=3 if form is Span.WEEK else 0)
            return around(span, inside)
    raise SpanError(f"{text or 'nothing'} is no date: {_example(span or Span.DAY)}")


def _first_day(form: Span, match: re.Match[str]) -> date:
    text = match.group()
    try:
        match form:
            case Span.DAY:
                day = date.fromisoformat(text)
            case Span.WEEK:
                day = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            case Span.MONTH:
                day = date(int(match[1]), int(match[2]), 1)
            case Span.YEAR:
                day = date(int(text), 1, 1)
    except ValueError as error:
        raise SpanError(f"{text} is not in the calendar: {error}") from None
    if not 1970 < day.year < _LAST_YEAR:
        raise SpanError(f"{text} is too far away: a year from 1971 to {_LAST_YEAR - 1}")
    return day


def _example(span: Span) -> str:
    return {
        Span.DAY: "a day is written 2026-11-22",
        Span.WEEK: "a week is written 2026-W47, or as one of its days, 2026-11-22",
        Span.MONTH: "a month is written 2026-11, or as one of its days, 2026-11-22",
        Span.YEAR: "a year is written 2026, or as one of its days, 2026-11-22",
    }[span]


def pieces(period: Period, longest: timedelta = timedelta(days=31)) -> list[tuple[date, date]]:
    """First and last days of its parts, none of them longer than a month: what is held at once."""
    parts = []
    first = period.first
    while first <= period.last:
        following = first + longest
        parts.append((first, min(following - timedelta(days=1), period.last)))
        first = following
    return parts


def previous(period: Period) -> Period:
    """The one before it."""
    return around(period.span, period.first - timedelta(days=1))


def same_weekdays(period: Period) -> Period | None:
    """As many days with the same weekdays: of a day, a week before it; of a week or a month, 52 weeks.

    A year has none: the year before has its weekdays, but for one.
    """
    if period.span is Span.YEAR:
        return None
    back = timedelta(weeks=1) if period.span is Span.DAY else _WEEKS_OF_A_YEAR
    return Period(period.span, period.first - back, period.last - back)


def bounds(period: Period, calendar: Calendar) -> tuple[Millis, Millis]:
    """When it begins, and when it ends, exclusive."""
    return calendar.begin(period.first), calendar.begin(period.last + timedelta(days=1))


def as_far(period: Period, earlier: Period, now: Millis, calendar: Calendar) -> Millis:
    """The end of as much of an earlier period as has passed of this one: whole days, and so much of
    the next as has passed of the running day. The end of all of it, if this one is over."""
    start, end = bounds(period, calendar)
    first, over = bounds(earlier, calendar)
    if now >= end:
        return over
    if now <= start:
        return first
    gone = (calendar.date_of(now) - period.first).days
    like = calendar.begin(earlier.first + timedelta(days=gone))
    passed = min(now - calendar.day(now), calendar.next_day(like) - like)
    return min(like + passed, over)
