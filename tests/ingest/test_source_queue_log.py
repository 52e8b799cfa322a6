"""The live queue_log: rotations, half lines, crashes. Nothing lost, nothing twice."""

import asyncio
import gzip
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clock import SystemClock
from ingest.events import Adapter, AgentState, Event, Gap, Heartbeat, Queued
from ingest.ports import Batch
from ingest.queue_log_lines import parse
from ingest.queue_log_mapping import QueueLogMapping
from ingest.queue_log_translate import Translator
from ingest.source_queue_log import QueueLogSource, SavedPositionError
from ingest.stamp import Stamp
from ingest.wire import decode
from ingest.words import AdapterStatus, AgentStatus, Origin

T0 = 1_800_000_000


@dataclass
class HandClock:
    """Stands still until a test moves it; whoever sleeps is woken by that, and only by that."""

    at: int = T0 * 1000
    asleep: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float, /) -> None:
        if not seconds:
            await SystemClock().sleep(0)
            return
        self.asleep.set()
        await self.wake.wait()
        self.wake.clear()

    async def settle(self) -> None:
        """Wait until the source has nothing more to do."""
        async with asyncio.timeout(5):
            await self.asleep.wait()

    async def move(self, ms: int) -> None:
        """Let time pass, and the source do what it does then."""
        await self.settle()
        self.at += ms
        self.asleep.clear()
        self.wake.set()
        await self.settle()


@dataclass
class Floor:
    """A log in a directory, a source beside it, and a journal that takes what it brings."""

    path: Path
    wrap_up_ms: dict[str, int] = field(default_factory=dict)
    since: int = 0
    fill: bool = False
    clock: HandClock = field(default_factory=HandClock)
    batches: list[Batch] = field(default_factory=list)
    commits: bool = True

    async def put(self, batch: Batch, /) -> None:
        self.batches.append(batch)
        if self.commits:
            batch.committed()

    @property
    def source(self) -> QueueLogSource:
        return QueueLogSource(
            path=self.path,
            state=self.path.parent / "position.json",
            source="/acd/hq/queue_log",
            clock=self.clock,
            mapping=QueueLogMapping(wrap_up_ms=self.wrap_up_ms),
            since=self.since,
            fill=self.fill,
        )

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[HandClock]:
        self.clock.asleep.clear()
        self.clock.wake.clear()
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.source.run(self))
            await self.clock.settle()
            yield self.clock
            task.cancel()

    def write(self, *lines: str, end: str = "\n") -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + end)

    @property
    def events(self) -> list[Event]:
        return [decode(p, b.recvtime) for b in self.batches for p in b.payloads]

    @property
    def calls(self) -> list[str]:
        """The calls that were told to be queued, as the stream would count them."""
        told: dict[tuple[str, int], str] = {}
        for event in self.events:
            if isinstance(event.data, Queued):
                told.setdefault((event.epoch, event.seq), event.data.call)
        return list(told.values())

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event.data, kind)]


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor(tmp_path / "queue_log")


def enter(call: str, at: int = T0) -> str:
    return f"{at}|{call}|sales|NONE|ENTERQUEUE||5550100|1"


async def test_new_lines_are_told_in_the_order_of_the_file(floor: Floor) -> None:
    floor.write(enter("c1"))
    async with floor.follow() as clock:
        floor.write(enter("c2"), enter("c3"))
        await clock.move(250)
        assert floor.calls == ["c1", "c2", "c3"]
    seqs = [event.seq for event in floor.of(Queued)]
    assert seqs == [1, 2, 3]


async def test_a_half_written_line_waits_for_its_end(floor: Floor) -> None:
    floor.write(enter("c1"), enter("c2")[:25], end="")
    async with floor.follow() as clock:
        assert floor.calls == ["c1"]
        floor.write(enter("c2")[25:])
        await clock.move(250)
        assert floor.calls == ["c1", "c2"]


async def test_a_log_that_does_not_exist_yet_is_news_and_is_waited_for(floor: Floor) -> None:
    async with floor.follow() as clock:
        floor.write(enter("c1"))
        await clock.move(250)
    assert [event.data.status for event in floor.of(Adapter)] == [
        AdapterStatus.DEGRADED,
        AdapterStatus.UP,
    ]
    assert floor.calls == ["c1"]


async def test_a_renamed_log_is_finished_before_the_new_one_is_begun(floor: Floor) -> None:
    floor.write(enter("c1"))
    async with floor.follow() as clock:
        rotated = floor.path.rename(floor.path.with_name("queue_log.1"))
        with rotated.open("a") as old:  # Asterisk writes on until it opens the new log
            old.write(enter("c2") + "\n")
        await clock.move(250)
        with rotated.open("a") as old:
            old.write(enter("c3") + "\n")
        floor.write(enter("c4", T0 + 1))
        await clock.move(250)
        await clock.move(250)
    assert floor.calls == ["c1", "c2", "c3", "c4"]
    assert not floor.of(Gap)


