"""The people of the simulated floor: who is signed in, on a break, busy, or free for the next call.

    signed_out -> ready <-> not_ready(break)
                  ready -> ringing -> talking <-> hold
                           ringing -> not_ready(missed)    talking | hold -> acw

Out of `acw`, a break and a missed call leads `settle`: home if the shift is over, to the break that
fell due, or `ready`.
"""

from dataclasses import dataclass, field
from functools import partial

from ingest.events import AgentMembership, AgentState, Millis
from ingest.words import AgentStatus, MembershipAction
from simulators.agenda import Agenda
from simulators.draws import Draws
from simulators.local_time import last_start, next_start
from simulators.scenario import MINUTE, AgentPlan, Break, Length, Scenario, Shift
from simulators.truth import AgentTruth, Truth

_FREE_TO_LEAVE = (AgentStatus.READY, AgentStatus.NOT_READY)
_LATE_MS = (5_000, 120_000)
"""How long after the shift's hour agents sign in or out, between these."""


@dataclass(slots=True, eq=False)
class Agent:
    """One agent as he is now. `turns` counts his changes of state: a timer set in an older turn is
    void. `breaks_due` are those that fell due while he was busy."""

    plan: AgentPlan
    shift: Shift
    truth: AgentTruth
    state: AgentStatus = AgentStatus.SIGNED_OUT
    reason: str = ""
    queue: str = ""
    since: Millis = 0
    turns: int = 0
    began: Millis = 0
    leaving: bool = False
    breaks_due: list[Break] = field(default_factory=list)


class Roster:
    """All agents. `fresh` are those who became ready, and `emptied` the queues whose last agent
    left, since the floor last looked; the floor clears both."""

    def __init__(self, scenario: Scenario, seed: int, agenda: Agenda, truth: Truth) -> None:
        self._scenario, self._agenda = scenario, agenda
        self._draws = Draws(seed, "roster")
        shifts = {shift.id: shift for shift in scenario.shifts}
        self.agents: list[Agent] = []
        self.fresh: list[Agent] = []
        self.emptied: list[str] = []
        self._signed_in = {queue.id: 0 for queue in scenario.queues}
        most = max((len(plan.queues) for plan in scenario.agents), default=1)
        # A dict keeps the order of insertion: the first in it has been idle longest.
        self._idle: dict[str, list[dict[str, Agent]]] = {
            queue.id: [{} for _ in range(most)] for queue in scenario.queues
        }
        for plan in scenario.agents:
            truth.agents[plan.id] = AgentTruth(agenda.now)
            self.agents.append(Agent(plan, shifts[plan.shift], truth.agents[plan.id]))

    def begin(self) -> None:
        """Tell that all are signed out; those whose shift runs already sign in at once."""
        for agent in self.agents:
            self.turn(agent, AgentStatus.SIGNED_OUT)
        for agent in self.agents:
            self._plan_shift(agent, late=False)

    def staffed(self, queue: str) -> bool:
        """Whether anybody who serves this queue is signed in."""
        return self._signed_in[queue] > 0

    def idlest(self, queue: str) -> Agent | None:
        """The ready agent best at this queue and of those the one idle longest."""
        for level in self._idle[queue]:
            for agent in level.values():
                return agent
        return None

    def turn(
        self,
        agent: Agent,
        state: AgentStatus,
        *,
        reason: str = "",
        queue: str = "",
        visit: str = "",
        set_by: str = "",
    ) -> None:
        """Change the agent's state, and tell it."""
        if agent.state is AgentStatus.READY:
            for level, name in enumerate(agent.plan.queues):
                del self._idle[name][level][agent.plan.id]
        if state is AgentStatus.READY:
            for level, name in enumerate(agent.plan.queues):
                self._idle[name][level][agent.plan.id] = agent
            self.fresh.append(agent)
        agent.state, agent.reason, agent.queue = state, reason, queue
        agent.since = self._agenda.now
        agent.turns += 1
        agent.truth.turn(state, reason, self._agenda.now)
        self._agenda.tell(
            AgentState(
                agent=agent.plan.id,
                state=state,
                reason=reason,
                queue=queue,
                visit=visit,
                interface=agent.plan.interface,
                set_by=set_by,
            )
        )

    def settle(self, agent: Agent) -> None:
        """The agent is done with what he did: what is due comes next."""
        if agent.leaving:
            self._sign_out(agent)
        elif agent.breaks_due:
            self._rest(agent, agent.breaks_due.pop(0))
        else:
            self.turn(agent, AgentStatus.READY)

    def settle_after(self, agent: Agent, delay_ms: Millis) -> None:
        """Settle in `delay_ms`, unless the agent's state has changed by then."""
        self._agenda.after(delay_ms, partial(self._settle_of, agent, agent.turns))

    def _settle_of(self, agent: Agent, turns: int) -> None:
        if agent.turns == turns:
            self.settle(agent)

    def _plan_shift(self, agent: Agent, *, late: bool) -> None:
        zone, shift, now = self._scenario.zone, agent.shift, self._agenda.now
        late_ms = round(self._draws.between(*_LATE_MS)) if late else 0
        began = last_start(zone, shift.start_min, shift.period_min, now)
        if began == agent.began or now >= began + shift.length_min * MINUTE:
            began = next_start(zone, shift.start_min, shift.period_min, now)
            late_ms = round(self._draws.between(*_LATE_MS))
        self._agenda.at(max(began, now) + late_ms, partial(self._sign_in, agent, began))

    def _sign_in(self, agent: Agent, began: Millis) -> None:
        agent.began = began
        for queue in agent.plan.queues:
            self._signed_in[queue] += 1
            self._tell_member(agent, queue, MembershipAction.ADDED)
        self.turn(agent, AgentStatus.READY)
        for off in agent.shift.breaks:
            at = began + (off.at_min + agent.plan.offset_min) * MINUTE
            if at > self._agenda.now:
                self._agenda.at(at, partial(self._break_due, agent, began, off))
        late_ms = round(self._draws.between(*_LATE_MS))
        end = began + agent.shift.length_min * MINUTE + late_ms
        self._agenda.at(end, partial(self._shift_over, agent))

    def _shift_over(self, agent: Agent) -> None:
        agent.leaving = True
        if agent.state in _FREE_TO_LEAVE:
            self._sign_out(agent)

    def _sign_out(self, agent: Agent) -> None:
        agent.leaving = False
        agent.breaks_due.clear()
        self.turn(agent, AgentStatus.SIGNED_OUT)
        for queue in agent.plan.queues:
            self._signed_in[queue] -= 1
            self._tell_member(agent, queue, MembershipAction.REMOVED)
            if not self._signed_in[queue]:
                self.emptied.append(queue)
        self._plan_shift(agent, late=True)

    def _break_due(self, agent: Agent, began: Millis, off: Break) -> None:
        if agent.began != began or agent.state is AgentStatus.SIGNED_OUT:
            return
        agent.breaks_due.append(off)
        if agent.state is AgentStatus.READY:
            self.settle(agent)

    def _rest(self, agent: Agent, off: Break) -> None:
        self.turn(agent, AgentStatus.NOT_READY, reason=off.reason)
        variation = self._scenario.habits.break_variation
        self.settle_after(agent, self._draws.length(Length(off.minutes * MINUTE, variation)))

    def _tell_member(self, agent: Agent, queue: str, action: MembershipAction) -> None:
        self._agenda.tell(
            AgentMembership(
                agent=agent.plan.id, queue=queue, action=action, interface=agent.plan.interface
            )
        )
