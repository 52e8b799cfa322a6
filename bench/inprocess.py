"""G3: what one event costs in the process: decoded alone, and decoded, reduced and journalled."""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from bench import mix
from bench.machine import calm_gc
from bench.mix import Mix
from bench.results import Result
from floorwatch.daybook_wiring import daybook
from ingest.clock import SystemClock
from ingest.ports import Batch
from ingest.wire import decode
from stream.deadletters import FileDeadLetters
from stream.journal_file import FileJournal
from stream.runner import Runner

BATCH = 200
ROUND = 10_000
RATE = 10_000
"""Events a second in the time of the events themselves."""


def made(count: int, begin_at: int) -> tuple[list[bytes], list[bytes]]:
    """The memberships, and so many events; one ten-thousandth of a second lies between two."""
    floor = Mix(str(begin_at // 1000))
    members = [mix.at(payload, begin_at) for _, payload in floor.members()]
    events = [
        mix.at(payload, begin_at + number * 1000 // RATE)
        for number, (_, payload) in enumerate(floor.events(count))
    ]
    return members, events


def decode_alone(payloads: Sequence[bytes], now: int) -> float:
    """Processor seconds of decoding these."""
    began = time.process_time()
    for payload in payloads:
        decode(payload, now)
    return time.process_time() - began


async def feed(runner: Runner, payloads: Sequence[bytes], now: int) -> None:
    """Give these to a running stream, and wait until all are durable."""
    left = -(-len(payloads) // BATCH)
    done = asyncio.Event()

    def committed() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    for start in range(0, len(payloads), BATCH):
        await runner.inbox.put(Batch(payloads[start : start + BATCH], now, "bench", committed))
    await done.wait()


async def rounds(folder: Path, count: int, *, kept: bool) -> list[tuple[float, float]]:
    """Per round: processor seconds of decoding alone, and of all that the stream does.

    With `kept`, a daybook beside it: what it has taken is written once in a round.
    """
    clock = SystemClock()
    begin_at = clock.now()
    site = mix.site(begin_at)
    members, events = made(count * ROUND, begin_at)
    found = []
    with ExitStack() as stack:
        letters = stack.enter_context(closing(FileDeadLetters(folder / "rejected")))
        book = stack.enter_context(daybook(folder, site, clock)) if kept else None
        async with FileJournal(folder / "journal", clock) as journal:
            runner = Runner(site, journal, letters, clock, book)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(runner.run())
                await feed(runner, members, begin_at)
                calm_gc()
                for number in range(count):
                    part = events[number * ROUND : (number + 1) * ROUND]
                    alone_s = decode_alone(part, begin_at)
                    began = time.process_time()
                    await feed(runner, part, begin_at)
                    if book is not None:
                        await book.keep()
                    found.append((alone_s, time.process_time() - began))
                running.cancel()
            counters, step = runner.floor.state.counters, runner.floor.state.visits.out_of_step
            if runner.rejected or counters.repeated or step:
                raise AssertionError("the mix is not a floor: events were refused")
    gc.unfreeze()
    return found


def measure(quick: bool) -> dict[str, Result]:
    """Measure G3."""
    count = 12 if quick else 40
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        found = asyncio.run(rounds(Path(folder), count, kept=False))[2:]
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        beside = asyncio.run(rounds(Path(folder), count, kept=True))[2:]
    ratios = sorted(all_s / alone_s for alone_s, all_s in found)
    alone_us = statistics.median(alone_s for alone_s, _ in found) / ROUND * 1e6
    all_us = statistics.median(all_s for _, all_s in found) / ROUND * 1e6
    kept_us = statistics.median(all_s for _, all_s in beside) / ROUND * 1e6
    return {
        "G3": Result(
            "decode + reduce + journal ÷ decode alone, processor time",
            statistics.median(ratios),
            3.0,
            "×",
            best=ratios[0],
            details={
                "decode_us": round(alone_us, 2),
                "all_us": round(all_us, 2),
                "with_daybook_us": round(kept_us, 2),
            },
        )
    }
