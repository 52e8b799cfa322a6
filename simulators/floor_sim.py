"""A simulated floor: calls, queues, agents and lines, from a scenario and a seed.

Same scenario, seed and start: same events, to the byte, on every machine.
"""

from collections.abc import Iterator
from hashlib import sha256

from ingest.events import (
    Adapter,
    Component,
    Data,
    Event,
    Heartbeat,
    Millis,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
)
from ingest.stamp import Stamp
from ingest.words import AdapterStatus, AgentStatus, ComponentStatus
from simulators.agenda import Agenda, Happening
from simulators.callers import Callers
from simulators.roster import Roster
from simulators.scenario import Scenario
from simulators.switch import Switch
from simulators.truth import QueueTruth, Truth

MODEL = 1
"""Raise this whenever the same seed gives other events: then the ids of the calls change too."""


def world_of(scenario: Scenario, seed: int, start_at: Millis) -> str:
    """A short name of this simulated world: two that differ in anything do not share one.

    Call ids begin with it, so a simulation begun anew meets its own calls again, and no others.
    """
    return sha256(repr((MODEL, scenario, seed, start_at)).encode()).hexdigest()[:10]


def source_of(scenario: Scenario) -> str:
    """What the simulator's events give as their `source`."""
    return f"/acd/{scenario.site}/simulator"


class FloorSim:
    """The floor from `start_at` on, without end: `step` while `next_at` is what you want to see.

    `truth` is right at every moment between two steps.
    """

    def __init__(self, scenario: Scenario, seed: int, start_at: Millis) -> None:
        self.scenario = scenario
        self.truth = Truth({q.id: QueueTruth(q.target_ms, q.short_ms) for q in scenario.queues})
        self._agenda = agenda = Agenda(start_at)
        world = world_of(scenario, seed, start_at)
        self._roster = Roster(scenario, seed, agenda, self.truth)
        self._callers = Callers(scenario, seed, agenda, self.truth, world)
        self._switch = Switch(scenario, agenda, self._roster, self._callers, self.truth)
        agenda.at(start_at, self._begin)

    @property
    def now(self) -> Millis:
        """The simulated time."""
        return self._agenda.now

    @property
    def next_at(self) -> Millis:
        """When the next thing will be done."""
        return self._agenda.next_at

    def step(self) -> list[Happening]:
        """Do the next thing, and what follows from it at once; returns what happened, maybe
        nothing."""
        self._agenda.step()
        self._switch.match()
        return self._agenda.take()

    def lines(self) -> list[Component]:
        """The lines to the network, as they are."""
        return [
            Component(kind=trunk.kind, name=trunk.name, status=ComponentStatus.UP)
            for trunk in self.scenario.trunks
        ]

    def snapshot(self, name: str) -> list[Data]:
        """All visits, agents and members as they are now, between a begin and an end."""
        items = [*self._agents(name), *self._visits(name)]
        queues = [queue.id for queue in self.scenario.queues]
        return [
            SnapshotBegin(snapshot=name, queues=queues),
            *items,
            SnapshotEnd(snapshot=name, items=len(items)),
        ]

    def _agents(self, name: str) -> Iterator[Data]:
        for agent in self._roster.agents:
            if agent.state is AgentStatus.SIGNED_OUT:
                continue
            plan = agent.plan
            for queue in plan.queues:
                yield SnapshotMember(
                    snapshot=name, agent=plan.id, queue=queue, interface=plan.interface
                )
            yield SnapshotAgent(
                snapshot=name,
                agent=plan.id,
                state=agent.state,
                reason=agent.reason,
                queue=agent.queue,
                interface=plan.interface,
                since=agent.since,
            )

    def _visits(self, name: str) -> Iterator[Data]:
        position: dict[str, int] = {}
        for visit in self._switch.visits.values():
            queue, talking = visit.queue.id, visit.talking_since is not None
            if not talking:
                position[queue] = position.get(queue, 0) + 1
            yield SnapshotVisit(
                snapshot=name,
                **visit.names,
                talking=talking,
                agent=visit.agent.plan.id if visit.agent and talking else "",
                position=None if talking else position[queue],
                caller=visit.call.caller,
                since=visit.queued_at,
            )

    def _begin(self) -> None:
        self._agenda.tell(Adapter(status=AdapterStatus.UP))
        for line in self.lines():
            self._agenda.tell(line)
        self._roster.begin()
        self._callers.begin()
        self._agenda.after(self.scenario.heartbeat_ms, self._beat)

    def _beat(self) -> None:
        self._agenda.tell(Heartbeat(last_native_at=self.now))
        self._agenda.after(self.scenario.heartbeat_ms, self._beat)


def simulate(
    scenario: Scenario,
    seed: int,
    start_at: Millis,
    *,
    until: Millis | None = None,
    source: str = "",
) -> Iterator[Event]:
    """The events from `start_at` on, in order of time, made as they are asked for.

    Ends before `until`; never, if that is None. The epoch is `start_at` in seconds, and events are
    received when they happen.
    """
    sim = FloorSim(scenario, seed, start_at)
    stamp = Stamp(source or source_of(scenario), str(start_at // 1_000))
    while until is None or sim.next_at < until:
        for time, data in sim.step():
            yield stamp.event(data, time=time, recvtime=time)
