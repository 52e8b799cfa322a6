"""A recorded monitoring link, `ami+file:PATH`: JSON lines `{"t": seconds, "conn": n, "raw": frame}`.

Lines with `mark` (connect, login, disconnect) are used where they are; without them a login is
known by its FullyBooted or by a new `conn`. The recording's own times drive the translator's clock.
"""

import base64
import gzip
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from ingest.ami_message import Message, parse, unwanted
from ingest.ami_translate import Translator
from ingest.events import Event, Millis
from ingest.stamp import Stamp

HEARTBEAT_MS = 10_000
QUIET_MS = 30_000
END_MS = 120_000
"""How far the clock runs on after the last line, so that what still waits is decided."""

STOPPED = "stopped"
"""Why a link ended that the recorder ended itself: the recording is over, and nothing was lost."""

KEPT_FAULTS = 20
PROGRESS_BYTES = 1_048_576
_LATEST_S = 253_402_300_799


class AmiFileError(ValueError):
    """The recording cannot be opened or holds no line that we can read; the message says what to check."""


class Line(msgspec.Struct):
    """One line of a recording. Its fields may be absent: other recorders write fewer."""

    t: float
    raw: str = ""
    conn: int = 1
    mark: str = ""
    why: str = ""
    b64: str = ""


@dataclass(slots=True)
class Reading:
    """What was read so far. `faults` are the first bad lines, as `line 7: what is wrong`."""

    size: int = 0
    position: int = 0
    lines: int = 0
    messages: int = 0
    skipped: int = 0
    bad: int = 0
    faults: list[str] = field(default_factory=list)

    def reject(self, why: str) -> None:
        """Count a bad line and keep the first few."""
        self.bad += 1
        if len(self.faults) < KEPT_FAULTS:
            self.faults.append(f"line {self.lines}: {why}")


class _Player:
    """Turns lines into calls of the translator, and their times into its clock."""

    def __init__(self, translator: Translator, reading: Reading) -> None:
        self._translator = translator
        self._reading = reading
        self._decoder = msgspec.json.Decoder(Line)
        self._conn: int | None = None
        self._up = False
        self._now: Millis = 0
        self._beat_at: Millis = 0
        self._heard_at: Millis = 0

    @property
    def now(self) -> Millis:
        """The time of the last line."""
        return self._now

    @property
    def end_at(self) -> Millis:
        """When all that the last line set going has been decided."""
        return self._now + END_MS

    def play(self, text: bytes) -> Iterator[Event]:
        """The events of one line of the file."""
        if not text.strip():
            return
        try:
            line = self._decoder.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._reading.reject(str(error))
            return
        if not 0 <= line.t < _LATEST_S:
            self._reading.reject(f"t is {line.t}, not seconds since 1970")
            return
        yield from self._at(round(line.t * 1000))
        if line.mark:
            yield from self._marked(line)
        elif line.raw or line.b64:
            yield from self._frame(line)

    def _at(self, now: Millis) -> Iterator[Event]:
        now = max(now, self._now)
        if self._now == 0:
            yield from self._translator.started(now)
            self._beat_at = now
        quiet = now - self._now > QUIET_MS
        if self._up and not quiet and now - self._beat_at >= HEARTBEAT_MS:
            yield from self._beat(now)
        elif self._translator.due_at is not None and self._translator.due_at <= now:
            yield from self._translator.tick(now)
        self._now = now

    def _beat(self, now: Millis) -> Iterator[Event]:
        self._beat_at = now
        counters = {
            "messages": self._reading.messages,
            "skipped": self._reading.skipped,
            "bad": self._reading.bad,
        }
        yield from self._translator.heartbeat(now, counters)

    def _marked(self, line: Line) -> Iterator[Event]:
        if line.mark == "login":
            yield from self._login(line.conn)
        elif line.mark == "disconnect" and self._up and line.conn == self._conn:
            if line.why == STOPPED:
                # It lived to the end: what lasted then, lasted until then.
                yield from self._beat(self._now)
                return
            self._up = False
            yield from self._translator.lost(self._now, line.why or "end of the connection")

    def _login(self, conn: int) -> Iterator[Event]:
        if self._up and conn == self._conn:
            return
        if self._up:
            yield from self._lost("another connection follows")
        self._up, self._conn = True, conn
        yield from self._translator.linked(self._now)

    def _lost(self, why: str) -> Iterator[Event]:
        """A link that nobody saw end, ended after the last thing it said."""
        yield from self._translator.lost(self._now, why, at=self._heard_at)

    def _frame(self, line: Line) -> Iterator[Event]:
        try:
            frame = _bytes_of(line)
        except ValueError as error:
            self._reading.reject(f"b64: {error}")
            return
        self._reading.messages += 1
        if unwanted(frame):
            self._reading.skipped += 1
            self._heard_at = self._now
            self._translator.heard(self._now)
            return
        message = parse(frame)
        if line.conn != self._conn or not self._up or _greeting(message):
            yield from self._login_seen(line.conn, message)
        self._heard_at = self._now
        yield from self._translator.receive(message, self._now)

    def _login_seen(self, conn: int, message: Message) -> Iterator[Event]:
        again = _greeting(message) and message.event == "" and self._up and conn == self._conn
        if again:
            yield from self._lost("the link was made anew")
            self._up = False
        yield from self._login(conn)


def _bytes_of(line: Line) -> bytes:
    if line.b64:
        return base64.b64decode(line.b64, validate=True)
    return line.raw.encode("utf-8", "replace")


def _greeting(message: Message) -> bool:
    return not message.event and message.text("message") == "Authentication accepted"


def events(
    path: Path,
    stamp: Stamp,
    *,
    wrap_up_ms: Mapping[str, Millis] | None = None,
    agents: Mapping[str, str] | None = None,
    reading: Reading | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Event]:
    """The events of a recording, in order, stamped by `stamp`.

    `progress` is told bytes read and bytes in all (of the file as it lies on disk), about each
    megabyte and at the end. Bad lines are counted in `reading` and skipped. Raises `AmiFileError`
    if the file cannot be read.
    """
    reading = Reading() if reading is None else reading
    translator = Translator(stamp, wrap_up_ms=wrap_up_ms, agents=agents)
    player = _Player(translator, reading)
    told_at = 0
    try:
        with path.open("rb") as file:
            reading.size = path.stat().st_size
            for text in _lines(path, file):
                reading.lines += 1
                yield from player.play(text)
                reading.position = file.tell()
                if progress is not None and reading.position - told_at >= PROGRESS_BYTES:
                    told_at = reading.position
                    progress(reading.position, reading.size)
    except (OSError, EOFError) as error:
        raise AmiFileError(f"{path}: {error}; check the path and that the file is whole") from error
    if progress is not None:
        progress(reading.size, reading.size)
    # What still waits is decided as time would have; but the recording knows of no later moment.
    for event in translator.tick(player.end_at):
        yield msgspec.structs.replace(event, recvtime=min(event.recvtime, player.now))


def _lines(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    if path.suffix == ".gz":
        return iter(io.BufferedReader(gzip.GzipFile(fileobj=file)))
    return iter(file)
