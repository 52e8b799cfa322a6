"""The runner: durable before acknowledged, nothing lost and nothing twice, whatever dies."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ingest import wire
from ingest.clock import SystemClock
from ingest.events import Abandoned, Answered, Completed, Data, Event, Queued
from ingest.ports import Batch
from ingest.stamp import Stamp
from stream.deadletters import FileDeadLetters
from stream.floor import Floor
from stream.journal_file import FileJournal
from stream.runner import Runner
from stream.sites import Site

T0 = 1_795_301_800_000
ROOT = Path(__file__).parents[2]


def calls(count: int) -> list[Event]:
    """Calls one after another, each answered or abandoned."""
    stamp = Stamp("/acd/hq/pbx", "1")
    rng = random.Random(7)
    events: list[Event] = []
    at = T0
    for n in range(count):
        queue = rng.choice(["sales", "support"])
        name = {"visit": f"c{n}/{queue}/1", "queue": queue, "call": f"c{n}"}
        told: list[Data] = [Queued(**name)]
        if rng.random() < 0.8:
            told += [Answered(**name, agent="ann"), Completed(**name, agent="ann")]
        else:
            told += [Abandoned(**name)]
        for data in told:
            at += rng.randrange(1, 9_000)
            events.append(stamp.event(data, time=at, recvtime=at))
    return events


def ledger_of(events: list[Event]) -> dict[str, dict[str, list[int]]]:
    floor = Floor(Site(id="hq"))
    for event in events:
        floor.apply(event)
    cells = {q: a.cells for q, a in sorted(floor.state.ledger.queues.items())}
    return json.loads(json.dumps(cells))


async def test_acknowledges_only_what_is_durable_and_keeps_what_is_bad(tmp_path: Path) -> None:
    events = calls(20)
    acknowledged: list[int] = []
    both = asyncio.Event()
    async with FileJournal(tmp_path / "journal", SystemClock()) as journal:
        with closing(FileDeadLetters(tmp_path / "rejected")) as letters:
            runner = Runner(Site(id="hq"), journal, letters, SystemClock())
            await runner.recover()
            task = asyncio.create_task(runner.run())
            bad = [b"not json", b'{"type":"acd.call.queued.v1"}', b"\xff\xfe"]
            payloads = [wire.encode(event) for event in events]
            await runner.inbox.put(
                Batch(
                    [*payloads[:10], *bad, *payloads[10:]], T0, "t", lambda: acknowledged.append(1)
                )
            )
            await runner.inbox.put(Batch(bad, T0, "t", both.set))
            async with asyncio.timeout(10):
                await both.wait()
            assert acknowledged == [1]
            stored = [p async for block in journal.read(0) for p in block.payloads]
            assert stored == payloads
            assert runner.rejected == letters.counts["kept"] == 6
            assert runner.floor.state.counters.taken == len(events)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_a_restart_reads_the_checkpoint_and_the_tail(tmp_path: Path) -> None:
    events = calls(40)
    for start in range(0, len(events), 30):
        async with FileJournal(tmp_path / "journal", SystemClock()) as journal:
            with closing(FileDeadLetters(tmp_path / "rejected")) as letters:
                runner = Runner(Site(id="hq"), journal, letters, SystemClock())
                found = await runner.recover()
                assert found.position == start
                assert found.replayed == 0, "a clean stop leaves a checkpoint of everything"
                task = asyncio.create_task(runner.run())
                done = asyncio.Event()
                part = [wire.encode(event) for event in events[start : start + 30]]
                await runner.inbox.put(Batch(part, T0, "t", done.set))
                async with asyncio.timeout(10):
                    await done.wait()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    cells = {q: a.cells for q, a in sorted(runner.floor.state.ledger.queues.items())}
    assert json.loads(json.dumps(cells)) == ledger_of(events)


def test_kill_9_at_any_moment_loses_nothing_and_counts_nothing_twice(tmp_path: Path) -> None:
    """The parent is the broker: it sends again whatever was not acknowledged."""
    events = calls(120)
    rng = random.Random(11)
    unacknowledged = dict(enumerate(map(wire.encode, events)))
    for round_ in range(8):
        last = round_ == 7
        with subprocess.Popen(
            [sys.executable, str(ROOT / "tests/stream/runner_process.py"), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            batch = list(unacknowledged.items())
            if not last:
                batch = batch[: rng.randrange(1, 60)]
            for number, payload in batch:
                process.stdin.write(b"%d\t%s\n" % (number, payload))
            process.stdin.flush()
            wanted = len(batch) if last else rng.randrange(0, len(batch))
            for _ in range(wanted):
                word, number = process.stdout.readline().split()
                assert word == b"ack"
                del unacknowledged[int(number)]
            if not last:
                process.send_signal(signal.SIGKILL)
                process.stdin.close()
                continue
            process.stdin.close()
            assert json.loads(process.stdout.read()) == ledger_of(events)
    assert not unacknowledged
