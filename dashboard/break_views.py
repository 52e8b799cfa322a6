"""What of breaks and moves is shown to whom: to a supervisor his people's, to an agent his own. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from dashboard.access import Scope
from dashboard.frames import Body

Part = Mapping[str, Any]


def own_breaks(scope: Scope, breaks: Part | None, agents: Collection[str]) -> Body | None:
    """Those of these agents, and of the scope's queues."""
    if breaks is None:
        return None
    shown: Body = {
        "asks": {id: ask for id, ask in breaks.get("asks", {}).items() if ask["agent"] in agents},
        "may_go": {
            queue: {**may, "agents": [agent for agent in may["agents"] if agent in agents]}
            for queue, may in breaks.get("may_go", {}).items()
            if scope.has_queue(queue)
        },
    }
    if "plan" in breaks:
        shown["plan"] = [lane for lane in breaks["plan"] if lane["agent"] in agents]
    return shown


def own_moves(scope: Scope, moves: Part | None, agents: Collection[str]) -> Body | None:
    """Those of these agents between the scope's queues."""
    if moves is None:
        return None

    def sees(move: Part) -> bool:
        both = scope.has_queue(move["giver"]) and scope.has_queue(move["taker"])
        return both and move["agent"] in agents

    shown: Body = {**moves, "made": {id: m for id, m in moves["made"].items() if sees(m)}}
    if "ranked" in moves:
        shown["ranked"] = [move for move in moves["ranked"] if sees(move)]
    for key in ("lost", "below"):
        if key in moves:
            shown[key] = {q: value for q, value in moves[key].items() if scope.has_queue(q)}
    return shown


def my_breaks(agent: str, breaks: Part | None) -> Body | None:
    """The agent's own, with what the plan has for him."""
    if breaks is None:
        return None
    mine = {id: ask for id, ask in breaks.get("asks", {}).items() if ask["agent"] == agent}
    plan = [lane for lane in breaks.get("plan", ()) if lane["agent"] == agent]
    return {"asks": mine, "plan": plan} if plan else {"asks": mine}
