"""The daybook: its facts add up to the ledger's sums, whatever is corrected, killed or full."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import wire
from ingest.clock import SystemClock
from ingest.events import Event
from stream import daybook, daybook_keeper
from stream.daybook_day import ledger_of
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import KEPT_DAYS, DaybookError, DaybookFile, Reading
from stream.deadletters import FileDeadLetters
from stream.facts import ArrivalFact
from stream.floor import Floor
from stream.journal_file import FileJournal
from stream.ledger import Ledger
from stream.ports import Stored
from stream.runner import Runner
from stream.sites import QueueCard, Site
from tests.stream.morning import NOW, told

ROOT = Path(__file__).parents[2]
DAY_MS = 86_400_000
WITHIN_S = 60


SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    day_start_min=240,
    queues={"support": QueueCard(id="support", target_ms=30_000, short_ms=10_000)},
)


class Still:
    """A clock that a test sets."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        raise AssertionError(f"nobody waits {seconds} s here")


class Memory:
    """A journal of plain payloads; what is beyond its end was never durable."""

    warnings = ()

    def __init__(self, events: list[Event]) -> None:
        self.stored = [
            Stored(number, event.recvtime, [wire.encode(event)])
            for number, event in enumerate(events, 1)
        ]
        self.length = len(events)

    async def read(self, after: int, /) -> AsyncIterator[Stored]:
        for stored in self.stored[after : self.length]:
            yield stored


def cells(ledger: Ledger) -> dict[str, Any]:
    """What is in a ledger, without cells of noughts."""
    found: dict[str, Any] = {}
    for name, account in [*ledger.queues.items(), *ledger.agents.items()]:
        for at, cell in account.cells.items():
            if any(cell):
                found[f"{name} {at}"] = cell
        for day, spans in account.spans.items():
            found |= {f"{name} {day} {key}": ms for key, ms in spans.items() if ms}
    return found


async def added_up(book: Daybook) -> dict[str, Any]:
    days = await book.days()
    return cells(ledger_of(book.reading(), days, 0, 1 << 60))


@contextmanager
def opened(folder: Path, clock: Still | None = None) -> Iterator[Daybook]:
    with Daybook(DaybookFile(folder / "daybook.db", SITE), SITE, clock or Still()) as book:
        yield book


def apply(floor: Floor, book: Daybook, events: list[Event], first: int) -> None:
    """As the runner does: each event's facts with the position that the journal has then."""
    entries: list[daybook.Entry] = floor.books.log  # type: ignore[assignment]  # given below
    for position, event in enumerate(events, first):
        floor.apply(event)
        if entries:
            book.take(position, entries, floor.state.visits)


async def lived(folder: Path, events: list[Event], rng: random.Random) -> None:
    """A life with deaths: whatever is kept when, and wherever it goes on from."""
    saved, state = 0, b""
    done = 0
    while done < len(events):
        journal = Memory(events)
        journal.length = done
        with opened(folder) as book:
            book._thread.shutdown(wait=False)
            book._thread = _Dying(rng)  # type: ignore[assignment]
            start = Floor.load(state) if saved else None
            floor = Floor(SITE, start, keep_days=None, log=[])
            await book.recover(journal, saved)  # type: ignore[arg-type]
            apply(floor, book, events[saved:done], saved + 1)
            book.durable(done)
            until = min(len(events), done + rng.randrange(1, 30))
            durable = rng.randrange(done, until + 1)
            apply(floor, book, events[done:durable], done + 1)
            book.durable(durable)
            await book.keep()
            if rng.random() < 0.5:
                saved, state = durable, floor.dump()
            apply(floor, book, events[durable:until], durable + 1)
            if durable == until == len(events) and book.whole:
                assert await added_up(book) == cells(floor.state.ledger)
            await book.keep()
            book._gave_up = True  # it dies here: nothing more is written
            done = durable


