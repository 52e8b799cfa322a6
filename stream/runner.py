"""The one writer of a site: what comes in is journalled, reduced, and acknowledged once durable."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from ingest import wire
from ingest.events import Event
from ingest.ports import Batch, Clock
from stream.daybook import MANY, Entry, FactLog
from stream.floor import Floor
from stream.ports import DeadLetter, DeadLetters, Journal, JournalError, LeaseLostError, Position
from stream.sites import Site

log = logging.getLogger(__name__)

INBOX_BATCHES = 64
"""Batches that wait for the stream; a source that brings more has to wait itself."""
UNCOMMITTED = 50_000
"""Payloads taken but not yet durable, at the most: beyond that the disk has to catch up first."""
CHECKPOINT_S = 10.0
TURN = 2_000
"""Payloads reduced before others get their turn: some ten milliseconds."""
RETRY_S = 1.0


class BoundedInbox:
    """The inbox of a stream: batches in order of arrival, at most `INBOX_BATCHES` of them."""

    def __init__(self) -> None:
        self._batches: asyncio.Queue[Batch] = asyncio.Queue(INBOX_BATCHES)

    async def put(self, batch: Batch, /) -> None:
        await self._batches.put(batch)

    async def take(self) -> Batch:
        return await self._batches.get()


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found: events read again after the checkpoint, and those no longer readable."""

    replayed: int
    unreadable: int
    position: Position


class Runner:
    """Runs one site. Call `recover` first, then `run` until cancelled; read `floor` in between.

    A batch is reduced as soon as it is taken, and acknowledged when the journal has it: a crash in
    between makes the source send it again, and the floor knows it again by its numbers.
    """

    def __init__(
        self,
        site: Site,
        journal: Journal,
        letters: DeadLetters,
        clock: Clock,
        facts: FactLog | None = None,
    ) -> None:
        self.site = site
        self.inbox = BoundedInbox()
        self._facts = facts
        self._entries: list[Entry] | None = None if facts is None else []
        self.floor = Floor(site, log=self._entries)
        self.rejected = 0
        self.told: Callable[[Event], object] = _nobody
        """Is given each new event after the floor has taken it; never those that `recover` reads."""
        self._journal = journal
        self._letters = letters
        self._clock = clock
        self._position: Position = 0
        self._committed: Position = 0
        self._pending: deque[tuple[Position, Batch]] = deque()
        self._safe = asyncio.Condition()

    @property
    def position(self) -> Position:
        """What the floor knows is what the journal has up to here, durable or not."""
        return self._position

    async def recover(self) -> Recovery:
        """Bring the floor to where the journal is: the last checkpoint, and all that came after."""
        checkpoint = await self._journal.load()
        if checkpoint is not None:
            try:
                state = Floor.load(checkpoint.state)
                self.floor = Floor(self.site, state, log=self._entries)
                self._position = checkpoint.position
            except msgspec.MsgspecError:
                # An older release wrote it: the journal has all that went into it.
                log.warning("the checkpoint is of another release; reading the whole journal")
        if self._facts is not None:
            await self._facts.recover(self._journal, self._position)
        replayed = unreadable = 0
        async for stored in self._journal.read(self._position):
            for position, payload in enumerate(stored.payloads, stored.first):
                try:
                    self.floor.apply(wire.decode(payload, stored.recvtime))
                except wire.WireError as error:
                    unreadable += 1
                    log.warning("journal position %d: %s", position, error)
            replayed += len(stored.payloads)
            self._position = stored.last
            self._state_facts(stored.last)
            if self._facts is not None:
                self._facts.durable(stored.last)
                await self._facts.keep(MANY)
        self._committed = self._position
        return Recovery(replayed, unreadable, self._position)

    async def run(self) -> None:
        """Take, commit and checkpoint until cancelled; a last checkpoint is saved on the way out."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._take())
                tasks.create_task(self._commit())
                tasks.create_task(self._checkpoint())
        finally:
            if self._position == self._committed:
                await self._save(self.floor.dump(), self._position)

    async def _take(self) -> None:
        while True:
            batch = await self.inbox.take()
            for start in range(0, len(batch.payloads), TURN):
                self._reduce(batch, batch.payloads[start : start + TURN])
                await asyncio.sleep(0)  # noqa: TID251 - no time passes; others get their turn
            self._pending.append((self._position, batch))
            if self._committed >= self._position:
                self._acknowledge()
            if self._position - self._committed > UNCOMMITTED:
                async with self._safe:
                    await self._safe.wait_for(
                        lambda: self._position - self._committed <= UNCOMMITTED // 2
                    )

    def _reduce(self, batch: Batch, payloads: Sequence[bytes]) -> None:
        apply, decode, told = self.floor.apply, wire.decode, self.told
        recvtime = batch.recvtime
        good: list[bytes] = []
        keep = good.append
        for payload in payloads:
            try:
                event = decode(payload, recvtime)
            except wire.WireError as error:
                self.rejected += 1
                self._letters.keep(DeadLetter(payload, str(error), batch.via, recvtime))
                continue
            keep(payload)
            if apply(event):
                told(event)
        if good:
            self._position = self._journal.append(recvtime, good)
            self._state_facts(self._position)

    def _state_facts(self, position: Position) -> None:
        if self._entries and self._facts is not None:
            self._facts.take(position, self._entries, self.floor.state.visits)

    async def _commit(self) -> None:
        while True:
            try:
                position = await self._journal.commit()
            except LeaseLostError:
                raise
            except JournalError:
                # The disk or the store is away: nothing is acknowledged until it is back.
                log.exception("the journal cannot commit; trying again")
                await self._clock.sleep(RETRY_S)
                continue
            self._committed = position
            if self._facts is not None:
                self._facts.durable(position)
            self._acknowledge()
            async with self._safe:
                self._safe.notify_all()

    def _acknowledge(self) -> None:
        pending = self._pending
        while pending and pending[0][0] <= self._committed:
            pending.popleft()[1].committed()

    async def _checkpoint(self) -> None:
        saved = self._position
        while True:
            await self._clock.sleep(CHECKPOINT_S)
            if self._position == saved:
                continue
            state, position = self.floor.dump(), self._position
            async with self._safe:
                await self._safe.wait_for(partial(self._durable, position))
            await self._save(state, position)
            saved = position

    def _durable(self, position: Position) -> bool:
        return self._committed >= position

    async def _save(self, state: bytes, position: Position) -> None:
        if self._facts is not None:
            # Facts that a state stands for are not told again by the journal's tail.
            await self._facts.keep()
        try:
            await self._journal.save(state, position)
        except LeaseLostError:
            raise
        except JournalError:
            # The journal has everything; only the next start takes longer.
            log.exception("the checkpoint could not be saved")


def _nobody(event: Event) -> None:
    """Nobody listens."""
