"""Agents who need a look, and floods that must not come of them."""

from typing import Any

import pytest

from alerts.agent_watch import AgentWatch
from alerts.defaults import DEFAULTS
from alerts.rules import AgentRule
from ingest.events import (
    AgentMembership,
    AgentState,
    Answered,
    Component,
    RingEnded,
)
from ingest.words import AgentStatus, ComponentKind, ComponentStatus, MembershipAction, RingEnd

T0 = 1_795_305_600_000
BREAK = AgentRule(id="break", state="not_ready", reason="break*", longer_ms=600_000)
RONA = AgentRule(id="rona", unanswered=3)
LOST = AgentRule(id="lost", unreachable=True)


def state(agent: str, now: AgentStatus, reason: str = "") -> AgentState:
    return AgentState(agent=agent, state=now, reason=reason)


def rings(each: Any, *ends: RingEnd, agent: str = "li") -> None:
    for end in ends:
        each.until(each.second + 20)
        each.tell(RingEnded(visit="v", queue="sales", call="c", agent=agent, result=end))
    each.until(each.second + 1)


def test_a_break_over_time_is_held_until_it_ends(watched: Any) -> None:
    each = watched(AgentWatch, (BREAK,))
    joined = AgentMembership(agent="li", queue="sales", action=MembershipAction.ADDED)
    each.tell(joined)
    each.tell(state("li", AgentStatus.NOT_READY, "Break"))
    each.tell(state("wang", AgentStatus.NOT_READY, "meeting"))
    each.until(600)
    assert each.scopes == []
    each.until(700)
    breach = each.breach("agent:li")
    assert each.times("held", "agent:li") == [601]
    assert breach.since == T0 + 600_000
    assert breach.queues == ("sales",)
    assert dict(breach.evidence) == {
        "agent": "li",
        "what": "state_too_long",
        "state": "not_ready",
        "reason": "Break",
        "for_ms": 601_000,
        "allowed_ms": 600_000,
    }
    each.tell(state("li", AgentStatus.READY))
    each.until(702)
    assert each.scopes == []


def test_a_rule_may_name_a_team_a_queue_or_one(watched: Any) -> None:
    scopes = {"team": ("team:a",), "queue": ("queue:sal*",), "one": ("agent:wang",)}
    rules = tuple(
        AgentRule(id=id, state="not_ready", longer_ms=10_000, scopes=names)
        for id, names in scopes.items()
    )
    each = watched(AgentWatch, rules)
    each.tell(AgentMembership(agent="zoe", queue="sales", action=MembershipAction.ADDED))
    for agent in ("li", "wang", "zoe"):
        each.tell(state(agent, AgentStatus.NOT_READY))
    each.until(20)
    assert sorted(each.board.held) == [
        ("one", "agent:wang"),
        ("queue", "agent:zoe"),
        ("team", "agent:li"),
        ("team", "agent:wang"),
    ]


def test_three_in_a_row_are_held_until_he_answers(watched: Any) -> None:
    each = watched(AgentWatch, (RONA,))
    each.tell(state("li", AgentStatus.READY))
    rings(each, RingEnd.NO_ANSWER, RingEnd.REJECTED, RingEnd.BUSY, RingEnd.CANCELLED)
    assert each.scopes == []
    rings(each, RingEnd.NO_ANSWER)
    assert each.breach("agent:li").evidence["count"] == 3
    each.tell(Answered(visit="v", queue="sales", call="c", agent="li"))
    each.until(each.second + 1)
    assert each.scopes == []


@pytest.mark.parametrize(
    "between",
    [
        Answered(visit="w", queue="sales", call="d", agent="PJSIP/1001"),
        state("li", AgentStatus.NOT_READY, "Auto-Pause"),
        state("li", AgentStatus.SIGNED_OUT),
    ],
)
def test_an_answer_or_leaving_begins_the_row_anew(watched: Any, between: Any) -> None:
    each = watched(AgentWatch, (RONA,))
    each.tell(state("li", AgentStatus.READY))
    rings(each, RingEnd.NO_ANSWER, RingEnd.NO_ANSWER)
    each.tell(between)
    each.tell(state("li", AgentStatus.READY))
    rings(each, RingEnd.NO_ANSWER, RingEnd.NO_ANSWER)
    assert each.story == []


def test_old_news_and_rings_far_apart_are_no_row(watched: Any) -> None:
    each = watched(AgentWatch, (RONA,))
    each.tell(state("li", AgentStatus.READY))
    each.until(100)
    for n in range(5):
        ended = RingEnded(visit=f"v{n}", queue="sales", call="c", agent="li")
        each.tell(ended, time=T0 + 10_000)
    each.until(102)
    for _ in range(5):
        each.until(each.second + 1_000)
        rings(each, RingEnd.NO_ANSWER)
    assert each.story == []


def test_one_whose_phone_is_lost_while_he_is_signed_in(watched: Any) -> None:
    each = watched(AgentWatch, (LOST,))
    for agent in ("li", "wang", "zoe"):
        each.tell(state(agent, AgentStatus.READY))
    each.until(5)
    line = Component(kind=ComponentKind.ENDPOINT, name="PJSIP/1001", status=ComponentStatus.DOWN)
    each.tell(line)
    each.tell(state("wang", AgentStatus.UNREACHABLE))
    each.until(6)
    assert each.scopes == ["agent:li", "agent:wang"]
    assert each.breach("agent:li").since == T0 + 5_000
    each.tell(state("li", AgentStatus.SIGNED_OUT))
    each.tell(state("wang", AgentStatus.READY))
    each.until(7)
    assert each.scopes == []


def test_many_lost_at_once_are_not_told_one_by_one_nor_the_last_of_them(watched: Any) -> None:
    each = watched(AgentWatch, (LOST,))
    agents = [f"a{n}" for n in range(12)]
    for agent in agents:
        each.tell(state(agent, AgentStatus.READY))
    each.until(5)
    for agent in agents[:6]:
        each.tell(state(agent, AgentStatus.UNREACHABLE))
    each.until(60)
    assert each.story == []
    for agent in agents[:4]:
        each.tell(state(agent, AgentStatus.READY))
    each.until(61)
    assert {breach.since for breach in each.board.held.values()} == {T0 + 60_000}
    assert len(each.board.held) == 2


def test_of_a_blind_source_nothing_new(watched: Any) -> None:
    from ingest.events import Adapter
    from ingest.words import AdapterStatus

    each = watched(AgentWatch, (BREAK,))
    each.tell(state("li", AgentStatus.NOT_READY, "break"))
    each.until(601)
    each.tell(state("wang", AgentStatus.NOT_READY, "break"))
    each.tell(Adapter(status=AdapterStatus.DOWN))
    each.until(1_300)
    assert each.scopes == ["agent:li"]
    each.restart()
    each.until(1_301)
    assert each.scopes == ["agent:li"]


@pytest.mark.parametrize("name", ["A", "B"])
def test_the_default_rules_do_not_flood_in_the_recordings(
    watched: Any, recorded: Any, name: str
) -> None:
    """None lasts as long as its rule asks for, pauses after unanswered rings included."""
    rules = {rule.id: rule for rule in DEFAULTS if isinstance(rule, AgentRule)}
    each = watched(AgentWatch, tuple(rules.values()))
    events, _ = recorded(name)
    each.play(events)
    each.tick(events[-1].recvtime + 1_000)
    assert each.scopes == []
    for number, (at, what, key) in enumerate(each.story):
        if what == "held":
            freed = next(t for t, w, k in each.story[number:] if (w, k) == ("freed", key))
            assert freed - at + 1 < rules[key[0]].for_ms / 1_000
