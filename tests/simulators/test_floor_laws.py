"""Whatever scenario and whatever trouble: the floor keeps its laws at every moment, and comes to rest."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Component,
    Dropped,
    Millis,
    Overflowed,
    QualityScored,
    Queued,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
    SurveyScored,
    VisitData,
)
from ingest.words import AgentStatus, ComponentStatus, MembershipAction, Phase
from simulators.agenda import Happening
from simulators.faults import FLOOR_FAULTS, SIZED, Fault, FaultTruth
from simulators.floor_sim import FloorSim
from simulators.notes import Arrived, Booted, Crashed, Gone
from simulators.plans import (
    AgentPlan,
    Break,
    Habits,
    Length,
    Location,
    Meeting,
    Patience,
    Profile,
    QueuePlan,
    Shift,
    Trunk,
    Wander,
)
from simulators.scenario import Scenario
from simulators.truth import QueueTruth, Truth

HOUR = 3_600_000
START = 1_790_006_400_000
LENGTH = 2 * HOUR
SCORES = (SurveyScored, QualityScored)


@dataclass
class Witness:
    """One who sees all that happens, and objects to what cannot be."""

    lines: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    waiting: dict[str, str] = field(default_factory=dict)
    talking: dict[str, str] = field(default_factory=dict)
    states: dict[str, AgentStatus] = field(default_factory=dict)
    member: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parts: dict[str, ComponentStatus] = field(default_factory=dict)
    csat: Counter[tuple[str, int]] = field(default_factory=Counter)
    quality: Counter[tuple[str, int]] = field(default_factory=Counter)
    crashed_at: Millis | None = None
    now: Millis = START

    def see(self, told: list[Happening]) -> None:
        for time, data in told:
            assert time >= self.now
            self.now = time
            if isinstance(data, Booted):
                self.crashed_at = None
            elif not isinstance(data, SCORES):
                assert self.crashed_at in (None, time), f"a dead system told {data}"
            self._see(data)

    def _see(self, data: object) -> None:
        match data:
            case Crashed():
                self.crashed_at = self.now
            case Component(name=name, status=status):
                assert self.parts.get(name) != status, "told again what was known"
                self.parts[name] = status
            case Arrived(call=call, trunk=trunk):
                assert call not in self.lines
                assert self.parts.get(trunk) is not ComponentStatus.DOWN
                assert call not in self.gone
                self.lines[call] = trunk
            case Gone(call=call):
                del self.lines[call]
                self.gone.add(call)
            case AgentMembership(agent=agent, queue=queue, action=action):
                added = action is MembershipAction.ADDED
                assert added != (queue in self.member[agent])
                (self.member[agent].add if added else self.member[agent].remove)(queue)
            case AgentState(agent=agent, state=state):
                self.states[agent] = state
            case SurveyScored(queue=queue, score=score):
                self.csat[queue, score] += 1
            case QualityScored(queue=queue, score=score):
                self.quality[queue, score] += 1
            case VisitData():
                self._see_visit(data)
            case _:
                pass

    def _see_visit(self, data: VisitData) -> None:
        visit = data.visit
        assert data.call in self.lines or isinstance(data, Overflowed)
        match data:
            case Queued():
                assert visit not in self.waiting
                self.waiting[visit] = data.queue
            case Answered():
                self.talking[visit] = self.waiting.pop(visit)
            case Abandoned() | Overflowed():
                del self.waiting[visit]
            case Dropped():
                del (self.talking if data.phase is Phase.TALKING else self.waiting)[visit]
            case _:
                if type(data).__name__ in ("Completed", "Transferred"):
                    del self.talking[visit]

    def agrees_with(self, truth: Truth) -> None:
        """Calls are conserved, and the truth is what was seen."""
        assert truth.lines_up == len(self.lines)
        assert truth.arrived == len(self.lines) + len(self.gone)
        waiting = Counter(self.waiting.values())
        for id_, queue in truth.queues.items():
            ended = queue.answered + queue.abandoned + queue.dropped_waiting
            assert queue.offered == ended + sum(queue.overflowed.values()) + queue.waiting
            assert queue.waiting == waiting[id_]
            assert queue.csat == {s: n for (of, s), n in self.csat.items() if of == id_}
            assert queue.quality == {s: n for (of, s), n in self.quality.items() if of == id_}
            assert queue.answered == queue.completed + queue.transferred + sum(
                of == id_ for of in self.talking.values()
            )

    def agrees_with_snapshot(self, sim: FloorSim) -> None:
        begin, *items, end = sim.snapshot("s")
        assert isinstance(begin, SnapshotBegin)
        assert isinstance(end, SnapshotEnd)
        assert end.items == len(items)
        visits = {i.visit: i.talking for i in items if isinstance(i, SnapshotVisit)}
        assert visits == dict.fromkeys(self.waiting, False) | dict.fromkeys(self.talking, True)
        places: dict[str, list[int]] = defaultdict(list)
        for item in items:
            if isinstance(item, SnapshotVisit) and item.position is not None:
                places[item.queue].append(item.position)
        assert all(sorted(of) == list(range(1, len(of) + 1)) for of in places.values())
        states = {i.agent: i.state for i in items if isinstance(i, SnapshotAgent)}
        present = {a: s for a, s in self.states.items() if s is not AgentStatus.SIGNED_OUT}
        assert states == present
        members = {(i.agent, i.queue) for i in items if isinstance(i, SnapshotMember)}
        assert members == {(a, queue) for a, of in self.member.items() for queue in of}
        assert {agent for agent, _ in members} == set(present)


def counted_again(truth: Truth, queue: str) -> QueueTruth:
    """The totals of a queue from the record of its visits."""
    of = truth.queues[queue]
    # No visit says how it was judged: scores were counted by the witness.
    found = QueueTruth(of.target_ms, of.short_ms, csat=of.csat, quality=of.quality)
    for call in truth.calls.values():
        found.blocked += sum(refused.queue == queue for refused in call.refused)
        for visit in call.visits:
            if visit.queue != queue:
                continue
            assert visit.left_at is not None
            assert visit.ended_at is not None
            assert call.ended_at is not None
            assert call.arrived_at <= visit.queued_at <= visit.left_at <= visit.ended_at
            assert visit.ended_at <= call.ended_at
            assert all(ring.result for ring in visit.rings)
            wait_ms = visit.left_at - visit.queued_at
            found.enter()
            if visit.agent:
                assert visit.rings[-1].result == "answered"
                found.answer(wait_ms)
                found.talked(visit.ended_at - visit.left_at, visit.hold_ms, visit.fate)
            elif visit.fate == "abandoned":
                found.abandon(wait_ms, ringing=visit.phase is Phase.RINGING)
            elif visit.fate == "overflowed":
                found.overflow(visit.reason)
            else:
                assert visit.fate == "dropped"
                found.drop()
    return found


def summed(truth: Truth, queue: str) -> QueueTruth:
    """The totals of a queue from its quarters of an hour."""
    of = truth.queues[queue]
    found = QueueTruth(of.target_ms, of.short_ms)
    for (name, _), quarter in truth.intervals.items():
        if name != queue:
            continue
        for each in fields(QueueTruth)[2:]:
            if each.name == "overflowed":
                for reason, count in quarter.overflowed.items():
                    found.overflowed[reason] = found.overflowed.get(reason, 0) + count
            else:
                more = getattr(found, each.name) + getattr(quarter, each.name)
                setattr(found, each.name, more)
    return found


SHARES = st.sampled_from([0.0, 0.0, 0.1, 0.5])
NAMES = ("a", "b", "c")


@st.composite
def queues(draw: st.DrawFn) -> tuple[QueuePlan, ...]:
    names = NAMES[: draw(st.integers(1, 3))]
    another = st.sampled_from(["", *names])
    return tuple(
        QueuePlan(
            id=name,
            names={},
            did="1",
            calls_per_hour=draw(st.sampled_from([0.0, 5.0, 40.0, 90.0])),
            patience=draw(
                st.sampled_from(
                    [Patience(), Patience(60_000), Patience(hazard=((0, 1.0), (90_000, 0.0)))]
                )
            ),
            talk=Length(draw(st.integers(1, 240_000)), draw(st.sampled_from([None, 0.0, 0.7]))),
            wrap_up=Length(draw(st.sampled_from([0, 20_000])), 0.5),
            priority=draw(st.integers(0, 2)),
            capacity=draw(st.sampled_from([0, 1, 4, 50])),
            full_to=draw(another),
            timeout_ms=draw(st.sampled_from([None, 0, 30_000])),
            overflow_to=draw(another),
            empty_to=draw(another),
            transfer_to=tuple(draw(st.lists(st.sampled_from(names), max_size=2))),
        )
        for name in names
    )


@st.composite
def habits(draw: st.DrawFn) -> Habits:
    names = [
        *("menu_quit_share", "misdial_share", "key_share", "callback_share", "redial_share"),
        *("drop_waiting_share", "drop_talking_share", "no_answer_share", "hold_share"),
        *("short_call_share", "transfer_share", "transfer_out_share", "absent_share"),
        *("early_leave_share", "csat_share", "quality_share"),
    ]
    shares: dict[str, Any] = {name: draw(SHARES) for name in names}
    return Habits(
        ring=Length(draw(st.sampled_from([0, 3_000])), 0.5),
        callback_after_ms=20_000,
        callback_ms=(60_000, 600_000),
        missed_ms=draw(st.sampled_from([1, 45_000])),
        **shares,
    )


@st.composite
def faults(draw: st.DrawFn, trunks: list[str], queues: list[str]) -> Fault:
    kind = draw(st.sampled_from(sorted(FLOOR_FAULTS)))
    scopes = ["", "team:t", "location:here", "agent:1", *(f"trunk:{name}" for name in trunks)]
    low, high = SIZED.get(kind, (0.0, 0.0))
    return Fault(
        kind=kind,
        scope=draw(st.sampled_from([*scopes, *(f"queue:{name}" for name in queues)])),
        after_ms=draw(st.integers(0, LENGTH)),
        length_ms=draw(st.sampled_from([1, 5_000, 60_000, 1_200_000])),
        size=draw(st.sampled_from([low, min(high, 1.0), min(high, 4.0)])),
        ramp_ms=draw(st.sampled_from([0, 60_000])),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[Scenario, list[Fault]]:
    """A small floor with planned faults, and others that nobody planned."""
    plans = draw(queues())
    ids = [queue.id for queue in plans]
    lines = ["x", "y"][: draw(st.integers(0, 2))]
    shift = Shift(
        id="s",
        start_min=draw(st.sampled_from([0, 17])),
        length_min=draw(st.sampled_from([25, 55, 60])),
        period_min=60,
        breaks=(Break(reason="break", at_min=10, minutes=draw(st.sampled_from([1, 20]))),),
    )
    some = st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)
    scenario = Scenario(
        site="any",
        names={},
        time_zone="Europe/Berlin",
        queues=plans,
        teams={"t": {}},
        shifts=(shift,),
        agents=tuple(
            AgentPlan(
                id=str(n),
                names={},
                team="t",
                queues=tuple(draw(some)),
                shift="s",
                interface=f"PJSIP/{n}",
                offset_min=n,
            )
            for n in range(draw(st.integers(0, 5)))
        ),
        profile=Profile(step_min=30, weights=(1.0, 0.5)),
        trunks=tuple(Trunk(name=name) for name in lines),
        locations=(Location(id="here", names={}, teams=("t",), trunks=tuple(lines[:1])),),
        meetings=(Meeting(team="t", at_min=600, minutes=15),),
        habits=draw(habits()),
        wander=Wander(day_variation=0.3, step_variation=draw(st.sampled_from([0.0, 0.5]))),
        grain_ms=draw(st.sampled_from([1, 1_000])),
    )
    known = [agent.id for agent in scenario.agents]
    any_fault = faults(lines, ids).filter(lambda f: f.scope != "agent:1" or "1" in known)
    planned = draw(st.lists(any_fault, max_size=3))
    injected = draw(st.lists(any_fault, max_size=4))
    object.__setattr__(scenario, "faults", tuple(planned))
    return scenario, injected


@settings(max_examples=100, deadline=timedelta(seconds=10))
@given(scenarios(), st.integers(0, 1_000), st.data())
def test_the_laws_hold_at_every_moment_of_any_floor_in_any_trouble(
    drawn: tuple[Scenario, list[Fault]], seed: int, data: st.DataObject
) -> None:
    scenario, injected = drawn
    sim, witness = FloorSim(scenario, seed, START, keep=True), Witness()
    to_inject = sorted(injected, key=lambda fault: fault.after_ms)
    relieved: list[FaultTruth] = []
    look_at = START

    def step() -> None:
        nonlocal look_at
        witness.see(sim.step())
        witness.agrees_with(sim.truth)
        if sim.now >= look_at:
            witness.agrees_with_snapshot(sim)
            look_at += 120_000

    while sim.next_at < START + LENGTH:
        step()
        while to_inject and sim.now >= START + to_inject[0].after_ms:
            fault = sim.inject(to_inject.pop(0))
            if data.draw(st.booleans(), "relieved at once"):
                sim.relieve(fault)
                relieved.append(fault)
    sim.close()
    while not sim.at_rest:
        assert sim.next_at < START + LENGTH + 12 * HOUR, "the floor does not come to rest"
        step()
    witness.agrees_with_snapshot(sim)
    truth = sim.truth
    assert not witness.lines
    assert not witness.waiting
    assert not witness.talking
    for queue in truth.queues:
        assert counted_again(truth, queue) == truth.queues[queue] == summed(truth, queue)
    assert len(truth.calls) == truth.arrived
    assert {call.call for call in truth.calls.values()} == witness.gone
    in_no_queue = sum(not call.visits and not call.refused for call in truth.calls.values())
    assert truth.menu_quits <= in_no_queue
    for agent in truth.agents.values():
        assert sum(agent.time_ms(sim.now).values()) == sim.now - START
    for fault in truth.faults:
        assert fault.ended_at is None or fault.ended_at >= fault.started_at
    assert all(fault.ended_at == fault.started_at for fault in relieved)
