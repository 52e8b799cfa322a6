"""The writing end of a journal on disk: blocks go to the newest segment, and are durable on return."""

import os
from collections.abc import Sequence
from pathlib import Path

from ingest.events import Millis
from stream import blocks
from stream.ports import Position
from stream.segments import Damage, Report, Segment, new_segment, scan, segments, sync_directory

Appended = tuple[Millis, Sequence[bytes]]
"""When the payloads came, and the payloads."""


class Tape:
    """Writes blocks to the segments of a directory. Blocking; for one thread at a time.

    `last` is the position of the last durable payload, `at_least` what it must not be below.
    Opening cuts off what a writer that was killed left unfinished: it was never committed. Any other
    damage is left as it is, and told to `report`.
    """

    def __init__(
        self, directory: Path, at_least: Position, segment_bytes: int, report: Report
    ) -> None:
        self.last = at_least
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._report = report
        self._segment: Segment | None = None
        self._file: int | None = None
        self._end = 0
        self._resume()

    def write(self, batches: Sequence[Appended]) -> Position:
        """Append these batches and make them durable; return the position of the last payload.

        After an `OSError` nothing of them counts as written, and they may be written again.
        """
        if self._file is None or self._segment is None or self._end >= self._segment_bytes:
            self._begin_segment()
        assert self._file is not None
        assert self._segment is not None
        salt, position, parts = self._segment.salt, self.last, []
        for recvtime, payloads in batches:
            parts.append(blocks.encode(position + 1, recvtime, payloads, salt))
            position += len(payloads)
        data = b"".join(parts)
        try:
            _write_all(self._file, data)
            os.fdatasync(self._file)
        except OSError:
            self._abandon_segment()
            raise
        self._end += len(data)
        self.last = position
        return position

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _begin_segment(self) -> None:
        self.close()
        segment = new_segment(self._directory, self.last + 1)
        self._file = os.open(segment.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        self._segment, self._end = segment, 0
        try:
            sync_directory(self._directory)
        except OSError:
            self.close()
            raise

    def _abandon_segment(self) -> None:
        """Cut off what was not committed, and go on in a new file.

        After a failed fdatasync the kernel may hold pages as clean that never reached the disk: what
        lies in this file past the last commit cannot be trusted, nor appended to.
        """
        assert self._file is not None
        assert self._segment is not None
        try:
            os.ftruncate(self._file, self._end)
            if not self._end:
                self._segment.path.unlink()
        finally:
            self.close()

    def _resume(self) -> None:
        found = segments(self._directory)
        if not found:
            return
        segment, end = found[-1], 0
        self.last = max(self.last, segment.first - 1)
        sound = True
        for item in scan(segment):
            if not isinstance(item, Damage):
                end = item.end
                self.last = max(self.last, item.stored.last)
            elif item.unfinished and item.tail and sound:
                self._report(f"{item}: the writer died before they were committed; cut off")
                os.truncate(segment.path, item.offset)
            else:
                self._report(str(item))
                self.last = max(self.last, item.last)
                sound = False
        if sound and end:
            self._segment, self._end = segment, end
            self._file = os.open(segment.path, os.O_WRONLY | os.O_APPEND)
            os.fsync(self._file)
        elif sound:
            segment.path.unlink()


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
