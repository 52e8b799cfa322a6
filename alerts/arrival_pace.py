"""How many arrivals a scope may expect from moment to moment, and how far that may be off.

a forecast from outside, or the learnt shape of the day  x  the day's level      (known)
neither of them: the rate of the last hour, with a wide band                     (first day)
"""

from enum import StrEnum

import msgspec
from msgspec import Struct

from alerts.forecast import Forecast
from alerts.level import LAG_STEPS, STEP_MS, WARY_STEPS, FlatRate, Level
from alerts.residuals import Residuals
from alerts.usual_day import SLOT_MS, Base
from ingest.events import Millis

_KNOWN_TIMES, _KNOWN_LOW_TIMES, _LEARNING_TIMES = 1.25, 2.0, 3.0
_DOUBTS = 0.75
_LOW_BAND = 0.2
"""Who asks for half of the calls is not to be told of four fifths."""
_FORECAST_CV = 0.12
_FIRST_DAY = 1.2
"""On a first day the rate may double from one hour to the next, and be no surge."""
_FIRST_DAY_BESIDE = 0.15
"""The same, where the other queues tell how the day goes."""
_FIRST_DAY_LOW = 0.35
GUESSED_HIGHEST: float = 1 + _KNOWN_TIMES * _FORECAST_CV
"""Up to how many times a forecast there is nothing to tell of, before it was held against a day."""
_LOWEST = 0.2
_WEEK_STEPS = 7 * 86_400_000 // STEP_MS
_PRIME_SLOTS = 6


class Ground(StrEnum):
    """What the expectation rests on."""

    NOTHING = "nothing"
    """Too little was seen to speak of a rate."""
    FLAT = "flat"
    """The rate of the last hour."""
    BASE = "base"
    FORECAST = "forecast"
    SHUT = "shut"
    """Nobody ever called at this time; more than a usual opening hour would be odd all the same."""


class Pace(Struct):
    """What is expected of one scope, learnt as it goes. `rate` is in calls per millisecond.

    `tide` is how much busier than usual the queues beside this one are, on a first day.
    """

    base: Base
    queues: tuple[str, ...] = ("",)
    level: Level = msgspec.field(default_factory=Level)
    flat: FlatRate = msgspec.field(default_factory=FlatRate)
    residuals: Residuals = msgspec.field(default_factory=Residuals)
    ground: Ground = Ground.NOTHING
    proven: bool = False
    rate: float = 0.0
    tide: float = 1.0
    beside: bool = False
    calls: int = 0
    before_level: float = 0.0

    def turn(self, at: Millis, forecast: Forecast | None, *, seen: bool) -> None:
        """The next step begins at `at`."""
        if at % SLOT_MS == 0 or self.base.today is None:
            self.base.move(at, seen=seen)
        if not self.flat.ready and self.base.told:
            self._prime()
        self._expect(at, forecast)

    def count(self, calls: int) -> None:
        """These calls came."""
        self.calls += calls
        self.base.count(calls)

    def close(self, *, frozen: bool, wary: bool = False) -> None:
        """The step is over, and all of it was seen. If `wary`, the level takes its time."""
        calls, self.calls = self.calls, 0
        self.flat.step(calls, frozen=frozen)
        if self.ground in (Ground.BASE, Ground.FORECAST):
            usual = self.before_level
            lag = WARY_STEPS if wary else LAG_STEPS
            self.level.step(calls, usual, frozen=frozen, lag=lag)
            if frozen:
                self.residuals.skip()
            else:
                self.residuals.add(calls, usual * self.level.factor)
        elif self.ground is Ground.SHUT:
            self.level.step(0, 0.0, frozen=frozen)
            self.residuals.skip()

    def miss(self, steps: int) -> None:
        """So many steps are over that were not seen, or not wholly."""
        self.calls = 0
        self.base.spoil()
        self.level.miss(steps)
        self.flat.miss(steps)
        self.residuals.skip()

    @property
    def learning(self) -> bool:
        """Whether what is expected is not known well yet."""
        if self.ground is Ground.FORECAST:
            return False
        return self.ground is not Ground.BASE or self.base.learning

    @property
    def guessed(self) -> bool:
        """Whether a forecast is gone by, and how well it tells is not known yet."""
        return self.ground is Ground.FORECAST and not self.residuals.learnt

    @property
    def highest(self) -> float:
        """How many times the expected rate is still nothing to tell of."""
        if self.ground is Ground.FLAT:
            wide = _FIRST_DAY_BESIDE if self.beside else _FIRST_DAY
            return (1 + wide) * (1 + self.flat.doubt) * (self.tide if self.beside else 1.0)
        return 1 + max(self._band(_KNOWN_TIMES), self._doubt)

    @property
    def lowest(self) -> float:
        """Down to how many times the expected rate there is nothing to tell of."""
        if self.ground is Ground.FLAT:
            return _FIRST_DAY_LOW
        band = max(_LOW_BAND, self._band(_KNOWN_LOW_TIMES), 2 * self._doubt)
        return max(_LOWEST, 1 - band)

    def weekly(self, forecast: Forecast | None) -> float:
        """How many calls a week brings, as far as can be told."""
        told = sum(forecast.weekly(queue) for queue in self.queues) if forecast is not None else 0.0
        return told or self.base.weekly or self.flat.rate * _WEEK_STEPS

    @property
    def _doubt(self) -> float:
        """By how much the day's level may be off."""
        return _DOUBTS * self.level.doubt

    def _band(self, times: float) -> float:
        """By how much of itself the rate may wander."""
        if self.guessed:
            return times * _FORECAST_CV
        return self.residuals.band(_LEARNING_TIMES if self.learning else times)

    def _expect(self, at: Millis, forecast: Forecast | None) -> None:
        self.proven = False
        told = self._planned(at, forecast)
        shape, slot = self.base.shape, self.base.slot_now
        if told is not None:
            self._known(Ground.FORECAST if told else Ground.SHUT, told)
            self.proven = told > 0
        elif shape is not None and shape.calls[slot] >= 0:
            self._known(
                Ground.BASE if shape.calls[slot] else Ground.SHUT,
                (shape.calls[slot] or shape.typical) * STEP_MS / SLOT_MS,
            )
            self.proven = shape.proven[slot]
        else:
            self.ground = Ground.FLAT if self.flat.ready else Ground.NOTHING
            self.rate = self.flat.rate / STEP_MS if self.flat.ready else 0.0

    def _planned(self, at: Millis, forecast: Forecast | None) -> float | None:
        """The calls that a forecast has for the step from `at` on; None if it leaves out a queue."""
        if forecast is None:
            return None
        told = [forecast.expected(queue, at, at + STEP_MS) for queue in self.queues]
        known = [calls for calls in told if calls is not None]
        return sum(known) if known and len(known) == len(told) else None

    def _known(self, ground: Ground, calls: float) -> None:
        self.ground = ground
        self.before_level = calls
        self.rate = calls * (1.0 if ground is Ground.SHUT else self.level.factor) / STEP_MS

    def _prime(self) -> None:
        """Begin with what was told of the last half-hour before."""
        today, slot = self.base.today, self.base.slot_now
        if today is None or slot < _PRIME_SLOTS:
            return
        told = today.counts[slot - _PRIME_SLOTS : slot]
        if min(told) >= 0 and sum(told) > 0:
            self.flat.calls = float(sum(told))
            self.flat.steps = float(_PRIME_SLOTS * SLOT_MS // STEP_MS)
