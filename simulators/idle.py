"""Who is free for the next call, queue by queue: those best at it first, and of those the idlest."""

from typing import Generic, Protocol, TypeVar

from simulators.plans import AgentPlan


class Idler(Protocol):
    """One who may be free. He gets no calls of the queues in `shut`."""

    plan: AgentPlan
    shut: set[str]


A = TypeVar("A", bound=Idler)


class IdleLines(Generic[A]):
    """Everybody who is free. `fresh` are those who became so since the floor last looked."""

    def __init__(self, queues: list[str]) -> None:
        self.fresh: list[A] = []
        # A dict keeps the order of insertion: the first in it has been idle longest.
        self._lines: dict[str, list[dict[str, A]]] = {queue: [] for queue in queues}

    def put(self, agent: A) -> None:
        """He is free, for all the queues that he serves."""
        for level, name in enumerate(agent.plan.queues):
            if name not in agent.shut:
                lines = self._lines[name]
                while len(lines) <= level:
                    lines.append({})
                lines[level][agent.plan.id] = agent
        self.fresh.append(agent)

    def take(self, agent: A) -> None:
        """He is free no more."""
        for level, name in enumerate(agent.plan.queues):
            if name not in agent.shut:
                del self._lines[name][level][agent.plan.id]

    def first(self, queue: str) -> A | None:
        """The one best at this queue and of those the one idle longest."""
        for level in self._lines[queue]:
            for agent in level.values():
                return agent
        return None
