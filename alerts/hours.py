"""Hours of the week: when a site is open, when somebody is on duty, when it must be quiet."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from ingest.events import Millis

DAY_MIN = 1_440
EVERY_DAY = frozenset(range(7))


class Span(Struct, frozen=True):
    """From `start_min` to before `end_min` (minutes after local midnight) on these days (0 Monday).

    One that ends before it starts runs past midnight and belongs to the day on which it starts.
    """

    start_min: int
    end_min: int
    days: frozenset[int] = EVERY_DAY

    def holds(self, weekday: int, minute: int) -> bool:
        if self.start_min < self.end_min:
            return weekday in self.days and self.start_min <= minute < self.end_min
        late = weekday in self.days and minute >= self.start_min
        early = (weekday - 1) % 7 in self.days and minute < self.end_min
        return late or early


class Hours(Struct, frozen=True):
    """Some hours of every week, local to `zone`; no span at all is always."""

    spans: tuple[Span, ...] = ()
    zone: str = "UTC"

    def holds(self, at: Millis) -> bool:
        """Whether this instant lies in them."""
        if not self.spans:
            return True
        local = datetime.fromtimestamp(at / 1_000, ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        return any(span.holds(local.weekday(), minute) for span in self.spans)


ALWAYS = Hours()
