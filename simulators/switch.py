"""The simulated switch: takes calls into queues and puts them through to agents.

A visit's life: waiting -> ringing -> (back to waiting | talking <-> hold) -> its one end. The agent
best at the queue and idle longest gets the call; a free agent takes the queue of highest priority
first, then whoever has waited longest.
"""

from functools import partial

from ingest.events import Abandoned, Blocked, Dropped, Overflowed, Queued, RingEnded, Ringing
from ingest.words import AgentStatus, Block, EndedBy, Overflow, Phase, RingEnd
from simulators.agenda import Agenda
from simulators.callers import Callers
from simulators.conduct import Conduct, Leave
from simulators.conversations import Conversations
from simulators.lines import BUSY, NORMAL, Lines
from simulators.plans import Cause, QueuePlan
from simulators.roster import Agent, Roster
from simulators.scenario import Scenario
from simulators.truth import RefusalTruth, RingTruth, Truth, VisitTruth
from simulators.visit import Call, Visit
from simulators.waiting import WaitingLine

_ENTRIES_MOST = 8
"""So often a call is handed on to yet another queue; then it is refused."""


class Switch:
    """All visits that are alive, by id. `match` after each step of the agenda."""

    def __init__(
        self,
        scenario: Scenario,
        agenda: Agenda,
        roster: Roster,
        callers: Callers,
        conduct: Conduct,
        truth: Truth,
    ) -> None:
        self.visits: dict[str, Visit] = {}
        self.lines = Lines(agenda, truth)
        self.conversations = Conversations(
            scenario, agenda, roster, conduct, truth, self.lines, self
        )
        self._agenda, self._roster, self._callers = agenda, roster, callers
        self._conduct, self._truth, self._habits = conduct, truth, scenario.habits
        self._plans = {queue.id: queue for queue in scenario.queues}
        self._waiting = {queue.id: WaitingLine() for queue in scenario.queues}
        self._unserved: list[Visit] = []

    def match(self) -> None:
        """Bring together who waits and who is free, after something has changed."""
        for call, queue in self._callers.arrived:
            self._offer(call, queue)
        self._callers.arrived.clear()
        while self._roster.emptied:
            emptied = self._roster.emptied.pop()
            if not self._roster.staffed(emptied):
                for visit in list(self._waiting[emptied]):
                    self._overflow(visit, Overflow.EMPTY, visit.queue.empty_to)
        while pair := self._most_urgent():
            self._ring(*pair)
        self._unserved.clear()
        self._roster.fresh.clear()

    def cut(self, visit: Visit, cause: Cause, line_cause: int | None = None) -> None:
        """A fault ends this visit and its call, whether it waits or talks.

        `line_cause` is the cause on the caller's line where it is not the fault's own.
        """
        if visit.over:
            return
        if visit.talking_since is not None:
            self.conversations.cut(visit, cause)
        else:
            self._drop_waiting(visit, cause)
        released = int(cause.cause) if line_cause is None else line_cause
        self.lines.release(visit.call, EndedBy.SYSTEM, released)

    def hang_up(self, visit: Visit) -> None:
        """Somebody in charge ends the call. One who waited has, to the queue, given up."""
        if visit.talking_since is not None:
            self.conversations.hang_up(visit)
        else:
            self._abandon(visit)

    def position(self, visit: Visit) -> int:
        """The place of a visit that waits, from 1."""
        return self._waiting[visit.queue.id].position(visit)

    def _most_urgent(self) -> tuple[Visit, Agent] | None:
        """Of all that this moment changed, the first visit to serve and the agent to serve it.

        Only the visits new to the queue, and the heads of the queues of agents newly free, can have
        found each other or somebody else: the rest was tried before.
        """
        pool = [visit for visit in self._unserved if not visit.over and visit.agent is None]
        for agent in self._roster.fresh:
            if agent.state is AgentStatus.READY:
                pool += filter(None, (self._waiting[queue].head() for queue in agent.plan.queues))
        for visit in sorted(pool, key=_urgency):
            if agent_free := self._roster.idlest(visit.queue.id):
                return visit, agent_free
        return None

    def _offer(self, call: Call, queue: QueuePlan) -> None:
        self.lines.seize(call)
        if call.callback:
            self._enter(call, queue)
        else:
            quits = self._conduct.menu_quits()
            self._agenda.after(
                self._conduct.menu_ms(), partial(self._menu_over, call, queue, quits)
            )

    def _menu_over(self, call: Call, queue: QueuePlan, quits: bool) -> None:
        if not call.up:
            return
        if quits:
            self._truth.menu_quits += 1
            self.lines.release(call, EndedBy.CALLER)
        else:
            self._enter(call, queue)

    def _enter(self, call: Call, queue: QueuePlan) -> None:
        waiting, now = self._waiting[queue.id], self._agenda.now
        full = len(waiting) >= queue.capacity
        if full or not self._roster.staffed(queue.id) or call.entries >= _ENTRIES_MOST:
            self._refuse(call, queue, Block.FULL if full else Block.NO_AGENTS)
            return
        call.entries += 1
        id_ = f"{call.id}/{queue.id}/{call.entries}"
        record = VisitTruth(visit=id_, queue=queue.id, queued_at=now)
        if call.record is not None:
            call.record.visits.append(record)
        visit = Visit(id_, call, queue, call.entries, now, record)
        call.visit = self.visits[id_] = visit
        for count in self._truth.of(queue.id, now):
            count.enter()
        self._agenda.tell(
            Queued(
                **visit.names,
                position=waiting.join(visit),
                caller=call.caller,
                priority=visit.priority,
                trunk=visit.call.trunk,
            )
        )
        leaves = self._conduct.patience(queue, call)
        if leaves is not None:
            leave, after_ms = leaves
            self._agenda.after(after_ms, partial(self._leave, visit, leave))
        if queue.timeout_ms is not None:
            self._agenda.after(queue.timeout_ms, partial(self._time_out, visit))
        self._unserved.append(visit)

    def _refuse(self, call: Call, queue: QueuePlan, reason: Block) -> None:
        now = self._agenda.now
        for count in self._truth.of(queue.id, now):
            count.blocked += 1
        if call.record is not None:
            call.record.refused.append(RefusalTruth(queue.id, now, reason.value))
        self._agenda.tell(Blocked(call=call.id, queue=queue.id, reason=reason))
        call.entries += 1
        if reason is Block.FULL and queue.full_to and call.entries < _ENTRIES_MOST:
            self._enter(call, self._plans[queue.full_to])
            return
        self._callers.may_redial(call, queue)
        self.lines.release(call, EndedBy.SYSTEM, BUSY if reason is Block.FULL else NORMAL)

    def _ring(self, visit: Visit, agent: Agent) -> None:
        visit.agent, visit.rang_at = agent, self._agenda.now
        visit.record.rings.append(RingTruth(agent.plan.id, self._agenda.now))
        self._agenda.tell(Ringing(**visit.names, agent=agent.plan.id))
        self._roster.turn(agent, AgentStatus.RINGING, queue=visit.queue.id, visit=visit.id)
        result, after_ms = self._conduct.pick_up(agent.plan)
        if agent.stuck is not None:
            result, after_ms = RingEnd.NO_ANSWER, self._habits.ring_timeout_ms
        ring = len(visit.record.rings)
        self._agenda.after(after_ms, partial(self._ring_over, visit, agent, ring, result))

    def _ring_over(self, visit: Visit, agent: Agent, ring: int, result: RingEnd | None) -> None:
        if visit.over or len(visit.record.rings) != ring or visit.talking_since is not None:
            return
        self._ring_ended(visit, "answered" if result is None else result.value)
        ring_ms = self._agenda.now - visit.rang_at
        if result is None:
            self._waiting[visit.queue.id].leave(visit)
            self.conversations.begin(visit, agent, ring_ms)
            return
        agent.truth.ring_no_answer += 1
        self._agenda.tell(
            RingEnded(**visit.names, agent=agent.plan.id, result=result, ring_ms=ring_ms)
        )
        visit.agent = None
        self._unserved.append(visit)
        if agent.stuck is not None:
            agent.stuck.hit += 1
            self._roster.settle(agent)
            return
        habits = self._habits
        self._roster.turn(
            agent, AgentStatus.NOT_READY, reason=habits.missed_reason, set_by=habits.missed_set_by
        )
        self._roster.settle_after(agent, habits.missed_ms)

    def _ring_ended(self, visit: Visit, how: str) -> None:
        ring = visit.record.rings[-1]
        ring.ended_at, ring.result = self._agenda.now, how

    def _leave(self, visit: Visit, leave: Leave) -> None:
        """The caller's own time to leave has come, unless he talks already or is gone."""
        if visit.over or visit.talking_since is not None:
            return
        match leave:
            case Leave.KEY:
                self._overflow(visit, Overflow.KEY)
            case Leave.CALLBACK:
                self._callers.call_back(visit.call, visit.queue, self._conduct.callback_ms())
                self._overflow(visit, Overflow.KEY)
            case Leave.DROP:
                self._callers.may_redial(visit.call, visit.queue)
                self.cut(visit, self._conduct.fault())
            case Leave.HANG_UP:
                self._abandon(visit)

    def _abandon(self, visit: Visit) -> None:
        now = self._agenda.now
        wait_ms, position = now - visit.queued_at, self.position(visit)
        phase = Phase.RINGING if visit.agent else Phase.WAITING
        visit.record.fate, visit.record.phase = "abandoned", phase
        for count in self._truth.of(visit.queue.id, now):
            count.abandon(wait_ms, ringing=phase is Phase.RINGING)
        agent = self._unqueue(visit)
        self._agenda.tell(Abandoned(**visit.names, wait_ms=wait_ms, position=position, phase=phase))
        self._free(agent)
        self._callers.may_redial(visit.call, visit.queue)
        self.lines.release(visit.call, EndedBy.CALLER)

    def _drop_waiting(self, visit: Visit, cause: Cause) -> None:
        now, names = self._agenda.now, visit.names
        visit.record.fate, visit.record.reason = "dropped", cause.cause
        for count in self._truth.of(visit.queue.id, now):
            count.drop()
        visit.record.phase = phase = Phase.RINGING if visit.agent else Phase.WAITING
        agent = self._unqueue(visit)
        self._agenda.tell(
            Dropped(
                **names,
                phase=phase,
                cause=cause.cause,
                cause_class=cause.cause_class,
                trunk=visit.call.trunk,
                wait_ms=now - visit.queued_at,
            )
        )
        self._free(agent)

    def _time_out(self, visit: Visit) -> None:
        if not visit.over and visit.talking_since is None:
            self._overflow(visit, Overflow.TIMEOUT, visit.queue.overflow_to)

    def _overflow(self, visit: Visit, reason: Overflow, to: str = "") -> None:
        now = self._agenda.now
        visit.record.fate, visit.record.reason, visit.record.to = "overflowed", reason.value, to
        for count in self._truth.of(visit.queue.id, now):
            count.overflow(reason.value)
        agent = self._unqueue(visit)
        self._agenda.tell(
            Overflowed(**visit.names, reason=reason, wait_ms=now - visit.queued_at, to_queue=to)
        )
        self._free(agent)
        if to:
            self._enter(visit.call, self._plans[to])
        else:
            self.lines.release(visit.call, EndedBy.SYSTEM)

    def _unqueue(self, visit: Visit) -> Agent | None:
        """The visit stops waiting for good; returns the agent whose phone rang for it."""
        self._waiting[visit.queue.id].leave(visit)
        if visit.agent is not None:
            self._ring_ended(visit, RingEnd.CANCELLED.value)
        self.close(visit)
        visit.record.left_at = visit.record.ended_at
        return visit.agent

    def _free(self, agent: Agent | None) -> None:
        if agent is not None:
            self._roster.settle(agent)

    def close(self, visit: Visit) -> None:
        """The visit is over, and its call is in no queue."""
        visit.over = True
        visit.record.ended_at = self._agenda.now
        visit.call.visit = None
        del self.visits[visit.id]

    def pass_on(self, visit: Visit, to: str) -> None:
        """A conversation ended in a transfer to this queue."""
        self._enter(visit.call, self._plans[to])

    def was_cut_off(self, visit: Visit) -> None:
        """A conversation was cut off by chance: some callers try again."""
        self._callers.may_redial(visit.call, visit.queue)


def _urgency(visit: Visit) -> tuple[int, int]:
    return -visit.priority, visit.queued_at
