"""Conversations on the simulated floor: talk, hold, and the end, with what it leaves to do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ingest.events import (
    Answered,
    Completed,
    Data,
    Dropped,
    Held,
    Millis,
    QualityScored,
    Retrieved,
    SurveyScored,
    Transferred,
)
from ingest.words import AgentStatus, EndedBy, Phase, TransferKind
from simulators.agenda import Agenda
from simulators.conduct import Conduct, Talk, TalkEnd
from simulators.faults import FaultTruth
from simulators.lines import Lines
from simulators.notes import Consulted, PassedOn, TakenOver
from simulators.plans import Cause
from simulators.roster import Agent, Roster
from simulators.scenario import Scenario
from simulators.truth import Truth
from simulators.visit import Call, Sums, Visit


class Queues(Protocol):
    """What a conversation needs of the switch when it ends."""

    def close(self, visit: Visit, /) -> None:
        """The visit is over."""

    def pass_on(self, visit: Visit, to: str, /) -> None:
        """The caller goes on to this queue."""

    def cut(self, visit: Visit, cause: Cause, /) -> None:
        """A fault ends the visit and its call."""

    def was_cut_off(self, visit: Visit, /) -> None:
        """It was by chance that the call was cut off."""


@dataclass(slots=True, eq=False)
class Danger:
    """While it lasts, this share of the conversations that `befalls` is cut off."""

    share: float
    befalls: Callable[[Visit], bool]
    truth: FaultTruth


class Conversations:
    """All conversations, from the answer on. `dangers` are what may cut them off."""

    def __init__(
        self,
        scenario: Scenario,
        agenda: Agenda,
        roster: Roster,
        conduct: Conduct,
        truth: Truth,
        lines: Lines,
        queues: Queues,
    ) -> None:
        self.dangers: list[Danger] = []
        self._habits = scenario.habits
        self._agenda, self._roster, self._conduct = agenda, roster, conduct
        self._truth, self._lines, self._queues = truth, lines, queues

    def begin(self, visit: Visit, agent: Agent, ring_ms: Millis) -> None:
        """The agent answers."""
        now = self._agenda.now
        visit.talking_since, visit.wait_ms = now, now - visit.queued_at
        record = visit.record
        record.fate, record.left_at, record.agent = "talking", now, agent.plan.id
        agent.truth.answered += 1
        for count in self._truth.of(visit.queue.id, now):
            count.answer(visit.wait_ms)
        self._agenda.tell(
            Answered(**visit.names, agent=agent.plan.id, wait_ms=visit.wait_ms, ring_ms=ring_ms)
        )
        self._roster.turn(agent, AgentStatus.TALKING, queue=visit.queue.id, visit=visit.id)
        talk = self._conduct.talk(visit.queue, agent.plan, self._habits.drop_talking_share)
        then = self._hold if talk.hold_ms else self._end
        self._agenda.after(talk.before_ms, partial(then, visit, agent, talk))
        for danger in self.dangers:
            self.endanger(visit, danger, talk.before_ms + talk.hold_ms + talk.after_ms)

    def endanger(self, visit: Visit, danger: Danger, within_ms: Millis) -> None:
        """This conversation may be cut off by that, within this time."""
        if danger.befalls(visit) and self._conduct.is_hit(danger.share):
            at_ms = self._conduct.within(within_ms)
            self._agenda.after(at_ms, partial(self._befall, visit, danger))

    def cut(self, visit: Visit, cause: Cause) -> None:
        """A fault ends the conversation."""
        agent, sums = visit.agent, self._sums(visit)
        assert agent is not None
        visit.record.reason, visit.record.phase = cause.cause, Phase.TALKING
        dropped = Dropped(
            **visit.names,
            phase=Phase.TALKING,
            cause=cause.cause,
            cause_class=cause.cause_class,
            agent=agent.plan.id,
            trunk=visit.call.trunk,
            **sums,
        )
        self._over(visit, agent, sums, "dropped", dropped)

    def hang_up(self, visit: Visit) -> None:
        """Somebody in charge ends the conversation, and the call."""
        assert visit.agent is not None
        self._complete(visit, visit.agent, EndedBy.SYSTEM)

    def take_over(self, visit: Visit, id: str) -> None:
        """The supervisor who asked under this name gets the caller; the agent is rid of him."""
        agent, sums = visit.agent, self._sums(visit)
        assert agent is not None
        visit.record.ended_by = EndedBy.AGENT
        name = agent.plan.id
        self._agenda.tell(TakenOver(id=id, call=visit.call.id, agent=name))
        completed = Completed(**visit.names, agent=name, ended_by=EndedBy.AGENT, **sums)
        self._over(visit, agent, sums, "completed", completed)
        hangs_up = partial(self._lines.release, visit.call, EndedBy.CALLER)
        self._agenda.after(self._conduct.passed_on_ms(), hangs_up)

    def _befall(self, visit: Visit, danger: Danger) -> None:
        if visit.over or danger not in self.dangers:
            return
        danger.truth.hit += 1
        self._queues.was_cut_off(visit)
        self._queues.cut(visit, self._conduct.fault())

    def _hold(self, visit: Visit, agent: Agent, talk: Talk) -> None:
        if visit.over:
            return
        visit.held_since = self._agenda.now
        self._agenda.tell(Held(**visit.names, agent=agent.plan.id))
        self._roster.turn(agent, AgentStatus.HOLD, queue=visit.queue.id, visit=visit.id)
        if talk.end is TalkEnd.ANNOUNCED:
            visit.record.to = to = self._conduct.passed_to(visit.queue, talk.end)
            self._agenda.tell(Consulted(visit=visit.id, agent=agent.plan.id, to=to))
            self._agenda.after(talk.hold_ms, partial(self._end, visit, agent, talk))
        else:
            self._agenda.after(talk.hold_ms, partial(self._retrieve, visit, agent, talk))

    def _retrieve(self, visit: Visit, agent: Agent, talk: Talk) -> None:
        if visit.over:
            return
        self._count_hold(visit)
        self._agenda.tell(Retrieved(**visit.names, agent=agent.plan.id))
        self._roster.turn(agent, AgentStatus.TALKING, queue=visit.queue.id, visit=visit.id)
        self._agenda.after(talk.after_ms, partial(self._end, visit, agent, talk))

    def _count_hold(self, visit: Visit) -> None:
        if visit.held_since is not None:
            visit.hold_ms += self._agenda.now - visit.held_since
            visit.held_since = None

    def _sums(self, visit: Visit) -> Sums:
        self._count_hold(visit)
        since = visit.queued_at + visit.wait_ms
        return {
            "talk_ms": self._agenda.now - since,
            "hold_ms": visit.hold_ms,
            "wait_ms": visit.wait_ms,
        }

    def _end(self, visit: Visit, agent: Agent, talk: Talk) -> None:
        if visit.over:
            return
        match talk.end:
            case TalkEnd.CALLER | TalkEnd.AGENT:
                self._complete(visit, agent, EndedBy(talk.end.value))
            case TalkEnd.DROP:
                self._queues.was_cut_off(visit)
                self._queues.cut(visit, self._conduct.fault())
            case TalkEnd.ON | TalkEnd.OUT | TalkEnd.ANNOUNCED:
                self._transfer(visit, agent, talk.end)

    def _complete(self, visit: Visit, agent: Agent, by: EndedBy) -> None:
        sums = self._sums(visit)
        visit.record.ended_by = by
        completed = Completed(**visit.names, agent=agent.plan.id, ended_by=by, **sums)
        self._over(visit, agent, sums, "completed", completed)
        self._lines.release(visit.call, by)
        self._score(visit, agent)

    def _transfer(self, visit: Visit, agent: Agent, end: TalkEnd) -> None:
        sums = self._sums(visit)
        on = end is TalkEnd.ON
        to = visit.record.to or self._conduct.passed_to(visit.queue, end)
        visit.record.to = to
        transferred = Transferred(
            **visit.names,
            agent=agent.plan.id,
            kind=TransferKind.ATTENDED if end is TalkEnd.ANNOUNCED else TransferKind.BLIND,
            to=to,
            to_queue=to if on else "",
            **sums,
        )
        self._over(visit, agent, sums, "transferred", transferred)
        if on:
            self._queues.pass_on(visit, to)
            return
        self._agenda.tell(PassedOn(call=visit.call.id, to=to))
        hangs_up = partial(self._lines.release, visit.call, EndedBy.CALLER)
        self._agenda.after(self._conduct.passed_on_ms(), hangs_up)

    def _over(self, visit: Visit, agent: Agent, sums: Sums, fate: str, told: Data) -> None:
        record = visit.record
        record.fate, record.hold_ms = fate, sums["hold_ms"]
        for count in self._truth.of(visit.queue.id, self._agenda.now):
            count.talked(sums["talk_ms"], sums["hold_ms"], fate)
        agent.truth.talk_ms += sums["talk_ms"]
        self._queues.close(visit)
        self._agenda.tell(told)
        wrap_up_ms = self._conduct.wrap_up_ms(visit.queue)
        if wrap_up_ms:
            self._roster.turn(agent, AgentStatus.ACW, queue=visit.queue.id, visit=visit.id)
            self._roster.settle_after(agent, wrap_up_ms)
        else:
            self._roster.settle(agent)

    def _score(self, visit: Visit, agent: Agent) -> None:
        call, queue, name = visit.call, visit.queue.id, agent.plan.id
        if (said := self._conduct.csat()) is not None:
            csat, after_ms = said
            survey = SurveyScored(call=call.id, score=csat, queue=queue, agent=name)
            self._agenda.after(after_ms, partial(self._scored, call, survey))
        if (said := self._conduct.quality()) is not None:
            quality, after_ms = said
            review = QualityScored(
                call=call.id, score=quality, queue=queue, agent=name, reviewer="quality"
            )
            self._agenda.after(after_ms, partial(self._scored, call, review))

    def _scored(self, call: Call, scored: SurveyScored | QualityScored) -> None:
        self._agenda.tell(scored)
        survey = isinstance(scored, SurveyScored)
        for truth in self._truth.of(scored.queue, self._agenda.now):
            truth.judged(scored.score, survey=survey)
        if call.record is None:
            return
        if survey:
            call.record.csat = scored.score
        else:
            call.record.quality = scored.score
