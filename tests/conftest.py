"""A real Mosquitto on a free loopback port, for every test that wants one; pages exported once."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are busy: how long one example takes says nothing about the code.
settings.register_profile("floorwatch", deadline=None)
settings.load_profile("floorwatch")

SHELF = "FLOORWATCH_PAGES"


@pytest.fixture(scope="session", autouse=True)
def shared_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The pages are written once for all tests, and for the programs that they start."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHELF, str(folder / "pages"))
        yield


CONFIG = """\
listener {port} 127.0.0.1
max_inflight_messages 0
max_queued_messages 100000
persistence true
persistence_location {folder}/
{access}
"""


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
        for _ in range(2_000):
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
            timeout=60,
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
