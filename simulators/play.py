"""Plays a simulated floor into an inbox as time goes by, like a source at a real switch.

    history:     day start ... the day so far, origin replay ... | adapter up | live ...
    no history:  (the same day, unseen)                          | snapshot, adapter up | live ...

The world begins with the business day and is the same for every start on that day: a source that is
started anew meets its own calls and agents again, as a real switch would not have stopped either.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.events import Adapter, Data, Heartbeat, Millis
from ingest.ports import Batch, Clock, Inbox
from ingest.stamp import Stamp
from ingest.wire import encode
from ingest.words import AdapterStatus, Origin
from simulators.floor_sim import FloorSim, source_of
from simulators.interventions import Interventions
from simulators.local_time import day_start
from simulators.notes import Note
from simulators.scenario import Scenario
from simulators.training import Desk

Told = tuple[Millis, Data]

_LARGEST = 500
"""Events in one batch at most; a day's history is many batches, so that the taker can work."""
_TICK_S = 0.05
_LONGEST_S = 1.0
_HEED_S = 0.1
_STEPS_AT_ONCE = 2_000
"""Steps of unseen history between two looks at the rest of the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSource:
    """A source without a switch behind it.

    `history`: tell the day so far first (for an empty journal); without it, a snapshot of the floor
    as it is now, so that a journal that already holds the day counts nothing twice. `speed`: how
    many simulated seconds pass per second of the clock from now on; at any other than 1, the
    events' times run away from the clock's. `epoch` is by default the start in seconds. At the
    `desk` people ask for faults, and supervisors for `interventions`; both are looked at as often as the
    clock is.
    """

    scenario: Scenario
    seed: int
    clock: Clock
    history: bool = True
    speed: float = 1.0
    epoch: str = ""
    desk: Desk | None = None
    interventions: Interventions | None = None

    async def run(self, inbox: Inbox, /) -> None:
        """Play until cancelled."""
        began = self.clock.now()
        start = day_start(self.scenario, began)
        sim = FloorSim(self.scenario, self.seed, start)
        stamp = Stamp(source_of(self.scenario), self.epoch or str(began // 1_000))
        if self.history:
            await self._tell_history(sim, stamp, inbox, began)
        else:
            await self._catch_up(sim, began)
            await self._tell_now(sim, stamp, inbox, began)
        await self._put(inbox, stamp, [(began, Adapter(status=AdapterStatus.UP))])
        await self._play(sim, stamp, inbox, began)

    async def _tell_history(self, sim: FloorSim, stamp: Stamp, inbox: Inbox, until: Millis) -> None:
        while sim.next_at <= until:
            told = [(at, data) for at, data in _some(sim, until) if not isinstance(data, Heartbeat)]
            await self._put(inbox, stamp, told, Origin.REPLAY)
            await self.clock.sleep(0)

    async def _catch_up(self, sim: FloorSim, until: Millis) -> None:
        while sim.next_at <= until:
            for _ in _some(sim, until):
                pass
            await self.clock.sleep(0)

    async def _tell_now(self, sim: FloorSim, stamp: Stamp, inbox: Inbox, now: Millis) -> None:
        opening = [Adapter(status=AdapterStatus.RESYNC), *sim.lines()]
        await self._put(inbox, stamp, [(now, data) for data in opening])
        snapshot = sim.snapshot(f"{stamp.epoch}.{stamp.seq}")
        told = [(now, data) for data in snapshot]
        await self._put(inbox, stamp, told, Origin.SNAPSHOT)

    async def _play(self, sim: FloorSim, stamp: Stamp, inbox: Inbox, began: Millis) -> None:
        kept: list[Told] = []
        while True:
            simulated = began + round((self.clock.now() - began) * self.speed)
            if self.desk is not None:
                self.desk.apply(sim, simulated)
            if self.interventions is not None:
                self.interventions.apply(sim, simulated)
            kept.extend(_some(sim, simulated))
            if self.desk is None or not self.desk.silent:
                await self._put(inbox, stamp, kept)
                kept.clear()
            wait_s = (sim.next_at - simulated) / 1_000 / self.speed
            longest_s = _LONGEST_S if self.interventions is None else _HEED_S
            await self.clock.sleep(min(max(wait_s, _TICK_S), longest_s))

    async def _put(
        self,
        inbox: Inbox,
        stamp: Stamp,
        told: Iterable[Told],
        origin: Origin = Origin.LIVE,
    ) -> None:
        now = self.clock.now()
        payloads = [
            encode(stamp.event(data, time=time, recvtime=now, origin=origin)) for time, data in told
        ]
        for n in range(0, len(payloads), _LARGEST):
            await inbox.put(Batch(payloads[n : n + _LARGEST], now, "simulator"))


def _some(sim: FloorSim, until: Millis) -> Iterator[Told]:
    for _ in range(_STEPS_AT_ONCE):
        if sim.next_at > until:
            return
        for time, data in sim.step():
            if not isinstance(data, Note):
                yield time, data
