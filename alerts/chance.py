"""How many at once chance explains."""

from math import exp, lgamma, log, sqrt

MOST = 10_000


def poisson(count: int, mean: float) -> float:
    """The probability of exactly so many where `mean` are expected."""
    if mean <= 0:
        return 1.0 if count == 0 else 0.0
    return exp(count * log(mean) - mean - lgamma(count + 1))


def spread(count: int, mean: float, shape: float) -> float:
    """The same where the mean itself is known only roughly: as a Gamma variable of this shape.

    The larger the shape, the surer the mean; see the negative binomial distribution.
    """
    if mean <= 0:
        return 1.0 if count == 0 else 0.0
    odds = mean / (mean + shape)
    rest = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    return exp(rest + shape * log(1 - odds) + count * log(odds))


def crowd(
    per_period: float, mean: float, alarms: float, shape: float | None = None, start: int = 2
) -> int:
    """The least number within a window that comes at most `alarms` times in the period by chance,
    as does every larger one; never less than `start`.

    `per_period` come in the whole period and `mean` in a window, which slides: it fills up to k when
    one more comes while k - 1 are inside. What refills it soon after belongs to the same alarm.
    """

    def rate(count: int) -> float:
        one_short = poisson(count - 1, mean) if shape is None else spread(count - 1, mean, shape)
        return per_period * one_short * max(0.0, 1 - mean / count) / (1 + mean / 2)

    # Just above the mean next to nothing counts as filling up, and the formula says nothing there.
    # Its peak is about a deviation higher; from there on it only falls.
    variance = mean if shape is None else mean + mean * mean / shape
    high = min(max(2, start, int(mean + sqrt(variance)) + 1), MOST)
    while high < MOST and rate(high + 1) > rate(high):
        high += 1
    low, step = high, 1
    while high < MOST and rate(high) > alarms:
        low, high, step = high, min(high + step, MOST), 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rate(middle) > alarms else (low, middle)
    return high
