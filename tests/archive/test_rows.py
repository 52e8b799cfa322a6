"""Rows of the archive: their sums are the ledger's, over every kind of night."""

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import rows
from archive.about import About, Why
from archive.shelf import Shelf
from ingest.words import Overflow, RingEnd
from stream import daybook
from stream.daybook import Taken
from stream.facts import (
    DEFINITION,
    ArrivalFact,
    BlockFact,
    Fact,
    HandleFact,
    RingFact,
    ScoreFact,
    SpanFact,
    WaitFact,
)
from stream.intervals import Calendar
from stream.ledger import Account, Bookkeeper, Ledger
from stream.metrics import AGENT_NAMES, AGENT_TERMS, NAMES, TERMS
from stream.tables import sums, time_in_state

HOUR_MS = 3_600_000
QUEUES, AGENTS = ["sales", "support"], ["ann", "bob"]


def calendars() -> dict[str, tuple[Calendar, int]]:
    """A calendar and an instant just before the night that is meant."""

    def at(zone: str, *when: int) -> int:
        return round(datetime(*when, tzinfo=ZoneInfo(zone)).timestamp()) * 1_000  # type: ignore[arg-type]

    return {
        "clocks go forward": (Calendar("Europe/Berlin"), at("Europe/Berlin", 2026, 3, 28, 18)),
        "clocks go back": (Calendar("America/New_York"), at("America/New_York", 2026, 10, 31, 18)),
        "04:00": (Calendar("Asia/Shanghai", 240, 1_800_000), at("Asia/Shanghai", 2026, 11, 20, 20)),
        "04:00, back": (Calendar("Europe/Berlin", 240), at("Europe/Berlin", 2026, 10, 24, 22)),
    }


def drawn(rng: random.Random, since: int) -> Iterator[Fact]:
    """Facts of a day and a half, spans of up to thirty hours among them."""
    for n in range(rng.randrange(1, 60)):
        at = since + rng.randrange(36 * HOUR_MS)
        queue, agent, visit = rng.choice(QUEUES), rng.choice(AGENTS), f"v{n}"
        match rng.randrange(8):
            case 0:
                yield ArrivalFact(at, queue, visit)
            case 1:
                wait, target, short = (rng.randrange(60_000) for _ in range(3))
                end = rng.choice(["answered", "abandoned", "overflowed", "dropped"])
                reason = rng.choice(list(Overflow)).value if end == "overflowed" else ""
                known = {end: True, "reason": reason, "ghost": rng.random() < 0.1}
                who = agent if end == "answered" else ""
                yield WaitFact(at, queue, visit, who, wait, target, short, **known)  # type: ignore[arg-type]
            case 2:
                talk, hold, moved = rng.randrange(600_000), rng.randrange(9_000), rng.random() < 0.3
                yield HandleFact(at, queue, visit, agent, talk, hold, moved, rng.random() < 0.1)
            case 3:
                yield BlockFact(at, queue, visit, "full")
            case 4:
                yield RingFact(at, queue, visit, agent, rng.choice(list(RingEnd)).value, 9_000)
            case 5:
                yield ScoreFact(at, queue, agent, f"c{n}", rng.random() < 0.5, 4, 1, 5)
            case _:
                long = rng.choice([60_000, HOUR_MS, 30 * HOUR_MS])
                state = rng.choice(["acw", "acw", "ready", "signed_out"])
                yield SpanFact(at + rng.randrange(long), at, agent, queue, state, "")


def archived(told: list[Taken], calendar: Calendar, zone: str, root: Path) -> Shelf:
    """The same facts, day by day, as the archive keeps them."""
    shelf = Shelf(root)
    for start, turns in daybook.by_day(told, calendar).items():
        end = calendar.next_day(start)
        facts = [
            fact
            for place in daybook.PLACES.values()
            for fact in daybook.standing([e for turn in turns for e in getattr(turn, place)])
        ]
        frame = rows.within(rows.frame(facts, {}, calendar), start, end)
        noon = datetime.fromtimestamp((start + 12 * HOUR_MS) / 1_000, UTC)
        about = About(
            site="hq",
            day=noon.astimezone(ZoneInfo(zone)).date(),
            start=start,
            end=end,
            time_zone=zone,
            day_start_min=0,
            interval_ms=calendar.interval_ms,
            definition=DEFINITION,
            written_at=0,
            why=Why.CLOSED,
        )
        shelf.write(about, frame)
    return shelf


