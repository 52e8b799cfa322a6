"""Carries a source that stands near the telephone system to a broker, over a buffer on disk.

    source -> spool -> outlet -> broker

A batch is committed when it is safe in the spool. While the broker is away the spool grows; when it
is full the source is held back and the stream is told, but nothing is ever thrown away.
"""

import asyncio
import logging
from typing import Protocol

from ingest.events import Adapter, Event
from ingest.ports import Batch, Clock, Source
from ingest.spool import Spool
from ingest.wire import encode
from ingest.words import AdapterStatus

COMMIT_S = 0.01
"""How long appended batches wait for company before they are made safe together."""
REMEMBER_MS = 1000
"""How often at most the broker's position is written, when nothing else is."""

_log = logging.getLogger(__name__)


class Outlet(Protocol):
    """Sends on what a spool holds, in order, and acknowledges to it; until it is cancelled."""

    async def run(self, spool: Spool, /) -> None: ...


class Bridge:
    """One source, one spool, one outlet. It is itself the inbox of its source.

    `name` is the source's name in its events, `/acd/<site>/<adapter>`, and `epoch` names this run:
    in their name the bridge tells when the spool is full. The caller closes the spool.
    """

    def __init__(
        self,
        source: Source,
        spool: Spool,
        outlet: Outlet,
        clock: Clock,
        *,
        name: str,
        epoch: str,
    ) -> None:
        self._source = source
        self._spool = spool
        self._outlet = outlet
        self._clock = clock
        self._name = name
        self._epoch = epoch
        self._uncommitted: list[Batch] = []
        self._appended = asyncio.Event()

    async def run(self) -> None:
        """Carry until cancelled; with a finite source, until the broker has all of it."""
        if self._spool.cut_off:
            _log.warning("spool: cut off %d bytes that a crash left", self._spool.cut_off)
        async with asyncio.TaskGroup() as group:
            helpers = (
                group.create_task(self._commit()),
                group.create_task(self._remember()),
                group.create_task(self._outlet.run(self._spool)),
            )
            await self._source.run(self)
            await self._spool.emptied()
            for helper in helpers:
                helper.cancel()

    async def put(self, batch: Batch, /) -> None:
        """Take a batch of the source; waits while the spool is full."""
        if self._spool.full:
            self._tell(AdapterStatus.DEGRADED, "the spool is full: the source is held back")
            await self._spool.below_full()
            self._tell(AdapterStatus.UP, "the spool has room again")
        self._spool.append(batch.payloads)
        self._uncommitted.append(batch)
        self._appended.set()

    async def _commit(self) -> None:
        """Make what was appended safe, many batches at a time, and tell their source."""
        while True:
            await self._appended.wait()
            await self._clock.sleep(COMMIT_S)
            self._appended.clear()
            batches, self._uncommitted = self._uncommitted, []
            await self._spool.commit()
            for batch in batches:
                batch.committed()

    async def _remember(self) -> None:
        """Let the spool write down how far the broker is, also when nothing is appended."""
        while True:
            await self._spool.moved()
            await self._clock.sleep(REMEMBER_MS / 1000)
            self._appended.set()

    def _tell(self, status: AdapterStatus, reason: str) -> None:
        now = self._clock.now()
        _log.warning("%s: %s", self._name, reason)
        event = Event(
            data=Adapter(status=status, reason=reason),
            time=now,
            recvtime=now,
            source=self._name,
            id=f"{self._name}.{self._epoch}.spool.{status.value}.{now}",
            epoch=self._epoch,
        )
        # It goes in beside the limit: it is small, and what it says is wanted most when all is full.
        self._spool.append([encode(event)])
        self._appended.set()
