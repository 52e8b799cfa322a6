"""What is alive behind a source, as it would list it after its link came back.

Kept from all that happens, told or not, as the telephone system keeps it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Data,
    Dropped,
    Event,
    Millis,
    Overflowed,
    Queued,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
    Transferred,
    VisitData,
)
from ingest.words import AgentStatus, MembershipAction


@dataclass(slots=True)
class Alive:
    """The visits, agents and members of one source, in the order in which they came."""

    visits: dict[str, SnapshotVisit] = field(default_factory=dict)
    agents: dict[str, SnapshotAgent] = field(default_factory=dict)
    members: dict[tuple[str, str], SnapshotMember] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """This happened, whether or not anybody was told."""
        handler = _HANDLERS.get(type(event.data))
        if handler is not None:
            handler(self, event.data, event.time)

    def snapshot(self, name: str) -> list[Data]:
        """All that is alive now, between a begin and an end."""
        items = list(self._items(name))
        return [
            SnapshotBegin(snapshot=name),
            *items,
            SnapshotEnd(snapshot=name, items=len(items)),
        ]

    def _items(self, name: str) -> Iterator[Data]:
        for member in self.members.values():
            yield replace(member, snapshot=name)
        for agent in self.agents.values():
            yield replace(agent, snapshot=name)
        waiting: dict[str, int] = {}
        for visit in self.visits.values():
            position = None
            if not visit.talking:
                position = waiting[visit.queue] = waiting.get(visit.queue, 0) + 1
            yield replace(visit, snapshot=name, position=position)


def _begin(alive: Alive, data: Queued, at: Millis) -> None:
    alive.visits[data.visit] = SnapshotVisit(
        snapshot="-",
        visit=data.visit,
        queue=data.queue,
        call=data.call,
        caller=data.caller,
        since=at,
    )


def _answer(alive: Alive, data: Answered, at: Millis) -> None:
    visit = alive.visits.get(data.visit)
    if visit is None:
        begun = at - (data.wait_ms or 0)
        _begin(alive, Queued(visit=data.visit, queue=data.queue, call=data.call), begun)
        visit = alive.visits[data.visit]
    alive.visits[data.visit] = replace(visit, talking=True, agent=data.agent)


def _end(alive: Alive, data: VisitData, _: Millis) -> None:
    alive.visits.pop(data.visit, None)


def _turn(alive: Alive, data: AgentState, at: Millis) -> None:
    if data.state is AgentStatus.SIGNED_OUT:
        alive.agents.pop(data.agent, None)
        return
    alive.agents[data.agent] = SnapshotAgent(
        snapshot="-",
        agent=data.agent,
        state=data.state,
        reason=data.reason,
        queue=data.queue,
        interface=data.interface,
        since=at if data.since is None else data.since,
    )


def _join(alive: Alive, data: AgentMembership, _: Millis) -> None:
    key = data.agent, data.queue
    if data.action is MembershipAction.REMOVED:
        alive.members.pop(key, None)
        return
    paused = data.action is MembershipAction.PAUSED
    known = alive.members.get(key)
    alive.members[key] = SnapshotMember(
        snapshot="-",
        agent=data.agent,
        queue=data.queue,
        interface=data.interface or (known.interface if known is not None else ""),
        paused=paused,
        reason=data.reason if paused else "",
    )


def _listed_visit(alive: Alive, data: SnapshotVisit, at: Millis) -> None:
    alive.visits[data.visit] = data if data.since is not None else replace(data, since=at)


def _listed_agent(alive: Alive, data: SnapshotAgent, at: Millis) -> None:
    alive.agents[data.agent] = data if data.since is not None else replace(data, since=at)


def _listed_member(alive: Alive, data: SnapshotMember, _: Millis) -> None:
    alive.members[data.agent, data.queue] = data


_HANDLERS: dict[type[Data], Callable[[Alive, Any, Millis], None]] = {
    Queued: _begin,
    Answered: _answer,
    Completed: _end,
    Transferred: _end,
    Dropped: _end,
    Abandoned: _end,
    Overflowed: _end,
    AgentState: _turn,
    AgentMembership: _join,
    SnapshotVisit: _listed_visit,
    SnapshotAgent: _listed_agent,
    SnapshotMember: _listed_member,
}
