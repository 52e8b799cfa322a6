"""How long people owe to the floor, and how long they were there. Pure.

A duty is owed on the days of its weekdays; whoever is in the shift file owes it on the days of his
shifts. What a running day or week still may bring is not held against anybody.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from ingest.events import Millis
from reports.walk_records import Walk, floor_ms
from stream.intervals import Calendar

HOUR_MS = 3_600_000
WORKDAYS = frozenset({0, 1, 2, 3, 4})
_DAY = timedelta(days=1)


class Per(StrEnum):
    """The span in which a duty is to be done."""

    DAY = "day"
    WEEK = "week"


class Duty(Struct, frozen=True, kw_only=True):
    """What a role owes to the floor: `owed_ms` a day, or a week. `people` are users' ids, or names.

    `weekdays` count from Monday, 0.
    """

    id: str
    names: Mapping[str, str] = {}
    owed_ms: Millis = 2 * HOUR_MS
    per: Per = Per.DAY
    weekdays: frozenset[int] = WORKDAYS
    people: tuple[str, ...] = ()


DUTIES = (
    Duty(id="lead", names={"zh": "班长", "en": "Shift lead"}),
    Duty(id="manager", names={"zh": "业务经理", "en": "Operations manager"}, owed_ms=HOUR_MS),
    Duty(id="quality", names={"zh": "质检", "en": "Quality"}),
    Duty(id="senior", names={"zh": "高级经理", "en": "Senior manager"}, per=Per.WEEK),
)
"""As the trade has them; who has which role is for the settings to say."""


class Person(NamedTuple):
    """Somebody who walks: a user's id and his name; where nobody signs in, the name he gave alone."""

    id: str
    name: str


class Done(NamedTuple):
    """A person's duty over a span: in how many days or weeks it was owed, and in how many it was done.

    `owed_ms` and `missing_ms` are over all that were owed and are over; `floor_ms` over the whole span.
    """

    person: Person
    duty: Duty
    owed: int
    met: int
    floor_ms: Millis
    owed_ms: Millis
    missing_ms: Millis


class Span(NamedTuple):
    """The business days of a report, both included, of which `as_of` has been reached."""

    first: date
    last: date
    as_of: Millis


def per_day(
    walks: Collection[Walk], calendar: Calendar, span: Span
) -> dict[Person, dict[date, int]]:
    """Milliseconds on the floor by person and business day; days without any are left out."""
    found: dict[Person, dict[date, int]] = {}
    for day in _days(span.first, span.last):
        start = calendar.begin(day)
        end = min(calendar.begin(day + _DAY), span.as_of)
        near = [walk for walk in walks if walk.began_at < end and walk.until > start]
        for who, ms in floor_ms(near, start, end).items():
            if ms:
                found.setdefault(Person(*who), {})[day] = ms
    return found


def done(
    duties: Iterable[Duty],
    walks: Collection[Walk],
    calendar: Calendar,
    span: Span,
    shifts: Mapping[str, Collection[date]] | None = None,
) -> list[Done]:
    """Each role's people, also those who never came. `walks` reach back to the Monday of `span.first`.

    `shifts` are the days on which somebody works, by his id.
    """
    monday = span.first - timedelta(days=span.first.weekday())
    spent = per_day(walks, calendar, span._replace(first=monday))
    found = []
    for duty in duties:
        for person in _people(duty, spent):
            own = spent.get(person, {})
            days = (shifts or {}).get(person.id)
            judge = _by_week if duty.per is Per.WEEK else _by_day
            parts = list(judge(duty, own, days, calendar, span))
            over = [(ms, owed) for ms, owed, is_over in parts if is_over or ms >= owed]
            found.append(
                Done(
                    person=person,
                    duty=duty,
                    owed=len(over),
                    met=sum(ms >= owed for ms, owed in over),
                    floor_ms=sum(ms for day, ms in own.items() if day >= span.first),
                    owed_ms=sum(owed for _, owed in over),
                    missing_ms=sum(max(0, owed - ms) for ms, owed in over),
                )
            )
    return found


def _people(duty: Duty, spent: Mapping[Person, object]) -> Iterator[Person]:
    """Those of this role: by their ids, or where nobody signs in by the names they gave."""
    for known in duty.people:
        own = [person for person in spent if known in (person.id, person.name)]
        yield from own or [Person(known, known)]


_Part = tuple[Millis, Millis, bool]
"""On the floor, owed, and whether the day or week is over."""


def _by_day(
    duty: Duty,
    own: Mapping[date, Millis],
    days: Collection[date] | None,
    calendar: Calendar,
    span: Span,
) -> Iterator[_Part]:
    for day in _days(span.first, span.last):
        owed = day in days if days is not None else day.weekday() in duty.weekdays
        if owed and calendar.begin(day) < span.as_of:
            yield own.get(day, 0), duty.owed_ms, calendar.begin(day + _DAY) <= span.as_of


def _by_week(
    duty: Duty,
    own: Mapping[date, Millis],
    days: Collection[date] | None,
    calendar: Calendar,
    span: Span,
) -> Iterator[_Part]:
    """Weeks that end within the span; the one that is still going on counts once it is done."""
    monday = span.first - timedelta(days=span.first.weekday())
    while monday <= span.last:
        week = list(_days(monday, monday + timedelta(days=6)))
        ends = calendar.begin(week[-1] + _DAY)
        owed = any(day in days for day in week) if days is not None else True
        if owed and (week[-1] <= span.last or span.as_of < ends):
            yield sum(own.get(day, 0) for day in week), duty.owed_ms, ends <= span.as_of
        monday += timedelta(days=7)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def in_order(people: Iterable[Person]) -> Sequence[Person]:
    """By name."""
    return sorted(people, key=lambda person: (person.name, person.id))
