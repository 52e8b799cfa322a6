"""Many displays in one process: when does each see a timed visit?"""

import asyncio
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from bench.board import Board
from bench.child import asked_meanwhile, say
from bench.display import Display


class _Row(Struct):
    offered: int = 0


class _Queues(Struct):
    marker: _Row | None = None


class _Body(Struct):
    queues: _Queues | None = None


class _Frame(Struct):
    kind: str
    seq: int = 0
    body: _Body | None = None


_decode = msgspec.json.Decoder(_Frame).decode
_AT_ONCE = 50
"""How many connections are being made at a time: all at once overrun the list of those that wait."""


class Screens:
    """All displays. `begin` starts a measurement, `report` ends it."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._after = 0
        self._began = time.monotonic()
        self._samples: list[tuple[float, float]] = []
        self.frames = 0
        self.bytes = 0
        self.missed = 0
        self.shown: dict[int, int] = {}
        self.all_on = asyncio.Event()
        self._open = 0
        self._seqs: dict[int, int] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def watch(self, url: str, of: int) -> None:
        """One display of so many: counts what it is shown until it is cancelled."""
        place = urlsplit(url)
        number = len(self.shown)
        self.shown[number] = 0
        async with self._gate:
            display = Display(url, lambda text: self._take(number, text))
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: display, place.hostname, place.port)
            await display.open
            self._open += 1
        if self._open == of:
            self.all_on.set()
        await display.gone

    def _take(self, number: int, text: bytes) -> None:
        frame = _decode(text)
        now = time.time()
        self.frames += 1
        self.bytes += len(text)
        # The first frame is a full one; after it, any that is not the next one means some were lost.
        last_seq = self._seqs.get(number)
        if last_seq is not None and frame.seq != last_seq + (frame.kind == "delta"):
            self.missed += 1
        self._seqs[number] = frame.seq
        body = frame.body
        if body is None or body.queues is None or body.queues.marker is None:
            return
        last, offered = self.shown[number], body.queues.marker.offered
        if offered <= last:
            return
        self.shown[number] = offered
        stamps, samples = self._board.stamps, self._samples
        for mark in range(max(last, self._after) + 1, offered + 1):
            samples.append((stamps[mark], now - stamps[mark]))

    def begin(self, after: int) -> None:
        """Time the visits after this one."""
        self._after = after
        self._began = time.monotonic()
        self._samples.clear()
        self.frames = self.bytes = self.missed = 0

    def report(self) -> dict[str, object]:
        """What was seen since `begin`, in milliseconds."""
        by_time = [delay for _, delay in sorted(self._samples)]
        delays = sorted(by_time)
        third = len(by_time) // 3
        return {
            "shown": min(self.shown.values(), default=0),
            "samples": len(delays),
            "p50_ms": in_ms(delays, 0.5),
            "p99_ms": in_ms(delays, 0.99),
            "growth_ms": in_ms(sorted(by_time[-third:]), 0.5) - in_ms(sorted(by_time[:third]), 0.5),
            "frames_per_second": self.frames / (time.monotonic() - self._began),
            "missed": self.missed,
            "frame_bytes": self.bytes // max(1, self.frames),
        }


def in_ms(delays: list[float], share: float) -> float:
    """The delay, in milliseconds, that this share of sorted ones does not exceed; infinite of none."""
    return round(delays[int(share * (len(delays) - 1))] * 1000, 1) if delays else float("inf")


async def main() -> None:
    url, board, count = sys.argv[1], Board(Path(sys.argv[2])), int(sys.argv[3])
    screens = Screens(board)
    async with asyncio.TaskGroup() as tasks:
        watching = [tasks.create_task(screens.watch(url, count)) for _ in range(count)]
        await screens.all_on.wait()
        say(ready=True)
        async for wish in asked_meanwhile():
            match wish["do"]:
                case "begin":
                    screens.begin(wish["after"])
                    say()
                case "shown":
                    say(shown=min(screens.shown.values()))
                case "report":
                    say(**screens.report())
                case unknown:
                    raise SystemExit(f"nobody taught the screens to {unknown}")
        for task in watching:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
