"""Writes a business day from the daybook into the archive, if the archive has it not as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec
import polars as pl
from msgspec import structs

from archive import rows
from archive.about import About, Erased, Why
from archive.restating import restated, with_callers_of, without_callers
from archive.shelf import Shelf
from ingest.events import Millis
from stream.daybook_kept import Kept
from stream.daybook_sqlite import Reading
from stream.facts import DEFINITION, Fact
from stream.intervals import Calendar
from stream.sites import Site

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Bounds:
    """Which site is archived, and for how many days its callers are (0: for ever)."""

    site: Site
    callers_days: int = 0

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(self.site.time_zone, self.site.day_start_min, self.site.interval_ms)

    def about(self, day: Millis, now: Millis, why: Why) -> About:
        """What is to be said of a version of the day that begins so."""
        return About(
            site=self.site.id,
            day=self.calendar.date_of(day),
            start=day,
            end=self.calendar.next_day(day),
            time_zone=self.site.time_zone,
            day_start_min=self.site.day_start_min,
            interval_ms=self.site.interval_ms,
            definition=DEFINITION,
            written_at=now,
            why=why,
            levels=levels_of(self.site),
        )

    def nameless(self, end: Millis, now: Millis) -> bool:
        """Whether the callers of a day that ended so are erased by now."""
        return bool(self.callers_days) and now - end >= self.callers_days * DAY_MS


def levels_of(site: Site) -> str:
    """Which formula each queue is held to: what `About.levels` keeps of it."""
    cards = {"": site.default_queue, **site.queues}
    return msgspec.json.encode({id: card.service_level for id, card in cards.items()}).decode()


def close(shelf: Shelf, bounds: Bounds, kept: Kept, day: Millis, now: Millis) -> About | None:
    """Write this day, `day` being its beginning; what its new version says of itself.

    None if there is nothing new, and of a day that was imported: that one is left alone. Raises
    ShelfError, DaybookError.
    """
    about = bounds.about(day, now, Why.CLOSED)
    while True:
        before = shelf.about(about.site, about.day)
        if before is not None and before.origin:
            return None
        mark, reading = kept.marks([day])[day], kept.reading()
        stated, taken = _entered(reading, bounds.calendar, day)
        with shelf.locked():
            standing, old = _standing(shelf, about)
            if standing != before:
                continue  # another process wrote it meanwhile, perhaps from more than we have read
            why = Why.CLOSED if standing is None else Why.LATE
            about = structs.replace(about, position=reading.reached, mark=mark, why=why)
            return _written(shelf, bounds, about, old, restated(old, stated, taken))


def replace(shelf: Shelf, bounds: Bounds, about: About, new: pl.DataFrame) -> About | None:
    """Put these rows in the place of a day, whatever it is now; None if it is just that."""
    with shelf.locked():
        _, old = _standing(shelf, about)
        return _written(shelf, bounds, about, old, new)


def _standing(shelf: Shelf, about: About) -> tuple[About | None, pl.DataFrame]:
    standing = shelf.about(about.site, about.day)
    if standing is None:
        return None, rows.SCHEMA.to_frame()
    return standing, shelf.load(about.site, about.day)


def _written(
    shelf: Shelf, bounds: Bounds, about: About, old: pl.DataFrame, new: pl.DataFrame
) -> About | None:
    standing = shelf.about(about.site, about.day)
    erased = standing.erased if standing is not None else Erased.NONE
    if erased is Erased.ALL or bounds.nameless(about.end, about.written_at):
        new, erased = without_callers(new), Erased.ALL
    elif erased is Erased.SOME:
        new = with_callers_of(old, new)
    if new.drop("definition").equals(old.drop("definition")):
        return None
    added, taken_back = rows.change(old, new)
    told = structs.replace(about, added=added, taken_back=taken_back, erased=erased)
    version = shelf.write(told, new)
    return structs.replace(told, version=version)


def day_rows(
    reading: Reading, calendar: Calendar, day: Millis, old: pl.DataFrame | None = None
) -> pl.DataFrame:
    """What a daybook says of one business day, as the archive would have it.

    `old` is what the archive has: a daybook that was begun anew knows but a part of the day.
    """
    stated, taken = _entered(reading, calendar, day)
    return restated(rows.SCHEMA.to_frame() if old is None else old, stated, taken)


def _entered(
    reading: Reading, calendar: Calendar, day: Millis
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was stated of a day, and what was taken back, row by row."""
    end = calendar.next_day(day)
    stated: list[pl.DataFrame] = []
    taken: list[pl.DataFrame] = []
    for kind in rows.KINDS.values():
        signed: dict[bool, list[Fact]] = {True: [], False: []}
        for sign, fact in reading.entries(day, {kind}):
            signed[sign > 0].append(fact)
        callers = reading.callers([day], _visits(signed[True])) if kind is _ARRIVAL else {}
        for sign, parts in ((True, stated), (False, taken)):
            part = rows.part(kind, signed[sign], callers, calendar)
            parts.append(rows.within(part, day, end))
    return pl.concat(stated), pl.concat(taken)


_ARRIVAL = rows.KINDS["arrival"]


def _visits(arrivals: Iterable[Fact]) -> set[str]:
    return {getattr(fact, "visit", "") for fact in arrivals}
