"""The end of an alarm: evidence that things are normal again, by a CUSUM run the other way.

It is the ratio or share that was alarmed of against the normal one: noise around the alarm's own
threshold cannot make it flap.
"""

from math import log

from msgspec import Struct

CLEAR = 7.0
"""So much evidence ends an alarm: e^7, about 1,100 to 1."""


class ReverseCusum(Struct):
    """Whether arrivals are as expected again, after an alarm that they run at `ratio` of it."""

    ratio: float
    clear: float = CLEAR
    sum: float = 0.0

    def update(self, calls: int, expected: float) -> bool:
        """Take the calls since the last update and how many are normal; True as soon as it is over."""
        step = (self.ratio - 1) * expected - calls * log(self.ratio)
        self.sum = max(0.0, self.sum + step)
        return self.sum >= self.clear


class ReverseBernoulli(Struct):
    """Whether hits come at the normal share again, after an alarm that they come at `share`."""

    share: float
    clear: float = CLEAR
    sum: float = 0.0

    def update(self, hit: bool, normal: float) -> bool:
        """Take one call; True as soon as it is over. `normal` is below `share`, and neither 0 nor 1."""
        step = log(normal / self.share) if hit else log((1 - normal) / (1 - self.share))
        self.sum = max(0.0, self.sum + step)
        return self.sum >= self.clear
