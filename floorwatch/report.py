"""What a replay found, as plain data: all queues, agents and components, and what became of the events."""

from typing import Any

from ingest.events import Millis
from ingest.words import AgentStatus
from stream.agents import Agent
from stream.facts import SpanFact
from stream.floor import LATENESS_MS, Floor
from stream.ledger import Account, add_up, cut
from stream.metrics import AGENT_NAMES, abandon_rate, asa_ms, overflowed_by, service_level

COUNTED = (
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


def report(floor: Floor, as_of: Millis, rejected: int) -> dict[str, Any]:
    """Everything since the first event, not just today; open states count up to `as_of`."""
    state = floor.state
    before = as_of + 2 * LATENESS_MS
    gaps = sum(feed.gap_count for feed in state.feeds.values()) + state.sequences.holes(before)
    names = {*state.ledger.queues, *floor.site.queues, *floor.visits.waiting}
    return {
        "as_of": as_of,
        "events": {
            "taken": state.counters.taken,
            "repeated": state.counters.repeated,
            "late": state.counters.late + state.visits.too_late,
            "rejected": rejected,
            "out_of_step": state.visits.out_of_step,
            "gaps": gaps,
        },
        "queues": {name: _queue(floor, name, as_of) for name in sorted(names)},
        "agents": {
            id: _agent(floor, state.agents.agents.get(id) or Agent(id), as_of)
            for id in sorted({*state.agents.agents, *state.ledger.agents})
        },
        "components": {
            part.name: {"kind": part.kind, "status": part.status}
            for _, part in sorted(state.parts.items())
        },
    }


def _queue(floor: Floor, name: str, as_of: Millis) -> dict[str, Any]:
    card = floor.site.queue(name)
    account = floor.state.ledger.queues.get(name, Account())
    sums = add_up(account.cells.values())
    waiting = floor.visits.waiting.get(name, {})
    return {
        **{key: sums[key] for key in COUNTED},
        "overflowed": overflowed_by(sums),
        "dropped": {"waiting": sums["dropped_waiting"], "talking": sums["dropped_talking"]},
        "waiting": len(waiting),
        "longest_wait_ms": max((as_of - at for at in waiting.values()), default=None),
        "target_ms": card.target_ms,
        "short_ms": card.short_ms,
        "service_level": service_level(sums, card.service_level),
        "asa_ms": asa_ms(sums),
        "abandon_rate": abandon_rate(sums),
    }


def _agent(floor: Floor, agent: Agent, as_of: Millis) -> dict[str, Any]:
    account = floor.state.ledger.agents.get(agent.id, Account())
    sums = add_up(account.cells.values(), AGENT_NAMES)
    spans: dict[str, int] = {}
    for day in account.spans.values():
        for key, ms in day.items():
            spans[key] = spans.get(key, 0) + ms
    now = agent.now
    if now is not None and now.time < as_of:
        open_ = SpanFact(as_of, now.time, agent.id, now.queue, now.state, now.reason)
        key = f"{now.state}:{now.reason}" if now.reason else now.state
        spans[key] = spans.get(key, 0) + sum(
            part.at - part.start_at for part in cut(open_, floor.calendar)
        )
    not_ready = AgentStatus.NOT_READY.value
    away = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)
    return {
        "state": now.state if now is not None else AgentStatus.UNKNOWN.value,
        "reason": now.reason if now is not None else "",
        "answered": sums["answered"],
        "ring_no_answer": sums["ring_no_answer"],
        "talk_ms": sums["talk_ms"],
        "signed_in_ms": sum(ms for key, ms in spans.items() if key.partition(":")[0] not in away),
        "not_ready_ms": {
            key.partition(":")[2]: ms
            for key, ms in sorted(spans.items())
            if key.partition(":")[0] == not_ready and ms
        },
    }
