"""What a source lists after its link came back is what is alive then."""

from typing import Any

import msgspec
import pytest

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Data,
    Heartbeat,
    Millis,
    Queued,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
)
from ingest.stamp import Stamp
from ingest.words import AgentStatus, MembershipAction
from simulators.demo import DEMO
from simulators.feed_snapshot import Alive
from simulators.floor_sim import FloorSim

T0 = 1_790_006_400_000
HOUR = 3_600_000


def alive(*told: tuple[Millis, Data]) -> list[Data]:
    """The items after these events, without the brackets."""
    stamp, kept = Stamp("/acd/hq/test", "1"), Alive()
    for time, data in told:
        kept.take(stamp.event(data, time=time, recvtime=time))
    begin, *items, end = kept.snapshot("s")
    assert begin == SnapshotBegin(snapshot="s")
    assert end == SnapshotEnd(snapshot="s", items=len(items))
    return items


def test_callers_are_listed_until_they_are_gone_and_the_waiting_have_a_place() -> None:
    def name(visit: str) -> dict[str, Any]:
        return {"visit": visit, "queue": "sales", "call": f"call-{visit}"}

    begun = [(T0 + n, Queued(**name(f"v{n}"), caller="…01")) for n in range(5)]
    assert alive(
        *begun,
        (T0 + 100, Answered(**name("v1"), agent="ann")),
        (T0 + 200, Abandoned(**name("v0"))),
        (T0 + 300, Answered(**name("v3"), agent="bob")),
        (T0 + 400, Completed(**name("v3"))),
        (T0 + 9_000, Answered(**name("v9"), agent="eve", wait_ms=500)),
    ) == [
        SnapshotVisit(
            snapshot="s", **name("v1"), caller="…01", talking=True, agent="ann", since=T0 + 1
        ),
        SnapshotVisit(snapshot="s", **name("v2"), caller="…01", position=1, since=T0 + 2),
        SnapshotVisit(snapshot="s", **name("v4"), caller="…01", position=2, since=T0 + 4),
        SnapshotVisit(snapshot="s", **name("v9"), talking=True, agent="eve", since=T0 + 8_500),
    ]


def test_agents_are_listed_while_they_are_signed_in() -> None:
    break_ = AgentState(agent="ann", state=AgentStatus.NOT_READY, reason="break", interface="p1")
    assert alive(
        (T0, AgentState(agent="ann", state=AgentStatus.READY)),
        (T0, AgentState(agent="bob", state=AgentStatus.READY, since=T0 - 70)),
        (T0, AgentState(agent="eve", state=AgentStatus.READY)),
        (T0 + 5, break_),
        (T0 + 6, AgentState(agent="eve", state=AgentStatus.SIGNED_OUT)),
        (T0 + 7, Heartbeat()),
    ) == [
        SnapshotAgent(
            snapshot="s",
            agent="ann",
            state=AgentStatus.NOT_READY,
            reason="break",
            interface="p1",
            since=T0 + 5,
        ),
        SnapshotAgent(snapshot="s", agent="bob", state=AgentStatus.READY, since=T0 - 70),
    ]


@pytest.mark.parametrize(
    ("actions", "listed"),
    [
        (["added"], [SnapshotMember(snapshot="s", agent="ann", queue="sales", interface="p1")]),
        (["added", "removed"], []),
        (
            ["added", "paused"],
            [
                SnapshotMember(
                    snapshot="s",
                    agent="ann",
                    queue="sales",
                    interface="p1",
                    paused=True,
                    reason="meal",
                )
            ],
        ),
        (
            ["added", "paused", "unpaused"],
            [SnapshotMember(snapshot="s", agent="ann", queue="sales", interface="p1")],
        ),
    ],
)
def test_members_are_listed_with_their_phones_and_pauses(
    actions: list[str], listed: list[Data]
) -> None:
    told = [
        AgentMembership(
            agent="ann",
            queue="sales",
            action=MembershipAction(action),
            reason="meal" if action == "paused" else "",
            interface="p1" if action == "added" else "",
        )
        for action in actions
    ]
    assert alive(*((T0, data) for data in told)) == listed


def test_what_is_listed_is_what_an_adapter_would_list_again() -> None:
    first = [
        SnapshotMember(snapshot="s", agent="ann", queue="sales"),
        SnapshotAgent(snapshot="s", agent="ann", state=AgentStatus.TALKING, since=T0 - 5),
        SnapshotVisit(
            snapshot="s", visit="v", queue="sales", talking=True, agent="ann", since=T0 - 9
        ),
    ]
    assert alive(*((T0, data) for data in first)) == first


def test_it_is_what_the_simulated_switch_itself_would_list() -> None:
    sim, stamp, kept = FloorSim(DEMO, 5, T0), Stamp("/acd/hq/test", "1"), Alive()
    while sim.next_at < T0 + 9 * HOUR:
        for time, data in sim.step():
            if isinstance(data, Data):
                kept.take(stamp.event(data, time=time, recvtime=time))

    def by_name(items: list[Data]) -> list[str]:
        shown = [
            msgspec.structs.replace(item, interface="")
            if isinstance(item, SnapshotAgent | SnapshotMember)
            else item
            for item in items[1:-1]
        ]
        return sorted(repr(item) for item in shown)

    assert by_name(kept.snapshot("s")) == by_name(sim.snapshot("s"))
    assert len(kept.snapshot("s")) > 50
