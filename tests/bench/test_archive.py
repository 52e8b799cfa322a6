"""The month of the bench is one of the archive's, and all who are asked find the same sums."""

from pathlib import Path

import polars as pl
import pytest

from archive import rows
from archive.shelf import Shelf
from bench.archive import GROUPS, equal, run
from bench.archive_month import FIRST, SITE, drawn

DAYS, FACTS = 2, 6_000


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("month")
    drawn(root / "archive", FACTS, DAYS)
    (root / "found").mkdir()
    return root


def test_the_month_has_as_many_facts_of_every_kind_in_order(month: Path) -> None:
    shelf = Shelf(month / "archive")
    days = shelf.days(SITE.id)
    assert len(days) == DAYS
    frame = shelf.load(SITE.id, FIRST)
    assert frame.height == FACTS // DAYS
    assert set(frame["kind"]) == set(rows.KINDS)
    assert frame.equals(rows.in_order(frame))


def test_all_who_are_asked_find_the_same(month: Path) -> None:
    for way in ("ours", "duckdb", "pandas", "report"):
        said = run(way, month / "archive", DAYS, month / "found")
        assert said["seconds"] > 0
    assert equal(month / "found", ("ours", "duckdb", "pandas"))
    path = month / "found" / "duckdb-queues.parquet"
    wrong = pl.read_parquet(path).with_columns(pl.col(GROUPS["queues"][1][0]) + 1)
    wrong.write_parquet(path)
    assert not equal(month / "found", ("ours", "duckdb", "pandas"))
