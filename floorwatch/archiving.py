"""The archive of a running site: days that are over are written, late facts correct them.

The work is a thread's; the stream never waits for it. What a disk refuses is told once, and tried again.
"""

import asyncio
import logging
from functools import partial
from pathlib import Path
from typing import Protocol

from archive.about import About, Why
from archive.archivist import Archivist
from archive.care import Done, Keeping, care
from archive.closing import DAY_MS, Bounds, close
from archive.shelf import Shelf, ShelfError
from ingest.events import Millis
from ingest.ports import Clock
from stream.daybook_erasure import erase_callers
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookError
from stream.sites import Site

log = logging.getLogger(__name__)

LOOK_S = 30.0
"""How often it is looked what is due."""


class Book(Protocol):
    """What is asked of a daybook."""

    async def keep(self, at_least: int = 0, /) -> bool: ...

    def kept(self) -> Kept: ...


class Archiving:
    """Keeps the archive of one site. `daybook` is the file of the book."""

    def __init__(
        self, shelf: Shelf, site: Site, keeping: Keeping, book: Book, daybook: Path, clock: Clock
    ) -> None:
        self.trouble = ""
        """Why something that is due is not done; empty if all is well."""
        self._shelf, self._book, self._daybook, self._clock = shelf, book, daybook, clock
        self._bounds = Bounds(site, keeping.callers_days)
        self._keeping = keeping
        self._archivist = Archivist(self._bounds.calendar)
        self._known: set[Millis] = set()
        self._cared: Millis = 0

    async def run(self) -> None:
        """Look what is due, again and again, until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_S)

    async def look(self) -> None:
        """Do what is due now. Never raises for what a disk does."""
        now, troubles = self._clock.now(), list[str]()
        try:
            await self._book.keep()
            kept = self._book.kept()
            marks = await asyncio.to_thread(self._marks, kept, now)
            for day in self._archivist.due(marks, now):
                if trouble := await self._close(kept, day, marks[day]):
                    troubles.append(trouble)
            await self._care(now)
        except (ShelfError, DaybookError) as error:
            troubles.append(str(error))
        trouble = "; ".join(troubles)
        if trouble and trouble != self.trouble:
            log.error("archive: %s; it is tried again", trouble)
        self.trouble = trouble

    async def _close(self, kept: Kept, day: Millis, mark: int) -> str:
        """Write a day; why that cannot be, if it cannot: the others are written all the same."""
        work = (self._shelf, self._bounds, kept, day, self._clock.now())
        try:
            about = await asyncio.to_thread(close, *work)
        except (ShelfError, DaybookError) as error:
            return str(error)
        self._archivist.written(day, mark)
        if about is not None:
            tell(about)
        return ""

    def _marks(self, kept: Kept, now: Millis) -> dict[Millis, int]:
        """The marks of the days that the archive is to have; what it has of them is known afterwards."""
        oldest = now - self._keeping.keep_days * DAY_MS if self._keeping.keep_days else 0
        calendar = self._bounds.calendar
        marks = kept.marks([day for day in kept.days() if day >= oldest])
        for day in marks.keys() - self._known:
            try:
                about = self._shelf.about(self._bounds.site.id, calendar.date_of(day))
            except ShelfError:
                continue  # told by whoever writes the day; the others are not held up
            if about is not None:
                self._archivist.written(day, about.mark)
            self._known.add(day)
        return marks

    async def _care(self, now: Millis) -> None:
        """Once a business day: what is due by age."""
        today = self._bounds.calendar.day(now)
        if today == self._cared:
            return
        done = await asyncio.to_thread(
            care,
            self._shelf,
            self._bounds.site.id,
            self._keeping,
            self._bounds.calendar.date_of(now),
            now,
        )
        if self._keeping.callers_days:
            before = self._bounds.calendar.day(today - self._keeping.callers_days * DAY_MS)
            erase = partial(erase_callers, self._daybook, _everybody, before=before)
            done.callers += await asyncio.to_thread(erase)
        if done:
            _tell_care(self._bounds.site.id, done)
        self._cared = today


def tell(about: About) -> None:
    """A line of the log for each version: a day is never corrected silently."""
    log.log(logging.INFO if about.why is Why.CLOSED else logging.WARNING, "%s", told_of(about))


def told_of(about: About) -> str:
    """A version in a line."""
    name = f"archive: {about.site} {about.day}"
    if about.why is Why.CLOSED:
        return f"{name} is written, {about.added} rows"
    return (
        f"{name} is corrected ({about.why.value}): version {about.version},"
        f" {about.added} rows added, {about.taken_back} taken back"
    )


def _tell_care(site: str, done: Done) -> None:
    log.warning(
        "archive: %s: callers erased in %d rows; %d files (%d bytes) deleted, as the settings say",
        site,
        done.callers,
        done.files,
        done.bytes,
    )


def _everybody(day: Millis, caller: str) -> bool:
    return True
