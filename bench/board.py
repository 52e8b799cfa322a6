"""A few numbers that processes of the bench share without talking: a file mapped into each."""

import mmap
from pathlib import Path

SIZE = 1 << 21
CHANGE = "change-"
"""How a plain Panel page marks its n-th change; `stamps[n]` is when that was made."""
_STAMPS = 64


class Board:
    """`received` is what the bare receiver has; `stamps[n]` is when the n-th timed visit was sent."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SIZE)
        view = memoryview(self._map)
        self._counts = view[:_STAMPS].cast("Q")
        self.stamps = view[_STAMPS:].cast("d")

    @property
    def received(self) -> int:
        return self._counts[0]

    @received.setter
    def received(self, count: int) -> None:
        self._counts[0] = count
