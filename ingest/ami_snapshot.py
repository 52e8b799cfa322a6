"""The resync after a login: Asterisk's own lists, made into one snapshot of who waits, talks and works.

QueueStatus names the waiting callers and the members. It does not name the callers who talk: they
are the channels in the application Queue that wait no more (CoreShowChannels), and the agent is
whoever shares their bridge.
"""

from dataclasses import dataclass, field

from ingest.ami_agents import Roster
from ingest.ami_ends import Ends
from ingest.ami_message import Message
from ingest.ami_people import Agent, state_of
from ingest.ami_telling import Telling
from ingest.ami_visits import Stage, Visit, VisitBook
from ingest.events import (
    Millis,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
)
from ingest.masking import masked
from ingest.words import AgentStatus, Clock, Origin


@dataclass(slots=True)
class Lists:
    """The answers that come in, item by item. `channels` stays None if we may not list them."""

    queues: list[str] = field(default_factory=list)
    members: list[Message] = field(default_factory=list)
    entries: list[Message] = field(default_factory=list)
    found_channels: list[Message] = field(default_factory=list)
    channels: list[Message] | None = None
    queues_whole: bool = False

    def receive(self, message: Message) -> None:
        """Take an item of a list, or its end."""
        match message.event:
            case "QueueParams":
                self.queues.append(message.name("queue"))
            case "QueueMember":
                self.members.append(message)
            case "QueueEntry":
                self.entries.append(message)
            case "QueueStatusComplete":
                self.queues_whole = True
            case "CoreShowChannel":
                self.found_channels.append(message)
            case "CoreShowChannelsComplete":
                self.channels = self.found_channels
            case _:
                pass


