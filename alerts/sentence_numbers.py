"""Numbers, durations, clock times and foreign names as a sentence says them, in Chinese and English."""

import math
import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.events import Millis

LONGEST_NAME = 80
"""Letters of a name from outside that a sentence repeats."""

_SECOND_MS = 1_000
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 86_400_000
_UNITS = {"zh": ("天", "小时", "分钟", "秒"), "en": ("d", "h", "min", "s")}
_BREAKING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str, longest: int = LONGEST_NAME) -> str:
    """The text without line breaks and invisible letters, cut with "…" if it is too long."""
    kept = "".join(
        " " if unicodedata.category(letter) in _BREAKING else letter for letter in text[:4_096]
    )
    flat = " ".join(kept.split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def count(number: float) -> str:
    """A number with no more digits than it deserves: `12`, `3.1`, `0.04`."""
    if abs(number) >= 1e15:
        return f"{number:.1e}"
    if abs(number) >= 10 or number == round(number):
        return str(round(number))
    return _trimmed(number, 1 if abs(number) >= 1 else 2)


def share(part: float, digits: int = 1) -> str:
    """A share of one as percent: `35%`, `0.5%`."""
    number = part * 100
    return f"{number:.1e}%" if abs(number) >= 1e15 else f"{_trimmed(number, digits)}%"


def duration(ms: float, language: str) -> str:
    """`38 秒`, `2 分 30 秒`, `18 分钟`, `3 小时 20 分`; `38 s`, `2 min 30 s`, `18 min`, `3 h 20 min`.

    Seconds up to two minutes, two units at most.
    """
    if ms >= 1e15:
        return "∞"
    days, hours, minutes, seconds = _UNITS[language]
    # Rounded to the unit that is shown last, before it is taken apart: never "60 s" or "24 h".
    if ms < 9_950:
        return f"{count(max(0, round(ms / 100)) / 10)} {seconds}"
    if ms < 120_500:
        return f"{round(ms / _SECOND_MS)} {seconds}"
    if ms < 599_500:
        return _two(ms, (_MINUTE_MS, minutes), (_SECOND_MS, seconds), language)
    if ms < 2 * _HOUR_MS - 30_000:
        return f"{round(ms / _MINUTE_MS)} {minutes}"
    if ms < 2 * _DAY_MS - 30_000:
        return _two(ms, (_HOUR_MS, hours), (_MINUTE_MS, minutes), language)
    return _two(ms, (_DAY_MS, days), (_HOUR_MS, hours), language)


def clock(at: Millis, zone: str, beside: Millis | None = None) -> str:
    """The time of day, with the date if that is another day than `beside`; "" if it has none."""
    try:
        local = datetime.fromtimestamp(at / 1_000, ZoneInfo(zone))
        other = None if beside is None else datetime.fromtimestamp(beside / 1_000, ZoneInfo(zone))
    except (OSError, OverflowError, ValueError, KeyError):
        return ""
    if other is not None and other.date() != local.date():
        return f"{local:%m-%d %H:%M}"
    return f"{local:%H:%M}"


def finite(value: object) -> float | None:
    """The value if it is a number that can be said, else None."""
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _two(ms: float, big: tuple[int, str], small: tuple[int, str], language: str) -> str:
    whole, rest = divmod(round(ms / small[0]), big[0] // small[0])
    if not rest:
        return f"{whole} {big[1]}"
    # 「3 小时 20 分」, but 「20 分钟」 where it stands alone.
    first, second = (
        (unit.replace("分钟", "分") if language == "zh" else unit) for unit in (big[1], small[1])
    )
    return f"{whole} {first} {rest} {second}"


def _trimmed(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
