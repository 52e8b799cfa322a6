"""Somebody who hangs up on callers is told from everybody else."""

import random
from typing import Any

from alerts.rules import ShortCallsRule
from alerts.short_calls import ShortCallsWatch
from ingest.events import Answered, Completed, Queued, Transferred

RULE = ShortCallsRule(id="short")


def talk(floor: Any, shares: dict[str, float], calls: int, end: Any = Completed) -> None:
    draw = random.Random(5)
    for _ in range(calls):
        agent = draw.choice(sorted(shares))
        visit = f"v{floor.second:.0f}"
        floor.tell(Queued(visit=visit, queue="sales"))
        floor.tell(Answered(visit=visit, queue="sales", agent=agent))
        talk_ms = 4_000 if draw.random() < shares[agent] else 150_000
        floor.tell(end(visit=visit, queue="sales", agent=agent, talk_ms=talk_ms))
        floor.until(floor.second + 3)


def test_the_one_who_does_it_is_named(watched: Any) -> None:
    floor = watched(ShortCallsWatch, [RULE])
    talk(floor, {name: 0.03 for name in "abcdefgh"} | {"z": 0.4}, 700)
    assert {key[1] for _, said, key in floor.story if said == "held"} == {"agent:z"}
    assert floor.board.held
    evidence = floor.breach("agent:z").evidence
    assert 0.25 < evidence["share"] < 0.6
    assert set(evidence) == {"short", "of", "share", "normal_share"}
    floor.restart()
    assert floor.scopes == ["agent:z"]


def test_where_all_calls_are_short_nobody_is_named_for_long(watched: Any) -> None:
    floor = watched(ShortCallsWatch, [RULE])
    talk(floor, {name: 0.15 for name in "abcdefgh"}, 2_500)
    late = [at for at, said, _ in floor.story if said == "held" and at > 1_100 * 3]
    assert late == []


def test_a_call_that_is_passed_on_at_once_is_none(watched: Any) -> None:
    floor = watched(ShortCallsWatch, [RULE])
    talk(floor, {"a": 0.9, "b": 0.0}, 200, Transferred)
    assert floor.story == []
