"""What every journal keeps to: the one on disk, and the one in a real Redis and a real Valkey."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from itertools import count
from pathlib import Path

import pytest

from ingest.clock import SystemClock
from stream.journal_file import FileJournal
from stream.journal_redis import RedisJournal
from stream.ports import Checkpoint, Journal, JournalError

Open = Callable[..., AbstractAsyncContextManager[Journal]]
_sites = count()

AWKWARD = [
    b"",
    b"\n",
    b"a\nb\r\n\x00c",
    b"\xf1FW1" * 20,
    bytes(range(256)),
    "排队".encode(),
    b"x" * 1_000_000,
]


@pytest.fixture(params=["file", "redis", "valkey"])
def open_journal(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "file":
        return lambda **more: FileJournal(tmp_path / "journal", SystemClock(), **more)
    server = request.getfixturevalue(f"{request.param}_server")
    site = f"s{next(_sites)}"
    return lambda **more: RedisJournal(server.url, site, SystemClock(), **({"wait": False} | more))


async def everything(journal: Journal, after: int = 0) -> list[tuple[int, int, bytes]]:
    return [
        (stored.first + index, stored.recvtime, payload)
        async for stored in journal.read(after)
        for index, payload in enumerate(stored.payloads)
    ]


async def until(journal: Journal, position: int) -> None:
    async with asyncio.timeout(20):
        while await journal.commit() < position:
            pass


async def test_a_new_journal_is_empty(open_journal: Open) -> None:
    async with open_journal() as journal:
        assert await everything(journal) == []
        assert await journal.load() is None
        assert journal.append(1, []) == 0


async def test_what_is_committed_is_read_in_order(open_journal: Open) -> None:
    async with open_journal() as journal:
        assert journal.append(1000, [b"a", b"b"]) == 2
        assert journal.append(1001, [b"c"]) == 3
        await until(journal, 3)
        assert await everything(journal) == [(1, 1000, b"a"), (2, 1000, b"b"), (3, 1001, b"c")]


async def test_what_is_not_committed_is_not_read(open_journal: Open) -> None:
    async with open_journal() as journal:
        journal.append(1, [b"a"])
        await until(journal, 1)
        journal.append(2, [b"b"])
        assert await everything(journal) == [(1, 1, b"a")]


async def test_any_bytes_come_back_as_they_were(open_journal: Open) -> None:
    async with open_journal() as journal:
        for payload in AWKWARD:
            journal.append(7, [payload])
        last = journal.append(8, AWKWARD)
        await until(journal, last)
        assert [payload for _, _, payload in await everything(journal)] == AWKWARD * 2


async def test_reading_starts_after_any_position(open_journal: Open) -> None:
    async with open_journal() as journal:
        for number in range(10):
            journal.append(number, [b"%d.%d" % (number, part) for part in range(3)])
        await until(journal, 30)
        whole = await everything(journal)
        for after in range(32):
            assert await everything(journal, after) == whole[after:]
        assert journal.warnings == ()


async def test_positions_go_on_after_reopening(open_journal: Open) -> None:
    for number in range(1, 5):
        async with open_journal() as journal:
            assert journal.append(number, [b"%d" % number]) == number
            await until(journal, number)
    async with open_journal(read_only=True) as journal:
        assert [position for position, _, _ in await everything(journal)] == [1, 2, 3, 4]


async def test_closing_commits_what_is_waiting(open_journal: Open) -> None:
    async with open_journal() as journal:
        journal.append(1, [b"a"])
    async with open_journal() as journal:
        assert await everything(journal) == [(1, 1, b"a")]


async def test_a_cancelled_commit_forgets_nothing_and_repeats_nothing(open_journal: Open) -> None:
    async with open_journal() as journal:
        for number in range(30):
            journal.append(number, [b"%d" % number])
            with suppress(TimeoutError):
                async with asyncio.timeout(0.0005 * number):
                    await journal.commit()
    async with open_journal() as journal:
        assert [payload for _, _, payload in await everything(journal)] == [
            b"%d" % number for number in range(30)
        ]


async def test_commit_waits_for_something_to_commit(open_journal: Open) -> None:
    async with open_journal() as journal, asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(journal.commit())
        for _ in range(20):
            await asyncio.wait([waiting], timeout=0.001)
        assert not waiting.done()
        journal.append(1, [b"a"])
        assert await waiting == 1


async def test_a_checkpoint_comes_back_with_its_position(open_journal: Open) -> None:
    async with open_journal() as journal:
        journal.append(1, [b"a", b"b", b"c"])
        await until(journal, 3)
        await journal.save(b"", 1)
        assert await journal.load() == Checkpoint(b"", 1)
        await journal.save(b"two\n\x00" * 300_000, 2)
        await journal.save(bytes(range(256)), 3)
    async with open_journal() as journal:
        assert await journal.load() == Checkpoint(bytes(range(256)), 3)
        assert journal.append(2, [b"d"]) == 4


async def test_a_state_ahead_of_the_journal_is_refused(open_journal: Open) -> None:
    async with open_journal() as journal:
        journal.append(1, [b"a"])
        with pytest.raises(ValueError, match="not committed"):
            await journal.save(b"state", 1)
        assert await journal.load() is None


async def test_a_second_writer_is_refused_by_name(open_journal: Open) -> None:
    async with open_journal() as journal:
        with pytest.raises(JournalError, match=r"being written by .*\d"):
            async with open_journal():
                pass
        journal.append(1, [b"a"])
        await until(journal, 1)
    async with open_journal():
        pass


async def test_a_reader_needs_no_lock_and_cannot_write(open_journal: Open) -> None:
    async with open_journal() as writer, open_journal(read_only=True) as reader:
        writer.append(1, [b"a"])
        await until(writer, 1)
        assert await everything(reader) == [(1, 1, b"a")]
        with pytest.raises(JournalError, match="reading only"):
            await reader.commit()


async def test_writing_and_reading_at_once_keeps_order(open_journal: Open) -> None:
    async def numbers(journal: Journal) -> AsyncIterator[int]:
        async for stored in journal.read(0):
            for payload in stored.payloads:
                yield int(payload)

    async with open_journal() as journal, asyncio.TaskGroup() as tasks:

        async def write() -> None:
            for start in range(0, 4000, 40):
                journal.append(start, [b"%d" % number for number in range(start, start + 40)])
                await journal.commit()

        writing = tasks.create_task(write())
        seen = 0
        while not writing.done():
            found = [number async for number in numbers(journal)]
            assert found == list(range(len(found)))
            assert len(found) >= seen
            seen = len(found)
        assert [number async for number in numbers(journal)] == list(range(4000))
        assert journal.warnings == ()
