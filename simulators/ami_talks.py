"""What Asterisk tells of phones that ring for its queues, and of the conversations that follow."""

from ingest.events import Answered, Completed, Dropped, Held, Retrieved, RingEnded, Ringing
from ingest.words import EndedBy, RingEnd
from simulators.ami_channels import Channels
from simulators.ami_members import Members
from simulators.ami_picture import FREE, IN_USE, RINGING, Call, Member, Picture
from simulators.ami_text import RINGING as RINGS
from simulators.ami_text import UP, Leg, Scribe
from simulators.ami_waits import Waits

_CAUSES = {RingEnd.BUSY: 17, RingEnd.REJECTED: 21, RingEnd.UNREACHABLE: 20}
_DIAL_ENDS = {RingEnd.BUSY: "BUSY", RingEnd.REJECTED: "BUSY", RingEnd.UNREACHABLE: "CHANUNAVAIL"}


class Talks:
    """Tells of rings and conversations."""

    def __init__(
        self,
        picture: Picture,
        scribe: Scribe,
        channels: Channels,
        members: Members,
        waits: Waits,
    ) -> None:
        self._picture = picture
        self._scribe = scribe
        self._channels = channels
        self._members = members
        self._waits = waits

    def ring(self, call: Call, data: Ringing) -> None:
        """A member's phone rings for the caller."""
        member, caller = self._picture.members[data.agent], call.caller
        leg = self._channels.new_leg(
            call,
            member.plan.interface,
            number=member.extension,
            caller=member.name,
            context="from-phones",
        )
        leg.turn(exten=caller.exten, line_number=caller.number, line_name=caller.caller)
        call.rung[data.agent], call.rung_at = leg, self._picture.now
        self._say("AgentCalled", call, leg, member)
        tail = f"DialString: {member.plan.interface}"
        self._channels.dialled("DialBegin", caller, leg, tail)
        caller.turn(line_number=leg.number, line_name=leg.caller)
        self._scribe.say("NewConnectedLine", caller.block)
        self._channels.turned(leg, RINGS)
        self._channels.runs(leg, "AppQueue", "(Outgoing Line)")
        self._members.status(member, RINGING)
        self._channels.dialled("DialState", caller, leg, "DialStatus: RINGING")

    def ring_over(self, call: Call, data: RingEnded) -> None:
        """The phone was not answered. Asterisk calls a busy or refused one that too."""
        leg = call.rung.pop(data.agent, None)
        if leg is None:
            return
        member, caller = self._picture.members[data.agent], call.caller
        ring_ms = (self._picture.now - call.rung_at) // 1000 * 1000
        cause = _CAUSES.get(data.result, 0)
        if data.result is RingEnd.CANCELLED:
            self._channels.dialled("DialEnd", caller, leg, "DialStatus: CANCEL")
            self._channels.dialled("DialEnd", caller, leg, "DialStatus: CANCEL")
        elif cause:
            self._channels.asked(leg, cause)
            tail = f"DialStatus: {_DIAL_ENDS[data.result]}"
            self._channels.dialled("DialEnd", caller, leg, tail)
            self._say("AgentRingNoAnswer", call, leg, member, f"\r\nRingTime: {ring_ms}")
        else:
            self._say("AgentRingNoAnswer", call, leg, member, f"\r\nRingTime: {ring_ms}")
            self._channels.dialled("DialEnd", caller, leg, "DialStatus: NOANSWER")
            self._channels.dialled("DialEnd", caller, leg, "DialStatus: CANCEL")
        self._channels.ended(leg, cause)
        self._members.status(member, FREE)

    def answer(self, call: Call, data: Answered) -> None:
        """The member answers: the caller leaves the queue, and then is connected."""
        now, caller = self._picture.now, call.caller
        leg, member = call.rung.pop(data.agent), self._picture.members[data.agent]
        self._channels.turned(leg, UP)
        self._channels.dialled("DialEnd", caller, leg, "DialStatus: ANSWER")
        self._members.status(member, IN_USE)
        self._channels.music(caller, False)
        self._waits.leave(call, abandoned=False)
        call.partner, call.talking_since = leg, now
        hold_s, ring_s = (now - call.joined_at) // 1000, (now - call.rung_at) // 1000
        queue = self._picture.queues[call.queue]
        queue.hold_s = (3 * queue.hold_s + hold_s) >> 2
        tail = f"\r\nHoldTime: {hold_s}\r\nRingTime: {ring_s}"
        self._say("AgentConnect", call, leg, member, tail)
        member.in_call, member.call = call.queue, call.id
        call.bridge = self._channels.bridge(leg, caller)

    def hold(self, call: Call, data: Held | Retrieved) -> None:
        """The agent's phone parks the caller, or takes him back. His device still is in use."""
        leg = call.partner
        if leg is None:
            return
        if isinstance(data, Held):
            self._scribe.say("Hold", leg.block + "\r\nMusicClass: default")
        else:
            self._scribe.say("Unhold", leg.block)
        self._channels.music(call.caller, isinstance(data, Held))

    def complete(self, call: Call, data: Completed | Dropped) -> None:
        """The conversation ends: somebody hung up, or a fault cut it off."""
        leg, caller = call.partner, call.caller
        if leg is None:
            return
        by_agent = isinstance(data, Completed) and data.ended_by is EndedBy.AGENT
        cause = int(data.cause) if isinstance(data, Dropped) and data.cause.isdigit() else 16
        self._waits.asked(leg if by_agent else caller, cause)
        self.counted(call, data.agent, "agent" if by_agent else "caller")
        self._channels.leaves(call.bridge, *((leg, caller) if by_agent else (caller, leg)))
        self._channels.released(caller)
        elsewhere = cause == 16 and not by_agent and call.line // 10 % 3 == 0
        self._channels.ended(leg, 26 if elsewhere else cause)
        self._channels.torn_down(call.bridge)
        call.partner, call.bridge, call.closing = None, None, True
        self._members.took(self._picture.members[data.agent])

    def counted(self, call: Call, agent: str, reason: str) -> None:
        """The conversation is over for the queue."""
        leg, member, now = call.partner, self._picture.members[agent], self._picture.now
        if leg is None:
            return
        hold_s = (call.talking_since - call.joined_at) // 1000
        talk_s = (now - call.talking_since) // 1000
        self._picture.queues[call.queue].complete(hold_s, talk_s)
        tail = f"\r\nHoldTime: {hold_s}\r\nTalkTime: {talk_s}\r\nReason: {reason}"
        self._say("AgentComplete", call, leg, member, tail)

    def _say(self, event: str, call: Call, leg: Leg, member: Member, tail: str = "") -> None:
        self._scribe.say(
            event,
            f"{call.caller.block}\r\n{leg.dest}\r\nQueue: {call.queue}\r\n"
            f"Interface: {member.plan.interface}\r\nMemberName: {member.plan.id}{tail}",
        )
