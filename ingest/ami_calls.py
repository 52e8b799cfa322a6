"""What Asterisk tells of calls in queues, put on the visits: who joins, rings, answers, holds, hangs up."""

from ingest.ami_agents import Roster
from ingest.ami_causes import CUT_OFF, DIAL_ENDS, RING_ENDS, line_of, masked
from ingest.ami_ends import LEFT_BY_RULE, WINDOW_MS, Ends
from ingest.ami_message import Message
from ingest.ami_telling import Telling, Timer
from ingest.ami_visits import Fault, Passing, Ring, Stage, Visit, VisitBook, duration_ms
from ingest.events import (
    Answered,
    Block,
    Blocked,
    Held,
    Overflow,
    Queued,
    Retrieved,
    RingEnd,
    RingEnded,
    Ringing,
)

REFUSED = {"FULL": Block.FULL, "JOINEMPTY": Block.NO_AGENTS, "JOINUNAVAIL": Block.NO_AGENTS}


class Calls:
    """Reads the call and queue events. `channels` are the legs that are up, by Uniqueid."""

    def __init__(self, telling: Telling, book: VisitBook, roster: Roster, ends: Ends) -> None:
        self._telling = telling
        self._book = book
        self._roster = roster
        self._ends = ends
        self._channels: dict[str, str] = {}
        self._aimed: dict[str, str] = {}
        self._causes: dict[str, int] = {}

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
            case "Hold" | "Unhold":
                self._held(message)
            case _:
                self._channel(message)

    def _channel(self, message: Message) -> None:
        match message.event:
            case "Newchannel":
                self._born(message)
            case "Newexten":
                self._dialplan(message)
            case "VarSet":
                self._queue_status(message)
            case "HangupRequest" | "SoftHangupRequest":
                self._hanging_up(message)
            case "Hangup":
                self._hung_up(message)
            case "BlindTransfer":
                self._passed(message, "blind", message.name("extension"))
            case "AttendedTransfer":
                to = message.name("secondtransfererconnectedlinenum")
                self._passed(
                    message, "attended", to or message.name("origtransfererconnectedlinenum")
                )

    def _joined(self, message: Message) -> None:
        call, queue = message.name("uniqueid"), message.name("queue")
        if not call or not queue:
            return
        self._alive(call, joined=True)
        known = self._book.find(call, queue, Stage.WAITING)
        if known is not None and known.rebuilt:
            known.rebuilt = False
            return
        if known is not None:
            self._ends.overflow(known, Overflow.OTHER)
        visit = self._book.enter(call, queue, message.name("linkedid"))
        visit.channel = message.name("channel")
        visit.joined_at = self._telling.time
        self._aimed.pop(call, None)
        self._telling.tell(
            Queued(
                visit=visit.id,
                queue=queue,
                call=call,
                position=message.number("position"),
                caller=masked(message.text("calleridnum")),
                priority=message.number("queuepriority"),
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
        if visit.stage is Stage.PASSED:
            self._book.close(visit)
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
            result = RING_ENDS.get(self._causes.get(ring.leg, 0), RingEnd.NO_ANSWER)
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
                cause = next((c for c, end in RING_ENDS.items() if end is DIAL_ENDS[status]), 0)
                self._causes.setdefault(leg, cause)

    def _ring_ended(self, visit: Visit, ring: Ring, result: RingEnd, told_ms: int | None) -> None:
        visit.rings.pop(ring.leg, None)
        self._causes.pop(ring.leg, None)
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

    def _held(self, message: Message) -> None:
        channel = message.name("uniqueid")
        for visit in self._book.of_link(message.name("linkedid")):
            if visit.stage is not Stage.TALKING or channel == visit.call:
                continue
            whose = {"visit": visit.id, "queue": visit.queue, "call": visit.call}
            if message.event == "Hold" and visit.hold_since is None:
                visit.hold_since = self._telling.time
                self._telling.tell(Held(**whose, agent=visit.agent))
                self._roster.hold(visit, held=True)
            elif message.event == "Unhold" and visit.hold_since is not None:
                visit.hold_ms += max(0, self._telling.time - visit.hold_since)
                visit.hold_since = None
                self._telling.tell(Retrieved(**whose, agent=visit.agent))
                self._roster.hold(visit, held=False)

    def _born(self, message: Message) -> None:
        channel, linked = message.name("uniqueid"), message.name("linkedid")
        if channel and linked and channel != linked:
            self._channels[channel] = linked
            self._ends.legs.setdefault(linked, set()).add(channel)

    def _dialplan(self, message: Message) -> None:
        self._ends.dialplan_seen = True
        call = message.name("uniqueid")
        if message.text("application") == "Queue":
            self._aimed[call] = message.text("appdata").partition(",")[0][:255]
        exten = message.text("extension") or message.text("exten")
        if exten == "h":
            return
        self._alive(call)
        for visit in self._book.of_call(call):
            if visit.stage is Stage.TALKING and visit.passing is None and visit.hung_up_at is None:
                legs = frozenset(self._ends.legs.get(visit.linked, ()))
                visit.passing = Passing(self._telling.time, "unknown", exten[:255], legs)
                self._telling.wait(WINDOW_MS, Timer.MOVED, visit.id)

    def _alive(self, call: str, *, joined: bool = False) -> None:
        """The caller's channel goes on in the dialplan: whoever was leaving did not hang up."""
        for visit in self._book.of_call(call):
            if visit.stage is not Stage.LEAVING:
                continue
            if not visit.abandoned:
                self._ends.overflow(visit, Overflow.KEY)
            elif joined or visit.hanging_up is None:
                self._ends.overflow(visit, Overflow.REDIRECTED)

    def _queue_status(self, message: Message) -> None:
        if message.text("variable") != "QUEUESTATUS":
            return
        self._ends.dialplan_seen = True
        call, value = message.name("uniqueid"), message.text("value")
        if value in REFUSED:
            queue = self._aimed.pop(call, "")
            if queue and call:
                self._telling.tell(Blocked(call=call, queue=queue, reason=REFUSED[value]))
            return
        reason = LEFT_BY_RULE.get(value)
        if reason is None:
            return
        for visit in self._book.of_call(call):
            if visit.in_queue:
                self._ends.overflow(visit, reason)

    def _hanging_up(self, message: Message) -> None:
        channel, cause = message.name("uniqueid"), message.number("cause")
        for visit in self._book.of_call(channel):
            if visit.in_queue and visit.hanging_up is None:
                visit.hanging_up = cause or 0
        if message.event == "HangupRequest" and cause is not None:
            self._note(message, cause)

    def _note(self, message: Message, cause: int) -> None:
        """Keep what a leg's cause says: of an offer that failed, or of a call that was cut off."""
        channel = message.name("uniqueid")
        linked = self._channels.get(channel) or message.name("linkedid")
        for visit in self._book.of_link(linked) or self._book.of_call(channel):
            if channel in visit.rings and cause:
                self._causes[channel] = cause
            if cause not in CUT_OFF or visit.in_queue:
                continue
            line = line_of(visit.channel or message.name("channel"))
            callers = channel == visit.call
            if callers or visit.stage is not Stage.PASSED:
                visit.faults.append(Fault(self._telling.time, cause, line, callers))

    def _hung_up(self, message: Message) -> None:
        channel, cause = message.name("uniqueid"), message.number("cause") or 0
        self._note(message, cause)
        linked = self._channels.pop(channel, "") or message.name("linkedid")
        legs = self._ends.legs.get(linked)
        if legs is not None:
            legs.discard(channel)
            if not legs:
                del self._ends.legs[linked]
        self._aimed.pop(channel, None)
        for visit in self._book.of_call(channel):
            self._caller_gone(visit, cause)
        for visit in self._book.of_link(linked):
            self._ends.settle(visit)

    def _caller_gone(self, visit: Visit, cause: int) -> None:
        visit.hung_up_at = self._telling.time
        visit.hanging_up = cause
        if visit.stage is Stage.PASSED:
            self._book.close(visit)
        elif visit.stage is Stage.LEAVING and visit.abandoned:
            self._ends.gone(visit, cause)
        elif visit.stage is Stage.WAITING:
            self._ends.leaving(visit)
        elif visit.stage is Stage.TALKING:
            self._telling.wait(WINDOW_MS, Timer.MOVED, visit.id)

    def moved(self, visit: Visit) -> None:
        """Two seconds after a talking caller was sent on or hung up, and no AgentComplete came."""
        if visit.stage is not Stage.TALKING:
            return
        if visit.hung_up_at is not None:
            self._ends.completing(visit, visit.hung_up_at)
            self._ends.decide(visit)
            return
        passing = visit.passing
        if passing is None:
            return
        if passing.kind != "unknown" or not passing.legs & self._ends.legs.get(visit.linked, set()):
            self._ends.passed(visit)
        else:
            visit.passing = None

    def _passed(self, message: Message, kind: str, to: str) -> None:
        if message.text("result").lower() != "success":
            return
        who = "transferer" if kind == "blind" else "origtransferer"
        linked, channel = message.name(f"{who}linkedid"), message.name(f"{who}uniqueid")
        transferee = message.name("transfereeuniqueid")
        for visit in self._book.of_link(linked) or self._book.of_call(transferee):
            if visit.stage is Stage.TALKING and channel != visit.call:
                visit.passing = Passing(self._telling.time, kind, to)
                self._telling.wait(WINDOW_MS, Timer.MOVED, visit.id)
            elif visit.stage is Stage.ENDING and visit.reason == "transfer":
                visit.passing = Passing(self._telling.time, kind, to)
                self._ends.settle(visit)
