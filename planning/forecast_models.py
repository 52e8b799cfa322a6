"""How many calls the next days bring, from the days before: two models and their mean.

    level    days' level (EWMA 0.3) x weekday factor x the weekday's profile of eight weeks
    factors  the days' three main shapes (SVD of sqrt(x + 1/4)), each score AR(1) about its weekday
    mean     of the two: what one misses of a change the other has

The second is Shen and Huang (M&SOM 10, 2008); both are measured beside others in docs/forecast.md.
All take complete tables (`forecast_history.filled`): days in order of time, columns, calls.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planning.forecast_history import LIKE, WEEK_DAYS, Floats, History

SMOOTHING = 0.3
SHAPES = 3
FEWEST_DAYS = 15
"""Days below which the shapes of days are chance."""
_ROOT = 0.25
"""sqrt(x + 1/4) of a Poisson number has the variance 1/4 whatever its mean."""


class Model(Protocol):
    """A way to forecast."""

    def __call__(self, past: History, weekdays: Sequence[int]) -> Floats:
        """Calls by column on the days to come, whose weekdays are given in order: a row for each."""


def level(past: History, weekdays: Sequence[int]) -> Floats:
    """The level of the last days, times what is usual on the weekday, spread as it usually is."""
    calls, known = past.calls, past.weekdays
    totals = calls.sum(axis=1)
    factors = _factors(totals, known)
    now = float(totals[-LIKE * WEEK_DAYS :].mean())
    for total, factor in zip(totals, factors[known], strict=True):
        if factor > 0:
            # A weekday with next to no calls says next to nothing of the others' level.
            now += SMOOTHING * min(factor, 1.0) * (total / factor - now)
    return np.array([now * factors[day] * _profile(calls, known, day) for day in weekdays])


def factors(past: History, weekdays: Sequence[int]) -> Floats:
    """From the main shapes of the days. Needs `FEWEST_DAYS`."""
    calls, known = past.calls, past.weekdays
    open_ = calls.any(axis=0)
    roots = np.sqrt(calls[:, open_] + _ROOT)
    # The right singular vectors, without the left ones, which are many more.
    shapes = np.linalg.eigh(roots.T @ roots)[1][:, -SHAPES:]
    scores = roots @ shapes
    usual = np.array(
        [scores[known == day].mean(axis=0) if (known == day).any() else scores.mean(axis=0)
         for day in range(WEEK_DAYS)]
    )  # fmt: skip
    apart = scores - usual[known]
    before = (apart[:-1] ** 2).sum(axis=0)
    carried = (apart[1:] * apart[:-1]).sum(axis=0) / np.where(before > 0, before, 1.0)
    carried = np.clip(carried, -1.0, 1.0)
    ahead = np.arange(1, len(weekdays) + 1)[:, None]
    coming = usual[list(weekdays)] + carried**ahead * apart[-1]
    told = np.zeros((len(weekdays), calls.shape[1]))
    told[:, open_] = np.maximum(np.maximum(coming @ shapes.T, 0.0) ** 2 - _ROOT, 0.0)
    return told


def mean(past: History, weekdays: Sequence[int]) -> Floats:
    """The mean of both; of few days `level` alone."""
    plain = level(past, weekdays)
    if len(past.days) < FEWEST_DAYS:
        return plain
    # No shape of days knows that a house is shut.
    both: Floats = np.where(plain > 0, (plain + factors(past, weekdays)) / 2, 0.0)
    return both


def _factors(totals: Floats, known: NDArray[np.intp]) -> Floats:
    """By weekday, of the last eight weeks; 1 for one that was not seen."""
    last = slice(-LIKE * WEEK_DAYS, None)
    usual = float(totals[last].mean())
    found = np.ones(WEEK_DAYS)
    for day in range(WEEK_DAYS):
        same = totals[last][known[last] == day]
        if len(same) and usual > 0:
            found[day] = same.mean() / usual
    return found


def _profile(calls: Floats, known: NDArray[np.intp], day: int) -> Floats:
    same = calls[known == day][-LIKE:]
    summed: Floats = (same if len(same) else calls[-LIKE:]).sum(axis=0)
    total = float(summed.sum())
    return summed / total if total > 0 else summed
