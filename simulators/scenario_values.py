"""The values a person writes into a scenario file, read into what the simulation counts in.

Pure: what TOML makes of the text in, numbers and texts out. What cannot be read raises
`MistakesError`. Durations are written as in the settings: a number and a unit, `"1 min 30 s"`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ingest.events import Millis
from simulators.plans import MINUTE
from simulators.scenario_mistakes import did_you_mean, each, mistaken

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Reader = Callable[[Any], T]

UNITS: Mapping[str, int] = {
    **dict.fromkeys(("ms", "毫秒"), 1),
    **dict.fromkeys(("s", "sec", "秒"), 1_000),
    **dict.fromkeys(("min", "m", "分", "分钟"), MINUTE),
    **dict.fromkeys(("h", "小时"), 60 * MINUTE),
}
LANGUAGES = ("zh", "en")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEVER = "never"
EXPONENTIAL = "exponential"

_LONGEST_MS = 366 * 1_440 * MINUTE
_AMOUNT = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([^\W\d_]+)\s*")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_START = re.compile(r"(19[7-9]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    return _KINDS.get(type(value), "a date or time")


def text(value: object) -> str:
    """A text of 1 to 255 letters."""
    if not isinstance(value, str):
        raise mistaken(f"this is {kind_of(value)}", "Write a text in quotes")
    if not value.strip() or len(value) > 255:
        raise mistaken(f"this has {len(value)} letters", "Write a text of 1 to 255 letters")
    return value


def maybe_text(value: object) -> str:
    """A text that may be empty."""
    return text(value) if value != "" else ""


def identifier(value: object) -> str:
    """A short name that can stand in a topic, a path and a key."""
    name = text(value)
    if not _IDENTIFIER.fullmatch(name):
        raise mistaken(
            f'"{shown(name)}" cannot stand in topics and files',
            'Use up to 64 letters a-z, A-Z, digits, ".", "_", "-", a letter or digit first: "north"',
        )
    return name


def duration_ms(value: object) -> Millis:
    """Milliseconds of "20s", "5 min", "400ms", "1.5 h" or "1h30m"; at most a year."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise mistaken(f"{shown(value)} has no unit", f'Write it with its unit: "{shown(value)}s"')
    if not isinstance(value, str):
        raise mistaken(f"this is {kind_of(value)}, no duration", 'Write for instance "20s"')
    total, at = Decimal(0), 0
    while at < len(value) or not value:
        match = _AMOUNT.match(value, at)
        if match is None:
            raise mistaken(
                f'"{shown(value)}" is not a duration',
                'Write a number and a unit (ms, s, min, h): "90s", "5 min", "1h30m"',
            )
        if match[2].lower() not in UNITS:
            raise mistaken(f'"{shown(match[2])}" is not a unit of time', "Use ms, s, min or h")
        total, at = total + Decimal(match[1]) * UNITS[match[2].lower()], match.end()
    if total != int(total):
        raise mistaken(f'"{shown(value)}" is finer than a millisecond', "Use whole milliseconds")
    if total > _LONGEST_MS:
        raise mistaken(f'"{shown(value)}" is longer than a year', "Write a shorter duration")
    return int(total)


def some_ms(value: object) -> Millis:
    """A duration that is not nought."""
    if not (length_ms := duration_ms(value)):
        raise mistaken("this is no time at all", 'Write a duration above nought: "90s"')
    return length_ms


def signed_ms(value: object) -> Millis:
    """A duration that may be negative: "-90s"."""
    if isinstance(value, str) and value.lstrip()[:1] in ("-", "+"):
        sign = -1 if value.lstrip()[0] == "-" else 1
        return sign * duration_ms(value.lstrip()[1:])
    return duration_ms(value)


def duration_min(value: object) -> int:
    """A duration in whole minutes."""
    length_ms = duration_ms(value)
    if length_ms % MINUTE:
        raise mistaken(f'"{value}" is finer than a minute', 'Use whole minutes: "45 min"')
    return length_ms // MINUTE


def some_min(value: object) -> int:
    """A duration in whole minutes, at least one."""
    some_ms(value)
    return duration_min(value)


def maybe_ms(value: object) -> Millis | None:
    """A duration, or None for "never"."""
    return None if value == NEVER else some_ms(value)


def span_ms(value: object) -> tuple[Millis, Millis]:
    """A shortest and a longest duration: ["3s", "12s"]."""
    both = listed(duration_ms)(value)
    if len(both) != 2 or both[0] > both[1]:
        raise mistaken(
            "this is not from … to …", 'Write the shortest and the longest: ["3s", "12s"]'
        )
    return both[0], both[1]


