"""Calls arrive and nobody answers: on an invented floor, and in a bank's real month."""

import os
import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.no_answer import NoAnswerWatch
from alerts.rules import NoAnswerRule
from ingest.events import Abandoned, AgentMembership, AgentState, Answered, Event, Offered, Queued
from ingest.source_calls_csv import events
from ingest.stamp import Stamp
from ingest.words import AgentStatus, MembershipAction
from stream.sites import Site

RULE = NoAnswerRule(id="no_answer")
ZONE = ZoneInfo("Asia/Jerusalem")
BANK = Path(__file__).resolve().parents[4] / "shared" / "data" / "anonbank_1999_02_calls.csv.gz"
TICK_MS = 5_000


class Desk:
    """A queue of calls, answered after 15 seconds unless nobody does; then callers give up."""

    def __init__(self, watched: Any, site: Site | None = None) -> None:
        self.floor = watched(NoAnswerWatch, [RULE], site)
        self.draw = random.Random(11)
        self.number = 0
        self.waiting: list[tuple[float, str]] = []

    def go_on(self, minutes: float, per_minute: float, answers_per_minute: float = 60.0) -> None:
        budget = 1.0
        for _ in range(int(minutes * 60)):
            self.floor.until(self.floor.second + 1)
            if self.draw.random() < per_minute / 60:
                self.number += 1
                visit = f"v{self.number}"
                self.floor.tell(Queued(visit=visit, queue="sales"))
                self.waiting.append((self.floor.second, visit))
            budget = min(2.0, budget + answers_per_minute / 60)
            while self.waiting and self.waiting[0][0] + 15 <= self.floor.second and budget >= 1:
                budget -= 1
                _, visit = self.waiting.pop(0)
                answer = Answered(visit=visit, queue="sales", agent="a", wait_ms=15_000)
                self.floor.tell(answer)
            while self.waiting and self.waiting[0][0] + 120 <= self.floor.second:
                _, visit = self.waiting.pop(0)
                self.floor.tell(Abandoned(visit=visit, queue="sales"))


@pytest.fixture
def desk(watched: Any) -> Desk:
    return Desk(watched)


def test_nobody_answers_though_calls_go_on_coming(desk: Desk) -> None:
    desk.go_on(60, per_minute=4)
    assert desk.floor.story == []
    stopped = desk.floor.second
    desk.go_on(10, per_minute=4, answers_per_minute=0)
    assert desk.floor.scopes == [""]
    held = desk.floor.times("held", "")[0]
    # ln(answers a week, in two scopes) answers were due, four fifths of four a minute at the most.
    assert 2 * 60 < held - stopped < 7 * 60
    evidence = desk.floor.breach("").evidence
    assert set(evidence) == {"arrivals", "over_ms", "expected", "waiting"}
    assert evidence["expected"] > 8
    assert evidence["waiting"] > 4
    desk.floor.restart()
    assert desk.floor.scopes == [""]
    desk.go_on(2, per_minute=4)
    assert desk.floor.scopes == []


def test_one_queue_that_nobody_answers(watched: Any) -> None:
    desk = Desk(watched)
    for minute in range(90):
        desk.go_on(1, per_minute=4)
        for _ in range(3):
            desk.number += 1
            visit = f"v{desk.number}"
            desk.floor.tell(Queued(visit=visit, queue="vip"))
            if minute < 60:
                desk.floor.tell(Answered(visit=visit, queue="vip", agent="b", wait_ms=0))
    assert desk.floor.scopes == ["queue:vip"]


def test_a_quiet_night_and_a_long_queue_are_nothing_to_tell(desk: Desk) -> None:
    desk.go_on(60, per_minute=4)
    desk.go_on(40, per_minute=15, answers_per_minute=4)
    desk.go_on(60, per_minute=0.5, answers_per_minute=4)
    desk.go_on(90, per_minute=0.02, answers_per_minute=0)
    assert desk.floor.story == []


def test_a_queue_without_anybody_is_closed(watched: Any) -> None:
    desk = Desk(watched, Site(id="hq"))
    for n in range(5):
        name, added = f"a{n}", MembershipAction.ADDED
        desk.floor.tell(AgentMembership(agent=name, queue="sales", action=added))
        desk.floor.tell(AgentState(agent=name, state=AgentStatus.READY))
    desk.go_on(60, per_minute=4)
    for n in range(5):
        desk.floor.tell(AgentState(agent=f"a{n}", state=AgentStatus.SIGNED_OUT))
    desk.go_on(30, per_minute=4, answers_per_minute=0)
    assert desk.floor.story == []


def test_calls_that_never_reach_a_queue_are_arrivals_too(watched: Any) -> None:
    floor = watched(NoAnswerWatch, [RULE])
    for n in range(240):
        floor.tell(Offered(call=f"c{n}"))
        floor.until(floor.second + 15)
        if n < 180:
            visit = f"v{n}"
            floor.tell(Queued(visit=visit, queue="sales", call=f"c{n}"))
            floor.tell(Answered(visit=visit, queue="sales", call=f"c{n}", agent="a", wait_ms=0))
    assert floor.scopes == [""]


@pytest.fixture(scope="module")
def bank() -> Sequence[Event]:
    if not BANK.is_file():
        reason = f"no {BANK.name}: it lies beside the checkout"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return list(events(BANK, Stamp("/acd/bank/calls", "0"), ZONE))


@pytest.mark.parametrize(
    ("first", "last", "hour", "minutes"),
    [
        (datetime(1999, 2, 1, tzinfo=ZONE), 4, "3 12:51", 10),
        (datetime(1999, 2, 14, tzinfo=ZONE), 22, "21 17:08", 10),
    ],
)
def test_the_incidents_of_the_bank_and_nothing_else(
    watched: Any, bank: Sequence[Event], first: datetime, last: int, hour: str, minutes: float
) -> None:
    """From Monday to Wednesday, and a whole week with its Friday and Sabbath, from the first call on."""
    floor = watched(NoAnswerWatch, [RULE], Site(id="bank", time_zone=ZONE.key))
    start, end = first.timestamp() * 1_000, first.replace(day=last).timestamp() * 1_000
    now, held = int(start), set()
    for event in [e for e in bank if start <= e.time < end]:
        while now + TICK_MS <= event.recvtime:
            now += TICK_MS
            floor.tick(now)
            held |= {
                (breach.scope, breach.since, breach.at) for breach in floor.board.held.values()
            }
        floor.put(event)
    ((scope, since, at),) = held
    begun = datetime.strptime(f"1999 2 {hour}", "%Y %m %d %H:%M").replace(tzinfo=ZONE)
    print(f"\n{hour}: told {(at - since) / 60_000:.1f} min after the last answer")
    assert scope == ""
    assert since / 1_000 == pytest.approx(begun.timestamp(), abs=60)
    assert at - since < minutes * 60_000
    assert floor.scopes == []
