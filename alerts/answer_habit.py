"""What is usual at this half-hour of the week: how many calls come, how many of them are answered.

Learnt from the weeks seen so far. A weekday that was not seen yet is taken to be like the others.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from ingest.events import Millis

SLOT_MS = 30 * 60_000
SLOTS = 48
NEWEST = 0.4
"""How much the newest week counts against all before it."""


class Usual(Struct, array_like=True):
    """One half-hour of the week: what came, and what was answered."""

    arrivals: float
    answers: float


class AnswerHabit(Struct):
    """The half-hours of the week that were seen, and the one that runs."""

    slots: dict[int, Usual] = {}
    start_at: Millis = 0
    arrivals: int = 0
    answers: int = 0
    whole: bool = False

    def count(self, arrivals: int = 0, answers: int = 0) -> None:
        """Count into the half-hour that runs."""
        self.arrivals += arrivals
        self.answers += answers

    def spoil(self) -> None:
        """The half-hour that runs is not to be learnt from: it was not seen whole, or is not usual."""
        self.whole = False

    def turn(self, now: Millis, zone: ZoneInfo) -> None:
        """Begin the next half-hour when it is time to."""
        start_at = now - now % SLOT_MS
        if start_at == self.start_at:
            return
        if self.whole and start_at == self.start_at + SLOT_MS:
            slot = _slot(self.start_at, zone)
            old = self.slots.get(slot)
            seen = Usual(self.arrivals, self.answers)
            self.slots[slot] = seen if old is None else _mixed(old, seen)
        self.whole = start_at == self.start_at + SLOT_MS or now == start_at
        self.start_at, self.arrivals, self.answers = start_at, 0, 0

    def usual(self, now: Millis, zone: ZoneInfo) -> Usual | None:
        """What is usual at this time; None if it was seen on no day yet."""
        slot = _slot(now, zone)
        if slot in self.slots:
            return self.slots[slot]
        others = [self.slots[n] for n in range(slot % SLOTS, 7 * SLOTS, SLOTS) if n in self.slots]
        if not others:
            return None
        return Usual(
            sum(one.arrivals for one in others) / len(others),
            sum(one.answers for one in others) / len(others),
        )


def _slot(at: Millis, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at / 1_000, zone)
    return local.weekday() * SLOTS + (local.hour * 60 + local.minute) // 30


def _mixed(old: Usual, new: Usual) -> Usual:
    return Usual(
        old.arrivals + NEWEST * (new.arrivals - old.arrivals),
        old.answers + NEWEST * (new.answers - old.answers),
    )
