"""What is usual: the profile of a business day, learnt from the days before it.

    same weekday, last four  --+
                               +--> mean per slot --> smoothed within opening hours --> today's shape
    other days like them ------+    (five minutes)    (nobody ever called: shut)

It is only made from the past, once a day, and needs no day in full: slots that were not seen, or
not wholly, are left out. Until a weekday was seen once, the other days stand in for it.
"""

from datetime import datetime
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from msgspec import Struct

from ingest.events import Millis
from stream.intervals import Calendar

SLOT_MS = 300_000
SLOTS = 288
KEPT_DAYS = 56
LEARNT_DAYS = 5
"""After so many days a base is no longer called new."""
UNSEEN = -1

_SAME_WEEKDAYS = 4
_OTHER_DAYS = 5
_OTHER_WEIGHT = 0.5
_ALIKE = 0.2
"""Days whose calls lie apart by less than this share are days of one sort."""
_BLOCK = 24
_SHUT_SLOTS = 6
_SHUT_CALLS = 8.0
"""Where so many calls were due in all, and none came, the house is shut."""
_LEAST_HALF, _MOST_HALF = 2, 12
_SMOOTH_CALLS = 25.0
_PART_OF_DAY = 12
_HOLIDAY = 0.3
_NEXT_TO_NONE = 0.01
_WEEK_DAYS = 7
_DAY_MS = 86_400_000
_WEEK_MS = _WEEK_DAYS * _DAY_MS + _DAY_MS // 24


class Day(Struct):
    """One business day: calls per slot of the wall clock, `UNSEEN` where it was not wholly seen."""

    start_at: Millis
    weekday: int
    counts: list[int]

    @property
    def seen(self) -> int:
        """How many slots were seen."""
        return sum(1 for count in self.counts if count >= 0)

    @property
    def calls(self) -> int:
        """How many calls were counted."""
        return sum(count for count in self.counts if count > 0)


class Shape(Struct):
    """A day as it is usual: calls per slot, 0 where the house is shut; `UNSEEN` where nobody knows.

    `proven` are the slots in which this very weekday was open whenever it was seen. `typical` is how
    many calls a slot has in the mean of all opening hours of the last days.
    """

    calls: list[float]
    proven: list[bool]
    typical: float
    same_weekdays: int


