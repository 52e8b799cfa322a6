"""The people who answer: one state per person, out of his memberships, his phones and his calls.

Asterisk tells of members, one per queue and phone. A person is the member's name (or what the
configuration maps his interface to); the state is the first that holds in `AgentStatus`.
"""

from collections.abc import Iterator, Mapping

from ingest.ami_causes import line_of
from ingest.ami_message import Message
from ingest.ami_people import IN_USE, ON_HOLD, Agent, Member, state_of
from ingest.ami_telling import Telling, Timer
from ingest.ami_visits import Ring, Visit
from ingest.events import AgentMembership, AgentState, Millis
from ingest.words import Clock, MembershipAction

GRACE_MS = 1_000
"""How long the phone of a released agent may still seem in use: its own event follows the call's."""

LONGEST_REASON = 255
FREED_MS = 500
"""How long a free phone is doubted while its queue call has not been told to end."""


class Roster:
    """All agents of one Asterisk, and what is told of them."""

    def __init__(
        self, telling: Telling, wrap_up_ms: Mapping[str, Millis], names: Mapping[str, str]
    ) -> None:
        """`wrap_up_ms` per queue (AMI publishes none); `names` maps interfaces to agent ids."""
        self.agents: dict[str, Agent] = {}
        self._telling = telling
        self._wrap_up_ms = wrap_up_ms
        self._names = names
        self._by_interface: dict[str, str] = {}

    def name_of(self, message: Message) -> str:
        """The agent that an event is about: mapped interface, else member name, else interface."""
        interface = message.name("interface") or message.name("location") or message.name("member")
        device = message.name("stateinterface")
        mapped = self._names.get(interface) or self._names.get(device)
        name = message.name("membername") or message.name("name")
        known = self._by_interface.get(interface, "")
        found = mapped or name or known or interface
        if found and interface:
            self._by_interface[interface] = found
            if device:
                self._by_interface[device] = found
        return found

    def at(self, interface: str) -> str:
        """The agent known by this interface or phone, empty if none is."""
        return self._names.get(interface) or self._by_interface.get(interface, "")

    def trunk_of(self, channel: str) -> str:
        """The line by which this caller came in; empty if it is an agent's own phone, or no line."""
        line = line_of(channel)
        return "" if self.at(line) or line.startswith("Local/") else line

    def agent(self, name: str) -> Agent:
        """The agent of that name, made if he is new."""
        found = self.agents.get(name)
        if found is None:
            found = self.agents[name] = Agent(name)
        return found

    def member(self, message: Message) -> tuple[Agent, Member, bool] | None:
        """The membership that a message speaks of, brought up to date; whether it is new."""
        name, queue = self.name_of(message), message.name("queue")
        if not name or not queue:
            return None
        agent = self.agent(name)
        interface = message.name("interface") or message.name("location") or name
        device = message.name("stateinterface") or interface
        member = agent.members.get((queue, interface))
        new = member is None
        if member is None:
            member = agent.members[(queue, interface)] = Member(queue, interface, device)
        member.device = device
        status = message.number("status")
        if status is not None:
            for other in agent.members.values():
                if other.device == device:
                    other.status = status
        member.wrap_up_ms = message.seconds_ms("wrapuptime") or 0
        return agent, member, new

    def receive(self, message: Message) -> None:
        """A QueueMemberStatus, -Added, -Removed, or -Pause."""
        if message.event == "QueueMemberRemoved":
            self._removed(message)
            return
        found = self.member(message)
        if found is None:
            return
        agent, member, new = found
        if new:
            self._membership(agent, member, MembershipAction.ADDED)
        self.pause(agent, member, message)
        if message.event == "QueueMemberStatus":
            self._status_seen(agent, member)
        self.settle(agent)

    def pause(self, agent: Agent, member: Member, message: Message) -> None:
        """Take the pause flag and its reason; tell what changed."""
        flag = message.text("paused")
        if flag not in ("0", "1"):
            return
        paused = flag == "1"
        reason = _reason(message) if paused else ""
        if (paused, reason) == (member.paused, member.reason):
            return
        was = member.paused
        member.paused, member.reason = paused, reason
        if paused:
            agent.reason = reason
            self._membership(agent, member, MembershipAction.PAUSED)
        elif was:
            self._membership(agent, member, MembershipAction.UNPAUSED)

    def _status_seen(self, agent: Agent, member: Member) -> None:
        agent.grace_until = 0
        if agent.call is None or not member.dependable:
            return
        if member.status == 1 and member.interface == agent.call.interface:
            if agent.freed_at is None:
                agent.freed_at = self._telling.time
                agent.doubt_until = self._telling.recvtime + FREED_MS
                self._telling.wait(FREED_MS, Timer.FREED, agent.id)
        elif member.status in IN_USE:
            agent.freed_at = None

    def _removed(self, message: Message) -> None:
        agent = self.agents.get(self.name_of(message))
        queue = message.name("queue")
        interface = message.name("interface") or message.name("location")
        member = agent.members.pop((queue, interface), None) if agent else None
        if agent is None or member is None:
            return
        self._membership(agent, member, MembershipAction.REMOVED)
        self.settle(agent)

    def remove(self, agent: Agent, member: Member) -> None:
        """A membership is gone without an event of its own."""
        if agent.members.pop((member.queue, member.interface), None) is not None:
            self._membership(agent, member, MembershipAction.REMOVED)
            self.settle(agent)

    def _membership(self, agent: Agent, member: Member, action: MembershipAction) -> None:
        self._telling.tell(
            AgentMembership(
                agent=agent.id,
                queue=member.queue,
                action=action,
                reason=member.reason if action is MembershipAction.PAUSED else "",
                interface=member.interface,
            )
        )

    def forget_members(self) -> None:
        """The list of members comes anew and whole."""
        for agent in self.agents.values():
            agent.members.clear()

    def rings(self, visit: Visit, ring: Ring) -> None:
        """A phone of his rings for this visit."""
        agent = self.agent(ring.agent)
        agent.rings[ring.leg] = (visit, ring)
        self.settle(agent)

    def ring_over(self, ring: Ring) -> None:
        """It does not ring any more. A phone that still says so will tell of itself at once."""
        agent = self.agents.get(ring.agent)
        if agent is None or agent.rings.pop(ring.leg, None) is None:
            return
        if state_of(agent)[0] is not agent.told[0]:
            self.settle(agent)

    def connected(self, visit: Visit) -> None:
        """He talks to this visit's caller now."""
        agent = self.agent(visit.agent)
        agent.call, agent.held, agent.freed_at = visit, False, None
        agent.acw_until, agent.rings = 0, {}
        self.settle(agent)

    def hold(self, visit: Visit, held: bool) -> None:
        """He parked the caller, or took him back."""
        agent = self.agents.get(visit.agent)
        if agent is not None and agent.call is visit:
            agent.held = held
            self.settle(agent)

    def released(self, visit: Visit, at: Millis) -> None:
        """His part of this call ended at `at`: wrap-up begins there, if the queue has any."""
        agent = self.agents.get(visit.agent)
        if agent is None or agent.call is not visit:
            return
        agent.call, agent.held, agent.freed_at = None, False, None
        if any(m.status in IN_USE or m.status == ON_HOLD for m in agent.members.values()):
            agent.grace_until = self._telling.recvtime + GRACE_MS
            self._telling.wait(GRACE_MS, Timer.SETTLED, agent.id)
        own = [m.wrap_up_ms for m in agent.members.values() if m.queue == visit.queue]
        wrap_up_ms = next((ms for ms in own if ms), self._wrap_up_ms.get(visit.queue, 0))
        remaining_ms = at + wrap_up_ms - self._telling.time
        if wrap_up_ms > 0 and remaining_ms > 0:
            agent.acw_until, agent.acw_queue = at + wrap_up_ms, visit.queue
            agent.acw_due = self._telling.recvtime + remaining_ms
            agent.acw_clock = self._telling.clock
            self._telling.wait(remaining_ms, Timer.WRAPPED, agent.id)
        self.settle(agent)

    def ring_off(self, name: str) -> None:
        """A settling timer rang: the phone's own state counts again."""
        agent = self.agents.get(name)
        if agent is not None and self._telling.recvtime >= agent.grace_until:
            agent.grace_until = 0
            self.settle(agent)

    def freed(self, name: str) -> tuple[Visit, Millis] | None:
        """A free phone was doubted long enough: the visit that he is rid of, and since when."""
        agent = self.agents.get(name)
        if agent is None or agent.freed_at is None or agent.call is None:
            return None
        if self._telling.recvtime < agent.doubt_until:
            return None
        return agent.call, agent.freed_at

    def wrapped(self, name: str) -> None:
        """A wrap-up timer rang: tell what he is from its exact end on."""
        agent = self.agents.get(name)
        if agent is None or not agent.acw_until or self._telling.recvtime < agent.acw_due:
            return
        ends_at, agent.acw_until = agent.acw_until, 0
        self.settle(agent, time=ends_at, clock=agent.acw_clock)

    def settle(
        self,
        agent: Agent,
        *,
        time: Millis | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Tell the agent's state if it is another than the one told last."""
        state, reason, where, visit = state_of(agent)
        if (state, reason, where) == agent.told:
            return
        agent.told = (state, reason, where)
        phone = next((interface for _, interface in agent.members), "")
        self._telling.tell(
            AgentState(
                agent=agent.id,
                state=state,
                reason=reason,
                queue=where,
                visit=visit,
                interface=phone,
            ),
            time=time,
            clock=clock,
        )

    def everyone(self) -> Iterator[Agent]:
        """All agents, in the order in which they were first heard of."""
        return iter(list(self.agents.values()))


def _reason(message: Message) -> str:
    """Why he paused. Up to Asterisk 13 the header may be called Reason."""
    return (message.text("pausedreason") or message.text("reason"))[:LONGEST_REASON]
