"""More, or fewer, arrivals than expected: a mixture of Shiryaev-Roberts statistics.

For each ratio, R is the evidence that arrivals run at that ratio of what is expected, summed over
every moment at which they may have begun to. Alarm when the mean of all R reaches the threshold.
What that promises, and why, stands in docs/detectors.md.
"""

from functools import cache
from math import exp, inf, log, log1p

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
    each ratio. Nothing overflows, however many calls come at once.
    """

    ratios: tuple[float, ...] = SURGE
    logs: list[float] = []

    def __post_init__(self) -> None:
        if len(self.logs) != len(self.ratios):
            self.reset()

    def reset(self) -> None:
        """Forget all evidence."""
        self.logs = [-inf] * len(self.ratios)

    def update(self, calls: int, expected: float) -> float:
        """Take the calls that came since the last update and how many were expected (>= 0).

        Gives the logarithm of the mean R, to be held against `threshold`. Call it at every tick, at
        every call, or both, with whatever was expected since: the promise does not depend on it.
        """
        logs = self.logs
        born = log(expected) if expected > 0 else -inf
        for index, (step, slope) in enumerate(_steps(self.ratios)):
            old = logs[index]
            # What was expected is added before it is multiplied: the other order lets calls that
            # came together count from a moment before any of them, and breaks the promise.
            if old > born:
                old += log1p(exp(born - old))
            elif born > -inf:
                old = born + log1p(exp(old - born))
            logs[index] = old + calls * step - slope * expected
        top = max(logs)
        if top == -inf:
            return top
        return top + log(sum([exp(one - top) for one in logs]) / len(logs))

    @property
    def likeliest(self) -> float:
        """The ratio that the evidence speaks for most."""
        return max(zip(self.logs, self.ratios, strict=True))[1]

    def threshold(self, expected_calls: float, alarms: float = 1.0) -> float:
        """Where the logarithm of R alarms falsely `alarms` times per `expected_calls` at most.

        Equal to the proven threshold times the part of it that R, which moves in jumps, oversteps
        in the mean when it crosses.
        """
        kept = sum(overshoot(ratio) for ratio in self.ratios) / len(self.ratios)
        return max(0.0, log(expected_calls / alarms * kept))


@cache
def _steps(ratios: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    return tuple((log(ratio), ratio - 1) for ratio in ratios)


def overshoot(ratio: float) -> float:
    """The mean of (threshold / R) when R has just crossed a high threshold; 1 if it creeps up.

    The constant of Cramér and Lundberg for a claim of ln(ratio) at every call and a premium of
    (ratio - 1) for every call expected.
    """
    if ratio <= 1:
        return 1.0
    return (ratio - 1 - log(ratio)) / (ratio * log(ratio) - ratio + 1)
