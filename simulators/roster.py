"""The people of the simulated floor: who is signed in, on a break, busy, or free for the next call.

    signed_out -> ready <-> not_ready(break)
                  ready -> ringing -> talking <-> hold
                           ringing -> not_ready(missed)    talking | hold -> acw

Out of `acw`, a break and a missed call leads `settle`: home if the shift is over, to the break that
fell due, or `ready`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from ingest.events import AgentMembership, AgentState, Millis
from ingest.words import AgentStatus, MembershipAction
from simulators.agenda import Action, Agenda
from simulators.draws import Draws
from simulators.faults import FaultTruth
from simulators.idle import IdleLines
from simulators.plans import AgentPlan, Break, Length, Shift
from simulators.scenario import Scenario
from simulators.timetable import Timetable
from simulators.truth import AgentTruth, Truth

FREE_TO_LEAVE = (AgentStatus.READY, AgentStatus.NOT_READY, AgentStatus.UNREACHABLE)
BUSY = (AgentStatus.RINGING, AgentStatus.TALKING, AgentStatus.HOLD, AgentStatus.ACW)
_BACK_MS = (1_000, 20_000)
"""How long after a dead telephone system is back people do what they meant to do meanwhile."""


@dataclass(slots=True, eq=False)
class Agent:
    """One agent as he is now. `turns` counts his changes of state: a timer set in an older turn is
    void; `stints` likewise counts his sign-ins. `breaks_due` are those that fell due while he was
    busy. A `stuck` one answers no phone. One who is `recalled` signs in again before his next shift.
    A supervisor may hold him back from all calls (`held_back`, the reason), or from those of some
    queues (`shut`), and move him: then `plan` is not his `own` until he signs out.
    """

    plan: AgentPlan
    shift: Shift
    truth: AgentTruth
    state: AgentStatus = AgentStatus.SIGNED_OUT
    reason: str = ""
    queue: str = ""
    since: Millis = 0
    turns: int = 0
    stints: int = 0
    began: Millis = 0
    ends: Millis = 0
    leaving: bool = False
    stuck: FaultTruth | None = None
    recalled: bool = False
    breaks_due: list[Break] = field(default_factory=list)
    held_back: str | None = None
    shut: set[str] = field(default_factory=set)
    own: AgentPlan = field(init=False)

    def __post_init__(self) -> None:
        self.own = self.plan

    @property
    def signed_in(self) -> bool:
        """Whether he is at his desk at all."""
        return self.state is not AgentStatus.SIGNED_OUT


class Roster:
    """All agents, by id. `fresh` are those who became ready, and `emptied` the queues whose last
    agent left, since the floor last looked; the floor clears both.

    While it is `dead` so is the telephone system, and nobody can change his state.
    """

    def __init__(self, scenario: Scenario, seed: int, agenda: Agenda, truth: Truth) -> None:
        self._scenario, self._agenda = scenario, agenda
        self._draws = Draws(seed, "roster")
        self._timetable = Timetable(scenario)
        shifts = {shift.id: shift for shift in scenario.shifts}
        self.agents: dict[str, Agent] = {}
        self.emptied: list[str] = []
        self.dead = False
        self._back_at: Millis = 0
        self._signed_in = {queue.id: 0 for queue in scenario.queues}
        self._idle: IdleLines[Agent] = IdleLines([queue.id for queue in scenario.queues])
        for plan in scenario.agents:
            truth.agents[plan.id] = AgentTruth(agenda.now)
            self.agents[plan.id] = Agent(plan, shifts[plan.shift], truth.agents[plan.id])

    def begin(self) -> None:
        """Those whose shift runs already sign in at once; the others when theirs begins."""
        for agent in self.agents.values():
            self._plan_shift(agent, first=True)

    def staffed(self, queue: str) -> bool:
        """Whether anybody who serves this queue is signed in."""
        return self._signed_in[queue] > 0

    def idlest(self, queue: str) -> Agent | None:
        """The ready agent best at this queue and of those the one idle longest."""
        return self._idle.first(queue)

    @property
    def fresh(self) -> list[Agent]:
        return self._idle.fresh

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
            self._idle.take(agent)
        if state is AgentStatus.READY:
            self._idle.put(agent)
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
        if self.dead:
            # An agent whose phone is dead is out of reach, whatever he would be otherwise.
            if agent.state in BUSY:
                self.turn(agent, AgentStatus.UNREACHABLE)
            self._when_up(partial(self._settle_of, agent, agent.turns))
        elif agent.leaving:
            self._sign_out(agent)
        elif agent.held_back is not None:
            self._keep_away(agent, agent.held_back)
        elif agent.breaks_due:
            self._rest(agent, agent.breaks_due.pop(0))
        else:
            self.turn(agent, AgentStatus.READY)

    def settle_after(self, agent: Agent, delay_ms: Millis) -> None:
        """Settle in `delay_ms`, unless the agent's state has changed by then."""
        self._agenda.after(delay_ms, partial(self._settle_of, agent, agent.turns))

    def send_home(self, agents: Iterable[Agent]) -> None:
        """These sign out: at once, or as soon as their call is over. They may be called back."""
        for agent in agents:
            agent.leaving = agent.recalled = True
            if agent.state in FREE_TO_LEAVE:
                self.settle(agent)

    def recall(self, agents: Iterable[Agent]) -> None:
        """Those of them who were sent home sign in again, if their shift still runs."""
        for agent in agents:
            if not agent.recalled:
                continue
            agent.recalled = agent.leaving = False
            if not agent.signed_in and self._agenda.now < agent.ends:
                self._sign_in(agent, agent.stints, agent.began, again=True)

    def hold_back(self, agent: Agent, reason: str, queue: str = "") -> None:
        """A supervisor pauses him, in this queue or in all: once he is free he gets no calls."""
        queues = [queue] if queue else list(agent.plan.queues)
        with self._relisted(agent):
            agent.shut.update(queues)
        for name in queues:
            self._tell_member(agent, name, MembershipAction.PAUSED, reason)
        if agent.shut >= set(agent.plan.queues):
            agent.held_back = reason
            if agent.state is AgentStatus.READY:
                self._keep_away(agent, reason)

    def let_go(self, agent: Agent, queue: str = "") -> None:
        """A supervisor ends his pause, his own too: he takes calls at once, if he is free."""
        queues = [queue] if queue else list(agent.plan.queues)
        with self._relisted(agent):
            agent.shut.difference_update(queues)
        agent.held_back = None
        for name in queues:
            self._tell_member(agent, name, MembershipAction.UNPAUSED)
        if agent.state is AgentStatus.NOT_READY:
            agent.breaks_due.clear()
            self.settle(agent)

    def join(self, agent: Agent, queue: str) -> None:
        """A supervisor puts him into a queue."""
        with self._relisted(agent):
            agent.plan = replace(agent.plan, queues=(*agent.plan.queues, queue))
            if agent.held_back is not None:
                agent.shut.add(queue)
        self._signed_in[queue] += 1
        self._tell_member(agent, queue, MembershipAction.ADDED)
        if agent.held_back is not None:
            self._tell_member(agent, queue, MembershipAction.PAUSED, agent.held_back)

    def leave(self, agent: Agent, queue: str) -> None:
        """A supervisor takes him out of a queue; out of the last one he goes home, once he is free."""
        with self._relisted(agent):
            rest = tuple(name for name in agent.plan.queues if name != queue)
            agent.plan = replace(agent.plan, queues=rest)
            agent.shut.discard(queue)
        self._left(agent, queue)
        if not rest:
            agent.leaving, agent.recalled = True, False
            if agent.state in FREE_TO_LEAVE:
                self.settle(agent)

    def _keep_away(self, agent: Agent, reason: str) -> None:
        self.turn(agent, AgentStatus.NOT_READY, reason=reason, set_by="supervisor")

    @contextmanager
    def _relisted(self, agent: Agent) -> Iterator[None]:
        """Inside, what he serves may change."""
        ready = agent.state is AgentStatus.READY
        if ready:
            self._idle.take(agent)
        yield
        if ready:
            self._idle.put(agent)

    def go_dead(self, until: Millis) -> None:
        """The phones are dead until then: whoever has no reason to be away is out of reach."""
        self.dead, self._back_at = True, max(self._back_at, until)
        for agent in self.agents.values():
            if agent.state is AgentStatus.READY or agent.state in BUSY:
                self.turn(agent, AgentStatus.UNREACHABLE)

    def come_back(self) -> None:
        """The phones live again: one after the other, people go on where they were."""
        self.dead, self._back_at = False, self._agenda.now
        for agent in self.agents.values():
            if agent.state is AgentStatus.UNREACHABLE:
                self._when_up(partial(self._settle_of, agent, agent.turns))

    def _settle_of(self, agent: Agent, turns: int) -> None:
        if agent.turns == turns:
            self.settle(agent)

    def _when_up(self, action: Action) -> None:
        late_ms = round(self._draws.between(*_BACK_MS))
        self._agenda.at(max(self._back_at, self._agenda.now) + late_ms, action)

    def _plan_shift(self, agent: Agent, *, first: bool = False) -> None:
        now = self._agenda.now
        began = self._timetable.running(agent.shift, now)
        late_ms = 0 if first else round(self._draws.between(*self._scenario.habits.late_ms))
        if began is None or began == agent.began:
            began = self._timetable.next(agent.shift, max(now, agent.began))
            late_ms = round(self._draws.between(*self._scenario.habits.late_ms))
        agent.stints += 1
        action = partial(self._come, agent, agent.stints, began)
        self._agenda.at(max(began, now) + late_ms, action)

    def _come(self, agent: Agent, stint: int, began: Millis) -> None:
        if agent.stints != stint:
            return
        if self._draws.chance(self._scenario.habits.absent_share):
            agent.began = began
            self._plan_shift(agent)
        else:
            self._sign_in(agent, stint, began)

    def _sign_in(self, agent: Agent, stint: int, began: Millis, *, again: bool = False) -> None:
        if agent.signed_in or (agent.stints != stint and not again):
            return
        if self.dead:
            self._when_up(partial(self._sign_in, agent, stint, began, again=again))
            return
        agent.stints += 1
        agent.began = began
        if not again:
            agent.ends = self._end_of(agent, began)
        for queue in agent.plan.queues:
            self._signed_in[queue] += 1
            self._tell_member(agent, queue, MembershipAction.ADDED)
        self.turn(agent, AgentStatus.READY)
        for at, off in self._timetable.breaks(agent.plan, agent.shift, began):
            if at > self._agenda.now:
                self._agenda.at(at, partial(self._break_due, agent, agent.stints, off))
        self._agenda.at(agent.ends, partial(self._shift_over, agent, agent.stints))

    def _end_of(self, agent: Agent, began: Millis) -> Millis:
        habits, draws = self._scenario.habits, self._draws
        end = self._timetable.end(agent.shift, began)
        if draws.chance(habits.early_leave_share):
            return end - round(draws.between(*habits.early_leave_ms))
        return end + round(draws.between(*habits.late_ms))

    def _shift_over(self, agent: Agent, stint: int) -> None:
        if agent.stints != stint or not agent.signed_in:
            return
        agent.leaving, agent.recalled = True, False
        if agent.state in FREE_TO_LEAVE:
            self.settle(agent)

    def _sign_out(self, agent: Agent) -> None:
        agent.leaving = False
        agent.breaks_due.clear()
        self.turn(agent, AgentStatus.SIGNED_OUT)
        for queue in agent.plan.queues:
            self._left(agent, queue)
        agent.plan, agent.held_back = agent.own, None
        agent.shut.clear()
        self._plan_shift(agent)

    def _left(self, agent: Agent, queue: str) -> None:
        self._signed_in[queue] -= 1
        self._tell_member(agent, queue, MembershipAction.REMOVED)
        if not self._signed_in[queue]:
            self.emptied.append(queue)

    def _break_due(self, agent: Agent, stint: int, off: Break) -> None:
        if agent.stints != stint or not agent.signed_in:
            return
        agent.breaks_due.append(off)
        if agent.state is AgentStatus.READY:
            self.settle(agent)

    def _rest(self, agent: Agent, off: Break) -> None:
        self.turn(agent, AgentStatus.NOT_READY, reason=off.reason)
        variation = self._scenario.habits.break_variation
        self.settle_after(agent, self._draws.length(Length(off.minutes * 60_000, variation)))

    def _tell_member(
        self, agent: Agent, queue: str, action: MembershipAction, reason: str = ""
    ) -> None:
        self._agenda.tell(
            AgentMembership(
                agent=agent.plan.id,
                queue=queue,
                action=action,
                reason=reason,
                interface=agent.plan.interface,
            )
        )
