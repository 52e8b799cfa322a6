"""An inbox that collects, and events to put into it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ingest.clock import SystemClock
from ingest.events import Queued
from ingest.ports import Batch
from ingest.stamp import Stamp
from ingest.wire import decode, encode


async def wait_until(condition: Callable[[], Any], deadline_s: float = 15.0) -> None:
    """Wait on a real event loop for something that real servers do."""
    async with asyncio.timeout(deadline_s):
        while not condition():
            await SystemClock().sleep(0.01)


class Collector:
    """An inbox that keeps what comes, and commits it at once unless it is told not to."""

    def __init__(self, *, commit: bool = True) -> None:
        self.commit = commit
        self.batches: list[Batch] = []

    async def put(self, batch: Batch, /) -> None:
        self.batches.append(batch)
        if self.commit:
            batch.committed()

    @property
    def events(self) -> list[Any]:
        return [decode(p, b.recvtime) for b in self.batches for p in b.payloads]

    def of(self, source: str) -> list[Any]:
        return [event for event in self.events if event.source == source]

    def ids(self, source: str) -> list[str]:
        """The ids of the source's numbered events, in order of their first coming."""
        return list(dict.fromkeys(event.id for event in self.of(source) if event.seq))


@pytest.fixture
def collector() -> type[Collector]:
    return Collector


@pytest.fixture
def until() -> Callable[..., Any]:
    return wait_until


def some_events(count: int, source: str = "/acd/hq/pbx-1", epoch: str = "7") -> list[bytes]:
    stamp = Stamp(source, epoch)
    return [
        encode(
            stamp.event(
                Queued(visit=f"v{number}", queue=f"q{number % 5}"),
                time=1_800_000_000_000 + number,
                recvtime=1_800_000_000_000 + number,
            )
        )
        for number in range(count)
    ]


@pytest.fixture
def events() -> Callable[..., list[bytes]]:
    return some_events
