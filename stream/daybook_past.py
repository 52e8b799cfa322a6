"""Any span of time, added up or told call by call: the running day from the stream, others from the book."""

import asyncio
import heapq
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from ingest.events import Millis
from stream.daybook import F
from stream.daybook_day import Narrowed, Share, Told, Visited, counting, ledger_of
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import Reading
from stream.facts import BlockFact, ScoreFact, SpanFact
from stream.floor import Floor
from stream.intervals import Calendar
from stream.ledger import Ledger, add_up
from stream.metrics import Sums

REMEMBERED = 12
"""Spans whose sums are kept: a page of a day asks for some three of them, again and again. Those of a
floor with 500 queues are some 15 MB."""
MOST_DAYS = 8


class Older(Protocol):
    """Where the days are that the book has no more, or never had. Raises DaybookError."""

    def days(self) -> list[Millis]:
        """When they began, the oldest first."""
        ...

    def mark(self, day: Millis, /) -> int:
        """Another one whenever the day becomes another; 0 if it is not there."""
        ...

    def behind(self, reading: Reading, own: Collection[Millis], /) -> Reading:
        """A reading that has these days too, but for the book's own."""
        ...


class Past:
    """Reads a daybook beside the floor that fills it. Raises DaybookError where the book cannot be read."""

    def __init__(
        self, book: Daybook, floor: Callable[[], Floor], older: Older | None = None
    ) -> None:
        self.book = book
        self._floor = floor
        self._older = older
        self._known: OrderedDict[tuple[object, ...], Ledger] = OrderedDict()

    @property
    def calendar(self) -> Calendar:
        return self._floor().calendar

    async def ledger(self, start: Millis, end: Millis, now: Millis) -> Ledger:
        """The sums of queues from `start` to before `end`, by interval; read them, and leave them as
        they are. Of the running day they are the stream's own, in whole intervals.
        """
        if start >= self.calendar.day(now):
            return self._floor().state.ledger
        days = self._days(start, end)
        marks = await self._marks(days)
        key = (start, end, *marks)
        known = self._known.get(key)
        if known is None:
            work = (await self._reading(), days, start, end)
            known = await asyncio.to_thread(ledger_of, *work, people=False)
            self._known[key] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return known

    async def facts(self, kind: type[F], narrowed: Narrowed) -> list[F]:
        """The facts of one kind in a span; of any but spans."""
        days = self._days(narrowed.start, narrowed.end)
        reading = await self._reading()
        return await asyncio.to_thread(lambda: reading.facts(days, {kind}, narrowed.has))

    async def calls(
        self, share: Share, narrowed: Narrowed, order: Callable[[Told], int], most: int
    ) -> tuple[int, list[Told]]:
        """How many calls a count is made of in a span, and the first of them by `order`."""
        days = self._days(narrowed.start, narrowed.end)
        # What began before midnight may have ended on the next day.
        around = [*days, self.calendar.next_day(days[-1])] if days else []

        def told(reading: Reading) -> tuple[int, list[Told]]:
            facts = counting(reading, days, share, narrowed)
            alone = BlockFact | SpanFact | ScoreFact
            visits = {fact.visit for fact in facts if not isinstance(fact, alone)}
            visited = Visited(reading, around, visits)
            return len(facts), heapq.nsmallest(most, map(visited.told, facts), key=order)

        return await asyncio.to_thread(told, await self._reading())

    async def days(self) -> list[Millis]:
        """When the business days began that can be read, the oldest first."""
        own = await self.book.days()
        if self._older is None:
            return own
        return sorted({*own, *await asyncio.to_thread(self._older.days)})

    async def _marks(self, days: Sequence[Millis]) -> list[int]:
        marks = await self.book.marks(days)
        if self._older is None:
            return marks
        older = self._older

        def told() -> list[int]:
            # A mark of the archive's is another than any of the book's.
            return [mark or -older.mark(day) for day, mark in zip(days, marks, strict=True)]

        return await asyncio.to_thread(told)

    async def _reading(self) -> Reading:
        reading = self.book.reading()
        if self._older is None:
            return reading
        return self._older.behind(reading, await self.book.days())

    def _days(self, start: Millis, end: Millis) -> list[Millis]:
        days = [self.calendar.day(start)] if start < end else []
        while days and len(days) < MOST_DAYS:
            following = self.calendar.next_day(days[-1])
            if following >= end:
                break
            days.append(following)
        return days


def sums_of(
    ledger: Ledger, start: Millis, end: Millis, queues: Collection[str] | None = None
) -> Sums:
    """The sums of some queues, of all if None, over the intervals that begin in a span."""
    return add_up(
        cell
        for name, account in ledger.queues.items()
        if queues is None or name in queues
        for at, cell in account.cells.items()
        if start <= at < end
    )
