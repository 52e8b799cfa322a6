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
        """Somebody is added to a queue, removed from one, or paused in one by others."""
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
            member.pauses.pop(data.queue, None)
            if not member.queues:
                member.forget()
        elif data.queue in member.queues:
            paused = data.action is MembershipAction.PAUSED
            self._pause(member, [data.queue], data.reason if paused else None)

    def state(self, data: AgentState) -> None:
        """Somebody's state changed: a pause begins, ends, or has another reason; a phone is lost.

        Wrap-up is not told: to Asterisk the member is free.
        """
        member = self._picture.members[data.agent]
        lost = data.state is AgentStatus.UNREACHABLE
        if lost or member.status == UNAVAILABLE:
            self.status(member, UNAVAILABLE if lost else FREE)
        if data.state is AgentStatus.NOT_READY:
            own = [q for q in member.queues if member.pauses.get(q, member.reason) == member.reason]
            changed = [q for q in own if member.pauses.get(q) != data.reason]
            if changed:
                member.reason = data.reason
                self._pause(member, changed, data.reason)
        elif data.state is AgentStatus.READY and member.pauses.keys() >= member.queues.keys():
            over = [q for q in member.queues if member.pauses.get(q) == member.reason]
            if over:
                self._pause(member, over, None)

    def _pause(self, member: Member, queues: list[str], reason: str | None) -> None:
        """Paused in these queues for this reason; None: no more."""
        if reason is not None:
            member.last_pause_s = self._picture.now // 1000
        for queue in queues:
            if reason is None:
                member.pauses.pop(queue, None)
            else:
                member.pauses[queue] = reason
            self._say("QueueMemberPause", member, queue)
        if not member.pauses:
            member.reason = ""

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
            f"Paused: {int(queue in member.pauses)}\r\n"
            f"PausedReason: {member.pauses.get(queue, '')}\r\n"
            "Ringinuse: 0\r\nWrapuptime: 0",
        )
