"""What was reported as committed outlives kill -9 of the writer, and of the Redis it writes to."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.clock import SystemClock
from stream.journal_file import FileJournal
from stream.journal_redis import RedisJournal
from stream.ports import Journal
from stream.segments import segments

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).with_name("journal_writer.py")


def expected(number: int) -> bytes:
    return b"%d " % number + b"x" * (number % 97)


def killed_writer(kind: str, where: str, commits: int) -> int:
    """Run a writer, kill it after about this many commits, return the last one that it reported."""
    process = subprocess.Popen(
        [sys.executable, str(WRITER), kind, where],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    reported = 0
    for _ in range(commits):
        line = process.stdout.readline()
        assert line.endswith(b"\n"), "the writer died by itself"
        reported = int(line)
    process.send_signal(signal.SIGKILL)
    for line in process.stdout.read().splitlines(keepends=True):
        reported = int(line) if line.endswith(b"\n") else reported
    process.wait()
    process.stdout.close()
    return reported


async def check(journal: Journal, reported: int) -> int:
    """All up to `reported` is there, in order, as it was written; return how far it goes."""
    found = [
        (stored.first + index, payload)
        async for stored in journal.read(0)
        for index, payload in enumerate(stored.payloads)
    ]
    assert [position for position, _ in found] == list(range(1, len(found) + 1))
    assert all(payload == expected(position) for position, payload in found)
    assert len(found) >= reported
    checkpoint = await journal.load()
    if checkpoint is not None:
        assert checkpoint.state == b"%d" % checkpoint.position
        assert checkpoint.position <= len(found)
    return len(found)


async def test_a_killed_writer_on_disk_loses_nothing_committed(tmp_path: Path) -> None:
    dice = random.Random(7)
    last = 0
    for _ in range(8):
        reported = killed_writer("file", str(tmp_path), dice.randint(2, 60))
        assert reported >= last
        async with FileJournal(tmp_path, SystemClock()) as journal:
            last = await check(journal, reported)
            assert journal.append(0, []) == last
    assert last > 100
    assert len(segments(tmp_path)) > 2


@pytest.mark.redis
async def test_a_killed_writer_to_redis_loses_nothing_committed(redis_server) -> None:
    dice = random.Random(11)
    last = 0
    for _ in range(5):
        reported = killed_writer("redis", redis_server.url, dice.randint(2, 60))
        assert reported >= last
        async with RedisJournal(redis_server.url, "killed", SystemClock(), lease_s=0.5) as journal:
            last = await check(journal, reported)
            assert journal.append(0, []) == last
    assert last > 100


@pytest.mark.redis
async def test_redis_killed_in_mid_stream_loses_nothing_committed(own_redis) -> None:
    own_redis.start()
    async with RedisJournal(own_redis.url, "hq", SystemClock(), lease_s=30) as journal:
        position = 0

        async def write(up_to: int) -> None:
            nonlocal position
            while position < up_to:
                first = position + 1
                position = journal.append(0, [expected(first + n) for n in range(10)])
                await journal.commit()

        for round_ in range(1, 4):
            async with asyncio.TaskGroup() as tasks:
                writing = tasks.create_task(write(round_ * 2000))
                while position < round_ * 2000 - 1500:
                    await asyncio.wait([writing], timeout=0.001)
                own_redis.kill()
                own_redis.start()
        assert await check(journal, 6000) == 6000
        assert journal.warnings == ()


@pytest.mark.redis
async def test_an_answer_that_got_lost_writes_nothing_twice(own_redis) -> None:
    """The entry is in Redis, but the writer was cut off before he heard of it: he asks again."""
    own_redis.start()
    async with RedisJournal(own_redis.url, "hq", SystemClock()) as journal:
        for number in range(1, 40):
            journal.append(0, [expected(number)])
            commit = asyncio.ensure_future(journal.commit())
            await asyncio.wait([commit], timeout=0.0055 + number * 0.00003)
            commit.cancel()
            await asyncio.wait([commit])
    async with RedisJournal(own_redis.url, "hq", SystemClock()) as journal:
        assert await check(journal, 39) == 39
