"""A block: one batch of payloads as bytes, so that damage is found and nothing else is lost by it.

    magic  4   head crc  4   body crc  4   size  8   first  8   recvtime  8   count  4
    count x length (4), then the payloads, end to end: `size` bytes in all

Little-endian. Both checksums start from `salt`, which no sender knows: bytes inside a payload that
imitate a block are not taken for one when a reader looks for the next block after damage.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from ingest.events import Millis
from stream.ports import Position, Stored

MAGIC = b"\xf1FW1"
_SEALS = struct.Struct("<4sII")
_HEAD = struct.Struct("<QQqI")
HEAD_BYTES = _SEALS.size + _HEAD.size


class BlockError(ValueError):
    """These bytes are not a whole block."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a block says of itself before its payloads; `size` is the bytes that follow."""

    size: int
    first: Position
    recvtime: Millis
    count: int
    body_crc: int

    @property
    def last(self) -> Position:
        """The position of the last payload."""
        return self.first + self.count - 1


def encode(first: Position, recvtime: Millis, payloads: Sequence[bytes], salt: int) -> bytes:
    """Write these payloads as one block; `first` is the position of the first of them."""
    count = len(payloads)
    body = b"".join((struct.pack(f"<{count}I", *map(len, payloads)), *payloads))
    head = _HEAD.pack(len(body), first, recvtime, count)
    body_crc = crc32(body, salt)
    head_crc = crc32(head, crc32(body_crc.to_bytes(4, "little"), salt))
    return b"".join((_SEALS.pack(MAGIC, head_crc, body_crc), head, body))


def head(data: bytes, salt: int, at: int = 0) -> Head:
    """Read a block's head at this offset. Raises `BlockError` if there is none, or not all of it."""
    if len(data) - at < HEAD_BYTES:
        raise BlockError("the data ends within a block's head")
    magic, head_crc, body_crc = _SEALS.unpack_from(data, at)
    fields = data[at + _SEALS.size : at + HEAD_BYTES]
    if magic != MAGIC or head_crc != crc32(fields, crc32(body_crc.to_bytes(4, "little"), salt)):
        raise BlockError("a block's head is damaged")
    size, first, recvtime, count = _HEAD.unpack(fields)
    return Head(size, first, recvtime, count, body_crc)


def stored(head: Head, body: bytes, salt: int) -> Stored:
    """Read a block's payloads. Raises `BlockError` if they are not the ones that were written."""
    if len(body) < head.size:
        raise BlockError("the data ends within a block")
    if crc32(body, salt) != head.body_crc:
        raise BlockError("a block's payloads are damaged")
    payloads = []
    start = 4 * head.count
    for length in struct.unpack_from(f"<{head.count}I", body):
        end = start + length
        payloads.append(body[start:end])
        start = end
    return Stored(head.first, head.recvtime, payloads)


def decode(data: bytes, salt: int) -> Iterator[Stored]:
    """Read blocks that lie end to end. Raises `BlockError` at the first that is not whole."""
    at = 0
    while at < len(data):
        found = head(data, salt, at)
        at += HEAD_BYTES
        yield stored(found, data[at : at + found.size], salt)
        at += found.size


def after(block: Stored, position: Position) -> Stored | None:
    """What of this block lies after the position, if anything."""
    if block.first > position:
        return block
    if block.last <= position:
        return None
    return Stored(position + 1, block.recvtime, block.payloads[position + 1 - block.first :])