def cells(
    accounts: dict[str, Account], names: tuple[str, ...]
) -> dict[tuple[str, int], dict[str, int]]:
    return {
        (name, at): dict(zip(names, cell, strict=True))
        for name, account in accounts.items()
        for at, cell in account.cells.items()
        if any(cell)
    }


def added_up(lazy: pl.LazyFrame, terms: dict, of: str, names: tuple[str, ...]) -> dict:  # type: ignore[type-arg]
    """The same cells, summed from the archive by the terms of the metrics."""
    found: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for kind in terms:
        told = rows.only(kind, lazy).filter(pl.col(of) != "")
        for row in sums(kind, told, (of, "interval_at")).collect().to_dicts():
            for name in names:
                found[row[of], row["interval_at"]][name] += row.get(name, 0)
    return {key: cell for key, cell in found.items() if any(cell.values())}


@pytest.mark.parametrize("night", calendars())
@settings(max_examples=5, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_sums_over_the_archive_are_the_ledgers(night: str, rng: random.Random) -> None:
    calendar, since = calendars()[night]
    zone = str(calendar._zone)
    entries: list[tuple[int, Fact]] = []
    books = Bookkeeper(Ledger(), calendar, entries)
    for fact in drawn(rng, since):
        books.enter(fact)
        if rng.random() < 0.3:
            books.enter(fact, -1)
            if rng.random() < 0.5:
                books.enter(fact)
    with tempfile.TemporaryDirectory() as folder:
        shelf = archived([Taken(1, entries, {})], calendar, zone, Path(folder))
        days = shelf.days("hq")
        lazy = shelf.read("hq", days[0], days[-1])
        ledger = books.ledger
        assert added_up(lazy, TERMS, "queue", NAMES) == cells(ledger.queues, NAMES)  # type: ignore[arg-type]
        agents = added_up(lazy, AGENT_TERMS, "agent", AGENT_NAMES)  # type: ignore[arg-type]
        assert agents == cells(ledger.agents, AGENT_NAMES)
        times: dict[tuple[str, str], int] = defaultdict(int)
        for row in time_in_state(rows.only(SpanFact, lazy)).collect().to_dicts():
            times[row["agent"], row["state"]] += row["ms"]
        spans: dict[tuple[str, str], int] = defaultdict(int)
        for name, account in ledger.agents.items():
            for states in account.spans.values():
                for state, ms in states.items():
                    spans[name, state] += ms
        assert {key: ms for key, ms in times.items() if ms} == {
            key: ms for key, ms in spans.items() if ms
        }


def test_rows_are_in_one_order_whatever_the_order_of_the_facts(some_facts: list[Fact]) -> None:
    calendar = Calendar("Asia/Shanghai")
    frame = rows.frame(some_facts, {"v1": "•••123"}, calendar)
    assert frame.equals(rows.frame(reversed(some_facts), {"v1": "•••123"}, calendar))
    assert frame.schema == rows.SCHEMA
    assert frame["kind"].to_list() == ["arrival", "arrival", "wait", "span", "span", "span"]
    assert frame["caller"].to_list() == ["•••123", None, None, None, None, None]
    assert frame["definition"].unique().to_list() == [DEFINITION]


def test_each_part_of_a_span_lies_in_one_interval(some_facts: list[Fact]) -> None:
    calendar = Calendar("Asia/Shanghai")
    spans = rows.only(SpanFact, rows.frame(some_facts, {}, calendar).lazy()).collect()
    for at, start_at, interval_at in spans.select("at", "start_at", "interval_at").iter_rows():
        assert interval_at <= start_at < at <= calendar.interval_end(interval_at)


def test_a_change_is_counted_both_ways(some_facts: list[Fact]) -> None:
    calendar = Calendar("Asia/Shanghai")
    old = rows.frame(some_facts, {}, calendar)
    new = rows.frame([*some_facts[1:], some_facts[1]], {"v2": "•••123"}, calendar)
    assert rows.change(old, new) == (1, 1)
    assert rows.change(old, old) == (0, 0)


def test_what_a_kind_lacks_is_null_and_not_nought(some_facts: list[Fact]) -> None:
    frame = rows.frame(some_facts, {}, Calendar("Asia/Shanghai"))
    arrival = frame.row(0, named=True)
    assert arrival["wait_ms"] is None
    assert arrival["answered"] is None
    assert arrival["agent"] is None
