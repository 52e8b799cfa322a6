"""What Asterisk tells of the members of its queues: one event for each queue, all at once."""

from ingest.events import AgentMembership, AgentState
from ingest.words import AgentStatus, MembershipAction
from simulators.ami_picture import FREE, UNAVAILABLE, Member, Picture
from simulators.ami_text import Scribe


class Members:
    """Tells of members and keeps their part of the picture."""

    def __init__(self, picture: Picture, scribe: Scribe) -> None:
        self._picture = picture
        self._scribe = scribe

    def membership(self, data: AgentMembership) -> None:
        """Somebody is added to a queue, or removed from one."""
        member = self._picture.members[data.agent]
        if data.action is MembershipAction.ADDED:
            plan = member.plan
            member.login_s = self._picture.now // 1000
            penalty = plan.queues.index(data.queue) if data.queue in plan.queues else 0
            member.queues[data.queue] = penalty
            self._say("QueueMemberAdded", member, data.queue)
        elif data.action is MembershipAction.REMOVED and data.queue in member.queues:
            self._say("QueueMemberRemoved", member, data.queue)
            del member.queues[data.queue]
            if not member.queues:
                member.forget()

    def state(self, data: AgentState) -> None:
        """Somebody's state changed: a pause begins, ends, or has another reason; a phone is lost.

        Wrap-up is not told: to Asterisk the member is free.
        """
        member = self._picture.members[data.agent]
        lost = data.state is AgentStatus.UNREACHABLE
        if lost or member.status == UNAVAILABLE:
            self.status(member, UNAVAILABLE if lost else FREE)
        if data.state is AgentStatus.NOT_READY:
            if not member.paused or member.reason != data.reason:
                self._pause(member, True, data.reason)
        elif data.state is AgentStatus.READY and member.paused:
            self._pause(member, False, "")

    def _pause(self, member: Member, paused: bool, reason: str) -> None:
        member.paused, member.reason = paused, reason
        if paused:
            member.last_pause_s = self._picture.now // 1000
        for queue in member.queues:
            self._say("QueueMemberPause", member, queue)

    def status(self, member: Member, status: int) -> None:
        """His phone's state changed."""
        member.status = status
        for queue in member.queues:
            self._say("QueueMemberStatus", member, queue)

    def took(self, member: Member) -> None:
        """A conversation of his ended: it is counted, and his phone is free."""
        member.calls_taken += 1
        member.last_call_s = self._picture.now // 1000
        member.in_call = member.call = ""
        self.status(member, FREE)

    def _say(self, event: str, member: Member, queue: str) -> None:
        interface = member.plan.interface
        self._scribe.say(
            event,
            f"Queue: {queue}\r\nMemberName: {member.plan.id}\r\n"
            f"Interface: {interface}\r\nStateInterface: {interface}\r\n"
            f"Membership: dynamic\r\nPenalty: {member.queues[queue]}\r\n"
            f"CallsTaken: {member.calls_taken}\r\nLastCall: {member.last_call_s}\r\n"
            f"LastPause: {member.last_pause_s}\r\nLoginTime: {member.login_s}\r\n"
            f"InCall: {int(member.in_call == queue)}\r\nStatus: {member.status}\r\n"
            f"Paused: {int(member.paused)}\r\nPausedReason: {member.reason}\r\n"
            "Ringinuse: 0\r\nWrapuptime: 0",
        )