class Snapshots:
    """Tells a snapshot from the lists and brings our own picture into line with it."""

    def __init__(self, telling: Telling, book: VisitBook, roster: Roster, ends: Ends) -> None:
        self._telling = telling
        self._book = book
        self._roster = roster
        self._ends = ends
        self._count = 0
        self._items = 0
        self._name = ""

    def tell(self, lists: Lists) -> None:
        """Tell the whole snapshot; visits that it does not name are believed lost from here on."""
        self._count += 1
        self._name, self._items = f"{self._telling.stamp.epoch}-{self._count}", 0
        queues = list(dict.fromkeys(q for q in lists.queues if q))
        self._telling.origin = Origin.SNAPSHOT
        self._telling.tell(SnapshotBegin(snapshot=self._name, queues=queues))
        self._seed_legs(lists)
        named = self._waiting(lists) | self._talking(lists)
        for visit in list(self._book.open.values()):
            if visit.id not in named:
                self._book.close(visit, lost=True)
        self._people(lists, named)
        self._telling.tell(SnapshotEnd(snapshot=self._name, items=self._items))
        self._telling.origin = Origin.LIVE

    def review(self, lists: Lists) -> None:
        """Take members that were added, changed or removed without an event, as a reload does it."""
        queues = set(lists.queues)
        listed = set()
        for message in lists.members:
            self._roster.receive(message)
            interface = message.name("location") or message.name("interface")
            listed.add((message.name("queue"), interface))
        for agent in self._roster.everyone():
            for key, member in list(agent.members.items()):
                if key[0] in queues and key not in listed:
                    self._roster.remove(agent, member)

    def _seed_legs(self, lists: Lists) -> None:
        if lists.channels is None:
            return
        self._ends.legs.clear()
        self._ends.linked.clear()
        for channel in lists.channels:
            uniqueid, linked = channel.name("uniqueid"), channel.name("linkedid")
            if uniqueid and linked and uniqueid != linked:
                self._ends.legs.setdefault(linked, set()).add(uniqueid)
                self._ends.linked[uniqueid] = linked

    def _waiting(self, lists: Lists) -> set[str]:
        named = set()
        for entry in lists.entries:
            call, queue = entry.name("uniqueid"), entry.name("queue")
            if not call or not queue:
                continue
            wait_ms = entry.seconds_ms("wait") or 0
            visit = self._book.find(call, queue, Stage.WAITING)
            known = visit is not None
            if visit is None:
                visit = self._book.enter(call, queue)
                visit.joined_at = self._telling.time - wait_ms
                visit.rebuilt = True
            visit.channel = entry.name("channel") or visit.channel
            named.add(visit.id)
            self._item(
                SnapshotVisit(
                    snapshot=self._name,
                    visit=visit.id,
                    queue=queue,
                    call=call,
                    position=entry.number("position"),
                    caller=masked(entry.text("calleridnum")),
                    since=_instant(visit.joined_at),
                ),
                None if known else Clock.ESTIMATED,
            )
        return named

    def _talking(self, lists: Lists) -> set[str]:
        if lists.channels is None:
            talking = [v for v in self._book.open.values() if not v.in_queue]
        else:
            talking = self._talking_channels(lists)
        for visit in talking:
            if visit.stage is Stage.TALKING:
                self._item(
                    SnapshotVisit(
                        snapshot=self._name,
                        visit=visit.id,
                        queue=visit.queue,
                        call=visit.call,
                        talking=True,
                        agent=visit.agent,
                        since=_instant(visit.joined_at),
                    ),
                    Clock.ESTIMATED,
                )
        return {visit.id for visit in talking}

    def _talking_channels(self, lists: Lists) -> list[Visit]:
        waiting = {(e.name("uniqueid"), e.name("queue")) for e in lists.entries}
        talking = []
        for channel in lists.channels or ():
            call = channel.name("uniqueid")
            queue = channel.text("applicationdata").partition(",")[0][:255]
            passed = [v for v in self._book.of_call(call) if v.stage is Stage.PASSED]
            talking.extend(passed)
            if channel.text("application") != "Queue" or not queue or passed:
                continue
            if (call, queue) not in waiting and channel.name("bridgeid"):
                talking.append(self._spoken(channel, call, queue, lists))
        return talking

    def _spoken(self, channel: Message, call: str, queue: str, lists: Lists) -> Visit:
        visit = self._book.find(call, queue)
        if visit is None:
            visit = self._book.enter(call, queue, channel.name("linkedid"))
            visit.rebuilt = True
        self._book.relink(visit, channel.name("linkedid"))
        visit.channel = channel.name("channel") or visit.channel
        if visit.stage is not Stage.ENDING and not visit.agent:
            visit.agent, visit.interface = self._partner(channel, queue, lists)
        if visit.in_queue:
            visit.stage = Stage.TALKING
            visit.rings.clear()
        return visit

    def _partner(self, caller: Message, queue: str, lists: Lists) -> tuple[str, str]:
        """The member whose leg shares the caller's bridge: by interface, else by his phone."""
        legs = [
            other.name("channel")
            for other in lists.channels or ()
            if other.name("bridgeid") == caller.name("bridgeid") and other is not caller
        ]
        for member in lists.members:
            if member.name("queue") != queue:
                continue
            for known in (member.name("location"), member.name("stateinterface")):
                stem = known.removeprefix("hint:").removesuffix("/n")
                phone = "PJSIP/" + stem.partition("@")[0].rpartition("/")[2]
                if stem and any(leg.startswith((stem + "-", phone + "-")) for leg in legs):
                    return self._roster.name_of(member), member.name("location")
        return "", ""

    def _people(self, lists: Lists, named: set[str]) -> None:
        before = {agent.id for agent in self._roster.everyone()}
        self._roster.forget_members()
        for agent in self._roster.everyone():
            agent.rings.clear()
            if agent.call is not None and agent.call.id not in named:
                agent.call, agent.held = None, False
        for visit in self._book.open.values():
            if visit.stage is Stage.TALKING and visit.agent:
                agent = self._roster.agent(visit.agent)
                agent.call = visit
        for message in lists.members:
            self._member(message)
        for agent in self._roster.everyone():
            if agent.members or agent.id in before:
                self._agent(agent)

    def _member(self, message: Message) -> None:
        found = self._roster.member(message)
        if found is None:
            return
        agent, member, _ = found
        member.paused = message.text("paused") == "1"
        member.reason = message.text("pausedreason")[:255] if member.paused else ""
        if member.paused:
            agent.reason = member.reason
        self._item(
            SnapshotMember(
                snapshot=self._name,
                agent=agent.id,
                queue=member.queue,
                interface=member.interface,
                paused=member.paused,
                reason=member.reason,
            )
        )

    def _agent(self, agent: Agent) -> None:
        state, reason, queue, _ = state_of(agent)
        agent.told = (state, reason, queue)
        if state is AgentStatus.SIGNED_OUT:
            return
        self._item(
            SnapshotAgent(
                snapshot=self._name,
                agent=agent.id,
                state=state,
                reason=reason,
                queue=queue,
                interface=next((phone for _, phone in agent.members), ""),
            )
        )

    def _item(
        self, data: SnapshotVisit | SnapshotAgent | SnapshotMember, clock: Clock | None = None
    ) -> None:
        self._items += 1
        self._telling.tell(data, clock=clock)


def _instant(at: Millis | None) -> Millis | None:
    return None if at is None else max(0, at)
