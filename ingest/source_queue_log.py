"""Follows a live queue_log: its lines as events, through rotations and restarts.

What was read is remembered in a small file once the stream has made it durable, together with all
that the reading of the next line depends on. After a crash the lines since then are read again and
give the same events with the same numbers and ids: nothing is lost, nothing counts twice.
"""

import logging
import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from ingest.events import Adapter, Data, Event, Gap, Heartbeat, Millis
from ingest.ports import Batch, Clock, Inbox
from ingest.queue_log_lines import QueueLogError, parse
from ingest.queue_log_mapping import QueueLogMapping
from ingest.queue_log_rows import Row
from ingest.queue_log_tail import Line, Position, Tail
from ingest.queue_log_translate import Memory, Translator
from ingest.stamp import Stamp
from ingest.wire import encode
from ingest.words import AdapterStatus, Origin

_log = logging.getLogger(__name__)

HEARTBEAT_MS = 10_000
OLD_MS = 60_000
"""While catching up, lines older than this are a replay: no alarm may ring for them now."""
GRACE_MS = 2_000
"""A timer waits this long for lines of before its end: the log's seconds are whole ones."""
SAVE_MS = 1_000
MOST_WARNINGS = 100
"""Bad lines that are logged one by one; all of them are counted in the heartbeat."""
SKEW_MS = 5_000
"""A line younger than this says nothing about the two clocks: it took that long to be read."""


class SavedPositionError(ValueError):
    """The file that remembers how far the log was read cannot be used; the message says why."""


class Saved(Struct):
    """All that the next line depends on, as of the last committed batch."""

    epoch: str
    version: int = 1
    seq: int = 0
    position: Position = Position()
    began: bool = False
    last_at: Millis = 0
    lines: int = 0
    rejected: int = 0
    memory: Memory = msgspec.field(default_factory=Memory)


@dataclass(slots=True)
class QueueLogSource:
    """A `Source` that follows the log at `path` and remembers its position in `state`.

    `source` names it on its events. With `fill` it is the second witness: its events only fill in
    what another source missed. Lines of before `since` only tell who is signed in and who talks:
    for a first start beside a log of years. `run` raises `SavedPositionError` if `state` holds
    something else, and otherwise keeps trying: a log that is not there is news, not a crash.
    """

    path: Path
    state: Path
    source: str
    clock: Clock
    mapping: QueueLogMapping = field(default_factory=QueueLogMapping)
    since: Millis = 0
    poll_s: float = 0.25
    fill: bool = False

    async def run(self, inbox: Inbox, /) -> None:
        """Bring the log's events into the inbox until cancelled."""
        reader = _Reader(self, _load(self.state, self.clock.now()))
        try:
            while True:
                batch = reader.step(self.clock.now())
                if batch is not None:
                    await inbox.put(batch)
                await self.clock.sleep(self.poll_s if reader.tail.idle else 0)
        finally:
            reader.tail.close()


