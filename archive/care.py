"""What is done to the archive day by day: callers are erased in time, old days and versions dropped."""

from dataclasses import dataclass
from datetime import date, timedelta

from archive.about import Why
from archive.erasure import erase
from archive.shelf import Shelf
from ingest.events import Millis

VERSIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """For how long. 0 days are for ever; of a day's superseded versions the newest stay."""

    callers_days: int = 90
    keep_days: int = 0
    versions: int = VERSIONS


@dataclass(slots=True)
class Done:
    """What came of it: rows that lost their caller, files and bytes that are gone."""

    callers: int = 0
    files: int = 0
    bytes: int = 0

    def __bool__(self) -> bool:
        return bool(self.callers or self.files)


def care(shelf: Shelf, site: str, keeping: Keeping, today: date, now: Millis) -> Done:
    """Do what is due on the business day `today`. Raises ShelfError."""
    done = compact(shelf, site, keeping.versions)
    days = shelf.days(site)
    if keeping.keep_days:
        first = today - timedelta(days=keeping.keep_days)
        for day in (day for day in days if day < first):
            _drop(shelf, site, day, done)
    if keeping.callers_days:
        first = today - timedelta(days=keeping.callers_days)
        done.callers = erase(shelf, site, [d for d in days if d < first], Why.RETENTION, now)
    return done


def compact(shelf: Shelf, site: str, versions: int) -> Done:
    """Drop the superseded versions of each day but the newest, and what killed writers left."""
    done = Done()
    with shelf.locked():
        for path in shelf.leftovers():
            done.bytes += shelf.drop(path)
            done.files += 1
        for day in shelf.days(site):
            kept = shelf.versions(site, day)
            for _, path in kept[: max(0, len(kept) - versions)]:
                done.bytes += shelf.drop(path)
                done.files += 1
    return done


def _drop(shelf: Shelf, site: str, day: date, done: Done) -> None:
    with shelf.locked():
        # The one that stands goes last: a day without it would not be found again.
        for path in [*(path for _, path in shelf.versions(site, day)), shelf.path(site, day)]:
            done.bytes += shelf.drop(path)
            done.files += 1
