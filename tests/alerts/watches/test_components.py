"""Parts of the telephone system that fall and rise."""

from typing import Any

import pytest

from alerts.components import ComponentWatch
from alerts.defaults import DEFAULTS
from alerts.rules import ComponentRule
from ingest.events import Adapter, AgentState, Component, Heartbeat, Queued
from ingest.words import AdapterStatus, AgentStatus, ComponentKind, ComponentStatus

DEFAULT = tuple(rule for rule in DEFAULTS if isinstance(rule, ComponentRule))
UP, DOWN, DEGRADED = ComponentStatus.UP, ComponentStatus.DOWN, ComponentStatus.DEGRADED
T0 = 1_795_305_600_000
PHONES = [f"PJSIP/{1001 + n}" for n in range(20)]


@pytest.fixture
def parts(watched: Any) -> Any:
    return watched(ComponentWatch, DEFAULT)


def part(name: str, status: ComponentStatus, kind: ComponentKind = ComponentKind.TRUNK) -> Any:
    return Component(kind=kind, name=name, status=status, cause="" if status is UP else "lost")


def phone(name: str, status: ComponentStatus) -> Any:
    return part(name, status, ComponentKind.ENDPOINT)


def all_up(parts: Any) -> None:
    parts.tell(Adapter(status=AdapterStatus.UP))
    for name in PHONES:
        parts.tell(phone(name, UP))
    parts.until(5)


def test_a_trunk_is_held_while_it_is_down_with_the_queues_it_feeds(parts: Any) -> None:
    parts.tell(part("carrier", UP))
    parts.tell(Queued(visit="1", queue="sales", call="1", trunk="carrier"))
    parts.until(10)
    parts.tell(part("carrier", DOWN))
    breach = parts.breach("trunk:carrier")
    assert breach.queues == ("sales",)
    assert breach.since == T0 + 10_000
    assert dict(breach.evidence) == {
        "component": "trunk",
        "name": "carrier",
        "status": "down",
        "cause": "lost",
    }
    parts.until(60)
    parts.tell(part("carrier", UP))
    assert parts.scopes == []
    assert len(parts.story) == 2


def test_a_trunk_and_its_registration_are_one_line(parts: Any) -> None:
    registration = ("PJSIP/carrier@10.0.0.1:5060", ComponentKind.REGISTRATION)
    parts.tell(part(registration[0], DOWN, registration[1]))
    parts.until(3)
    parts.tell(part("PJSIP/carrier", DOWN))
    parts.until(10)
    assert parts.scopes == ["registration:PJSIP/carrier@10.0.0.1:5060"]
    parts.tell(part(registration[0], UP, registration[1]))
    assert parts.scopes == ["trunk:PJSIP/carrier"]
    parts.tell(part("PJSIP/carrier", UP))
    assert parts.scopes == []


def test_what_falls_while_its_node_restarts_is_told_if_it_stays_down(parts: Any) -> None:
    parts.tell(part("pbx", UP, ComponentKind.NODE))
    parts.until(60)
    parts.tell(part("pbx", DOWN, ComponentKind.NODE))
    parts.tell(part("a", DOWN))
    parts.until(65)
    parts.tell(part("pbx", UP, ComponentKind.NODE))
    parts.tell(part("b", DOWN))
    parts.until(70)
    assert parts.scopes == []
    parts.tell(part("b", UP))
    parts.until(96)
    assert parts.scopes == ["trunk:a"]
    assert parts.times("held", "trunk:b") == []


def test_degraded_and_kinds_are_the_rules_choice(watched: Any) -> None:
    rules = (
        ComponentRule(id="all", scopes=("*",), degraded=True),
        ComponentRule(id="nodes", scopes=("*",), kinds=("node",)),
    )
    each = watched(ComponentWatch, rules)
    each.tell(part("carrier", DEGRADED))
    assert list(each.board.held) == [("all", "trunk:carrier")]
    each.tell(part("pbx", DOWN, ComponentKind.NODE))
    assert ("nodes", "node:pbx") in each.board.held


