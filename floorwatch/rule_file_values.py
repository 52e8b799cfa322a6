"""The values of a rules file as people write them: promises, shares, limits."""

import re
from collections.abc import Sequence
from typing import Any

from alerts.rules import DAY_MS, WEEK_MS, Budget
from alerts.threshold_metrics import METRICS, SERVICE_LEVEL
from floorwatch.settings_reader import kind_of
from floorwatch.settings_values import ValueMistakeError, duration_ms, suggestion
from ingest.events import Millis

SHARES = (SERVICE_LEVEL, "abandon_rate")
"""Metrics that are shares, written as 0.8 or "80 %"."""
PERIODS: dict[str, Millis] = {
    **dict.fromkeys(("hour", "小时", "时"), 3_600_000),
    **dict.fromkeys(("day", "天", "日"), DAY_MS),
    **dict.fromkeys(("week", "周", "星期"), WEEK_MS),
    **dict.fromkeys(("month", "月", "个月"), 30 * DAY_MS),
    **dict.fromkeys(("quarter", "季", "季度"), 91 * DAY_MS),
    **dict.fromkeys(("year", "年"), 365 * DAY_MS),
}
_ONE = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "一": 1.0, "两": 2.0, "三": 3.0}
_NUMBER = r"(\d+(?:\.\d+)?|" + "|".join(_ONE) + ")"
_ENGLISH = re.compile(
    rf"(?:at most )?{_NUMBER}(?: false alarms?)?(?: times?)? (?:a|an|per|every|each|in a)"
    r" (hour|day|week|month|quarter|year)"
    r"(?:,? (?:for|over|in|on|per) (?:the )?(whole floor|floor|each \w+|every \w+|each))?"
)
_CHINESE = re.compile(
    r"(全场|整个现场|全现场|每个?\w{0,3}?队列|各队列|逐项)?每(个?小时|时|天|日|周|星期|个?月|季度?|年)"
    rf"(?:最多|至多|不超过)?{_NUMBER}次(?:误报|误告警|虚警)?"
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")
_TIMES = re.compile(r"[x×*]?\s*(\d+(?:\.\d+)?)\s*(?:[x×]|倍|times)?")
_MEND_BUDGET = (
    'Write for instance "1 a week for the whole floor", "1 per week for each queue", '
    '"全场每周最多1次误报"'
)


def budget(value: object) -> Budget:
    """The promise of "1 a week for the whole floor", "2 per month for each queue", "每周最多1次"."""
    text = " ".join(value.split()).lower().rstrip(".。") if isinstance(value, str) else ""
    english, chinese = _ENGLISH.fullmatch(text), _CHINESE.fullmatch(text.replace(" ", ""))
    if english is not None:
        number, period, where = english.groups()
        each = bool(where) and where.startswith(("each", "every"))
    elif chinese is not None:
        where, period, number = chinese.groups()
        each = bool(where) and where not in ("全场", "整个现场", "全现场")
        period = period.removeprefix("个")
    else:
        what = f'"{value}" promises nothing' if text else f"this is {kind_of(value)}"
        raise ValueMistakeError(what, _MEND_BUDGET)
    alarms = _ONE.get(number) or float(number)
    if not 0 < alarms <= 1_000:
        raise ValueMistakeError("no detector can promise this", 'Write a number from "1 a year" up')
    return Budget(alarms, PERIODS[period], each)


def share(value: object) -> float:
    """0.05, or "5 %"."""
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None:
        value = float(match[1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueMistakeError(f"this is {kind_of(value)}", 'Write 0.05 or "5 %"')
    if not 0 <= value <= 1:
        mend = f'Write "{value:g} %" for {value:g} in a hundred' if value > 1 else 'Write "5 %"'
        raise ValueMistakeError(f"{value:g} is no share", mend)
    return float(value)


def more(value: object) -> float:
    """How many times as many: 1.5, "x1.5", "1.5 倍"; above 1."""
    return _times(value, 1.05, 20, 'Write for instance 1.5: half as many again; from "x1.05" up')


def fewer(value: object) -> float:
    """How many times as many, below 1: 0.5, "50 %"."""
    if isinstance(value, str) and _PERCENT.fullmatch(value.strip()):
        value = share(value)
    return _times(value, 0.0, 0.95, "Write for instance 0.5: half of what is usual")


def _times(value: object, least: float, most: float, mend: str) -> float:
    if isinstance(value, str):
        match = _TIMES.fullmatch(value.strip().lower())
        if match is None:
            raise ValueMistakeError(f'"{value}" is not how many times', mend)
        value = float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueMistakeError(f"this is {kind_of(value)}", mend)
    if not least <= value <= most:
        raise ValueMistakeError(f"{value:g} cannot be meant here", mend)
    return float(value)


def whole(value: object) -> int:
    """A whole number from 1 to a million."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a whole number without quotes")
    if not 1 <= value <= 1_000_000:
        raise ValueMistakeError(f"{value} cannot be meant here", "Write 1 or more")
    return value


def one_of(value: object, known: Sequence[str], sort: str) -> str:
    """One of these words."""
    if not isinstance(value, str) or value not in known:
        hint = suggestion(value, known) if isinstance(value, str) else ""
        what = f'"{value}" is no {sort}'
        raise ValueMistakeError(what, f"{hint}Known are {', '.join(known)}")
    return value


def metric(value: object) -> str:
    """The name of a figure."""
    return one_of(value, METRICS, "figure")


def limit(value: Any, of: str) -> float:
    """A limit of this figure: a duration, a share, or a number."""
    if of.endswith("_ms"):
        return duration_ms(value)
    if of in SHARES:
        return share(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a number without quotes")
    if value < 0:
        raise ValueMistakeError(f"{value:g} is never reached", "Write 0 or more")
    return float(value)
