"""How many calls come when: a profile for each queue, and how real days stray from it. Pure.

The day's and the steps' own variation are what the counts vary by beyond chance (the method of
moments): calls that come by chance at a known rate vary by exactly their mean.
"""

from collections.abc import Sequence
from itertools import pairwise

from simulators.fit_days import STEP_MIN, STEPS, Days
from simulators.plans import Profile, Wander

_PER_CELL = 10.0
"""Calls seen in a half hour of the week, on the average, for a queue to have a week of its own."""
_PER_QUEUE = 200
"""Calls seen for a queue to have a day of its own; a rarer one has the site's."""
_DAYS_FOR_CORRELATION = 10
_TURNS = 20
_FAR_STEPS = 8
"""Steps of one day that lie this far apart have only the day in common."""

Counts = list[list[int]]
"""Calls by day and step."""


def expected(counts: Counts, days: Days) -> tuple[list[list[float]], bool]:
    """How many calls come on each day of the week (Monday first) in each step; whether the week has
    been seen often enough for its days to have shapes of their own."""
    total, of_weekday = sum(map(sum, counts)), days.of_weekday
    by_weekday = [[0] * STEPS for _ in range(7)]
    for day, row in enumerate(counts):
        sums = by_weekday[days.weekday(day)]
        for step, calls in enumerate(row):
            sums[step] += calls
    used = sum(calls > 0 for sums in by_weekday for calls in sums)
    known = [[days.known(step, (weekday,)) for step in range(STEPS)] for weekday in range(7)]
    if min(of_weekday) >= 2 and total >= used * _PER_CELL:
        return [
            [calls / n if n else 0.0 for calls, n in zip(sums, row, strict=True)]
            for sums, row in zip(by_weekday, known, strict=True)
        ], True
    return _shape_and_factors(by_weekday, known), False


def _shape_and_factors(by_weekday: Counts, known: Counts) -> list[list[float]]:
    """One shape of the day times a factor of the day of the week: the most likely ones.

    Each follows from the other, where parts of days are missing too; a few turns are enough. A day
    of the week that was never seen is like the mean of the others.
    """
    factors, shape = [1.0] * 7, [0.0] * STEPS
    for _ in range(_TURNS):
        for step in range(STEPS):
            at_risk = sum(f * row[step] for f, row in zip(factors, known, strict=True))
            shape[step] = sum(sums[step] for sums in by_weekday) / at_risk if at_risk else 0.0
        wanted = [sum(s * n for s, n in zip(shape, row, strict=True)) for row in known]
        seen = [sum(sums) / n for sums, n in zip(by_weekday, wanted, strict=True) if n]
        usual = sum(seen) / len(seen) if seen else 1.0
        factors = [
            sum(sums) / n if n else usual for sums, n in zip(by_weekday, wanted, strict=True)
        ]
    return [[factor * rate for rate in shape] for factor in factors]


def profile(counts: Counts, days: Days) -> tuple[float, Profile]:
    """The calls per hour of the busiest step, and the profile that counts from it."""
    rows, whole_week = expected(counts, days)
    busiest = max(map(max, rows))
    if not busiest:
        return 0.0, Profile(step_min=STEP_MIN, weights=(0.0,) * STEPS)
    per_hour = busiest * 60 / STEP_MIN
    if whole_week:
        weights = tuple(round(calls / busiest, 4) for row in rows for calls in row)
        return per_hour, Profile(step_min=STEP_MIN, weights=weights)
    row = max(rows, key=sum)
    return per_hour, Profile(
        step_min=STEP_MIN,
        weights=tuple(round(calls / busiest, 4) for calls in row),
        weekdays=tuple(round(sum(other) / sum(row), 4) for other in rows),
    )


def own_profile(counts: Counts) -> bool:
    """Whether a queue was seen often enough for a profile of its own."""
    return sum(map(sum, counts)) >= _PER_QUEUE


def scale(counts: Counts, days: Days, site: Profile) -> float:
    """The calls per hour at weight 1 of a queue that follows the site's profile."""
    weights = 0.0
    for day in range(days.count):
        monday = days.weekday(day) * STEPS
        for step in range(STEPS):
            at = (monday + step) % len(site.weights)
            if days.covers(day, step):
                weights += site.weights[at] * site.weekdays[days.weekday(day)]
    return sum(map(sum, counts)) * 60 / STEP_MIN / weights if weights else 0.0


def wander(counts: Counts, days: Days) -> Wander:
    """How far days and their steps stray from what is expected of them.

    Of one week or less nothing can be learnt: what is expected was learnt from these very days.
    """
    rows, whole_week = expected(counts, days)
    seen = min(n for n in days.of_weekday if n) if whole_week else days.count / 7
    if seen <= 1:
        return Wander()
    # The expectation was taken from these days, so they lie nearer to it than other days would.
    freed = seen / (seen - 1)
    means = [
        [
            mean if days.covers(day, step) else 0.0
            for step, mean in enumerate(rows[days.weekday(day)])
        ]
        for day in range(days.count)
    ]
    off = [
        [calls - mean for calls, mean in zip(row, mean_row, strict=True)]
        for row, mean_row in zip(counts, means, strict=True)
    ]
    together = [_covariance(off, means, lag) * freed for lag in range(STEPS)]
    chance = sum(map(sum, means)) / (sum(mean * mean for row in means for mean in row) or 1.0)
    far = [(_weight(means, lag), together[lag]) for lag in range(_FAR_STEPS, STEPS)]
    all_far = sum(weight for weight, _ in far)
    day = max(0.0, sum(weight * found for weight, found in far) / all_far) if all_far else 0.0
    step = max(0.0, together[0] - chance - day)
    next_step = (together[1] - day) / step if step else 0.0
    return Wander(
        day_variation=round(day**0.5, 4),
        day_correlation=round(_day_correlation(off, means, day), 4),
        step_variation=round(step**0.5, 4),
        step_correlation=round(min(max(next_step, 0.0), 0.95), 4),
    )


def _weight(means: Sequence[Sequence[float]], lag: int) -> float:
    return sum(a * b for row in means for a, b in zip(row, row[lag:], strict=False))


def _covariance(
    off: Sequence[Sequence[float]], means: Sequence[Sequence[float]], lag: int
) -> float:
    """How steps this far apart stray together, relative to their means."""
    weight = _weight(means, lag)
    found = sum(a * b for row in off for a, b in zip(row, row[lag:], strict=False))
    return found / weight if weight else 0.0


def _day_correlation(
    off: Sequence[Sequence[float]], means: Sequence[Sequence[float]], variance: float
) -> float:
    """How much of a day's straying goes on to the next day."""
    if len(off) < _DAYS_FOR_CORRELATION or not variance:
        return 0.0
    strayed = [
        sum(row) / sum(mean) if sum(mean) else 0.0 for row, mean in zip(off, means, strict=True)
    ]
    found = sum(a * b for a, b in pairwise(strayed)) / (len(strayed) - 1)
    # Of few days the correlation comes out too high: all that days stray by counts against it.
    every = sum(a * a for a in strayed) / len(strayed)
    return min(max(found / max(every, variance), 0.0), 0.9)
