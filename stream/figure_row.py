"""Rows of figures: what is shown of sums, for a queue as for many together. Unknown is left out."""

from typing import Any

from ingest.words import AgentStatus
from stream.metrics import (
    Sums,
    abandon_rate,
    aht_ms,
    asa_ms,
    att_ms,
    average_abandon_ms,
    csat,
    overflowed,
    overflowed_by,
    quality,
)

Row = dict[str, Any]

COUNTED = (
    "offered",
    "answered",
    "answered_in_target",
    "abandoned",
    "abandoned_short",
    "blocked",
    "dropped_waiting",
    "dropped_talking",
    "completed",
    "transferred",
)
"""Sums shown as they are."""
UNKNOWN = AgentStatus.UNKNOWN.value
SIGNED_IN = tuple(status.value for status in AgentStatus if status is not AgentStatus.SIGNED_OUT)


def of_sums(sums: Sums) -> Row:
    """Counts and means; unknown ones are None."""
    counted: Row = {name: sums[name] for name in COUNTED}
    return counted | {
        "overflowed": overflowed(sums),
        "overflowed_by": overflowed_by(sums),
        "asa_ms": _whole(asa_ms(sums)),
        "att_ms": _whole(att_ms(sums)),
        "aht_ms": _whole(aht_ms(sums)),
        "average_abandon_ms": _whole(average_abandon_ms(sums)),
        "abandon_rate": rounded(abandon_rate(sums)),
        **(_judged(sums) if sums["surveys"] or sums["reviews"] else {}),
    }


def _judged(sums: Sums) -> Row:
    """What callers and reviewers said, where anybody said something; quality is of 1."""
    of_thousand = quality(sums)
    return {
        "surveys": sums["surveys"] or None,
        "csat": rounded(csat(sums)),
        "reviews": sums["reviews"] or None,
        "quality": None if of_thousand is None else rounded(of_thousand / 1000),
    }


def known(**row: Any) -> Row:
    """Leave out what is not known."""
    return {key: value for key, value in row.items() if value is not None}


def rounded(value: float | None) -> float | None:
    """Four digits: more than any screen shows, few enough not to change with every call."""
    return None if value is None else round(value, 4)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def diff(old: Row, new: Row) -> Row:
    """The RFC 7396 merge patch that makes `old` into `new`."""
    get = old.get
    # Most keys of most rows did not change: find the few that did as fast as the language can.
    change: Row = {
        key: value for key, value in new.items() if (was := get(key)) is not value and was != value
    }
    for key, value in change.items():
        if type(value) is dict:
            was = get(key)
            if was and type(was) is dict:
                change[key] = diff(was, value)
    if not old.keys() <= new.keys():
        change.update(dict.fromkeys(old.keys() - new.keys()))
    return change
