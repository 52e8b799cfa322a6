"""`floorwatch simulate` as people call it: files, a broker, a manager client, a growing log, mistakes."""

import gzip
import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from floorwatch import settings
from floorwatch.invented import furnished
from ingest.wire import decode
from simulators.scenario_file import load

SECONDS = 60
SECRET = {"SIMULATED_SECRET": "a-secret"}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "floorwatch", "simulate", *arguments]


def done(*arguments: str, status: int = 0) -> str:
    """Run to its end; returns what it said."""
    ended = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=os.environ | SECRET,
    )
    assert ended.returncode == status, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


def ids_in(file: Path) -> list[str]:
    with gzip.open(file) as lines:
        return [decode(line, 0).id for line in lines]


def test_the_presets_are_listed_in_both_languages() -> None:
    listed = done("--list")
    for name in ("quiet-day", "monday-rush", "system-outage", "multi-site", "周一高峰", "Monday"):
        assert name in listed


def test_a_scenario_file_of_ones_own_is_simulated(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text('like = "quiet-day"\nbusier = 1.5\nsite = "ours"\n')
    done(str(own), "--hours", "0.5", "--seed", "3", "--out", str(tmp_path / "day"))
    done("quiet-day", "--hours", "0.5", "--seed", "3", "--out", str(tmp_path / "usual"))
    ours, usual = (json.loads((tmp_path / d / "truth.json").read_text()) for d in ("day", "usual"))
    assert ours["site"] == "ours"
    assert ours["callers"]["calls"] > 1.2 * usual["callers"]["calls"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--list names the presets"),
        (("quiet-day",), "either --out DIR or --to URL"),
        (("quiet-day", "--out", "x", "--to", "mqtt://127.0.0.1"), "either --out DIR or --to URL"),
        (("quiet-dya", "--out", "x"), "quiet-day"),
        (("quiet-day", "--out", "x", "--speed", "0"), "--speed 0: give a number above 0"),
        (("quiet-day", "--to", "ftp://127.0.0.1"), '"ftp:" is not a scheme known here'),
        (("quiet-day", "--to", "ami://monitor@127.0.0.1:1"), "--secret-env"),
        (("quiet-day", "--out", "x", "--start", "tomorrow"), "2026-11-23 08:00"),
        (("no-such.toml", "--out", "x"), "no-such.toml"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    here = [str(tmp_path / a) if a == "x" else a for a in arguments]
    told = done(*here, status=1)
    assert said in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "name", ["queue_log", "floorwatch.toml", "forecast.csv", "events.jsonl.gz"]
)
def test_a_file_of_ones_own_is_never_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    told = done("quiet-day", "--hours", "0.02", "--out", str(tmp_path), status=1)
    assert f"{name} is there already" in told.replace("\n", "")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_day_of_our_own_is_written_over(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        done("quiet-day", "--hours", "0.02", "--seed", seed, "--out", str(tmp_path))
    assert json.loads((tmp_path / "truth.json").read_text())["seed"] == 2


def test_a_mistake_in_a_scenario_file_is_named_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text('like = "quiet-day"\n\nbusyer = 1.5\n')
    told = done(str(own), "--out", str(tmp_path / "day"), status=1)
    assert "ours.toml:3: busyer" in told
    assert "busier" in told


def test_the_settings_beside_a_day_know_its_queues_people_and_targets(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text(
        'like = "multi-site"\nday_start = "05:00"\n\n[[queues]]\nid = "vip"\ntarget = "15500ms"\n'
    )
    done(str(own), "--hours", "0.2", "--out", str(tmp_path / "day"))
    file = tmp_path / "day" / "floorwatch.toml"
    scenario = load(own)
    site = settings.load(file, {}).sites[0].site
    assert site == furnished(replace(site, queues={}, agents={}, teams={}, names={}), scenario)
    assert (site.id, site.time_zone, site.day_start_min) == ("demo", "Asia/Shanghai", 300)
    assert site.queues["vip"].target_ms == 15_500
    assert not settings.check(file, {})
    replayed = subprocess.run(
        [
            *(sys.executable, "-m", "floorwatch", "replay", "--json", "--config", str(file)),
            f"queue_log+file:{tmp_path / 'day' / 'queue_log'}",
        ],
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )
    truth = json.loads((tmp_path / "day" / "truth.json").read_text())
    logged = truth["as_told_by"]["queue_log"]["queues"]
    found = json.loads(replayed.stdout)["queues"]
    assert logged.items() <= found.items()
    assert found.keys() == site.queues.keys()


def test_a_broker_gets_every_event_of_the_day_once_and_in_order(
    mosquitto: Any, tmp_path: Path
) -> None:
    done("quiet-day", "--hours", "0.3", "--seed", "5", "--out", str(tmp_path))
    expected = ids_in(tmp_path / "events.jsonl.gz")
    listener = subprocess.Popen(
        [
            # Its output is wanted line by line, though it goes into a pipe.
            *("stdbuf", "-oL", str(shutil.which("mosquitto_sub"))),
            *("-h", "127.0.0.1", "-p", str(mosquitto.port)),
            *("-V", "mqttv5", "-q", "1", "-t", "acd/v1/demo/evt/#", "-d"),
            *("-F", "%J"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()
    assert listener.stdout is not None
    stdout = listener.stdout

    def read() -> None:
        for line in stdout:
            lines.put(line)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while "SUBACK" not in lines.get(timeout=SECONDS):
            pass
        done(
            *("quiet-day", "--hours", "0.3", "--seed", "5", "--speed", "max"),
            *("--to", mosquitto.url),
        )
        seen: list[int] = []
        while len(seen) < len(expected):
            line = lines.get(timeout=SECONDS)
            if line.startswith("{"):
                payload = json.loads(line)["payload"]
                if isinstance(payload, dict) and payload.get("seq"):
                    seen.append(payload["seq"])
    finally:
        listener.kill()
        listener.wait()
        reader.join(SECONDS)
        stdout.close()
    told = Counter(seen)
    assert sorted(told) == list(range(1, len(expected) + 1))
    assert set(told.values()) == {1}


def test_a_manager_client_hears_a_simulated_asterisk() -> None:
    """Spoken by hand, byte for byte: nothing of ours reads it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        command(
            *("quiet-day", "--hours", "0.05", "--speed", "600"),
            *("--to", f"ami://monitor@127.0.0.1:{port}", "--secret-env", "SIMULATED_SECRET"),
        ),
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | SECRET,
    )
    assert server.stdout is not None
    try:
        assert "listens" in server.stdout.readline()
        heard = b""
        with socket.create_connection(("127.0.0.1", port), SECONDS) as link:
            link.settimeout(SECONDS)
            link.sendall(
                b"Action: Login\r\nUsername: monitor\r\nSecret: a-secret\r\nEvents: on\r\n\r\n"
            )
            while data := link.recv(65_536):
                heard += data
        assert server.wait(SECONDS) == 0
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
    assert heard.startswith(b"Asterisk Call Manager/")
    assert b"Message: Authentication accepted\r\n" in heard
    for event in (b"FullyBooted", b"QueueMemberAdded", b"QueueCallerJoin", b"AgentConnect"):
        assert b"Event: " + event + b"\r\n" in heard


def test_a_queue_log_grows_line_by_line(tmp_path: Path) -> None:
    done("quiet-day", "--hours", "0.3", "--seed", "5", "--out", str(tmp_path))
    log = tmp_path / "grown"
    log.write_text("1700000000|NONE|NONE|NONE|QUEUESTART|\n")
    done(
        *("quiet-day", "--hours", "0.3", "--seed", "5", "--speed", "max"),
        *("--to", f"queue_log:{log}"),
    )
    written = (tmp_path / "queue_log").read_text().splitlines()
    grown = log.read_text().splitlines()
    assert grown[1:] == written[:-1]
    assert len(written) > 200
