"""One line of a call-by-call table as a row, and a row as events. Pure.

    vru_entry          vru_exit = q_start        q_exit ~ ser_start          ser_exit
    Offered            Queued                    Answered | Abandoned        Completed

The table tells the time of day of each step and the date of the call alone, so a step that seems to
lie half a day before the one it follows lies on the next day.
"""

import csv
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from ingest.events import Abandoned, Answered, Completed, Data, Millis, Offered, Queued
from ingest.wire import LARGEST

REQUIRED = (
    "vru+line",
    "call_id",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
)
"""The columns that a table must have, in any order; others are not looked at."""

OPTIONAL = ("priority",)

_DAY_S = 86_400
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)", re.ASCII)
_DATE = re.compile(r"(\d{4}|\d\d)-?(\d\d)-?(\d\d)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_CENTURY_FROM = 70
"""A year of two digits is of the 1900s from here on, of the 2000s below."""
_LONGEST = 255
"""Letters of a name; the events take no longer ones."""


class CallsCsvError(ValueError):
    """The table or a line of it cannot be taken: the message names the field and what is wrong."""


class Fate(StrEnum):
    """The words of the column `outcome`."""

    AGENT = "AGENT"
    HANG = "HANG"
    PHANTOM = "PHANTOM"


class Row(Struct, frozen=True, gc=False):
    """One call. `entered_at` is when it reached the menu, `queued_at` when it left it, both in UTC.

    `talk_ms` is None where the table knows of no service.
    """

    call: str
    queue: str
    fate: Fate
    entered_at: Millis
    queued_at: Millis
    wait_ms: Millis
    agent: str
    ended_at: Millis
    talk_ms: Millis | None
    priority: int | None


def columns(line: bytes) -> dict[str, int]:
    """Where each known column stands; raises `CallsCsvError` if one that is needed is absent."""
    names = [name.strip().lower() for name in _cells(line.removeprefix(b"\xef\xbb\xbf"))]
    if absent := [name for name in REQUIRED if name not in names]:
        raise CallsCsvError(f"the first line must name the columns: it lacks {', '.join(absent)}")
    twice = [name for name in (*REQUIRED, *OPTIONAL) if names.count(name) > 1]
    if twice:
        raise CallsCsvError(f"the first line has the columns {', '.join(twice)} twice")
    return {name: names.index(name) for name in (*REQUIRED, *OPTIONAL) if name in names}


def parse(line: bytes, places: Mapping[str, int], zone: ZoneInfo) -> Row:
    """The call of this line; raises `CallsCsvError` that names the field."""
    cells = _cells(line)
    if len(cells) <= max(places.values()):
        raise CallsCsvError(f"{len(cells)} fields, but {max(places.values()) + 1} are needed")
    row = {name: cells[place].strip() for name, place in places.items()}
    try:
        fate = Fate(row["outcome"].upper())
    except ValueError:
        raise CallsCsvError(f"outcome: {row['outcome']!r} is none of {', '.join(Fate)}") from None
    entered, left = _clock(row, "vru_entry"), _clock(row, "vru_exit")
    menu_s = _later(entered, left)
    entered_at = _moment(row["date"], entered, zone)
    # A few calls enter after they leave: these enter late, for the rest of their times fits the exit.
    left_at = entered_at + menu_s * 1_000
    wait_s = _seconds(row, "q")
    queued_at = left_at
    if wait_s:
        queued_at += max(0, _later(left, _clock(row, "q_start"))) * 1_000
    served = any(_clock(row, f"ser_{name}") for name in ("start", "exit"))
    talk_s = _seconds(row, "ser")
    exit_s = _later(left, _clock(row, "ser_exit")) if served else 0
    return Row(
        call=f"{row['date']}-{_name(row, 'vru+line')}-{_name(row, 'call_id')}",
        queue=_name(row, "type"),
        fate=fate,
        entered_at=min(entered_at, left_at),
        queued_at=queued_at,
        wait_ms=wait_s * 1_000,
        agent=_name(row, "server") if fate is Fate.AGENT else "",
        ended_at=max(left_at + exit_s * 1_000, queued_at + wait_s * 1_000),
        talk_ms=talk_s * 1_000 if served else None,
        priority=_whole(row, "priority") if row.get("priority") else None,
    )


def told(row: Row, queue: str = "") -> list[tuple[Millis, Data]]:
    """What happened to the call, in order of time. `queue` names the one queue of all, if given.

    A wait is the table's own `q_time`, and the conversation begins when it ends: the table lets the
    service begin about a second earlier. Who hangs up without having queued left in the menu: no
    visit begins. A phantom is no call, and tells nothing.
    """
    if row.fate is Fate.PHANTOM:
        return []
    steps: list[tuple[Millis, Data]] = [(row.entered_at, Offered(call=row.call))]
    if row.fate is Fate.HANG and not row.wait_ms:
        return steps
    name, answered_at = queue or row.queue, row.queued_at + row.wait_ms
    steps.append(
        (
            row.queued_at,
            Queued(visit=row.call, queue=name, call=row.call, priority=row.priority),
        )
    )
    if row.fate is Fate.HANG:
        gone = Abandoned(visit=row.call, queue=name, call=row.call, wait_ms=row.wait_ms)
        return [*steps, (answered_at, gone)]
    return [
        *steps,
        (
            answered_at,
            Answered(
                visit=row.call, queue=name, call=row.call, agent=row.agent, wait_ms=row.wait_ms
            ),
        ),
        (
            row.ended_at,
            Completed(
                visit=row.call,
                queue=name,
                call=row.call,
                agent=row.agent,
                talk_ms=row.talk_ms or 0,
                wait_ms=row.wait_ms,
            ),
        ),
    ]


def _cells(line: bytes) -> list[str]:
    """The fields of one line. A quote that is never closed must not swallow the lines after it."""
    if len(line) > LARGEST:
        raise CallsCsvError(f"the line is longer than {LARGEST} bytes")
    try:
        (cells,) = csv.reader([line.decode().rstrip("\r\n")], strict=True)
    except UnicodeDecodeError as error:
        raise CallsCsvError(f"byte {error.start + 1} of the line is no UTF-8") from None
    except (csv.Error, ValueError) as error:
        raise CallsCsvError(f"the line is no line of a table: {error}") from None
    return cells


def _clock(row: Mapping[str, str], field: str) -> int:
    """Seconds since midnight."""
    match = _CLOCK.fullmatch(row[field])
    if match is None or int(match[1]) > 23:
        raise CallsCsvError(f"{field}: {row[field]!r} is no time of day like 7:02:47")
    return int(match[1]) * 3_600 + int(match[2]) * 60 + int(match[3])


def _later(from_s: int, to_s: int) -> int:
    """Seconds from one time of day to the other: the way round midnight that is shorter."""
    return (to_s - from_s + _DAY_S // 2) % _DAY_S - _DAY_S // 2


def _seconds(row: Mapping[str, str], part: str) -> int:
    """How long this part of the call took, by its own column, which the times must not contradict."""
    seconds = _whole(row, f"{part}_time")
    if not 0 <= seconds < _DAY_S:
        raise CallsCsvError(f"{part}_time: {seconds} seconds are not within a day")
    start, end = _clock(row, f"{part}_start"), _clock(row, f"{part}_exit")
    if (end - start) % _DAY_S != seconds:
        raise CallsCsvError(
            f"{part}_time: it says {seconds} s, but from {part}_start {row[f'{part}_start']}"
            f" to {part}_exit {row[f'{part}_exit']} are {(end - start) % _DAY_S} s"
        )
    return seconds


def _whole(row: Mapping[str, str], field: str) -> int:
    if _WHOLE.fullmatch(row[field]) is None:
        raise CallsCsvError(f"{field}: {row[field]!r} is no whole number")
    return int(row[field])


def _name(row: Mapping[str, str], field: str) -> str:
    # The call's name is made of three of them, and may not be longer than a name.
    if not row[field] or len(row[field]) > _LONGEST // 3:
        raise CallsCsvError(f"{field}: empty, or longer than {_LONGEST // 3} letters")
    return row[field]


def _moment(date: str, clock_s: int, zone: ZoneInfo) -> Millis:
    """When this time of this day was, in UTC; of an hour that comes twice, the first."""
    local = _midnight(date) + timedelta(seconds=clock_s)
    return round(local.replace(tzinfo=zone).timestamp()) * 1_000


@lru_cache(maxsize=512)
def _midnight(date: str) -> datetime:
    match = _DATE.fullmatch(date)
    if match is None:
        raise CallsCsvError(f"date: {date!r} is no date like 990201 or 1999-02-01")
    year = int(match[1])
    if len(match[1]) == 2:
        year += 1900 if year >= _CENTURY_FROM else 2000
    try:
        midnight = datetime(year, int(match[2]), int(match[3]))  # noqa: DTZ001 - put in its zone later
    except ValueError:
        midnight = None
    if midnight is None or year < _CENTURY_FROM + 1900:
        raise CallsCsvError(f"date: {date!r} is no day since {_CENTURY_FROM + 1900}")
    return midnight
