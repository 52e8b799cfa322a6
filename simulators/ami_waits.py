"""What Asterisk tells of callers who come, wait in its queues, and leave them unanswered."""

from ingest.events import Abandoned, Blocked, Dropped, Overflowed, Queued
from ingest.words import Block, EndedBy, Overflow
from simulators.ami_channels import Channels
from simulators.ami_members import Members
from simulators.ami_picture import FREE, Call, Picture
from simulators.ami_text import DOWN, RING, Leg, Scribe
from simulators.notes import Arrived, Gone

RTP_TIMEOUT = 44
"""The cause with which Asterisk gives up a channel whose sound has stopped: nobody hung up."""

_STATUS = {
    Overflow.TIMEOUT: "TIMEOUT",
    Overflow.EMPTY: "LEAVEEMPTY",
    Overflow.WITHDRAWN: "WITHDRAW",
}
"""QUEUESTATUS after each of the ends that Asterisk announces like an abandon."""


class Waits:
    """Tells of calls until they are answered, and of how they end."""

    def __init__(
        self, picture: Picture, scribe: Scribe, channels: Channels, members: Members
    ) -> None:
        self._picture = picture
        self._scribe = scribe
        self._channels = channels
        self._members = members

    def arrive(self, data: Arrived) -> None:
        """A line is seized."""
        now = self._picture.now
        uniqueid = f"{now // 1000}.{data.line}"
        caller = Leg(
            name=f"PJSIP/{data.trunk or 'trunk'}-{data.line & 0xFFFFFFFF:08x}",
            uniqueid=uniqueid,
            linkedid=uniqueid,
            began_at=now,
            number=data.number or "anonymous",
            state=DOWN if data.callback else RING,
            context="from-carrier",
            exten=data.did or "s",
        )
        call = self._picture.calls[data.call] = Call(data.call, data.line, caller)
        self._channels.arrives(call, dialled=data.callback)

    def enter(self, call: Call, data: Queued) -> None:
        """The caller enters a queue."""
        queue = self._picture.queues[data.queue]
        self._aim(call, data.queue)
        place = min(max(data.position or len(queue.waiting) + 1, 1), len(queue.waiting) + 1)
        queue.waiting.insert(place - 1, call)
        call.queue, call.joined_at, call.place = data.queue, self._picture.now, place
        call.dismissed = False
        self._scribe.say(
            "QueueCallerJoin",
            f"{call.caller.block}\r\nQueue: {data.queue}\r\nPosition: {place}\r\n"
            f"Count: {len(queue.waiting)}",
        )
        self._channels.music(call.caller, True)

    def refuse(self, call: Call, data: Blocked) -> None:
        """The queue is full, or nobody serves it: no queue event tells of it."""
        self._aim(call, data.queue)
        self._queue_status(call, "FULL" if data.reason is Block.FULL else "JOINEMPTY")
        self._channels.runs(call.caller, "Playback", "all-circuits-busy-now", priority=2)
        call.dismissed = True

    def overflow(self, call: Call, data: Overflowed) -> None:
        """A rule, or a key that he pressed, takes the caller out."""
        caller = call.caller
        if data.reason is Overflow.KEY:
            self._scribe.say(
                "DTMFEnd", f"{caller.block}\r\nDigit: 1\r\nDurationMs: 100\r\nDirection: Received"
            )
            self._cancel_rings(call)
            menu = f"qexit-{call.queue}"
            self._channels.runs(
                caller, caller.application, caller.app_data, context=menu, exten="1", priority=0
            )
            self.leave(call, abandoned=False)
        else:
            self._cancel_rings(call)
            self.leave(call, abandoned=True)
            if data.reason in _STATUS:
                self._queue_status(call, _STATUS[data.reason])
        if data.to_queue:
            self._channels.runs(caller, "Goto", f"q-{data.to_queue},v0,1", priority=2)
        else:
            self._channels.runs(caller, "Playback", "vm-intro", priority=2)
            call.dismissed = True

    def give_up(self, call: Call, data: Abandoned | Dropped) -> None:
        """The caller hangs up, or is cut off, before an answer."""
        cause = int(data.cause) if isinstance(data, Dropped) and data.cause.isdigit() else 16
        self.asked(call.caller, cause)
        call.closing = True
        self._cancel_rings(call, silent=True)
        self._channels.music(call.caller, False)
        self.leave(call, abandoned=True)
        self._channels.released(call.caller)
        self._silence(call)

    def leave(self, call: Call, *, abandoned: bool) -> None:
        """He is in the queue no more. Asterisk calls most of it abandoned."""
        queue = self._picture.queues[call.queue]
        place = queue.waiting.index(call) + 1
        del queue.waiting[place - 1]
        if abandoned:
            hold_s = (self._picture.now - call.joined_at) // 1000
            queue.abandon(hold_s)
            self._scribe.say(
                "QueueCallerAbandon",
                f"{call.caller.block}\r\nQueue: {call.queue}\r\nPosition: {place}\r\n"
                f"OriginalPosition: {call.place}\r\nHoldTime: {hold_s}",
            )
        self._scribe.say(
            "QueueCallerLeave",
            f"{call.caller.block}\r\nQueue: {call.queue}\r\nPosition: {place}\r\n"
            f"Count: {len(queue.waiting)}",
        )

    def asked(self, leg: Leg, cause: int) -> None:
        """This end hangs up. A channel that only fell silent is given up by Asterisk itself."""
        if cause == RTP_TIMEOUT:
            self._channels.released(leg, 1)
        else:
            self._channels.asked(leg, cause)

    def gone(self, data: Gone) -> None:
        """The caller's channel ends, and with it the call."""
        call = self._picture.calls.pop(data.call, None)
        if call is None:
            return
        caller, partner = call.caller, call.partner
        if not call.closing:
            if call.taken_from:
                self._told_late(call)
            if partner is not None and data.by is EndedBy.AGENT:
                self._channels.asked(partner, data.cause)
            elif not call.dismissed:
                self.asked(caller, data.cause)
            if partner is not None:
                self._channels.leaves(call.bridge, caller, partner)
                self._channels.torn_down(call.bridge)
            self._channels.released(caller)
        self._channels.runs(caller, "NoOp", f"hangup {data.cause}", exten="h", priority=1)
        if partner is not None:
            self._channels.ended(partner, data.cause)
        self._channels.ended(caller, data.cause)

    def _told_late(self, call: Call) -> None:
        """The queue tells of one who was taken over only now, and no word of the agent's channel."""
        member, queue = self._picture.members[call.taken_from], self._picture.queues[call.queue]
        hold_s = (call.talking_since - call.joined_at) // 1000
        talk_s = (self._picture.now - call.talking_since) // 1000
        queue.complete(hold_s, talk_s)
        self._scribe.say(
            "AgentComplete",
            f"{call.caller.block}\r\nQueue: {call.queue}\r\n"
            f"Interface: {member.plan.interface}\r\nMemberName: {member.plan.id}\r\n"
            f"HoldTime: {hold_s}\r\nTalkTime: {talk_s}\r\nReason: caller",
        )

    def _aim(self, call: Call, queue: str) -> None:
        timeout_ms = self._picture.queues[queue].plan.timeout_ms
        timeout = "" if timeout_ms is None else str(timeout_ms // 1000)
        app_data = f"{queue},tT,,,{timeout}"
        self._channels.runs(
            call.caller, "Queue", app_data, context=f"q-{queue}", exten="v0", priority=1
        )

    def _queue_status(self, call: Call, value: str) -> None:
        body = f"{call.caller.block}\r\nVariable: QUEUESTATUS\r\nValue: {value}"
        self._scribe.say("VarSet", body)

    def _cancel_rings(self, call: Call, *, silent: bool = False) -> None:
        """The phones that ring for him are called off: it is told twice."""
        for leg in call.rung.values():
            self._channels.dialled("DialEnd", call.caller, leg, "DialStatus: CANCEL")
            self._channels.dialled("DialEnd", call.caller, leg, "DialStatus: CANCEL")
        if not silent:
            self._silence(call)

    def _silence(self, call: Call) -> None:
        for agent, leg in call.rung.items():
            self._channels.ended(leg, 0)
            self._members.status(self._picture.members[agent], FREE)
        call.rung.clear()
