"""The lease, the fence and the warnings of the journal in Redis."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis

from ingest.clock import SystemClock
from stream.journal_redis import RedisJournal
from stream.ports import Checkpoint, JournalError, LeaseLostError

pytestmark = pytest.mark.redis


@dataclass
class QuickClock:
    """A clock on which every sleep is over at once."""

    at: int = 0
    slept: list[float] = field(default_factory=list)

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        self.at += round(seconds * 1000)


def journal(server, site: str, **more: object) -> RedisJournal:
    return RedisJournal(server.url, site, SystemClock(), **more)


async def payloads(reader: RedisJournal) -> list[bytes]:
    return [payload async for stored in reader.read(0) for payload in stored.payloads]


async def test_a_second_writer_takes_over_and_the_first_is_fenced_off(redis_server) -> None:
    async with journal(redis_server, "fence", lease_s=0.3) as first:
        first.append(1, [b"a"])
        await first.commit()
        await first.save(b"first", 1)
        # The first one stalls: no commit, no renewal, until his lease ends.
        async with asyncio.timeout(5), journal(redis_server, "fence", lease_s=20) as second:
            assert second.append(2, [b"b"]) == 2
            first.append(2, [b"stale"])
            with pytest.raises(LeaseLostError, match="taken over by"):
                await first.commit()
            with pytest.raises(LeaseLostError):
                await first.save(b"stale", 1)
            assert await second.commit() == 2
            assert await payloads(second) == [b"a", b"b"]
            assert await second.load() == Checkpoint(b"first", 1)
            with pytest.raises(LeaseLostError):
                await first.commit()


async def test_a_writer_is_fenced_even_when_its_successor_has_come_and_gone(redis_server) -> None:
    async with journal(redis_server, "gone", lease_s=0.2) as first:
        first.append(1, [b"a"])
        await first.commit()
        async with asyncio.timeout(5), journal(redis_server, "gone", lease_s=0.2) as second:
            second.append(2, [b"b"])
            await second.commit()
        first.append(2, [b"stale"])
        with pytest.raises(LeaseLostError):
            await first.commit()
        with pytest.raises(LeaseLostError):
            await first.save(b"stale", 1)
        async with journal(redis_server, "gone", read_only=True) as reader:
            assert await payloads(reader) == [b"a", b"b"]


async def test_a_waiting_writer_keeps_its_lease(redis_server) -> None:
    async with journal(redis_server, "idle", lease_s=2) as first, asyncio.TaskGroup() as tasks:
        idle = tasks.create_task(first.commit())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5), journal(redis_server, "idle", lease_s=2):
                pass
        assert not idle.done()
        first.append(1, [b"a"])
        assert await idle == 1


async def test_reading_keeps_the_writers_lease(redis_server) -> None:
    redis = Redis.from_url(redis_server.url)
    async with journal(redis_server, "reading", lease_s=20) as writer:
        writer.append(1, [b"a"])
        await writer.commit()
        await redis.pexpire("fw:{reading}:lease", 9000)
        assert await payloads(writer) == [b"a"]
        assert await redis.pttl("fw:{reading}:lease") > 10_000
    await redis.aclose()


async def test_a_lease_that_ended_unnoticed_is_taken_anew(redis_server) -> None:
    redis = Redis.from_url(redis_server.url)
    async with journal(redis_server, "anew") as first:
        await redis.delete("fw:{anew}:lease")
        first.append(1, [b"a"])
        assert await first.commit() == 1
        assert await redis.exists("fw:{anew}:lease")
    assert not await redis.exists("fw:{anew}:lease"), "a clean end gives the lease back"
    await redis.aclose()


async def test_trimming_never_passes_the_checkpoint(redis_server) -> None:
    async with journal(redis_server, "trim", keep=100) as writer:
        for number in range(500):
            writer.append(number, [b"%d" % number] * 2)
            await writer.commit()
            if number == 250:
                await writer.save(b"state", 400)
        await writer.save(b"state", 600)
        kept = [stored async for stored in writer.read(0)]
        assert 1 < kept[0].first <= 501
        assert kept[-1].last == 1000
        assert writer.warnings == ()
        assert (await anext(writer.read(1))).first == kept[0].first
        assert "positions 2 to" in writer.warnings[0]


async def test_positions_outlive_a_journal_that_was_emptied(redis_server) -> None:
    redis = Redis.from_url(redis_server.url)
    async with journal(redis_server, "emptied") as writer:
        writer.append(1, [b"a", b"b"])
        await writer.commit()
        await writer.save(b"state", 2)
    await redis.delete("fw:{emptied}:journal", "fw:{emptied}:top")
    async with journal(redis_server, "emptied") as writer:
        assert writer.append(1, [b"c"]) == 3
    await redis.aclose()


async def test_what_redis_forgot_is_told(own_redis, tmp_path: Path) -> None:
    own_redis.start(appendonly="no")
    async with journal(own_redis, "hq", lease_s=30) as writer:
        assert "appendonly" in writer.warnings[0]
        writer.append(1, [b"a", b"b"])
        await writer.commit()
        own_redis.kill()
        own_redis.start(appendonly="no")
        writer.append(1, [b"c"])
        assert await writer.commit() == 3
        assert "forgotten positions 1 to 2" in writer.warnings[1]
        assert await payloads(writer) == [b"c"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, []),
        ({"appendonly": "no"}, ["appendonly"]),
        ({"appendfsync": "everysec"}, ["last second"]),
        ({"maxmemory-policy": "allkeys-lru"}, ["maxmemory-policy"]),
        ({"rename-command": "CONFIG HIDDEN"}, ["cannot be seen"]),
    ],
)
async def test_risky_settings_are_told(own_redis, settings: dict[str, str], words) -> None:
    own_redis.start(**settings)
    async with journal(own_redis, "hq") as writer:
        assert len(writer.warnings) == len(words)
        for word, warning in zip(words, writer.warnings, strict=True):
            assert word in warning


async def test_a_redis_that_is_absent_is_an_error_after_a_while(own_redis) -> None:
    clock = QuickClock()
    with pytest.raises(JournalError, match=r"no Redis at 127\.0\.0\.1.*start it"):
        async with RedisJournal(own_redis.url, "hq", clock):
            pass
    assert 10 <= sum(clock.slept) < 13
    assert max(clock.slept) <= 1


async def test_a_wrong_password_is_an_error_at_once(own_redis) -> None:
    own_redis.start()
    clock = QuickClock()
    url = own_redis.url.replace("redis://", "redis://somebody:secret@")
    with pytest.raises(JournalError, match="mend user and password") as caught:
        async with RedisJournal(url, "hq", clock):
            pass
    assert clock.slept == []
    assert "secret" not in str(caught.value)


async def test_a_full_redis_is_an_error_and_nothing_is_lost(own_redis) -> None:
    own_redis.start()
    redis = Redis.from_url(own_redis.url)
    async with journal(own_redis, "hq") as writer:
        await redis.config_set("maxmemory", "1")
        writer.append(1, [b"a"])
        with pytest.raises(JournalError, match="more memory"):
            await writer.commit()
        await redis.config_set("maxmemory", "0")
        assert await writer.commit() == 1
        assert await payloads(writer) == [b"a"]
    await redis.aclose()


async def test_a_damaged_entry_is_told_and_passed_over(redis_server) -> None:
    redis = Redis.from_url(redis_server.url)
    async with journal(redis_server, "damaged") as writer:
        writer.append(1, [b"a"])
        await writer.commit()
        await redis.xadd("fw:{damaged}:journal", {"blocks": b"nonsense"}, id="3-0")
        await redis.set("fw:{damaged}:top", "3 somebody")
    async with journal(redis_server, "damaged") as writer:
        writer.append(1, [b"d"])
        await writer.commit()
        assert await payloads(writer) == [b"a", b"d"]
        assert "entry 3-0" in writer.warnings[0]
        assert "positions 2 to 3 are missing" in writer.warnings[1]
    await redis.aclose()


def test_urls_and_sites_are_judged() -> None:
    with pytest.raises(JournalError, match="redis://host:port/db"):
        RedisJournal("http://nowhere", "hq", SystemClock())
    with pytest.raises(JournalError, match="without braces"):
        RedisJournal("redis://127.0.0.1/0", "a{b", SystemClock())
    RedisJournal("redis://127.0.0.1/0?site=hq", "hq", SystemClock())
