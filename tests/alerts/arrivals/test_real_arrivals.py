"""Real arrivals, with the rules as they come: what is found, how late, and how often in vain.

The figures are printed (`pytest -s`). Sources: see ../shared/data/README.md.
"""

import csv
import gzip
import os
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.breach import CLEAR, Sight
from floorwatch import replay, wiring
from floorwatch.urls import Url
from ingest.events import Adapter, Blocked, Event, Queued
from ingest.words import AdapterStatus, Origin
from stream.sites import Site

SHARED = Path(__file__).parents[4] / "shared"
BANK = SHARED / "data" / "usbank_2003_5min.csv.gz"
FEBRUARY = SHARED / "data" / "anonbank_1999_02_calls.csv.gz"
NEW_YORK, JERUSALEM = ZoneInfo("America/New_York"), ZoneInfo("Asia/Jerusalem")
STEP = 15_000
SLOT = 300_000
DAYS, WARM_UP_DAYS = 25, 10
Watch = Callable[..., Any]


@pytest.fixture(autouse=True)
def _there() -> None:
    missing = [path for path in (BANK, FEBRUARY) if not path.exists()]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"{missing[0]} is not there")
    assert not missing


def bank() -> Iterator[list[tuple[int, int]]]:
    """Each day's counts: when a slot of five minutes began, and its calls."""
    days: dict[str, list[tuple[int, int]]] = {}
    with gzip.open(BANK, "rt") as file:
        for row in csv.DictReader(file):
            start = datetime.fromisoformat(row["start"]).replace(tzinfo=NEW_YORK)
            slot = int(start.timestamp() * 1000), int(row["calls"])
            days.setdefault(row["start"][:10], []).append(slot)
    yield from days.values()


def spread(day: list[tuple[int, int]], draw: Random, factor: float = 1.0) -> list[int]:
    """The calls of these slots at moments by chance."""
    return sorted(
        start + draw.randrange(SLOT)
        for start, calls in day
        for _ in range(int(calls * factor + draw.random()))
    )


def test_a_bank_is_told_of_doublings_within_a_minute_and_of_little_else(watching: Watch) -> None:
    w, draw = watching(zone="America/New_York"), Random(1)
    delays: dict[float, list[float]] = {2.0: [], 4.0: []}
    blind = Sight(frozenset({"counts"}), frozenset({"calls"}))
    days = list(bank())[:DAYS]
    w.start(days[0][0][0])
    for number, day in enumerate(days):
        calls, opens = spread(day, draw), day[0][0]
        moments = sorted(opens + 1_800_000 + draw.randrange(45_000_000) for _ in range(3))
        w.sight = blind  # Where the table has no row, nothing was to be seen.
        w.until(opens, 60_000)
        w.sight = CLEAR
        nth = 0
        while nth < len(calls):
            if moments and w.now >= moments[0]:
                moments.pop(0)
                for factor, seen in delays.items():
                    if number >= WARM_UP_DAYS and not w.board.held:
                        seen.append(injected(w, day, calls, factor))
            until = bisect_left(calls, w.now + STEP)
            if until > nth:
                w.call("calls", w.now + STEP - 1, until - nth)
            nth = until
            w.until(w.now + STEP, STEP)
    weeks = DAYS / 5
    means = {factor: sum(seen) / len(seen) for factor, seen in delays.items()}
    print(f"\nUS bank, {weeks:.0f} weeks cold: {len(w.told) / weeks:.2f} alarms a week, {w.names}")
    print(f"mean delay in s: {means}, {len(delays[2.0])} surges of each size")
    assert len(w.told) <= weeks
    assert means[2.0] <= 60 * 1.15  # Three weeks hold a sample; bench/ has them all.
    assert means[4.0] <= 12


def injected(w: Any, day: list[tuple[int, int]], calls: list[int], factor: float) -> float:
    """How many seconds a surge that begins now goes unseen in a copy of the floor; 30 min if ever."""
    branch, start = w.watch.fork(), w.now
    extra = spread([slot for slot in day if slot[0] > start - SLOT], Random(start), factor - 1)
    both = sorted([at for at in (*calls, *extra) if start <= at < start + 1_800_000])
    now = start
    for at in both:
        while now + STEP <= at:
            now += STEP
            branch.tick(now, CLEAR)
        branch.count("calls", at)
        if any(rule == "surge" for rule, _ in branch.board.held):
            return (at - start) / 1_000
    return 1_800.0


def events(url: Url, zone: str = "UTC") -> Iterator[Event]:
    tape = wiring.Tape(url=url, site=Site(id="t", time_zone=zone), reading=replay.Reading())
    return wiring.replayed(tape)


def test_february_1999_has_the_incidents_that_it_had(watching: Watch) -> None:
    w = watching(zone="Asia/Jerusalem")
    url = Url(scheme="calls+csv", path=str(FEBRUARY))
    calls = sorted(
        (event.time, event.data.queue)
        for event in events(url, "Asia/Jerusalem")
        if isinstance(event.data, Queued)
    )
    w.start(calls[0][0] // 60_000 * 60_000)
    for at, queue in calls:
        w.until(at, 2 * STEP)
        w.call(queue, at)
    found = [
        (one.breach.rule, one.breach.scope, datetime.fromtimestamp(one.at / 1_000, JERUSALEM))
        for one in w.told
    ]
    print()
    for rule, scope, at in found:
        print(f"{at:%a %d %H:%M:%S} {rule} {scope or 'floor'}")
    incidents = {(3, 13), (14, 21), (21, 17)}
    hours = {(at.day, at.hour) for rule, _, at in found}
    assert incidents <= hours
    assert ("surge", 14, 21) in {(rule, at.day, at.hour) for rule, _, at in found}
    assert ("silence", "", 21) in {(rule, scope, at.day) for rule, scope, at in found}
    others = [one for one in found if one[2].day not in (3, 14, 21)]
    print(f"{len(others) / 4:.2f} others a week")
    assert len(others) <= 4


PHASES = {"asterisk-A": ("sales", 1_795_302_098_200, 1_795_302_278_200), "asterisk-B": None}


@pytest.mark.parametrize("name", PHASES)
def test_recordings_of_asterisk(watching: Watch, name: str) -> None:
    w = watching()
    path = SHARED / "recordings" / name / "ami.jsonl.gz"
    for event in events(Url(scheme="ami+file", path=str(path))):
        if not w.now:
            w.start(event.recvtime)
        w.until(event.recvtime)
        if isinstance(event.data, Adapter):
            up = event.data.status is AdapterStatus.UP
            queues = frozenset({"sales", "support", "billing", "claims"})
            w.sight = CLEAR if up else Sight(frozenset({"ami"}), queues)
        elif isinstance(event.data, Queued | Blocked) and event.origin is Origin.LIVE:
            w.watch.take(event, event.recvtime)
            w.note(event.recvtime)
    w.until(w.now + 60_000)
    phase = PHASES[name]
    if phase is None:
        # Its small surge brought 15 calls where 9 were due: nobody can tell that from chance.
        assert w.told == []
        return
    queue, began, ended = phase
    assert w.names == [("surge", f"queue:{queue}")]
    delay = (w.told[0].at - began) / 1_000
    over = (w.told[0].until - ended) / 1_000
    print(f"\n{name}: {queue} seen after {delay:.0f} s, over {over:.0f} s after its end")
    assert 0 < delay <= 60
    assert 0 < over < 300
