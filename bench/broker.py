"""A real Mosquitto for the bench: on a free loopback port, in a folder that goes away with it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 0
max_queued_messages 0
max_queued_bytes 0
"""


class BrokerError(Exception):
    """There is no broker to measure with; the message says what to do."""


def found() -> str | None:
    """Where Mosquitto is installed, if it is."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@contextmanager
def mosquitto(folder: Path, cpus: set[int] | None) -> Iterator[int]:
    """A broker at the port that is given; nothing of it is left afterwards. Raises BrokerError."""
    program = found()
    if program is None:
        raise BrokerError("mosquitto is not installed: apt install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = folder / "mosquitto.conf"
    root = "user root\n" if os.geteuid() == 0 else ""
    config.write_text(_CONFIG.format(port=port) + root)
    said = folder / "mosquitto.log"
    with said.open("ab") as log:
        process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
    try:
        if cpus:
            os.sched_setaffinity(process.pid, cpus)
        _wait_open(port, process, said)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_open(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    for _ in range(250):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise BrokerError(f"mosquitto does not start: {said.read_text()}")
