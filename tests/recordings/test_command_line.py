"""`floorwatch replay` as people call it."""

import json
import subprocess
import sys

import pytest

EVENTS = {"taken", "repeated", "late", "rejected", "out_of_step", "gaps"}
QUEUE = {
    "offered",
    "answered",
    "abandoned",
    "abandoned_short",
    "overflowed",
    "blocked",
    "dropped",
    "completed",
    "transferred",
    "waiting",
    "longest_wait_ms",
    "answered_in_target",
    "wait_ms_answered",
    "wait_ms_abandoned",
    "talk_ms",
    "target_ms",
    "short_ms",
    "service_level",
    "asa_ms",
    "abandon_rate",
}
AGENT = {
    "state",
    "reason",
    "answered",
    "ring_no_answer",
    "talk_ms",
    "signed_in_ms",
    "not_ready_ms",
}
REASONS = {"timeout", "empty", "key", "withdrawn", "redirected", "other"}
SETTINGS = """
[[site]]
id = "hq"
time_zone = "Europe/London"

[[site.source]]
url = "ami://floorwatch@pbx.example.com:5038"
secret_env = "PATH"

[[site.queue]]
id = "sales"
target = "10s"
short_abandon = "2s"
wrap_up = "5s"
"""


def _floorwatch(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "floorwatch", "replay", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def small(recording):
    if recording.ami.stat().st_size > 1_000_000:
        pytest.skip("the short recordings show it")
    return recording


def test_json_has_every_key_and_the_figures_of_the_floor(small):
    out = json.loads(
        _floorwatch(
            f"ami+file:{small.ami}", "--backfill", f"queue_log+file:{small.log_path}", "--json"
        )
    )
    assert out.keys() == {"as_of", "events", "queues", "agents", "components"}
    assert out["events"].keys() == EVENTS
    for row in out["queues"].values():
        assert row.keys() == QUEUE
        assert row["overflowed"].keys() <= REASONS
        assert row["dropped"].keys() == {"waiting", "talking"}
        sums = row["answered"] + row["abandoned"] + sum(row["overflowed"].values())
        assert row["offered"] == sums + row["dropped"]["waiting"] + row["waiting"]
        ended = row["completed"] + row["transferred"]
        assert row["dropped"]["talking"] <= row["completed"] <= ended <= row["answered"]
        held_to = row["answered"] + row["abandoned"] - row["abandoned_short"]
        level = row["answered_in_target"] / held_to if held_to else None
        assert row["service_level"] == (pytest.approx(level) if held_to else None)
        asa_ms = row["wait_ms_answered"] / row["answered"] if row["answered"] else None
        assert row["asa_ms"] == (pytest.approx(asa_ms) if row["answered"] else None)
    assert out["agents"]
    for row in out["agents"].values():
        assert row.keys() == AGENT
        assert sum(row["not_ready_ms"].values()) <= row["signed_in_ms"]
        assert row["talk_ms"] <= row["signed_in_ms"] + 60_000
    assert {tuple(sorted(part)) for part in out["components"].values()} <= {("kind", "status")}
    played = small.played().report
    assert out["queues"] == json.loads(json.dumps(played["queues"]))
    assert out["agents"] == json.loads(json.dumps(played["agents"]))


def test_agents_answered_as_often_as_the_queue_log_says(small):
    agents = small.played().report["agents"]
    for name in small.log.agents:
        mine = [v for v in small.log.visits if v.agent == name]
        assert agents[name]["answered"] == len(mine), name


def test_speed_changes_nothing_but_the_time_it_takes(small):
    url = f"queue_log+file:{small.log_path}"
    slow = json.loads(_floorwatch(url, "--speed", "5000", "--json"))
    assert slow == json.loads(_floorwatch(url, "--speed", "max", "--json"))


def test_settings_give_the_targets(small, tmp_path):
    file = tmp_path / "floor.toml"
    file.write_text(SETTINGS)
    url = f"ami+file:{small.ami}"
    row = json.loads(_floorwatch(url, "--config", file, "--json"))["queues"]["sales"]
    plain = json.loads(_floorwatch(url, "--json"))["queues"]["sales"]
    assert (row["target_ms"], row["short_ms"]) == (10_000, 2_000)
    assert (plain["target_ms"], plain["short_ms"]) == (20_000, 5_000)
    assert row["answered_in_target"] <= plain["answered_in_target"]
    assert row["abandoned_short"] <= plain["abandoned_short"]
    assert row["offered"] == plain["offered"]
