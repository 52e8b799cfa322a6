"""Hours of the week as a person writes them: "Mon-Fri 08:00-20:00", "周一至周五 08:00-20:00"."""

import re
from collections.abc import Sequence

from alerts.hours import EVERY_DAY, Hours, Span
from floorwatch.settings_values import ValueMistakeError

_DAYS = {
    **{name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{
        f"{word}{name}": day for word in ("周", "星期") for day, name in enumerate("一二三四五六日")
    },
    **{f"{word}天": 6 for word in ("周", "星期")},
}
_SPAN = re.compile(r"(?:(.*?)\s+)?(\d{1,2}):(\d{2})\s*[-–~至到]\s*(\d{1,2}):(\d{2})")
_TO = re.compile(r"\s*[-–~至到]\s*")
_AND = re.compile(r"\s*[,，、]\s*")
_MEND = 'Write for instance "Mon-Fri 08:00-20:00" or "22:00-06:00"'
_LONG_NAMES = 3


def hours(value: object, zone: str) -> Hours:
    """One such text, or a list of them; raises `ValueMistakeError`. Past midnight is allowed."""
    texts = value if isinstance(value, list) else [value]
    if not texts:
        raise ValueMistakeError("this has no hours", _MEND)
    return Hours(tuple(_span(text) for text in texts), zone)


def _span(text: object) -> Span:
    match = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueMistakeError(f'"{text}" is not hours of a week', _MEND)
    days, *clock = match.groups()
    start, end = _minute(*clock[:2]), _minute(*clock[2:])
    if start == end or start == 24 * 60:
        raise ValueMistakeError(
            f'"{text}" is no time at all', 'Write "00:00-24:00" for a whole day'
        )
    return Span(start, end, _days(days) if days else EVERY_DAY)


def _minute(hour: str, minute: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 24 * 60:
        raise ValueMistakeError(f'"{hour}:{minute}" is not a time of day', "00:00 to 24:00 are")
    return total


def _days(text: str) -> frozenset[int]:
    found = set[int]()
    for part in _AND.split(text):
        ends = [_day(name) for name in _TO.split(part)]
        found.update(_range(ends))
    return frozenset(found)


def _range(ends: Sequence[int]) -> list[int]:
    first, last = ends[0], ends[-1]
    return [(first + number) % 7 for number in range((last - first) % 7 + 1)]


def _day(name: str) -> int:
    word = name.lower()
    for known in (word, word[:_LONG_NAMES]):
        if known in _DAYS:
            return _DAYS[known]
    raise ValueMistakeError(
        f'"{name}" is not a day', "Write Mon Tue Wed Thu Fri Sat Sun, or 周一 … 周日"
    )
