"""The files of a journal on disk: blocks end to end, in segments named by their first position.

    00000000000000000001-9f3ab2c4.journal     positions 1 to 5000, salt 9f3ab2c4
    00000000000000005001-07d11e90.journal     positions 5001 to …

Names sort in the order of writing. They carry the salt of the checksums: a renamed file is unreadable.
"""

import os
import re
import secrets
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest.events import Millis
from stream import blocks
from stream.blocks import HEAD_BYTES, MAGIC, BlockError, Head
from stream.ports import Position, Stored

_NAME = re.compile(r"(\d{20})-([0-9a-f]{8})\.journal")

Report = Callable[[str], None]
"""Takes a sentence about damage, for the operator."""

Blocks = Generator[Stored, None, None]
"""Payloads as they are read; close it if you stop before its end."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of the journal."""

    path: Path
    first: Position
    salt: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that are no whole block: `size` of them from `offset`.

    `unfinished` means that the file ends within a block: a writer was, or is, in the middle of it.
    `tail` means that no whole block follows. `last` is the last position that is lost by it, as far
    as the bytes tell; 0 if they do not.
    """

    path: Path
    offset: int
    size: int
    reason: str
    unfinished: bool
    tail: bool
    last: Position = 0

    def __str__(self) -> str:
        return f"{self.path} at byte {self.offset}: {self.reason}; {self.size} bytes are unreadable"


@dataclass(frozen=True, slots=True)
class Placed:
    """A whole block and where in its file it ends."""

    stored: Stored
    end: int


def segments(directory: Path) -> list[Segment]:
    """The segments of this directory, in the order in which they were written."""
    return sorted(
        (
            Segment(path, int(match[1]), int(match[2], 16))
            for path in directory.glob("*.journal")
            if (match := _NAME.fullmatch(path.name))
        ),
        key=lambda segment: segment.first,
    )


def new_segment(directory: Path, first: Position) -> Segment:
    """A segment that does not exist yet, for blocks from this position on."""
    salt = secrets.randbits(32)
    return Segment(directory / f"{first:020d}-{salt:08x}.journal", first, salt)


def sync_directory(directory: Path) -> None:
    """Make the names in this directory durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def begun_at(segment: Segment) -> Millis | None:
    """When the first payload of this segment came, if it has any."""
    with suppress(BlockError, FileNotFoundError), segment.path.open("rb") as file:
        return blocks.head(file.read(HEAD_BYTES), segment.salt).recvtime
    return None


def scan(segment: Segment, after: Position = 0) -> Iterator[Placed | Damage]:
    """The blocks of one segment that reach past `after`, and the damage between them.

    The segment ends where it ended at the start of the scan: a writer may be at work behind it.
    """
    with segment.path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        offset = 0
        while offset < end:
            try:
                head = blocks.head(file.read(min(HEAD_BYTES, end - offset)), segment.salt)
                following = offset + HEAD_BYTES + head.size
                if head.last <= after and following <= end:
                    file.seek(following)
                else:
                    body = file.read(min(head.size, end - offset - HEAD_BYTES))
                    yield Placed(blocks.stored(head, body, segment.salt), following)
                offset = following
            except BlockError as error:
                file.seek(offset)
                damage = _damage(file.read(end - offset), segment, offset, str(error))
                yield damage
                offset += damage.size
                file.seek(offset)


def read(directory: Path, after: Position, report: Report) -> Blocks:
    """All payloads past this position, in order. Needs no lock; ends where the writer is now.

    Damage and missing positions are told to `report`; what follows them is read.
    """
    found = segments(directory)
    index = max(0, bisect_right([segment.first for segment in found], after + 1) - 1)
    last = after
    for segment in found[index:]:
        with suppress(FileNotFoundError):  # trimmed while we read: what is missing is told below
            for item in scan(segment, last):
                if isinstance(item, Damage):
                    if not (item.unfinished and segment is found[-1]):
                        report(str(item))
                    continue
                block = blocks.after(item.stored, last)
                if block is None:
                    report(f"{segment.path}: repeats positions up to {item.stored.last}; skipped")
                    continue
                if sentence := missing(last, block.first):
                    report(f"{segment.path}: {sentence}")
                last = block.last
                yield block


def missing(last: Position, first: Position) -> str:
    """What to say when `first` follows `last`: nothing, if nothing is missing between them.

    A journal that is read from its very beginning may have been trimmed: nothing is missing.
    """
    if last == 0 or first == last + 1:
        return ""
    return f"positions {last + 1} to {first - 1} are missing: those events are lost"


def trim(directory: Path, position: Position, before: Millis) -> list[Path]:
    """Delete the oldest segments that end at or below `position` and in time before `before`."""
    found = segments(directory)
    gone = []
    for segment, following in pairwise(found):
        begun = begun_at(following)
        if following.first - 1 > position or begun is None or begun >= before:
            break
        segment.path.unlink()
        gone.append(segment.path)
    return gone


def _damage(rest: bytes, segment: Segment, offset: int, reason: str) -> Damage:
    head: Head | None = None
    with suppress(BlockError):
        head = blocks.head(rest, segment.salt)
    following = _next_block(rest, segment.salt)
    return Damage(
        path=segment.path,
        offset=offset,
        size=len(rest) if following is None else following,
        reason=reason,
        unfinished=len(rest) < HEAD_BYTES + (0 if head is None else head.size),
        tail=following is None,
        last=0 if head is None else head.last,
    )


def _next_block(data: bytes, salt: int) -> int | None:
    at = data.find(MAGIC, 1)
    while at != -1:
        with suppress(BlockError):
            blocks.head(data, salt, at)
            return at
        at = data.find(MAGIC, at + 1)
    return None
