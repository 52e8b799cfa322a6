"""The archive beside a real daybook: nothing is missed, nothing is twice, no correction is silent."""

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from msgspec import structs

from archive import rows
from archive.about import Erased, Why
from archive.archivist import CALM_MS, GRACE_MS
from archive.care import Keeping
from archive.closing import Bounds, close, day_rows
from archive.shelf import Shelf
from floorwatch import archiving
from floorwatch.archiving import Archiving
from stream.daybook import Taken
from stream.daybook_keeper import Daybook
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookFile, Reading
from stream.facts import ArrivalFact, SpanFact, WaitFact
from stream.intervals import Calendar
from stream.sites import Site

SITE = Site(id="hq", time_zone="Asia/Shanghai", day_start_min=240)
CALENDAR = Calendar(SITE.time_zone, SITE.day_start_min, SITE.interval_ms)
DAY = date(2026, 11, 20)
WITHIN_S = 60
START, HOUR_MS = CALENDAR.begin(DAY), 3_600_000
END = CALENDAR.next_day(START)
NIGHT = SpanFact(END + 5 * HOUR_MS, END - 8 * HOUR_MS, "ann", "", "signed_out", "")
"""It ends in the morning, and began on the day before."""


class Still:
    """A clock that a test sets."""

    def __init__(self, now: int) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        raise AssertionError(f"nobody waits {seconds} s here")


class Installation:
    """A daybook and its archive, as after a start."""

    def __init__(self, folder: Path, book: Daybook, clock: Still, keeping: Keeping) -> None:
        self.shelf, self.book, self.clock = Shelf(folder / "archive"), book, clock
        path = folder / "daybook.db"
        self.archiving = Archiving(self.shelf, SITE, keeping, book, path, clock)
        self.position = book.position

    def tell(self, *facts: rows.Fact, sign: int = 1, **callers: str) -> None:
        self.position += 1
        told = Taken(self.position, [(sign, fact) for fact in facts], callers)
        self.book._held.append(told)
        self.book._count += len(facts)
        self.book.durable(self.position)

    async def look(self, now: int) -> None:
        self.clock.time = now
        await self.archiving.look()

    @property
    def version(self) -> int:
        about = self.shelf.about("hq", DAY)
        return about.version if about else 0


@contextmanager
def started(folder: Path, now: int = END, keeping: Keeping | None = None) -> Iterator[Installation]:
    clock = Still(now)
    with Daybook(DaybookFile(folder / "daybook.db", SITE), SITE, clock) as book:
        yield Installation(folder, book, clock, keeping or Keeping())


def calls(count: int = 3, start: int = START) -> list[rows.Fact]:
    told: list[rows.Fact] = []
    for n in range(count):
        at = start + HOUR_MS * (n + 1)
        told += [
            ArrivalFact(at, "sales", f"v{at}"),
            WaitFact(at + 9_000, "sales", f"v{at}", "ann", 9_000, 20_000, 5_000, answered=True),
        ]
    return told


async def test_a_day_is_written_a_little_after_it_ended(tmp_path: Path) -> None:
    with started(tmp_path) as hq:
        hq.tell(*calls(), **{f"v{START + HOUR_MS}": "•••123"})
        await hq.look(END + GRACE_MS - 1)
        assert hq.shelf.days("hq") == []
        await hq.look(END + GRACE_MS)
        about = hq.shelf.about("hq", DAY)
        assert about is not None
        assert (about.why, about.added, about.start, about.end) == (Why.CLOSED, 6, START, END)
        frame = hq.shelf.load("hq", DAY)
        assert frame.equals(day_rows(hq.book.reading(), CALENDAR, START))
        assert frame["caller"].drop_nulls().to_list() == ["•••123"]
        await hq.look(END + HOUR_MS)
        assert hq.version == 1


async def test_late_facts_make_a_new_version_and_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with started(tmp_path) as hq:
        hq.tell(*calls())
        await hq.look(END + GRACE_MS)
        wrong = calls()[1]
        hq.tell(wrong, sign=-1)
        hq.tell(NIGHT)
        now = END + 6 * HOUR_MS
        await hq.look(now)
        assert hq.version == 1
        with caplog.at_level(logging.WARNING):
            await hq.look(now + CALM_MS)
        assert "corrected (late facts): version 2, 32 rows added, 1 taken back" in caplog.text
        about = hq.shelf.about("hq", DAY)
        assert about is not None
        assert (about.version, about.why, about.added, about.taken_back) == (2, Why.LATE, 32, 1)
        frame = hq.shelf.load("hq", DAY)
        assert frame.filter(pl.col("kind") == "span")["at"].max() == END
        assert len(hq.shelf.versions("hq", DAY)) == 1