class Base(Struct):
    """The days that were seen, and the shape of today that follows from them."""

    zone: str = "UTC"
    day_start_min: int = 0
    days: list[Day] = []
    today: Day | None = None
    shape: Shape | None = None
    known_days: int = 0
    """How many past days it is made of, those that were hardly seen left out."""
    weekly: float = 0.0
    """Calls a week, after the last days; 0 if none is known."""
    told: bool = False
    """Whether anything was told of the past."""
    stale: bool = False
    """Whether something was told of past days since the shape was made."""
    slot_now: int = 0
    slot_from: Millis = 0
    """Since when the running slot is being seen; 0 if it will not count."""

    def count(self, calls: int) -> None:
        """These calls came now; `move` has been told of the time."""
        if self.today is not None and self.slot_from:
            self.today.counts[self.slot_now] += calls

    def move(self, at: Millis, *, seen: bool) -> bool:
        """Time has come to `at`, the beginning of a slot or a first moment; True on a new day.

        `seen` False says that what comes until the next call of this is not seen, or not all of it.
        """
        new = self.today is None or at >= self._calendar.next_day(self.today.start_at)
        if new:
            self._turn(at)
        elif self.stale and self.today is not None:
            self._learn(self.today.weekday, at)
        self.stale = False
        assert self.today is not None
        self.slot_now = self.slot(at)
        self.slot_from = at if seen and at % SLOT_MS == 0 else 0
        if self.slot_from:
            counts, slot = self.today.counts, self.slot_now
            counts[slot] = max(counts[slot], 0)
        return new

    def spoil(self) -> None:
        """The running slot was not wholly seen: it will not count."""
        if self.today is not None and self.slot_from:
            self.today.counts[self.slot_now] = UNSEEN
        self.slot_from = 0

    def recall(self, at: Millis, calls: int) -> None:
        """Calls of the past, told only now. Days that lie further back than is kept say nothing."""
        start_at = self._calendar.day(at)
        day = self._day(start_at)
        if day is not None:
            self.told = True
            self.stale = self.stale or day is not self.today
            slot = self.slot(at)
            # What is told of the past is told in order: all up to here is known by now.
            first = next((n for n, count in enumerate(day.counts) if count >= 0), slot)
            for known in range(min(first, slot), slot + 1):
                day.counts[known] = max(day.counts[known], 0)
            day.counts[slot] += calls

    @property
    def learning(self) -> bool:
        """Whether too few days are known yet."""
        return self.known_days < LEARNT_DAYS or not (self.shape and self.shape.same_weekdays)

    def slot(self, at: Millis) -> int:
        """Which slot of the wall clock an instant lies in."""
        return slot_of(self.zone, self.day_start_min, at)

    @property
    def _calendar(self) -> Calendar:
        return _calendar(self.zone, self.day_start_min)

    def _turn(self, at: Millis) -> None:
        """A business day begins."""
        if self.today is not None and self.today.seen:
            self.days.append(self.today)
            self.days.sort(key=lambda day: day.start_at)
            del self.days[:-KEPT_DAYS]
        start_at = self._calendar.day(at)
        known = next((day for day in self.days if day.start_at == start_at), None)
        if known is not None:
            self.days.remove(known)
        self.today = known or self._new(start_at)
        self._learn(self.today.weekday, at)

    def _learn(self, weekday: int, at: Millis) -> None:
        self.shape = shape(self.days, weekday)
        known = [day for day in self.days if day.seen >= _PART_OF_DAY]
        self.known_days = len(known)
        self.weekly = _weekly(known, at)

    def _day(self, start_at: Millis) -> Day | None:
        if self.today is not None and self.today.start_at == start_at:
            return self.today
        for day in self.days:
            if day.start_at == start_at:
                return day
        if self.today is None or start_at > self.today.start_at:
            return None
        day = self._new(start_at)
        self.days.append(day)
        self.days.sort(key=lambda day: day.start_at)
        del self.days[:-KEPT_DAYS]
        return day if day in self.days else None

    def _new(self, start_at: Millis) -> Day:
        noon = datetime.fromtimestamp(start_at / 1_000 + 43_200, ZoneInfo(self.zone))
        return Day(start_at, noon.weekday(), [UNSEEN] * SLOTS)


def shape(days: list[Day], weekday: int) -> Shape | None:
    """The usual day of this weekday, after these past days; None if there are none."""
    days = [day for day in days if day.seen >= _PART_OF_DAY]
    same = _ordinary([day for day in days if day.weekday == weekday][-_SAME_WEEKDAYS:])
    others = [day for day in days if day.weekday != weekday]
    alike = [day for day in others if not same or _alike(day, same[-1])][-_OTHER_DAYS:]
    if not same and not alike:
        return None
    weighed = [(day, 1.0) for day in same] + [(day, _OTHER_WEIGHT) for day in alike]
    calls, weights = [0.0] * SLOTS, [0.0] * SLOTS
    for day, weight in weighed:
        for slot, count in enumerate(day.counts):
            if count >= 0:
                calls[slot] += weight * count
                weights[slot] += weight
    usual = [UNSEEN if not weights[slot] else calls[slot] for slot in range(SLOTS)]
    for since, until in _shut(calls, weights):
        usual[since:until] = [0.0] * (until - since)
        weights[since:until] = [0.0] * (until - since)
    smoothed = _smoothed(usual, weights)
    typical = max(_typical(day) for day in days[-_WEEK_DAYS:])
    shut = _NEXT_TO_NONE * typical
    smoothed = [0.0 if 0 <= rate < shut else rate for rate in smoothed]
    return Shape(smoothed, _proven(same, smoothed), typical, len(same))


def _weekly(known: list[Day], at: Millis) -> float:
    """Calls in the week before; while less than that is known, as if it went on like that."""
    if not known:
        return 0.0
    week = [day.calls for day in known if day.start_at >= at - _WEEK_MS]
    if known[0].start_at <= at - _WEEK_MS + _DAY_MS and week:
        return float(sum(week))
    return sum(day.calls for day in known) / len(known) * _WEEK_DAYS


