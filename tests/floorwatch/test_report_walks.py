"""`floorwatch report … --walks`: read beside whoever writes them, judged by the settings' duties."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboard.desk_file import DeskFile
from dashboard.walks_sqlite import SqliteWalks
from floorwatch.commands import app
from reports.walk_records import Finding, Walk

DAY = "2026-11-20"
NINE = 1_795_136_400_000
"""Nine in Shanghai, on that day."""
MIN = 60_000
SETTINGS = """
[stores]
journal = "file:{data}"
[site]
id = "hq"
time_zone = "Asia/Shanghai"
shifts = "shifts.csv"
[[site.source]]
name = "demo"
url = "simulate:demo"
[[site.walks.duty]]
id = "lead"
people = ["lee", "wang"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Lee walked for two hours, and Wang had no shift."""
    file, data = tmp_path / "floorwatch.toml", tmp_path / "data"
    file.write_text(SETTINGS.format(data=data), encoding="utf-8")
    shifts = f"agent,date,start,end\nlee,{DAY},08:00,16:00\nwang,2026-11-21,08:00,16:00\n"
    (tmp_path / "shifts.csv").write_text(shifts, encoding="utf-8")
    walk = Walk(id="w", by_id="lee", by="Lee", began_at=NINE, last_at=NINE + 120 * MIN)
    found = Finding(
        **{"id": "f", "walk": "w", "at": NINE + MIN, "by_id": "lee", "by": "Lee"},
        **{"place": "area:a", "kind": "noise", "measure": "repair", "open": True},
    )
    with DeskFile(data / "hq" / "desk.db") as desk:
        SqliteWalks(desk).add(found, walk)
    return file


def test_walks_are_told_against_the_duties_of_the_settings(settings: Path) -> None:
    tables = {
        table["key"]: table["rows"]
        for section in json.loads(told(settings, "--json"))["sections"]
        for table in section["tables"]
    }
    duties = {row["id"]: row["duty_met"] for row in tables["walk_duties"]}
    assert duties == {"lee": [1, 1], "wang": [0, 0]}
    [left] = tables["measures_open"]
    assert set(left["finding"]) == {"zh", "en"}
    assert left["finding"]["en"] == "Noise"


def test_walks_are_told_on_a_terminal_too(settings: Path) -> None:
    assert "巡视记录" in told(settings)


def told(settings: Path, *options: str) -> str:
    """What the command prints."""
    words = ["report", "day", DAY, "--walks", "--lang", "zh", "--config", str(settings), *options]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    return result.output
