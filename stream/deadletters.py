"""Rejected payloads in files: JSON lines, the newest in `rejected.jsonl`, a bounded number of bytes.

{"recvtime": 1767225600000, "via": "mqtt", "reason": "…", "size": 12, "payload": "<base64>"}
"""

import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from stream.ports import DeadLetter

LARGEST = 65_536
"""Bytes kept of one payload; of a larger one its beginning, and its size."""

_log = logging.getLogger(__name__)
_LONGEST_TEXT = 1000
_NAME = "rejected.jsonl"


class _Line(msgspec.Struct):
    recvtime: int
    via: str
    reason: str
    size: int
    payload: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


class FileDeadLetters:
    """Keeps rejected payloads in a directory: at most `files` files of some `file_bytes` each.

    A letter is with the operating system when `keep` returns: it outlives this process, though not
    always the machine. When the disk refuses, letters are counted as lost and the stream goes on.
    """

    def __init__(
        self, directory: Path, *, file_bytes: int = 8 * 1024 * 1024, files: int = 4
    ) -> None:
        self._directory = directory
        self._file_bytes = file_bytes
        self._files = files
        self._file: int | None = None
        self._size = 0
        self._kept = 0
        self._lost = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """Since the start: `kept`, and `lost` for those that could not be written."""
        return {"kept": self._kept, "lost": self._lost}

    def keep(self, letter: DeadLetter, /) -> None:
        """Keep this letter, or count it as lost."""
        line = _encoder.encode(
            _Line(
                recvtime=letter.recvtime,
                via=_plain(letter.via),
                reason=_plain(letter.reason),
                size=len(letter.payload),
                payload=b64encode(letter.payload[:LARGEST]).decode(),
            )
        )
        try:
            self._write(line + b"\n")
        except OSError as error:
            self.close()
            self._lost += 1
            if self._lost == 1:
                _log.error("%s: rejected events cannot be kept: %s", self._directory, error)
        else:
            self._kept += 1

    def close(self) -> None:
        """Close the file; `keep` opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, line: bytes) -> None:
        if self._file is None or self._size >= self._file_bytes:
            self._turn_over()
        assert self._file is not None
        written = os.write(self._file, line)
        self._size += written
        if written < len(line):
            raise OSError("no space left for the whole line")

    def _turn_over(self) -> None:
        """Open the newest file, after making it the second newest if it is full."""
        self.close()
        self._directory.mkdir(parents=True, exist_ok=True)
        newest = self._directory / _NAME
        if newest.exists() and newest.stat().st_size >= self._file_bytes:
            for number in range(self._files - 2, -1, -1):
                with suppress(FileNotFoundError):
                    os.replace(_file(self._directory, number), _file(self._directory, number + 1))
        self._file = os.open(newest, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
        self._size = os.fstat(self._file).st_size
        if self._size and os.pread(self._file, 1, self._size - 1) != b"\n":
            self._size += os.write(self._file, b"\n")  # a line was cut short: start on a new one


def read(directory: Path) -> Iterator[DeadLetter]:
    """The letters kept in this directory, oldest first; lines that were cut short are passed over."""
    numbers = [0] + [
        int(path.suffix[1:]) for path in directory.glob(f"{_NAME}.*") if path.suffix[1:].isdecimal()
    ]
    for number in sorted(numbers, reverse=True):
        with suppress(FileNotFoundError), _file(directory, number).open("rb") as file:
            for line in file:
                with suppress(msgspec.MsgspecError, ValueError):
                    found = _decoder.decode(line)
                    payload = b64decode(found.payload, validate=True)
                    yield DeadLetter(payload, found.reason, found.via, found.recvtime)


def _plain(text: str) -> str:
    """What can be written: senders choose parts of these texts, and may choose badly."""
    return text[:_LONGEST_TEXT].encode(errors="replace").decode()


def _file(directory: Path, number: int) -> Path:
    return directory / (_NAME if number == 0 else f"{_NAME}.{number}")