class _Reader:
    """The reading of one run."""

    def __init__(self, setup: QueueLogSource, saved: Saved) -> None:
        self.setup = setup
        self.saved = saved
        self.tail = Tail(setup.path, saved.position)
        self.translator = Translator(
            Stamp(setup.source, saved.epoch, saved.seq), setup.mapping, memory=saved.memory
        )
        self.status: AdapterStatus | None = None
        self.caught_up = False
        self.offset_ms: Millis | None = None
        self.beat_at: Millis = 0
        self.captured_at: Millis = 0
        self.captures = 0
        self.written = -1
        self.unsaved = False
        self.remembered = setup.state.exists()

    def step(self, now: Millis) -> Batch | None:
        """Read what is new. None if there is nothing to tell."""
        lines, news = self._lines(now)
        if self.tail.lost:
            self.tail.lost = False
            news.append(self._own(self._gap(now), f"gap.{self.saved.last_at}", now))
        if lines and not self.remembered:
            self._remember_start(lines[0])
        events: list[Event] = []
        for line in lines:
            events += self._taken(line, now)
        self.caught_up = self.caught_up or self.tail.idle
        if self.tail.idle:
            events += self._between_lines(now)
        beat = now - self.beat_at >= HEARTBEAT_MS
        if beat:
            self.beat_at = now
            news.append(self._own(self._heartbeat(now), f"heartbeat.{now}", now))
        self.unsaved = self.unsaved or bool(lines)
        if not (news or events):
            return None
        return self._batch(news + events, now, save=beat or now - self.captured_at >= SAVE_MS)

    def _lines(self, now: Millis) -> tuple[list[Line], list[Event]]:
        """The new lines, and the news of the link to the log if it changed."""
        try:
            lines = self.tail.read()
        except OSError as error:
            self.tail.close()
            self.tail.idle = True
            missing = isinstance(error, FileNotFoundError)
            status = AdapterStatus.DEGRADED if missing else AdapterStatus.DOWN
            return [], self._link(status, f"{error.strerror or error}: {self.setup.path.name}", now)
        return lines, self._link(AdapterStatus.UP, "", now)

    def _link(self, status: AdapterStatus, reason: str, now: Millis) -> list[Event]:
        if status is self.status:
            return []
        self.status = status
        return [self._own(Adapter(status=status, reason=reason), f"adapter.{status}.{now}", now)]

    def _taken(self, line: Line, now: Millis) -> list[Event]:
        saved = self.saved
        saved.lines += 1
        try:
            row = parse(line.line)
        except QueueLogError as error:
            saved.rejected += 1
            if saved.rejected <= MOST_WARNINGS:
                _log.warning("queue_log %s is not taken: %s: %r", line.name, error, line.line[:200])
            return []
        saved.last_at = max(saved.last_at, row.at)
        if self.caught_up:
            age_ms = now - row.at
            self.offset_ms = 0 if -SKEW_MS < age_ms < SKEW_MS else age_ms
        late = not self.caught_up and now - row.at > OLD_MS
        self.translator.origin = Origin.REPLAY if late else Origin.LIVE
        if self.setup.fill:
            self.translator.origin = Origin.BACKFILL
        if saved.began:
            return self.translator.take(row, line.name, now)
        return self._before_since(row, line, now)

    def _before_since(self, row: Row, line: Line, now: Millis) -> list[Event]:
        """Lines of before `since` are learnt from, silently; then everybody's state is told."""
        translator = self.translator
        if row.at < self.setup.since:
            seq = translator.stamp.seq
            translator.take(row, line.name, now)
            translator.stamp.seq = seq
            return []
        return self._standing(now) + translator.take(row, line.name, now)

    def _standing(self, now: Millis) -> list[Event]:
        self.saved.began = True
        return self.translator.standing(self.setup.since, now)

    def _between_lines(self, now: Millis) -> list[Event]:
        """What the passing of time alone brings, by the log's own clock."""
        standing = [] if self.saved.began or not self.saved.lines else self._standing(now)
        end = now - (self.offset_ms or 0) - GRACE_MS
        return standing + self.translator.tick(end, now)

    def _gap(self, now: Millis) -> Gap:
        return Gap(
            start_at=self.saved.last_at or now,
            end_at=now,
            why="the queue_log was rotated away before it was read to its end",
        )

    def _heartbeat(self, now: Millis) -> Heartbeat:
        saved = self.saved
        lag_ms = None if self.caught_up or not saved.last_at else max(0, now - saved.last_at)
        counters = {"lines": saved.lines, "rejected": saved.rejected}
        counters |= {f"unknown.{verb}": n for verb, n in saved.memory.unknown.items()}
        return Heartbeat(
            clock_offset_ms=self.offset_ms,
            last_native_at=saved.last_at or None,
            lag_ms=lag_ms,
            counters=counters,
        )

    def _own(self, data: Data, id: str, now: Millis) -> Event:
        """News of our own. Without a number: reading lines again must give the same numbers."""
        source = self.setup.source
        return Event(
            data=data,
            time=now,
            recvtime=now,
            source=source,
            id=f"{source}/{id}",
            epoch=self.saved.epoch,
            origin=Origin.BACKFILL if self.setup.fill else Origin.LIVE,
        )

    def _batch(self, events: list[Event], now: Millis, *, save: bool) -> Batch:
        payloads = [encode(event) for event in events]
        via = f"queue_log {self.setup.path.name}"
        if not (save and self.unsaved):
            return Batch(payloads, now, via)
        self.captured_at, self.unsaved = now, False
        self.saved.seq = self.translator.stamp.seq
        self.saved.position = self.tail.position
        self.captures += 1
        committed = partial(self._write, self.captures, msgspec.json.encode(self.saved))
        return Batch(payloads, now, via, committed)

    def _remember_start(self, first: Line) -> None:
        """Before anything is told of a log: it shall be found again, though it be rotated away."""
        self.remembered = True
        self.saved.position = Position(first.log, first.offset)
        self._write(0, msgspec.json.encode(self.saved))

    def _write(self, capture: int, data: bytes) -> None:
        """Remember what is durable now. A failure costs lines read again, never lines lost."""
        if capture <= self.written:
            return
        try:
            _replace(self.setup.state, data)
        except OSError as error:
            _log.error("the position in the queue_log cannot be saved: %s", error)
        else:
            self.written = capture


def _load(state: Path, now: Millis) -> Saved:
    try:
        return msgspec.json.decode(state.read_bytes(), type=Saved)
    except FileNotFoundError:
        return Saved(epoch=str(now // 1000))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SavedPositionError(
            f"{state}: {error}. It should say how far the queue_log was read. Without it the log "
            "is read anew under a new run, and its calls count again: move it away only for that."
        ) from None


def _replace(path: Path, data: bytes) -> None:
    """Put the data at the path: all of it or nothing, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
