"""The keeper of a daybook: takes facts from the stream, and has a thread write them.

The stream hands facts over and goes on; what a crash kept from being written, the journal tells again.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from ingest import wire
from ingest.events import Millis
from ingest.ports import Clock
from stream import daybook
from stream.daybook import Entry, Taken
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookError, DaybookFile, Reading
from stream.floor import Floor
from stream.ports import Journal, Position
from stream.sites import Site
from stream.visits import VisitsState

log = logging.getLogger(__name__)

KEEP_S = 5.0
"""How often facts are written: what a crash loses of them is read again from the journal."""
FILL_MS = 2 * 86_400_000
"""How far back the journal is read for a daybook that lags behind: a start must not take for ever."""
MOST_HELD = 500_000
"""Facts that wait for a disk that takes none. With more the daybook gives up until the next start,
which fills the hole from the journal."""


class Daybook:
    """`with Daybook(file, site, clock) as book`; closes the file. It is the `FactLog` of a stream."""

    def __init__(self, file: DaybookFile, site: Site, clock: Clock) -> None:
        self.trouble = ""
        """Why what was taken is not on the disk yet; empty if all is well."""
        self.warnings = list(file.warnings)
        self._file, self._site, self._clock = file, site, clock
        self.calendar = file.fresh_calendar()
        self._held: list[Taken] = []
        self._count = 0
        self._gave_up = False
        self._skip_to: Position = 0
        self._durable: Position = 0
        self._reached: Position = file.reached()
        self._one_at_a_time = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "daybook")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is still held, and let go of the file."""
        self._thread.shutdown()
        try:
            if not self._gave_up:
                self._file.write(self._durably_held(), self._durable, self._clock.now())
        except DaybookError as problem:
            log.error("%s; the next start reads it from the journal", problem)
        self._file.close()

    @property
    def position(self) -> Position:
        """How far the journal is told of on the disk."""
        return self._reached

    @property
    def whole(self) -> bool:
        """Whether every fact is here; if not, the next start fills the hole."""
        return not self._gave_up

    async def recover(self, journal: Journal, position: Position, /) -> None:
        """See `FactLog.recover`. Where the daybook lags behind, the journal is read for it."""
        self._durable = position
        try:
            if not position:
                await self._begin_anew(journal)
            elif self._reached >= position:
                await self._in_thread(lambda: self._file.cut(position))
                self._reached = position
            else:
                await self._catch_up(journal, position)
        except DaybookError as error:
            self._give_up(str(error))

    async def _begin_anew(self, journal: Journal) -> None:
        """The stream reads its whole journal: what we have of that stands."""
        last = 0
        if self._reached:
            async for stored in journal.read(0):
                last = stored.last
        if last < self._reached:
            # It is not the journal that we were told from: its positions mean other events.
            await self._in_thread(self._file.settle)
            self._reached = 0
        self._skip_to = self._reached

    async def _catch_up(self, journal: Journal, position: Position) -> None:
        self.warnings.append(
            "the daybook lags behind: the last days are read from the journal for it"
        )
        since = self._clock.now() - FILL_MS
        self._durable = self._reached
        entries: list[Entry] = []
        floor = Floor(self._site, log=entries)
        self._skip_to = self._reached
        async for stored in journal.read(0):
            if stored.recvtime < since:
                continue
            for payload in stored.payloads:
                try:
                    floor.apply(wire.decode(payload, stored.recvtime))
                except wire.WireError:
                    continue  # told by whoever recovers the stream
            if entries:
                self.take(stored.last, entries, floor.state.visits)
            self._durable = stored.last
            await self.keep(daybook.MANY)
            if stored.last >= position:
                break
        self._durable = position
        await self.keep()

    def take(self, position: Position, entries: list[Entry], visits: VisitsState, /) -> None:
        """See `FactLog.take`."""
        if position > self._skip_to and not self._gave_up:
            self._held.append(daybook.taken(position, entries, visits))
            self._count += len(entries)
            if self._count > MOST_HELD:
                self._give_up(self.trouble)
        entries.clear()

    def _give_up(self, trouble: str) -> None:
        self._gave_up, self.trouble = True, trouble
        self._held.clear()
        self._count = 0
        log.error("the daybook stops (%s): the next start fills it from the journal", trouble)

    def durable(self, position: Position, /) -> None:
        """See `FactLog.durable`."""
        self._durable = position

    def _durably_held(self) -> list[Taken]:
        # What the journal may yet lose would be told again, and differently.
        if self._held and self._held[-1].position > self._durable:
            return [each for each in self._held if each.position <= self._durable]
        return list(self._held)

    async def run(self) -> None:
        """Keep what was taken, again and again, until cancelled."""
        while True:
            await self._clock.sleep(KEEP_S)
            await self.keep(1)

    async def keep(self, at_least: int = 0) -> bool:
        """See `FactLog.keep`."""
        if self._count < at_least:
            return not self._gave_up
        async with self._one_at_a_time:
            held, position = self._durably_held(), self._durable
            if self._gave_up or position <= self._reached:
                return not self._gave_up
            try:
                await self._in_thread(lambda: self._file.write(held, position, self._clock.now()))
            except DaybookError as error:
                if not self.trouble:
                    log.error("%s", error)
                self.trouble = str(error)
                return False
            self._reached = position
            if self._gave_up:
                return False
            self.trouble = ""
            del self._held[: len(held)]
            self._count -= sum(len(each.entries) for each in held)
            return True

    async def days(self) -> list[Millis]:
        """When the business days began of which something is here, the oldest first."""
        held = list(self._held)
        kept = await asyncio.to_thread(self._file.days)
        return sorted({*kept, *daybook.by_day(held, self.calendar)})

    async def marks(self, days: Sequence[Millis]) -> list[int]:
        """A mark for each of these days, another one whenever something was entered into it."""
        held = daybook.by_day(list(self._held), self.calendar)
        kept = await asyncio.to_thread(self._file.marks, days)
        return [
            mark + sum(turn.position for turn in held.get(day, [])) for day, mark in kept.items()
        ]

    def reading(self) -> Reading:
        """The book as of now, to be read in another thread."""
        return Reading(self._file, list(self._held), self._reached)

    def kept(self) -> Kept:
        """The book but for what is not on the disk yet, to be read in another thread."""
        return Kept(self._file)

    async def _in_thread(self, do: Callable[[], None]) -> None:
        # Shielded: the thread cannot be called back, and writing twice writes once.
        loop = asyncio.get_running_loop()
        await asyncio.shield(loop.run_in_executor(self._thread, do))
