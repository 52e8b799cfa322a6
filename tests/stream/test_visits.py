"""Visits: lost beginnings, second witnesses, snapshots, ghosts."""

from typing import Any

from ingest.events import (
    Abandoned,
    Adapter,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Gap,
    Held,
    Overflowed,
    Queued,
    Ringing,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
)
from ingest.stamp import Stamp
from ingest.words import AdapterStatus, AgentStatus, Clock, MembershipAction, Origin, Overflow
from stream.floor import Floor
from stream.ledger import add_up
from stream.sites import Site
from stream.visits import GHOST_MS, REMEMBERED

T0 = 1_795_301_800_000


class Source:
    """Tells a floor events of one source, by the second."""

    def __init__(self, floor: Floor, name: str = "pbx", epoch: str = "1") -> None:
        self.floor = floor
        self.stamp = Stamp(f"/acd/hq/{name}", epoch)

    def __call__(
        self, second: float, data: Any, origin: Origin = Origin.LIVE, clock: Clock = Clock.SOURCE
    ) -> None:
        time = T0 + round(second * 1000)
        self.floor.apply(
            self.stamp.event(data, time=time, recvtime=time, origin=origin, clock=clock)
        )


def visit(call: str = "c", n: int = 1, queue: str = "sales") -> dict[str, str]:
    return {"visit": f"{call}/{queue}/{n}", "queue": queue, "call": call}


def total(floor: Floor, queue: str = "sales") -> dict[str, int]:
    sums = add_up(floor.state.ledger.queues[queue].cells.values())
    return {name: value for name, value in sums.items() if value}


def floor() -> Floor:
    return Floor(Site(id="hq"))


def test_an_answer_whose_beginning_was_lost_is_offered_where_it_must_have_begun() -> None:
    f = floor()
    Source(f)(30, Answered(**visit(), agent="ann", wait_ms=12_000))
    assert total(f)["offered"] == total(f)["answered"] == 1
    (seen,) = f.state.visits.open.values()
    assert seen.joined_at == T0 + 18_000


def test_an_end_whose_answer_was_lost_tells_it_all() -> None:
    f = floor()
    Source(f)(90, Completed(**visit(), agent="ann", wait_ms=10_000, talk_ms=60_000))
    assert total(f) == {
        "offered": 1,
        "answered": 1,
        "answered_in_target": 1,
        "wait_ms_answered": 10_000,
        "wait_ms_all": 10_000,
        "completed": 1,
        "talk_ms": 60_000,
    }


def test_who_is_parked_was_answered() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit()))
    tell(9, Held(**visit(), agent="ann"))
    assert total(f)["answered"] == 1
    assert not f.visits.waiting["sales"]


def test_a_ring_without_a_beginning_is_a_caller_who_waits() -> None:
    f = floor()
    Source(f)(5, Ringing(**visit(), agent="ann"))
    assert list(f.visits.waiting["sales"].values()) == [T0 + 5_000]


def snapshot(tell: Source, second: float, *items: Any, name: str = "s") -> None:
    tell(second, SnapshotBegin(snapshot=name), Origin.SNAPSHOT)
    for item in items:
        tell(second, item, Origin.SNAPSHOT)
    tell(second, SnapshotEnd(snapshot=name, items=len(items)), Origin.SNAPSHOT)


def test_what_a_snapshot_does_not_name_is_over_and_marked() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit("a")))
    tell(1, Queued(**visit("b")))
    tell(2, Answered(**visit("b"), agent="ann"))
    tell(3, Queued(**visit("c")))
    snapshot(tell, 60, SnapshotVisit(snapshot="s", **visit("c"), since=T0 + 3_000))
    assert total(f)["overflowed_other"] == total(f)["ghosts"] == 1
    assert total(f)["completed"] == 1
    assert list(f.visits.waiting["sales"]) == ["c/sales/1"]
    assert f.state.visits.ended["a/sales/1"].leave.time == T0 + 3_000  # when last news came


def test_a_real_end_overrides_the_guess_of_a_snapshot() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit()))
    snapshot(tell, 60)
    tell(70, Completed(**visit(), agent="ann", wait_ms=20_000, talk_ms=45_000))
    assert "ghosts" not in total(f)
    assert (total(f)["answered"], total(f)["talk_ms"]) == (1, 45_000)
    assert f.state.visits.out_of_step == 0


def test_a_snapshot_is_judged_only_when_it_is_whole() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit()))
    tell(9, SnapshotBegin(snapshot="s"), Origin.SNAPSHOT)
    tell(9, SnapshotEnd(snapshot="s", items=1), Origin.SNAPSHOT)
    assert "ghosts" not in total(f)
    tell(9, SnapshotVisit(snapshot="s", **visit("x")), Origin.SNAPSHOT)
    assert total(f)["ghosts"] == 1


