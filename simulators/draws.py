"""Random draws that come out the same, bit for bit, on every machine and every Python.

`random.Random` promises that only for `random()`, and the C library's `log` and `exp` differ in the
last bit between machines. So the two are made here from the four operations and the square root,
which IEEE 754 fixes exactly; they are right to some 1e-15.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import frexp, ldexp, sqrt
from random import Random
from typing import TypeVar

from simulators.plans import MINUTE, Length, Patience

_LN2 = 0.6931471805599453
_ROOT_HALF = 0.7071067811865476
_T = TypeVar("_T")


def ln(x: float) -> float:
    """The natural logarithm of a positive `x`."""
    mantissa, exponent = frexp(x)
    if mantissa < _ROOT_HALF:
        mantissa, exponent = mantissa * 2.0, exponent - 1
    s = (mantissa - 1.0) / (mantissa + 1.0)
    square, total = s * s, 0.0
    for odd in range(21, 0, -2):
        total = total * square + 1.0 / odd
    return exponent * _LN2 + 2.0 * s * total


def exp(x: float) -> float:
    """e to the power of `x`."""
    doublings = round(x / _LN2)
    rest, total = x - doublings * _LN2, 1.0
    for n in range(14, 0, -1):
        total = 1.0 + rest * total / n
    return ldexp(total, doublings)


class Draws:
    """One stream of draws. Streams of the same seed and different names do not disturb each other.

    So a change in one habit of the callers leaves all other draws as they were.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._random = Random(f"{seed}/{name}").random

    def share(self) -> float:
        """Evenly between 0 and 1."""
        return self._random()

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def between(self, low: float, high: float) -> float:
        """Evenly between `low` and `high`."""
        return low + (high - low) * self._random()

    def one_of(self, choices: Sequence[_T]) -> _T:
        """One of `choices`, all alike."""
        return choices[int(self._random() * len(choices))]

    def exponential(self, mean: float) -> float:
        """How long until something happens that happens by chance, `mean` apart."""
        return -ln(1.0 - self._random()) * mean

    def normal(self) -> float:
        """Mean 0, deviation 1 (Marsaglia's polar method)."""
        while True:
            u, v = 2.0 * self._random() - 1.0, 2.0 * self._random() - 1.0
            s = u * u + v * v
            if 0.0 < s < 1.0:
                return u * sqrt(-2.0 * ln(s) / s)

    def length(self, length: Length) -> int:
        """A duration in milliseconds of this mean and variation; at least 1."""
        if length.variation is None:
            return max(1, round(self.exponential(length.mean_ms)))
        if not length.variation:
            return max(1, length.mean_ms)
        deviation, shift = _lognormal(length.variation)
        return max(1, round(length.mean_ms * exp(deviation * self.normal() + shift)))

    def factor(self, z: float, variation: float) -> float:
        """The lognormal factor of mean 1 and this variation that belongs to a normal draw `z`."""
        deviation, shift = _lognormal(variation)
        return exp(deviation * z + shift)

    def patience(self, patience: Patience) -> int | None:
        """How long a caller waits before he gives up, in milliseconds; None: as long as it takes."""
        if not patience.hazard:
            if patience.mean_ms is None:
                return None
            return round(self.exponential(patience.mean_ms))
        left = self.exponential(1.0)
        for (since_ms, per_min), (until_ms, _) in pairwise(patience.hazard):
            spent = per_min * (until_ms - since_ms) / MINUTE
            if left < spent:
                return since_ms + round(left / per_min * MINUTE)
            left -= spent
        since_ms, per_min = patience.hazard[-1]
        return since_ms + round(left / per_min * MINUTE) if per_min else None

    def weighted(self, weights: Sequence[float]) -> int:
        """An index, as often as its weight says."""
        total = 0.0
        for weight in weights:  # `sum` rounds otherwise from Python 3.12 on
            total += weight
        at = self._random() * total
        for index, weight in enumerate(weights):
            at -= weight
            if at < 0.0:
                return index
        return len(weights) - 1


@lru_cache(maxsize=1_000)
def _lognormal(variation: float) -> tuple[float, float]:
    """Deviation and mean of the logarithm, where the mean is 1."""
    variance = ln(1.0 + variation * variation)
    return sqrt(variance), -variance / 2.0
