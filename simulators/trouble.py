"""The faults that befall the floor itself: brought about, ended, and kept account of."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from ingest.events import Adapter, Component, Millis
from ingest.words import (
    AdapterStatus,
    CauseClass,
    ComponentKind,
    ComponentStatus,
)
from simulators.agenda import Action, Agenda
from simulators.callers import Callers
from simulators.conduct import Conduct
from simulators.conversations import Danger
from simulators.faults import FLOOR_FAULTS, Fault, FaultError, FaultKind, FaultTruth
from simulators.notes import Booted, Crashed
from simulators.plans import Cause, Location, QueuePlan, Trunk
from simulators.roster import Agent, Roster
from simulators.scenario import Scenario
from simulators.switch import Switch
from simulators.truth import Truth
from simulators.visit import Call, Visit

DEAD_LINE_MS = 8_000
"""How long after a line died its calls end: so long hears the system nothing before it gives up."""

DEAD_LINE = Cause("44", CauseClass.NETWORK)
CRASHED = Cause("crashed", CauseClass.SYSTEM)
NODE = "pbx"
_RAMP_STEPS = 20


class Trouble:
    """All faults of the floor, those planned by the scenario and those injected as it runs."""

    def __init__(
        self,
        scenario: Scenario,
        agenda: Agenda,
        callers: Callers,
        roster: Roster,
        switch: Switch,
        conduct: Conduct,
        truth: Truth,
    ) -> None:
        self._scenario, self._agenda, self._truth = scenario, agenda, truth
        self._callers, self._roster, self._switch = callers, roster, switch
        self._conduct = conduct
        self._reliefs: list[tuple[FaultTruth, Action]] = []
        self._peaks: dict[int, tuple[Fault, Millis]] = {}
        self._broken: Counter[str] = Counter()
        self._told_broken: set[str] = set()
        self._outages = 0
        self._crashed_at: Millis = 0

    def plan(self, start_at: Millis) -> None:
        """Plan the scenario's own faults."""
        for fault in self._scenario.floor_faults:
            self._agenda.at(start_at + fault.after_ms, partial(self.befall, fault))

    def befall(self, fault: Fault) -> FaultTruth:
        """The fault begins now, whenever it was planned. Raises `FaultError` for one of the feed's."""
        if fault.kind not in FLOOR_FAULTS:
            raise FaultError(f"{fault.kind} befalls the feed, not the floor")
        now = self._agenda.now
        truth = FaultTruth(kind=fault.kind, scope=fault.scope, started_at=now, size=fault.size)
        self._truth.faults.append(truth)
        begin: dict[FaultKind, Callable[[Fault, FaultTruth], Action]] = {
            FaultKind.PEAK: self._peak,
            FaultKind.DROPS: self._drops,
            FaultKind.TRUNK_DOWN: self._trunk_down,
            FaultKind.OUTAGE: self._outage,
            FaultKind.SIGN_OUT: self._sign_out,
            FaultKind.STUCK: self._stuck,
        }
        self._reliefs.append((truth, begin[fault.kind](fault, truth)))
        self._agenda.at(now + fault.length_ms, partial(self.relieve, truth))
        return truth

    def relieve(self, truth: FaultTruth) -> None:
        """The fault is over; one that is over already stays so."""
        for index, (known, relief) in enumerate(self._reliefs):
            if known is truth:
                del self._reliefs[index]
                truth.ended_at = self._agenda.now
                relief()
                return

    def arrivals(self, queue: QueuePlan) -> None:
        """A call came: it counts for the peaks that last."""
        for truth, _ in self._reliefs:
            if truth.kind is FaultKind.PEAK and truth.scope in ("", f"queue:{queue.id}"):
                truth.hit += 1

    def _peak(self, fault: Fault, truth: FaultTruth) -> Action:
        key = id(truth)
        self._peaks[key] = fault, self._agenda.now
        self._replan(fault)
        for step in range(1, _RAMP_STEPS + 1 if fault.ramp_ms else 1):
            at = self._agenda.now + fault.ramp_ms * step // _RAMP_STEPS
            self._agenda.at(at, partial(self._replan, fault))
        return partial(self._peak_over, key, fault)

    def _peak_over(self, key: int, fault: Fault) -> None:
        del self._peaks[key]
        self._replan(fault)

    def _replan(self, fault: Fault) -> None:
        for queue in self._scenario.queues:
            if fault.scope in ("", f"queue:{queue.id}"):
                rate = 1.0
                for peak, since in self._peaks.values():
                    if peak.scope in ("", f"queue:{queue.id}"):
                        rate *= _height(peak, self._agenda.now - since)
                self._callers.rates[queue.id] = rate
                self._callers.replan(queue)

    def _drops(self, fault: Fault, truth: FaultTruth) -> Action:
        trunks, agents = self._in_scope(fault.scope)
        names = {trunk.name for trunk in trunks}
        people = {agent.plan.id for agent in agents}

        def befalls(visit: Visit) -> bool:
            if not fault.scope:
                return True
            what = fault.scope.partition(":")[0]
            by_agent = visit.agent is not None and visit.agent.plan.id in people
            match what:
                case "queue":
                    return fault.scope == f"queue:{visit.queue.id}"
                case "trunk":
                    return visit.call.trunk in names
                case "agent" | "team":
                    return by_agent
                case _:
                    return by_agent or visit.call.trunk in names

        conversations = self._switch.conversations
        danger = Danger(fault.size, befalls, truth)
        conversations.dangers.append(danger)
        for visit in list(self._switch.visits.values()):
            if visit.talking_since is not None:
                conversations.endanger(visit, danger, fault.length_ms)
        return partial(conversations.dangers.remove, danger)

    def _trunk_down(self, fault: Fault, truth: FaultTruth) -> Action:
        names = {trunk.name for trunk in self._in_scope(fault.scope)[0]}
        cut = [c for c in self._switch.lines.up.values() if c.trunk in names]
        self._broken.update(names)
        self._tell_lines()
        self._agenda.after(DEAD_LINE_MS, partial(self._cut_calls, cut, truth))
        return partial(self._trunk_up, names)

    def _cut_calls(self, calls: list[Call], truth: FaultTruth) -> None:
        for call in calls:
            if not call.up:
                continue
            truth.hit += 1
            if call.visit is not None:
                self._callers.may_redial(call, call.visit.queue)
                self._switch.cut(call.visit, DEAD_LINE)
            else:
                self._switch.lines.lose(call, int(DEAD_LINE.cause))

    def _trunk_up(self, names: set[str]) -> None:
        self._broken.subtract(names)
        self._tell_lines()

    def _tell_lines(self) -> None:
        """Say which lines have died or come back. A dead system says it when it is back."""
        broken = {name for name, faults in self._broken.items() if faults}
        everything = {trunk.name for trunk in self._scenario.trunks} | {""}
        self._callers.dead = everything if self._outages else broken
        if self._outages:
            return
        for trunk in self._scenario.trunks:
            name = trunk.name
            if name in broken - self._told_broken:
                self._tell(trunk.kind, name, ComponentStatus.DOWN, "unreachable")
            elif name in self._told_broken - broken:
                self._tell(trunk.kind, name, ComponentStatus.UP)
        self._told_broken = broken

    def _outage(self, fault: Fault, truth: FaultTruth) -> Action:
        back_at = self._agenda.now + fault.length_ms
        self._outages += 1
        if self._outages == 1:
            self._crashed_at = self._agenda.now
            self._agenda.tell(Crashed())
            self._tell(ComponentKind.NODE, NODE, ComponentStatus.DOWN, CRASHED.cause)
            self._agenda.tell(Adapter(status=AdapterStatus.DOWN, reason=CRASHED.cause))
        self._tell_lines()
        for call in list(self._switch.lines.up.values()):
            truth.hit += 1
            if call.visit is not None:
                record = call.visit.record
                self._callers.may_redial(call, call.visit.queue)
                self._switch.cut(call.visit, CRASHED, 0)
                record.crashed_until = back_at
            else:
                self._switch.lines.lose(call, 0)
        self._roster.go_dead(back_at)
        return self._boot

    def _boot(self) -> None:
        self._outages -= 1
        if self._outages:
            return
        now = self._agenda.now
        for truth in self._truth.calls.values():
            for visit in truth.visits:
                if visit.crashed_until is not None and visit.ended_at == self._crashed_at:
                    visit.crashed_until = now
        self._agenda.tell(Booted(started_at=now))
        self._tell(ComponentKind.NODE, NODE, ComponentStatus.UP, "restarted")
        self._agenda.tell(Adapter(status=AdapterStatus.UP))
        self._tell_lines()
        self._roster.come_back()

    def _sign_out(self, fault: Fault, truth: FaultTruth) -> Action:
        _, agents = self._in_scope(fault.scope)
        leaving = [a for a in agents if a.signed_in and self._conduct.is_hit(fault.size)]
        truth.hit = len(leaving)
        self._roster.send_home(leaving)
        return partial(self._roster.recall, leaving)

    def _stuck(self, fault: Fault, truth: FaultTruth) -> Action:
        _, agents = self._in_scope(fault.scope)
        for agent in agents:
            agent.stuck = truth
        return partial(_loosen, agents, truth)

    def _tell(
        self, kind: ComponentKind, name: str, status: ComponentStatus, cause: str = ""
    ) -> None:
        self._agenda.tell(Component(kind=kind, name=name, status=status, cause=cause))

    def _in_scope(self, scope: str) -> tuple[list[Trunk], list[Agent]]:
        """The lines and the people that a fault of this scope befalls."""
        what, _, name = scope.partition(":")
        scenario, people = self._scenario, list(self._roster.agents.values())
        match what:
            case "trunk":
                return [t for t in scenario.trunks if t.name == name], []
            case "agent":
                return [], [a for a in people if a.plan.id == name]
            case "team":
                return [], [a for a in people if a.plan.team == name]
            case "queue":
                return [], [a for a in people if name in a.plan.queues]
            case "location":
                return _of_location(
                    next(at for at in scenario.locations if at.id == name), scenario, people
                )
            case _:
                return list(scenario.trunks), people


def _of_location(
    location: Location, scenario: Scenario, people: list[Agent]
) -> tuple[list[Trunk], list[Agent]]:
    return (
        [trunk for trunk in scenario.trunks if trunk.name in location.trunks],
        [agent for agent in people if agent.plan.team in location.teams],
    )


def _loosen(agents: list[Agent], truth: FaultTruth) -> None:
    for agent in agents:
        if agent.stuck is truth:
            agent.stuck = None


def _height(peak: Fault, since_ms: Millis) -> float:
    """The factor of a peak so long after its beginning."""
    if since_ms >= peak.ramp_ms:
        return peak.size
    return 1.0 + (peak.size - 1.0) * since_ms / peak.ramp_ms
