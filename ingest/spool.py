"""The bridge's buffer on disk: events are safe here until the broker has acknowledged them.

    <folder>/<base>.spool   segments: records of length, CRC-32 and payload, one after another
    <folder>/position       up to where the broker has acknowledged

A position counts bytes since the first record ever; a segment is named by the one it begins at.
What a crash tore off at the end was never committed, and is cut off at the next start.
"""

import asyncio
import fcntl
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

_HEAD = struct.Struct("<II")
_POSITION = struct.Struct("<QI")
_LARGEST = 1 << 24
_READ = 1 << 18


class SpoolError(Exception):
    """The spool cannot be used; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One payload, and the position after it."""

    after: int
    payload: bytes


@dataclass(slots=True)
class _Segment:
    base: int
    path: Path
    size: int


class Spool:
    """An append-only queue of payloads in one folder, for one process.

    It is full when `largest_bytes` wait for the broker: the caller must then stop appending, though
    nothing is refused. The last `keep_bytes` that the broker acknowledged are kept for a broker
    that loses its memory. On disk it takes both, and at most two segments and one batch more.
    Raises `SpoolError` if the folder is in use, cannot be written, or is damaged.
    """

    def __init__(
        self,
        folder: Path,
        *,
        largest_bytes: int = 1 << 30,
        segment_bytes: int = 8 << 20,
        keep_bytes: int = 16 << 20,
    ) -> None:
        self._folder = folder
        self._largest = largest_bytes
        self._segment_bytes = segment_bytes
        self._keep_bytes = keep_bytes
        self._lock = _locked(folder)
        self.cut_off = 0
        """Bytes of a torn record that the last start has cut off."""
        try:
            self._segments = self._found()
        except OSError as error:
            os.close(self._lock)
            raise SpoolError(f"{folder}: cannot be read: {error}") from None
        except SpoolError:
            os.close(self._lock)
            raise
        last = self._segments[-1]
        self._file = os.open(last.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        _sync_folder(folder)
        self._unsynced: list[int] = []
        self._end = self._durable = last.base + last.size
        self.acknowledged = min(max(self._saved_position(), self._segments[0].base), self._end)
        self._kept = self.acknowledged
        self._changed = asyncio.Event()

    @property
    def waiting_bytes(self) -> int:
        """Bytes that the broker has not acknowledged yet."""
        return self._end - self.acknowledged

    @property
    def oldest(self) -> int:
        """The position of the oldest record that is still kept, acknowledged or not."""
        return self._segments[0].base

    @property
    def full(self) -> bool:
        """Whether so much waits for the broker that nothing more should be appended."""
        return self.waiting_bytes >= self._largest

    def append(self, payloads: Sequence[bytes]) -> None:
        """Write these after the others. They are safe, and can be read, after the next `commit`."""
        frames = b"".join(
            [_HEAD.pack(len(payload), _check(payload)) + payload for payload in payloads]
        )
        try:
            if self._segments[-1].size >= self._segment_bytes:
                self._roll()
            written = 0
            while written < len(frames):
                written += os.write(self._file, frames[written:])
        except OSError as error:
            raise SpoolError(f"{self._folder}: cannot write: {error}: free some space") from None
        self._segments[-1].size += len(frames)
        self._end += len(frames)

    async def commit(self) -> None:
        """Make all appended so far safe on disk, and remember how far the broker is."""
        end, acknowledged = self._end, self.acknowledged
        # The thread owns copies, so that it may outlive a cancelled caller and a closed spool.
        files = [*self._unsynced, os.dup(self._file)] if end != self._durable else []
        if files:
            self._unsynced = []
        moved = acknowledged != self._kept
        try:
            await asyncio.to_thread(self._sync, files, acknowledged if moved else None)
        except OSError as error:
            raise SpoolError(f"{self._folder}: cannot write: {error}: free some space") from None
        self._durable = max(self._durable, end)
        if moved:
            self._kept = acknowledged
            self._forget()
        self._wake()

    async def unsent(self, position: int, most: int) -> list[Record]:
        """At most `most` committed records after `position`; waits until there is one.

        Raises `SpoolError` for a record that the disk has spoilt.
        """
        while position >= self._durable:
            await self._changed.wait()
        records: list[Record] = []
        for record in self._records(position):
            records.append(record)
            if len(records) >= most:
                break
        return records

    def acknowledge(self, position: int) -> None:
        """The broker has everything up to here. The next `commit` makes us remember it."""
        self.acknowledged = max(self.acknowledged, position)
        self._wake()

    async def below_full(self) -> None:
        """Wait until something may be appended again."""
        while self.full:
            await self._changed.wait()

    async def emptied(self) -> None:
        """Wait until the broker has everything that was appended."""
        while self.acknowledged < self._end:
            await self._changed.wait()

    async def moved(self) -> None:
        """Wait until the broker has acknowledged more than is remembered on disk."""
        while self.acknowledged == self._kept:
            await self._changed.wait()

    def close(self) -> None:
        """Make everything safe and let the folder go."""
        try:
            self._sync([*self._unsynced, os.dup(self._file)], self.acknowledged)
        finally:
            os.close(self._file)
            os.close(self._lock)

    def _records(self, position: int) -> Iterator[Record]:
        for segment in self._segments:
            upto = min(segment.base + segment.size, self._durable)
            position = max(position, segment.base)
            if position < upto:
                for record in _scan(segment, position, upto):
                    yield record
                    position = record.after
                if position < upto:
                    raise _spoilt(segment, position)

    def _found(self) -> list[_Segment]:
        """The segments on disk, the last one cut off after its last whole record."""
        segments = [
            _Segment(int(path.stem), path, path.stat().st_size)
            for path in sorted(self._folder.glob("*.spool"))
            if path.stem.isdigit()
        ]
        if not segments:
            return [self._new_segment(self._saved_position())]
        last = segments[-1]
        whole = last.base
        for record in _scan(last, last.base, last.base + last.size):
            whole = record.after
        self.cut_off = last.base + last.size - whole
        if self.cut_off:
            if _goes_on(last, whole):
                raise _spoilt(last, whole)
            os.truncate(last.path, whole - last.base)
            last.size = whole - last.base
        return segments

    def _new_segment(self, base: int) -> _Segment:
        return _Segment(base, self._folder / f"{base:020d}.spool", 0)

    def _roll(self) -> None:
        segment = self._new_segment(self._end)
        opened = os.open(segment.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        self._unsynced.append(self._file)
        self._file = opened
        self._segments.append(segment)

    def _forget(self) -> None:
        """Delete segments that the broker has had for long, now that this is remembered."""
        while len(self._segments) > 1 and self._segments[1].base <= self._kept - self._keep_bytes:
            self._segments.pop(0).path.unlink(missing_ok=True)

    def _sync(self, files: list[int], position: int | None) -> None:
        """Runs in a thread: sync and close `files`, then write `position`."""
        try:
            for file in files:
                os.fdatasync(file)
        finally:
            for file in files:
                os.close(file)
        if len(files) > 1:
            _sync_folder(self._folder)
        if position is not None:
            number = _POSITION.pack(position, crc32(position.to_bytes(8, "little")))
            fresh = self._folder / "position.new"
            with open(fresh, "wb") as file_:
                file_.write(number)
                file_.flush()
                os.fdatasync(file_.fileno())
            fresh.replace(self._folder / "position")
            _sync_folder(self._folder)

    def _saved_position(self) -> int:
        """The position remembered on disk; 0, from where all is sent again, if it is spoilt."""
        try:
            position, check = _POSITION.unpack((self._folder / "position").read_bytes())
        except (OSError, struct.error):
            return 0
        return position if check == crc32(position.to_bytes(8, "little")) else 0

    def _wake(self) -> None:
        self._changed.set()
        self._changed.clear()


def _scan(segment: _Segment, position: int, upto: int) -> Iterator[Record]:
    """The whole records of a segment from `position` on: stops at the first that is not."""
    with open(segment.path, "rb", buffering=_READ) as file:
        file.seek(position - segment.base)
        while position + _HEAD.size <= upto:
            length, check = _HEAD.unpack(file.read(_HEAD.size))
            after = position + _HEAD.size + length
            if length > _LARGEST or after > upto:
                return
            payload = file.read(length)
            if _check(payload) != check:
                return
            yield Record(after, payload)
            position = after


def _goes_on(segment: _Segment, position: int) -> bool:
    """Whether a whole record follows the bad one: then it was not torn off, but spoilt."""
    with open(segment.path, "rb") as file:
        file.seek(position - segment.base)
        head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return False
    after = position + _HEAD.size + int(_HEAD.unpack(head)[0])
    return any(True for _ in _scan(segment, after, segment.base + segment.size))


def _spoilt(segment: _Segment, position: int) -> SpoolError:
    return SpoolError(
        f"{segment.path}: the record at byte {position - segment.base} is spoilt: "
        "move this file away to go on without it; its events are then missing"
    )


def _check(payload: bytes) -> int:
    # A crash may leave zeros at the end of a file: they must not pass for an empty record.
    return crc32(payload) ^ 0xA5A5A5A5


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    except OSError as error:
        raise SpoolError(f"{folder}: cannot be used as a spool: {error}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise SpoolError(f"{folder}: another bridge uses this spool: give each its own") from None
    return lock


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
