"""Rows of a queue_log become events: the visits with their ends, and what the agents do.

Pure: told the time by the rows, and by `tick` between them. The same rows give the same events,
ids and numbers, whenever they are read: a restart continues from the `Memory` that it left. What
the log cannot tell (hold, ringing start, causes, who was moved on by another's hand) stays untold.
"""

import msgspec
from msgspec import Struct

from ingest import queue_log_rows as rows
from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Data,
    Dropped,
    Event,
    Heartbeat,
    Millis,
    Overflowed,
    Queued,
    RingEnded,
    Transferred,
)
from ingest.queue_log_agents import Desks
from ingest.queue_log_mapping import QueueLogMapping
from ingest.queue_log_visits import Visit, Visits
from ingest.stamp import Stamp
from ingest.words import (
    CauseClass,
    Clock,
    ComponentKind,
    ComponentStatus,
    MembershipAction,
    Origin,
    Overflow,
    Phase,
    RingEnd,
)

Said = list[tuple[str, Data]]
"""What a line says: each part with a name that is its own within the line."""

_RING_ENDS = {
    "RINGNOANSWER": RingEnd.NO_ANSWER,
    "RINGCANCELED": RingEnd.CANCELLED,
    "AGENTDUMP": RingEnd.REJECTED,
}
_MOST_NAMES = 100
"""Different unknown verbs counted apart; further ones are counted together."""


class Memory(Struct):
    """What a translator knows: plain data, to be kept across a restart."""

    visits: Visits = msgspec.field(default_factory=Visits)
    desks: Desks = msgspec.field(default_factory=Desks)
    unknown: dict[str, int] = {}


