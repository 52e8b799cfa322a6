"""Attendance 考勤: who came when, against the shifts that were planned. Pure: instants are milliseconds.

    before | shift: late ... here ... away ... here ... left early | after

What nobody saw is not known, and is never held against anybody: neither as late, nor as absent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from planning.shifts import Owed, Pause, Shift
from planning.stretches import Stretch, ends_or_holds, length, merged, within, without

REACH_MS = 4 * 3_600_000
"""Work so long before or after a shift is of that shift; what lies further off is of none."""
GRACE_MS = 60_000
"""Nobody is late by so little."""
MEALS = frozenset({"meal", "lunch", "dinner", "supper", "用餐", "就餐", "午餐", "晚餐"})
BREAKS = frozenset({"break", "rest", "小休", "休息"})
AWAY, UNKNOWN, NOT_READY = "signed_out", "unknown", "not_ready"


class Seen(NamedTuple):
    """An agent in one state, from `start_at` to before `end_at`."""

    start_at: int
    end_at: int
    state: str
    reason: str = ""


class Verdict(StrEnum):
    """What became of a shift."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    LATE_AND_LEFT_EARLY = "late_and_left_early"
    ABSENT = "absent"
    MISSING = "missing"
    """Not here yet, and the shift is not over."""
    RUNNING = "running"
    PLANNED = "planned"
    """Not begun yet."""
    UNKNOWN = "unknown"


class Rules(NamedTuple):
    """How attendance is judged. Reasons are those for which people are not ready, as they are told."""

    grace_ms: int = GRACE_MS
    meals: frozenset[str] = MEALS
    breaks: frozenset[str] = BREAKS


class Taken(NamedTuple):
    """Meals, or breaks: how many were taken and for how long, and what was owed."""

    number: int
    ms: int
    owed: int
    owed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """A shift and what came of it. None is not known.

    `in_at` and `out_at` are the first and the last instant at work around this shift. `late_ms` and
    `early_ms` are told even within the grace; `away_ms` is signed out between. `over_ms` was worked
    before and after the shift, `unknown_ms` of the shift nobody saw.
    """

    shift: Shift
    verdict: Verdict
    in_at: int | None
    out_at: int | None
    late_ms: int | None
    early_ms: int | None
    worked_ms: int
    away_ms: int
    over_ms: int
    unknown_ms: int
    meals: Taken
    breaks: Taken


