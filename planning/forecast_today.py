"""What the rest of a day brings, once some of it has been seen.

    rest = forecast x (actual / forecast so far) ^ trust

A morning 10 % over its forecast does not make an afternoon 10 % over. By how much it does is learnt
from past days, for each time of day: the slope of log(rest / forecast) on log(so far / forecast).
0 leaves the forecast alone, 1 believes the morning wholly.
"""

import numpy as np

from planning.forecast_history import Floats

_PRIOR_DAYS = 3
"""Past days that are taken to have said nothing, so that few real ones do not say too much."""
_LEAST_DAYS = 7
_FAR = 3.0
"""A morning beyond this factor is believed as if it were so far off and no further."""


def trust(forecast: Floats, actual: Floats) -> Floats:
    """From past days by columns: how far to trust what was seen before each column; 0 of few days.

    Both tables have the same form; not-a-number says that nothing is known. The result has an item
    for each column: before it the columns 0 to n - 1 have been seen.
    """
    told, came = _known(forecast, actual)
    total_told, total_came = told.sum(axis=1, keepdims=True), came.sum(axis=1, keepdims=True)
    # Column n: what was before it.
    so_far_told = np.cumsum(told, axis=1) - told
    so_far_came = np.cumsum(came, axis=1) - came
    rest_told, rest_came = total_told - so_far_told, total_came - so_far_came
    usable = np.minimum(np.minimum(so_far_told, so_far_came), np.minimum(rest_told, rest_came)) >= 1
    ones = np.ones_like(told)
    before = np.log(np.where(usable, so_far_came, ones) / np.where(usable, so_far_told, ones))
    after = np.log(np.where(usable, rest_came, ones) / np.where(usable, rest_told, ones))
    days = usable.sum(axis=0)
    spread = (before**2).sum(axis=0)
    slope = (before * after).sum(axis=0) / np.where(spread > 0, spread, 1.0)
    slope *= days / (days + _PRIOR_DAYS)
    return np.where(days >= _LEAST_DAYS, np.clip(slope, 0.0, 1.0), 0.0)


def renewed(forecast: Floats, actual: Floats, column: int, trusted: Floats) -> Floats:
    """The forecast of a day whose columns before `column` have been seen: the others anew.

    `actual` may hold not-a-number where nothing was seen.
    """
    told, came = _known(forecast[None, :column], actual[None, :column])
    so_far, seen = float(told.sum()), float(came.sum())
    ratio = min(max(seen / so_far, 1 / _FAR), _FAR) if so_far >= 1 else 1.0
    power = float(trusted[column]) if column < len(trusted) else 0.0
    result = forecast.copy()
    result[column:] *= ratio**power
    return result


def _known(forecast: Floats, actual: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(forecast) & ~np.isnan(actual)
    return np.where(known, forecast, 0.0), np.where(known, actual, 0.0)
