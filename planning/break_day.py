"""A day's meals and breaks, group by group: from shifts and expected calls to who goes when. Pure.

A group is a queue with those whose first queue it is; without queues all are one. Times are cut into
slots; a break of part of a slot takes all of it. Instants are milliseconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import ceil

from planning.breaks import BreakPlan, Calls, Due, Slot, plan
from planning.shifts import Owed, Pause, Shift

SLOT_MS = 900_000
Expected = Callable[[str, int, int], float]
"""How many calls of a group come from one instant to another."""
Planner = Callable[[Sequence[Slot], Sequence[Due], Calls, int], BreakPlan]


class Why(StrEnum):
    """Why a break has no place."""

    LATE = "late"
    """Its time is over, or would begin without notice."""
    LEAST = "least"
    """Without whoever goes, fewer than the minimum would be left, all through its time."""
    FULL = "full"
    """As many are away as may be, all through its time."""
    BESIDE = "beside"
    """Its agent's meal takes all of its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What holds for the plan: `cap` away at once in a group, `least` left of each.

    No break begins before `not_before_at`. `handling_s` and `patience_s` are mean seconds.
    """

    handling_s: float
    patience_s: float
    cap: int | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    not_before_at: int = 0
    slot_ms: int = SLOT_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One break of the plan: when, or why it has none."""

    agent: str
    team: str
    group: str
    pause: Pause
    length_ms: int
    start_at: int | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """A group's day. `agents` and `off` are slot by slot from `start_at` on.

    Callers expected to give up: `lost` with this plan, `lost_early` if all went as early as they may,
    `lost_without` if nobody had a break.
    """

    group: str
    start_at: int
    breaks: tuple[Break, ...]
    agents: tuple[int, ...]
    off: tuple[int, ...]
    lost: float
    lost_early: float
    lost_without: float


def plan_day(
    shifts: Sequence[Shift],
    others: Iterable[Shift],
    expected: Expected,
    asked: Asked,
    *,
    planner: Planner | None = None,
) -> list[GroupPlan]:
    """A plan for each group of these shifts; `others` are there besides, with no breaks to be planned.

    Raises `BreaksError`.
    """
    groups: dict[str, list[Shift]] = {}
    for shift in shifts:
        groups.setdefault(group_of(shift), []).append(shift)
    besides = list(others)
    return [
        _plan(
            group,
            own,
            [each for each in besides if group_of(each) == group],
            expected,
            asked,
            planner,
        )
        for group, own in sorted(groups.items())
    ]


def group_of(shift: Shift) -> str:
    """Where a shift is counted: the first of its queues; "" without any."""
    return shift.queues[0] if shift.queues else ""


