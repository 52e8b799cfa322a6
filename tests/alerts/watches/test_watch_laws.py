"""Laws of the watches over ends and agents: nothing that is told breaks them, and none forgets."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.breach import Board, Sight
from alerts.drops import DropWatch
from alerts.mass_end import MassEndWatch
from alerts.mass_sign_out import MassSignOutWatch
from alerts.no_answer import NoAnswerWatch
from alerts.rules import (
    DroppedRule,
    MassEndRule,
    MassSignOutRule,
    NoAnswerRule,
    ShortCallsRule,
)
from alerts.short_calls import ShortCallsWatch
from ingest.events import (
    Abandoned,
    Adapter,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Data,
    Dropped,
    Event,
    Offered,
    Overflowed,
    Queued,
    SnapshotVisit,
    Transferred,
)
from ingest.words import AdapterStatus, AgentStatus, Clock, MembershipAction, Origin, Phase
from stream.floor import Floor
from stream.sites import Site

START = 1_700_000_000_000
MAKERS: list[tuple[Any, Any]] = [
    (DropWatch, DroppedRule(id="r")),
    (ShortCallsWatch, ShortCallsRule(id="r")),
    (NoAnswerWatch, NoAnswerRule(id="r")),
    (MassEndWatch, MassEndRule(id="r")),
    (MassSignOutWatch, MassSignOutRule(id="r")),
]
visits = st.sampled_from([f"v{n}" for n in range(12)])
queues, agents = st.sampled_from(["sales", "vip"]), st.sampled_from([f"a{n}" for n in range(6)])
trunks, spans = st.sampled_from(["", "t1", "t2"]), st.sampled_from([None, 0, 3_000, 90_000])


def of_visit(type_: Any, **more: Any) -> st.SearchStrategy[Data]:
    return st.builds(type_, visit=visits, queue=queues, **more)


datas: st.SearchStrategy[Data] = st.one_of(
    of_visit(Queued, trunk=trunks),
    of_visit(Answered, agent=agents),
    of_visit(Completed, agent=agents | st.just(""), talk_ms=spans),
    of_visit(Transferred, agent=agents | st.just(""), talk_ms=spans),
    of_visit(Dropped, agent=agents, trunk=trunks, phase=st.sampled_from(Phase)),
    of_visit(Abandoned),
    of_visit(Overflowed),
    of_visit(SnapshotVisit, snapshot=st.just("s"), talking=st.booleans(), agent=agents),
    st.builds(Offered, call=visits),
    st.builds(AgentState, agent=agents, state=st.sampled_from(AgentStatus)),
    st.builds(
        AgentMembership, agent=agents, queue=queues, action=st.sampled_from(MembershipAction)
    ),
    st.builds(Adapter, status=st.sampled_from(AdapterStatus)),
)
told = st.lists(
    st.tuples(
        datas,
        st.sampled_from([0, 0, 0, 40, 1_000, 20_000, 400_000]),
        st.sampled_from([0, 0, 0, -2_000, -60_000, 4_000_000]),
        st.sampled_from([Origin.LIVE, Origin.LIVE, Origin.BACKFILL, Origin.SNAPSHOT]),
        st.sampled_from([Clock.SOURCE, Clock.SOURCE, Clock.ESTIMATED]),
        st.integers(1, 2),
    ),
    max_size=60,
)
SIGHTS = [Sight(), Sight(frozenset({"pbx"}), frozenset({"sales"}))]


@pytest.mark.parametrize(("make", "rule"), MAKERS)
@settings(max_examples=40, deadline=None)
@given(story=told, blind=st.lists(st.booleans(), min_size=8, max_size=8))
def test_nothing_breaks_it_and_a_restart_holds_the_same(
    make: Any, rule: Any, story: Any, blind: list[bool]
) -> None:
    floor, board = Floor(Site(id="hq")), Board()
    watch = make(floor, [rule], board)
    now = START
    for number, (data, later, off, origin, clock, times) in enumerate(story):
        now += later
        event = Event(
            data=data,
            time=now + off,
            recvtime=now,
            source="pbx",
            id=f"e{number}",
            epoch="1",
            seq=number + 1,
            clock=clock,
            origin=origin,
        )
        for _ in range(times):
            floor.apply(event)
            watch.take(event, now)
        watch.tick(now, SIGHTS[blind[number % len(blind)]])
    for breach in board.held.values():
        assert breach.since <= breach.at <= now
        assert all(isinstance(value, int | float | str) for value in breach.evidence.values())
    again = Board()
    heir = make(floor, [rule], again)
    heir.load(watch.dump(), now)
    assert again.held == board.held
    twin = make(floor, [rule], Board())
    twin.load(heir.dump(), now)
    assert twin.dump() == heir.dump()


@pytest.mark.parametrize(("make", "rule"), MAKERS)
def test_a_state_that_is_none_is_refused(make: Any, rule: Any) -> None:
    with pytest.raises(msgspec.MsgspecError):
        make(Floor(Site(id="hq")), [rule], Board()).load(b"\xc1", START)
