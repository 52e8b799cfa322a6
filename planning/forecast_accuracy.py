"""How far a forecast was off, beside how far a perfect one would have been. Pure."""

from dataclasses import dataclass
from math import exp, floor, lgamma, log

import numpy as np

from planning.forecast_history import Floats


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Over several days. All are shares of the calls: 0.05 is 5 %.

    `interval` and `day` are weighted absolute percentage errors (WAPE): the sum of all misses over
    the sum of all calls, per interval and per day. The floors are what chance alone would leave of
    them if the rate were known, as calls are Poisson. `low` is how far the totals were under the
    forecast in all (bias): positive if more calls came.
    """

    days: int
    calls: float
    interval: float
    interval_floor: float
    day: float
    day_floor: float
    bias: float


def accuracy(forecast: Floats, actual: Floats) -> Accuracy | None:
    """Of days by columns; what is not-a-number in `actual` was not seen, and does not count.

    None where not one call came.
    """
    seen = ~np.isnan(actual)
    told, came = np.where(seen, forecast, 0.0), np.where(seen, actual, 0.0)
    calls = float(came.sum())
    if calls <= 0:
        return None
    return Accuracy(
        days=int(seen.any(axis=1).sum()),
        calls=calls,
        interval=wape(told, came),
        interval_floor=poisson_floor(told),
        day=wape(told.sum(axis=1), came.sum(axis=1)),
        day_floor=poisson_floor(told.sum(axis=1)),
        bias=float((came - told).sum()) / calls,
    )


def wape(forecast: Floats, actual: Floats) -> float:
    """The sum of the misses over the sum of the calls; infinite where none came."""
    calls = float(actual.sum())
    return float(np.abs(forecast - actual).sum()) / calls if calls else float("inf")


def poisson_floor(rates: Floats) -> float:
    """The WAPE in the mean of a forecast that knows the rates of Poisson counts; 0 without calls."""
    calls = float(rates.sum())
    return sum(_deviation(rate) for rate in rates.ravel().tolist()) / calls if calls else 0.0


def _deviation(rate: float) -> float:
    """The mean of |X - rate| for X Poisson of this rate (de Moivre)."""
    if rate <= 0:
        return 0.0
    whole = floor(rate)
    return 2 * exp((whole + 1) * log(rate) - rate - lgamma(whole + 1))
