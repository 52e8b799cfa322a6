"""The growing queue_log on disk: its new lines in order, across every kind of rotation.

A log is known by its first line, not by its path. When it is renamed, it is read to its end before
the next one is begun; when it is copied and cut off, the copy is read to its end; when several
rotations went by while nobody read, each log in between is read, compressed or not. A last line
without its newline waits for it. What cannot be found any more is told as lost.
"""

import contextlib
import glob
import gzip
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import Struct

from ingest.queue_log_lines import LONGEST, identity

_CHUNK = 65_536


class Position(Struct, frozen=True):
    """The next byte to read, and the log that it lies in. An empty `log` means: from the start."""

    log: str = ""
    offset: int = 0


class Line(NamedTuple):
    """One line, with or without its newline, and where the next one begins."""

    log: str
    offset: int
    line: bytes

    @property
    def name(self) -> str:
        """The same line has the same name for ever."""
        return f"{self.log}:{self.offset}"

    @property
    def after(self) -> Position:
        return Position(self.log, self.offset + len(self.line))


class _Log(NamedTuple):
    """A log that lies in the directory: when its first line was written, and its age on disk."""

    started_s: int
    changed_ns: int
    log: str
    path: Path


@dataclass(slots=True)
class Tail:
    """Reads on from a position. `lost` turns true when lines were lost; the reader resets it.

    `idle` says that the last reading found nothing new: the end is reached.
    """

    path: Path
    position: Position
    lost: bool = False
    idle: bool = False
    _file: BinaryIO | None = None
    _rotated: bool = False

    def read(self) -> list[Line]:
        """The next complete lines, some 64 KiB at most; none if there is nothing new.

        Raises `OSError` if the log cannot be read, `FileNotFoundError` if there is none (yet).
        """
        file = self._file or self._begin()
        if not self._rotated and self._cut_off(file):
            file = self._follow_copy()
        lines = self._complete_lines(file)
        if not lines and self._over(file):
            # What was written between that reading and the rotation is read before leaving.
            lines = self._complete_lines(file) or self._unfinished_line(file)
            if not lines and self._go_on(file):
                return []
        self.idle = not lines
        if lines:
            self.position = lines[-1].after
        return lines

    def close(self) -> None:
        """Let go of the file; the position stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> BinaryIO:
        """Open the log that the position names; if it is gone, the one at the path."""
        if not self.position.log:
            return self._open(self.path, rotated=False)
        head = _head(self.path)
        if identity(head) == self.position.log:
            return self._open(self.path, rotated=False)
        for log in _logs(self.path):
            if log.log == self.position.log:
                return self._open(log.path, rotated=True)
        if not head:
            raise FileNotFoundError(f"{self.path}: no such log, or nothing in it yet")
        return self._start_over()

    def _start_over(self) -> BinaryIO:
        self.lost = True
        self.position = Position()
        return self._open(self.path, rotated=False)

    def _open(self, path: Path, *, rotated: bool) -> BinaryIO:
        self.close()
        self._file = _opened(path)
        self._rotated = rotated
        self.idle = False
        return self._file

    def _cut_off(self, file: BinaryIO) -> bool:
        """True if this file no longer holds the log that we were reading."""
        if not self.position.log:
            return False
        if file.seek(0, os.SEEK_END) < self.position.offset:
            return True
        return identity(_first_line(file)) != self.position.log

    def _follow_copy(self) -> BinaryIO:
        """The log was copied and cut off (logrotate's copytruncate): finish the copy."""
        for log in _logs(self.path):
            if log.log == self.position.log and log.path != self.path:
                return self._open(log.path, rotated=True)
        return self._start_over()

    def _over(self, file: BinaryIO) -> bool:
        """True if nothing more can come into this file: another one lies at the path."""
        if self._rotated:
            return True
        try:
            found = self.path.stat()
        except FileNotFoundError:
            # Renamed: Asterisk writes on until it opens a new one, unless that is gone again too.
            return bool(self._later(file))
        ours = os.fstat(file.fileno())
        return (found.st_dev, found.st_ino) != (ours.st_dev, ours.st_ino)

    def _go_on(self, file: BinaryIO) -> bool:
        """Go on to the log after this one, as soon as that has its first line, its name."""
        later = self._later(file)
        if not later:
            return False
        self._open(later[0].path, rotated=later[0].path != self.path)
        self.position = Position(later[0].log)
        return True

    def _later(self, file: BinaryIO) -> list[_Log]:
        """The logs that were begun after this one, oldest first."""
        logs, ours = _logs(self.path), self.position.log
        place = next((i for i, log in enumerate(logs) if log.log == ours), None)
        if place is None:  # deleted, though we still read it
            began = _started(_first_line(file))
            return [log for log in logs if log.started_s >= (began or 0)]
        return [log for log in logs[place:] if log.log != ours]

    def _complete_lines(self, file: BinaryIO) -> list[Line]:
        log, offset = self.position.log, self.position.offset
        if not log:
            head = _first_line(file)
            if not head:
                return []
            log = identity(head)
        data = self._bytes(file, offset, _CHUNK)
        return [Line(log, offset + start, line) for start, line in _split(data)]

    def _unfinished_line(self, file: BinaryIO) -> list[Line]:
        """The end of a log that nobody writes to any more: it is a line without a newline too."""
        log, offset = self.position.log, self.position.offset
        rest = self._bytes(file, offset, LONGEST)
        return [Line(log or identity(rest), offset, rest)] if rest else []

    def _bytes(self, file: BinaryIO, offset: int, size: int) -> bytes:
        try:
            file.seek(offset)
            return file.read(size)
        except (EOFError, zlib.error):  # a compressed log that is not whole
            self.lost = True
            return b""


def _split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The complete lines in these bytes and where each begins; an endless one in pieces."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start, start + LONGEST) + 1
        if not end:
            if len(data) - start < LONGEST:
                return
            end = start + LONGEST
        yield start, data[start:end]
        start = end


def _opened(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return gzip.open(path)  # type: ignore[return-value]  # a binary stream as any other
    return path.open("rb", buffering=0)


def _first_line(file: BinaryIO) -> bytes:
    """The first line with its newline, or the longest that one can be; empty if it is not whole."""
    file.seek(0)
    data = file.read(LONGEST)
    end = data.find(b"\n") + 1
    return data[:end] if end else (data if len(data) == LONGEST else b"")


def _head(path: Path) -> bytes:
    """The first line of this log; empty if there is none that can be read."""
    try:
        with _opened(path) as file:
            return _first_line(file)
    except (OSError, EOFError, zlib.error):
        return b""


def _started(head: bytes) -> int | None:
    """When this first line was written, in seconds; None if it is no line of a queue_log."""
    seconds = head.partition(b"|")[0]
    return int(seconds) if seconds.isdigit() and len(seconds) < 16 else None


def _logs(path: Path) -> list[_Log]:
    """The log at the path and those rotated away beside it, oldest first, plain before `.gz`."""
    logs: list[_Log] = []
    for found in path.parent.glob(glob.escape(path.name) + "*"):
        head = _head(found)
        started_s = _started(head)
        if started_s is not None:
            with contextlib.suppress(FileNotFoundError):
                changed_ns = found.stat().st_mtime_ns
                logs.append(_Log(started_s, changed_ns, identity(head), found))
    return sorted(logs)
