"""A simulated monitoring link as a recording: `ami.jsonl.gz`, which `ami+file:PATH` replays.

The recorder is a client like any other: it connects, logs in, asks who is there, pings, and is cut
off when the PBX crashes. Same happenings, same bytes, as far as zlib compresses alike.
"""

import gzip
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from ingest.events import Heartbeat, Millis
from simulators.agenda import Happening
from simulators.ami_dialogue import Dialogue
from simulators.ami_pbx import FakePbx
from simulators.notes import Booted, Crashed
from simulators.scenario import Scenario

QUESTIONS = (
    *("CoreSettings", "CoreStatus", "QueueStatus", "QueueSummary", "CoreShowChannels"),
    *("DeviceStateList", "PJSIPShowEndpoints", "PJSIPShowContacts"),
    "PJSIPShowRegistrationsOutbound",
)
"""What the recorder asks after each login."""

PING_MS = 15_000
_USER, _SECRET = "recorder", "recorder"
_LEVEL = 3
_CHUNK = 1_048_576


class AmiTape:
    """Writes what happens to a file, as one who listens at the PBX would record it.

    Use it as a context manager, or `close` it: the recording ends with the time told last.
    Raises `OSError` if the file cannot be written.
    """

    def __init__(self, path: Path, scenario: Scenario) -> None:
        self._dialogue = Dialogue(scenario)
        self._file = path.open("wb")
        self._gzip = gzip.GzipFile("", "wb", _LEVEL, self._file, mtime=0)
        self._lines: list[bytes] = []
        self._size = 0
        self._now: Millis | None = None
        self._conn = 0
        self._up = False
        self._asked = 0
        self._pinged_at: Millis = 0
        self._pbx = FakePbx(self._dialogue.picture, {_USER: _SECRET})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def tell(self, happenings: Iterable[Happening]) -> None:
        """Record this, which happened next."""
        for happening in happenings:
            now, data = happening.time, happening.data
            if self._now is None:
                self._dialogue.wake(now)
                self._connect(now)
            self._now = now
            for frame in self._dialogue.tell(happening):
                self._write(now, frame)
            if isinstance(data, Crashed):
                self._disconnect(now, "end of file")
            elif isinstance(data, Booted):
                self._connect(now)
            elif isinstance(data, Heartbeat) and now - self._pinged_at >= PING_MS:
                self._pinged_at = now
                self._ask(now, "Ping")
        if self._size >= _CHUNK:
            self._flush()

    def close(self) -> None:
        """Stop recording."""
        if self._file.closed:
            return
        if self._now is not None:
            self._disconnect(self._now, "stopped")
        self._flush()
        self._gzip.close()
        self._file.close()

    def _connect(self, now: Millis) -> None:
        self._conn += 1
        self._up, self._asked, self._pinged_at = True, 0, now
        self._mark(now, "connect")
        self._pbx = FakePbx(self._dialogue.picture, {_USER: _SECRET}, self._conn)
        banner = self._pbx.data_to_send().decode().strip()
        self._mark(now, "banner", text=banner)
        self._ask(now, "Login", Username=_USER, Secret=_SECRET)
        for question in QUESTIONS:
            self._ask(now, question)

    def _disconnect(self, now: Millis, why: str) -> None:
        if self._up:
            self._up = False
            self._mark(now, "disconnect", why=why)

    def _ask(self, now: Millis, action: str, **headers: str) -> None:
        if not self._up:
            return
        self._asked += 1
        action_id = f"rec{self._conn}-{self._asked}"
        self._mark(now, "sent", action=action, actionid=action_id)
        asked = {"Action": action, "ActionID": action_id, **headers}
        text = "".join(f"{key}: {value}\r\n" for key, value in asked.items()) + "\r\n"
        self._pbx.receive(text.encode(), now)
        frames = self._pbx.data_to_send().decode().split("\r\n\r\n")[:-1]
        for nth, frame in enumerate(frames):
            self._write(now, frame)
            if action == "Login" and nth == 0:
                self._mark(now, "login")

    def _write(self, now: Millis, frame: str) -> None:
        head = f'{{"t": {_seconds(now)}, "conn": {self._conn}, "raw": '
        line = head.encode() + msgspec.json.encode(frame) + b"}\n"
        self._lines.append(line)
        self._size += len(line)

    def _mark(self, now: Millis, mark: str, **more: str) -> None:
        text = msgspec.json.encode({"mark": mark, **more})
        line = f'{{"t": {_seconds(now)}, "conn": {self._conn}, '.encode() + text[1:] + b"\n"
        self._lines.append(line)

    def _flush(self) -> None:
        self._gzip.write(b"".join(self._lines))
        self._lines.clear()
        self._size = 0


def _seconds(now: Millis) -> str:
    return f"{now // 1000}.{now % 1000:03}"
