"""The truth of a simulated day as plain data: `truth.json`.

Two countings stand behind it: the totals kept while the floor ran, and the record of each visit.
`queues` and `agents` are the totals. `as_told_by` counts the visits again as a witness sees them who
cannot know all: what he must find is that, not the truth.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from ingest.events import Millis
from ingest.words import AgentStatus
from simulators.faults import FaultTruth
from simulators.floor_sim import FloorSim
from simulators.truth import AgentTruth, CallTruth, QueueTruth, VisitTruth

_AWAY = (AgentStatus.SIGNED_OUT, AgentStatus.UNKNOWN)
_SUMS = (
    "offered",
    "answered",
    "abandoned",
    "abandoned_short",
    "blocked",
    "completed",
    "transferred",
    "answered_in_target",
    "wait_ms_answered",
    "wait_ms_abandoned",
    "talk_ms",
)


def document(
    sim: FloorSim, as_of: Millis, feed_faults: Iterable[FaultTruth] = ()
) -> dict[str, Any]:
    """Everything that is known of this simulation at `as_of`, which is not before its last step.

    The simulation must have kept its calls. `feed_faults` are those that befell the telling of it.
    Times are milliseconds since 1970, durations milliseconds.
    """
    truth = sim.truth
    faults = sorted([*truth.faults, *feed_faults], key=lambda fault: fault.started_at)
    calls = list(truth.calls.values())
    return {
        "as_of": as_of,
        "start_at": sim.start_at,
        "seed": sim.seed,
        "site": sim.scenario.site,
        "queues": _queues(truth.queues),
        "agents": _agents(truth.agents, as_of),
        "calls": [_call(call) for call in calls],
        "intervals": [
            {"queue": queue, "start_at": start, **_figures(quarter)}
            for (queue, start), quarter in sorted(truth.intervals.items())
        ],
        "faults": [msgspec.to_builtins(fault) for fault in faults],
        "callers": {
            "calls": truth.arrived,
            "menu_quits": truth.menu_quits,
            "redials": truth.redials,
        },
        "as_told_by": {"queue_log": _as_logged(sim, calls, as_of)},
    }


def _queues(queues: dict[str, QueueTruth]) -> dict[str, Any]:
    """The queues in which anything happened: of the others no witness knows."""
    return {
        name: {
            **_figures(queue),
            "waiting": queue.waiting,
            "longest_wait_ms": None,
            "target_ms": queue.target_ms,
            "short_ms": queue.short_ms,
            "service_level": _ratio(
                queue.answered_in_target, queue.answered + queue.abandoned - queue.abandoned_short
            ),
            "asa_ms": _ratio(queue.wait_ms_answered, queue.answered),
            "abandon_rate": _ratio(queue.abandoned, queue.offered - queue.waiting),
        }
        for name, queue in sorted(queues.items())
        if queue.offered or queue.blocked
    }


def _figures(queue: QueueTruth) -> dict[str, Any]:
    return {
        **{name: getattr(queue, name) for name in _SUMS},
        "overflowed": {reason: n for reason, n in sorted(queue.overflowed.items()) if n},
        "dropped": {"waiting": queue.dropped_waiting, "talking": queue.dropped_talking},
    }


def _agents(agents: dict[str, AgentTruth], as_of: Millis) -> dict[str, Any]:
    """The agents who signed in at all: of the others no witness knows."""
    return {id_: _agent(agent, as_of) for id_, agent in sorted(agents.items()) if agent.seen}


def _agent(agent: AgentTruth, as_of: Millis) -> dict[str, Any]:
    spans = agent.time_ms(as_of)
    not_ready = {
        reason: ms
        for (state, reason), ms in sorted(spans.items())
        if state is AgentStatus.NOT_READY and ms
    }
    return {
        "state": agent.state.value,
        "reason": agent.reason,
        "answered": agent.answered,
        "ring_no_answer": agent.ring_no_answer,
        "talk_ms": agent.talk_ms,
        "signed_in_ms": sum(ms for (state, _), ms in spans.items() if state not in _AWAY),
        "not_ready_ms": not_ready,
    }


def _call(call: CallTruth) -> dict[str, Any]:
    """One call; its fate is that of its last visit, or `refused`, or `menu` if it reached no queue."""
    unqueued = "refused" if call.refused else "menu"
    fate = call.visits[-1].fate if call.visits else unqueued
    return {"fate": fate, **msgspec.to_builtins(call)}


def _as_logged(sim: FloorSim, calls: Iterable[CallTruth], as_of: Millis) -> dict[str, Any]:
    """What a queue_log tells: no causes, and the end of a dead system's calls when it is back."""
    queues = {q.id: QueueTruth(q.target_ms, q.short_ms) for q in sim.scenario.queues}
    talked: dict[str, Millis] = {}
    for call in calls:
        for refused in call.refused:
            queues[refused.queue].blocked += 1
        for visit in call.visits:
            _log(queues[visit.queue], visit, talked)
    agents = _agents(sim.truth.agents, as_of)
    for id_, agent in agents.items():
        agent["talk_ms"] = talked.get(id_, 0)
    return {"queues": _queues(queues), "agents": agents}


def _log(queue: QueueTruth, visit: VisitTruth, talked: dict[str, Millis]) -> None:
    queue.enter()
    left_at, ended_at = visit.left_at, visit.crashed_until or visit.ended_at
    crashed = visit.crashed_until is not None
    if visit.agent and left_at is not None:
        queue.answer(left_at - visit.queued_at)
        if ended_at is not None:
            fate = visit.fate if crashed or visit.fate == "transferred" else "completed"
            queue.talked(ended_at - left_at, visit.hold_ms, fate)
            talked[visit.agent] = talked.get(visit.agent, 0) + ended_at - left_at
    elif visit.fate == "overflowed" and left_at is not None:
        queue.overflow(visit.reason)
    elif crashed:
        queue.drop()
    elif left_at is not None:
        queue.abandon(left_at - visit.queued_at, ringing=False)


def _ratio(over: int, under: int) -> float | None:
    return over / under if under else None