def test_one_phone_is_nobodys_emergency_many_at_once_are_one(parts: Any) -> None:
    all_up(parts)
    for number, name in enumerate(PHONES[:12]):
        parts.until(10 + number)
        parts.tell(phone(name, DOWN))
        assert parts.scopes == ([] if number < 3 else ["endpoint:*"])
    breach = parts.breach("endpoint:*")
    assert (breach.evidence["count"], breach.evidence["of"]) == (12, 20)
    assert breach.since == T0 + 10_000
    for name in PHONES[:12]:
        parts.tell(phone(name, UP))
    assert parts.scopes == []
    assert len(parts.times("held", "endpoint:*")) == 1


def test_phones_that_fail_one_after_the_other_over_an_hour_are_no_mass(parts: Any) -> None:
    all_up(parts)
    for number, name in enumerate(PHONES):
        parts.until(60 + number * 180)
        parts.tell(phone(name, DOWN))
    assert parts.story == []


def test_phones_that_were_down_when_we_came_are_no_mass(parts: Any) -> None:
    parts.tell(Adapter(status=AdapterStatus.UP))
    for name in PHONES:
        parts.tell(phone(name, DOWN if name < "PJSIP/1015" else UP))
    parts.until(120)
    assert parts.story == []


def test_phones_of_those_who_went_home_are_no_mass(parts: Any) -> None:
    all_up(parts)
    for name in PHONES:
        agent = f"agent-{name}"
        parts.tell(
            AgentState(agent=agent, state=AgentStatus.READY, interface=f"Local/{name[6:]}@q")
        )
    parts.until(60)
    for name in PHONES[:15]:
        parts.tell(AgentState(agent=f"agent-{name}", state=AgentStatus.SIGNED_OUT))
        parts.tell(phone(name, DOWN))
    parts.until(120)
    assert parts.story == []


def test_many_agents_unreachable_are_told_where_no_phone_is(parts: Any) -> None:
    for n in range(10):
        parts.tell(AgentState(agent=f"a{n}", state=AgentStatus.READY))
    parts.until(61)
    for n in range(4):
        parts.tell(AgentState(agent=f"a{n}", state=AgentStatus.UNREACHABLE))
    assert parts.scopes == ["endpoint:*"]


def test_of_a_blind_source_nothing_new_is_raised_and_nothing_is_freed(parts: Any) -> None:
    parts.tell(Adapter(status=AdapterStatus.UP))
    parts.tell(Heartbeat())
    parts.tell(part("a", DOWN))
    parts.tell(Adapter(status=AdapterStatus.DOWN))
    parts.until(2)
    parts.tell(part("b", DOWN))
    parts.until(120)
    assert parts.scopes == ["trunk:a"]
    parts.tell(Adapter(status=AdapterStatus.UP))
    parts.until(122)
    assert parts.scopes == ["trunk:a", "trunk:b"]


def test_a_restart_of_ours_holds_what_was_held(parts: Any) -> None:
    all_up(parts)
    for name in PHONES[:8]:
        parts.tell(phone(name, DOWN))
    parts.tell(part("carrier", DOWN))
    parts.until(20)
    held = {scope: parts.breach(scope).since for scope in parts.scopes}
    parts.restart()
    parts.until(21)
    assert {scope: parts.breach(scope).since for scope in parts.scopes} == held
    assert set(held) == {"endpoint:*", "trunk:carrier"}


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("A", {"trunk:PJSIP/carrier1": 960, "trunk:IAX2/carrier2": 960, "endpoint:*": 1_365}),
        ("B", {"node:Asterisk": 560}),
    ],
)
def test_faults_of_the_real_asterisk_and_nothing_else(
    watched: Any, recorded: Any, name: str, faults: dict[str, int]
) -> None:
    events, begin = recorded(name)
    parts = watched(ComponentWatch, DEFAULT)
    parts.play(events)
    assert parts.scopes == []
    held = [(key[1], at + (T0 - begin) / 1000) for at, what, key in parts.story if what == "held"]
    assert {scope for scope, _ in held} == set(faults)
    assert len(held) == len(faults)
    assert all(faults[scope] <= at <= faults[scope] + 60 for scope, at in held)
