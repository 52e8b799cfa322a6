"""Between which numbers the calls will lie: from the errors that the same forecast made before.

A forecast of m calls misses by chance (variance m, calls are Poisson) and by not knowing the rate
(variance d x m x m). d is estimated from past errors; then those errors, in units of the root of
both, give the quantiles. Of few days the errors are taken as normal, and d as larger.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from planning.forecast_history import Floats

SHARE = 0.9
"""The share of intervals whose calls lie within the bounds: half of the others below, half above."""
LEAST_DAYS = 15
"""Days of errors below which their own quantiles are chance."""
_UNKNOWN = 0.0625
"""d where nothing is known: the rate is a quarter off."""
_PRIOR_DAYS = 5


_POOLED_DAYS = 10
"""A column's own errors count as much as those of all after so many days."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """`dispersion` is d above, by column; `low` and `high` are in standard deviations."""

    dispersion: Floats
    low: float
    high: float

    def around(self, calls: Floats) -> tuple[Floats, Floats]:
        """The least and the most calls for these forecasts; never below 0, and 0 for no calls."""
        deviation = _deviation(calls, self.dispersion)
        low: Floats = np.maximum(calls + self.low * deviation, 0.0)
        return low, calls + self.high * deviation


def learnt(forecast: Floats, actual: Floats, share: float = SHARE) -> Bounds:
    """From past days by columns. Where either is not-a-number, nothing is known."""
    seen = ~np.isnan(forecast) & ~np.isnan(actual) & (np.nan_to_num(forecast) > 0)
    told, came = np.where(seen, forecast, 0.0), np.where(seen, actual, 0.0)
    days = int(seen.any(axis=1).sum())
    over, squares = (came - told) ** 2 - told, told**2
    own = max(0.0, float(over.sum()) / float(squares.sum())) if days else 0.0
    pooled = (days * own + _PRIOR_DAYS * _UNKNOWN) / (days + _PRIOR_DAYS)
    times, total = seen.sum(axis=0), squares.sum(axis=0)
    of_column = np.maximum(over.sum(axis=0), 0.0) / np.where(total > 0, total, 1.0)
    dispersion = (times * of_column + _POOLED_DAYS * pooled) / (times + _POOLED_DAYS)
    tail = (1 - share) / 2
    if days < LEAST_DAYS:
        width = NormalDist().inv_cdf(1 - tail)
        return Bounds(dispersion, -width, width)
    apart = ((came - told) / np.maximum(_deviation(told, dispersion), 1e-9))[seen]
    low, high = np.quantile(apart, (tail, 1 - tail))
    return Bounds(dispersion, min(float(low), 0.0), max(float(high), 0.0))


def _deviation(calls: Floats, dispersion: Floats) -> Floats:
    result: Floats = np.sqrt(calls + dispersion * calls**2)
    return result
