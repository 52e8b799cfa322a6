"""A photo that came from outside: is it one, and what is left of it without what it tells besides.

Pure. Only the frame of the file is read, never its picture: nothing is unpacked here.
"""

from typing import NamedTuple

MOST_BYTES = 700 * 1024
MOST_PIXELS = 4_096
"""Of one side."""
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _COMMENT = 0xDA, 0xFE
_APP_1, _APP_15 = 0xE1, 0xEF
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"gAMA"})


class NoPhotoError(Exception):
    """The bytes are no JPEG or PNG that we take."""


class Photo(NamedTuple):
    """A photo as it is kept and served."""

    body: bytes
    content_type: str


def cleaned(body: bytes) -> Photo:
    """The photo without its comments and tags (where it was taken, by which phone).

    Raises NoPhotoError.
    """
    if body.startswith(_JPEG):
        return Photo(_jpeg(body), "image/jpeg")
    if body.startswith(_PNG):
        return Photo(_png(body), "image/png")
    raise NoPhotoError("neither JPEG nor PNG")


def _jpeg(body: bytes) -> bytes:
    end = body.rfind(b"\xff\xd9")
    kept, at, sized = [_JPEG], 2, False
    while at + 4 <= len(body):
        if body[at] != 0xFF:
            raise NoPhotoError("a segment does not begin where it should")
        marker = body[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(body[at + 2 : at + 4])
        segment = body[at : at + 2 + length]
        if length < 2 or len(segment) != 2 + length:
            raise NoPhotoError("a segment is cut off")
        if marker in _SIZES:
            _check_size(int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7]))
            sized = True
        if marker == _SCAN:
            if not sized or end <= at:
                raise NoPhotoError("the picture has no size, or no end")
            return b"".join((*kept, body[at : end + 2]))
        if not (_APP_1 <= marker <= _APP_15 or marker == _COMMENT):
            kept.append(segment)
        at += 2 + length
    raise NoPhotoError("there is no picture in it")


def _png(body: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while at + 12 <= len(body):
        length, name = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        chunk = body[at : at + 12 + length]
        if len(chunk) != 12 + length or (len(kept) == 1) != (name == b"IHDR"):
            raise NoPhotoError("a chunk is cut off, or not where it should be")
        if name == b"IHDR":
            _check_size(int.from_bytes(chunk[8:12]), int.from_bytes(chunk[12:16]))
        if name in _PNG_KEPT:
            kept.append(chunk)
        if name == b"IEND":
            return b"".join(kept)
        at += 12 + length
    raise NoPhotoError("it has no end")


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise NoPhotoError(f"{width} by {height} is no size that we take")