def _ordinary(days: list[Day]) -> list[Day]:
    """Without a holiday among them."""
    if len(days) < 3:
        return days
    usual = sorted(day.calls for day in days)[len(days) // 2]
    return [day for day in days if day.calls >= _HOLIDAY * usual]


def _typical(day: Day) -> float:
    """Calls per slot in the mean of its busier half."""
    busy = sorted((count for count in day.counts if count > 0), reverse=True)
    half = busy[: (len(busy) + 1) // 2]
    return sum(half) / len(half) if half else 0.0


def _alike(one: Day, other: Day) -> bool:
    """Whether two days brought about the same calls at the same times."""
    apart = together = 0.0
    for since in range(0, SLOTS, _BLOCK):
        both = [
            (a, b)
            for a, b in zip(
                one.counts[since : since + _BLOCK],
                other.counts[since : since + _BLOCK],
                strict=True,
            )
            if a >= 0 and b >= 0
        ]
        mine, theirs = sum(a for a, _ in both), sum(b for _, b in both)
        apart += abs(mine - theirs)
        together += mine + theirs
    return together > 0 and apart < _ALIKE * together


def _shut(calls: list[float], weights: list[float]) -> list[tuple[int, int]]:
    """Spans of slots in which nobody ever called, though around them many did."""
    spans = []
    slot = 0
    while slot < SLOTS:
        since = slot
        while slot < SLOTS and calls[slot] == 0 and weights[slot]:
            slot += 1
        if slot > since:
            around = max(
                sum(calls[max(0, since - _SHUT_SLOTS) : since]),
                sum(calls[slot : slot + _SHUT_SLOTS]),
            )
            long_enough = slot - since >= _SHUT_SLOTS or since == 0 or slot == SLOTS
            if long_enough and around / _SHUT_SLOTS * (slot - since) >= _SHUT_CALLS:
                spans.append((since, slot))
        slot += 1
    return spans


def _smoothed(calls: list[float], weights: list[float]) -> list[float]:
    """The mean around each slot, over more slots where calls are few, never across a closed door."""
    sums = list(accumulate((max(count, 0.0) for count in calls), initial=0.0))
    seen = list(accumulate(weights, initial=0.0))
    ends = _segments(weights)
    smoothed = [0.0 if count == 0 else float(UNSEEN) for count in calls]
    for slot in range(SLOTS):
        if not weights[slot]:
            continue
        first, last = ends[slot]
        for half in range(_LEAST_HALF, _MOST_HALF + 1):
            since, until = max(first, slot - half), min(last, slot + half + 1)
            total = sums[until] - sums[since]
            if total >= _SMOOTH_CALLS:
                break
        smoothed[slot] = (total + 0.25) / (seen[until] - seen[since])
    return smoothed


def _segments(weights: list[float]) -> list[tuple[int, int]]:
    """For each slot, the span of known and open slots that it lies in."""
    ends = [(0, 0)] * SLOTS
    slot = 0
    while slot < SLOTS:
        since = slot
        while slot < SLOTS and weights[slot]:
            slot += 1
        for inside in range(since, slot):
            ends[inside] = (since, slot)
        slot += 1
    return ends


def _proven(same: list[Day], smoothed: list[float]) -> list[bool]:
    """Where this weekday was open on every one of the days seen, and no nearby hour says otherwise."""
    proven = [rate > 0 and bool(same) for rate in smoothed]
    for day in same:
        known = [max(count, 0) for count in day.counts]
        sums = list(accumulate(known, initial=0))
        for slot in range(SLOTS):
            if not proven[slot]:
                continue
            half = _MOST_HALF // 2
            since, until = max(0, slot - half), min(SLOTS, slot + half + 1)
            due = sum(smoothed[since:until])
            if day.counts[slot] < 0 or sums[until] - sums[since] < 0.25 * due:
                proven[slot] = False
    return proven


@cache
def _calendar(zone: str, day_start_min: int) -> Calendar:
    return Calendar(zone, day_start_min)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def slot_of(zone: str, day_start_min: int, at: Millis) -> int:
    """The slot of the wall clock: on a night that repeats an hour it comes twice."""
    local = datetime.fromtimestamp(at // 1_000, _zone(zone))
    minute = (local.hour * 60 + local.minute - day_start_min) % (SLOTS * 5)
    return minute // 5
