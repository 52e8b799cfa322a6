"""Past days before the rules: what fired, what it was, and what surges put into them would have done."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from floorwatch.commands import app

RUN = CliRunner()


def backtested(*arguments: str) -> dict[str, Any]:
    """What `backtest --json` prints."""
    result = RUN.invoke(app, ["backtest", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("day")
    arguments = ["simulate", "trunk-failure", "--hours", "1.4", "--out", str(folder)]
    assert RUN.invoke(app, arguments).exit_code == 0
    return folder


def test_a_simulated_day_is_held_against_its_truth(simulated: Path) -> None:
    found = backtested(f"events+file:{simulated}/events.jsonl.gz")
    assert [(a["rule"], a["kind"], a["scope"]) for a in found["alerts"]] == [
        ("component", "component", "trunk:trunk-b")
    ]
    [alert] = found["alerts"]
    assert alert["ended_at"] - alert["started_at"] == 12 * 60_000
    assert alert["evidence"]["status"] == "down"
    truth = found["truth"]
    assert (truth["recall"], truth["precision"], truth["false"]) == (1.0, 1.0, [])
    assert truth["faults"][0]["delay_s"] < 10
    assert found["muted"]["mass_end"] == 1
    assert found["false_alarms_per_week"] is None, "an hour tells nothing of a week"
    assert found["weeks"] == pytest.approx(1.4 / 168, rel=0.2)


def test_the_queue_log_tells_what_the_events_tell_of_calls(simulated: Path) -> None:
    found = backtested(f"queue_log+file:{simulated}/queue_log")
    assert {a["kind"] for a in found["alerts"]} <= {"mass_end", "dropped"}


def test_rules_of_a_file_are_tried_instead(simulated: Path, tmp_path: Path) -> None:
    rules = tmp_path / "alerts.toml"
    rules.write_text('[[rule]]\nlike = "component"\noff = true\n')
    found = backtested(f"events+file:{simulated}/events.jsonl.gz", "--rules", str(rules))
    assert "component" not in {a["rule"] for a in found["alerts"]}
    assert found["alerts"], "what the line muted is told then"


def counts(folder: Path, days: int, rate: float) -> Path:
    """Calls of every five minutes from 08:00 to 18:00, by chance around an even rate."""
    draw = random.Random(7)
    path = folder / "counts.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("start,calls\n")
        for day in range(1, days + 1):
            for step in range(120):
                calls = sum(draw.random() < rate / 100 for _ in range(100))
                hour, minute = divmod(8 * 60 + step * 5, 60)
                file.write(f"2026-03-{day:02} {hour:02}:{minute:02},{calls}\n")
    return path


def test_counts_are_tested_and_surges_put_into_them_are_seen(tmp_path: Path) -> None:
    found = backtested(f"counts+csv:{counts(tmp_path, 12, 40)}", "--inject", "x2", "--inject", "x4")
    assert found["weeks"] == pytest.approx(11.4 / 7, rel=0.02)
    assert found["alerts"] == []
    assert found["false_alarms_per_week"] == 0
    double, fourfold = found["injected"]["x2"], found["injected"]["x4"]
    assert double["seen"] == fourfold["seen"] == 1.0
    assert fourfold["bound_s"] < fourfold["mean_delay_s"] < 3 * fourfold["bound_s"]
    assert fourfold["mean_delay_s"] < double["mean_delay_s"] < 4 * double["bound_s"]
    assert fourfold["p90_delay_s"] >= fourfold["mean_delay_s"] * 0.8


def test_a_real_doubling_in_counts_is_told(tmp_path: Path) -> None:
    path = counts(tmp_path, 9, 40)
    with gzip.open(path, "rt") as file:
        rows = file.read().splitlines()
    for nth, row in enumerate(rows):
        if row.startswith("2026-03-09 11:"):
            start, calls = row.split(",")
            rows[nth] = f"{start},{int(calls) * 2}"
    path = tmp_path / "doubled.csv"
    path.write_text("\n".join(rows))
    found = backtested(f"counts+csv:{path}")
    assert [(a["kind"], a["scope"]) for a in found["alerts"]] == [("surge", "")]
    assert found["alerts"][0]["evidence"]["ratio"] == pytest.approx(2, rel=0.5)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["counts+csv:nowhere.csv"], "nowhere.csv"),
        (["mqtt://broker"], "mqtt"),
        (["events+file:x", "--inject", "x1"], "--inject x1"),
        (["events+file:x", "--inject", "double"], "--inject double"),
        (["events+file:x", "--rules", "nowhere.toml"], "nowhere.toml"),
        (["events+file:x", "--truth", "nowhere.json"], "nowhere"),
    ],
)
def test_what_cannot_be_tested_says_why(arguments: list[str], why: str) -> None:
    result = RUN.invoke(app, ["backtest", *arguments])
    assert result.exit_code == 1
    assert why in result.output


def test_people_read_a_table(simulated: Path) -> None:
    result = RUN.invoke(app, ["backtest", f"events+file:{simulated}/events.jsonl.gz"])
    assert result.exit_code == 0
    assert "trunk-b" in result.output
    assert "recall 100.0%, precision 100.0%" in result.output
