"""How likely this half-hour ends below its target, from what is known of it so far. Pure.

The model. Let D be, over all calls of the half-hour, those answered in time less `goal` times all: it
ends below its target if D is below 0. What has ended counts as it is. Who waits now is answered in
time with the chance that his place in the line and the rest of his target leave him. Of calls to
come, mean, variance and skewness of their share in D follow from the Markov chain of
`planning.transient`, so that a line that grows is seen to last. D is then taken to have Pearson's
third distribution (a gamma, shifted), on its lattice, by Wilson and Hilferty's formula. Calls count
by when they came: who still waits at the end counts as he will end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import copysign, erf, exp, sqrt
from typing import NamedTuple

from planning.staffing import StaffingError
from planning.transient import Crew, chances, gained

_SPREAD = ((0.0, 2 / 3), (sqrt(3), 1 / 6), (-sqrt(3), 1 / 6))
"""Three rates stand for all: Gauss and Hermite's points and weights."""
_SURE = 1e-9
_LEAST_SKEW, _MOST_SKEW = 1e-3, 2.0
"""Below the first D is as good as normal; above the second the formula has no meaning."""
_FINEST = 100
"""A goal is taken in whole per cents when it is asked which values D can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """The half-hour until now: `ended` waits of which `in_target` were answered in time.

    `waits_s` is how long each who waits now has waited, the longest first; `busy` agents serve.
    """

    ended: int
    in_target: int
    busy: int
    waits_s: Sequence[float] = ()


def below_target(
    crew: Crew,
    so_far: SoFar,
    left_s: float,
    *,
    goal: float = 0.8,
    target_s: float = 20.0,
    spread: float = 0.0,
) -> float:
    """The chance, from 0 to 1, that less than the share `goal` of all calls is answered in time.

    `crew` are those who serve for the `left_s` seconds to come, with the calls now forecast; that
    forecast is uncertain by `spread`, the standard deviation of its logarithm. No calls at all are
    no failure. Raises `StaffingError`.
    """
    if not 0 < goal < 1 or left_s < 0 or spread < 0 or not 0 <= so_far.in_target <= so_far.ended:
        raise StaffingError("the goal must be between 0 and 1, and the rest not below 0")
    there = so_far.busy + len(so_far.waits_s)
    if so_far.busy > crew.seats or (so_far.waits_s and so_far.busy < crew.seats):
        raise StaffingError("callers wait only while all agents are busy, and no more can be busy")
    mean = so_far.in_target - goal * so_far.ended
    variance = third = 0.0
    for ahead, waited_s in enumerate(so_far.waits_s):
        chance = chances(crew, crew.seats + ahead + 1, max(target_s - waited_s, 0.0))[-1]
        mean += chance - goal
        variance += chance * (1 - chance)
        third += chance * (1 - chance) * (1 - 2 * chance)
    lattice = 1 / Fraction(goal).limit_denominator(_FINEST).denominator
    total = 0.0
    for place, weight in _SPREAD if spread else ((0.0, 1.0),):
        rate = crew.per_hour * exp(spread * place - spread * spread / 2)
        busier = replace(crew, per_hour=rate)
        more = gained(busier, there, left_s, target_s, goal)
        nobody = exp(-busier.per_s * left_s)
        known = _Sum(mean, variance, third)
        below = nobody * _below(known, lattice)
        if nobody < 1:
            below += (1 - nobody) * _below(known.plus(_if_any(more, 1 - nobody)), lattice)
        total += weight * below
    return total


class _Sum(NamedTuple):
    """Mean, variance and third central moment: of independent parts they add up."""

    mean: float
    variance: float
    third: float

    def plus(self, other: "_Sum") -> "_Sum":
        return _Sum(*(one + more for one, more in zip(self, other, strict=True)))


def _if_any(found: tuple[float, float, float], chance: float) -> _Sum:
    """The same given that a call comes, which has this chance; without one there is nothing."""
    mean, variance, third = found
    first, second = mean / chance, (variance + mean**2) / chance
    cube = (third + 3 * mean * variance + mean**3) / chance
    return _Sum(first, max(second - first**2, 0.0), cube - 3 * first * second + 2 * first**3)


def _below(found: _Sum, lattice: float) -> float:
    """The chance that D, which has values `lattice` apart, is one of those below 0."""
    edge = -lattice / 2 - found.mean
    if found.variance < _SURE:
        return float(edge > 0)
    score = edge / sqrt(found.variance)
    skew = min(max(found.third / found.variance**1.5, -_MOST_SKEW), _MOST_SKEW)
    if abs(skew) > _LEAST_SKEW:
        base = 1 + skew * score / 2
        score = (6 / skew) * (copysign(abs(base) ** (1 / 3), base) - 1 + skew**2 / 36)
    return (1 + erf(score / sqrt(2))) / 2
