"""The values a person writes into the settings, read into what the program counts in.

Pure: text in, numbers out. What cannot be read raises `ValueMistakeError`, which says what is wrong
and what to write instead.
"""

import re
import zoneinfo
from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from difflib import get_close_matches
from ipaddress import ip_address
from typing import NamedTuple

from ingest.events import Millis

UNITS: dict[str, int] = {
    **dict.fromkeys(("ms", "毫秒"), 1),
    **dict.fromkeys(("s", "sec", "秒"), 1_000),
    **dict.fromkeys(("min", "m", "分", "分钟"), 60_000),
    **dict.fromkeys(("h", "小时"), 3_600_000),
}
LONGEST_MS: Millis = 366 * 86_400_000
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([^\W\d_]+)\s*")
_DAY_START = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ZONES = {
    "beijing": "Asia/Shanghai",
    "asia/beijing": "Asia/Shanghai",
    "china": "Asia/Shanghai",
    "cst": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
    "北京时间": "Asia/Shanghai",
    "utc+8": "Asia/Shanghai",
    "gmt+8": "Asia/Shanghai",
}


class ValueMistakeError(ValueError):
    """A value that cannot be meant: `what` is wrong with it, and how to `mend` it."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}. {mend}")


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """True if nobody outside this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was probably meant; "" if none is near."""
    return next(iter(get_close_matches(word.lower(), known, n=1, cutoff=0.6)), "")


def suggestion(word: str, known: Sequence[str]) -> str:
    """`Did you mean "queue"? ` if some known word is near, else nothing."""
    near = nearest(word, known)
    return f'Did you mean "{near}"? ' if near else ""


def duration_ms(value: object) -> Millis:
    """Milliseconds of "20s", "5 min", "500ms", "1.5 h" or "1 min 30 s"; at most a year."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueMistakeError(
            f"{value} has no unit", f'Write it in quotes with its unit, for instance "{value}s"'
        )
    if not isinstance(value, str):
        raise ValueMistakeError("this is not a duration", 'Write for instance "20s" or "5 min"')
    total = Decimal(0)
    at = 0
    while at < len(value):
        match = _AMOUNT.match(value, at)
        if match is None:
            raise _not_a_duration(value)
        number, unit = match.groups()
        if unit.lower() not in UNITS:
            raise ValueMistakeError(f'"{unit}" is not a unit of time', "Use ms, s, min or h")
        total += Decimal(number) * UNITS[unit.lower()]
        at = match.end()
    if not value.strip():
        raise _not_a_duration(value)
    if total != int(total):
        raise ValueMistakeError(f'"{value}" is finer than a millisecond', "Use whole milliseconds")
    if total > LONGEST_MS:
        raise ValueMistakeError(f'"{value}" is longer than a year', "Write a shorter duration")
    return int(total)


def _not_a_duration(value: str) -> ValueMistakeError:
    if re.fullmatch(r"\s*[0-9.]+\s*", value):
        text = value.strip()
        return ValueMistakeError(f'"{text}" has no unit', f'Write for instance "{text}s"')
    return ValueMistakeError(
        f"{_shown(value)} is not a duration", 'Write a number and a unit: "20s", "5 min", "500ms"'
    )


def day_start_min(value: object) -> int:
    """Minutes after midnight of "HH:MM", or of TOML's own time of day (without quotes)."""
    if isinstance(value, time) and not value.second and not value.microsecond:
        return value.hour * 60 + value.minute
    match = _DAY_START.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueMistakeError(
            f"{_shown(value)} is not a time of day",
            'Write hours and minutes from "00:00" to "23:59", for instance "05:00"',
        )
    return int(match[1]) * 60 + int(match[2])


def identifier(value: object) -> str:
    """A short name that can stand in a topic, a path and a key: a-z, 0-9, and . _ - within."""
    if isinstance(value, str) and _IDENTIFIER.fullmatch(value):
        return value
    raise ValueMistakeError(
        f"{_shown(value)} cannot be used as a name in topics and files",
        'Use up to 64 letters a-z, A-Z, digits, ".", "_", "-", a letter or digit first: "north"',
    )


def zone(name: str) -> str:
    """The name itself if it is an IANA time zone that this machine knows."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        meant = _ZONES.get(name.lower()) or next(
            iter(get_close_matches(name, sorted(zoneinfo.available_timezones()), n=1)), ""
        )
        hint = f'Did you mean "{meant}"? ' if meant else ""
        raise ValueMistakeError(
            f"{_shown(name)} is not a time zone",
            f'{hint}Write an IANA name, for instance "Asia/Shanghai" or "Europe/London"',
        ) from None
    return name


def address(value: str) -> Address:
    """Host and port of "127.0.0.1:8787", "[::1]:8787" or "localhost:8787"; port 0 takes a free one."""
    host, colon, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    bare = host[1:-1] if bracketed else host
    if not (colon and port.isascii() and port.isdigit() and int(port[:6]) < 65_536):
        raise ValueMistakeError(
            f"{_shown(value)} has no port", 'Write host and port: "127.0.0.1:8787"'
        )
    if bracketed:
        try:
            return Address(str(ip_address(bare)), int(port))
        except ValueError:
            bare = ""
    if not _HOST.fullmatch(bare):
        raise ValueMistakeError(
            f"{_shown(value)} has no host that can be listened on",
            'Write "127.0.0.1:8787" for this machine alone, "0.0.0.0:8787" for the whole network',
        )
    return Address(bare, int(port))


def _shown(value: object) -> str:
    text = str(value)
    return f'"{text}"' if len(text) <= 80 else f'"{text[:77]}…"'
