"""Where only the present is kept, the last word is the one that was numbered last."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from ingest.events import (
    Adapter,
    AgentMembership,
    AgentState,
    Component,
    Data,
    Event,
    SnapshotMember,
)
from ingest.stamp import Stamp
from ingest.words import (
    AdapterStatus,
    AgentStatus,
    ComponentKind,
    ComponentStatus,
    MembershipAction,
)
from stream.floor import HORIZON_MS, Floor
from stream.sites import Site

T0 = 1_795_301_800_000


def told(data: Iterable[Data]) -> list[Event]:
    stamp = Stamp("/acd/hq/test", "1")
    return [
        stamp.event(each, time=T0 + 1_000 * n, recvtime=T0 + 1_000 * n)
        for n, each in enumerate(data)
    ]


WORDS = st.one_of(
    st.builds(
        AgentMembership,
        agent=st.sampled_from(["ann", "bob"]),
        queue=st.sampled_from(["sales", "support"]),
        action=st.sampled_from(MembershipAction),
    ),
    st.builds(
        Component,
        kind=st.just(ComponentKind.TRUNK),
        name=st.sampled_from(["t1", "t2"]),
        status=st.sampled_from(ComponentStatus),
    ),
    st.builds(Adapter, status=st.sampled_from(AdapterStatus), reason=st.sampled_from(["", "x"])),
    st.builds(
        AgentState, agent=st.sampled_from(["ann", "bob"]), state=st.sampled_from(AgentStatus)
    ),
)


def membership(action: MembershipAction) -> AgentMembership:
    return AgentMembership(agent="ann", queue="sales", action=action)


@given(st.lists(WORDS, max_size=12), st.data())
def test_in_whatever_order_words_come_the_members_and_statuses_are_the_same(
    words: list[Data], data: st.DataObject
) -> None:
    events = told(words)
    floors = Floor(Site(id="hq")), Floor(Site(id="hq"))
    for floor, order in zip(floors, (events, data.draw(st.permutations(events))), strict=True):
        for event in order:
            floor.apply(event)
    usual, shuffled = floors
    for id, agent in usual.state.agents.agents.items():
        assert shuffled.state.agents.agents[id].queues == agent.queues
    assert {key: part.status for key, part in usual.state.parts.items()} == {
        key: part.status for key, part in shuffled.state.parts.items()
    }
    assert {key: feed.status for key, feed in usual.state.feeds.items()} == {
        key: feed.status for key, feed in shuffled.state.feeds.items()
    }


def test_who_left_a_queue_does_not_come_back_by_a_late_word() -> None:
    joined, left = told([membership(MembershipAction.ADDED), membership(MembershipAction.REMOVED)])
    floor = Floor(Site(id="hq"))
    floor.apply(left)
    floor.apply(joined)
    assert floor.state.agents.agents["ann"].queues == {}
    assert not floor.agents.members.get("sales")


def test_a_late_word_does_not_undo_what_a_snapshot_said_later() -> None:
    stamp = Stamp("/acd/hq/test", "1")
    paused = stamp.event(membership(MembershipAction.PAUSED), time=T0, recvtime=T0)
    listed = stamp.event(
        SnapshotMember(snapshot="s", agent="ann", queue="sales"), time=T0, recvtime=T0
    )
    floor = Floor(Site(id="hq"))
    floor.apply(listed)
    floor.apply(paused)
    assert floor.state.agents.agents["ann"].queues == {"sales": ""}


def test_another_run_and_a_source_that_cannot_count_are_believed_as_they_are_heard() -> None:
    first, *_, last = told([membership(MembershipAction.ADDED)] * 5)
    for stamp in (Stamp("/acd/hq/test", "2"), Stamp("/acd/hq/other", "1")):
        floor = Floor(Site(id="hq"))
        floor.apply(last)
        floor.apply(stamp.event(membership(MembershipAction.REMOVED), time=T0, recvtime=T0 + 9_000))
        assert floor.state.agents.agents["ann"].queues == {}
    floor = Floor(Site(id="hq"))
    uncounted = Event(
        data=membership(MembershipAction.REMOVED), time=T0, recvtime=T0, source="/x", id="1"
    )
    floor.apply(first)
    floor.apply(uncounted)
    assert floor.state.agents.agents["ann"].queues == {}


def test_words_are_forgotten_when_nothing_late_can_reach_them() -> None:
    stamp = Stamp("/acd/hq/test", "1")
    floor = Floor(Site(id="hq"))
    for n in range(200):
        at = T0 + n * HORIZON_MS // 20
        data = AgentMembership(agent=f"a{n}", queue="sales", action=MembershipAction.ADDED)
        floor.apply(stamp.event(data, time=at, recvtime=at))
    assert 0 < len(floor.state.latest.words) <= 21
