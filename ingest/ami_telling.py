"""What a source is about to tell: stamped events, the time of what is being read, and timers that wait.

Two clocks run here. `recvtime` is ours and never goes back; timers wait on it. `time` is the PBX's
if its events carry a `Timestamp`, else the arrival.
"""

import heapq
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.ami_message import Message
from ingest.events import Data, Event, Millis
from ingest.stamp import Stamp
from ingest.words import Clock, Origin

DISORDER_MS = 5_000
"""Asterisk's threads may swap neighbouring events; a larger step back is a clock that was set."""

LARGEST_OFFSET_MS = 2 * 86_400_000
"""A PBX clock that is further off than this is not believed; arrival counts instead."""

NOTABLE_OFFSET_MS = 1_000


class Timer(StrEnum):
    """What a timer waits for; its key says for whom."""

    LEFT = "left"
    ENDED = "ended"
    MOVED = "moved"
    FREED = "freed"
    SETTLED = "settled"
    WRAPPED = "wrapped"
    RESYNC = "resync"


@dataclass(slots=True)
class Telling:
    """The events not yet taken, in order, and the moment that is being read."""

    stamp: Stamp
    recvtime: Millis = 0
    time: Millis = 0
    clock: Clock = Clock.ARRIVAL
    origin: Origin = Origin.LIVE
    behind_ms: int = 0
    stamped: bool = False
    told: list[Event] = field(default_factory=list)
    _timers: list[tuple[Millis, int, Timer, str]] = field(default_factory=list)
    _armed: int = 0

    def pass_to(self, now: Millis) -> None:
        """Our clock says `now`; it is not let back."""
        self.recvtime = max(self.recvtime, now)

    def read(self, message: Message, now: Millis) -> None:
        """Take the moment of this message: its own `Timestamp`, else its arrival."""
        self.pass_to(now)
        stamped = message.timestamp_at
        if stamped is not None and abs(self.recvtime - stamped) <= LARGEST_OFFSET_MS:
            self.behind_ms = self.recvtime - stamped
            self.stamped = True
            self._moment(stamped, Clock.SOURCE)
        else:
            self.read_arrival()

    def read_arrival(self) -> None:
        """Take the arrival as the moment, corrected if the PBX's clock is known to be off."""
        off = self.stamped and abs(self.behind_ms) > NOTABLE_OFFSET_MS
        self._moment(self.recvtime - (self.behind_ms if off else 0), Clock.ARRIVAL)

    def _moment(self, time: Millis, clock: Clock) -> None:
        stepped_back = 0 < self.time - time <= DISORDER_MS
        self.time = self.time if stepped_back else max(time, 0)
        self.clock = clock

    def tell(self, data: Data, *, time: Millis | None = None, clock: Clock | None = None) -> None:
        """Tell this. `time` and `clock` only where they are not those of the moment."""
        self.told.append(
            self.stamp.event(
                data,
                time=self.time if time is None else max(time, 0),
                recvtime=self.recvtime,
                clock=self.clock if clock is None else clock,
                origin=self.origin,
            )
        )

    def wait(self, wait_ms: Millis, timer: Timer, key: str) -> None:
        """Ring `timer` for `key` after `wait_ms` of our clock.

        Timers are not withdrawn: whoever hears one looks whether it still matters.
        """
        self._armed += 1
        heapq.heappush(self._timers, (self.recvtime + wait_ms, self._armed, timer, key))

    def due(self, now: Millis) -> tuple[Timer, str] | None:
        """The next timer that has rung by `now`, the clock set to its moment; None if there is none."""
        if not self._timers or self._timers[0][0] > now:
            return None
        at, _, timer, key = heapq.heappop(self._timers)
        self.pass_to(at)
        return timer, key

    @property
    def due_at(self) -> Millis | None:
        """When the next timer rings, by our clock."""
        return self._timers[0][0] if self._timers else None

    def take(self) -> list[Event]:
        """The events told since the last taking."""
        told, self.told = self.told, []
        return told
