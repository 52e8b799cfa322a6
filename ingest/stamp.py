"""The stamp that a source puts on its events: who tells it, in which run, as which in the row."""

from dataclasses import dataclass

from ingest.events import Data, Event, Millis
from ingest.words import Clock, Origin


@dataclass(slots=True)
class Stamp:
    """Numbers the events of one run of one source, from 1 and without holes.

    `source` is `/acd/<site>/<adapter>`; `epoch` names the run: two runs never share one.
    """

    source: str
    epoch: str
    seq: int = 0

    def event(
        self,
        data: Data,
        *,
        time: Millis,
        recvtime: Millis,
        clock: Clock = Clock.SOURCE,
        origin: Origin = Origin.LIVE,
        id: str = "",
    ) -> Event:
        """The next event of this run. `id` is for a source that has ids of its own."""
        self.seq += 1
        return Event(
            data=data,
            time=time,
            recvtime=recvtime,
            source=self.source,
            id=id or f"{self.source}.{self.epoch}.{self.seq}",
            epoch=self.epoch,
            seq=self.seq,
            clock=clock,
            origin=origin,
        )
