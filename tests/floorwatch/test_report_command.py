"""`floorwatch report` reads what an installation has kept, also while somebody writes it."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from floorwatch.commands import app
from stream.daybook import Taken
from stream.daybook_sqlite import DaybookFile
from stream.facts import ArrivalFact, HandleFact, WaitFact
from stream.intervals import Calendar
from stream.sites import Site

SETTINGS = """
[[site]]
id = "hq"
time_zone = "Asia/Shanghai"

[[site.queue]]
id = "sales"
names = {{ zh = "销售", en = "Sales" }}

[[site.team]]
id = "red"

[[site.agent]]
id = "ann"
team = "red"

[[site.source]]
url = "mqtt://127.0.0.1:1"

[stores]
journal = "file:{data}"
"""
DAY = date(2026, 11, 20)
START = Calendar("Asia/Shanghai").begin(DAY)
MIN = 60_000


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Path]:
    """An installation whose daybook is being written."""
    facts = [
        ArrivalFact(START + MIN, "sales", "v"),
        WaitFact(START + 2 * MIN, "sales", "v", "ann", MIN, 20_000, 5_000, answered=True),
        HandleFact(START + 4 * MIN, "sales", "v", "ann", 2 * MIN, 0),
    ]
    site = Site(id="hq", time_zone="Asia/Shanghai")
    book = DaybookFile(tmp_path / "data" / "hq" / "daybook.db", site)
    book.write([Taken(1, [(1, fact) for fact in facts], {"v": "•••123"})], 1, START + 5 * MIN)
    path = tmp_path / "floorwatch.toml"
    path.write_text(SETTINGS.format(data=tmp_path / "data"), encoding="utf-8")
    yield path
    book.close()


def asked(*words: str) -> Any:
    return CliRunner().invoke(app, ["report", *words])


def test_a_day_is_told_in_each_form(settings: Path, tmp_path: Path) -> None:
    config = ("--config", str(settings))
    shown = asked("day", "2026-11-20", *config, "--lang", "zh")
    assert shown.exit_code == 0, shown.output
    assert "呼入量" in shown.stdout
    told = json.loads(asked("day", "2026-11-20", *config, "--json").stdout)
    tables = {table["key"]: table for each in told["sections"] for table in each.get("tables", ())}
    assert tables["rates"]["rows"][0]["answer_rate"] == [1, 1]
    assert tables["handling"]["total"]["att"] == [2 * MIN, 1]
    lines = asked("week", "2026-11-20", *config, "--csv", "--lang", "en").stdout
    assert ["Sales", "1", "1"] in [line[:3] for line in csv.reader(io.StringIO(lines))]
    for form, head in (("xlsx", b"PK"), ("html", b"<!")):
        file = tmp_path / f"report.{form}"
        assert asked("month", "2026-11", *config, f"--{form}", str(file)).exit_code == 0
        assert file.read_bytes().startswith(head)


def test_a_team_is_told_alone(settings: Path) -> None:
    told = asked("day", "2026-11-20", "--config", str(settings), "--team", "red", "--json")
    keys = [section["key"] for section in json.loads(told.stdout)["sections"]]
    assert keys[0] == "people"
    assert "volumes" not in keys


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("day", "2026-11"), "2026-11 is a month, not a day"),
        (("day", "2026-11-20", "--site", "mars"), "--site mars: there is none"),
        (("day", "2026-11-20", "--queue", "mars"), "--queue mars: there is none"),
        (("day", "2026-11-20", "--lang", "fr"), "--lang fr"),
        (("day", "2026-11-20", "--json", "--csv"), "several forms"),
    ],
)
def test_what_cannot_be_told_is_named(settings: Path, words: tuple[str, ...], said: str) -> None:
    told = asked(*words, "--config", str(settings))
    assert told.exit_code == 1
    assert said in told.output
