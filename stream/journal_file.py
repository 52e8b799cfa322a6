"""The journal as files in a directory: group commit with fdatasync, one writer by a file lock."""

import asyncio
import errno
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.events import Millis
from ingest.ports import Clock
from stream import segments
from stream.checkpoint_file import CheckpointFile
from stream.ports import Checkpoint, JournalError, Position, Stored
from stream.tape import Appended, Tape

_log = logging.getLogger(__name__)
_DAY_MS = 86_400_000
_READ_AT_ONCE = 64
_WARNINGS = 100


class FileJournal:
    """A journal in a directory of its own: `async with FileJournal(path, clock) as journal`.

    A commit starts `linger_s` after the first append, so that it serves many; one is under way at a
    time, and the next takes all that came meanwhile. Segments of `segment_bytes` are kept until all
    of their events are older than `keep_days` and below the checkpoint; None keeps them for ever.
    With `read_only` no lock is taken: one may read while another writes.
    """

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        *,
        read_only: bool = False,
        linger_s: float = 0.005,
        segment_bytes: int = 64 * 1024 * 1024,
        keep_days: float | None = 30,
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._read_only = read_only
        self._linger_s = linger_s
        self._segment_bytes = segment_bytes
        self._keep_days = keep_days
        self._checkpoints = CheckpointFile(directory)
        self._warnings: list[str] = []
        self._lock: int | None = None
        self._tape: Tape | None = None
        self._appended: Position = 0
        self._committed: Position = 0
        self._waiting: list[Appended] = []
        self._some = asyncio.Event()
        self._writing: asyncio.Future[Position] | None = None
        self._in_flight: list[Appended] = []
        # One thread each: a large checkpoint must not hold up the commits.
        self._commits = ThreadPoolExecutor(1, "journal-commit")
        self._saves = ThreadPoolExecutor(1, "journal-save")

    async def __aenter__(self) -> Self:
        if self._read_only:
            if not self._directory.is_dir():
                raise JournalError(f"{self._directory}: there is no journal: mend the path")
            return self
        loop = asyncio.get_running_loop()
        try:
            self._tape = await loop.run_in_executor(self._commits, self._open)
        except OSError as error:
            self._unlock()
            raise _explained(error, self._directory) from error
        self._appended = self._committed = self._tape.last
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit what is still waiting, unless a commit failed before, and let go of the files."""
        try:
            self._linger_s = 0
            if not isinstance(error, JournalError):
                while self._committed < self._appended:
                    await self.commit()
        except JournalError as problem:
            if error is None:
                raise
            _log.error("while closing: %s", problem)
        finally:
            self._commits.shutdown()
            self._saves.shutdown()
            if self._tape is not None:
                self._tape.close()
            self._unlock()

    @property
    def warnings(self) -> Sequence[str]:
        """What was found damaged; whole sentences."""
        return tuple(self._warnings)

    def append(self, recvtime: Millis, payloads: Sequence[bytes], /) -> Position:
        """Take these payloads; see `Journal.append`."""
        if payloads:
            self._waiting.append((recvtime, payloads))
            self._appended += len(payloads)
            self._some.set()
        return self._appended

    async def commit(self) -> Position:
        """Make everything appended durable; see `Journal.commit`."""
        if self._tape is None:
            raise JournalError(f"{self._directory} is open for reading only")
        if self._writing is None:
            await self._some.wait()
            if self._linger_s:
                await self._clock.sleep(self._linger_s)
            self._in_flight, self._waiting = self._waiting, []
            self._some.clear()
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(self._commits, self._tape.write, self._in_flight)
        try:
            # Shielded: the thread cannot be called back; the next call waits for the same commit.
            self._committed = await asyncio.shield(self._writing)
        except OSError as error:
            self._waiting[:0] = self._in_flight
            self._some.set()
            self._writing = None
            raise _explained(error, self._directory) from error
        self._writing = None
        self._in_flight = []
        return self._committed

    async def read(self, after: Position, /) -> AsyncIterator[Stored]:
        """All that is on the disk after this position; see `Journal.read`."""
        # Not under closing(): after a cancellation a thread may still be inside the generator.
        found = segments.read(self._directory, after, self._warn)
        try:
            while chunk := await asyncio.to_thread(_take, found):
                for stored in chunk:
                    yield stored
        except OSError as error:
            raise _explained(error, self._directory) from error

    async def save(self, state: bytes, position: Position, /) -> None:
        """Keep this state, then delete what no longer needs keeping; see `Journal.save`."""
        if position > self._committed:
            raise ValueError(f"position {position} is not committed yet ({self._committed} is)")
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._saves, self._save, Checkpoint(state, position))
        except OSError as error:
            raise _explained(error, self._directory) from error

    async def load(self) -> Checkpoint | None:
        """The latest state that is whole; see `Journal.load`."""
        try:
            return await asyncio.to_thread(self._checkpoints.load, self._warn)
        except OSError as error:
            raise _explained(error, self._directory) from error

    def _open(self) -> Tape:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        checkpoint = self._checkpoints.load(lambda _: None)  # `load` will tell
        # Positions that a state stands for are never given to other events.
        at_least = 0 if checkpoint is None else checkpoint.position
        return Tape(self._directory, at_least, self._segment_bytes, self._warn)

    def _take_lock(self) -> None:
        path = self._directory / "lock"
        self._lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 32, 0).decode(errors="replace").strip() or "unknown"
            self._unlock()
            raise JournalError(
                f"{self._directory} is being written by process {holder}: stop that one, "
                "or give this one a journal of its own"
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _save(self, checkpoint: Checkpoint) -> None:
        kept = self._checkpoints.save(checkpoint)
        if self._keep_days is not None:
            before = self._clock.now() - round(self._keep_days * _DAY_MS)
            for path in segments.trim(self._directory, kept, before):
                _log.info("%s deleted: older than %s days", path, self._keep_days)

    def _warn(self, sentence: str) -> None:
        if sentence not in self._warnings and len(self._warnings) < _WARNINGS:
            self._warnings.append(sentence)
        _log.warning("%s", sentence)


def _take(found: segments.Blocks) -> list[Stored]:
    return list(islice(found, _READ_AT_ONCE))


def _explained(error: OSError, path: Path) -> JournalError:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            advice = "free some space there, or lower keep_days; nothing that waits is lost"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            advice = "give this user the right to write there, or choose another directory"
        case errno.EIO:
            advice = "the disk fails: look at the system's log, and move the journal to another"
        case _:
            advice = "mend that, and start again"
    return JournalError(f"{path}: {error.strerror or error}: {advice}")