class Outside(NamedTuple):
    """Work that belongs to no shift."""

    start_at: int
    end_at: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one agent, in lines (`planning.stretches`): when he was at work, when nobody
    knows, and when he was, at work, at a meal or had a break."""

    here: Sequence[Stretch] = ()
    blank: Sequence[Stretch] = ()
    meals: Sequence[Stretch] = ()
    breaks: Sequence[Stretch] = ()

    def unseen(self, at: int) -> bool:
        """Whether sight was gone, or was lost or came back, just at this instant."""
        return ends_or_holds(self.blank, at)

    def and_seen(self, seen: Iterable[Seen], rules: Rules) -> "Sight":
        """This, and what was seen besides."""
        told = [(each, (each.start_at, each.end_at)) for each in seen]
        resting = [(each.reason, span) for each, span in told if each.state == NOT_READY]
        return Sight(
            _and(self.here, [s for each, s in told if each.state not in (AWAY, UNKNOWN)]),
            _and(self.blank, [s for each, s in told if each.state == UNKNOWN]),
            _and(self.meals, [s for reason, s in resting if reason in rules.meals]),
            _and(self.breaks, [s for reason, s in resting if reason in rules.breaks]),
        )

    def but_for(self, unknown: Sequence[Stretch]) -> "Sight":
        """This, where besides nobody knows of these stretches, which are a line too."""
        return replace(self, blank=_and(unknown, self.blank))


def _and(line: Sequence[Stretch], more: Sequence[Stretch]) -> Sequence[Stretch]:
    return merged([*line, *more]) if more else line


def attended(
    shifts: Sequence[Shift], sight: Sight, as_of: int, grace_ms: int = GRACE_MS
) -> tuple[list[Attended], list[Outside]]:
    """What became of each shift of one agent, in order of time, and his work outside of all of them.

    After `as_of` nothing is known.
    """
    around = _own(shifts)
    told = [
        _judged(shift, own, sight, as_of, grace_ms)
        for shift, own in zip(shifts, around, strict=True)
    ]
    return told, [Outside(start, end) for start, end in without(sight.here, around)]


def _own(shifts: Sequence[Shift]) -> list[Stretch]:
    """The time around each shift that is judged by it: at most half way to the next one."""
    between = [(a.end_at + b.start_at) // 2 for a, b in pairwise(shifts)]
    found = []
    for i, shift in enumerate(shifts):
        start, end = shift.start_at - REACH_MS, shift.end_at + REACH_MS
        since = between[i - 1] if i else start
        until = between[i] if i < len(between) else end
        found.append((max(start, since), min(end, until)))
    return found


def _judged(
    shift: Shift,
    own: Stretch,
    sight: Sight,
    as_of: int,
    grace_ms: int,
) -> Attended:
    every, blank = sight.here, sight.blank
    begin, end = shift.start_at, shift.end_at
    around = within(every, own)
    here = within(every, (begin, min(end, max(as_of, begin))))
    blind = merged([*within(blank, (begin, end)), *([(as_of, end)] if as_of < end else [])])
    seen_blank = within(blank, (begin, min(end, as_of)))
    late = early = None
    away = 0
    if here:
        first, last = here[0][0], here[-1][1]
        late = None if within(blind, (begin, first)) else first - begin
        early = None if within(blind, (last, end)) else end - last
        away = length(without([(first, last)], [*here, *blind]))
    elif begin < as_of < end and not seen_blank:
        late = as_of - begin
    came = around[0][0] if around and (late is not None or not here) else None
    went = around[-1][1] if around and (early is not None or not here) else None
    return Attended(
        shift=shift,
        verdict=_verdict(shift, here, (late, early), (seen_blank, as_of), grace_ms),
        in_at=None if came is None or sight.unseen(came) else came,
        out_at=None if went is None or went >= as_of or sight.unseen(went) else went,
        late_ms=late,
        early_ms=early,
        worked_ms=length(here),
        away_ms=away,
        over_ms=length(without(around, [(begin, end)])),
        unknown_ms=length(seen_blank),
        meals=_taken(within(sight.meals, own), shift.owed, Pause.MEAL),
        breaks=_taken(within(sight.breaks, own), shift.owed, Pause.BREAK),
    )


def _verdict(
    shift: Shift,
    here: list[Stretch],
    missed: tuple[int | None, int | None],
    sight: tuple[list[Stretch], int],
    grace_ms: int,
) -> Verdict:
    (late, early), (blank, as_of) = missed, sight
    if as_of <= shift.start_at:
        return Verdict.PLANNED
    over = shift.end_at <= as_of
    if not here:
        if blank:
            return Verdict.UNKNOWN
        if over:
            return Verdict.ABSENT
        return Verdict.MISSING if as_of - shift.start_at > grace_ms else Verdict.RUNNING
    was_late = late is not None and late > grace_ms
    if not over:
        return Verdict.LATE if was_late else Verdict.RUNNING
    left_early = early is not None and early > grace_ms
    if was_late and left_early:
        return Verdict.LATE_AND_LEFT_EARLY
    if was_late or left_early:
        return Verdict.LATE if was_late else Verdict.LEFT_EARLY
    # Of one whose coming or going nobody saw, nothing is said but that he was here.
    return Verdict.UNKNOWN if late is None or early is None else Verdict.PRESENT


def _taken(taken: Sequence[Stretch], owed: Sequence[Owed], pause: Pause) -> Taken:
    due = [each.length_ms for each in owed if each.pause is pause]
    return Taken(len(taken), length(taken), len(due), sum(due))
