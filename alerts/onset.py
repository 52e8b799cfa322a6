"""When it began and how much it is, told once an alarm has fired: a look back over what was counted.

    old  |-----------|------|---|--|-|||||  now

Buckets grow with their age, so that hours are kept in some hundred of them.
"""

from math import log

from msgspec import Struct

from ingest.events import Millis

KEPT_MS = 3 * 3_600_000
_FINEST_MS = 1_000
_FULL = 120
_LEFT = 90
_HIGHEST, _LOWEST = 20.0, 0.05


class Bucket(Struct, array_like=True):
    """What was counted after `since` until `until`."""

    since: Millis
    until: Millis
    calls: int
    expected: float


class Onset(Struct, frozen=True):
    """The span, ending now, whose calls speak most clearly against what was expected."""

    since: Millis
    over_ms: Millis
    calls: int
    expected: float
    ratio: float


class Recent(Struct):
    """What was counted and expected in the last hours."""

    buckets: list[Bucket] = []

    def add(self, at: Millis, calls: int, expected: float) -> None:
        """What came, and was expected, from the last `add` until `at`, which never goes back."""
        buckets = self.buckets
        if buckets and at - buckets[-1].since <= _FINEST_MS:
            last = buckets[-1]
            last.until, last.calls, last.expected = at, last.calls + calls, last.expected + expected
            return
        buckets.append(Bucket(buckets[-1].until if buckets else at, at, calls, expected))
        if len(buckets) > _FULL:
            self._coarsen(at)

    def reset(self) -> None:
        """Forget all: what comes next does not follow on what was counted."""
        self.buckets.clear()

    def onset(self, ratio: float) -> Onset | None:
        """Since when arrivals run at `ratio` of what was expected, or further from it; None if there
        is no such span. A ratio above 1 asks for more calls, below 1 for fewer."""
        calls, expected = 0, 0.0
        best, found = 0.0, None
        until = self.buckets[-1].until if self.buckets else 0
        for bucket in reversed(self.buckets):
            calls += bucket.calls
            expected += bucket.expected
            seen = calls / expected if expected > 0 else _HIGHEST
            likely = _clipped(seen, ratio)
            score = calls * log(likely) - (likely - 1) * expected
            if score > best:
                best = score
                found = Onset(bucket.since, until - bucket.since, calls, expected, seen)
        return found

    def _coarsen(self, now: Millis) -> None:
        """Join neighbours until few enough are left, the old ones first."""
        buckets = [one for one in self.buckets if one.until > now - KEPT_MS]
        share = 1 / 16
        while len(buckets) > _LEFT:
            joined = buckets[:1]
            for one in buckets[1:]:
                last = joined[-1]
                if one.until - last.since <= share * (now - one.until):
                    calls, expected = last.calls + one.calls, last.expected + one.expected
                    joined[-1] = Bucket(last.since, one.until, calls, expected)
                else:
                    joined.append(one)
            buckets, share = joined, share * 1.5
        self.buckets = buckets


def _clipped(seen: float, ratio: float) -> float:
    if ratio > 1:
        return min(max(seen, ratio), max(ratio, _HIGHEST))
    return max(min(seen, ratio), min(ratio, _LOWEST))
