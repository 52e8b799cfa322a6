"""The best plan of breaks there is, by an exact solver (HiGHS, which SciPy brings along).

    pip install floorwatch[exact]

The same days and limits as `planning.breaks`, as an integer program: how many of each kind of break
begin where, and a slot's cost by who is away, which is convex, so that its parts fill in order.
"""

from collections.abc import Sequence
from typing import Any

from planning.breaks import BreakPlan, BreaksError, Calls, Day, Due, Kind, Slot, kinds_of, planned

_GAP = 1e-6
LONGEST_S = 60.0
"""A plan that takes longer than this is not waited for."""


def plan_exactly(
    slots: Sequence[Slot], due: Sequence[Due], calls: Calls, *, not_before: int = 0
) -> BreakPlan:
    """As `planning.breaks.plan`, but with the fewest abandons possible.

    Raises `BreaksError`, also where SciPy is not installed.
    """
    try:
        from scipy import optimize
    except ModuleNotFoundError:
        raise BreaksError("an exact plan needs SciPy: pip install floorwatch[exact]") from None
    groups = kinds_of(slots, due, not_before)
    day = Day(slots, calls, groups)
    columns = _columns(day, {kind: len(members) for kind, members in groups.items()})
    if groups:
        for kind, start in _begun(optimize, day, columns, groups):
            day.begin(kind, start)
    return planned(day, groups, due, not_before)


Column = tuple[Kind | None, int | None, float, int]
"""A kind that begins in a slot (None: nowhere), or with no kind one more who is off in it; what that
costs, and how many there may be."""


def _columns(day: Day, numbers: dict[Kind, int]) -> list[Column]:
    columns: list[Column] = []
    for kind, number in numbers.items():
        columns += [(kind, at, 0.0, number) for at in range(kind.first, kind.last + 1)]
        columns.append((kind, None, day.LEFT_OUT, number))
    for at, slot in enumerate(day.slots):
        costs = [day.cost(at, off) for off in range(slot.room + 1)]
        columns += [(None, at, costs[n + 1] - costs[n], 1) for n in range(slot.room)]
    return columns


def _begun(
    optimize: Any, day: Day, columns: Sequence[Column], groups: dict[Kind, list[Due]]
) -> list[tuple[Kind, int]]:
    rows = [[float(column[0] == kind) for column in columns] for kind in groups]
    rows += [[_covers(column, at) for column in columns] for at in range(len(day.slots))]
    totals = [*(len(members) for members in groups.values()), *([0] * len(day.slots))]
    found = optimize.milp(
        [column[2] for column in columns],
        constraints=optimize.LinearConstraint(rows, totals, totals),
        integrality=[column[0] is not None for column in columns],
        bounds=optimize.Bounds(0, [column[3] for column in columns]),
        options={"mip_rel_gap": _GAP, "time_limit": LONGEST_S},
    )
    if found.x is None:
        raise BreaksError(f"no exact plan was found: {found.message}")
    return [
        (kind, at)
        for (kind, at, _, _), value in zip(columns, found.x, strict=True)
        if kind is not None and at is not None
        for _ in range(round(value))
    ]


def _covers(column: Column, at: int) -> float:
    kind, start, _, _ = column
    if kind is None:
        return -float(start == at)
    return float(start is not None and start <= at < start + kind.length)
