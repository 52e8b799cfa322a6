"""The whole of it, as it is installed: bridge, broker, stream and gateway in processes of their own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ingest.source_events_file import write
from simulators.demo import DEMO
from simulators.floor_sim import simulate

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
START = 1_795_276_800_000  # a midnight in Shanghai

SETTINGS = """
[site]
id = "demo"
time_zone = "Asia/Shanghai"
[[site.source]]
name = "{name}"
url = "{url}"
[stores]
journal = "file:{data}"
[gateway]
listen = "127.0.0.1:0"
[bridge]
broker = "{broker}"
spool = "{data}/spool"
"""


class Program:
    """One `floorwatch` command in a process of its own."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "floorwatch", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.said: list[str] = []

    def says(self, pattern: str) -> str:
        """Wait for a line; returns what the pattern's group caught."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.said.append(line)
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(f"ended without saying {pattern!r}: {''.join(self.said)}")

    def end(self, how: int = signal.SIGTERM) -> str:
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=30)
        return "".join(self.said) + rest


@pytest.fixture
def run(shared_pages: None) -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def start(*words: str) -> Program:
        programs.append(Program(*words))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()
        program.process.communicate()


def settings(tmp_path: Path, name: str, url: str, broker: str) -> str:
    file = tmp_path / f"{name}.toml"
    file.write_text(SETTINGS.format(name=name, url=url, data=tmp_path / "data", broker=broker))
    return str(file)


def frame(url: str) -> dict[str, Any]:
    try:
        with urlopen(f"{url}frame", timeout=5) as answer:
            body = json.load(answer)["body"]
    except (URLError, OSError):
        return {}
    assert isinstance(body, dict)
    return body


def until(url: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        body = frame(url)
        if body and condition(body):
            return body
    raise AssertionError(f"it never came: {json.dumps(frame(url))[:2000]}")


def taken(body: dict[str, Any]) -> int:
    return int(body["health"]["taken"])


@pytest.mark.broker
def test_any_mqtt_client_can_send_an_event_and_see_it_on_the_wall(
    tmp_path: Path, run: Callable[..., Program], mosquitto: Any
) -> None:
    wall = run("up", settings(tmp_path, "floor", mosquitto.url, mosquitto.url))
    url = wall.says(r"demo: (http://\S+)")
    until(url, lambda body: body["feeds"].get("/acd/demo/floor", {}).get("state") == "live")
    event = {
        "specversion": "1.0",
        "type": "acd.call.queued.v1",
        "source": "/acd/demo/my-acd",
        "id": "1",
        "data": {"visit": "4711", "queue": "sales"},
    }
    mosquitto.publish("acd/v1/demo/evt/call/sales", json.dumps(event))
    mosquitto.publish("acd/v1/demo/evt/call/sales", "no event at all")
    body = until(url, lambda body: body["health"]["rejected"] == 1)
    assert body["queues"]["sales"]["waiting"] == 1
    assert body["queues"]["sales"]["state"] == "live"
    wall.end()
    (letters,) = (tmp_path / "data" / "demo" / "rejected").iterdir()
    kept = json.loads(letters.read_text())
    assert kept["via"].startswith("mqtt")


def replayed(url: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "floorwatch", "replay", url, "--json"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=PATIENCE_S,
    )
    result = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


@pytest.mark.broker
def test_nothing_is_lost_and_nothing_counts_twice_whatever_dies(
    tmp_path: Path, run: Callable[..., Program], mosquitto: Any
) -> None:
    day = tmp_path / "day.jsonl"
    count = write(day, simulate(DEMO, 5, START, until=START + 5 * 3_600_000))
    floor = settings(tmp_path, "floor", mosquitto.url, mosquitto.url)
    first = run("up", floor)
    url = first.says(r"demo: (http://\S+)")
    until(url, lambda body: body["feeds"].get("/acd/demo/floor", {}).get("state") == "live")
    bridge = run("bridge", settings(tmp_path, "day", f"events+file:{day}", mosquitto.url))
    until(url, lambda body: taken(body) > count // 5)
    mosquitto.kill()
    mosquitto.start()
    until(url, lambda body: taken(body) > count // 2)
    first.end(signal.SIGKILL)
    second = run("up", floor)
    url = second.says(r"demo: (http://\S+)")
    simulator = "/acd/demo/simulator"
    until(url, lambda body: body["feeds"].get(simulator, {}).get("state") is not None)
    assert bridge.process.wait(timeout=PATIENCE_S) == 0
    reference = replayed(f"events+file:{day}")
    waiting = sum(row["waiting"] for row in reference["queues"].values())
    assert reference["events"]["taken"] == count

    def whole(body: dict[str, Any]) -> bool:
        return taken(body) >= count and body["health"]["lost"] == 0

    body = until(url, whole)
    assert body["totals"]["waiting"] == waiting
    said = second.end()
    assert "stopped" in said
    result = replayed(f"journal:{tmp_path / 'data' / 'demo'}")
    for queues in (result["queues"], reference["queues"]):
        for row in queues.values():
            del row["longest_wait_ms"]  # up to now in the one, to the end of the file in the other
    assert result["queues"] == reference["queues"]
    for name, agent in reference["agents"].items():
        ours = result["agents"][name]
        assert (ours["answered"], ours["talk_ms"], ours["ring_no_answer"]) == (
            agent["answered"],
            agent["talk_ms"],
            agent["ring_no_answer"],
        )