async def test_two_rotations_between_two_looks_lose_nothing(floor: Floor) -> None:
    floor.write(enter("c1"))
    async with floor.follow() as clock:
        floor.write(enter("c2"))
        floor.path.rename(floor.path.with_name("queue_log.2"))
        floor.write(enter("c3", T0 + 5))
        floor.path.rename(floor.path.with_name("queue_log.1"))
        floor.write(enter("c4", T0 + 9))
        await clock.move(250)
    assert floor.calls == ["c1", "c2", "c3", "c4"]


async def test_a_copied_and_cut_off_log_is_read_to_its_end(floor: Floor) -> None:
    floor.write(enter("c1"), enter("c2"))
    async with floor.follow() as clock:
        floor.write(enter("c3"))
        shutil.copy(floor.path, floor.path.with_name("queue_log.1"))
        os.truncate(floor.path, 0)
        await clock.move(250)
        floor.write(*(enter(f"d{n}", T0 + 1) for n in range(9)))  # longer than the old one was
        await clock.move(250)
    assert floor.calls == ["c1", "c2", "c3", *(f"d{n}" for n in range(9))]
    assert not floor.of(Gap)


async def test_a_cut_off_log_without_a_copy_is_a_gap_that_is_told(floor: Floor) -> None:
    floor.write(enter("c1"))
    async with floor.follow() as clock:
        os.truncate(floor.path, 0)
        floor.write(enter("c2", T0 + 60))
        await clock.move(60_000)
    (gap,) = floor.of(Gap)
    assert gap.data == Gap(start_at=T0 * 1000, end_at=T0 * 1000 + 60_000, why=gap.data.why)
    assert floor.calls == ["c1", "c2"]


async def test_a_restart_reads_on_where_it_stopped_and_numbers_on(floor: Floor) -> None:
    floor.write(enter("c1"))
    async with floor.follow():
        pass
    floor.write(enter("c2"))
    floor.batches.clear()
    async with floor.follow():
        pass
    assert [event.seq for event in floor.of(Queued)] == [2]
    assert floor.calls == ["c2"]


async def test_a_restart_finds_the_log_that_was_compressed_meanwhile(floor: Floor) -> None:
    floor.write(enter("c1"))
    async with floor.follow():
        pass
    floor.write(enter("c2"))
    floor.path.with_name("queue_log.1.gz").write_bytes(gzip.compress(floor.path.read_bytes()))
    floor.path.unlink()
    floor.write(enter("c3", T0 + 1))
    async with floor.follow():
        pass
    assert floor.calls == ["c1", "c2", "c3"]
    assert not floor.of(Gap)


async def test_what_was_not_made_durable_is_told_again_with_the_same_ids(floor: Floor) -> None:
    floor.commits = False
    floor.write(enter("c1"), enter("c2"))
    async with floor.follow():
        pass
    first = [(event.seq, event.id, event.data) for event in floor.of(Queued)]
    floor.batches.clear()
    async with floor.follow():
        pass
    assert len(first) == 2
    assert [(event.seq, event.id, event.data) for event in floor.of(Queued)] == first


async def test_bad_lines_are_counted_in_the_heartbeat_and_stop_nothing(floor: Floor) -> None:
    floor.write("no line of this log", enter("c1"), f"{T0}|c1|sales|NONE|HOWLER|1")
    async with floor.follow() as clock:
        await clock.move(10_000)
    last = floor.of(Heartbeat)[-1].data
    assert last.counters == {"lines": 3, "rejected": 1, "unknown.HOWLER": 1}
    assert floor.calls == ["c1"]


async def test_after_call_work_ends_on_time_without_any_line(floor: Floor) -> None:
    floor.wrap_up_ms = {"sales": 5000}
    floor.write(
        enter("c1"),
        f"{T0}|c1|sales|Ann|CONNECT|0|x|0",
        f"{T0}|c1|sales|Ann|COMPLETECALLER|0|0|1",
    )
    async with floor.follow() as clock:
        await clock.move(6000)
        assert floor.of(AgentState)[-1].data.state is AgentStatus.ACW
        await clock.move(1000)
    last = floor.of(AgentState)[-1]
    assert (last.data.state, last.time) == (AgentStatus.READY, T0 * 1000 + 5000)


