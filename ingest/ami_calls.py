"""What Asterisk tells of calls in queues, put on the visits: who joins, rings, answers, holds, hangs up."""

from ingest.ami_agents import Roster
from ingest.ami_causes import DIAL_ENDS, RING_ENDS
from ingest.ami_components import Components
from ingest.ami_ends import Ends
from ingest.ami_message import Message
from ingest.ami_telling import Telling
from ingest.ami_visits import Ring, Stage, Visit, VisitBook, duration_ms
from ingest.events import Answered, Queued, RingEnded, Ringing
from ingest.masking import masked
from ingest.words import Overflow, RingEnd


class Calls:
    """Reads the call and queue events. `channels` are the legs that are up, by Uniqueid."""

    def __init__(
        self,
        telling: Telling,
        book: VisitBook,
        roster: Roster,
        ends: Ends,
        components: Components,
    ) -> None:
        self._telling = telling
        self._book = book
        self._roster = roster
        self._ends = ends
        self._components = components

    def receive(self, message: Message) -> None:
        """Take one event; an event of another kind is not for us."""
        match message.event:
            case "QueueCallerJoin":
                self._joined(message)
            case "QueueCallerAbandon":
                self._abandoned(message)
            case "QueueCallerLeave":
                self._left(message)
            case "AgentCalled":
                self._called(message)
            case "AgentConnect":
                self._connected(message)
            case "AgentComplete":
                self._completed(message)
            case "AgentRingNoAnswer" | "AgentDump":
                self._unanswered(message)
            case "DialEnd":
                self._dialled(message)
            case _:
                pass

    def _joined(self, message: Message) -> None:
        call, queue = message.name("uniqueid"), message.name("queue")
        if not call or not queue:
            return
        self._ends.alive(call, joined=True)
        known = self._book.find(call, queue, Stage.WAITING)
        if known is not None and known.rebuilt:
            known.rebuilt = False
            return
        if known is not None:
            self._ends.overflow(known, Overflow.OTHER)
        visit = self._book.enter(call, queue, message.name("linkedid"))
        visit.channel = message.name("channel")
        visit.joined_at = self._telling.time
        trunk = self._roster.trunk_of(visit.channel)
        if trunk:
            self._components.trunk(trunk)
        self._telling.tell(
            Queued(
                visit=visit.id,
                queue=queue,
                call=call,
                position=message.number("position"),
                caller=masked(message.text("calleridnum")),
                priority=message.number("queuepriority"),
                trunk=trunk,
            )
        )

    def _waiting(self, message: Message) -> Visit | None:
        """The visit that a queue event speaks of; one whose beginning was lost is entered now."""
        call, queue = message.name("uniqueid"), message.name("queue")
        if not call or not queue:
            return None
        visit = self._book.find(call, queue, Stage.WAITING, Stage.LEAVING)
        if visit is None and message.event != "AgentConnect" and self._book.over(call, queue):
            return None
        if visit is None:
            visit = self._book.lost(call, queue)
            if visit is not None and visit.in_queue:
                self._book.reopen(visit)
            else:
                visit = self._book.enter(call, queue, message.name("linkedid"))
        visit.channel = message.name("channel") or visit.channel
        return visit

    def _abandoned(self, message: Message) -> None:
        visit = self._waiting(message)
        if visit is not None:
            visit.abandoned = True
            visit.hold_time_ms = message.seconds_ms("holdtime")
            visit.position = message.number("position")
            if visit.stage is Stage.WAITING:
                self._ends.leaving(visit)

    def _left(self, message: Message) -> None:
        visit = self._waiting(message)
        if visit is None:
            return
        visit.left_seen = True
        if visit.stage is Stage.LEAVING:
            visit.left_at = self._telling.time
        else:
            self._ends.leaving(visit)

    def _called(self, message: Message) -> None:
        visit = self._book.find(
            message.name("uniqueid"), message.name("queue"), Stage.WAITING, Stage.LEAVING
        )
        agent = self._roster.name_of(message)
        if visit is None or not agent:
            return
        leg = message.name("destuniqueid") or message.name("interface") or agent
        ring = Ring(agent, message.name("interface"), leg, self._telling.time)
        visit.rings[leg] = ring
        self._telling.tell(
            Ringing(visit=visit.id, queue=visit.queue, call=visit.call, agent=agent, leg=leg)
        )
        self._roster.rings(visit, ring)

    def _connected(self, message: Message) -> None:
        visit = self._waiting(message)
        agent = self._roster.name_of(message)
        if visit is None or not agent:
            return
        visit.agent, visit.interface = agent, message.name("interface")
        visit.leg = message.name("destuniqueid")
        self._book.relink(visit, message.name("linkedid"))
        visit.stage, visit.answered_at = Stage.TALKING, self._telling.time
        visit.hanging_up, visit.faults = None, []
        visit.wait_ms = duration_ms(
            visit.joined_at, self._telling.time, message.seconds_ms("holdtime")
        )
        ring = visit.rings.pop(visit.leg, None)
        since = ring.since if ring else None
        ring_ms = duration_ms(since, self._telling.time, message.seconds_ms("ringtime"))
        self._telling.tell(
            Answered(
                visit=visit.id,
                queue=visit.queue,
                call=visit.call,
                agent=agent,
                wait_ms=visit.wait_ms,
                ring_ms=ring_ms,
                leg=visit.leg,
            )
        )
        for other in list(visit.rings.values()):
            self._ring_ended(visit, other, RingEnd.CANCELLED, None)
        self._roster.connected(visit)

    def _completed(self, message: Message) -> None:
        visit = self._served(message)
        if visit is None:
            return
        if visit.stage is Stage.ENDING:
            self._explain(visit, message)
            self._ends.settle(visit)
            return
        if not visit.agent:
            visit.agent, visit.interface = self._roster.name_of(message), message.name("interface")
        self._explain(visit, message)
        self._ends.completing(visit, self._telling.time)

    def _explain(self, visit: Visit, message: Message) -> None:
        visit.reason = message.text("reason").lower()
        visit.talk_ms = message.seconds_ms("talktime")
        if visit.wait_ms is None:
            visit.wait_ms = message.seconds_ms("holdtime")

    def _served(self, message: Message) -> Visit | None:
        """The visit that an AgentComplete ends: by call, else by queue and phone, else a lost one."""
        call, queue = message.name("uniqueid"), message.name("queue")
        if not queue:
            return None
        serving = (Stage.TALKING, Stage.PASSED, Stage.ENDING)
        visit = self._book.find(call, queue, *serving)
        if visit is None and not call:
            visit = self._book.served_by(queue, message.name("interface"))
        if visit is None:
            visit = self._book.find(call, queue)
        if visit is not None or self._book.over(call, queue):
            return visit
        visit = self._book.lost(call, queue)
        if visit is not None:
            self._book.reopen(visit)
            return visit
        return self._book.enter(call, queue, message.name("linkedid"))

    def _unanswered(self, message: Message) -> None:
        visit = self._book.find(message.name("uniqueid"), message.name("queue"))
        if visit is None:
            return
        leg = message.name("destuniqueid") or message.name("interface")
        ring = visit.rings.get(leg)
        agent = self._roster.name_of(message)
        if ring is None:
            ring = next((r for r in visit.rings.values() if r.agent == agent), None)
        if ring is None:
            ring = Ring(agent, message.name("interface"), leg, self._telling.time)
        if not ring.agent:
            return
        result = RingEnd.REJECTED
        if message.event == "AgentRingNoAnswer":
            result = ring.result or RING_ENDS.get(ring.cause, RingEnd.NO_ANSWER)
        self._ring_ended(visit, ring, result, message.span_ms("ringtime"))

    def _dialled(self, message: Message) -> None:
        leg, status = message.name("destuniqueid"), message.text("dialstatus")
        for visit in self._book.of_call(message.name("uniqueid")):
            ring = visit.rings.get(leg)
            if ring is None:
                continue
            if status == "ANSWER":
                ring.answered = True
            elif status == "CANCEL":
                visit.ring_lost_at = self._telling.time
                self._ring_ended(visit, ring, RingEnd.CANCELLED, None)
            elif status in DIAL_ENDS:
                ring.result = DIAL_ENDS[status]

    def _ring_ended(self, visit: Visit, ring: Ring, result: RingEnd, told_ms: int | None) -> None:
        visit.rings.pop(ring.leg, None)
        ring_ms = duration_ms(ring.since, self._telling.time, told_ms)
        self._telling.tell(
            RingEnded(
                visit=visit.id,
                queue=visit.queue,
                call=visit.call,
                agent=ring.agent,
                result=result,
                ring_ms=ring_ms,
            )
        )
        self._roster.ring_over(ring)