def test_a_snapshot_signs_out_whom_it_does_not_name() -> None:
    f = floor()
    tell = Source(f)
    for agent in ("ann", "bob"):
        tell(0, AgentMembership(agent=agent, queue="sales", action=MembershipAction.ADDED))
        tell(0, AgentState(agent=agent, state=AgentStatus.READY))
    snapshot(
        tell,
        60,
        SnapshotAgent(snapshot="s", agent="ann", state=AgentStatus.READY),
        SnapshotMember(snapshot="s", agent="ann", queue="sales"),
    )
    states = {id: agent.now.state for id, agent in f.state.agents.agents.items() if agent.now}
    assert states == {"ann": "ready", "bob": "signed_out"}
    assert f.agents.members["sales"] == {"ann"}
    assert f.state.agents.agents["ann"].since == T0


def test_a_source_that_starts_anew_may_use_a_name_again() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit()))
    tell(5, Abandoned(**visit()))
    again = Source(f, epoch="2")
    again(100, Queued(**visit()))
    again(130, Answered(**visit(), agent="ann"))
    again(160, Completed(**visit(), agent="ann"))
    assert (total(f)["offered"], total(f)["abandoned"], total(f)["completed"]) == (2, 1, 1)
    assert f.state.visits.out_of_step == 0


def test_a_second_witness_fills_what_the_first_missed_and_no_more() -> None:
    f = floor()
    live, log = Source(f, "ami"), Source(f, "log")

    def logged(second: float, data: Any) -> None:
        log(second, data, Origin.BACKFILL)

    live(0, Queued(**visit("a")))
    live(12.4, Answered(**visit("a"), agent="ann"))
    logged(0, Queued(**visit("a")))
    logged(12, Answered(**visit("a"), agent="ann", wait_ms=12_000))
    live(14, Adapter(status=AdapterStatus.DOWN))
    logged(20, Queued(**visit("b")))
    logged(24, Overflowed(**visit("b"), reason=Overflow.KEY, wait_ms=4_000))
    logged(30, Completed(**visit("a"), agent="ann", wait_ms=12_000, talk_ms=18_000))
    logged(31, AgentState(agent="ann", state=AgentStatus.NOT_READY, reason="meal"))
    assert total(f)["offered"] == 1, "nothing is judged while the live source is away"
    live(50, Gap(start_at=T0 + 14_000, end_at=T0 + 50_000))
    live(50, Adapter(status=AdapterStatus.UP))
    snapshot(live, 50, SnapshotAgent(snapshot="s", agent="ann", state=AgentStatus.READY))
    live(60, Queued(**visit("z")))
    assert total(f)["offered"] == 3
    assert (total(f)["overflowed_key"], total(f)["completed"]) == (1, 1)
    assert "ghosts" not in total(f)
    assert total(f)["wait_ms_answered"] == 12_400, "the live source's own word stands"
    assert total(f)["talk_ms"] == 18_000
    states = [(c.time - T0, c.state) for c in f.state.agents.agents["ann"].changes]
    assert states == [(31_000, "not_ready"), (50_000, "ready")]


def test_a_second_witness_says_when_a_call_began_that_was_first_seen_talking() -> None:
    f = floor()
    live, log = Source(f, "ami"), Source(f, "log")
    live(0, Gap(start_at=T0, end_at=T0 + 60_000))
    snapshot(live, 60, SnapshotVisit(snapshot="s", **visit("a", 7), talking=True, agent="ann"))
    log(10, Queued(**visit("a")), Origin.BACKFILL)
    log(22, Answered(**visit("a"), agent="ann", wait_ms=12_000), Origin.BACKFILL)
    live(90, Completed(**visit("a", 7), agent="ann", wait_ms=12_000, talk_ms=68_000))
    f.finish()
    assert (total(f)["offered"], total(f)["answered"], total(f)["completed"]) == (1, 1, 1)
    assert total(f)["wait_ms_answered"] == 12_000


def test_two_entries_of_a_call_into_one_queue_stay_two() -> None:
    f = floor()
    live, log = Source(f, "ami"), Source(f, "log")
    live(100, Queued(**visit("a", 1)))
    live(110, Answered(**visit("a", 1), agent="ann"))
    log(2, Queued(**visit("a", 1)), Origin.BACKFILL)
    log(9, Overflowed(**visit("a", 1), reason=Overflow.KEY), Origin.BACKFILL)
    log(100, Queued(**visit("a", 2)), Origin.BACKFILL)
    log(110, Answered(**visit("a", 2), agent="ann"), Origin.BACKFILL)
    f.finish()
    assert (total(f)["offered"], total(f)["answered"], total(f)["overflowed_key"]) == (2, 1, 1)


def test_a_visit_without_news_for_hours_is_a_ghost() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit()))
    tell(GHOST_MS / 1000 + 61, AgentState(agent="ann", state=AgentStatus.READY))
    assert total(f)["ghosts"] == 1
    assert not f.visits.waiting["sales"]


def test_ended_visits_are_forgotten_in_time() -> None:
    f = floor()
    tell = Source(f)
    tell(0, Queued(**visit()))
    tell(1, Abandoned(**visit()))
    tell(3 * 3600, AgentState(agent="ann", state=AgentStatus.READY))
    assert not f.state.visits.ended
    assert REMEMBERED > 1_000
    tell(3 * 3600 + 1, Queued(**visit("b")))
    assert total(f)["offered"] == 2
