"""Each fault of the floor does what it is said to do, to those it is said to befall, while it lasts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from statistics import fmean

import pytest

from ingest.events import (
    AgentMembership,
    AgentState,
    Answered,
    Component,
    Dropped,
    Heartbeat,
    Millis,
    RingEnded,
    Ringing,
)
from ingest.words import AgentStatus, CauseClass, ComponentStatus, MembershipAction, RingEnd
from simulators.agenda import Happening
from simulators.demo import DEMO
from simulators.faults import Fault, FaultError, FaultKind, FaultTruth
from simulators.floor_sim import FloorSim, a_day
from simulators.local_time import day_start
from simulators.notes import Arrived, Booted, Crashed, Gone
from simulators.plans import Habits, Location, Profile, Shift
from simulators.truth import CallTruth, VisitTruth

MINUTE, HOUR = 60_000, 3_600_000
START = day_start(DEMO, 1_790_006_400_000)
ALWAYS = Shift(id="always", start_min=0, length_min=1_440)
CALM = replace(
    DEMO,
    profile=Profile(step_min=60, weights=(1.0,)),
    shifts=(ALWAYS,),
    agents=tuple(replace(agent, shift="always") for agent in DEMO.agents),
    locations=(
        Location(id="here", names={}, teams=("north", "river"), trunks=("trunk-a",)),
        Location(id="there", names={}, teams=("summit", "harbour"), trunks=("trunk-b",)),
    ),
    habits=Habits(
        redial_share=0.0,
        drop_talking_share=0.0,
        drop_waiting_share=0.0,
        no_answer_share=0.0,
        busy_share=0.0,
        transfer_share=0.0,
        late_ms=(0, 0),
    ),
)
"""The demo's house without chance faults, with all its people there all day."""


def day(*faults: Fault, hours: float = 3, seed: int = 1) -> tuple[FloorSim, list[Happening]]:
    sim = FloorSim(replace(CALM, faults=faults), seed, START, keep=True)
    until = START + round(hours * HOUR)
    return sim, [happening for told in a_day(sim, until) for happening in told]


def arrivals(told: list[Happening], since: Millis, until: Millis, did: str = "") -> int:
    """How many calls came, counted from the start in milliseconds."""
    return sum(
        isinstance(data, Arrived) and since <= time - START < until and did in data.did
        for time, data in told
    )


def only(sim: FloorSim) -> FaultTruth:
    (fault,) = sim.truth.faults
    return fault


PER_HOUR = sum(queue.calls_per_hour for queue in CALM.queues)


def test_a_peak_doubles_the_calls_while_it_lasts_and_no_longer() -> None:
    peak = Fault(kind=FaultKind.PEAK, after_ms=2 * HOUR, length_ms=2 * HOUR, size=2.0)
    sim, told = day(peak, hours=6)
    counts = [arrivals(told, hour * HOUR, (hour + 1) * HOUR) for hour in range(6)]
    for count, factor in zip(counts, (1, 1, 2, 2, 1, 1), strict=True):
        assert count == pytest.approx(PER_HOUR * factor, abs=4 * (PER_HOUR * factor) ** 0.5)
    fault = only(sim)
    assert (fault.started_at, fault.ended_at) == (START + 2 * HOUR, START + 4 * HOUR)
    assert fault.hit == arrivals(told, 2 * HOUR, 4 * HOUR)


