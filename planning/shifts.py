"""Who works when, and which meals and breaks are owed to them. Pure: instants are milliseconds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

BREAK_EDGE_MS = 1_800_000
"""Nobody comes to go: no break begins or ends so near to the shift's begin or end."""
MEAL_EDGE_MS = 3_600_000
"""The same of a meal for which no hours are named."""


class Pause(StrEnum):
    """What somebody is away for."""

    MEAL = "meal"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One meal or break: `length_ms` long, wholly between `since_at` and `until_at`."""

    pause: Pause
    length_ms: int
    since_at: int
    until_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One agent's work from `start_at` to before `end_at`, which may be of the next day.

    `day` is the date on which it begins where the site is. `queues` are those that the agent can
    serve, empty if the file does not say. Somebody may have several shifts a day, but no two at once.
    """

    agent: str
    day: date
    start_at: int
    end_at: int
    team: str = ""
    queues: tuple[str, ...] = ()
    owed: tuple[Owed, ...] = ()


def overlapping(shifts: Iterable[Shift], start_at: int, end_at: int) -> list[Shift]:
    """Those of which some part lies from `start_at` to before `end_at`, in order of their begin."""
    found = [shift for shift in shifts if shift.start_at < end_at and shift.end_at > start_at]
    return sorted(found, key=lambda shift: (shift.start_at, shift.agent))


def breaks(start_at: int, end_at: int, lengths_ms: Sequence[int]) -> list[Owed]:
    """So many breaks in a shift: each in a part of its own, as long as the others, in this order.

    One that does not fit within its part has a window shorter than itself: see `fits`.
    """
    first, last = start_at + BREAK_EDGE_MS, end_at - BREAK_EDGE_MS
    part = max(last - first, 0) / max(len(lengths_ms), 1)
    return [
        Owed(
            pause=Pause.BREAK,
            length_ms=length,
            since_at=round(first + n * part),
            until_at=round(first + (n + 1) * part),
        )
        for n, length in enumerate(lengths_ms)
    ]


def meal(start_at: int, end_at: int, length_ms: int, hours: tuple[int, int] | None = None) -> Owed:
    """A meal in a shift, within these hours (two instants) as far as the shift has them."""
    since_at, until_at = hours or (start_at + MEAL_EDGE_MS, end_at - MEAL_EDGE_MS)
    return Owed(
        pause=Pause.MEAL,
        length_ms=length_ms,
        since_at=max(since_at, start_at),
        until_at=min(until_at, end_at),
    )


def fits(owed: Owed) -> bool:
    """Whether it can be had at all."""
    return owed.until_at - owed.since_at >= owed.length_ms
