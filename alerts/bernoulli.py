"""A share of calls that is higher than normal: the Shiryaev-Roberts mixture for yes and no.

Used for calls cut off by faults and for conversations that are too short, per queue, trunk, agent.
"""

from math import exp, inf, log, log1p

from msgspec import Struct

SHARES = (0.05, 0.10, 0.30)
CLEARLY = 2.0
"""A share is worth looking for from this many times the normal one."""


class BernoulliMixture(Struct):
    """The evidence against "hits come at the normal share or below", as the logarithm of R.

    A hit is a call of which the bad thing is true. `logs` holds one number for each share.
    """

    shares: tuple[float, ...] = SHARES
    logs: list[float] = []

    def __post_init__(self) -> None:
        if len(self.logs) != len(self.shares):
            self.reset()

    def reset(self) -> None:
        """Forget all evidence."""
        self.logs = [-inf] * len(self.shares)

    def update(self, hit: bool, normal: float) -> float:
        """Take one call, when the normal share of hits is `normal` (0 to 1, neither of them).

        Gives the logarithm of the mean R, to be held against `threshold`. `normal` may change from
        call to call, as long as it is known before the call is. A share of the mixture that is not
        `CLEARLY` above it is moved up until it is.
        """
        for index, share in enumerate(self.shares):
            raised = _raised(share, normal)
            ratio = raised / normal if hit else (1 - raised) / (1 - normal)
            self.logs[index] = _plus_one(self.logs[index]) + log(ratio)
        return self.value

    def misses(self, count: int, normal: float) -> float:
        """Take so many calls without a hit at once: the same as `count` updates."""
        if count > 0:
            for index, share in enumerate(self.shares):
                less = log((1 - _raised(share, normal)) / (1 - normal))
                # (R + 1) x, ((R + 1) x + 1) x, …: R x^n + (x + x² + … + x^n)
                fresh = less + log((1 - exp(count * less)) / (1 - exp(less)))
                self.logs[index] = _sum(self.logs[index] + count * less, fresh)
        return self.value

    @property
    def likeliest(self) -> float:
        """The share that the evidence speaks for most."""
        return max(zip(self.logs, self.shares, strict=True))[1]

    @property
    def value(self) -> float:
        """The logarithm of the mean R."""
        top = max(self.logs)
        if top == -inf:
            return top
        return top + log(sum([exp(one - top) for one in self.logs]) / len(self.logs))


def threshold(calls: float, alarms: float = 1.0) -> float:
    """Where the logarithm of R alarms falsely at most `alarms` times in so many calls: proven."""
    return max(0.0, log(calls / alarms))


def _raised(share: float, normal: float) -> float:
    """Half way to "always" where twice the normal share would be more than that."""
    return max(share, min(CLEARLY * normal, (1 + normal) / 2))


def _plus_one(logged: float) -> float:
    return _sum(logged, 0.0)


def _sum(one: float, other: float) -> float:
    """ln(e^one + e^other)"""
    high, low = (one, other) if one > other else (other, one)
    return high if low == -inf else high + log1p(exp(low - high))