async def test_a_start_catches_up_with_all_that_is_not_there(tmp_path: Path) -> None:
    next_day = CALENDAR.next_day(END)
    with started(tmp_path) as hq:
        hq.tell(*calls(), *calls(2, END))
        await hq.book.keep()
    with started(tmp_path, next_day + GRACE_MS) as hq:
        await hq.look(next_day + GRACE_MS)
        assert hq.shelf.days("hq") == [DAY, DAY + timedelta(days=1)]
    with started(tmp_path, next_day + HOUR_MS) as hq:
        await hq.look(next_day + HOUR_MS)
        await hq.look(next_day + 2 * HOUR_MS)
        assert hq.version == 1


async def test_a_restart_exactly_at_midnight_loses_nothing(tmp_path: Path) -> None:
    last = ArrivalFact(END - 1, "sales", "last")
    first = ArrivalFact(END, "sales", "first")
    with started(tmp_path, END - 1) as hq:
        hq.tell(*calls(), last)
        await hq.look(END - 1)
    with started(tmp_path, END) as hq:
        await hq.look(END)
        hq.tell(first)
        await hq.look(END + GRACE_MS)
        visits = hq.shelf.load("hq", DAY)["visit"].to_list()
        assert "last" in visits
        assert "first" not in visits
        await hq.look(CALENDAR.next_day(END) + GRACE_MS)
        assert hq.shelf.load("hq", DAY + timedelta(days=1))["visit"].to_list() == ["first"]
        assert hq.version == 1


async def test_a_daybook_begun_anew_takes_nothing_from_the_archive(tmp_path: Path) -> None:
    with started(tmp_path) as hq:
        hq.tell(*calls())
        await hq.look(END + GRACE_MS)
    whole = hq.shelf.load("hq", DAY)
    for end in ("", "-wal", "-shm"):
        (tmp_path / f"daybook.db{end}").unlink(missing_ok=True)
    with started(tmp_path, END + 6 * HOUR_MS) as hq:
        hq.position = 6  # the journal goes on from where it was
        hq.tell(NIGHT)
        await hq.look(END + 6 * HOUR_MS)
        await hq.look(END + 6 * HOUR_MS + CALM_MS)
        about = hq.shelf.about("hq", DAY)
        assert about is not None
        assert (about.version, about.taken_back) == (2, 0)
        calls_now = hq.shelf.load("hq", DAY).filter(pl.col("kind") != "span")
        assert calls_now.equals(whole)


async def test_a_full_disk_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with started(tmp_path) as hq:
        hq.tell(*calls())
        real = os.replace

        def full(old: object, new: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        await hq.look(END + GRACE_MS)
        await hq.look(END + GRACE_MS + 30_000)
        assert "no space left on device: free some space" in hq.archiving.trouble
        assert caplog.text.count("it is tried again") == 1
        monkeypatch.setattr(os, "replace", real)
        await hq.look(END + GRACE_MS + 60_000)
        assert hq.archiving.trouble == ""
        assert hq.version == 1


async def test_one_damaged_day_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with started(tmp_path) as hq:
        path = hq.shelf.path("hq", DAY)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"no parquet")
        hq.tell(*calls(), *calls(2, END))
        now = CALENDAR.next_day(END) + GRACE_MS
        await hq.look(now)
        assert str(path) in hq.archiving.trouble
        assert hq.shelf.about("hq", DAY + timedelta(days=1)) is not None
        path.unlink()
        await hq.look(now + 30_000)
        assert hq.archiving.trouble == ""
        assert hq.shelf.days("hq") == [DAY, DAY + timedelta(days=1)]


