"""A simulated day told as time goes by, at any speed, to whoever takes it.

a_day -> moments(speed) -> our events, through the feed's faults, into an inbox
                        `-> whatever else: an AMI server, a queue_log that grows
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count

import msgspec

from ingest.events import Heartbeat, Millis
from ingest.ports import Batch, Clock, Inbox
from ingest.stamp import Stamp
from simulators.agenda import Happening
from simulators.feed_faults import Arrival, FeedFaults, as_payloads
from simulators.floor_sim import FloorSim, a_day, source_of, stamped
from simulators.interventions import Interventions
from simulators.notes import Booted

_LARGEST = 500
"""Events in one batch at most."""
_TICK_S = 0.05
_LONGEST_S = 1.0
_MOMENTS_AT_ONCE = 200
"""Moments told at full speed between two looks at the rest of the program."""


async def moments(
    sim: FloorSim,
    until: Millis,
    clock: Clock,
    speed: float | None,
    interventions: Interventions | None = None,
) -> AsyncIterator[list[Happening]]:
    """What happens, moment by moment, up to `until` and until the last caller is gone.

    At a `speed` (simulated seconds per second) the day is moved so that it begins now; at None, as
    fast as it is taken, it happens when the scenario says. `interventions` are done as they are asked
    for, where the day has a speed.
    """
    began, start = clock.now(), sim.start_at
    by = began - start if speed is not None else 0
    day = a_day(sim, until)
    for nth in count():
        if speed is not None and interventions is not None:
            # Nothing is done before its time: what is asked for meanwhile comes first.
            while sim.next_at < until and not (
                _heeded(sim, interventions, start + round((clock.now() - began) * speed))
            ):
                await clock.sleep(_TICK_S)
        told = next(day, None)
        if told is None:
            return
        if speed is None:
            if nth % _MOMENTS_AT_ONCE == 0:
                await clock.sleep(0)
        elif told:
            while (ahead_ms := (told[0].time - start) / speed - (clock.now() - began)) > 0:
                await clock.sleep(min(max(ahead_ms / 1_000, _TICK_S), _LONGEST_S))
        if told:
            yield [_moved(happening, by) for happening in told] if by else told


def _heeded(sim: FloorSim, interventions: Interventions, now: Millis) -> bool:
    """Plan what was asked for; whether the next step is due."""
    interventions.apply(sim, now)
    return sim.next_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySource:
    """A `Source` that tells one simulated day, and returns at its end."""

    sim: FloorSim
    until: Millis
    clock: Clock
    speed: float | None
    epoch: str

    async def run(self, inbox: Inbox, /) -> None:
        """Tell the day, waiting whenever the taker is behind."""
        scenario = self.sim.scenario
        stamp = Stamp(source_of(scenario), self.epoch)
        shift = self.clock.now() - self.sim.start_at if self.speed is not None else 0
        feed = FeedFaults(scenario.feed_faults, self.sim.start_at + shift, self.sim.seed)
        waiting: list[bytes] = []
        async for told in moments(self.sim, self.until, self.clock, self.speed):
            waiting += _payloads(a for e in stamped(told, stamp) for a in feed.tell(e))
            if len(waiting) >= _LARGEST or (waiting and self.speed is not None):
                await self._put(inbox, waiting)
                waiting = []
        await self._put(inbox, waiting + list(_payloads(feed.finish())))

    async def _put(self, inbox: Inbox, payloads: list[bytes]) -> None:
        now = self.clock.now()
        for n in range(0, len(payloads), _LARGEST):
            await inbox.put(Batch(payloads[n : n + _LARGEST], now, "simulator"))


def _payloads(arrivals: Iterable[Arrival]) -> Iterator[bytes]:
    return (payload.payload for payload in as_payloads(arrivals))


def _moved(happening: Happening, by: Millis) -> Happening:
    time, data = happening
    match data:
        case Heartbeat(last_native_at=int(at)):
            data = msgspec.structs.replace(data, last_native_at=at + by)
        case Booted():
            data = replace(data, started_at=data.started_at + by)
        case _:
            pass
    return Happening(time + by, data)
