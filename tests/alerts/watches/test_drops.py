"""Dropped calls: how soon they are told of, where they are said to be, and how rarely for nothing."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from alerts.drops import DropWatch
from alerts.pace import Pace
from alerts.rules import Budget, DroppedRule
from alerts.share_judge import Judgement, ShareJudge, Trial
from alerts.usual_share import UsualShare
from ingest.events import Abandoned, Adapter, Answered, Completed, Dropped, Queued
from ingest.words import AdapterStatus, CauseClass, Origin, Phase

RULE = DroppedRule(id="dropped", normal_share=0.01)
AGENTS, QUEUES, TRUNKS = "abcdef", ("sales", "support", "billing"), ("t1", "t2", "t3")


class Calls:
    """Calls of a floor: each waits a moment, is answered, and ends well or not."""

    def __init__(self, watched: Any, seed: int = 1) -> None:
        self.floor = watched(DropWatch, [RULE])
        self.draw = random.Random(seed)
        self.number = 0

    def begin(self, trunk: str = "", queue: str = "", agent: str = "") -> tuple[str, str, str]:
        self.number += 1
        visit, draw = f"v{self.number}", self.draw
        queue, agent = queue or draw.choice(QUEUES), agent or draw.choice(AGENTS)
        trunk = trunk or draw.choice(TRUNKS)
        self.floor.tell(Queued(visit=visit, queue=queue, trunk=trunk))
        self.floor.tell(Answered(visit=visit, queue=queue, agent=agent))
        return visit, queue, agent

    def end(self, call: tuple[str, str, str], dropped: bool = False) -> None:
        visit, queue, agent = call
        if dropped:
            why = CauseClass.NETWORK
            cut = Dropped(
                visit=visit, queue=queue, agent=agent, phase=Phase.TALKING, cause_class=why
            )
            self.floor.tell(cut)
        else:
            self.floor.tell(Completed(visit=visit, queue=queue, agent=agent))

    def pass_by(
        self, count: int, drops: Callable[[str, str, str], bool] | None = None, every_s: int = 6
    ) -> None:
        """So many calls, one after the other; `drops` says of trunk, queue, agent who is cut off."""
        for _ in range(count):
            trunk = self.draw.choice(TRUNKS)
            call = self.begin(trunk)
            self.floor.until(self.floor.second + every_s)
            self.end(call, drops is not None and drops(trunk, call[1], call[2]))

    def tick(self) -> None:
        self.floor.until(self.floor.second + 1)


@pytest.fixture
def calls(watched: Any) -> Calls:
    return Calls(watched)


def test_if_all_calls_are_cut_off_the_fourth_tells_it(calls: Calls) -> None:
    calls.pass_by(60)
    calls.pass_by(3, lambda *_: True)
    calls.tick()
    assert calls.floor.scopes == []
    calls.pass_by(1, lambda *_: True)
    calls.tick()
    assert calls.floor.scopes == [""]
    breach = calls.floor.breach("")
    assert {**breach.evidence, "over_ms": 0} == {
        "dropped": 4,
        "of": 4,
        "over_ms": 0,
        "share": 1.0,
        "normal_share": 0.01,
        "cause": "network",
        "phase": "talking",
    }
    assert breach.at - breach.since == pytest.approx(18_000, abs=2_000)


@pytest.mark.parametrize(
    ("scope", "hit"),
    [
        ("trunk:t2", lambda draw: lambda trunk, queue, agent: trunk == "t2" and draw() < 0.3),
        ("agent:c", lambda draw: lambda trunk, queue, agent: agent == "c" and draw() < 0.5),
        ("queue:sales", lambda draw: lambda trunk, queue, agent: queue == "sales" and draw() < 0.4),
        ("", lambda draw: lambda trunk, queue, agent: draw() < 0.3),
    ],
)
def test_one_fault_is_one_alert_where_the_fault_is(calls: Calls, scope: str, hit: Any) -> None:
    calls.pass_by(100, every_s=3)
    calls.pass_by(120, hit(calls.draw.random))
    assert calls.floor.scopes == [scope]
    assert {key[1] for _, said, key in calls.floor.story if said == "held"} == {scope}


def test_what_was_first_said_of_the_floor_is_said_of_the_line_that_turns_out_to_explain_it(
    calls: Calls,
) -> None:
    calls.pass_by(60)
    for trunk in ("t2", "t1", "t2", "t2"):
        calls.end(calls.begin(trunk), dropped=True)
        calls.tick()
    calls.tick()
    assert calls.floor.scopes == [""]
    calls.pass_by(60, lambda trunk, *_: trunk == "t2" and calls.draw.random() < 0.7)
    assert calls.floor.scopes == ["trunk:t2"]
    told = [key[1] for _, said, key in calls.floor.story if said == "held"]
    assert told == ["", "trunk:t2"]


def test_a_line_that_dies_in_one_moment_is_told_from_those_that_go_on(calls: Calls) -> None:
    calls.pass_by(100)
    talking = [(trunk, calls.begin(trunk)) for trunk in TRUNKS * 5]
    for trunk, call in talking:
        if trunk == "t3":
            calls.end(call, dropped=True)
    calls.tick()
    assert calls.floor.scopes == ["trunk:t3"]
    assert calls.floor.breach("trunk:t3").queues


def test_a_second_fault_elsewhere_is_an_alert_of_its_own(calls: Calls) -> None:
    draw = calls.draw.random
    calls.pass_by(200)
    calls.pass_by(100, lambda trunk, queue, agent: trunk == "t1" and draw() < 0.5)
    both = {("t1", 0.5), ("t2", 0.0)}
    calls.pass_by(
        200,
        lambda trunk, queue, agent: (
            draw() < dict(both).get(trunk, 0.0) or (trunk != "t1" and agent == "e" and draw() < 0.7)
        ),
    )
    assert calls.floor.scopes == ["agent:e", "trunk:t1"]


def test_it_ends_when_calls_end_well_again_and_when_nobody_calls(calls: Calls) -> None:
    calls.pass_by(100)
    calls.pass_by(10, lambda *_: True)
    assert calls.floor.scopes == [""]
    calls.pass_by(60)
    assert calls.floor.scopes == []
    calls.pass_by(10, lambda *_: True)
    assert calls.floor.scopes == [""]
    calls.floor.until(calls.floor.second + 110)
    assert calls.floor.scopes == [""]
    calls.floor.until(calls.floor.second + 900)
    assert calls.floor.scopes == []


def test_callers_who_give_up_are_queueing_not_drops(calls: Calls) -> None:
    calls.pass_by(50)
    for number in range(50):
        calls.floor.tell(Queued(visit=f"w{number}", queue="sales", trunk="t1"))
        calls.floor.tell(Abandoned(visit=f"w{number}", queue="sales"))
    calls.tick()
    assert calls.floor.scopes == []


def test_drops_of_long_ago_and_of_a_back_fill_are_no_news(calls: Calls) -> None:
    calls.pass_by(50)
    past = calls.floor.tell(Queued(visit="x", queue="sales")).time - 60_000
    for number in range(20):
        cut = Dropped(visit=f"o{number}", queue="sales", phase=Phase.TALKING)
        calls.floor.tell(cut, time=past)
        event = calls.floor.stamps["pbx"].event(
            Dropped(visit=f"p{number}", queue="sales", phase=Phase.TALKING),
            time=past + 60_000,
            recvtime=past + 60_000,
            origin=Origin.BACKFILL,
        )
        calls.floor.put(event)
    calls.tick()
    assert calls.floor.scopes == []


def test_what_was_not_seen_counts_for_nothing(calls: Calls) -> None:
    calls.pass_by(50)
    calls.pass_by(3, lambda *_: True)
    calls.floor.tell(Adapter(status=AdapterStatus.DOWN))
    calls.tick()
    calls.floor.tell(Adapter(status=AdapterStatus.UP))
    calls.tick()
    calls.pass_by(3, lambda *_: True)
    calls.tick()
    assert calls.floor.scopes == []


def test_a_line_named_only_of_calls_that_were_cut_off_is_not_blamed(watched: Any) -> None:
    floor = watched(DropWatch, [RULE])
    for number in range(300):
        visit, bad = f"v{number}", number % 100 == 50
        floor.tell(Queued(visit=visit, queue="sales"))
        floor.tell(Answered(visit=visit, queue="sales", agent="a"))
        floor.until(floor.second + 5)
        end = (
            Dropped(visit=visit, queue="sales", phase=Phase.TALKING, trunk="t1")
            if bad
            else Completed(visit=visit, queue="sales", agent="a")
        )
        floor.tell(end)
    floor.until(floor.second + 1)
    assert floor.story == []


def test_a_restart_keeps_the_alert(calls: Calls) -> None:
    calls.pass_by(100)
    calls.pass_by(10, lambda *_: True)
    held = calls.floor.breach("")
    calls.floor.restart()
    assert calls.floor.breach("") == held


def test_false_alarms_stay_within_the_budget() -> None:
    """Sixteen periods of 2,000 calls at the normal share, in one, three and twenty scopes."""
    draw = random.Random(4)
    budget = Budget(alarms=1.0, period_ms=2_000 * 1_000)
    judge = ShareJudge(0.02, budget, 4, Judgement(Pace(count=1e6, seen_ms=1e9), UsualShare()))
    alarms = 0
    for number in range(32_000):
        scopes = (f"trunk:{draw.randrange(3)}", f"agent:{draw.randrange(20)}", "queue:q", "")
        judge.take(Trial(number * 1_000, draw.random() < 0.02, scopes), number * 1_000)
        before = set(judge.state.found)
        judge.tick(number * 1_000 + 1_000, list)
        alarms += len(set(judge.state.found) - before)
    assert alarms <= 16


def test_a_fault_does_not_teach_itself() -> None:
    usual = UsualShare()
    for _ in range(3_000):
        usual.take(False)
    for number in range(1_400):
        usual.take(number % 3 == 0)
    assert usual.normal(0.01) == 0.01


def test_a_site_that_always_drops_some_learns_it() -> None:
    usual = UsualShare()
    draw = random.Random(1)
    for _ in range(4_000):
        usual.take(draw.random() < 0.03)
    assert usual.normal(0.01) == pytest.approx(0.03, abs=0.01)


def test_good_calls_are_nothing_to_tell(calls: Calls) -> None:
    calls.pass_by(300, every_s=2)
    assert calls.floor.story == []
