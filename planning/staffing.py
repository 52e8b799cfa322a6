"""How many agents a forecast needs for its goal, on the phones, on the roster and on the payroll. Pure.

By Erlang A where callers give up, by Erlang C where nobody does (`planning.erlang`), each interval in
balance by itself. The share answered in time is of *all* calls offered: each abandoned one misses it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from planning.erlang import Balance, erlang_a, erlang_c

MOST_AGENTS = 20_000
"""More than any floor has: a load beyond this is a mistake in the numbers."""
_ROUNDING = 1e-9
"""7 / (1 - 0.3) is ten, not eleven because of the last digit."""


class StaffingError(ValueError):
    """The numbers make no plan; the message says which to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The calls expected in `span_s` seconds, each `handling_s` of an agent's time, ACW included.

    Callers give up after `patience_s` on the average, or never. Raises `StaffingError`.
    """

    calls: float
    span_s: float
    handling_s: float
    patience_s: float | None = None

    def __post_init__(self) -> None:
        times = (self.span_s, self.handling_s, 1.0 if self.patience_s is None else self.patience_s)
        if not min(times) > 0 or not self.calls >= 0:
            raise StaffingError("the times must be above 0, and the calls not below")
        if not self.load <= MOST_AGENTS:
            raise StaffingError(
                f"{self.calls:g} calls in {self.span_s / 60:g} min, {self.handling_s:g} s each, keep"
                f" {self.load:.0f} agents busy: more than {MOST_AGENTS}. Is the handling in seconds?"
            )

    @property
    def per_hour(self) -> float:
        """Calls per hour."""
        return self.calls * 3_600 / self.span_s

    @property
    def load(self) -> float:
        """How many agents the calls keep busy if all are answered (erlangs)."""
        return self.calls * self.handling_s / self.span_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What must hold, as far as it is named; all of it at once.

    `level`: this share of all calls answered within `target_s`; `asa_s`: the mean wait of the
    answered; `abandons`: no larger share gives up; `occupancy`: agents are no busier. Raises
    `StaffingError` for a goal that nobody can reach, or none.
    """

    level: float | None = None
    target_s: float = 20.0
    asa_s: float | None = None
    abandons: float | None = None
    occupancy: float | None = None

    def __post_init__(self) -> None:
        limits = {"level": self.level, "abandons": self.abandons, "occupancy": self.occupancy}
        for name, limit in limits.items():
            if limit is not None and not 0 < limit < 1:
                raise StaffingError(f"{name}: {limit:g} is not between 0 and 1")
        if self.asa_s is not None and not self.asa_s > 0:
            raise StaffingError(f"asa: {self.asa_s:g} s is not above 0")
        if not self.target_s >= 0:
            raise StaffingError(f"target: {self.target_s:g} s is below 0")
        if self.asa_s is None and all(limit is None for limit in limits.values()):
            raise StaffingError("name a goal: a level, a mean wait, abandons or an occupancy")

    def met(self, found: Balance) -> bool:
        """Whether a queue so in balance reaches it."""
        return (
            (self.level is None or found.served_in_target >= self.level)
            and (self.asa_s is None or found.answered_wait_s <= self.asa_s)
            and (self.abandons is None or found.abandons <= self.abandons)
            and (self.occupancy is None or found.occupancy <= self.occupancy)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one interval needs: `agents` on the phones, `rostered` so that these are there.

    `expected` is how the queue fares with just these agents, and `load` how many are busy if all
    calls are answered.
    """

    agents: int
    rostered: int
    load: float
    expected: Balance

    def gap(self, signed_in: int) -> int:
        """How many more are signed in than needed; below 0, so many are missing."""
        return signed_in - self.agents

    def roster_gap(self, rostered: int) -> int:
        """The same of those rostered, shrinkage included."""
        return rostered - self.rostered


def need(traffic: Traffic, goal: Goal, *, shrinkage: float = 0.0) -> Need:
    """The fewest agents that reach the goal; none where no call is expected.

    `shrinkage` is the share of rostered time away from the phones (breaks, training, absence).
    Raises `StaffingError`.
    """

    def enough(agents: int) -> bool:
        found = expected(traffic, agents, goal.target_s)
        return found is not None and goal.met(found)

    agents = _fewest(enough, ceil(traffic.load)) if traffic.calls else 0
    found = expected(traffic, agents, goal.target_s)
    assert found is not None
    return Need(
        agents=agents, rostered=rostered(agents, shrinkage), load=traffic.load, expected=found
    )


def expected(traffic: Traffic, agents: int, target_s: float = 20.0) -> Balance | None:
    """How the queue fares with so many agents; None if it grows without end, for nobody gives up."""
    if traffic.patience_s is not None:
        return erlang_a(
            per_hour=traffic.per_hour,
            handling_s=traffic.handling_s,
            agents=agents,
            patience_s=traffic.patience_s,
            target_s=target_s,
        )
    if traffic.load >= agents and traffic.calls:
        return None
    return erlang_c(
        per_hour=traffic.per_hour,
        handling_s=traffic.handling_s,
        # Without calls there is nothing to wait for, with or without agents.
        agents=max(agents, 1),
        target_s=target_s,
    )


def rostered(agents: int, shrinkage: float) -> int:
    """How many to roster so that, less the `shrinkage`, so many are on the phones."""
    if not 0 <= shrinkage < 1:
        raise StaffingError(f"shrinkage: {shrinkage:g} is not from 0 to below 1")
    return ceil(agents / (1 - shrinkage) - _ROUNDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiring:
    """Whom a floor must employ for days like this one.

    `peak` agents on the phones at once, `rostered_peak` with shrinkage; `shifts` a day, of which
    the share `used` is needed; `payroll` people in all.
    """

    peak: int
    rostered_peak: int
    shifts: int
    used: float
    payroll: int


def hiring(
    agents: Sequence[int],
    *,
    interval_s: float,
    shift_s: float,
    shrinkage: float,
    open_days: float = 7.0,
    work_days: float = 5.0,
) -> Hiring:
    """The fewest shifts of `shift_s` that cover a day's need, and the people for them.

    `agents` are needed on the phones, interval by interval; a shift may begin with any interval,
    and nobody is there from the day before. The floor is open `open_days` a week, a person works
    `work_days`. Raises `StaffingError`.
    """
    if not 0 < interval_s <= shift_s:
        raise StaffingError("a shift must be as long as an interval at least")
    if not 0 < work_days <= 7 or not 0 < open_days <= 7:
        raise StaffingError("the days of a week must be above 0, and no more than 7")
    there = [rostered(each, shrinkage) for each in agents]
    length = int(shift_s / interval_s + _ROUNDING)
    begun: list[int] = []
    for at, wanted in enumerate(there):
        # As late as can be: whoever begins earlier for this interval serves none that follow longer.
        begun.append(max(0, wanted - sum(begun[max(0, at - length + 1) :])))
    shifts = sum(begun)
    return Hiring(
        peak=max(agents, default=0),
        rostered_peak=max(there, default=0),
        shifts=shifts,
        used=sum(there) / (shifts * length) if shifts else 0.0,
        payroll=ceil(shifts * open_days / work_days - _ROUNDING),
    )


def _fewest(enough: Callable[[int], bool], near: int) -> int:
    """The smallest number that is enough, looked for from `near`; another agent never harms."""
    step = 1
    if enough(near):
        high = near
        while (low := max(high - step, 0)) and enough(low):
            high, step = low, 2 * step
    else:
        low, high = near, near + step
        while not enough(high):
            low, step = high, 2 * step
            high += step
            if high > 4 * MOST_AGENTS:
                raise StaffingError(f"not even {low} agents reach the goal: ask for a little less")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