class _Dying:
    """A thread that writes at once, and sometimes is killed before it does."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def submit(self, do: Any) -> Any:
        from concurrent.futures import Future

        future: Future[None] = Future()
        try:
            if self.rng.random() < 0.3 and do.__name__ == "<lambda>":
                raise DaybookError("the disk is full for a while")
            future.set_result(do())
        except DaybookError as error:
            future.set_exception(error)
        return future

    def shutdown(self) -> None:
        """There is no thread."""


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1_000_000))
def test_facts_add_up_to_the_ledger_whatever_dies_when(seed: int) -> None:
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(lived(Path(folder), told(rng, 12), rng))
        events = told(random.Random(seed), 12)
        whole = Floor(SITE, keep_days=None)
        for event in events:
            whole.apply(event)

        async def last() -> None:
            with opened(Path(folder)) as book:
                await book.recover(Memory(events), 0)  # type: ignore[arg-type]
                floor = Floor(SITE, keep_days=None, log=[])
                apply(floor, book, events, 1)
                book.durable(len(events))
                assert await added_up(book) == cells(whole.state.ledger)
                assert await book.keep()
                assert await added_up(book) == cells(whole.state.ledger)

        asyncio.run(last())


def test_kill_9_at_any_moment_leaves_nothing_out_and_nothing_twice(tmp_path: Path) -> None:
    now = SystemClock().now()
    events = told(random.Random(3), 60, now - 3 * 3_600_000)
    rng = random.Random(11)
    unacknowledged = dict(enumerate(map(wire.encode, events)))
    for round_ in range(6):
        last = round_ == 5
        with (
            subprocess.Popen(
                [sys.executable, str(ROOT / "tests/stream/daybook_process.py"), str(tmp_path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            ) as process,
            ExitStack() as stack,
        ):
            assert process.stdin is not None
            assert process.stdout is not None
            # Whatever becomes of it, nobody waits for it for ever.
            watchdog = threading.Timer(WITHIN_S, process.kill)
            watchdog.start()
            stack.callback(watchdog.cancel)
            assert process.stdout.readline() == b"ready\n"
            batch = list(unacknowledged.items())
            if not last:
                batch = batch[: rng.randrange(10, 60)]
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
            floors, kept = map(json.loads, process.stdout.read().splitlines())
            assert _without_noughts(kept) == _without_noughts(floors)
            assert len(_without_noughts(kept)) > 12
    assert not unacknowledged


def _without_noughts(ledger: dict[str, dict[str, list[int]]]) -> dict[str, list[int]]:
    return {
        f"{name} {at}": cell
        for name, account in ledger.items()
        for at, cell in account.items()
        if any(cell)
    }


async def test_a_full_disk_is_told_and_tried_again_while_figures_stay_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events = told(random.Random(5), 400)
    with opened(tmp_path) as book:
        await book.recover(Memory(events), 0)  # type: ignore[arg-type]
        floor = Floor(SITE, keep_days=None, log=[])
        (pages,) = book._file._db.execute("pragma page_count").fetchone()
        book._file._db.execute(f"pragma max_page_count = {pages}")
        apply(floor, book, events, 1)
        book.durable(len(events))
        assert not await book.keep()
        assert not await book.keep()
        assert "full" in book.trouble
        assert len([r for r in caplog.records if "free some space" in r.getMessage()]) == 1
        assert await added_up(book) == cells(floor.state.ledger)
        book._file._db.execute("pragma max_page_count = 1000000")
        assert await book.keep()
        assert book.trouble == ""
        assert await added_up(book) == cells(floor.state.ledger)


async def test_with_too_much_waiting_it_gives_up_and_the_next_start_fills_the_hole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = told(random.Random(6), 60)
    floor = Floor(SITE, keep_days=None, log=[])
    with opened(tmp_path) as book:
        await book.recover(Memory(events), 0)  # type: ignore[arg-type]
        apply(floor, book, events[:40], 1)
        book.durable(40)
        await book.keep()
        monkeypatch.setattr(daybook_keeper, "MOST_HELD", 10)
        apply(floor, book, events[40:], 41)
        assert not book.whole
        assert not await book.keep()
    monkeypatch.undo()
    with opened(tmp_path) as book:
        await book.recover(Memory(events), len(events))  # type: ignore[arg-type]
        assert book.whole
        assert "lags behind" in book.warnings[0]
        assert await added_up(book) == cells(floor.state.ledger)


async def test_another_journal_begins_anew_and_what_stood_stays(tmp_path: Path) -> None:
    events = told(random.Random(7), 30)
    floor = Floor(SITE, keep_days=None, log=[])
    with opened(tmp_path) as book:
        await book.recover(Memory(events), 0)  # type: ignore[arg-type]
        apply(floor, book, events, 1)
        book.durable(len(events))
        await book.keep()
        before = await added_up(book)
    later = told(random.Random(8), 10, NOW - 10 * 60_000)
    with opened(tmp_path) as book:
        await book.recover(Memory([]), 0)  # type: ignore[arg-type]
        apply(Floor(SITE, keep_days=None, log=[]), book, later, 1)
        book.durable(len(later))
        assert await book.keep()
        after = await added_up(book)
        assert before.keys() <= after.keys()
        assert after != before


async def test_a_damaged_file_is_moved_aside_and_filled_from_the_journal(tmp_path: Path) -> None:
    events = told(random.Random(9), 30)
    floor = Floor(SITE, keep_days=None)
    for event in events:
        floor.apply(event)
    (tmp_path / "daybook.db").write_bytes(b"this is no database" * 400)
    with opened(tmp_path) as book:
        assert "damaged" in book.warnings[0]
        await book.recover(Memory(events), len(events))  # type: ignore[arg-type]
        assert await added_up(book) == cells(floor.state.ledger)
    assert (tmp_path / "daybook.db.damaged-1").exists()


async def test_sixty_days_stay_and_callers_are_masked(tmp_path: Path) -> None:
    clock = Still()
    old = told(random.Random(1), 20, NOW - (KEPT_DAYS + 3) * DAY_MS)
    new = told(random.Random(2), 20)
    with opened(tmp_path, clock) as book:
        await book.recover(Memory([]), 0)  # type: ignore[arg-type]
        floor = Floor(SITE, keep_days=None, log=[])
        clock.time = old[-1].time
        apply(floor, book, old, 1)
        book.durable(len(old))
        await book.keep()
        assert len(await book.days()) == 1
        clock.time = NOW
        apply(Floor(SITE, keep_days=None, log=[]), book, new, len(old) + 1)
        book.durable(len(old) + len(new))
        await book.keep()
        [day] = await book.days()
        assert day == book.calendar.day(NOW - 3 * 3_600_000)
        reading = book.reading()
        arrived = {fact.visit for fact in reading.facts([day], {ArrivalFact}, lambda _: True)}
        assert set(reading.callers([day], arrived).values()) == {"•••000", "•••123"}
    with sqlite3.connect(tmp_path / "daybook.db") as db:
        bodies = b"".join(
            facts + told for facts, told in db.execute("select facts, callers from pages")
        )
    db.close()
    assert b"13800138000" not in bodies


def test_a_question_holds_what_it_asks_for_and_not_the_day(tmp_path: Path) -> None:
    file = DaybookFile(tmp_path / "daybook.db", SITE)
    day = file.fresh_calendar().day(NOW)
    for page in range(60):
        at = day + page * 1_000
        names = [("rare" if n == 0 else "sales", f"c{page}-{n}") for n in range(200)]
        arrived: list[daybook.Entry] = [
            (1, ArrivalFact(at, queue, visit)) for queue, visit in names
        ]
        callers = {visit: "•••000" for _, visit in names}
        file.write([daybook.Taken(page + 1, arrived, callers)], page + 1, NOW)

    def held(wanted: Callable[[ArrivalFact], bool]) -> tuple[int, int]:
        reading = Reading(file, [], 60)
        tracemalloc.start()
        facts = reading.facts([day], {ArrivalFact}, wanted)
        assert len(reading.callers([day], {fact.visit for fact in facts})) == len(facts)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return len(facts), peak

    try:
        few, little = held(lambda fact: fact.queue == "rare")
        every, much = held(lambda fact: True)
    finally:
        file.close()
    assert (few, every) == (60, 12_000)
    assert little * 8 < much


def _sevens(events: list[Event]) -> Iterator[list[Event]]:
    for start in range(0, len(events), 7):
        yield events[start : start + 7]


async def test_it_lives_with_a_real_journal_and_takes_up_where_it_was(tmp_path: Path) -> None:
    floor = Floor(SITE, keep_days=None)
    async with FileJournal(tmp_path / "journal", SystemClock()) as journal:
        position = 0
        for batch in _sevens(told(random.Random(4), 30)):
            payloads = list(map(wire.encode, batch))
            for payload in payloads:
                floor.apply(wire.decode(payload, batch[-1].recvtime))
            position = journal.append(batch[-1].recvtime, payloads)
            await journal.commit()
        with opened(tmp_path) as book:
            await book.recover(journal, position)
            assert await added_up(book) == cells(floor.state.ledger)
            assert book.position == position
        with opened(tmp_path) as book, closing(FileDeadLetters(tmp_path / "rejected")) as letters:
            again = Runner(SITE, journal, letters, Still(), book)
            assert (await again.recover()).replayed == position
            assert await added_up(book) == cells(floor.state.ledger)
