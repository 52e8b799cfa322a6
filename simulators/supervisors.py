"""Supervisors on the simulated floor: they pause and move people, hang up, listen in and take over."""

from functools import partial

from ingest.events import Millis
from ingest.words import AgentStatus, RingEnd
from simulators.agenda import Agenda
from simulators.interventions import Deed, Done, Intervention, Refusal
from simulators.notes import DeskAnswered, DeskFailed, DeskGone, DeskRang
from simulators.roster import Agent, Roster
from simulators.switch import Switch
from simulators.visit import Visit

ANSWER_MS: Millis = 800
"""How long a supervisor takes to lift the phone that he waits for."""
BUSY_MS: Millis = 300
RING_MS: Millis = 8_000
LOOK_MS: Millis = 1_000
"""How often one who listens hears that the call is over."""


class Supervisors:
    """Does what is asked, at once."""

    def __init__(self, agenda: Agenda, roster: Roster, switch: Switch) -> None:
        self._agenda, self._roster, self._switch = agenda, roster, switch

    def do(self, intervention: Intervention, done: Done) -> None:
        """Do it now. What waits for a phone is done, or refused, later."""
        if self._roster.dead:
            done(Refusal.DEAD)
        elif intervention.deed is Deed.RING:
            self._ring(intervention, done)
        elif intervention.deed is Deed.HANG_UP:
            visit = self._visit(intervention)
            if visit is not None:
                self._switch.hang_up(visit)
            done(None if visit is not None else Refusal.CALL_OVER)
        else:
            done(self._person(intervention))

    def _person(self, intervention: Intervention) -> Refusal | None:
        agent, queue = self._roster.agents.get(intervention.agent), intervention.queue
        if agent is None or not agent.signed_in:
            return Refusal.ABSENT
        member = queue in agent.plan.queues
        if intervention.deed is Deed.JOIN:
            if member:
                return Refusal.THERE_ALREADY
            self._roster.join(agent, queue)
        elif queue and not member:
            return Refusal.ABSENT
        elif intervention.deed is Deed.LEAVE:
            for name in [queue] if queue else agent.plan.queues:
                self._roster.leave(agent, name)
        elif intervention.deed is Deed.PAUSE:
            self._roster.hold_back(agent, intervention.reason, queue)
        else:
            self._roster.let_go(agent, queue)
        return None

    def _ring(self, intervention: Intervention, done: Done) -> None:
        self._agenda.tell(DeskRang(id=intervention.id, phone=intervention.phone))
        match intervention.fails:
            case None:
                self._agenda.after(ANSWER_MS, partial(self._answered, intervention, done))
            case RingEnd.NO_ANSWER:
                self._agenda.after(RING_MS, partial(self._failed, intervention, done))
            case _:
                self._agenda.after(BUSY_MS, partial(self._failed, intervention, done))

    def _failed(self, intervention: Intervention, done: Done) -> None:
        assert intervention.fails is not None
        self._agenda.tell(DeskFailed(id=intervention.id, how=intervention.fails))
        done(Refusal.NO_ANSWER)

    def _answered(self, intervention: Intervention, done: Done) -> None:
        visit = self._visit(intervention)
        talks = visit is not None and visit.talking_since is not None
        told = DeskAnswered(
            id=intervention.id,
            agent=visit.agent.plan.id if visit is not None and visit.agent is not None else "",
            how=intervention.how,
        )
        self._agenda.tell(told)
        if visit is None or not talks:
            self._agenda.tell(DeskGone(id=intervention.id))
            done(Refusal.CALL_OVER)
            return
        if intervention.call:
            self._switch.conversations.take_over(visit, intervention.id)
        else:
            self._agenda.after(LOOK_MS, partial(self._listens, intervention.id, visit))
        done(None)

    def _listens(self, id: str, visit: Visit) -> None:
        if visit.over:
            self._agenda.tell(DeskGone(id=id))
        else:
            self._agenda.after(LOOK_MS, partial(self._listens, id, visit))

    def _visit(self, intervention: Intervention) -> Visit | None:
        if intervention.call:
            call = self._switch.lines.up.get(intervention.call)
            return call.visit if call is not None else None
        agent = self._roster.agents.get(intervention.agent)
        return self._talk_of(agent) if agent is not None else None

    def _talk_of(self, agent: Agent) -> Visit | None:
        if agent.state not in (AgentStatus.TALKING, AgentStatus.HOLD):
            return None
        return next((v for v in self._switch.visits.values() if v.agent is agent), None)
