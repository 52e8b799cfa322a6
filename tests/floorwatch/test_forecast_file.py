"""A forecast from a file is what the file says, and what `simulate` writes is such a file."""

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from floorwatch import forecast_file, urls
from floorwatch.failures import FAILURES
from ingest.counts_csv_lines import CountsCsvError
from simulators.forecast_text import text
from simulators.local_time import start_of
from simulators.scenario_file import preset

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000
HOUR = 60 * MINUTE


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1_000


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_queues_and_the_floor_are_told_apart_and_added_up(tmp_path: Path) -> None:
    file = written(
        tmp_path / "plan.csv",
        "\ufeffcalls;start;queue",
        *("12,5;2026-11-23 08:00;sales", "7;2026-11-23 08:30;sales"),
        *("4;2026-11-23T08:00+08:00;vip", "8;2026-11-23T09:00+08:00;vip"),
    )
    forecast = forecast_file.read(file, SHANGHAI)
    eight = at("2026-11-23T08:00+08:00")
    assert forecast.expected("sales", eight, eight + HOUR) == pytest.approx(19.5)
    assert forecast.expected("vip", eight, eight + 15 * MINUTE) == pytest.approx(1.0)
    assert forecast.expected("", eight, eight + HOUR) == pytest.approx(23.5)
    assert forecast.expected("sales", eight + 2 * HOUR, eight + 3 * HOUR) is None


def test_without_queues_it_is_the_whole_floors(tmp_path: Path) -> None:
    file = written(
        tmp_path / "plan.csv", "start,calls", "2026-11-23T08:00,30.5", "2026-11-23T09:00,60"
    )
    forecast = forecast_file.read(file, SHANGHAI)
    eight = at("2026-11-23T08:00+08:00")
    assert forecast.expected("", eight, eight + 2 * HOUR) == pytest.approx(90.5)
    assert forecast.expected("sales", eight, eight + HOUR) is None


def test_what_simulate_writes_is_read_to_its_very_end(tmp_path: Path) -> None:
    scenario = preset("quiet-day")
    start_at = start_of(scenario)
    until = start_at + 2 * HOUR + 7 * MINUTE
    file = tmp_path / "forecast.csv"
    file.write_text(text(scenario, start_at, until), encoding="utf-8")
    forecast = forecast_file.parse(file.read_text(encoding="utf-8"), file.name, SHANGHAI)
    with file.open(encoding="utf-8") as lines:
        told = list(csv.DictReader(lines))
    for queue in scenario.queues:
        own = [float(row["calls"]) for row in told if row["queue"] == queue.id]
        assert forecast.expected(queue.id, start_at, until) == pytest.approx(sum(own))
        quarter = forecast.expected(queue.id, start_at, start_at + 15 * MINUTE)
        assert quarter == pytest.approx(own[0])
        # The last rows: seven minutes of calls, and then none.
        assert forecast.expected(queue.id, until - 7 * MINUTE, until) == pytest.approx(own[-2])
        assert forecast.expected(queue.id, until, until + MINUTE) == 0.0


def test_a_mistake_names_file_line_and_column(tmp_path: Path) -> None:
    file = written(tmp_path / "plan.csv", "queue,start,calls", "sales,2026-11-23T08:00,few")
    with pytest.raises(
        CountsCsvError, match=r"^plan\.csv:2: calls: 'few' is not a number from 0\. Write one"
    ):
        forecast_file.read(file, SHANGHAI)
    assert CountsCsvError in FAILURES


def test_counts_can_be_tried_but_not_replayed() -> None:
    url = urls.parse("counts+csv:counts.csv.gz", urls.BACKTESTS)
    assert (url.scheme, url.path) == ("counts+csv", "counts.csv.gz")
    assert urls.BACKTESTS.items() > urls.REPLAYS.items()
    with pytest.raises(urls.UrlError, match="not a scheme known here"):
        urls.parse("counts+csv:counts.csv.gz", urls.REPLAYS)
