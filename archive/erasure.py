"""Takes callers out of the archive: out of the version that stands, and out of each one before."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl
from msgspec import structs

from archive.about import About, Erased, Why
from archive.shelf import Shelf, about_of, column, raw
from ingest.events import Millis


def callers_in(shelf: Shelf, site: str, day: date, caller: str | None = None) -> int:
    """In how many rows of a day somebody who called is named; of `caller` alone (masked), if given."""
    files = [path for _, path in shelf.versions(site, day)]
    if shelf.about(site, day) is not None:
        files.append(shelf.path(site, day))
    return sum(_count(path, caller) for path in files)


def erase(
    shelf: Shelf, site: str, days: Iterable[date], why: Why, now: Millis, caller: str | None = None
) -> int:
    """Erase who called on these days, or one `caller` (masked); in how many rows he stood.

    A version that had any is followed by one without, and the earlier ones lose them too: an erasure
    that leaves copies is none. Raises ShelfError; doing it again goes on where it ended.
    """
    return sum(_erase_day(shelf, site, day, why, now, caller) for day in days)


def _erase_day(
    shelf: Shelf, site: str, day: date, why: Why, now: Millis, caller: str | None
) -> int:
    with shelf.locked():
        found = 0
        standing = shelf.about(site, day)
        if standing is not None:
            path = shelf.path(site, day)
            here = _count(path, caller)
            if here:
                about = structs.replace(_marked(standing, caller), why=why, written_at=now)
                about = structs.replace(about, added=0, taken_back=0)
                shelf.write(about, _without(raw(path), caller))
                found += here
        for _, path in shelf.versions(site, day):
            found += _erase_file(shelf, path, caller)
    return found


def _erase_file(shelf: Shelf, path: Path, caller: str | None) -> int:
    here = _count(path, caller)
    if here:
        shelf.put(path, _marked(about_of(path), caller), _without(raw(path), caller))
    return here


def _marked(about: About, caller: str | None) -> About:
    erased = Erased.ALL if caller is None or about.erased is Erased.ALL else Erased.SOME
    return structs.replace(about, erased=erased)


def _named(caller: str | None) -> pl.Expr:
    who = pl.col("caller")
    return who.is_not_null() if caller is None else who == caller


def _count(path: Path, caller: str | None) -> int:
    return int(column(path, "caller").select(_named(caller).sum()).item())


def _without(frame: pl.DataFrame, caller: str | None) -> pl.DataFrame:
    kept = pl.when(_named(caller)).then(None).otherwise("caller")
    return frame.with_columns(caller=kept.cast(pl.String))
