"""How many of something come in a week: what a promise of so many false alarms a week rests on."""

from msgspec import Struct

from alerts.rules import WEEK_MS
from ingest.events import Millis

GUESS = 60.0
"""So many are taken to come in the hour before the first was seen."""
_HOUR_MS = 3_600_000


class Pace(Struct):
    """The rate of all that was seen, what is a week old counting half."""

    count: float = GUESS
    seen_ms: float = float(_HOUR_MS)
    at: Millis = 0

    def take(self, now: Millis, count: float = 1.0) -> None:
        """So many more have come by now."""
        passed = max(0, now - self.at) if self.at else 0
        self.at = max(self.at, now)
        kept = 0.5 ** (passed / WEEK_MS)
        self.count = self.count * kept + count
        self.seen_ms = self.seen_ms * kept + passed

    def expected(self, period_ms: Millis) -> float:
        """How many come in such a period, at least one."""
        return max(1.0, self.count / self.seen_ms * period_ms)
