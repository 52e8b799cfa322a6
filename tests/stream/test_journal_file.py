"""The journal on disk: its checkpoints, its trimming, and what it says when the disk refuses."""

import asyncio
import errno
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.clock import SystemClock
from stream.checkpoint_file import CheckpointFile
from stream.journal_file import FileJournal
from stream.ports import Checkpoint, JournalError
from stream.segments import segments

DAY = 86_400_000


@dataclass
class HandClock:
    """Moved by hand; its sleeps end at once."""

    at: int = 0

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float, /) -> None:
        self.at += round(seconds * 1000)


def silent(_: str) -> None:
    pass


async def payloads(journal: FileJournal, after: int = 0) -> list[bytes]:
    return [payload async for stored in journal.read(after) for payload in stored.payloads]


def test_a_checkpoint_cut_or_changed_anywhere_gives_the_one_before(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path)
    assert file.save(Checkpoint(b"old", 1)) == 0
    assert file.save(Checkpoint(b"new state", 2)) == 1
    whole = (tmp_path / "checkpoint").read_bytes()
    assert file.load(silent) == Checkpoint(b"new state", 2)
    damaged = [whole[:cut] for cut in range(len(whole))] + [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))
    ]
    for data in damaged:
        (tmp_path / "checkpoint").write_bytes(data)
        told: list[str] = []
        assert file.load(told.append) == Checkpoint(b"old", 1)
        assert f"{tmp_path / 'checkpoint'}: the checkpoint is damaged" in told[0]


def test_a_crash_between_the_two_renames_gives_the_one_before(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path)
    file.save(Checkpoint(b"old", 1))
    os.replace(tmp_path / "checkpoint", tmp_path / "checkpoint.previous")
    (tmp_path / "checkpoint.new").write_bytes(b"half")
    assert file.load(silent) == Checkpoint(b"old", 1)
    file.save(Checkpoint(b"new", 2))
    assert file.load(silent) == Checkpoint(b"new", 2)


async def test_positions_that_a_state_stands_for_are_never_given_again(tmp_path: Path) -> None:
    async with FileJournal(tmp_path, SystemClock()) as journal:
        journal.append(1, [b"a", b"b", b"c"])
        await journal.commit()
        await journal.save(b"state", 3)
    for segment in segments(tmp_path):
        segment.path.unlink()
    async with FileJournal(tmp_path, SystemClock()) as journal:
        assert journal.append(2, [b"d"]) == 4
        await journal.commit()
        assert await payloads(journal, 3) == [b"d"]


async def test_trimming_keeps_days_and_what_the_older_checkpoint_needs(tmp_path: Path) -> None:
    clock = HandClock()
    async with FileJournal(tmp_path, clock, linger_s=0, segment_bytes=1, keep_days=7) as journal:
        for day in range(20):
            clock.at = day * DAY
            journal.append(clock.at, [b"%d" % day])
            await journal.commit()
        await journal.save(b"first", 5)
        assert (await payloads(journal))[0] == b"0", "no older checkpoint yet: all is needed"
        await journal.save(b"second", 20)
        assert (await payloads(journal))[0] == b"5"
        await journal.save(b"third", 20)
        # Day 11 ended before the 12th began, which is seven days ago and not older.
        assert (await payloads(journal))[0] == b"11"
        assert await payloads(journal, 15) == [b"15", b"16", b"17", b"18", b"19"]
        assert journal.warnings == ()


async def test_one_commit_serves_all_that_was_appended_meanwhile(tmp_path: Path) -> None:
    clock = HandClock()
    async with FileJournal(tmp_path, clock, linger_s=0.01) as journal:
        for number in range(100):
            journal.append(number, [b"%d" % number])
        assert await journal.commit() == 100
        assert clock.at == 10


async def test_a_torn_tail_is_told_in_the_warnings(tmp_path: Path) -> None:
    async with FileJournal(tmp_path, SystemClock()) as journal:
        journal.append(1, [b"a"])
        await journal.commit()
        journal.append(1, [b"b"])
        await journal.commit()
    (segment,) = segments(tmp_path)
    os.truncate(segment.path, segment.path.stat().st_size - 1)
    async with FileJournal(tmp_path, SystemClock()) as journal:
        assert len(journal.warnings) == 1
        assert str(segment.path) in journal.warnings[0]
        assert await payloads(journal) == [b"a"]


async def test_a_full_disk_is_an_error_and_the_same_commit_succeeds_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with FileJournal(tmp_path, SystemClock()) as journal:
        journal.append(1, [b"a"])
        await journal.commit()
        journal.append(2, [b"b", b"c"])
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", full)
            with pytest.raises(JournalError, match=f"{tmp_path}.*No space left.*keep_days"):
                await journal.commit()
            assert await payloads(journal) == [b"a"], "what is not committed is not in the file"
            with pytest.raises(JournalError):
                await journal.commit()
        journal.append(3, [b"d"])
        assert await journal.commit() == 4
        assert await payloads(journal) == [b"a", b"b", b"c", b"d"]
        assert journal.warnings == ()


async def test_a_commit_that_was_cancelled_on_its_way_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    really = os.fdatasync

    def slow(file: int) -> None:
        begun.set()
        go_on.wait(10)
        really(file)

    async with FileJournal(tmp_path, SystemClock()) as journal:
        monkeypatch.setattr(os, "fdatasync", slow)
        journal.append(1, [b"a"])
        commit = asyncio.ensure_future(journal.commit())
        await asyncio.to_thread(begun.wait, 10)
        commit.cancel()
        await asyncio.wait([commit])
        journal.append(2, [b"b"])
        go_on.set()
        assert await journal.commit() == 1
        assert await journal.commit() == 2
        assert await payloads(journal) == [b"a", b"b"]


async def test_a_small_real_file_system_fills_up_without_loss(tmp_path: Path) -> None:
    """A limit on the file's size stands for the disk's end: the kernel refuses in mid-write."""
    import resource
    import signal

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        async with FileJournal(tmp_path, SystemClock(), segment_bytes=10**9) as journal:
            journal.append(1, [b"a" * 3000])
            await journal.commit()
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, old[1]))
            journal.append(2, [b"b" * 3000])
            try:
                with pytest.raises(JournalError, match="File too large"):
                    await journal.commit()
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, old)
            assert await journal.commit() == 2
            assert await payloads(journal) == [b"a" * 3000, b"b" * 3000]
            assert journal.warnings == ()
    finally:
        signal.signal(signal.SIGXFSZ, ignored)


async def test_a_path_that_cannot_be_a_directory_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match=r"file.*: mend that"):
        async with FileJournal(tmp_path / "file", SystemClock()):
            pass


async def test_reading_where_no_journal_is_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        async with FileJournal(tmp_path / "typo", SystemClock(), read_only=True):
            pass


async def test_the_lock_is_free_after_a_failed_opening(tmp_path: Path) -> None:
    async with FileJournal(tmp_path, SystemClock()):
        with pytest.raises(JournalError, match=f"process {os.getpid()}: stop that one"):
            async with FileJournal(tmp_path, SystemClock()):
                pass
    async with FileJournal(tmp_path, SystemClock()):
        pass


async def test_a_reader_that_stops_early_leaves_nothing_open(tmp_path: Path) -> None:
    async with FileJournal(tmp_path, SystemClock(), segment_bytes=1) as journal:
        for number in range(300):
            journal.append(number, [b"x"])
        await journal.commit()

        async def first() -> int:
            async for stored in journal.read(0):
                return stored.first
            return 0

        assert await first() == 1
        reading = asyncio.ensure_future(payloads(journal))
        await asyncio.wait([reading], timeout=0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