def _plan(
    group: str,
    shifts: Sequence[Shift],
    others: Sequence[Shift],
    expected: Expected,
    asked: Asked,
    planner: Planner | None,
) -> GroupPlan:
    slot_ms = asked.slot_ms
    begin = min(shift.start_at for shift in shifts) // slot_ms * slot_ms
    end = max(shift.end_at for shift in shifts)
    starts = range(begin, end, slot_ms)
    slots = [
        Slot(
            agents=sum(
                shift.start_at <= at and at + slot_ms <= shift.end_at
                for shift in (*shifts, *others)
            ),
            per_hour=expected(group, at, at + slot_ms) * 3_600_000 / slot_ms,
            most_off=asked.cap,
            least=asked.least.get(group, 0),
        )
        for at in starts
    ]
    calls = Calls(slot_s=slot_ms / 1_000, handling_s=asked.handling_s, patience_s=asked.patience_s)
    first = max(ceil((asked.not_before_at - begin) / slot_ms), 0)
    owed = [
        (f"{shift.agent} {shift.start_at} {n}", shift, each)
        for shift in shifts
        for n, each in enumerate(shift.owed)
    ]
    find = planner or _greedy
    meals = [
        _due(id, shift, each, begin, slot_ms)
        for id, shift, each in owed
        if each.pause is Pause.MEAL
    ]
    # Meals first: where somebody's break may lie depends on when the meal is.
    at_meals = find(slots, meals, calls, first)
    less = [
        replace(
            slot,
            agents=slot.agents - off,
            most_off=None if slot.most_off is None else slot.most_off - off,
        )
        for slot, off in zip(slots, at_meals.off, strict=True)
    ]
    taken: dict[tuple[str, int], list[range]] = {}
    lengths = {due.id: due.length for due in meals}
    for id, shift, _ in owed:
        if id in at_meals.starts:
            at = at_meals.starts[id]
            taken.setdefault((shift.agent, shift.start_at), []).append(range(at, at + lengths[id]))
    small = [
        _beside(_due(id, shift, each, begin, slot_ms), taken.get((shift.agent, shift.start_at), ()))
        for id, shift, each in owed
        if each.pause is Pause.BREAK
    ]
    at_breaks = find(less, small, calls, first)
    found = {**at_meals.starts, **at_breaks.starts}
    off = tuple(one + other for one, other in zip(at_meals.off, at_breaks.off, strict=True))
    dues = {due.id: due for due in (*meals, *small)}
    return GroupPlan(
        group=group,
        start_at=begin,
        breaks=tuple(
            Break(
                agent=shift.agent,
                team=shift.team,
                group=group,
                pause=each.pause,
                length_ms=each.length_ms,
                start_at=begin + found[id] * slot_ms if id in found else None,
                why=None if id in found else _why(dues[id], slots, off, first),
            )
            for id, shift, each in owed
        ),
        agents=tuple(slot.agents for slot in slots),
        off=off,
        lost=at_breaks.abandons,
        lost_early=_early(slots, dues.values(), calls, first),
        lost_without=at_meals.without_breaks,
    )


def _greedy(slots: Sequence[Slot], due: Sequence[Due], calls: Calls, first: int) -> BreakPlan:
    return plan(slots, due, calls, not_before=first)


def _due(id: str, shift: Shift, owed: Owed, begin: int, slot_ms: int) -> Due:
    return Due(
        id=id,
        first=ceil((owed.since_at - begin) / slot_ms),
        last=(owed.until_at - begin) // slot_ms - ceil(owed.length_ms / slot_ms),
        length=ceil(owed.length_ms / slot_ms),
        worked_ms=max(owed.since_at - shift.start_at, 0),
    )


def _beside(due: Due, taken: Iterable[range]) -> Due:
    """The longer of what is left of its time before and after its agent's meal."""
    for meal in taken:
        before = replace(due, last=min(due.last, meal.start - due.length))
        after = replace(due, first=max(due.first, meal.stop))
        due = max(before, after, key=lambda each: each.last - each.first)
    return due


def _why(due: Due, slots: Sequence[Slot], off: Sequence[int], first: int) -> Why:
    if due.first > due.last:
        return Why.BESIDE
    if due.last < first:
        return Why.LATE
    span = range(max(due.first, first), min(due.last + due.length, len(slots)))
    full = [at for at in span if off[at] >= slots[at].room]
    by_least = sum(slots[at].agents - off[at] <= slots[at].least for at in full)
    return Why.LEAST if 2 * by_least >= len(full) else Why.FULL


def _early(slots: Sequence[Slot], due: Iterable[Due], calls: Calls, first: int) -> float:
    """Callers lost if each goes as soon as he may, whatever the limits."""
    off = [0] * len(slots)
    for each in due:
        start = max(each.first, first)
        for at in range(start, min(start + each.length, len(slots))) if start <= each.last else ():
            off[at] += 1
    free = [
        Slot(agents=max(slot.agents - away, 0), per_hour=slot.per_hour)
        for slot, away in zip(slots, off, strict=True)
    ]
    return plan(free, [], calls).without_breaks
