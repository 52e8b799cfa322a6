"""G5: killed at any moment, the same figures; and how soon a backlog is caught up."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

from bench import broker, mix
from bench.board import Board
from bench.broker import mosquitto
from bench.child import Child, ChildError
from bench.inprocess import BATCH, feed, made
from bench.machine import shares
from bench.mix import Mix
from bench.product import digest
from bench.results import Result
from bench.sender import dated
from floorwatch.daybook_wiring import daybook
from ingest.clock import SystemClock
from ingest.wire import decode
from stream.deadletters import FileDeadLetters
from stream.floor import Floor
from stream.journal_file import FileJournal
from stream.runner import Runner

BEHIND = 100_000
RATE = 8_000
KILLS = 3
_EPOCH = "1"
_DEADLINE_S = 60.0

Tell = Callable[[str], None]


async def written(folder: Path, before: int) -> None:
    """A journal with a checkpoint after `before` events, and `BEHIND` more behind it."""
    clock = SystemClock()
    now = clock.now()
    site, folder = mix.site(now), folder / mix.SITE
    members, events = made(before + BEHIND, now)
    with (
        closing(FileDeadLetters(folder / "rejected")) as letters,
        daybook(folder, site, clock) as book,
    ):
        async with FileJournal(folder / "journal", clock) as journal:
            runner = Runner(site, journal, letters, clock, book)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(runner.run())
                await feed(runner, [*members, *events[:before]], now)
                running.cancel()
            for start in range(before, before + BEHIND, BATCH):
                journal.append(now, events[start : start + BATCH])
                await journal.commit()


def from_journal(tell: Tell) -> list[float]:
    """Seconds from the process being ready to the floor being where the journal is."""
    mine, _ = shares() or (None, None)
    found = []
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as name:
        asyncio.run(written(Path(name), 20_000))
        for _ in range(3):
            with Child("product", name, cpus=mine) as product:
                said = product.answer()
            if said["replayed"] != BEHIND:
                raise ChildError(f"{said['replayed']} events were read again, not {BEHIND}")
            found.append(float(said["recovered_s"]))
    tell(f"{BEHIND} events behind in the journal: caught up in {statistics.median(found):.2f} s")
    return found


def from_broker(tell: Tell) -> float:
    """Seconds from the process being ready to all being journalled that waited in the broker."""
    mine, others = shares() or (None, None)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="floorwatch-bench-")))
        port = stack.enter_context(mosquitto(folder, others))
        Board(folder / "board")
        sender = stack.enter_context(Child("sender", port, folder / "board", _EPOCH, cpus=others))
        with Child("product", folder, "--port", port, cpus=mine) as product:
            product.answer()
            sender.ask("members", rate=10_000)
            position = _wait_taken(product, mix.AGENTS * mix.QUEUES_PER_AGENT)
        sender.ask("prepare", count=BEHIND)
        sender.ask("paced", rate=30_000)
        expect = position + BEHIND
        with Child("product", folder, "--port", port, "--expect", expect, cpus=mine) as product:
            product.answer()
            caught_up_s = float(product.answer()["caught_up_s"])
    tell(f"{BEHIND} events behind in the broker: caught up in {caught_up_s:.2f} s")
    return caught_up_s


def killed(seconds: float, tell: Tell) -> bool:
    """Kill the product again and again under load; True if its sums are as if nothing had been."""
    mine, others = shares() or (None, None)
    dice = random.Random()
    count, begin_at = int(RATE * seconds), time.time_ns() // 1_000_000
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="floorwatch-bench-")))
        port = stack.enter_context(mosquitto(folder, others))
        Board(folder / "board")
        sender = stack.enter_context(Child("sender", port, folder / "board", _EPOCH, cpus=others))
        args = ("product", folder, "--port", port, "--checkpoint-s", 1, "--site-at", begin_at)
        product = stack.enter_context(Child(*args, cpus=mine))
        product.answer()
        sender.ask("prepare", count=count, begin_at=begin_at, rate=RATE)
        sender.say("paced", rate=RATE)
        for number in range(KILLS):
            time.sleep(dice.uniform(0.2, 0.9) * seconds / KILLS)
            product.kill()
            product = stack.enter_context(Child(*args, cpus=mine))
            said = product.answer()
            tell(f"kill {number + 1}: {said['replayed']} events read again")
        sender.answer()
        _wait_taken(product, count)
        found = product.ask("digest")
    return bool(found["digest"] == reference(count, begin_at) and not found["lost"])


def reference(count: int, begin_at: int) -> str:
    """The digest of a floor that took the same events without a break."""
    floor = Floor(mix.site(begin_at))
    for _, payload in dated(list(Mix(_EPOCH).events(count)), begin_at, RATE):
        floor.apply(decode(payload, begin_at))
    return digest(floor)


def _wait_taken(product: Child, count: int) -> int:
    """Wait until all are taken and durable; returns the journal's position."""
    began = time.monotonic()
    while time.monotonic() - began < _DEADLINE_S:
        said = product.ask("progress")
        if said["taken"] >= count and said["committed"] == said["position"]:
            return int(said["position"])
        time.sleep(0.1)
    raise ChildError(f"{said['taken']} of {count} events were taken within {_DEADLINE_S:.0f} s")


def measure(quick: bool, tell: Tell) -> dict[str, Result]:
    """Measure G5: what needs a broker is left out where there is none."""
    tail = from_journal(tell)
    details: dict[str, object] = {"journal_s": [round(one, 2) for one in tail]}
    same = True
    if broker.found():
        details["broker_s"] = round(from_broker(tell), 2)
        same = killed(5.0 if quick else 9.0, tell)
        details["identical_after_kill"] = same
        tell(f"killed {KILLS} times: figures {'identical' if same else 'DIFFERENT'}")
    value = statistics.median(tail) if same else float("inf")
    what = "10⁵ events behind after kill -9: seconds until caught up, figures identical"
    return {"G5": Result(what, value, 1.0, "s", best=min(tail), details=details)}