class Translator:
    """Turns the rows of one log, in file order, into numbered events.

    `origin` may be changed between rows. `memory.unknown` counts the verbs that nobody knows.
    """

    def __init__(
        self,
        stamp: Stamp,
        mapping: QueueLogMapping | None = None,
        *,
        origin: Origin = Origin.LIVE,
        memory: Memory | None = None,
    ) -> None:
        self.stamp = stamp
        self.mapping = mapping or QueueLogMapping()
        self.origin = origin
        self.memory = memory or Memory()

    def take(self, row: rows.Row, line: str, recvtime: Millis) -> list[Event]:
        """What this row says. `line` names it: the same line has the same name for ever."""
        ended = self.tick(row.at, recvtime)
        said = self._forgotten(row.at) + self._said(row, line)
        return ended + self._stamped(said, row.at, line, recvtime)

    def tick(self, now: Millis, recvtime: Millis) -> list[Event]:
        """What happened by `now` (the log's clock) without a line: after-call work that ended.

        These events have no number, so that a timer cannot shift the numbers of the rows.
        """
        desks = self.memory.desks
        return [
            self._unnumbered(state, end.at, f"{end.line}#wrapped", recvtime)
            for end in desks.due(now)
            if (state := desks.wrapped_up(end.agent))
        ]

    def standing(self, now: Millis, recvtime: Millis) -> list[Event]:
        """What each agent does now, for a stream that was not told how it came about."""
        return [
            self._unnumbered(state, now, f"standing.{now}#{state.agent}", recvtime)
            for state in self.memory.desks.standing()
        ]

    def _unnumbered(self, state: AgentState, at: Millis, id: str, recvtime: Millis) -> Event:
        return Event(
            data=state,
            time=at,
            recvtime=recvtime,
            source=self.stamp.source,
            id=f"{self.stamp.source}/{id}",
            epoch=self.stamp.epoch,
            clock=Clock.ESTIMATED,
            origin=self.origin,
        )

    def _stamped(self, said: Said, at: Millis, line: str, recvtime: Millis) -> list[Event]:
        stamp = self.stamp
        return [
            stamp.event(
                data,
                time=at,
                recvtime=recvtime,
                origin=self.origin,
                id=f"{stamp.source}/{line}#{part}",
            )
            for part, data in said
        ]

    def _said(self, row: rows.Row, line: str) -> Said:
        match row:
            case rows.Entered():
                return [("0", self._entered(row))]
            case rows.Connected():
                return self._connected(row)
            case rows.RingFailed():
                return self._ring_failed(row)
            case rows.Gone():
                return [("0", self._gone(row))]
            case rows.Completed() | rows.Transferred():
                return self._released(row, line)
            case rows.Incompatible():
                return self._incompatible(row, line)
            case rows.Paused() | rows.Member() | rows.Login():
                return self._membership(row)
            case rows.WrapUp():
                return self._wrap_up(row, line)
            case rows.Started():
                return self._started()
            case rows.Other():
                return self._other(row)
            case _:
                return []

    def _agent(self, row: rows.Row) -> str:
        return self.mapping.aliases.get(row.agent, row.agent)

    def _entered(self, row: rows.Entered) -> Queued:
        visit = self.memory.visits.enter(row.call, row.queue, row.at)
        return Queued(
            visit=visit.id,
            queue=row.queue,
            call=row.call,
            position=row.position,
            caller=self.mapping.mask(row.caller),
        )

    def _connected(self, row: rows.Connected) -> Said:
        visit = self.memory.visits.of(row.call, row.queue, row.at)
        visit.agent, visit.wait_ms = self._agent(row), row.wait_ms
        answered = Answered(
            visit=visit.id,
            queue=row.queue,
            call=row.call,
            agent=visit.agent,
            wait_ms=row.wait_ms,
            ring_ms=row.ring_ms,
        )
        return _with(answered, self.memory.desks.connected(visit.agent, row.queue, visit.id))

    def _ring_failed(self, row: rows.RingFailed) -> Said:
        visit = self.memory.visits.of(row.call, row.queue, row.at)
        if row.verb == "RINGCANCELED":
            visit.cancelled_at = row.at
        ring_ended = RingEnded(
            visit=visit.id,
            queue=row.queue,
            call=row.call,
            agent=self._agent(row),
            result=_RING_ENDS[row.verb],
            ring_ms=row.ring_ms,
        )
        return _with(ring_ended, self.memory.desks.rang(ring_ended.agent, row.queue))

    def _gone(self, row: rows.Gone) -> Data:
        visit = self.memory.visits.end(row.call, row.queue)
        if row.why is not None:
            return _overflowed(visit, row.why, row.wait_ms)
        # Asterisk 16 and later writes RINGCANCELED for each phone that still rang, just before.
        rang = bool(row.agent) or visit.cancelled_at == row.at
        return Abandoned(
            visit=visit.id,
            queue=row.queue,
            call=row.call,
            wait_ms=row.wait_ms,
            position=row.position,
            phase=Phase.RINGING if rang else Phase.WAITING,
        )

    def _released(self, row: rows.Completed | rows.Transferred, line: str) -> Said:
        visit = self.memory.visits.end(row.call, row.queue)
        agent = self._agent(row) or visit.agent
        wait_ms = visit.wait_ms if row.wait_ms is None else row.wait_ms
        released: Data
        if isinstance(row, rows.Completed):
            released = Completed(
                visit=visit.id,
                queue=row.queue,
                call=row.call,
                agent=agent,
                ended_by=row.ended_by,
                talk_ms=row.talk_ms,
                wait_ms=wait_ms,
            )
        else:
            released = Transferred(
                visit=visit.id,
                queue=row.queue,
                call=row.call,
                agent=agent,
                kind=row.kind,
                to=row.to,
                talk_ms=row.talk_ms,
                wait_ms=wait_ms,
            )
        return _with(released, self._free(visit, agent, row.at, line) if agent else None)

    def _free(self, visit: Visit, agent: str, at: Millis, line: str) -> AgentState | None:
        wrap_up_ms = self.mapping.wrap_up_ms.get(visit.queue, 0)
        ends = at + wrap_up_ms if wrap_up_ms > 0 else 0
        return self.memory.desks.released(agent, visit.queue, visit.id, ends, line)

    def _incompatible(self, row: rows.Incompatible, line: str) -> Said:
        visit = self.memory.visits.end(row.call, row.queue)
        dropped = _dropped(visit, row.verb, CauseClass.PROTOCOL, self._agent(row))
        free = self._free(visit, visit.agent, row.at, line) if visit.agent else None
        return _with(dropped, free)

    def _membership(self, row: rows.Paused | rows.Member | rows.Login) -> Said:
        agent, desks = self._agent(row), self.memory.desks
        match row:
            case rows.Login():
                return _with(None, desks.signed(agent, row.signed_in))
            case rows.Paused():
                action = MembershipAction.PAUSED if row.paused else MembershipAction.UNPAUSED
                state = desks.paused(agent, row.queue, row.paused, row.reason)
            case rows.Member(added=True):
                action = MembershipAction.ADDED
                state = desks.added(agent, row.queue, row.paused)
            case _:
                action = MembershipAction.REMOVED
                state = desks.removed(agent, row.queue)
        if not row.queue:  # PAUSEALL comes in addition to a line for each queue
            return _with(None, state)
        reason = row.reason if isinstance(row, rows.Paused) else ""
        member = AgentMembership(agent=agent, queue=row.queue, action=action, reason=reason)
        return _with(member, state)

    def _wrap_up(self, row: rows.WrapUp, line: str) -> Said:
        agent = self._agent(row)
        ends = row.at + row.wrap_up_ms if row.wrap_up_ms else 0
        return _with(None, self.memory.desks.released(agent, row.queue, "", ends, line))

    def _started(self) -> Said:
        """Every visit that was open when Asterisk began anew is over; this is when we learn it."""
        said: Said = [
            (visit.id, _dropped(visit, "QUEUESTART", CauseClass.SYSTEM))
            for visit in self.memory.visits.end_all()
        ]
        node = Component(
            kind=ComponentKind.NODE,
            name=self.mapping.node,
            status=ComponentStatus.UP,
            cause="QUEUESTART",
        )
        said.append(("node", node))
        said += [(f"agent/{state.agent}", state) for state in self.memory.desks.restarted()]
        return said

    def _other(self, row: rows.Other) -> Said:
        reason = self.mapping.blocked.get(row.verb)
        if reason is not None and row.call and row.queue:
            return [("0", Blocked(call=row.call, queue=row.queue, reason=reason))]
        if row.verb == "LEAVEEMPTY" and self.memory.visits.waits(row.call, row.queue):
            # Wazo writes it after EXITEMPTY, then the visit is over; some releases write it alone.
            visit = self.memory.visits.end(row.call, row.queue)
            return [("0", _overflowed(visit, Overflow.EMPTY, None))]
        if row.verb == "CONFIGRELOAD":  # says nothing of the floor, but that the log is alive
            return [("0", Heartbeat(last_native_at=row.at))]
        if not row.known:
            unknown, verb = self.memory.unknown, row.verb[:40]
            verb = verb if verb in unknown or len(unknown) < _MOST_NAMES else "(others)"
            unknown[verb] = unknown.get(verb, 0) + 1
        return []

    def _forgotten(self, now: Millis) -> Said:
        """Agents of calls that never ended in the log: after a day they are free again."""
        said: Said = []
        for visit in self.memory.visits.sweep(now):
            state = self.memory.desks.released(visit.agent, visit.queue, visit.id)
            if state:
                said.append((f"forgotten/{visit.id}", state))
        return said


def _with(data: Data | None, state: AgentState | None) -> Said:
    said: Said = [] if data is None else [("0", data)]
    if state is not None:
        said.append(("agent", state))
    return said


def _overflowed(visit: Visit, why: Overflow, wait_ms: Millis | None) -> Overflowed:
    return Overflowed(
        visit=visit.id, queue=visit.queue, call=visit.call, reason=why, wait_ms=wait_ms
    )


def _dropped(visit: Visit, cause: str, cause_class: CauseClass, agent: str = "") -> Dropped:
    return Dropped(
        visit=visit.id,
        queue=visit.queue,
        call=visit.call,
        phase=Phase.TALKING if visit.agent else Phase.WAITING,
        cause=cause,
        cause_class=cause_class,
        agent=visit.agent or agent,
        wait_ms=visit.wait_ms,
    )
