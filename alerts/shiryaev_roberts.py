"""More, or fewer, arrivals than expected: a mixture of Shiryaev-Roberts statistics.

For each ratio, R is the evidence that arrivals run at that ratio of what is expected, summed over
every moment at which they may have begun to. Alarm when the weighted mean of all R reaches the
threshold.
What that promises, and why, stands in docs/detectors.md.
"""

from collections.abc import Sequence
from functools import cache
from math import exp, expm1, inf, log, log1p

from msgspec import Struct

SURGE = (1.5, 2.0, 4.0)
COLLAPSE = (0.5, 0.2)


def surge_ratios(least: float) -> tuple[float, ...]:
    """The ratios to look for when told of surges from `least` (> 1) up."""
    return (least, *(ratio for ratio in SURGE[1:] if ratio > 1.2 * least)) + (
        () if 1.2 * least < SURGE[-1] else (2 * least,)
    )


def collapse_ratios(most: float) -> tuple[float, ...]:
    """The ratios to look for when told of collapses from `most` (< 1) down."""
    return (most, COLLAPSE[-1] if COLLAPSE[-1] < 0.8 * most else most / 2)


class PoissonMixture(Struct):
    """The evidence against "arrivals come at the expected rate or below", as the logarithm of R.

    With ratios below 1 it is against "at the expected rate or above". `logs` holds one number for
    each ratio: its weight in the mean is in it. Nothing overflows, however many calls come at once.
    """

    ratios: tuple[float, ...] = SURGE
    logs: list[float] = []

    def __post_init__(self) -> None:
        if len(self.logs) != len(self.ratios):
            self.reset()

    def reset(self) -> None:
        """Forget all evidence."""
        self.logs = [-inf] * len(self.ratios)

    def call(self, expected: float) -> float:
        """A call comes at this very moment; so many were expected since the last `call`, `update`.

        Gives the logarithm of the mean R, to be held against `threshold`.
        """
        self.update(0, expected)
        for index, (step, _, _) in enumerate(_steps(self.ratios)):
            self.logs[index] += step
        return self.value

    def update(self, calls: int, expected: float) -> float:
        """Time passes in which so many calls came, at moments that are not known, and so many were
        expected (>= 0). Where each call is told by `call`, `calls` is 0.

        Gives the same as `call`. The promise holds for updates of any length, in any mixture with
        calls; but what is told call by call is seen sooner.
        """
        logs = self.logs
        ripe = log(expected) if expected > 0 else -inf
        for index, (step, slope, weight) in enumerate(_steps(self.ratios)):
            gain = calls * step - slope * expected
            old = logs[index] + gain
            # The moments within this span at which it may have begun. The gain since each of them
            # is taken to have grown evenly, which is never more than the truth in the mean; to
            # count calls from before they may have come would break the promise.
            born = ripe + weight + _even(gain)
            high, low = (old, born) if old > born else (born, old)
            logs[index] = high + log1p(exp(low - high)) if low > -inf else high
        return self.value

    @property
    def value(self) -> float:
        """The logarithm of the mean R."""
        top = max(self.logs)
        if top == -inf:
            return top
        return top + log(sum([exp(one - top) for one in self.logs]))

    @property
    def likeliest(self) -> float:
        """The ratio that the evidence speaks for most."""
        return max(zip(self.logs, self.ratios, strict=True))[1]


def threshold(expected_calls: float, alarms: float = 1.0) -> float:
    """Where the logarithm of R alarms falsely at most `alarms` times, in the mean, while so many
    calls are expected: proven, for any rates at or below (for a collapse: above) the expected."""
    return max(0.0, log(expected_calls / alarms))


@cache
def _steps(ratios: tuple[float, ...]) -> tuple[tuple[float, float, float], ...]:
    """Of each ratio: what a call adds to the evidence, what every call expected takes away from it,
    and the logarithm of its weight."""
    parts = weights(ratios)
    return tuple((log(r), r - 1, log(part)) for r, part in zip(ratios, parts, strict=True))


def weights(ratios: Sequence[float]) -> list[float]:
    """The parts of the ratios in the mean: of surges, the least weighs half as much as each other,
    because the next one sees it nearly as soon (measured in docs/detectors.md)."""
    parts = [1.0] * len(ratios)
    if ratios[0] > 1:
        parts[0] = 0.5
    return [part / sum(parts) for part in parts]


def _even(gain: float) -> float:
    """The logarithm of the mean of e^x for x from 0 to `gain`."""
    if abs(gain) < 1e-9:
        return 0.0
    return max(gain, 0.0) + log(-expm1(-abs(gain)) / abs(gain))
