"""The checkpoint on disk: a state and its journal position in one file, and the one before it.

magic 8   crc 4   position 8   then the state; the checksum covers both.
"""

import os
import struct
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from stream.ports import Checkpoint, Position
from stream.segments import Report, sync_directory

_HEAD = struct.Struct("<8sIQ")
_MAGIC = b"FWCHECK1"


class CheckpointFile:
    """Keeps the latest checkpoint of a directory, and its predecessor in case of damage. Blocking."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._latest = directory / "checkpoint"
        self._previous = directory / "checkpoint.previous"

    def save(self, checkpoint: Checkpoint) -> Position:
        """Keep this checkpoint durably; return the lowest position that a later load may give."""
        fresh = self._directory / "checkpoint.new"
        position = checkpoint.position.to_bytes(8, "little")
        crc = crc32(checkpoint.state, crc32(position))
        with fresh.open("wb") as file:
            file.write(_HEAD.pack(_MAGIC, crc, checkpoint.position))
            file.write(checkpoint.state)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            os.replace(self._latest, self._previous)
        os.replace(fresh, self._latest)
        sync_directory(self._directory)
        return self._position_of_previous()

    def load(self, report: Report) -> Checkpoint | None:
        """The latest checkpoint that is whole. A damaged one is told to `report` and passed over."""
        for path in (self._latest, self._previous):
            with suppress(FileNotFoundError):
                data = path.read_bytes()
                if (checkpoint := _decode(data)) is not None:
                    return checkpoint
                report(f"{path}: the checkpoint is damaged; we go back to an older one")
        return None

    def _position_of_previous(self) -> Position:
        try:
            with self._previous.open("rb") as file:
                return int(_HEAD.unpack(file.read(_HEAD.size))[2])
        except (FileNotFoundError, struct.error):
            return 0


def _decode(data: bytes) -> Checkpoint | None:
    if len(data) < _HEAD.size:
        return None
    magic, crc, position = _HEAD.unpack_from(data)
    state = data[_HEAD.size :]
    if magic != _MAGIC or crc != crc32(state, crc32(position.to_bytes(8, "little"))):
        return None
    return Checkpoint(state, position)
