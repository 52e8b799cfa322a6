"""The simulated switch: takes calls into queues and puts them through to agents.

A visit's life: waiting -> ringing -> (back to waiting | talking <-> hold) -> its one end. The agent
best at the queue and idle longest gets the call; a free agent takes the queue of highest priority
first, then whoever has waited longest.
"""

from functools import partial

from ingest.events import (
    Abandoned,
    Answered,
    Blocked,
    Completed,
    Dropped,
    Held,
    Millis,
    Offered,
    Overflowed,
    Queued,
    Retrieved,
    RingEnded,
    Ringing,
    Transferred,
)
from ingest.words import AgentStatus, Block, EndedBy, Overflow, Phase, RingEnd, TransferKind
from simulators.agenda import Agenda
from simulators.callers import Call, Callers, Leave, Talk, TalkEnd
from simulators.roster import Agent, Roster
from simulators.scenario import QueuePlan, Scenario
from simulators.truth import Truth
from simulators.visit import Sums, Visit


class Switch:
    """All visits that are alive, by id. `match` after each step of the agenda."""

    def __init__(
        self, scenario: Scenario, agenda: Agenda, roster: Roster, callers: Callers, truth: Truth
    ) -> None:
        self.visits: dict[str, Visit] = {}
        self._agenda, self._roster, self._callers = agenda, roster, callers
        self._truth, self._habits = truth, scenario.habits
        self._plans = {queue.id: queue for queue in scenario.queues}
        self._waiting: dict[str, dict[str, Visit]] = {queue.id: {} for queue in scenario.queues}
        self._unserved: list[Visit] = []

    def match(self) -> None:
        """Bring together who waits and who is free, after something has changed."""
        for call, queue in self._callers.arrived:
            self._offer(call, queue)
        self._callers.arrived.clear()
        while self._roster.emptied:
            for visit in list(self._waiting[self._roster.emptied.pop()].values()):
                self._overflow(visit, Overflow.EMPTY)
        while pair := self._most_urgent():
            self._ring(*pair)
        self._unserved.clear()
        self._roster.fresh.clear()

    def _most_urgent(self) -> tuple[Visit, Agent] | None:
        """Of all that this moment changed, the first visit to serve and the agent to serve it.

        Only the visits new to the queue, and the heads of the queues of agents newly free, can have
        found each other or somebody else: the rest was tried before.
        """
        pool = [visit for visit in self._unserved if not visit.over and visit.agent is None]
        for agent in self._roster.fresh:
            if agent.state is AgentStatus.READY:
                pool += filter(None, map(self._head, agent.plan.queues))
        for visit in sorted(pool, key=lambda visit: (-visit.queue.priority, visit.queued_at)):
            if agent_free := self._roster.idlest(visit.queue.id):
                return visit, agent_free
        return None

    def _head(self, queue: str) -> Visit | None:
        return next((v for v in self._waiting[queue].values() if v.agent is None), None)

    def _offer(self, call: Call, queue: QueuePlan) -> None:
        self._agenda.tell(Offered(call=call.id, did=queue.did))
        menu_ms = self._callers.menu_ms()
        if menu_ms is None:
            self._truth.menu_quits += 1
        else:
            self._agenda.after(menu_ms, partial(self._enter, call, queue, 1))

    def _enter(self, call: Call, queue: QueuePlan, nth: int) -> None:
        waiting, truth = self._waiting[queue.id], self._truth.queues[queue.id]
        if len(waiting) >= queue.capacity or not self._roster.staffed(queue.id):
            full = len(waiting) >= queue.capacity
            truth.blocked += 1
            reason = Block.FULL if full else Block.NO_AGENTS
            self._agenda.tell(Blocked(call=call.id, queue=queue.id, reason=reason))
            self._callers.may_redial(call, queue)
            return
        visit = Visit(f"{call.id}/{queue.id}/{nth}", call, queue, nth, self._agenda.now)
        self.visits[visit.id] = waiting[visit.id] = visit
        truth.offered += 1
        truth.waiting += 1
        self._agenda.tell(
            Queued(
                **visit.names, position=len(waiting), caller=call.caller, priority=queue.priority
            )
        )
        leave, after_ms = self._callers.patience(queue, call)
        self._agenda.after(after_ms, partial(self._leave, visit, leave))
        if queue.timeout_ms is not None:
            self._agenda.after(queue.timeout_ms, partial(self._time_out, visit))
        self._unserved.append(visit)

    def _ring(self, visit: Visit, agent: Agent) -> None:
        visit.agent, visit.rang_at = agent, self._agenda.now
        self._agenda.tell(Ringing(**visit.names, agent=agent.plan.id))
        self._roster.turn(agent, AgentStatus.RINGING, queue=visit.queue.id, visit=visit.id)
        result, after_ms = self._callers.pick_up()
        self._agenda.after(after_ms, partial(self._ring_over, visit, agent, result))

    def _ring_over(self, visit: Visit, agent: Agent, result: RingEnd | None) -> None:
        if visit.over:
            return
        ring_ms = self._agenda.now - visit.rang_at
        if result is None:
            self._answer(visit, agent, ring_ms)
            return
        agent.truth.ring_no_answer += result is RingEnd.NO_ANSWER
        self._agenda.tell(
            RingEnded(**visit.names, agent=agent.plan.id, result=result, ring_ms=ring_ms)
        )
        visit.agent = None
        self._unserved.append(visit)
        habits = self._habits
        self._roster.turn(
            agent, AgentStatus.NOT_READY, reason=habits.missed_reason, set_by=habits.missed_set_by
        )
        self._roster.settle_after(agent, habits.missed_ms)

    def _answer(self, visit: Visit, agent: Agent, ring_ms: Millis) -> None:
        del self._waiting[visit.queue.id][visit.id]
        visit.talking_since, visit.wait_ms = self._agenda.now, self._agenda.now - visit.queued_at
        agent.truth.answered += 1
        self._truth.queues[visit.queue.id].answer(visit.wait_ms)
        self._agenda.tell(
            Answered(**visit.names, agent=agent.plan.id, wait_ms=visit.wait_ms, ring_ms=ring_ms)
        )
        self._roster.turn(agent, AgentStatus.TALKING, queue=visit.queue.id, visit=visit.id)
        talk = self._callers.talk(visit.queue)
        then = self._hold if talk.hold_ms else self._end
        self._agenda.after(talk.before_ms, partial(then, visit, agent, talk))

    def _hold(self, visit: Visit, agent: Agent, talk: Talk) -> None:
        self._agenda.tell(Held(**visit.names, agent=agent.plan.id))
        self._roster.turn(agent, AgentStatus.HOLD, queue=visit.queue.id, visit=visit.id)
        self._agenda.after(talk.hold_ms, partial(self._retrieve, visit, agent, talk))

    def _retrieve(self, visit: Visit, agent: Agent, talk: Talk) -> None:
        visit.hold_ms += talk.hold_ms
        self._agenda.tell(Retrieved(**visit.names, agent=agent.plan.id))
        self._roster.turn(agent, AgentStatus.TALKING, queue=visit.queue.id, visit=visit.id)
        self._agenda.after(talk.after_ms, partial(self._end, visit, agent, talk))

    def _end(self, visit: Visit, agent: Agent, talk: Talk) -> None:
        talk_ms = self._agenda.now - (visit.talking_since or 0)
        truth = self._truth.queues[visit.queue.id]
        truth.talked(talk_ms, visit.hold_ms)
        agent.truth.talk_ms += talk_ms
        sums: Sums = {"talk_ms": talk_ms, "hold_ms": visit.hold_ms, "wait_ms": visit.wait_ms}
        self._close(visit)
        match talk.end:
            case TalkEnd.CALLER | TalkEnd.AGENT:
                truth.completed += 1
                by = EndedBy(talk.end.value)
                self._agenda.tell(
                    Completed(**visit.names, agent=agent.plan.id, ended_by=by, **sums)
                )
            case TalkEnd.TRANSFER:
                truth.transferred += 1
                self._transfer(visit, agent, sums)
            case TalkEnd.DROP:
                truth.completed += 1
                truth.dropped_talking += 1
                self._tell_drop(visit, Phase.TALKING, agent=agent.plan.id, **sums)
                self._callers.may_redial(visit.call, visit.queue)
        self._roster.turn(agent, AgentStatus.ACW, queue=visit.queue.id, visit=visit.id)
        self._roster.settle_after(agent, self._callers.wrap_up_ms(visit.queue))

    def _transfer(self, visit: Visit, agent: Agent, sums: Sums) -> None:
        to = self._callers.transfer_to(visit.queue)
        self._agenda.tell(
            Transferred(
                **visit.names,
                agent=agent.plan.id,
                kind=TransferKind.BLIND,
                to=to,
                to_queue=to,
                **sums,
            )
        )
        self._enter(visit.call, self._plans[to], visit.nth + 1)

    def _leave(self, visit: Visit, leave: Leave) -> None:
        """The caller's own time to leave has come, unless he talks already or is gone."""
        if visit.over or visit.talking_since is not None:
            return
        if leave is Leave.KEY:
            self._overflow(visit, Overflow.KEY)
            return
        wait_ms = self._agenda.now - visit.queued_at
        truth = self._truth.queues[visit.queue.id]
        phase = Phase.RINGING if visit.agent else Phase.WAITING
        position = 1 + list(self._waiting[visit.queue.id]).index(visit.id)
        agent = self._unqueue(visit)
        if leave is Leave.DROP:
            truth.waiting -= 1
            truth.dropped_waiting += 1
            self._tell_drop(visit, phase, wait_ms=wait_ms)
        else:
            truth.abandon(wait_ms, ringing=phase is Phase.RINGING)
            self._agenda.tell(
                Abandoned(**visit.names, wait_ms=wait_ms, position=position, phase=phase)
            )
        if agent:
            self._roster.settle(agent)
        self._callers.may_redial(visit.call, visit.queue)

    def _time_out(self, visit: Visit) -> None:
        if not visit.over and visit.talking_since is None:
            self._overflow(visit, Overflow.TIMEOUT)

    def _overflow(self, visit: Visit, reason: Overflow) -> None:
        to = visit.queue.overflow_to if reason is not Overflow.KEY else ""
        self._truth.queues[visit.queue.id].overflow(reason)
        agent = self._unqueue(visit)
        self._agenda.tell(
            Overflowed(
                **visit.names,
                reason=reason,
                wait_ms=self._agenda.now - visit.queued_at,
                to_queue=to,
            )
        )
        if agent:
            self._roster.settle(agent)
        if to:
            self._enter(visit.call, self._plans[to], visit.nth + 1)

    def _unqueue(self, visit: Visit) -> Agent | None:
        """The visit stops waiting for good; returns the agent whose phone rang for it."""
        del self._waiting[visit.queue.id][visit.id]
        self._close(visit)
        return visit.agent

    def _close(self, visit: Visit) -> None:
        visit.over = True
        del self.visits[visit.id]

    def _tell_drop(
        self,
        visit: Visit,
        phase: Phase,
        *,
        wait_ms: Millis,
        agent: str = "",
        talk_ms: Millis | None = None,
        hold_ms: Millis | None = None,
    ) -> None:
        fault = self._callers.fault()
        self._agenda.tell(
            Dropped(
                **visit.names,
                phase=phase,
                cause=fault.cause,
                cause_class=fault.cause_class,
                agent=agent,
                trunk=visit.call.trunk,
                wait_ms=wait_ms,
                talk_ms=talk_ms,
                hold_ms=hold_ms,
            )
        )