def clock_min(value: object) -> int:
    """Minutes after midnight of "08:30", or of TOML's own time of day."""
    if isinstance(value, time) and not value.second and not value.microsecond:
        return value.hour * 60 + value.minute
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise mistaken(
            f'"{shown(value)}" is not a time of day',
            'Write "00:00" to "23:59", for instance "08:30"',
        )
    return int(match[1]) * 60 + int(match[2])


def start(value: object) -> str:
    """A local date, or date and time: "2026-11-23 08:00"; TOML's own do as well."""
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.isoformat(sep=" ")
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    try:
        if isinstance(value, str) and _START.fullmatch(value):
            datetime.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise mistaken(
        f'"{shown(value)}" is not a local date between 1970 and 2099',
        'Write a date, or a date and a time: "2026-11-23 08:00"',
    )


def zone(value: object) -> str:
    """The IANA name of a time zone that this machine knows."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, sorted(available_timezones()), n=1)
        hint = f'Did you mean "{near[0]}"? ' if near else ""
        raise mistaken(
            f'"{shown(name)}" is not a time zone', f'{hint}Write an IANA name: "Asia/Shanghai"'
        ) from None
    return name


def number(low: float, high: float) -> Reader[float]:
    """Reads a number from `low` to `high`."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise mistaken(
                f"this is {kind_of(value)}", f"Write a number from {low:g} to {high:g}, no quotes"
            )
        if (isinstance(value, float) and not isfinite(value)) or not low <= value <= high:
            raise mistaken(f"{shown(value)} is out of range", f"Write {low:g} to {high:g}")
        return float(value)

    return read


def whole(low: int, high: int) -> Reader[int]:
    """Reads a whole number from `low` to `high`."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise mistaken(f"this is {kind_of(value)}", f"Write a whole number, {low} to {high}")
        if not low <= value <= high:
            raise mistaken(f"{shown(value)} is out of range", f"Write {low} to {high}")
        return value

    return read


def share(value: object) -> float:
    """A probability from 0 to 1."""
    if isinstance(value, str) and value.strip().endswith("%"):
        raise mistaken(f'"{shown(value)}" is a text', "Write shares from 0 to 1: 3 % is 0.03")
    return number(0.0, 1.0)(value)


def variation(value: object) -> float | None:
    """Deviation ÷ mean of a lognormal length, or "exponential"."""
    if value == EXPONENTIAL:
        return None
    if isinstance(value, str):
        raise mistaken(
            f'"{shown(value)}" is no variation', f'Write a number such as 0.7, or "{EXPONENTIAL}"'
        )
    return number(0.0, 100.0)(value)


def word(kind: type[E]) -> Reader[E]:
    """Reads one word of a closed list."""

    def read(value: object) -> E:
        name = text(value)
        if name not in set(kind):
            raise mistaken(f'"{shown(name)}" is not known here', did_you_mean(name, kind))
        return kind(name)

    return read


def known(what: str, ids: Collection[str], *, none: bool = False) -> Reader[str]:
    """Reads the id of a queue, a team … that the scenario has; with `none`, or an empty text."""

    def read(value: object) -> str:
        if none and value == "":
            return ""
        name = text(value)
        if name not in ids:
            raise mistaken(f'there is no {what} "{shown(name)}"', did_you_mean(name, ids))
        return name

    return read


def weekday(value: object) -> int:
    """The number of a weekday, Monday 0."""
    name = text(value)
    if name not in WEEKDAYS:
        raise mistaken(f'"{shown(name)}" is not a weekday', did_you_mean(name, WEEKDAYS))
    return WEEKDAYS.index(name)


def listed(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """Reads a list of what `reader` reads."""

    def read(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise mistaken(f"this is {kind_of(value)}", "Write a list in brackets: […, …]")
        return tuple(each(enumerate(value), reader))

    return read


def names(value: object) -> dict[str, str]:
    """What screens show, by language."""
    if not isinstance(value, dict):
        raise mistaken(f"this is {kind_of(value)}", 'Write { zh = "…", en = "…" }')
    each(((language, language) for language in value), _language)
    return dict(zip(value, each(value.items(), text), strict=True))


def _language(value: str) -> None:
    if value not in LANGUAGES:
        raise mistaken(
            f'"{shown(value)}" is not a language here', "Write zh for 中文, en for English"
        )


def shown(value: object) -> str:
    """The value, short enough for a message."""
    try:
        said = str(value)
    except ValueError:  # an integer of thousands of digits has no text
        return "this number"
    return said if len(said) <= 60 else f"{said[:57]}…"
