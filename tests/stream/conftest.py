"""A telephone floor in a few lines: events by hand for the tests of the stream."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ingest.events import Data, Event
from ingest.stamp import Stamp
from ingest.words import Clock, Origin
from stream.floor import Floor
from stream.sites import QueueCard, Site

T0 = 1_795_301_800_000


@dataclass
class Teller:
    """One source that tells events, at seconds after T0."""

    stamp: Stamp = field(default_factory=lambda: Stamp("/acd/hq/pbx", "1795301000"))

    def at(
        self,
        second: float,
        data: Data,
        origin: Origin = Origin.LIVE,
        clock: Clock = Clock.SOURCE,
        recv: float | None = None,
    ) -> Event:
        time = T0 + round(second * 1000)
        recvtime = time if recv is None else T0 + round(recv * 1000)
        return self.stamp.event(data, time=time, recvtime=recvtime, origin=origin, clock=clock)


@pytest.fixture
def teller() -> Teller:
    return Teller()


@pytest.fixture
def site() -> Site:
    return Site(
        id="hq",
        queues={
            "sales": QueueCard(id="sales"),
            "support": QueueCard(id="support", target_ms=30_000, short_ms=10_000),
        },
    )


@pytest.fixture
def floor(site: Site) -> Floor:
    return Floor(site)


def sums_of(floor: Floor, queue: str) -> dict[str, Any]:
    from stream.ledger import add_up

    account = floor.state.ledger.queues.get(queue)
    return add_up(account.cells.values()) if account else add_up([])