async def test_lines_of_before_since_only_teach_who_is_there(floor: Floor) -> None:
    floor.since = T0 * 1000
    floor.write(
        f"{T0 - 900}|MANAGER|sales|Ann|ADDMEMBER|",
        enter("old", T0 - 800),
        f"{T0 - 700}|NONE|sales|Ann|PAUSE|lunch",
        enter("new"),
    )
    async with floor.follow():
        pass
    (state,) = floor.of(AgentState)
    assert (state.data.state, state.data.reason) == (AgentStatus.NOT_READY, "lunch")
    assert floor.calls == ["new"]
    assert floor.of(Queued)[0].seq == 1


async def test_old_lines_are_a_replay_and_fresh_ones_are_live(floor: Floor) -> None:
    floor.write(enter("old", T0 - 3600), enter("fresh", T0 - 1))
    async with floor.follow() as clock:
        floor.write(enter("next", T0))
        await clock.move(250)
    origins = [event.origin for event in floor.of(Queued)]
    assert origins == [Origin.REPLAY, Origin.LIVE, Origin.LIVE]


async def test_a_second_witness_says_so_on_every_event(floor: Floor) -> None:
    floor.fill = True
    floor.write(enter("old", T0 - 3600), enter("fresh", T0 - 1))
    async with floor.follow() as clock:
        await clock.move(10_000)
    assert {event.origin for event in floor.events} == {Origin.BACKFILL}


async def test_a_position_that_is_none_says_what_to_do(floor: Floor) -> None:
    floor.source.state.write_text("{}")
    with pytest.raises(SavedPositionError, match=r"position\.json"):
        await floor.source.run(floor)


Step = tuple[str, int]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(
            ["line", "line", "half", "look", "commit", "crash", "rename", "gzip", "copy", "late"]
        ),
        st.integers(0, 3),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_happens_every_line_counts_once(steps: Sequence[Step]) -> None:
    """Rotations of every kind, crashes at any moment: the journal holds each fact once."""
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_torture(Path(directory), steps))


async def _torture(directory: Path, steps: Sequence[Step]) -> None:
    floor = Floor(directory / "queue_log", commits=False)
    written: list[str] = []
    half = ""
    journal: list[Event] = []
    todo = [("line", 0), ("look", 0), *steps, ("end", 0)]
    rotations = 0
    while todo:
        floor.batches.clear()
        committed = 0
        async with floor.follow() as clock:
            while todo:
                kind, n = todo.pop(0)
                if kind in ("line", "half"):
                    line = half + _line(len(written), n)[len(half) :]
                    cut = len(half) + 5 if kind == "half" else len(line)
                    floor.write(line[len(half) : cut], end="" if kind == "half" else "\n")
                    half = line[:cut] if kind == "half" else ""
                    written += [] if kind == "half" else [line]
                    if kind == "half":  # finish it with the next write: the same line
                        todo.insert(0, ("line", n))
                        await clock.move(250)
                elif kind in ("rename", "gzip", "copy", "late") and floor.path.exists():
                    rotations += 1
                    _rotate(floor, kind, rotations)
                elif kind == "commit":
                    for batch in floor.batches[committed:]:
                        batch.committed()
                    committed = len(floor.batches)
                elif kind == "crash":
                    break
                else:
                    await clock.move(1000)
            for _ in range(4):
                await clock.move(1000)
            kept = max(committed, len(floor.batches) - (todo[0][1] if todo else 0))
        for batch in floor.batches[:kept]:
            journal += [decode(p, batch.recvtime) for p in batch.payloads]
            batch.committed()
    told = {(event.epoch, event.seq): event for event in journal if event.seq}
    translator = Translator(Stamp("s", "e"))
    expected = [e.data for n, line in enumerate(written) for e in _taken(translator, line, n)]
    assert [event.data for _, event in sorted(told.items())] == expected
    assert not [event for event in journal if isinstance(event.data, Gap)]


def _taken(translator: Translator, line: str, n: int) -> list[Event]:
    return translator.take(parse(line.encode()), str(n), 0)


def _line(number: int, n: int) -> str:
    call, at = f"c{number // 4}", T0 + number
    match n:
        case 0 | 1:
            return f"{at}|{call}|sales|NONE|ENTERQUEUE||5550100|1"
        case 2:
            return f"{at}|{call}|sales|Ann|CONNECT|3|{call}.9|2"
    return f"{at}|{call}|sales|Ann|COMPLETECALLER|3|4|1"


def _rotate(floor: Floor, kind: str, rotations: int) -> None:
    """What logrotate or Asterisk does; `late` leaves the path empty for a while."""
    if not floor.path.stat().st_size:
        return
    away = floor.path.with_name(f"queue_log.{rotations:03}")
    if kind == "copy":
        shutil.copy(floor.path, away)
        os.truncate(floor.path, 0)
        return
    floor.path.rename(away)
    if kind == "gzip":
        away.with_name(away.name + ".gz").write_bytes(gzip.compress(away.read_bytes()))
        away.unlink()
    if kind != "late":
        floor.path.touch()
