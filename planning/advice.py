"""What to do now: who may go to a break and until when, whom to lend where, and how sure the goal is.

Pure: the floor as it stands is told, with the calls expected for the next two hours. One look answers
all three questions from the same people and queues.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planning.erlang import erlang_a
from planning.half_hour import SoFar, below_target
from planning.moves import Line, Memory, Move, Person, expected, ranked
from planning.transient import Crew

HALF_HOUR_S = 1_800.0
MOST_COST = 0.5
"""Calls: nobody is told that he may go while his break costs more than this."""
MOST_AT_ONCE = 8
STEP_MS = 300_000
AHEAD_STEPS = 18
"""The next hour and a half, in steps of five minutes: when those who go must be back."""
_SPREAD = 0.1
"""A forecast of half an hour is off by so much, as the standard deviation of its logarithm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many may be away from a queue's people at once, and how many must stay."""

    cap: int | None = None
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A queue's running half-hour: what of it is known, what is left, and its goal."""

    so_far: SoFar
    left_s: float
    goal: float
    target_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The floor at `at`.

    `ahead` are calls per hour of each queue, in steps of five minutes from now on. `worked_ms` is how
    long each agent has worked without a break, `resting` are those who are away, and not to be sent.
    """

    at: int
    lines: tuple[Line, ...]
    people: tuple[Person, ...]
    ahead: Mapping[str, Sequence[float]] = field(default_factory=dict)
    halves: Mapping[str, Half] = field(default_factory=dict)
    worked_ms: Mapping[str, int] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    break_ms: int = 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MayGo:
    """So many of a queue's own people may go to a break now, the `agents` who have worked longest.

    They must be back at `until`; None if nothing is in sight that would need them. `cost` is how many
    calls that costs. `why` says what keeps more from going: `cost`, `cap`, `least`, `nobody`.
    """

    queue: str
    number: int
    agents: tuple[str, ...]
    until: int | None
    cost: float
    why: str
    away: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a look at the floor says; `lost` are the calls expected to be lost in half an hour."""

    at: int
    may_go: tuple[MayGo, ...]
    moves: tuple[Move, ...]
    lost: Mapping[str, float]
    below_target: Mapping[str, float]


def advise(sight: Sight) -> Advice:
    """All of it. Raises `MovesError` where people serve queues that are not there."""
    memory = Memory()
    lost = expected(sight.lines, sight.people, memory=memory)
    return Advice(
        at=sight.at,
        may_go=tuple(may_go(sight, line, sum(lost.values()), memory) for line in sight.lines),
        moves=tuple(ranked(sight.lines, sight.people, sight.at, memory=memory)),
        lost=lost,
        below_target={
            line.id: chance for line in sight.lines if (chance := _below(sight, line)) is not None
        },
    )


def may_go(sight: Sight, line: Line, lost: float, memory: Memory) -> MayGo:
    """How many of this queue's own people may go, one after the other while that costs little."""
    own = [each for each in sight.people if each.queues[:1] == (line.id,)]
    away = [each for each in own if each.agent in sight.resting]
    free = [each for each in own if each.agent not in sight.resting and each.free]
    free.sort(key=lambda each: (-sight.worked_ms.get(each.agent, 0), each.agent))
    limits = sight.limits.get(line.id, Limits())
    there = len([each for each in own if each.agent not in sight.resting])
    share = sight.break_ms / 1_000 / HALF_HOUR_S
    people = list(sight.people)
    going: list[Person] = []
    total, why = 0.0, "nobody"
    for each in free[:MOST_AT_ONCE]:
        if limits.cap is not None and len(away) + len(going) >= limits.cap:
            why = "cap"
            break
        if there - len(going) - 1 < limits.least:
            why = "least"
            break
        gone = each.without(share)
        after = [gone if other is each else other for other in people]
        cost = sum(expected(sight.lines, after, memory=memory).values()) - lost - total
        if cost > MOST_COST:
            why = "cost"
            break
        people, total = after, total + cost
        going.append(each)
    return MayGo(
        queue=line.id,
        number=len(going),
        agents=tuple(each.agent for each in (going or free[:1])),
        until=_until(sight, line, there, len(going)) if going else None,
        cost=max(total, 0.0),
        why=why,
        away=len(away),
    )


def _until(sight: Sight, line: Line, there: int, gone: int) -> int | None:
    """The first moment at which the last who went would be missed as one who may not go is."""
    present = sum(each.share for each in sight.people if line.id in each.queues)
    for step, per_hour in enumerate(sight.ahead.get(line.id, ())):
        agents = max(int(present) - gone, 0)
        less, more = (
            erlang_a(
                per_hour=per_hour,
                handling_s=line.handling_s,
                agents=number,
                patience_s=line.patience_s,
            ).abandons
            for number in (agents, agents + 1)
        )
        cost = (less - more) * per_hour * sight.break_ms / 3_600_000
        if step and cost > MOST_COST:
            return sight.at + step * STEP_MS
    return None


def _below(sight: Sight, line: Line) -> float | None:
    """How likely this queue's half-hour ends below its goal; None where nothing is known of it."""
    half = sight.halves.get(line.id)
    if half is None:
        return None
    so_far = half.so_far
    there = round(sum(each.share for each in sight.people if each.queues[:1] == (line.id,)))
    seats = so_far.busy if so_far.waits_s else max(there, so_far.busy)
    crew = Crew(
        agents=seats,
        per_hour=line.per_hour,
        handling_s=line.handling_s,
        patience_s=line.patience_s,
    )
    return below_target(
        crew, so_far, half.left_s, goal=half.goal, target_s=half.target_s, spread=_SPREAD
    )
