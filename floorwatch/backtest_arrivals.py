"""Arrivals alone: counts per interval as if each call had been seen, and surges put into them.

counts  -> calls spread evenly at random within their interval -> engine
a moment of a day, x times the calls for half an hour -> seen or not, and how late
"""

import random
import statistics
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.arrivals import ArrivalsWatch
from alerts.bounds import calls_to_tell
from alerts.breach import CLEAR, Board, Sight
from alerts.rules import CollapseRule, SilenceRule, SurgeRule
from alerts.words import Kind
from floorwatch.backtest import AFTER_MS, Found, Guard, Log
from ingest.counts_csv_lines import Count
from ingest.events import Blocked, Event, Millis, Queued
from stream.floor import Floor
from stream.intervals import Calendar

STEP_MS = 15_000
INJECTED_MS = 30 * 60_000
"""How long an injected surge lasts."""
A_DAY = 2
"""Surges put into each day."""
WARM_UP_DAYS = 5
"""Days to learn from first, where there are more."""
_NEAR_MS = 150_000
_NIGHT_STEP_MS = 60_000
_HOUR_MS = 3_600_000
_DAY_MS = 86_400_000
_SEED = 20_260_801
_BLIND = Sight(frozenset(("counts",)), frozenset(("",)))

Arrival = tuple[Millis, str]
"""When a call came, and into which queue."""

ARRIVAL_RULES = (SurgeRule, CollapseRule, SilenceRule)


def spread(counts: Iterable[Count]) -> Iterator[Arrival]:
    """The calls of each interval at random moments within it: the same ones each time."""
    draw = random.Random(_SEED)
    waiting: list[Arrival] = []
    for count in counts:
        if waiting and waiting[0][0] < count.start_at:
            waiting.sort()
            cut = bisect_left(waiting, (count.start_at, ""))
            yield from waiting[:cut]
            waiting = waiting[cut:]
        length = count.end_at - count.start_at
        waiting += [
            (count.start_at + int(draw.random() * length), count.queue)
            for _ in range(round(count.calls))
        ]
    yield from sorted(waiting)


def of_counts(counts: Sequence[Count]) -> "Tape":
    """The tape of a table of counts: where it has no row, nothing was to be seen."""
    shut, until = [], counts[0].start_at
    for count in counts:
        if count.start_at > until:
            shut.append((until, count.start_at))
        until = max(until, count.end_at)
    return Tape(spread(counts), shut)


def of_events(events: Iterable[Event]) -> Iterator[Arrival]:
    """The arrivals that these events tell of."""
    for event in events:
        if isinstance(event.data, Queued | Blocked):
            yield event.time, event.data.queue


def watched(guard: Guard, tape: "Tape") -> Found:
    """Put arrivals before the rules of traffic; there is nothing else to be seen in them."""
    engine = guard.only(ARRIVAL_RULES).engine()
    log = Log(engine)
    for now, calls, sight in _steps(tape):
        for queue, count in calls:
            engine.count(queue, now, count)
        engine.tick(now, sight)
        log.note()
    first, last = (tape.times[0], tape.times[-1]) if len(tape) else (0, 0)
    engine.life.judge(last + AFTER_MS, engine.board)
    log.note()
    return Found(alarms=log.alarms, muted=log.muted, started_at=first, ended_at=last)


Step = tuple[Millis, list[tuple[str, int]], Sight]
"""The end of a step, what came in it, and what could be seen."""


def _steps(tape: "Tape") -> Iterator[Step]:
    """The time of the tape in steps, longer ones by night."""
    due: Millis = 0
    calls: Counter[str] = Counter()
    shut, nth = tape.shut, 0
    for at, queue in tape:
        if not due:
            due = at
        began = due
        while due < at:
            while nth < len(shut) and shut[nth][1] <= due:
                nth += 1
            blind = nth < len(shut) and shut[nth][0] <= due
            yield due, list(calls.items()), _BLIND if blind else CLEAR
            calls.clear()
            due += STEP_MS if due - began < _HOUR_MS else _NIGHT_STEP_MS
        calls[queue] += 1
    yield due, list(calls.items()), CLEAR


@dataclass(frozen=True, slots=True)
class Seen:
    """One injected surge: how late it was seen, None if it was not; and the bound at that traffic."""

    delay_s: float | None
    bound_s: float


