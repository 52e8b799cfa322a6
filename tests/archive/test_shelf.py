"""The shelf: versions, nothing by halves, and a name for whatever is damaged."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from archive import rows, shelf
from archive.about import About, Why, metadata, parsed
from archive.shelf import Shelf, ShelfError
from stream.facts import ArrivalFact, Fact
from stream.intervals import Calendar

ROOT = Path(__file__).parents[2]
WITHIN_S = 60


@pytest.fixture
def frame(some_facts: list[Fact]) -> pl.DataFrame:
    return rows.frame(some_facts, {"v1": "•••123"}, Calendar("Asia/Shanghai"))


def test_what_is_written_is_read(
    tmp_path: Path, about_a_day: Callable[..., About], frame: pl.DataFrame, day: date
) -> None:
    kept = Shelf(tmp_path / "archive")
    assert kept.days("hq") == []
    assert kept.about("hq", day) is None
    assert kept.write(about_a_day(origin="calls+csv:a.csv"), frame) == 1
    assert kept.days("hq") == [day]
    assert kept.sites() == ["hq"]
    assert kept.about("hq", day) == about_a_day(version=1, origin="calls+csv:a.csv")
    assert kept.load("hq", day).equals(frame)
    assert not kept.root.stat().st_mode & 0o007
    read = kept.read("hq", day, day).collect()
    assert read.schema == shelf.SCHEMA
    assert read["day"].unique().to_list() == [day]


def test_days_are_read_with_both_ends(
    tmp_path: Path, about_a_day: Callable[..., About], frame: pl.DataFrame, day: date
) -> None:
    kept = Shelf(tmp_path)
    for n in range(4):
        kept.write(about_a_day(day=day + timedelta(days=n)), frame)
    read = kept.read("hq", day + timedelta(days=1), day + timedelta(days=2)).collect()
    assert sorted(read["day"].unique()) == [day + timedelta(days=1), day + timedelta(days=2)]
    none = kept.read("hq", day - timedelta(days=9), day - timedelta(days=8)).collect()
    assert none.is_empty()
    assert none.schema == shelf.SCHEMA
    assert kept.read("elsewhere", day, day).collect().is_empty()


def test_the_version_before_is_kept(
    tmp_path: Path, about_a_day: Callable[..., About], frame: pl.DataFrame, day: date
) -> None:
    kept = Shelf(tmp_path)
    kept.write(about_a_day(), frame)
    assert kept.write(about_a_day(why=Why.LATE, added=0, taken_back=1), frame.head(5)) == 2
    assert kept.load("hq", day).height == 5
    ((number, old),) = kept.versions("hq", day)
    assert number == 1
    assert shelf.about_of(old) == about_a_day(version=1)
    assert pl.read_parquet(old, hive_partitioning=False).height == frame.height


def test_metadata_of_others_and_of_later_releases_are_passed_over(
    about_a_day: Callable[..., About],
) -> None:
    about = about_a_day(version=3)
    assert parsed({**metadata(about), "floorwatch.mood": "good", "pandas": "{}"}) == about


def test_columns_of_another_definition_are_tolerated(
    tmp_path: Path, about_a_day: Callable[..., About], frame: pl.DataFrame, day: date
) -> None:
    kept = Shelf(tmp_path)
    kept.write(about_a_day(), frame.drop("ring_ms").with_columns(mood=pl.lit("good")))
    read = kept.load("hq", day)
    assert read.schema == rows.SCHEMA
    assert read["ring_ms"].null_count() == frame.height


@pytest.mark.parametrize("damage", ["text", "cut", "empty", "foreign"])
def test_a_damaged_file_is_told_by_its_name(
    tmp_path: Path,
    about_a_day: Callable[..., About],
    frame: pl.DataFrame,
    day: date,
    damage: str,
) -> None:
    kept = Shelf(tmp_path)
    kept.write(about_a_day(), frame)
    path = kept.path("hq", day)
    whole = path.read_bytes()
    if damage == "foreign":
        frame.write_parquet(path)
    else:
        path.write_bytes({"text": b"hello " * 99, "cut": whole[:-9], "empty": b""}[damage])
    for look in (
        lambda: kept.about("hq", day),
        lambda: kept.read("hq", day, day),
        lambda: kept.write(about_a_day(), frame),
    ):
        with pytest.raises(ShelfError, match=r"facts.parquet: .*move it away"):
            look()


def test_bytes_that_were_turned_never_raise_anything_else(
    tmp_path: Path, about_a_day: Callable[..., About], frame: pl.DataFrame, day: date
) -> None:
    Shelf(tmp_path).write(about_a_day(), frame)
    path = Shelf(tmp_path).path("hq", day)
    whole, rng, refused = path.read_bytes(), random.Random(1), 0
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 1, 3, 30])):
            damaged[rng.randrange(len(whole))] = rng.randrange(256)
        path.write_bytes(damaged)
        try:
            Shelf(tmp_path).load("hq", day)
        except ShelfError:
            refused += 1
    assert refused > 10


def test_a_folder_that_is_no_day_is_told_by_its_name(tmp_path: Path, day: date) -> None:
    odd = tmp_path / "facts" / "site=hq" / "day=yesterday"
    odd.mkdir(parents=True)
    (odd / shelf.FILE).write_bytes(b"")
    with pytest.raises(ShelfError, match="day=yesterday: this is no day"):
        Shelf(tmp_path).days("hq")


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path,
    about_a_day: Callable[..., About],
    frame: pl.DataFrame,
    day: date,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Shelf(tmp_path)
    kept.write(about_a_day(), frame)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ShelfError, match=r"no space left.*free some space"):
        kept.write(about_a_day(), frame.head(2))
    monkeypatch.undo()
    assert kept.load("hq", day).equals(frame)
    assert kept.write(about_a_day(), frame.head(2)) == 2


def test_a_reader_sees_one_version_or_the_other(
    tmp_path: Path, about_a_day: Callable[..., About], day: date
) -> None:
    """Every row of a version bears its number: none is ever mixed with another's."""
    kept = Shelf(tmp_path)
    calendar = Calendar("Asia/Shanghai")
    start = about_a_day().start

    def version(n: int) -> pl.DataFrame:
        # Different in length each time, so that what is read at old offsets would be noticed.
        facts = [ArrivalFact(start + i, f"q{n}", f"v{n}-{i}") for i in range(200 + 137 * (n % 7))]
        return rows.frame(facts, {}, calendar)

    made = [version(n) for n in range(25)]
    kept.write(about_a_day(), made[0])
    over = threading.Event()
    seen: list[tuple[int, int]] = []
    wrong: list[str] = []

    def look() -> None:
        while not over.is_set():
            read = kept.read("hq", day, day).collect()
            queues = read["queue"].unique().to_list()
            if len(queues) != 1 or read.height != made[int(queues[0][1:])].height:
                wrong.append(f"{queues} {read.height}")
            seen.append((int(queues[0][1:]), read.height))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for frame in made[1:]:
            kept.write(about_a_day(), frame)
    finally:
        over.set()
        reader.join(WITHIN_S)
    assert wrong == []
    assert len({n for n, _ in seen}) > 1


KILLED = """
import sys
from pathlib import Path
from archive.shelf import Shelf
from archive.about import parsed
import polars as pl
kept = Shelf(Path(sys.argv[1]))
(site,) = kept.sites()
(day,) = kept.days(site)
about, frame = kept.about(site, day), kept.load(site, day)
print("ready", flush=True)
while True:
    kept.write(about, frame)
    print(".", flush=True)
"""


def test_kill_9_leaves_a_whole_version(
    tmp_path: Path, about_a_day: Callable[..., About], frame: pl.DataFrame, day: date
) -> None:
    kept = Shelf(tmp_path)
    kept.write(about_a_day(), frame)
    last = 1
    for turns in (1, 2):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert writer.stdout is not None
        try:
            assert writer.stdout.readline() == b"ready\n"
            for _ in range(turns):
                assert writer.stdout.readline() == b".\n"
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.wait(WITHIN_S)
            writer.stdout.close()
        about = kept.about("hq", day)
        assert about is not None
        assert about.version >= last + turns
        assert kept.load("hq", day).equals(frame)
        last = about.version
        assert kept.write(about_a_day(), frame) == last + 1
        assert [number for number, _ in kept.versions("hq", day)] == list(range(1, last + 1))
        last += 1
