"""The floor as planning sees it: queues with their demand, people with how long they will be there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.events import Millis
from ingest.words import AgentStatus
from planning.advice import AHEAD_STEPS, STEP_MS, Half, Limits, Sight
from planning.half_hour import SoFar
from planning.moves import PARTS, Line, Person
from planning.shifts import Shift
from stream.agents import Agent
from stream.floor import Floor
from stream.metrics import NAMES, Sums, overflowed, served

HALF_HOUR_MS: Millis = 1_800_000
_LOOK_BACK_MS: Millis = 3 * 3_600_000
"""Handling and patience are those of the last three hours."""
_USUAL_HANDLING_S, _USUAL_PATIENCE_S = 180.0, 180.0
_USUAL_CALLS, _USUAL_LOST = 10, 5
"""So many calls are taken to have been usual, so that a few real ones do not say too much."""
_RING_S = 4.0
_AWAY_MS: Millis = 600_000
"""How long somebody stays away of whom nobody says how long he may."""
_OVER_MS: Millis = 120_000
"""Whoever is over time comes back in so long, one hopes."""
_HIGHEST_GOAL = 0.99
_LONGEST_WORK_MS: Millis = 12 * 3_600_000
_GONE = frozenset({AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value})
_OUT = AgentStatus.UNREACHABLE.value
_AWAY = AgentStatus.NOT_READY.value
_BUSY = frozenset(
    status.value
    for status in (AgentStatus.RINGING, AgentStatus.TALKING, AgentStatus.HOLD, AgentStatus.ACW)
)

Expected = Callable[[str, Millis, Millis], float | None]
Allowed = Callable[[str], Millis | None]
"""How long somebody may be away for a reason; None if nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the floor itself does not tell.

    `skills` are the queues that agents could serve besides, `leaving` when those go to a break who
    were told that they may, `moved` when somebody was lent last.
    """

    expected: Expected
    allowed: Allowed
    skills: Mapping[str, Collection[str]] = field(default_factory=dict)
    shifts: Collection[Shift] = ()
    leaving: Mapping[str, Millis] = field(default_factory=dict)
    moved: Mapping[str, Millis] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)


def look(floor: Floor, known: Known, now: Millis) -> Sight:
    """The floor at this moment. Queues that nobody is signed in to, and no call comes to, are left out."""
    agents = {
        agent.id: agent
        for agent in floor.state.agents.agents.values()
        if agent.now is not None and agent.now.state not in _GONE and agent.queues
    }
    staffed = {queue for agent in agents.values() for queue in agent.queues}
    lines = tuple(_line(floor, known, queue, agents, now) for queue in sorted(staffed))
    return Sight(
        at=now,
        lines=lines,
        people=tuple(_person(agent, known, now) for agent in agents.values()),
        ahead={line.id: _ahead(known, line, now) for line in lines},
        halves={line.id: _half(floor, line.id, agents, now) for line in lines},
        worked_ms={agent.id: worked_ms(agent, now) for agent in agents.values()},
        resting=frozenset(
            agent.id
            for agent in agents.values()
            if _state(agent) in (_AWAY, _OUT) or agent.id in known.leaving
        ),
        limits=known.limits,
    )


def worked_ms(agent: Agent, now: Millis) -> Millis:
    """How long this agent has worked without a break, as far back as is known."""
    away = {_AWAY, *_GONE}
    since = agent.changes[0].time
    for before, after in pairwise(agent.changes):
        if before.state in away and after.state not in away:
            since = after.time
    return 0 if _state(agent) in away else min(max(now - since, 0), _LONGEST_WORK_MS)


def _state(agent: Agent) -> str:
    return agent.now.state if agent.now is not None else ""


def _line(floor: Floor, known: Known, queue: str, agents: Mapping[str, Agent], now: Millis) -> Line:
    sums = sums_of(floor, queue, now - _LOOK_BACK_MS, now)
    handled = sums["completed"] + sums["transferred"]
    work_s = (sums["talk_ms"] + sums["acw_ms"]) / 1_000 + _USUAL_CALLS * _USUAL_HANDLING_S
    lost = sums["abandoned"] - sums["abandoned_short"] + overflowed(sums)
    waits_s = (sums["wait_ms_all"]) / 1_000 + _USUAL_LOST * _USUAL_PATIENCE_S
    calls, span_ms = known.expected(queue, now, now + HALF_HOUR_MS), HALF_HOUR_MS
    if calls is None:
        calls = float(sums_of(floor, queue, now - HALF_HOUR_MS, now)["offered"])
        span_ms = max(now - floor.calendar.interval(now - HALF_HOUR_MS), 1)
    return Line(
        id=queue,
        per_hour=calls * 3_600_000 / span_ms,
        handling_s=work_s / (handled + _USUAL_CALLS) + _RING_S,
        patience_s=waits_s / (lost + _USUAL_LOST),
        busy=_busy(queue, agents),
        waiting=len(floor.visits.waiting.get(queue, ())),
        least=known.limits.get(queue, Limits()).least,
    )


def _busy(queue: str, agents: Mapping[str, Agent]) -> int:
    return sum(
        agent.now is not None and agent.now.state in _BUSY and agent.now.queue == queue
        for agent in agents.values()
    )


def _person(agent: Agent, known: Known, now: Millis) -> Person:
    state, end = _state(agent), now + HALF_HOUR_MS
    # There from one moment of the half-hour to another.
    comes_at, goes_at = now, end
    if state == _OUT:
        comes_at = end
    elif state == _AWAY and agent.now is not None:
        allowed, since = known.allowed(agent.now.reason), agent.since or now
        rest_ms = _AWAY_MS if allowed is None else max(since + allowed - now, _OVER_MS)
        comes_at = now + rest_ms
    elif agent.id in known.leaving:
        comes_at = now + (known.allowed("break") or _AWAY_MS)
    own = [shift for shift in known.shifts if shift.agent == agent.id]
    over = [shift for shift in own if shift.start_at <= now < shift.end_at < end]
    if over:
        goes_at = over[0].end_at
    part_ms = HALF_HOUR_MS // PARTS
    parts = tuple(
        max(min(goes_at, at + part_ms) - max(comes_at, at), 0) / part_ms
        for at in range(now, now + PARTS * part_ms, part_ms)
    )
    queues = tuple(agent.queues)
    return Person(
        agent=agent.id,
        queues=queues,
        share=sum(parts) / PARTS,
        parts=parts,
        skills={queue: 1.0 for queue in known.skills.get(agent.id, ()) if queue not in queues},
        busy=state in _BUSY,
        moved_at=known.moved.get(agent.id),
        free=state not in (_AWAY, _OUT) and agent.id not in known.leaving and not over,
    )


def _ahead(known: Known, line: Line, now: Millis) -> list[float]:
    found = []
    for step in range(AHEAD_STEPS):
        at = now + step * STEP_MS
        calls = known.expected(line.id, at, at + STEP_MS)
        found.append(line.per_hour if calls is None else calls * 3_600_000 / STEP_MS)
    return found


def _half(floor: Floor, queue: str, agents: Mapping[str, Agent], now: Millis) -> Half:
    day = floor.calendar.day(now)
    begin = day + (now - day) // HALF_HOUR_MS * HALF_HOUR_MS
    card = floor.site.queue(queue)
    in_target, ended = served(sums_of(floor, queue, begin, now), card.service_level)
    waits_s = sorted(
        (max(now - since, 0) / 1_000 for since in floor.visits.waiting.get(queue, {}).values()),
        reverse=True,
    )
    return Half(
        so_far=SoFar(
            ended=ended, in_target=in_target, busy=_busy(queue, agents), waits_s=tuple(waits_s)
        ),
        left_s=max(begin + HALF_HOUR_MS - now, 0) / 1_000,
        goal=min(card.goal, _HIGHEST_GOAL),
        target_s=card.target_ms / 1_000,
    )


def sums_of(floor: Floor, queue: str, start_at: Millis, end_at: Millis) -> Sums:
    """What the ledger has of a queue in the intervals that begin in this time, and in its first one."""
    account = floor.state.ledger.queues.get(queue)
    first = floor.calendar.interval(start_at)
    total = dict.fromkeys(NAMES, 0)
    for at, cell in (account.cells if account is not None else {}).items():
        if first <= at < end_at:
            for name, value in zip(NAMES, cell, strict=True):
                total[name] += value
    return total
