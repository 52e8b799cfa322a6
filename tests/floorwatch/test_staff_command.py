"""The staff command: a forecast in, agents per interval out, mistakes named."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from floorwatch.commands import app
from planning.erlang import erlang_a
from planning.staffing import Goal, Traffic, need

FORECAST = """queue,start,calls
sales,2026-11-23 10:00,100
sales,2026-11-23 10:30,0
sales,2026-11-23 11:00,40.5
vip,2026-11-23 10:00,12
vip,2026-11-23 10:30,9
"""


@pytest.fixture
def forecast(tmp_path: Path) -> Path:
    file = tmp_path / "forecast.csv"
    file.write_text(FORECAST, encoding="utf-8")
    return file


def asked(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["staff", *map(str, arguments)], env={"COLUMNS": "80"})
    return result.exit_code, result.stdout, result.stderr


def test_each_interval_of_each_queue_has_its_agents(forecast: Path) -> None:
    code, out, _ = asked(
        forecast, "--handling", 180, "--patience", 180, "--shrinkage", 0.3, "--json"
    )
    assert code == 0
    told = json.loads(out)
    assert told["goal"] == {
        "level": 0.8,
        "target_s": 20.0,
        "occupancy": None,
        "of": "all calls offered, abandoned ones among them",
    }
    first, closed, *rest = told["intervals"]
    fares = erlang_a(per_hour=200, handling_s=180, agents=12, patience_s=180, target_s=20)
    assert first == {
        "queue": "sales",
        "start": "2026-11-23T10:00:00+08:00",
        "minutes": 30.0,
        "calls": 100.0,
        "load": 10.0,
        "agents": 12,
        "rostered": 18,
        "level": round(fares.served_in_target, 6),
        "asa_s": round(fares.answered_wait_s, 6),
        "abandons": round(fares.abandons, 6),
        "occupancy": round(fares.occupancy, 6),
    }
    assert (closed["agents"], closed["rostered"], closed["level"]) == (0, 0, None)
    for each in rest:
        traffic = Traffic(calls=each["calls"], span_s=1_800, handling_s=180, patience_s=180)
        assert each["agents"] == need(traffic, Goal(level=0.8)).agents
    assert [each["queue"] for each in rest] == ["sales", "vip", "vip"]


def test_the_table_and_the_csv_say_the_same(forecast: Path) -> None:
    options = (forecast, "--handling", 180, "--target", "90/10", "--occupancy", 0.7)
    code, out, _ = asked(*options, "--csv", "--queue", "sales")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    traffic = Traffic(calls=100, span_s=1_800, handling_s=180)
    found = need(traffic, Goal(level=0.9, target_s=10, occupancy=0.7))
    assert [row["agents"] for row in rows] == [str(found.agents), "0", rows[2]["agents"]]
    code, table, _ = asked(*options)
    assert code == 0
    lines = [line.split() for line in table.splitlines()]
    assert max(map(len, table.splitlines()[:6])) <= 80
    heads = "queue start calls agents rostered in 10 s ASA s gave up busy"
    assert " ".join(lines[0]) == heads
    assert lines[1][:6] == ["sales", "2026-11-23", "10:00", "100.0", *[str(found.agents)] * 2]
    assert lines[2][6:] == ["–"] * 4
    assert f"sales: at most {found.agents} agents" in table
    assert "of all calls offered" in table
    assert "Erlang C" in table


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--target", "8020"), "--target 8020: not per cent / seconds"),
        (("--target", "100/20"), "100 % is never sure"),
        (("--target", "0/20"), "--target 0/20"),
        (("--handling", "0"), "--handling 0: not above 0"),
        (("--handling", "nan"), "--handling nan"),
        (("--patience", "-3"), "--patience -3"),
        (("--shrinkage", "30"), "--shrinkage 30: not between 0 and 1"),
        (("--occupancy", "1"), "--occupancy 1"),
        (("--queue", "nobody"), "forecast.csv has no such queue. It has sales, vip"),
        (("--zone", "Mars"), "--zone Mars"),
        (("--json", "--csv"), "--json and --csv"),
    ],
)
def test_a_mistake_names_its_option(forecast: Path, options: tuple[str, ...], words: str) -> None:
    code, out, told = asked(forecast, "--handling", 180, *options)
    assert (code, out) == (1, "")
    assert words in told


def test_a_mistake_in_the_file_names_its_line(forecast: Path) -> None:
    forecast.write_text(FORECAST.replace("40.5", "many"), encoding="utf-8")
    code, _, told = asked(forecast, "--handling", 180)
    assert code == 1
    assert "forecast.csv:4: calls: 'many'" in told


def test_too_many_calls_name_the_interval(forecast: Path) -> None:
    forecast.write_text(FORECAST.replace("40.5", "900000"), encoding="utf-8")
    code, _, told = asked(forecast, "--handling", 180)
    assert code == 1
    assert "forecast.csv: sales 2026-11-23 11:00: 900000 calls in 30 min" in told
