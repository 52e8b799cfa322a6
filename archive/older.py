"""Days that the daybook has no more, or never had: read from the archive as if they stood in it."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import polars as pl

from archive.rows import KINDS
from archive.shelf import Shelf, ShelfError
from ingest.events import Millis
from stream.daybook import F
from stream.daybook_sqlite import DaybookError, Reading
from stream.facts import Fact
from stream.intervals import Calendar
from stream.sites import Site


def facts_of(rows: pl.DataFrame, kinds: Collection[type[Any]] | None = None) -> Iterator[Fact]:
    """The facts in a day's table (`archive.rows.SCHEMA`), of some kinds or all; spans are cut."""
    for name, kind in KINDS.items():
        if kinds is None or kind in kinds:
            fields = [each.name for each in msgspec.structs.fields(kind)]
            for row in rows.filter(pl.col("kind") == name).select(fields).iter_rows():
                yield kind(*row)


class OlderDays:
    """The archive of a site beside its daybook. Every method raises DaybookError."""

    def __init__(self, shelf: Shelf, site: Site) -> None:
        self._shelf, self._site = shelf, site

    def days(self) -> list[Millis]:
        """When the business days began that are in the archive, the oldest first."""
        calendar = self._calendar()
        with _explained():
            return [calendar.begin(date) for date in self._shelf.days(self._site.id)]

    def mark(self, day: Millis) -> int:
        """The version of a day; 0 if it is not there."""
        with _explained():
            about = self._shelf.about(self._site.id, self._calendar().date_of(day))
        return about.version if about is not None else 0

    def behind(self, reading: Reading, own: Collection[Millis]) -> Reading:
        """A reading that has the days that are not the book's `own` from the archive."""
        return _Joined(reading, own, self)

    def rows(self, day: Millis) -> pl.DataFrame | None:
        """The table of a day; None if it is not there."""
        date = self._calendar().date_of(day)
        with _explained():
            if self._shelf.about(self._site.id, date) is None:
                return None
            return self._shelf.load(self._site.id, date)

    def _calendar(self) -> Calendar:
        # One for each call: a calendar learns, and threads ask.
        return Calendar(self._site.time_zone, self._site.day_start_min, self._site.interval_ms)


class _Joined(Reading):
    """The book's own days as ever; all others from the archive."""

    def __init__(self, reading: Reading, own: Collection[Millis], older: OlderDays) -> None:
        self.__dict__.update(reading.__dict__)
        self._own, self._older = frozenset(own), older

    def entries(self, day: Millis, kinds: Collection[type[F]]) -> Iterator[tuple[int, F]]:
        """See `Reading.entries`."""
        if day in self._own:
            yield from super().entries(day, kinds)
            return
        rows = self._older.rows(day)
        if rows is not None:
            for fact in facts_of(rows, kinds):
                yield 1, fact  # type: ignore[misc]  # of one of the kinds that were asked for

    def callers(self, days: Sequence[Millis], visits: Collection[str]) -> dict[str, str]:
        """See `Reading.callers`."""
        found = super().callers([day for day in days if day in self._own], visits)
        for day in days:
            rows = self._older.rows(day) if day not in self._own else None
            if rows is not None:
                told = rows.filter(
                    pl.col("caller").is_not_null() & pl.col("visit").is_in(list(visits))
                )
                found |= dict(told.select("visit", "caller").iter_rows())
        return found


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ShelfError as error:
        raise DaybookError(str(error)) from error