async def test_callers_go_in_time_from_every_copy(tmp_path: Path) -> None:
    keeping, caller = Keeping(callers_days=10), {f"v{START + HOUR_MS}": "•••123"}
    with started(tmp_path, keeping=keeping) as hq:
        hq.tell(*calls(), **caller)
        await hq.look(END + GRACE_MS)
        hq.tell(NIGHT)
        await hq.look(END + 6 * HOUR_MS)
        await hq.look(END + 6 * HOUR_MS + CALM_MS)
        await hq.look(END + 9 * 24 * HOUR_MS)
        assert hq.shelf.load("hq", DAY)["caller"].null_count() < hq.shelf.load("hq", DAY).height
        await hq.look(END + 10 * 24 * HOUR_MS)
        about = hq.shelf.about("hq", DAY)
        assert about is not None
        assert (about.version, about.why, about.erased) == (3, Why.RETENTION, Erased.ALL)
        files = [hq.shelf.path("hq", DAY), *(path for _, path in hq.shelf.versions("hq", DAY))]
        assert len(files) == 3
        for path in files:
            frame = pl.read_parquet(path, hive_partitioning=False)
            assert frame["caller"].null_count() == frame.height
            assert "•••123".encode() not in path.read_bytes()
        for end in ("", "-wal"):
            assert "•••123".encode() not in (tmp_path / f"daybook.db{end}").read_bytes()
        # What comes late now brings nobody back.
        hq.tell(ArrivalFact(START + 9, "sales", "late"), late="•••456")
        await hq.look(END + 10 * 24 * HOUR_MS + HOUR_MS)
        await hq.look(END + 10 * 24 * HOUR_MS + HOUR_MS + CALM_MS)
        assert hq.version == 4
        frame = hq.shelf.load("hq", DAY)
        assert frame["caller"].null_count() == frame.height


async def test_old_days_and_old_versions_go_in_time(tmp_path: Path) -> None:
    with started(tmp_path, keeping=Keeping(keep_days=10, versions=1)) as hq:
        hq.tell(*calls())
        await hq.look(END + GRACE_MS)
        for n in range(3):
            hq.tell(ArrivalFact(START + n, "sales", f"late{n}"))
            await hq.look(END + HOUR_MS * (n + 1))
            await hq.look(END + HOUR_MS * (n + 1) + CALM_MS)
        assert hq.version == 4
        await hq.look(END + 25 * HOUR_MS)
        assert [number for number, _ in hq.shelf.versions("hq", DAY)] == [3]
        await hq.look(END + 11 * 24 * HOUR_MS)
        assert hq.shelf.days("hq") == []
        assert not list((tmp_path / "archive" / "superseded").rglob("*.parquet"))


async def test_an_imported_day_is_left_alone(tmp_path: Path) -> None:
    with started(tmp_path) as hq:
        frame = rows.frame(calls(1), {}, CALENDAR)
        about = Bounds(SITE).about(START, END, Why.IMPORTED)
        hq.shelf.write(structs.replace(about, origin="calls+csv:a.csv"), frame)
        hq.tell(*calls())
        await hq.look(END + GRACE_MS)
        assert hq.version == 1
        assert close(hq.shelf, Bounds(SITE), hq.book.kept(), START, END) is None


async def test_a_mark_stands_for_nothing_that_the_file_lacks(tmp_path: Path) -> None:
    with started(tmp_path) as hq:
        hq.tell(*calls())
        await hq.book.keep()
        kept = hq.book.kept()
        hq.tell(ArrivalFact(START + 9, "sales", "late"))
        await hq.book.keep()
        about = close(hq.shelf, Bounds(SITE), kept, START, END)
        assert about is not None
        assert about.mark == kept.marks([START])[START]
        assert about.position == hq.position
        assert "late" in hq.shelf.load("hq", DAY)["visit"].to_list()


async def test_what_another_process_wrote_meanwhile_is_not_undone(tmp_path: Path) -> None:
    with started(tmp_path) as hq:
        hq.tell(*calls())
        await hq.book.keep()
        wrong, file = calls()[1], hq.book._file

        class Slow(Kept):
            """While it is read, a fact is taken back, and another process writes the day so."""

            def reading(self) -> Reading:
                reading = super().reading()
                if hq.version == 0:
                    file.write([Taken(2, [(-1, wrong)], {})], 2, END)
                    assert close(Shelf(hq.shelf.root), Bounds(SITE), Kept(file), START, END)
                return reading

        assert close(hq.shelf, Bounds(SITE), Slow(file), START, END) is None
        assert hq.version == 1
        assert hq.shelf.load("hq", DAY).height == len(calls()) - 1


async def test_the_loop_goes_on_while_a_day_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, real = threading.Event(), threading.Event(), archiving.close

    def slow(*args: Any) -> Any:
        begun.set()
        assert may_end.wait(WITHIN_S)
        return real(*args)

    monkeypatch.setattr(archiving, "close", slow)
    with started(tmp_path) as hq:
        hq.tell(*calls())
        looking = asyncio.create_task(hq.look(END + GRACE_MS))
        assert await asyncio.to_thread(begun.wait, WITHIN_S)
        assert not looking.done()
        may_end.set()
        await looking
        assert hq.version == 1
