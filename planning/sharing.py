"""Who serves several queues is shared out among them, to where callers wait longest. Pure.

An agent of several queues takes whoever has waited longest. So his time goes to his queues until
callers wait alike in them, as far as he can bring that about; how long they wait with so many agents
is told by Erlang A. What comes out is a crew for each queue, with a part of an agent as a helper of
that speed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

from planning.erlang import erlang_a
from planning.transient import Crew

_PARTS = 4
"""An agent's time is shared out in quarters."""
_SWEEPS = 8
"""Each gives everybody's time anew; it ends earlier if nobody's time is given otherwise."""
_LEAST_PART = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An agent of these queues, on the phones for this share of the time asked about.

    Less than 1 for whoever goes to a break in it, or comes back from one, or works faster or slower.
    """

    queues: tuple[str, ...]
    share: float = 1.0


def crews(
    demand: Mapping[str, Crew], servers: Sequence[Server], waits: Mapping[str, "Waits"]
) -> dict[str, Crew]:
    """Each queue's crew: those who serve it alone, and its part of those who serve several.

    `demand` are the queues' calls, with whoever serves them besides, and `waits` how long those wait.
    """
    there = {id: crew.agents + sum(crew.helpers) for id, crew in demand.items()}
    shared = []
    for server in servers:
        if len(server.queues) == 1:
            there[server.queues[0]] += server.share
        elif server.queues:
            shared.append(server)
    given: list[list[str]] = [[] for _ in shared]
    for _ in range(_SWEEPS):
        before = [sorted(queues) for queues in given]
        for n, server in enumerate(shared):
            part = server.share / _PARTS
            for id in given[n]:
                there[id] -= part
            given[n] = []
            for _ in range(_PARTS):
                longest = max(server.queues, key=lambda id: waits[id].at(there[id]))
                given[n].append(longest)
                there[longest] += part
        if [sorted(queues) for queues in given] == before:
            break
    return {id: crew_of(crew, there[id]) for id, crew in demand.items()}


class Waits:
    """How long callers of a queue wait in balance, by how many serve it.

    `waiting` callers must be served besides those to come within `within_s` seconds.
    """

    def __init__(self, crew: Crew, waiting: int, within_s: float) -> None:
        self._crew = crew
        self._per_hour = crew.per_hour + waiting * 3_600 / within_s
        self._known: dict[int, float] = {}

    def at(self, agents: float) -> float:
        """Mean seconds; of a part of an agent between those of its neighbours."""
        whole = floor(agents + _LEAST_PART)
        part = max(agents - whole, 0.0)
        return (1 - part) * self._with(whole) + (part * self._with(whole + 1) if part else 0.0)

    def _with(self, agents: int) -> float:
        if agents not in self._known:
            found = erlang_a(
                per_hour=self._per_hour,
                handling_s=self._crew.handling_s,
                agents=agents,
                patience_s=self._crew.patience_s,
            )
            self._known[agents] = found.abandons * self._crew.patience_s
        return self._known[agents]


def crew_of(crew: Crew, agents: float) -> Crew:
    """The same calls, served by so many agents: a part of one is a helper of that speed."""
    whole = floor(agents + _LEAST_PART)
    part = agents - whole
    return replace(crew, agents=whole, helpers=(part,) if part > _LEAST_PART else ())
