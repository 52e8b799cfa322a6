"""Closed days are read from the archive; what came late since then is told at once, without callers
that were erased."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from msgspec import structs

from archive.about import Erased
from archive.closing import Bounds, close
from archive.shelf import Shelf
from reports.basis import Request
from reports.build import basis_of
from reports.source import Book, Source, Where
from reports.span import parsed
from stream.daybook import Taken
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookFile, DaybookPages
from stream.facts import ArrivalFact
from stream.intervals import Calendar
from stream.sites import Site

SITE = Site(id="hq", time_zone="Asia/Shanghai")
DAY = date(2026, 11, 20)
START = Calendar("Asia/Shanghai").begin(DAY)
END = START + 86_400_000
MIN = 60_000


@pytest.fixture
def book(tmp_path: Path) -> Iterator[DaybookFile]:
    with closing(DaybookFile(tmp_path / "daybook.db", SITE)) as file:
        arrived(file, 1, "a")
        yield file


def arrived(file: DaybookFile, position: int, visit: str) -> None:
    fact = ArrivalFact(START + MIN, "sales", visit)
    file.write([Taken(position, [(1, fact)], {visit: "•••123"})], position, END)


def source(folder: Path) -> Source:
    """As a report finds it, beside the writer."""
    kept = kept_of(folder)
    return Source(SITE, Shelf(folder / "archive"), Book(kept.reading(), kept.marks(kept.days())))


def kept_of(folder: Path) -> Kept:
    pages = DaybookPages(folder / "daybook.db", SITE)
    return Kept(pages)


def told(found: Source) -> tuple[Where, int, list[str | None]]:
    basis = basis_of(Request(period=parsed("2026-11-20"), now=END), found)
    rows = basis.rows.collect()
    (kept,) = basis.kept
    return kept.where, basis.sums()["offered"], sorted(rows["caller"], key=str)


def test_a_day_is_the_daybooks_until_it_is_archived_and_again_when_something_came_late(
    book: DaybookFile, tmp_path: Path
) -> None:
    assert told(source(tmp_path)) == (Where.DAYBOOK, 1, ["•••123"])
    close(Shelf(tmp_path / "archive"), Bounds(SITE), kept_of(tmp_path), START, END)
    assert told(source(tmp_path)) == (Where.ARCHIVE, 1, ["•••123"])
    arrived(book, 2, "b")
    assert told(source(tmp_path)) == (Where.DAYBOOK, 2, ["•••123", "•••123"])
    close(Shelf(tmp_path / "archive"), Bounds(SITE), kept_of(tmp_path), START, END)
    assert told(source(tmp_path)) == (Where.ARCHIVE, 2, ["•••123", "•••123"])


def test_callers_that_were_erased_do_not_come_back_with_what_came_late(
    book: DaybookFile, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "archive")
    about = close(shelf, Bounds(SITE), kept_of(tmp_path), START, END)
    assert about is not None
    rows = shelf.load("hq", DAY).with_columns(caller=pl.lit(None, dtype=pl.String))
    shelf.write(structs.replace(about, erased=Erased.ALL), rows)
    arrived(book, 2, "b")
    assert told(source(tmp_path)) == (Where.DAYBOOK, 2, [None, None])


def test_a_day_that_the_daybook_has_forgotten_is_the_archives(
    book: DaybookFile, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "archive")
    close(shelf, Bounds(SITE), kept_of(tmp_path), START, END)
    assert told(Source(SITE, shelf, None)) == (Where.ARCHIVE, 1, ["•••123"])
    assert told(Source(SITE, None, None)) == (Where.NOWHERE, 0, [])
