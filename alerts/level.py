"""How busy this day is against its base, and what is usual where there is no base yet.

Both look back with a lag, so that a surge cannot hide itself, and stand still while an alarm holds.
"""

from math import sqrt

from msgspec import Struct

STEP_MS = 20_000
"""Counts are handed over in steps of this."""
LAG_STEPS = 30
WARY_STEPS = 120
"""The lag while a surge may be on its way."""
_HALF_LIFE_STEPS = 135
_DECAY: float = 0.5 ** (1 / _HALF_LIFE_STEPS)

DAY_CV = 0.15
"""How much days differ from their base: as sure as we are of a level before any call."""
_PRIOR = 1 / DAY_CV**2
_DOUBTED = 1 / 0.3**2
"""The first minutes of a day stray more than its sum does."""
_MORNING = 0.3
"""So does the first half-hour, however many calls it brings."""


class Level(Struct):
    """The day's level: (prior + calls) / (prior + base), half-life 45 minutes, lag 10 minutes."""

    calls: float = 0.0
    expected: float = 0.0
    steps: float = 0.0
    held_back: list[tuple[int, float]] = []

    def step(
        self, calls: int, expected: float, *, frozen: bool = False, lag: int = LAG_STEPS
    ) -> None:
        """What came in the last step, and what the base alone expected."""
        if frozen:
            self.held_back.clear()
            return
        self.held_back.append((calls, expected))
        while len(self.held_back) > lag:
            old_calls, old_expected = self.held_back.pop(0)
            self.calls = self.calls * _DECAY + old_calls
            self.expected = self.expected * _DECAY + old_expected
            self.steps = self.steps * _DECAY + (old_expected > 0)

    @property
    def factor(self) -> float:
        """How many times its base the day brings."""
        return (_PRIOR + self.calls) / (_PRIOR + self.expected)

    @property
    def doubt(self) -> float:
        """How far off, as a share, the factor may still be: the less was seen, the more."""
        unseen = 1 - self.steps * (1 - _DECAY)
        early = _MORNING * unseen * unseen * unseen
        few: float = 1 / sqrt(_DOUBTED + self.expected)
        return max(few, early)

    def miss(self, steps: int) -> None:
        """Steps were not seen: what was held back is not to be trusted, and what was known ages."""
        self.held_back.clear()
        left = _DECAY**steps
        self.calls *= left
        self.expected *= left
        self.steps *= left


READY_CALLS = 20
_ENOUGH = 60.0
_LAG_CALLS = 12.0
_SHORT_LAG, _LONG_LAG = 3, 30
_SHORT_LIFE, _LONG_LIFE = 45.0, 360.0
_IDLE = 3.0


class FlatRate(Struct):
    """Calls per step as learnt on the fly, on a first day, of which nobody knows the shape.

    It follows slow drift: the half-life is the time of sixty calls, between 15 minutes and two
    hours, the lag that of a dozen, between one minute and ten.
    """

    calls: float = 0.0
    steps: float = 0.0
    held_back: list[int] = []

    def step(self, calls: int, *, frozen: bool) -> None:
        """What came in the last step."""
        if frozen:
            self.held_back.clear()
            return
        if not self.steps and not calls and not self.held_back:
            return  # Time without calls before the first one says nothing of a rate.
        self.held_back.append(calls)
        rate = max(self.rate, 1e-6)
        lag = min(max(_LAG_CALLS / rate, _SHORT_LAG), _LONG_LAG) if self.steps else _SHORT_LAG
        decay = 0.5 ** (1 / min(max(_ENOUGH / rate, _SHORT_LIFE), _LONG_LIFE))
        while len(self.held_back) > lag:
            self.calls = self.calls * decay + self.held_back.pop(0)
            self.steps = self.steps * decay + 1
        if self.steps > _LONG_LIFE / 4 and self.calls < _IDLE:
            self.calls = self.steps = 0.0  # It has fallen silent: what comes next begins anew.
            self.held_back.clear()

    @property
    def rate(self) -> float:
        """Calls per step."""
        return self.calls / self.steps if self.steps else 0.0

    @property
    def ready(self) -> bool:
        """Whether enough calls were seen to speak of a rate."""
        return self.calls >= READY_CALLS

    @property
    def doubt(self) -> float:
        """How far off, as a share, the rate may be by chance."""
        return 1 / sqrt(max(self.calls, 1.0))

    def miss(self, steps: int) -> None:
        """Steps were not seen: what was held back is not to be trusted, and what was known ages."""
        self.held_back.clear()
        left = _DECAY**steps
        self.calls *= left
        self.steps *= left
