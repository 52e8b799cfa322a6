"""A floor's figures by hour of the day, of a record: what a fit is held against. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ingest.events import Millis
from simulators.fit_days import STEPS, Days
from simulators.fit_record import Record, Seen

HOUR_MS = 3_600_000
HOURS = 24


@dataclass(slots=True)
class Hour:
    """What came of the visits that began in this hour, over `days` days.

    `arrivals` are the calls that reached the system; `a_day` is how many in a day, where that is not
    simply their number divided by the days. The waits are of the visits that were answered
    or abandoned; other ways out of a queue are left aside.
    """

    days: int = 0
    arrivals: int = 0
    answered: int = 0
    abandoned: int = 0
    waited: int = 0
    in_target: int = 0
    answered_ms: Millis = 0
    abandoned_ms: Millis = 0
    a_day: float | None = None

    @property
    def visits(self) -> int:
        """Visits answered or abandoned."""
        return self.answered + self.abandoned

    @property
    def per_day(self) -> float:
        """Calls in this hour of a day, on the average."""
        if self.a_day is not None:
            return self.a_day
        return self.arrivals / self.days if self.days else 0.0

    @property
    def asa_s(self) -> float:
        """The mean wait of those who were answered."""
        return self.answered_ms / 1_000 / self.answered if self.answered else 0.0

    @property
    def wait_s(self) -> float:
        """The mean wait of all."""
        return (self.answered_ms + self.abandoned_ms) / 1_000 / self.visits if self.visits else 0.0

    @property
    def abandons(self) -> float:
        """The share that gave up."""
        return self.abandoned / self.visits if self.visits else 0.0

    @property
    def waits(self) -> float:
        """The share that was not answered at once."""
        return self.waited / self.visits if self.visits else 0.0

    @property
    def level(self) -> float:
        """The share answered within the target."""
        return self.in_target / self.visits if self.visits else 0.0

    def take(self, seen: Seen, target_ms: Millis) -> None:
        """Count a visit whose wait is over."""
        wait_ms = seen.wait_ms or 0
        if seen.left == "abandoned":
            self.abandoned += 1
            self.abandoned_ms += wait_ms
        elif not seen.left:
            self.answered += 1
            self.answered_ms += wait_ms
            self.in_target += wait_ms <= target_ms
        else:
            return
        self.waited += wait_ms > 0


def together(hours: Iterable[Hour]) -> Hour:
    """All of these hours of the day as one; of some, not all days may be known."""
    found = Hour(a_day=0.0)
    for hour in hours:
        found.days = max(found.days, hour.days)
        found.a_day = (found.a_day or 0.0) + hour.per_day
        found.arrivals += hour.arrivals
        found.answered += hour.answered
        found.abandoned += hour.abandoned
        found.waited += hour.waited
        found.in_target += hour.in_target
        found.answered_ms += hour.answered_ms
        found.abandoned_ms += hour.abandoned_ms
    return found


def hours(
    record: Record,
    days: Days,
    weekdays: Collection[int] = range(7),
    target_ms: Millis = 20_000,
) -> list[Hour]:
    """The hours of the day, 0 to 23, over those of the days that are such days of the week."""
    chosen = {day for day in range(days.count) if days.weekday(day) in weekdays}
    found = [Hour(days=_known(days, n, weekdays)) for n in range(HOURS)]
    arrivals = record.offered.values() or [at for _, at in record.entered.values()]
    for at in arrivals:
        day, local = days.place(at)
        if day in chosen:
            found[local // HOUR_MS].arrivals += 1
    for seen in record.waits():
        day, local = days.place(seen.queued_at)
        if day in chosen:
            found[local // HOUR_MS].take(seen, target_ms)
    return found


def _known(days: Days, hour: int, weekdays: Collection[int]) -> int:
    """On how many such days of the week something of this hour is known."""
    steps = range(hour * STEPS // HOURS, (hour + 1) * STEPS // HOURS)
    return max(days.known(step, weekdays) for step in steps)
