"""How fast a channel may be used, and how long it is left alone after a failure."""

import random

from ingest.events import Millis

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
"""An alert is urgent: a service that works again is to have it within a minute or so."""

_MINUTE_MS = 60_000


class Bucket:
    """Lets no more than `per_minute` messages through in any minute; 0 lets all of them through.

    A quarter of them may go at once, the others evenly, so that a burst does not shut the road for
    the rest of a minute.
    """

    def __init__(self, per_minute: int, now: Millis) -> None:
        self._per_minute = per_minute
        self._most = max(1, per_minute // 4)
        self._refill = max(1, per_minute - self._most)
        self._tokens = float(self._most)
        self._at = now

    def left(self, now: Millis) -> int | None:
        """How many may go now, None for any number."""
        if not self._per_minute:
            return None
        # A clock that was set back gives no tokens, and takes none.
        passed = max(0, now - self._at)
        self._at = now
        self._tokens = min(self._most, self._tokens + passed * self._refill / _MINUTE_MS)
        return int(self._tokens + 1e-9)

    def take(self) -> None:
        """One goes: one that `left` has counted."""
        if self._per_minute:
            self._tokens -= 1


def wait_ms(failures: int, draw: random.Random, at_least_s: float | None = None) -> Millis:
    """How long to wait after so many failures in a row (1 or more).

    Twice as long each time, by a quarter more or less so that many who fail together do not come
    again together; never less than the provider asked for.
    """
    wait_s: float = min(FIRST_WAIT_S * 2 ** min(failures - 1, 20), LONGEST_WAIT_S)
    wait_s *= draw.uniform(0.75, 1.25)
    return round(max(wait_s, at_least_s or 0.0) * 1_000)
