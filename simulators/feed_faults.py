"""The faults of a feed: what becomes of the telling on its way, while the floor stays as it is.

    told -> link lost (FLAPPING) -> clock (CLOCK_SKEW, CLOCK_JUMP) -> LOST -> REORDERED
         -> DUPLICATE -> LATE -> network gone (SILENT) -> arrived

The clock of a feed is the `recvtime` of what is told, which must not run back. What arrives has as
`recvtime` when it arrives. Nothing is kept but what is still under way: that of the longest delay.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

import msgspec

from ingest.events import Adapter, Data, Event, Gap, Millis
from ingest.wire import encode
from ingest.words import AdapterStatus, Clock, Origin
from simulators.draws import Draws
from simulators.faults import FLOOR_FAULTS, Fault, FaultError, FaultKind, FaultTruth
from simulators.feed_clock import told_by_clock
from simulators.feed_numbers import FeedNumbers
from simulators.feed_snapshot import Alive
from simulators.garbage import garbage

DELAY_MS = 2_000
"""By up to how much a second copy, or a late event, comes later where the fault says nothing."""
LINK_LOST = "the link to the telephone system was lost"
_HOUR_MS = 3_600_000
_MINUTE_MS = 60_000
_NEVER = 1 << 62


class Payload(NamedTuple):
    """Bytes, and when they arrive."""

    recvtime: Millis
    payload: bytes


Arrival = Event | Payload
"""An event that arrives, or garbage."""


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    """A planned fault with what it needs while it lasts."""

    fault: Fault
    started_at: Millis
    ended_at: Millis
    draws: Draws
    truth: FaultTruth

    def befalls(self) -> bool:
        """Draw whether the fault befalls what is at hand."""
        if not self.draws.chance(self.fault.size):
            return False
        self.truth.hit += 1
        return True

    def delay_ms(self) -> Millis:
        """How much later something comes: at least 1, at most the fault's `ramp_ms`."""
        return 1 + int(self.draws.between(0, self.fault.ramp_ms or DELAY_MS))

    def wrong_by_ms(self, now: Millis) -> Millis:
        """How far the clock is off now."""
        off = self.fault.size
        if self.fault.kind is FaultKind.CLOCK_SKEW:
            off *= (now - self.started_at) / _HOUR_MS
        self.truth.hit += round(off) != 0
        return round(off)


