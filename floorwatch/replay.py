"""Replay: a recording, a log, or one of our own journals through the very floor that runs live."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from ingest.events import Event, Millis
from ingest.ports import Clock
from ingest.words import Origin
from stream.floor import Floor
from stream.sites import Site

Progress = Callable[[int, int], None]
YIELD_EVERY = 1_000
KEPT_REASONS = 20


@dataclass(slots=True)
class Reading:
    """What a reading met that was no event: how often, and the first few reasons."""

    rejected: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, rejected: int, reasons: Iterable[str]) -> None:
        """Count what was no event, and keep the first reasons."""
        self.rejected += rejected
        self.reasons = [*self.reasons, *reasons][:KEPT_REASONS]


def as_told(events: Iterator[Event]) -> Iterator[Event]:
    """Events of a file as they would have come in: when they happened, not when it is read."""
    for event in events:
        yield msgspec.structs.replace(event, recvtime=event.time)


def as_first_witness(events: Iterator[Event]) -> Iterator[Event]:
    """A log that was made to fill gaps, taken as the only witness."""
    for event in events:
        yield msgspec.structs.replace(event, origin=Origin.REPLAY)


def merged(main: Iterator[Event], fill: Iterator[Event]) -> Iterator[Event]:
    """Both witnesses in the order in which they would have come in, each in its own order."""
    second = next(fill, None)
    for event in main:
        while second is not None and second.time < event.recvtime:
            yield second
            second = next(fill, None)
        yield event
    if second is not None:
        yield second
        yield from fill


async def run(
    site: Site,
    events: Iterator[Event],
    clock: Clock,
    *,
    speed: float | None = None,
    shown: Callable[[Floor, Millis], None] | None = None,
) -> tuple[Floor, Millis]:
    """Put every event through a floor; return it, and the time of the last event.

    `speed` is how many recorded seconds pass in one of ours; None is as fast as it goes.
    `shown` is called as time goes by, to show the floor to people. All days are kept.
    """
    floor = Floor(site, keep_days=None)
    as_of: Millis = 0
    async for event in _paced(events, clock, speed):
        floor.apply(event)
        if event.origin is not Origin.BACKFILL or not as_of:
            as_of = max(as_of, event.time)
        if shown is not None:
            shown(floor, as_of)
    floor.finish()
    if shown is not None:
        shown(floor, as_of)
    return floor, as_of


async def _paced(
    events: Iterator[Event], clock: Clock, speed: float | None
) -> AsyncIterator[Event]:
    began, first = clock.now(), None
    for n, event in enumerate(events):
        if first is None:
            first = event.recvtime
        if speed is not None:
            ahead_ms = (event.recvtime - first) / speed - (clock.now() - began)
            if ahead_ms > 1:
                await clock.sleep(ahead_ms / 1_000)
        elif n % YIELD_EVERY == 0:
            await asyncio.sleep(0)  # noqa: TID251 - no time passes; others get their turn
        yield event
