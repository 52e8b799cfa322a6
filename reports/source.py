"""Where a report's facts come from: closed days from the archive, all others from the daybook.

A day that the daybook knows better than the archive, because something came late, is the daybook's.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

import msgspec
import polars as pl

from archive.about import About, Erased
from archive.closing import day_rows
from archive.shelf import SCHEMA, Shelf
from ingest.events import Millis
from stream.daybook_sqlite import Reading
from stream.intervals import Calendar
from stream.sites import ServiceLevel, Site


class Where(StrEnum):
    """Where the facts of a day are."""

    ARCHIVE = "archive"
    DAYBOOK = "daybook"
    NOWHERE = "nowhere"


class Kept(NamedTuple):
    """A day, and where its facts are. `about` says what is in the archive, if anything is."""

    day: date
    where: Where
    about: About | None = None


def levels(kept: Kept, site: Site) -> dict[str, ServiceLevel]:
    """The formula that held on a day, by queue; that of the settings where the archive does not say."""
    now = {"": site.default_queue, **site.queues}
    held = {id: card.service_level for id, card in now.items()}
    if kept.where is Where.ARCHIVE and kept.about is not None and kept.about.levels:
        told = msgspec.json.decode(kept.about.levels, type=dict[str, ServiceLevel])
        return {"": held[""], **told}
    return held


class Book(NamedTuple):
    """The daybook as it stands; `marks` by the days of which something is in it."""

    reading: Reading
    marks: Mapping[Millis, int]


class Source:
    """The facts of one site, for one thread. Raises ShelfError, DaybookError."""

    def __init__(self, site: Site, shelf: Shelf | None, book: Book | None) -> None:
        self.site = site
        self.calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
        self._shelf, self._book = shelf, book
        self._archived = frozenset(shelf.days(site.id) if shelf is not None else ())
        self._frames: dict[date, pl.DataFrame] = {}

    def kept(self, first: date, last: date) -> list[Kept]:
        """Where each of these days is, both ends included."""
        return [self._kept(day) for day in _days(first, last)]

    def rows(self, first: date, last: date) -> pl.LazyFrame:
        """The facts of these days as a table of `archive.shelf.SCHEMA`, read when they are needed."""
        parts = []
        for where, run in groupby(self.kept(first, last), lambda kept: kept.where):
            days = list(run)
            if where is Where.ARCHIVE and self._shelf is not None:
                parts.append(self._shelf.read(self.site.id, days[0].day, days[-1].day))
            elif where is Where.DAYBOOK:
                parts.extend(self._frame(each).lazy() for each in days)
        return pl.concat(parts) if parts else SCHEMA.to_frame().lazy()

    def _kept(self, day: date) -> Kept:
        mark = self._book.marks.get(self.calendar.begin(day), 0) if self._book is not None else 0
        about = None
        if self._shelf is not None and day in self._archived:
            about = self._shelf.about(self.site.id, day)
        if about is None:
            return Kept(day, Where.DAYBOOK if mark else Where.NOWHERE)
        newer = mark and about.mark and mark != about.mark
        return Kept(day, Where.DAYBOOK if newer else Where.ARCHIVE, about)

    def _frame(self, kept: Kept) -> pl.DataFrame:
        assert self._book is not None
        day, old = kept.day, None
        if day not in self._frames:
            if kept.about is not None and self._shelf is not None:
                # A daybook that was begun anew knows but a part of the day.
                old = self._shelf.load(self.site.id, day)
            start = self.calendar.begin(day)
            frame = day_rows(self._book.reading, self.calendar, start, old)
            if _erased(kept):
                frame = frame.with_columns(caller=pl.lit(None, dtype=pl.String))
            self._frames[day] = frame.with_columns(day=pl.lit(day, dtype=pl.Date))
        return self._frames[day]


def _erased(kept: Kept) -> bool:
    """Whether callers of this day were erased, and are not to come back with what came late."""
    return kept.about is not None and kept.about.erased is not Erased.NONE


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
