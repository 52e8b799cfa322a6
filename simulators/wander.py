"""How the true rate of calls strays from its profile: busier days, quieter hours, by chance."""

from math import sqrt

from ingest.events import Millis
from simulators.draws import Draws
from simulators.plans import DAY_MIN, MINUTE, Wander


class Strayed:
    """The factor on all rates as time goes by. Ask for times that do not run back."""

    def __init__(self, wander: Wander, seed: int, step_min: int) -> None:
        self._step_ms = step_min * MINUTE
        self._days = _Chain(Draws(seed, "days"), wander.day_variation, wander.day_correlation)
        self._steps = _Chain(Draws(seed, "steps"), wander.step_variation, wander.step_correlation)

    def factor(self, local_ms: Millis) -> float:
        """The factor at this local time: the day's times the step's."""
        day = self._days.factor(local_ms // (DAY_MIN * MINUTE))
        return day * self._steps.factor(local_ms // self._step_ms)


class _Chain:
    """Lognormal factors of mean 1, each correlated with the one before (AR(1) of the logarithm)."""

    def __init__(self, draws: Draws, variation: float, correlation: float) -> None:
        self._draws, self._variation, self._correlation = draws, variation, correlation
        self._index: int | None = None
        self._factor, self._z = 1.0, 0.0

    def factor(self, index: int) -> float:
        if not self._variation:
            return 1.0
        if index != self._index:
            fresh = self._draws.normal()
            if self._index is None:
                self._z = fresh
            else:
                kept = self._correlation
                self._z = kept * self._z + sqrt(1.0 - kept * kept) * fresh
            self._index = index
            self._factor = self._draws.factor(self._z, self._variation)
        return self._factor
