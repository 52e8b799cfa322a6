"""How far real counts stray from what was expected, beyond chance: the dead band of a queue.

A surge within the usual wandering cannot be told from it by anybody.
"""

from statistics import median

from msgspec import Struct

SPAN_STEPS = 45
_LEAST_EXPECTED = 4.0
_KEPT = 1_500
"""Samples of about thirty days."""
_ENOUGH = 16
_MEDIAN_OF_SQUARE = 0.455
"""The median of the square of a standard normal number."""
UNKNOWN_CV = 0.2
LEAST_BAND = 0.03


class Residuals(Struct):
    """The variation of the counts of a quarter of an hour, robust against past surges."""

    squares: list[float] = []
    means: list[float] = []
    steps: int = 0
    calls: int = 0
    expected: float = 0.0
    fresh: int = 0
    cv: float = UNKNOWN_CV

    def add(self, calls: int, expected: float) -> None:
        """What came and was expected, level included, in one more step of twenty seconds."""
        self.steps += 1
        self.calls += calls
        self.expected += expected
        if self.steps < SPAN_STEPS or self.expected < _LEAST_EXPECTED:
            return
        self.squares.append((self.calls - self.expected) ** 2 / self.expected)
        self.means.append(self.expected)
        del self.squares[:-_KEPT], self.means[:-_KEPT]
        self.skip()
        self.fresh += 1
        if self.fresh >= _ENOUGH:
            self._learn()

    def skip(self) -> None:
        """What is being counted is not to be learnt from."""
        self.steps, self.calls, self.expected = 0, 0, 0.0

    @property
    def learnt(self) -> bool:
        """Whether enough was seen to say."""
        return len(self.squares) >= _ENOUGH

    def band(self, times: float) -> float:
        """The share by which the rate may wander without being told of."""
        return max(LEAST_BAND, times * self.cv)

    def _learn(self) -> None:
        self.fresh = 0
        spread = median(self.squares) / _MEDIAN_OF_SQUARE
        usual = sum(self.means) / len(self.means)
        self.cv = (max(0.0, spread - 1.0) / usual) ** 0.5
