"""The phones of a floor: whose they are, and which cannot be reached now."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.events import Millis
from ingest.words import AgentStatus, ComponentKind, ComponentStatus
from stream.agents import Agent
from stream.floor import Floor

MANY = 3
"""Fewer are each a matter of their own."""
MANY_SHARE = 0.2
"""When this share of all goes at once, it is the telephone system and not they."""
_DOWN = ComponentStatus.DOWN.value
_ENDPOINT = ComponentKind.ENDPOINT.value
AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)
_UNREACHABLE = AgentStatus.UNREACHABLE.value


@dataclass(slots=True)
class Phones:
    """`known` names each phone by its agent, or by itself where nobody is known to use it; `down`
    says since when one cannot be reached."""

    known: set[str] = field(default_factory=set)
    down: dict[str, Millis] = field(default_factory=dict)

    @property
    def up(self) -> set[str]:
        return self.known - self.down.keys()

    @property
    def mass(self) -> bool:
        """Whether those that are down have one common cause."""
        return many(len(self.down), len(self.known))


def many(some: int, of: int) -> bool:
    """Whether so many at once have one common cause."""
    return some >= max(MANY, MANY_SHARE * of)


def signed_in(agent: Agent) -> bool:
    now = agent.now
    return now is not None and now.state not in AWAY


def extension(interface: str) -> str:
    """`1018` of `PJSIP/1018` and of `Local/1018@agents/n`: by it a phone is known to be someone's."""
    return interface.partition("/")[2].partition("@")[0].partition("/")[0]


def phones(floor: Floor) -> Phones:
    """All phones that matter now: of those who have signed out none does."""
    people = floor.state.agents
    whose = {extension(name): agent for name, agent in people.interfaces.items()}
    found = Phones()
    for part in floor.state.parts.values():
        if part.kind != _ENDPOINT:
            continue
        id = people.interfaces.get(part.name) or whose.get(extension(part.name), "")
        agent = people.agents.get(id)
        if agent is not None and not signed_in(agent):
            continue
        _enter(found, id or part.name, part.since if part.status == _DOWN else None)
    for agent in people.agents.values():
        if signed_in(agent):
            unreachable = agent.now is not None and agent.now.state == _UNREACHABLE
            _enter(found, agent.id, agent.since if unreachable else None)
    return found


def queues_of(floor: Floor, agents: Iterable[str]) -> tuple[str, ...]:
    """The queues that these people serve."""
    people = floor.state.agents.agents
    found = (people[id].queues for id in agents if id in people)
    return tuple(sorted({queue for queues in found for queue in queues}))


def _enter(found: Phones, name: str, since: Millis | None) -> None:
    found.known.add(name)
    if since is not None:
        found.down[name] = min(since, found.down.get(name, since))
