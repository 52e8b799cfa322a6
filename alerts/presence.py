"""Who is there to take calls, and who has just gone away: for a watch over all of them.

An agent is there while he is ready, on a call or finishing one, unless he is paused in all of his
queues, or has left them all.
"""

from collections import Counter
from enum import StrEnum

from msgspec import Struct

from ingest.events import AgentMembership, AgentState, Event, Millis
from ingest.words import AgentStatus, MembershipAction
from stream.agents import Agent
from stream.floor import Floor

AT_WORK = frozenset(
    status.value
    for status in (
        AgentStatus.READY,
        AgentStatus.RINGING,
        AgentStatus.TALKING,
        AgentStatus.HOLD,
        AgentStatus.ACW,
    )
)
OUT, UNREACHABLE = AgentStatus.SIGNED_OUT.value, AgentStatus.UNREACHABLE.value
SHIFT_MS = 4 * 3_600_000 + 45 * 60_000
"""Who signs out after so long goes home: half a shift lasts five hours, and nobody works less."""
SEEN_MS = 3 * 3_600_000 + 15 * 60_000
"""The same of one who was there already when he was first heard of."""
KNOWN_MS = 3_600_000
BEGINNING_MS = 5 * 60_000
"""Who is first heard of within so long of the first of all was there before; later, he has come."""


class Going(StrEnum):
    """How somebody went away."""

    AWAY = "away"
    """He paused."""
    LOST = "lost"
    """Signed out in the midst of a shift, or his phone cannot be reached: nobody plans that."""
    LEFT = "left"
    """Signed out when he had not been seen for long: he may have come at any time before."""
    HOME = "home"
    """Signed out after a shift."""


class Person(Struct):
    """One agent: whether he is there, since when he is (or is not), and where he works.

    `came_at` is when he signed in; `came_seen` says that it was seen, not supposed. `scopes` are his
    queues and his team, as they were when he was last there.
    """

    there: bool
    signed_in: bool
    since: Millis
    came_at: Millis
    came_seen: bool
    scopes: tuple[str, ...] = ()
    reason: str = ""
    going: Going = Going.AWAY


class Presence(Struct):
    """All agents of whom was heard, from `began_at` on."""

    people: dict[str, Person] = {}
    began_at: Millis = 0

    def take(self, event: Event, floor: Floor, at: Millis) -> Person | None:
        """Enter an event of that time, which the floor has taken; gives the person if he has just
        come or gone."""
        data = event.data
        if not isinstance(data, AgentState | AgentMembership):
            return None
        agent = floor.state.agents.agents.get(floor.agents.name(data.agent))
        if agent is None or agent.now is None:
            return None
        self.began_at = self.began_at or at
        there, state = _there(agent, data), agent.now.state
        person = self.people.get(agent.id)
        if person is None:
            seen = at - self.began_at > BEGINNING_MS
            self.people[agent.id] = Person(there, state != OUT, at, at, seen, _scopes(agent, floor))
            return None
        if state != OUT and not person.signed_in:
            person.came_at, person.came_seen = at, True
        person.signed_in = state != OUT
        # Who leaves all of his queues leaves them one by one.
        if there and not _removed(data):
            person.scopes = _scopes(agent, floor)
        if person.there is there:
            return None
        person.there, person.since = there, at
        if not there:
            state = OUT if _removed(data) else state
            person.reason = data.reason or state
            person.going = _going(person, state, at)
        return person

    def meet(self, floor: Floor, now: Millis) -> None:
        """Take the people as the floor has them now, whatever became of them meanwhile."""
        for agent in floor.state.agents.agents.values():
            if agent.now is None:
                continue
            state, scopes = agent.now.state, _scopes(agent, floor)
            person = self.people.get(agent.id)
            if person is None:
                person = self.people[agent.id] = Person(
                    False, state != OUT, now, now, False, scopes
                )
            there = state in AT_WORK and (not agent.queues or not all(agent.queues.values()))
            if there is not person.there:
                person.there, person.since = there, now
            person.signed_in = state != OUT

    def everywhere(self) -> Counter[str]:
        """How many are there, by scope; "" is all."""
        count: Counter[str] = Counter()
        for one in self.people.values():
            if one.there:
                count.update(one.scopes)
                count[""] += 1
        return count

    def there(self, scope: str) -> int:
        """How many are there, of those that belong to this scope (empty: of all)."""
        people = self.people.values()
        return sum(one.there and (not scope or scope in one.scopes) for one in people)


def _going(person: Person, state: str, at: Millis) -> Going:
    if state == UNREACHABLE:
        return Going.LOST
    if state != OUT:
        return Going.AWAY
    worked_ms = at - person.came_at
    if worked_ms >= (SHIFT_MS if person.came_seen else SEEN_MS):
        return Going.HOME
    return Going.LOST if person.came_seen or worked_ms >= KNOWN_MS else Going.LEFT


def _there(agent: Agent, data: AgentState | AgentMembership) -> bool:
    assert agent.now is not None
    if agent.now.state not in AT_WORK:
        return False
    if agent.queues:
        return not all(agent.queues.values())
    return not _removed(data)


def _removed(data: AgentState | AgentMembership) -> bool:
    return isinstance(data, AgentMembership) and data.action is MembershipAction.REMOVED


def _scopes(agent: Agent, floor: Floor) -> tuple[str, ...]:
    card = floor.site.agents.get(agent.id)
    team = (f"team:{card.team}",) if card is not None and card.team else ()
    return (*(f"queue:{queue}" for queue in sorted(agent.queues)), *team)
