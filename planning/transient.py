"""How a queue fares over the next minutes from where it stands now: Erlang A out of balance. Pure.

The number of callers there, waiting or talking, is a Markov chain with exponential times, as in
`planning.erlang`. Its expectations follow by implicit Euler steps, small ones first in time, each a
tridiagonal system: stable for any step, and all beginnings are answered at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, sqrt

from planning.erlang import ErlangError, served_within

STEPS = 60
_FIRST_SHARE = 1e-3
"""The first step is about so much of the whole time: what happens at once needs a fine look."""
_MOMENT_STEPS = 30
_STAGE = 1 - sqrt(0.5)
_SPREADS = 7.0
"""The chain ends so many standard deviations above where it may get to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who serves whom: `agents` alike, and `helpers` with their speeds (1.0 is as fast as those).

    Calls come at `per_hour`; `handling_s` and `patience_s` are mean seconds. Raises `ErlangError`.
    """

    agents: int
    per_hour: float
    handling_s: float
    patience_s: float
    helpers: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if (
            not min(self.handling_s, self.patience_s, *self.helpers) > 0
            or not min(self.per_hour, self.agents) >= 0
        ):
            raise ErlangError("the times and speeds must be above 0, the rest not below")

    @property
    def seats(self) -> int:
        """How many can be served at once."""
        return self.agents + len(self.helpers)

    @property
    def per_s(self) -> float:
        """Calls per second."""
        return self.per_hour / 3_600

    def served(self, there: int) -> float:
        """How fast calls end with so many callers there, per second: own agents are taken first."""
        helping = sum(self.helpers[: max(there - self.agents, 0)])
        return (min(there, self.agents) + helping) / self.handling_s


def abandons(crew: Crew, there: int, within_s: float) -> float:
    """How many callers are expected to give up in the next `within_s` seconds.

    `there` callers wait or talk now.
    """
    return abandons_over((crew,), there, within_s)


def abandons_over(crews: Sequence[Crew], there: int, within_s: float) -> float:
    """The same where the crew changes: each of these serves for an equal part of the time."""
    part_s = within_s / len(crews)
    size = max(_size(crew, there, within_s) for crew in crews)
    total = [0.0] * size
    # We go back in time: the last part first.
    for crew in reversed(crews):
        lost = [max(n - crew.seats, 0) / crew.patience_s for n in range(size)]
        total = _expected(crew, lost, part_s, total, STEPS // len(crews))
    return total[there]


def level(crew: Crew, there: int, within_s: float, target_s: float) -> float:
    """Which share of the calls that come within that time will be answered within `target_s`."""
    if not crew.per_s:
        return 1.0
    size = _size(crew, there, within_s)
    answered = [crew.per_s * chance for chance in chances(crew, size, target_s)]
    return min(_expected(crew, answered, within_s)[there] / (crew.per_s * within_s), 1.0)


def gained(
    crew: Crew, there: int, within_s: float, target_s: float, goal: float
) -> tuple[float, float, float]:
    """Mean, variance and third central moment of those answered in time less `goal` times all.

    All are the calls to come. Whether one is in time is by chance, once the line it finds is known.
    """
    if not within_s or not crew.per_s:
        return 0.0, 0.0, 0.0
    size = _size(crew, there, within_s)
    met, missed = 1 - goal, -goal
    chance = chances(crew, size, target_s)
    # The powers of what one call brings, per second.
    brought = [
        [crew.per_s * (share * met**power + (1 - share) * missed**power) for share in chance]
        for power in (1, 2, 3)
    ]
    moments, leaving = [[0.0] * size for _ in brought], _leaving(crew, size)
    step_s = within_s / _MOMENT_STEPS
    for _ in range(_MOMENT_STEPS):
        # Alexander's two stages: of the second order, for a step that errs makes the variance err.
        middle = _stage(crew.per_s, leaving, moments, brought, _STAGE * step_s)
        ahead = (1 - _STAGE) / _STAGE
        moments = [
            [now + ahead * (then - now) for now, then in zip(old, new, strict=True)]
            for old, new in zip(moments, middle, strict=True)
        ]
        moments = _stage(crew.per_s, leaving, moments, brought, _STAGE * step_s)
    mean, square, cube = (moment[there] for moment in moments)
    return mean, max(square - mean**2, 0.0), cube - 3 * mean * square + 2 * mean**3


def _stage(
    coming: float,
    leaving: Sequence[float],
    moments: Sequence[Sequence[float]],
    brought: Sequence[list[float]],
    step_s: float,
) -> list[list[float]]:
    """One implicit step of all moments; those of a lower power feed those of a higher one."""
    found: list[list[float]] = []
    for power, moment in enumerate(moments, 1):
        gains = list(brought[power - 1])
        for lower, value in enumerate(found, 1):
            # A call that is counted leaves one caller more for those that follow it.
            after = [*value[1:], value[-1]]
            ways = comb(power, lower)
            gains = [
                g + ways * one * later
                for g, one, later in zip(gains, brought[power - lower - 1], after, strict=True)
            ]
        wanted = [m + step_s * g for m, g in zip(moment, gains, strict=True)]
        found.append(_solved(coming, leaving, wanted, step_s))
    return found


def chances(crew: Crew, size: int, target_s: float) -> list[float]:
    """The chance to be answered in time of a call that finds so many there, for 0 to below `size`."""
    faster = crew.served(crew.seats) * crew.patience_s
    late = served_within(max(size - crew.seats, 0), faster, target_s / crew.patience_s)
    return [1.0] * min(crew.seats, size) + late


def _size(crew: Crew, there: int, within_s: float) -> int:
    """So many states are enough: more callers are there hardly ever."""
    coming = crew.per_s * min(within_s, crew.patience_s + crew.handling_s)
    most = max(there, crew.seats) + coming
    return ceil(most + _SPREADS * sqrt(most + 1)) + 2


def _expected(
    crew: Crew,
    gains: Sequence[float],
    within_s: float,
    after: Sequence[float] = (),
    steps: int = STEPS,
) -> list[float]:
    """What is gained in that time, at this rate in each state, and `after` it, by the state now."""
    total = list(after) or [0.0] * len(gains)
    coming, leaving = crew.per_s, _leaving(crew, len(gains))
    for step_s in _steps(within_s, steps):
        wanted = [t + step_s * g for t, g in zip(total, gains, strict=True)]
        total = _solved(coming, leaving, wanted, step_s)
    return total


def _steps(within_s: float, steps: int) -> list[float]:
    """The longest first: we go back in time, and what is near is looked at most closely."""
    growth = (1 / _FIRST_SHARE) ** (1 / steps)
    lengths = [growth**n for n in range(steps, 0, -1)]
    return [within_s * length / sum(lengths) for length in lengths]


def _leaving(crew: Crew, size: int) -> list[float]:
    """How fast callers leave with so many there, served or not, per second: for 0 to below `size`."""
    patience = 1 / crew.patience_s
    return [crew.served(n) + max(n - crew.seats, 0) * patience for n in range(size)]


def _solved(
    coming: float, leaving: Sequence[float], wanted: Sequence[float], step_s: float
) -> list[float]:
    """The state before a step: one elimination upwards, one insertion downwards."""
    last = len(wanted) - 1
    ratios, values = [], []
    ratio = value = 0.0
    comes = coming * step_s
    for n, target in enumerate(wanted):
        if n == last:
            comes = 0.0
        goes = leaving[n] * step_s
        pivot = 1.0 + comes + goes - goes * ratio
        ratio, value = comes / pivot, (target + goes * value) / pivot
        ratios.append(ratio)
        values.append(value)
    for n in range(last - 1, -1, -1):
        values[n] += ratios[n] * values[n + 1]
    return values