class Tape:
    """All arrivals of the past, to be looked up by time: millions of them in a few bytes each.

    Of the time that is `shut`, from a moment to before another, nothing is known.
    """

    def __init__(
        self, arrivals: Iterable[Arrival], shut: Sequence[tuple[Millis, Millis]] = ()
    ) -> None:
        self.shut = shut
        self.times = array("q")
        self._queues = array("H")
        self._numbers: dict[str, int] = {}
        for at, queue in arrivals:
            self.times.append(at)
            self._queues.append(self._numbers.setdefault(queue, len(self._numbers)))
        self._names = list(self._numbers)

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[Arrival]:
        for at, number in zip(self.times, self._queues, strict=True):
            yield at, self._names[number]

    def between(self, start: Millis, end: Millis) -> list[Arrival]:
        """Those from `start` to before `end`."""
        return [
            (self.times[nth], self._names[self._queues[nth]])
            for nth in range(bisect_left(self.times, start), bisect_left(self.times, end))
        ]

    def days(self, calendar: Calendar) -> list[tuple[Millis, Millis]]:
        """When the first and the last call of each business day came."""
        spans: list[tuple[Millis, Millis]] = []
        until: Millis = 0
        for at in self.times:
            if at >= until:
                until = calendar.day(at) + _DAY_MS
                spans.append((at, at))
            spans[-1] = (spans[-1][0], at)
        return spans


def injected(
    guard: Guard,
    tape: Tape,
    factors: Sequence[float],
    progress: Callable[[int, int], None] | None = None,
) -> dict[float, list[Seen]]:
    """Put surges of each factor into past days, each by itself, and see how late they are seen.

    They begin at random moments while calls come, after the first days if there are enough of them.
    """
    rules = guard.only((SurgeRule,)).rules
    moments = iter(_moments(tape.days(guard.calendar)))
    watch = ArrivalsWatch(Floor(guard.site), rules, Board(), guard.forecast)  # type: ignore[arg-type]
    found: dict[float, list[Seen]] = {factor: [] for factor in factors}
    moment = next(moments, None)
    for now, calls, sight in _steps(tape):
        while moment is not None and moment <= now:
            window = tape.between(moment, moment + INJECTED_MS)
            for factor in factors:
                seen = _tried(watch, window, moment, factor)
                if seen is not None:
                    found[factor].append(seen)
            moment = next(moments, None)
            if progress is not None:
                progress(now - tape.times[0], tape.times[-1] - tape.times[0])
        for queue, count in calls:
            watch.count(queue, now, count)
        watch.tick(now, sight)
    return found


def summed_up(seen: Sequence[Seen]) -> dict[str, Any]:
    """As `--json` prints it: share seen, mean and 90th percentile of the delay, the bound's mean."""
    delays = sorted(one.delay_s for one in seen if one.delay_s is not None)
    rank = max(-(-9 * len(delays) // 10) - 1, 0)
    return {
        "seen": len(delays) / len(seen) if seen else None,
        "mean_delay_s": statistics.fmean(delays) if delays else None,
        "p90_delay_s": delays[rank] if delays else None,
        "bound_s": statistics.fmean(one.bound_s for one in seen) if seen else None,
        "surges": len(seen),
    }


def _moments(days: Sequence[tuple[Millis, Millis]]) -> list[Millis]:
    """When surges begin: at random while calls come, the same ones each time."""
    learnt = days[WARM_UP_DAYS:] if len(days) > WARM_UP_DAYS + 1 else days
    draw = random.Random(_SEED + 1)
    moments: list[Millis] = []
    for first, last in learnt:
        opens, shuts = first + INJECTED_MS, last - INJECTED_MS
        if shuts > opens:
            moments += [opens + int(draw.random() * (shuts - opens)) for _ in range(A_DAY)]
    return sorted(moments)


def _tried(
    watch: ArrivalsWatch, window: Sequence[Arrival], start: Millis, factor: float
) -> Seen | None:
    """One surge; None if the watch is alarmed already, or knows of no calls to come."""
    stream = watch.streams[""]
    rate = stream.pace.rate
    if watch.board.held or rate <= 0:
        return None
    weekly = max(stream.pace.weekly(watch.forecast), 1.0)
    bound_s = calls_to_tell(weekly, factor) / rate / 1_000
    branch = watch.fork()
    due = start
    for at, queue in _more(window, start, factor):
        while due <= at:
            branch.tick(due, CLEAR)
            due += STEP_MS
        branch.count(queue, at)
        if any(breach.kind is Kind.SURGE for breach in branch.board.held.values()):
            return Seen((at - start) / 1_000, bound_s)
    return Seen(None, bound_s)


def _more(window: Sequence[Arrival], start: Millis, factor: float) -> list[Arrival]:
    """These calls and the additional ones: as many more as came near them, by chance."""
    draw = random.Random(start)
    extra = []
    for at, queue in window:
        for _ in range(_poisson(draw, factor - 1)):
            moved = at + int((draw.random() * 2 - 1) * _NEAR_MS)
            if moved < start:
                moved = 2 * start - moved
            if moved < start + INJECTED_MS:
                extra.append((moved, queue))
    return sorted([*window, *extra])


def _poisson(draw: random.Random, mean: float) -> int:
    """How many unit waits, each exponential, fit in."""
    count, left = 0, mean - draw.expovariate(1.0)
    while left > 0:
        count, left = count + 1, left - draw.expovariate(1.0)
    return count
