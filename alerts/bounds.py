"""How soon trouble can be told from chance at all: closed forms for the best possible detector.

    delay = (ln n0 + c) / I

n0 is how many calls pass for each false alarm allowed, I the evidence that a call brings in the
mean, c what the start and the overshoot make of it. It is the worst-case delay of a CUSUM that
knows the size of the trouble beforehand, which nothing can beat; derived in docs/detectors.md.
"""

from math import inf, log

WEEK_H = 168.0
_ROUNDS = 6


def information(ratio: float) -> float:
    """The evidence, in nats for each call expected, when arrivals run at `ratio` of what is."""
    return 1.0 if ratio == 0 else ratio * log(ratio) - ratio + 1


def cusum_threshold(calls: float, ratio: float) -> float:
    """Where the CUSUM that knows `ratio` (above 0, not 1) alarms falsely once in so many calls."""
    found, lost = information(ratio), abs(ratio - 1 - log(ratio))
    up = ratio > 1
    grown = lost**2 / found if up else found
    spread = (log(ratio) / lost) ** 2 / 2
    level = log(calls * grown)
    for _ in range(_ROUNDS):
        idle = (level + 2) / lost - spread if up else level / lost + spread
        level = log(max(1.0, calls + idle) * grown)
    return level


def calls_to_tell(calls: float, ratio: float) -> float:
    """How many expected calls pass, at worst, before a run at `ratio` of them (0 or more, not 1) is
    seen by whoever may be wrong once in `calls` calls; at least until a call of that run comes."""
    if ratio == 0:
        return silence_calls(calls)
    found = information(ratio)
    spread = ratio * log(ratio) ** 2 / (2 * found)
    start = spread - 2 if ratio > 1 else -spread
    return max(1 / max(ratio, 1.0), (cusum_threshold(calls, ratio) + start) / found)


def delay_s(
    calls_per_hour: float,
    ratio: float,
    alarms_per_week: float = 1.0,
    band: float = 0.0,
    hours_per_week: float = WEEK_H,
) -> float:
    """Seconds, at worst, until arrivals at `ratio` of the expected rate are told from chance.

    With a dead band (0.2: rates up to 1.2 of the expected one, down to 1/1.2 of it, are no news)
    a change within it is never told: infinite.
    """
    edge = 1 + band if ratio > 1 else 1 / (1 + band)
    beyond = ratio / edge
    if calls_per_hour <= 0 or (beyond <= 1) == (ratio > 1):
        return inf
    rate = calls_per_hour * edge
    return calls_to_tell(rate * hours_per_week / alarms_per_week, beyond) * 3_600 / rate


def silence_calls(calls: float, alarms: float = 1.0) -> float:
    """So many calls expected in a row and none come: `alarms` times in `calls` calls by chance."""
    return max(1.0, log(calls / alarms))


def silence_s(
    calls_per_hour: float, alarms_per_week: float = 1.0, hours_per_week: float = WEEK_H
) -> float:
    """Seconds without a call that chance explains no more."""
    if calls_per_hour <= 0:
        return inf
    return silence_calls(calls_per_hour * hours_per_week, alarms_per_week) * 3_600 / calls_per_hour


def calls_to_tell_share(calls: float, normal: float, share: float) -> float:
    """How many calls pass, at worst, before hits at `share` of them instead of `normal` are seen by
    whoever may be wrong once in `calls` calls. Good to 4 %; `share` is above `normal`."""
    if share >= 1:
        return max(1.0, log(calls) / log(1 / normal))
    hit, miss = log(share / normal), log((1 - share) / (1 - normal))
    found = share * hit + (1 - share) * miss
    lost = -(normal * hit + (1 - normal) * miss)
    spread = (share * hit**2 + (1 - share) * miss**2) / (2 * found)
    return max(1.0, (log(calls) + 2 * log(lost) - log(found) + spread - 2) / found)
