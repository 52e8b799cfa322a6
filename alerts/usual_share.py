"""The share of calls to which something bad happens ordinarily, learnt so that a fault teaches little.

Calls are taken by the hundred, and the median of the hundreds is what is usual: a fault must fill
half of all that is remembered before it is.
"""

from statistics import median

from msgspec import Struct

HUNDRED = 100
REMEMBERED = 40
ENOUGH = 10
MOST = 0.5


class UsualShare(Struct):
    """The shares of the last hundreds of calls."""

    hits: int = 0
    calls: int = 0
    shares: list[float] = []

    def take(self, hit: bool) -> None:
        """Take one call."""
        self.calls += 1
        self.hits += hit
        if self.calls >= HUNDRED:
            self.shares = [*self.shares[1 - REMEMBERED :], self.hits / self.calls]
            self.hits = self.calls = 0

    def normal(self, least: float) -> float:
        """What is usual, but not below `least`: that much is nothing to tell anyway."""
        if len(self.shares) < ENOUGH:
            return least
        return min(MOST, max(least, median(self.shares)))
