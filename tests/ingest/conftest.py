"""A real Mosquitto on a free loopback port, and an inbox that collects."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.clock import SystemClock
from ingest.events import Queued
from ingest.ports import Batch
from ingest.stamp import Stamp
from ingest.wire import decode, encode

CONFIG = """\
listener {port} 127.0.0.1
max_inflight_messages 0
max_queued_messages 100000
persistence true
persistence_location {folder}/
{access}
"""


async def wait_until(condition: Callable[[], Any], deadline_s: float = 15.0) -> None:
    """Wait on a real event loop for something that real servers do."""
    async with asyncio.timeout(deadline_s):
        while not condition():
            await SystemClock().sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker, that can be killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, access: str = "allow_anonymous true") -> None:
        config = self.folder / "mosquitto.conf"
        if os.geteuid() == 0:
            access += "\nuser root"
        config.write_text(CONFIG.format(port=self.port, folder=self.folder, access=access))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [_found("mosquitto"), "-c", str(config)], stdout=log, stderr=log
            )
        for _ in range(500):
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
            break
        pytest.fail((self.folder / "log").read_text())

    def kill(self, how: int = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def publish(self, topic: str, payload: str, *options: str) -> None:
        """What a person does with `mosquitto_pub`."""
        subprocess.run(
            [
                _found("mosquitto_pub"),
                *("-h", "127.0.0.1", "-p", str(self.port), "-V", "mqttv5", "-q", "1"),
                *("-t", topic, "-m", payload, *options),
            ],
            check=True,
            timeout=10,
        )


def _found(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{program} is not installed")
        pytest.skip(f"{program} is not installed: apt install mosquitto mosquitto-clients")
    return path


@pytest.fixture
def stopped_mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    _found("mosquitto")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder)
    yield broker
    broker.kill()


@pytest.fixture
def mosquitto(stopped_mosquitto: Mosquitto) -> Mosquitto:
    stopped_mosquitto.start()
    return stopped_mosquitto


class Collector:
    """An inbox that keeps what comes, and commits it at once unless it is told not to."""

    def __init__(self, *, commit: bool = True) -> None:
        self.commit = commit
        self.batches: list[Batch] = []

    async def put(self, batch: Batch, /) -> None:
        self.batches.append(batch)
        if self.commit:
            batch.committed()

    @property
    def events(self) -> list[Any]:
        return [decode(p, b.recvtime) for b in self.batches for p in b.payloads]

    def of(self, source: str) -> list[Any]:
        return [event for event in self.events if event.source == source]

    def ids(self, source: str) -> list[str]:
        """The ids of the source's numbered events, in order of their first coming."""
        return list(dict.fromkeys(event.id for event in self.of(source) if event.seq))


@pytest.fixture
def collector() -> type[Collector]:
    return Collector


@pytest.fixture
def until() -> Callable[..., Any]:
    return wait_until


def some_events(count: int, source: str = "/acd/hq/pbx-1", epoch: str = "7") -> list[bytes]:
    stamp = Stamp(source, epoch)
    return [
        encode(
            stamp.event(
                Queued(visit=f"v{number}", queue=f"q{number % 5}"),
                time=1_800_000_000_000 + number,
                recvtime=1_800_000_000_000 + number,
            )
        )
        for number in range(count)
    ]


@pytest.fixture
def events() -> Callable[..., list[bytes]]:
    return some_events