class FeedFaults:
    """A feed and its faults: `tell` what happens, and take what arrives.

    `truths` has the faults that have begun, in that order; `hit` counts the events kept back, lost,
    doubled, late, swapped or told with a wrong time, or the pieces of garbage. Same faults, seed and
    events: same arrivals, however often `pass_to` is called between them. Raises `FaultError` for a
    fault that befalls the floor.
    """

    def __init__(self, faults: Iterable[Fault], start_at: Millis, seed: int) -> None:
        self.truths: list[FaultTruth] = []
        self._start_at = self._now = start_at
        self._seed = seed
        self._flaps = self._spoke = False
        self._plans = 0
        self._order = 0
        self._moments: list[tuple[Millis, int, Callable[[], None]]] = []
        self._active: dict[FaultKind, list[_Running]] = {kind: [] for kind in FaultKind}
        self._silences: list[_Running] = []
        self._numbers = FeedNumbers()
        self._alive: dict[str, Alive] = {}
        self._links_lost = 0
        self._lost_at: Millis = 0
        self._overtaken: tuple[Event, _Running] | None = None
        self._coming: list[tuple[Millis, Millis, int, Arrival]] = []
        for fault in faults:
            self.plan(fault)

    def plan(self, fault: Fault) -> None:
        """One more fault, `after_ms` from the start; what of it lies in the past is left out.

        Raises `FaultError` for a fault of the floor, and for a flapping link that comes too late to
        know what its snapshot has to list.
        """
        if fault.kind in FLOOR_FAULTS:
            raise FaultError(f"{fault.kind}: befalls the floor, not the feed: give it to the floor")
        if fault.kind is FaultKind.FLAPPING:
            if self._spoke:
                raise FaultError(f"{fault.kind}: plan it before the feed tells anything")
            self._flaps = True  # only then is it worth knowing what is alive
        self._plans += 1
        started_at = max(self._start_at + fault.after_ms, self._now)
        ended_at = self._start_at + fault.after_ms + fault.length_ms
        if ended_at <= started_at:
            return
        truth = FaultTruth(
            kind=fault.kind, scope=fault.scope, started_at=started_at, size=fault.size
        )
        draws = Draws(self._seed, f"feed {self._plans} {fault.kind}")
        running = _Running(fault, started_at, ended_at, draws, truth)
        self._at(started_at, lambda: self._begin(running))

    def tell(self, event: Event) -> list[Arrival]:
        """The feed tells this; returns what arrives up to now."""
        self._advance(event.recvtime)
        self._spoke = True
        if self._flaps:
            alive = self._alive.get(event.source)
            if alive is None:
                alive = self._alive[event.source] = Alive()
            alive.take(event)
        if self._links_lost:
            for flapping in self._active[FaultKind.FLAPPING]:
                flapping.truth.hit += 1
            self._numbers.missed(event)
        else:
            self._send(self._numbers.passed(event))
        return self._arrived()

    def pass_to(self, now: Millis) -> list[Arrival]:
        """Nothing was told up to `now`; returns what arrives until then."""
        self._advance(now)
        return self._arrived()

    def finish(self) -> list[Arrival]:
        """Nothing more will be told: whatever is under way arrives, each at its time.

        A lost link comes back at its time too, so that the loss is told.
        """
        while self._links_lost:
            self._next_moment()
        if self._overtaken is not None:
            (alone, _), self._overtaken = self._overtaken, None
            self._deliver(alone)
        self._now = _NEVER
        return self._arrived()

    def _at(self, time: Millis, action: Callable[[], None]) -> None:
        self._order += 1
        heappush(self._moments, (time, self._order, action))

    def _advance(self, now: Millis) -> None:
        while self._moments and self._moments[0][0] <= now:
            self._next_moment()
        self._now = max(self._now, now)

    def _next_moment(self) -> None:
        at, _, action = heappop(self._moments)
        self._now = max(self._now, at)
        action()

    def _begin(self, running: _Running) -> None:
        fault = running.fault
        self.truths.append(running.truth)
        self._active[fault.kind].append(running)
        self._at(running.ended_at, lambda: self._end(running))
        if fault.kind is FaultKind.SILENT:
            self._silences.append(running)
        elif fault.kind is FaultKind.FLAPPING:
            self._lose_link(running, 0)
        elif fault.kind is FaultKind.GARBAGE:
            self._plan_garbage(running, running.started_at)

    def _end(self, running: _Running) -> None:
        self._active[running.fault.kind].remove(running)
        running.truth.ended_at = running.ended_at

    def _lose_link(self, running: _Running, time: int) -> None:
        """The link goes for the first half of each of the fault's equal parts."""
        halves = 2 * round(running.fault.size)
        length_ms = running.ended_at - running.started_at
        back_at = running.started_at + length_ms * (2 * time + 1) // halves
        if not self._links_lost:
            self._lost_at = self._now
            for source in self._numbers.sources():
                self._add(source, Adapter(status=AdapterStatus.DOWN, reason=LINK_LOST))
        self._links_lost += 1
        self._at(back_at, self._find_link)
        if 2 * time + 2 < halves:
            again_at = running.started_at + length_ms * (2 * time + 2) // halves
            self._at(again_at, lambda: self._lose_link(running, time + 1))

    def _find_link(self) -> None:
        """The link is back: what was missed is told of, and what is there now."""
        self._links_lost -= 1
        if self._links_lost:
            return
        for source in self._numbers.sources():
            self._add(source, Adapter(status=AdapterStatus.RESYNC))
            self._add(source, Gap(start_at=self._lost_at, end_at=self._now, why=LINK_LOST))
            for data in self._alive[source].snapshot(f"link-{self._now}"):
                self._add(source, data, Origin.SNAPSHOT)
            self._add(source, Adapter(status=AdapterStatus.UP))

    def _add(self, source: str, data: Data, origin: Origin = Origin.LIVE) -> None:
        self._send(self._numbers.added(source, data, self._now, origin))

    def _plan_garbage(self, running: _Running, since: Millis) -> None:
        if not running.fault.size:
            return
        pause_ms = running.draws.exponential(_MINUTE_MS / running.fault.size)
        at = since + max(1, round(pause_ms))
        if at < running.ended_at:
            self._at(at, lambda: self._litter(running, at))

    def _litter(self, running: _Running, at: Millis) -> None:
        running.truth.hit += 1
        self._come(at, at, Payload(at, garbage(running.draws)))
        self._plan_garbage(running, at)

    def _send(self, event: Event) -> None:
        """What is told goes on its way, with the time that the source's clock shows."""
        if event.clock is Clock.SOURCE:
            off_ms = sum(
                clock.wrong_by_ms(event.recvtime)
                for kind in (FaultKind.CLOCK_SKEW, FaultKind.CLOCK_JUMP)
                for clock in self._active[kind]
            )
            event = told_by_clock(event, off_ms) if off_ms else event
        if any([loss.befalls() for loss in self._active[FaultKind.LOST]]):
            return
        overtaken, self._overtaken = self._overtaken, None
        if overtaken is None:
            for swap in self._active[FaultKind.REORDERED]:
                if swap.draws.chance(swap.fault.size):
                    self._overtaken = event, swap
                    return
        self._deliver(event)
        if overtaken is not None:
            behind, swap = overtaken
            swap.truth.hit += 1
            self._deliver(msgspec.structs.replace(behind, recvtime=event.recvtime))

    def _deliver(self, event: Event) -> None:
        due = [event.recvtime]
        for twice in self._active[FaultKind.DUPLICATE]:
            if twice.befalls():
                due.append(due[0] + twice.delay_ms())
        for late in self._active[FaultKind.LATE]:
            due = [at + late.delay_ms() if late.befalls() else at for at in due]
        for at in due:
            self._come(at, at, event)

    def _come(self, at: Millis, due: Millis, arrival: Arrival) -> None:
        self._order += 1
        heappush(self._coming, (at, due, self._order, arrival))

    def _arrived(self) -> list[Arrival]:
        arrived: list[Arrival] = []
        while self._coming and self._coming[0][0] <= self._now:
            at, due, order, arrival = heappop(self._coming)
            silence = next((s for s in self._silences if s.started_at <= at < s.ended_at), None)
            if silence is not None:
                silence.truth.hit += 1
                heappush(self._coming, (silence.ended_at, due, order, arrival))
            elif isinstance(arrival, Payload):
                arrived.append(arrival._replace(recvtime=at))
            elif arrival.recvtime == at:
                arrived.append(arrival)
            else:
                arrived.append(msgspec.structs.replace(arrival, recvtime=at))
        return arrived


def afflicted(
    events: Iterable[Event], feed: FeedFaults, *, until: Millis | None = None
) -> Iterator[Arrival]:
    """What arrives of these events, in the order of arrival, made as it is asked for.

    Without end if the events are; `until` is how long they were listened to, if not just to the
    last one. `feed.truths` is complete when the iterator is exhausted.
    """
    for event in events:
        yield from feed.tell(event)
    if until is not None:
        yield from feed.pass_to(until)
    yield from feed.finish()


def as_payloads(arrivals: Iterable[Arrival]) -> Iterator[Payload]:
    """The wire form of what arrives, garbage among it; no payload has a line end in it."""
    for arrival in arrivals:
        if isinstance(arrival, Payload):
            yield arrival
        else:
            yield Payload(arrival.recvtime, encode(arrival))
