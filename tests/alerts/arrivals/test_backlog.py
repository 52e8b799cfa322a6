"""Calls that are told late, or before it is known what there was: a backlog is no surge."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from alerts.forecast import Forecast
from ingest.events import Adapter, Data, Event, Queued
from ingest.words import AdapterStatus

NOON = 1_772_452_800_000
"""Monday, 2 March 2026, 12:00 UTC."""
MINUTE = 60_000
HOUR = 60 * MINUTE
CALLS = 7_200.0
"""An hour, all into one queue."""
Watch = Callable[..., Any]


def planned() -> Forecast:
    halves = [(NOON + n * HOUR // 2, NOON + (n + 1) * HOUR // 2) for n in range(-2, 48)]
    return Forecast({"sales": [(a, b, CALLS / 2) for a, b in halves]})


def late(w: Any, draw: Random, until: int, rate: float) -> None:
    """Calls by chance until then, of which nothing is heard before: then all at once."""
    times, at = [], float(w.now)
    while (at := at + draw.expovariate(rate / HOUR)) < until:
        times.append(int(at))
    w.until(until)
    for each in times:
        w.call("sales", each)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_feed_held_up_for_a_while_is_no_surge(watching: Watch, seed: int) -> None:
    w, draw = watching(forecast=planned()), Random(seed)
    w.start(NOON)
    w.poisson({"sales": CALLS}, NOON + 10 * MINUTE, draw)
    late(w, draw, w.now + 12_000, CALLS)
    w.poisson({"sales": CALLS}, w.now + 5 * MINUTE, draw)
    assert w.told == []


def test_a_surge_that_is_told_late_is_a_surge(watching: Watch) -> None:
    w, draw = watching(forecast=planned()), Random(1)
    w.start(NOON)
    w.poisson({"sales": CALLS}, NOON + 10 * MINUTE, draw)
    for _ in range(3):
        late(w, draw, w.now + 12_000, 4 * CALLS)
    assert w.told[0].breach.rule == "surge"
    assert w.told[0].at - (NOON + 10 * MINUTE) <= 24_000


def test_before_a_first_call_silence_takes_its_time(watching: Watch) -> None:
    w = watching(forecast=planned())
    w.start(NOON)
    w.until(NOON + 29 * MINUTE)
    assert w.told == []
    w.until(NOON + 32 * MINUTE)
    assert w.names == [("silence", "")]
    breach = w.told[0].breach
    assert NOON <= breach.since <= NOON + MINUTE
    assert breach.evidence["quiet_ms"] < 32 * MINUTE


@pytest.mark.parametrize(
    "status", [AdapterStatus.RESYNC, AdapterStatus.STARTING, AdapterStatus.DOWN]
)
def test_what_comes_with_a_source_that_is_back_within_a_tick_is_no_surge(
    watching: Watch, status: AdapterStatus
) -> None:
    """The clock never sees that it was not whole: only its own word tells it."""
    w, draw = watching(forecast=planned()), Random(2)
    w.start(NOON)
    w.poisson({"sales": CALLS}, NOON + 10 * MINUTE, draw)
    now = w.now
    for turn in (status, AdapterStatus.UP):
        w.watch.take(told(Adapter(status=turn), now), now)
    for n in range(40):
        w.watch.take(told(Queued(visit=f"v{n}", call=f"c{n}", queue="sales"), now), now)
        w.note(now)
    w.poisson({"sales": CALLS}, now + 5 * MINUTE, draw)
    assert w.told == []
    w.poisson({"sales": 4 * CALLS}, w.now + MINUTE, draw)
    assert w.names == [("surge", "queue:sales")]


def told(data: Data, at: int) -> Event:
    return Event(source="pbx", epoch="1", id=f"{at}", time=at, recvtime=at, data=data)
