"""What a forecast would have said on each past day, had it known only the days before it."""

from dataclasses import dataclass

import numpy as np

from planning.forecast_bounds import LEAST_DAYS, learnt
from planning.forecast_history import Floats, History, filled
from planning.forecast_models import Model, mean
from planning.forecast_special import SpecialFactors, Specials

WARM_UP_DAYS = 40
"""Days to learn from before the first forecast is held against its day, where there are twice as many."""
TRIED_DAYS = 130
"""Days that are tried at the most, the last ones: half a year of weekdays."""


@dataclass(frozen=True, eq=False)
class Past:
    """Forecasts by how many days ahead, day and column: `forecast[0]` was made before the day itself,
    `forecast[1]` a day earlier. Not-a-number where none was made. `ordinary` are the days that were
    not special."""

    history: History
    forecast: Floats
    ordinary: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def ahead(self) -> int:
        """For how many days ahead forecasts were made."""
        return len(self.forecast)

    def of(self, ahead: int) -> tuple[Floats, Floats]:
        """Forecasts and calls of the ordinary days, made `ahead` days before (1: before the day)."""
        told, came = self.forecast[ahead - 1], self.history.calls
        rows = self.ordinary & ~np.isnan(told).all(axis=1)
        return told[rows], came[rows]

    def tried(self) -> tuple[Floats, Floats]:
        """Forecasts and calls of all days that were tried a day ahead, special ones too."""
        told = self.forecast[0]
        rows = ~np.isnan(told).all(axis=1)
        return told[rows], self.history.calls[rows]


def rolled(
    history: History,
    specials: Specials | None = None,
    *,
    ahead: int = 1,
    model: Model = mean,
    first: int | None = None,
) -> Past:
    """Forecast each day from those before it, from the row `first` on, and `ahead - 1` days more."""
    specials = specials or {}
    count, weekdays = len(history.days), history.weekdays.tolist()
    if first is None:
        first = max(min(WARM_UP_DAYS, (count + 1) // 2), count - TRIED_DAYS, 1)
    told = np.full((ahead, *history.calls.shape), np.nan)
    factors = SpecialFactors(history, specials, model)
    for origin in range(first, count):
        past = filled(history.before(origin).without(specials))
        if not past.days:
            continue
        coming = model(past, weekdays[origin : origin + ahead])
        for shift, calls in enumerate(coming):
            factor = factors.factor(history.days[origin + shift], origin)
            told[shift, origin + shift] = calls * (1.0 if factor is None else factor)
    ordinary = np.array([day not in specials for day in history.days], dtype=np.bool_)
    return Past(history, told, ordinary)


def within(past: Past) -> float | None:
    """The share of the calls' counts that lay in the bounds as they were known before each day.

    Of the days that were tried a day ahead, special ones left out; None of too few days. The share
    that is meant is `forecast_bounds.SHARE`.
    """
    told, came = past.of(1)
    inside = counted = 0
    for row in range(LEAST_DAYS, len(told)):
        low, high = learnt(told[:row], came[:row]).around(told[row])
        known = ~np.isnan(came[row]) & (told[row] > 0)
        inside += int(((came[row] >= low) & (came[row] <= high) & known).sum())
        counted += int(known.sum())
    return inside / counted if counted else None
