"""A forecast that somebody else has made: how many calls are planned for which interval."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from ingest.events import Millis

Row = tuple[Millis, Millis, float]
"""From, until, and how many calls."""

_WEEK_MS = 7 * 86_400_000


class Forecast:
    """Calls planned per queue and interval; the rate within an interval is taken to be even.

    The queue "" is the whole floor; where no row speaks of it, it is the sum of the queues. Raises
    `ValueError` for intervals that are empty, overlap, or hold fewer than no calls.
    """

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._rows = {queue: sorted(told) for queue, told in rows.items() if told}
        for queue, told in self._rows.items():
            _check(queue, told)
        self._starts = {queue: [row[0] for row in told] for queue, told in self._rows.items()}
        self._parts = tuple(queue for queue in self._rows if queue)

    def expected(self, queue: str, start_at: Millis, end_at: Millis) -> float | None:
        """How many calls are planned from `start_at` until before `end_at`; None where most of that
        time is in no interval of the forecast."""
        if queue in self._rows:
            return self._told(queue, start_at, end_at)
        if queue:
            return None
        told = [self._told(part, start_at, end_at) for part in self._parts]
        known = [calls for calls in told if calls is not None]
        return sum(known) if known else None

    def weekly(self, queue: str) -> float:
        """How many calls a week it plans in the mean; 0 for a queue that it does not name."""
        parts = (queue,) if queue in self._rows else () if queue else self._parts
        return sum(self._weekly(part) for part in parts)

    def _weekly(self, queue: str) -> float:
        rows = self._rows[queue]
        # A plan of a day or two is taken to go on like that.
        span_ms = max(rows[-1][1] - rows[0][0], 1)
        return sum(calls for _, _, calls in rows) * _WEEK_MS / span_ms

    def _told(self, queue: str, start_at: Millis, end_at: Millis) -> float | None:
        rows = self._rows[queue]
        index = max(0, bisect_right(self._starts[queue], start_at) - 1)
        calls, covered_ms = 0.0, 0
        while index < len(rows) and rows[index][0] < end_at:
            since, until, planned = rows[index]
            both_ms = min(until, end_at) - max(since, start_at)
            if both_ms > 0:
                covered_ms += both_ms
                calls += planned * both_ms / (until - since)
            index += 1
        span_ms = end_at - start_at
        if covered_ms == 0 or 2 * covered_ms < span_ms:
            return None
        return calls * span_ms / covered_ms


def _check(queue: str, rows: Sequence[Row]) -> None:
    last = None
    for start_at, end_at, calls in rows:
        if end_at <= start_at or not calls >= 0:
            raise ValueError(f"queue {queue!r}: {calls} calls from {start_at} until {end_at}")
        if last is not None and start_at < last:
            raise ValueError(f"queue {queue!r}: two intervals speak of {start_at}")
        last = end_at