def test_a_peak_with_a_ramp_grows_evenly_to_its_height() -> None:
    """Ten times the calls after two hours of ramp: 1 + 9/8, 1 + 27/8, … in its four half-hours."""
    peak = Fault(
        kind=FaultKind.PEAK, after_ms=HOUR, length_ms=3 * HOUR, size=10.0, ramp_ms=2 * HOUR
    )
    _, told = day(peak, hours=5)
    halves = [1.0, 1.0, *(1 + 9 * (n + 0.5) / 4 for n in range(4)), 10.0, 10.0, 1.0, 1.0]
    for n, factor in enumerate(halves):
        expected = PER_HOUR / 2 * factor
        count = arrivals(told, n * HOUR // 2, (n + 1) * HOUR // 2)
        # The ramp has twenty steps, each at the height where it begins: a 40th of 9 too low.
        assert count == pytest.approx(expected, abs=4 * expected**0.5 + PER_HOUR / 2 * 9 / 40)


def test_a_peak_of_one_queue_leaves_the_others_and_two_peaks_multiply() -> None:
    peaks = [
        Fault(kind=FaultKind.PEAK, after_ms=0, length_ms=3 * HOUR, scope=scope, size=2.0)
        for scope in ("queue:billing", "")
    ]
    sim, told = day(*peaks)
    for queue in CALM.queues:
        expected = queue.calls_per_hour * 3 * (4 if queue.id == "billing" else 2)
        assert arrivals(told, 0, 3 * HOUR, queue.did) == pytest.approx(
            expected, abs=4 * expected**0.5
        )
    billing, everywhere = sim.truth.faults
    assert everywhere.hit == arrivals(told, 0, 3 * HOUR)
    assert billing.hit == arrivals(told, 0, 3 * HOUR, "4005550103")


def test_a_dead_line_ends_its_calls_after_eight_seconds_and_nobody_comes_by_it() -> None:
    down = Fault(kind=FaultKind.TRUNK_DOWN, after_ms=HOUR, length_ms=HOUR, scope="trunk:trunk-a")
    sim, told = day(down)
    trunk = {call.call: call.trunk for call in sim.truth.calls.values()}
    came = [data.trunk for time, data in told if isinstance(data, Arrived) if dead(time)]
    assert set(came) == {"trunk-b"}
    ends = [
        (time, data)
        for time, data in told
        if isinstance(data, Gone) and trunk[data.call] == "trunk-a" and dead(time)
    ]
    assert all(data.cause == 44 for time, data in ends if time == START + HOUR + 8_000)
    assert max(time for time, _ in ends) == START + HOUR + 8_000
    cut = [time for time, data in ends if data.cause == 44]
    assert set(cut) == {START + HOUR + 8_000}
    assert only(sim).hit == len(cut) > 5
    drops = {data.cause_class for _, data in told if isinstance(data, Dropped)}
    assert drops == {CauseClass.NETWORK}
    lines = [
        (time, data.status)
        for time, data in told
        if isinstance(data, Component) and data.name == "trunk-a"
    ]
    assert lines == [
        (START, ComponentStatus.UP),
        (START + HOUR, ComponentStatus.DOWN),
        (START + 2 * HOUR, ComponentStatus.UP),
    ]
    back = [
        data.trunk for time, data in told if isinstance(data, Arrived) if time > START + 2 * HOUR
    ]
    assert "trunk-a" in back


def dead(time: Millis) -> bool:
    return START + HOUR < time < START + 2 * HOUR


def test_a_line_that_dies_while_the_system_is_dead_is_dead_when_that_is_back() -> None:
    outage = Fault(kind=FaultKind.OUTAGE, after_ms=HOUR, length_ms=10 * MINUTE)
    down = Fault(
        kind=FaultKind.TRUNK_DOWN, after_ms=HOUR + MINUTE, length_ms=HOUR, scope="trunk:trunk-a"
    )
    _, told = day(outage, down)
    came = {d.trunk for t, d in told if isinstance(d, Arrived) if dead(t)}
    assert came == {"trunk-b"}
    lines = [
        (time, data.status)
        for time, data in told
        if isinstance(data, Component) and data.name == "trunk-a" and time > START
    ]
    assert lines == [
        (START + HOUR + 10 * MINUTE, ComponentStatus.DOWN),
        (START + 2 * HOUR + MINUTE, ComponentStatus.UP),
    ]


def test_an_outage_ends_every_call_silences_everything_and_people_come_back() -> None:
    sim, told = day(Fault(kind=FaultKind.OUTAGE, after_ms=HOUR, length_ms=4 * MINUTE), hours=2)
    crashed, booted = START + HOUR, START + HOUR + 4 * MINUTE
    assert [(t, type(d)) for t, d in told if isinstance(d, Crashed | Booted)] == [
        (crashed, Crashed),
        (booted, Booted),
    ]
    assert not [data for time, data in told if crashed < time < booted]
    up_then = [
        call
        for call in sim.truth.calls.values()
        if call.arrived_at < crashed and (call.ended_at or 0) >= crashed
    ]
    assert only(sim).hit == len(up_then) > 10
    assert {call.ended_at for call in up_then} == {crashed}
    cut = [visit for call in up_then for visit in call.visits if visit.ended_at == crashed]
    assert {(visit.fate, visit.reason, visit.crashed_until) for visit in cut} == {
        ("dropped", "crashed", booted)
    }
    last = {d.agent: d.state for t, d in told if isinstance(d, AgentState) if t <= crashed}
    assert set(last.values()) == {AgentStatus.UNREACHABLE}
    came_back = {d.agent: t for t, d in reversed(told) if isinstance(d, AgentState) if t > crashed}
    assert len(came_back) == len(CALM.agents)
    assert all(booted < at <= booted + 30_000 for at in came_back.values())
    assert not [t for t, d in told if isinstance(d, AgentMembership) if t >= crashed]


def test_two_outages_that_overlap_are_one_and_nothing_is_told_until_the_end() -> None:
    _, told = day(
        Fault(kind=FaultKind.OUTAGE, after_ms=HOUR, length_ms=20 * MINUTE),
        Fault(kind=FaultKind.OUTAGE, after_ms=HOUR + MINUTE, length_ms=MINUTE),
        hours=2,
    )
    assert [t - START for t, d in told if isinstance(d, Crashed | Booted)] == [
        HOUR,
        HOUR + 20 * MINUTE,
    ]
    assert not [d for t, d in told if HOUR < t - START < HOUR + 20 * MINUTE]
    assert [t for t, d in told if isinstance(d, Heartbeat) if t - START > HOUR + 20 * MINUTE]


def test_a_mass_sign_out_takes_its_share_and_brings_them_back_at_the_end() -> None:
    leave = Fault(kind=FaultKind.SIGN_OUT, after_ms=HOUR, length_ms=HOUR, size=0.5)
    sim, told = day(leave)
    gone = [
        (time, data.agent)
        for time, data in told
        if isinstance(data, AgentMembership) and data.action is MembershipAction.REMOVED
    ]
    left = {agent for _, agent in gone}
    assert only(sim).hit == len(left)
    assert len(left) == pytest.approx(20, abs=4 * 10**0.5)
    # At once, but for who still talks.
    assert min(time for time, _ in gone) == START + HOUR
    assert sum(time == START + HOUR for time, _ in gone) >= 5
    back = {
        data.agent: time
        for time, data in told
        if isinstance(data, AgentMembership)
        if data.action is MembershipAction.ADDED and time > START
    }
    assert back.keys() == left
    assert set(back.values()) == {START + 2 * HOUR}


def test_a_mass_sign_out_of_a_team_takes_that_team_and_all_of_it() -> None:
    _, told = day(
        Fault(kind=FaultKind.SIGN_OUT, after_ms=HOUR, length_ms=HOUR, scope="team:north", size=1.0)
    )
    left = {
        data.agent
        for _, data in told
        if isinstance(data, AgentState) and data.state is AgentStatus.SIGNED_OUT
    }
    assert left == {agent.id for agent in CALM.agents if agent.team == "north"}


def test_who_was_sent_home_stays_there_when_the_shift_ends_meanwhile() -> None:
    early = replace(CALM, shifts=(replace(ALWAYS, length_min=90),))
    leave = Fault(kind=FaultKind.SIGN_OUT, after_ms=HOUR, length_ms=HOUR, size=1.0)
    sim = FloorSim(replace(early, faults=(leave,)), 1, START)
    told = [happening for moment in a_day(sim, START + 3 * HOUR) for happening in moment]
    assert not [t for t, d in told if isinstance(d, AgentMembership) if t > START + 95 * MINUTE]


def test_a_stuck_agents_phone_rings_in_vain_and_he_stays_ready() -> None:
    stuck = Fault(kind=FaultKind.STUCK, after_ms=HOUR, length_ms=HOUR, scope="agent:1003")
    sim, told = day(stuck)
    rang = [t for t, d in told if isinstance(d, Ringing) if d.agent == "1003" if dead(t - 15_000)]
    assert len(rang) > 20
    answered = [t for t, d in told if isinstance(d, Answered) if d.agent == "1003"]
    assert not [t for t in answered if dead(t)]
    assert [t for t in answered if t > START + 2 * HOUR]
    missed = [d for t, d in told if isinstance(d, RingEnded)]
    assert {(d.agent, d.result, d.ring_ms) for d in missed} == {("1003", RingEnd.NO_ANSWER, 15_000)}
    assert only(sim).hit == len(missed)
    states = {d.state for t, d in told if isinstance(d, AgentState) if d.agent == "1003" if dead(t)}
    assert states - {AgentStatus.ACW} == {AgentStatus.READY, AgentStatus.RINGING}


TEAM: dict[str, str] = {agent.id: agent.team for agent in CALM.agents}
SCOPES: dict[str, Callable[[CallTruth, VisitTruth], bool]] = {
    "": lambda call, visit: True,
    "trunk:trunk-a": lambda call, visit: call.trunk == "trunk-a",
    "queue:support": lambda call, visit: visit.queue == "support",
    "agent:1012": lambda call, visit: visit.agent == "1012",
    "team:river": lambda call, visit: TEAM[visit.agent] == "river",
    "location:here": lambda call, visit: (
        call.trunk == "trunk-a" or TEAM[visit.agent] in ("north", "river")
    ),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_drops_cut_their_share_of_the_conversations_they_befall_and_no_other(scope: str) -> None:
    drops = Fault(kind=FaultKind.DROPS, after_ms=HOUR, length_ms=5 * HOUR, scope=scope, size=0.3)
    sim, _ = day(drops, hours=6)
    talks = [
        (call, visit) for call in sim.truth.calls.values() for visit in call.visits if visit.agent
    ]
    assert only(sim).hit == sum(visit.fate == "dropped" for _, visit in talks) > 5
    for call, visit in talks:
        if visit.fate == "dropped":
            assert SCOPES[scope](call, visit)
            assert START + HOUR <= (visit.ended_at or 0) <= START + 6 * HOUR
            assert visit.reason in {"38", "41", "34"}
            assert call.ended_at == visit.ended_at
    # Of those that began while it lasted, long enough before its end to be over by then.
    exposed = [
        visit.fate == "dropped"
        for call, visit in talks
        if SCOPES[scope](call, visit)
        if HOUR <= (visit.left_at or 0) - START < 5 * HOUR
    ]
    margin = 4 * (0.3 * 0.7 / len(exposed)) ** 0.5
    assert fmean(exposed) == pytest.approx(0.3, abs=margin)


@pytest.mark.parametrize("kind", [FaultKind.PEAK, FaultKind.TRUNK_DOWN, FaultKind.DROPS])
def test_an_injected_fault_is_over_when_it_is_relieved(kind: FaultKind) -> None:
    sim = FloorSim(CALM, 1, START)
    while sim.next_at < START + HOUR:
        sim.step()
    size = 0.0 if kind is FaultKind.TRUNK_DOWN else 1.0
    truth = sim.inject(Fault(kind=kind, after_ms=0, length_ms=HOUR, size=size))
    sim.relieve(truth)
    sim.relieve(truth)
    assert truth.ended_at == truth.started_at == sim.now
    told = []
    while sim.next_at < START + 2 * HOUR:
        told += sim.step()
    kinds = Counter(type(happening.data) for happening in told)
    assert kinds[Arrived] == pytest.approx(PER_HOUR, abs=4 * PER_HOUR**0.5)
    # The calls of a line that died are lost even if it comes back soon; its later ones are not.
    drops = [t for t, d in told if isinstance(d, Dropped)]
    assert set(drops) == ({truth.started_at + 8_000} if kind is FaultKind.TRUNK_DOWN else set())


def test_a_fault_of_the_feed_cannot_befall_the_floor() -> None:
    sim = FloorSim(CALM, 1, START)
    sim.step()
    with pytest.raises(FaultError, match="not the floor"):
        sim.inject(Fault(kind=FaultKind.SILENT, after_ms=0, length_ms=1))


def test_the_same_fault_leaves_all_else_of_the_day_as_it_was_until_then() -> None:
    calm, _ = day(hours=1)
    sim, _ = day(Fault(kind=FaultKind.OUTAGE, after_ms=HOUR, length_ms=MINUTE), hours=1)

    def shape(sim: FloorSim) -> list[tuple[Millis, str]]:
        return [(c.arrived_at, c.did) for c in sim.truth.calls.values()]

    assert shape(sim) == shape(calm)
