"""Whom an alert or an incident concerns, by the scopes that they speak of: `queue:sales`, `trunk:a`.

Pure.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from dashboard.access import Scope

_GLOB = frozenset("*?[")
Sees = Callable[[str], bool]
"""Whether somebody sees what is said of a scope; of "", the whole floor, everybody does."""


def everything(place: str) -> bool:
    """What whoever looks after all of the floor sees."""
    return True


def concerns(scope: Scope, place: str, agents: Collection[str]) -> bool:
    """Whether what is said of `place` is within a scope; `agents` are those whom it has.

    What has no queue, team or agent concerns everybody: a line that is down is down for all.
    """
    if scope.whole:
        return True
    kind, _, name = place.partition(":")
    match kind:
        case "queue":
            return scope.has_queue(name)
        case "team":
            return scope.teams is not None and name in scope.teams
        case "agent":
            return name in agents
        case "group":
            return False
        case _:
            return True


def of_anybody(place: str) -> bool:
    """Whether it is about one person."""
    return place.startswith("agent:")


def is_pattern(place: str) -> bool:
    """Whether it speaks of more than one scope, as a silence may."""
    return not _GLOB.isdisjoint(place)


def own_agents(scope: Scope, agents: Mapping[str, Any]) -> dict[str, Any]:
    """Of the agents, as screens are shown them, those that a scope has."""
    return {
        id: row
        for id, row in agents.items()
        if scope.has_agent(row.get("team", ""), row.get("queues", ()))
    }


def is_seen(sees: Sees, head: str, others: Iterable[str]) -> bool:
    """Whether an incident of these scopes is seen: by whoever sees one of them. What is named after
    a person is not told without him."""
    return sees(head) or (not of_anybody(head) and any(map(sees, others)))


def is_public(incident: Mapping[str, Any], scope: Scope) -> bool:
    """Whether an incident concerns a scope, and no single person: what may hang before everybody."""
    head = str(incident.get("scope", ""))
    sees = partial(concerns, scope, agents=())
    return not of_anybody(head) and is_seen(sees, head, incident.get("others", ()))


def own_part(incident: Mapping[str, Any], sees: Sees) -> Mapping[str, Any] | None:
    """As much of an incident, as screens are shown it, as is seen; None if nothing is."""
    others = incident.get("others", ())
    if not is_seen(sees, str(incident.get("scope", "")), others):
        return None
    if all(map(sees, others)):
        return incident
    return {**incident, "others": [place for place in others if sees(place)]}
