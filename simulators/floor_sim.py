"""A simulated floor: calls, queues, agents and lines, from a scenario and a seed.

Same scenario, seed and start: same events, to the byte, on every machine.
"""

from collections.abc import Iterator
from functools import partial
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
from simulators.conduct import Conduct
from simulators.faults import Fault, FaultTruth
from simulators.interventions import Done, Intervention
from simulators.notes import Note
from simulators.roster import BUSY, Roster
from simulators.scenario import Scenario
from simulators.supervisors import Supervisors
from simulators.switch import Switch
from simulators.trouble import Trouble
from simulators.truth import QueueTruth, Truth

MODEL = 2
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

    `truth` is right at every moment between two steps; with `keep` it has every call and quarter.
    """

    def __init__(
        self, scenario: Scenario, seed: int, start_at: Millis, *, keep: bool = False
    ) -> None:
        self.scenario, self.seed, self.start_at = scenario, seed, start_at
        queues = {q.id: QueueTruth(q.target_ms, q.short_ms) for q in scenario.queues}
        self.truth = truth = Truth(keep=keep, queues=queues)
        self._agenda = agenda = Agenda(start_at, scenario.grain_ms)
        conduct = Conduct(scenario, seed)
        self._roster = roster = Roster(scenario, seed, agenda, truth)
        self._world = world = world_of(scenario, seed, start_at)
        self._callers = callers = Callers(scenario, seed, agenda, truth, world)
        self._switch = switch = Switch(scenario, agenda, roster, callers, conduct, truth)
        self._supervisors = Supervisors(agenda, roster, switch)
        self._trouble = Trouble(scenario, agenda, callers, roster, switch, conduct, truth)
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
        for _, queue in self._callers.arrived:
            self._trouble.arrivals(queue)
        self._switch.match()
        return self._agenda.take()

    def inject(self, fault: Fault) -> FaultTruth:
        """This fault of the floor begins with the next step, whatever its `after_ms`.

        Raises `FaultError` for a fault of the feed.
        """
        self._no_longer_the_seeds()
        return self._trouble.befall(fault)

    def relieve(self, truth: FaultTruth) -> None:
        """This fault is over."""
        self._trouble.relieve(truth)

    def intervene(self, intervention: Intervention, at: Millis, done: Done) -> None:
        """A supervisor has this done: at `at`, or with the next step if that is past."""
        self._no_longer_the_seeds()
        self._agenda.at(at, partial(self._supervisors.do, intervention, done))

    def _no_longer_the_seeds(self) -> None:
        # From here on this is not the seed's own world any more: its calls must not share their ids
        # with those of the undisturbed one, into which a program that starts anew wakes up.
        self._callers.world = f"{self._world}.{self.now // 1_000}"

    def close(self) -> None:
        """From now on nobody calls; those who have, are served."""
        self._callers.closed = True

    @property
    def at_rest(self) -> bool:
        """Whether the telephones live, no call is up, and everybody is free, on a break, or at home."""
        return (
            not self._roster.dead
            and not self.truth.lines_up
            and not any(
                agent.state in BUSY or agent.state is AgentStatus.UNREACHABLE
                for agent in self._roster.agents.values()
            )
        )

    def lines(self) -> list[Component]:
        """The lines to the network, as they are."""
        dead = self._callers.dead
        return [
            Component(
                kind=trunk.kind,
                name=trunk.name,
                status=ComponentStatus.DOWN if trunk.name in dead else ComponentStatus.UP,
            )
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
        for agent in self._roster.agents.values():
            if not agent.signed_in:
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
        for visit in self._switch.visits.values():
            talking = visit.talking_since is not None
            yield SnapshotVisit(
                snapshot=name,
                **visit.names,
                talking=talking,
                agent=visit.agent.plan.id if visit.agent and talking else "",
                position=None if talking else self._switch.position(visit),
                caller=visit.call.caller,
                since=visit.queued_at,
            )

    def _begin(self) -> None:
        self._agenda.tell(Adapter(status=AdapterStatus.UP))
        for line in self.lines():
            self._agenda.tell(line)
        self._roster.begin()
        self._callers.begin()
        self._trouble.plan(self.start_at)
        self._agenda.after(self.scenario.heartbeat_ms, self._beat)

    def _beat(self) -> None:
        if not self._roster.dead:
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
        yield from stamped(sim.step(), stamp)


def a_day(sim: FloorSim, until: Millis) -> Iterator[list[Happening]]:
    """What happens, moment by moment, up to `until`, and then until the last caller is gone.

    So nothing is left open at the end, and every witness of the day can know all of it. The last
    thing told is a heartbeat, a moment after all else.
    """
    while sim.next_at < until:
        yield sim.step()
    sim.close()
    while not sim.at_rest:
        yield sim.step()
    end = sim.now + max(sim.scenario.grain_ms, 1_000)
    yield [Happening(end, Heartbeat(last_native_at=end))]


def stamped(happenings: list[Happening], stamp: Stamp) -> Iterator[Event]:
    """What of this our events can tell, numbered, and received as it happens."""
    for time, data in happenings:
        if not isinstance(data, Note):
            yield stamp.event(data, time=time, recvtime=time)
