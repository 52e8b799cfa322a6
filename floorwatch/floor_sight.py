"""The floor as planning sees it: queues with their demand, people with how long they will be there."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import attrgetter

from ingest.events import Millis
from ingest.words import AgentStatus
from planning.advice import AHEAD_STEPS, STEP_MS, Half, Limits, Sight
from planning.half_hour import SoFar
from planning.moves import PARTS, Line, Person
from planning.shifts import Shift
from stream.agents import Agent
from stream.floor import Floor
from stream.ledger import add_up
from stream.metrics import Sums, overflowed, served

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
_OUT = AgentStatus.UNREACHABLE.value
_AWAY = AgentStatus.NOT_READY.value
_GONE = frozenset({AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value})
_NOT_AT_WORK = _GONE | {_AWAY}
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

    `skills` are the queues that agents could serve besides, `shifts` stand in order of their end,
    `leaving` are those who were told that they may go to a break, `moved` says when somebody was lent
    last.
    """

    expected: Expected
    allowed: Allowed
    skills: Mapping[str, Collection[str]] = field(default_factory=dict)
    shifts: Sequence[Shift] = ()
    leaving: Collection[str] = ()
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
    busy = Counter(
        agent.now.queue
        for agent in agents.values()
        if agent.now is not None and agent.now.state in _BUSY
    )
    lines = tuple(_line(floor, known, queue, busy[queue], now) for queue in sorted(staffed))
    going = _going_home(known.shifts, now)
    return Sight(
        at=now,
        lines=lines,
        people=tuple(_person(agent, known, going, now) for agent in agents.values()),
        ahead={line.id: _ahead(known, line, now) for line in lines},
        halves={line.id: _half(floor, line, now) for line in lines},
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
    at_work = takewhile(lambda each: each.state not in _NOT_AT_WORK, reversed(agent.changes))
    since = min((each.time for each in at_work), default=now)
    return min(max(now - since, 0), _LONGEST_WORK_MS)


def _state(agent: Agent) -> str:
    return agent.now.state if agent.now is not None else ""


def _going_home(shifts: Sequence[Shift], now: Millis) -> dict[str, Millis]:
    """When those go whose shift ends within the half-hour."""
    # A year's file has more shifts than can be looked through each time.
    first = bisect_right(shifts, now, key=attrgetter("end_at"))
    last = bisect_left(shifts, now + HALF_HOUR_MS, key=attrgetter("end_at"))
    return {each.agent: each.end_at for each in shifts[first:last] if each.start_at <= now}


def _line(floor: Floor, known: Known, queue: str, busy: int, now: Millis) -> Line:
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
        busy=busy,
        waiting=len(floor.visits.waiting.get(queue, ())),
        least=known.limits.get(queue, Limits()).least,
    )


def _person(agent: Agent, known: Known, going: Mapping[str, Millis], now: Millis) -> Person:
    state, end = _state(agent), now + HALF_HOUR_MS
    # There from one moment of the half-hour to another.
    comes_at, goes_at = now, going.get(agent.id, end)
    if state == _OUT:
        comes_at = end
    elif state == _AWAY and agent.now is not None:
        allowed, since = known.allowed(agent.now.reason), agent.since or now
        rest_ms = _AWAY_MS if allowed is None else max(since + allowed - now, _OVER_MS)
        comes_at = now + rest_ms
    elif agent.id in known.leaving:
        comes_at = now + (known.allowed("break") or _AWAY_MS)
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
        free=state not in (_AWAY, _OUT) and agent.id not in known.leaving and goes_at == end,
    )


def _ahead(known: Known, line: Line, now: Millis) -> list[float]:
    found = []
    for step in range(AHEAD_STEPS):
        at = now + step * STEP_MS
        calls = known.expected(line.id, at, at + STEP_MS)
        found.append(line.per_hour if calls is None else calls * 3_600_000 / STEP_MS)
    return found


def _half(floor: Floor, line: Line, now: Millis) -> Half:
    day = floor.calendar.day(now)
    begin = day + (now - day) // HALF_HOUR_MS * HALF_HOUR_MS
    card = floor.site.queue(line.id)
    in_target, ended = served(sums_of(floor, line.id, begin, now), card.service_level)
    waits_s = sorted(
        (max(now - since, 0) / 1_000 for since in floor.visits.waiting.get(line.id, {}).values()),
        reverse=True,
    )
    return Half(
        so_far=SoFar(ended=ended, in_target=in_target, busy=line.busy, waits_s=tuple(waits_s)),
        left_s=max(begin + HALF_HOUR_MS - now, 0) / 1_000,
        goal=min(card.goal, _HIGHEST_GOAL),
        target_s=card.target_ms / 1_000,
    )


def sums_of(floor: Floor, queue: str, start_at: Millis, end_at: Millis) -> Sums:
    """What the ledger has of a queue in the intervals that begin in this time, and in its first one."""
    account = floor.state.ledger.queues.get(queue)
    first = floor.calendar.interval(start_at)
    cells = account.cells.items() if account is not None else ()
    return add_up(cell for at, cell in cells if first <= at < end_at)
