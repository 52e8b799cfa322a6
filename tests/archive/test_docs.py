"""What docs/archive.md says of the files is so."""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from archive import rows
from archive.about import PREFIX, About, Why, metadata
from archive.shelf import Shelf
from stream.facts import Fact
from stream.intervals import Calendar

PAGE = (Path(__file__).parents[2] / "docs" / "archive.md").read_text(encoding="utf-8")


def test_the_query_of_the_page_finds_our_sums(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    about_a_day: Callable[..., About],
    some_facts: list[Fact],
) -> None:
    (query,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    shelf = Shelf(tmp_path / "data" / "archive")
    frame = rows.frame(some_facts, {"v1": "•••123"}, Calendar("Asia/Shanghai"))
    shelf.write(about_a_day(), frame.head(2))
    shelf.write(about_a_day(), frame)  # the version before is no part of the answer
    shelf.write(about_a_day(site="elsewhere"), frame)
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as db:
        found = db.sql(query).pl()
    (row,) = found.to_dicts()
    assert row == {
        "day": about_a_day().day,
        "queue": "sales",
        "offered": 2,
        "answered": 1,
        "in_target": 1,
        "asa_s": 8.0,
    }


def test_every_column_and_every_key_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE))
    assert {*rows.SCHEMA} <= told
    assert set(rows.KINDS) <= told
    assert {*About.__struct_fields__} <= told
    assert all(f"`{why}`" in PAGE or f'"{why}"' in PAGE for why in Why)


def test_the_metadata_can_be_read_by_others(
    tmp_path: Path, about_a_day: Callable[..., About], some_facts: list[Fact]
) -> None:
    shelf, about = Shelf(tmp_path), about_a_day()
    shelf.write(about, rows.frame(some_facts, {}, Calendar("Asia/Shanghai")))
    path = shelf.path(about.site, about.day)
    with duckdb.connect() as db:
        found = db.sql(f"select decode(key), decode(value) from parquet_kv_metadata('{path}')")
        told = {key: value for key, value in found.fetchall() if key.startswith(PREFIX)}
    assert told == metadata(about) | {f"{PREFIX}version": "1"}
    assert pl.read_parquet_metadata(path)[f"{PREFIX}why"] == "day closed"
