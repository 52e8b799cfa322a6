"""Whom to lend to which group: moves ranked by the calls they save in the next half-hour. Pure.

A move is worth what the taking group saves less what the giving group loses, both from where their
queues stand now (`planning.transient`): with a backlog the formulas of balance are wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from planning.transient import Crew, abandons, level

HALF_HOUR_S = 1_800.0
COOLDOWN_MS = 900_000
LEAST_GAIN = 0.3
"""Calls: a move that saves fewer is not worth the disturbance."""


class MovesError(ValueError):
    """The groups or agents make no sense; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A queue with agents of its own, as it is now; `crew` are those on the phones.

    `busy` of them serve a call and `waiting` callers wait; `least` agents must stay.
    """

    id: str
    crew: Crew
    busy: int
    waiting: int
    least: int = 1

    @property
    def there(self) -> int:
        """How many callers are there, waiting or talking."""
        return self.busy + self.waiting

    def less_one(self) -> "Group":
        """Without one of its agents; a call that he is in, he ends elsewhere."""
        fewer = self.crew.agents - 1
        return replace(self, crew=replace(self.crew, agents=fewer), busy=min(self.busy, fewer))

    def more(self, speed: float) -> "Group":
        """With one agent more, of this speed."""
        helpers = tuple(sorted((*self.crew.helpers, speed), reverse=True))
        return replace(self, crew=replace(self.crew, helpers=helpers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An agent of `group`, and how fast he is in the others whose skill he holds: 1.0 as their own.

    `moved_at` is when he was moved last, in milliseconds.
    """

    agent: str
    group: str
    skills: Mapping[str, float] = field(default_factory=dict)
    moved_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Lend `agent` from `giver` to `taker`: in calls that do not give up within the time asked about.

    `saved` in the taking group, `price` in the giving one. The levels are the shares of coming calls
    answered within the target there: before and after, each with the moves ranked above.
    """

    agent: str
    giver: str
    taker: str
    saved: float
    price: float
    giver_level: tuple[float, float]
    taker_level: tuple[float, float]

    @property
    def gain(self) -> float:
        """How many calls it saves in all."""
        return self.saved - self.price


def ranked(
    groups: Sequence[Group],
    movers: Sequence[Mover],
    now: int,
    *,
    within_s: float = HALF_HOUR_S,
    target_s: float = 20.0,
    cooldown_ms: int = COOLDOWN_MS,
    least_gain: float = LEAST_GAIN,
) -> list[Move]:
    """The moves worth making, best first, each as if those before it were made.

    Nobody goes below his group's minimum or leaves it empty, without the skill, twice, or within
    `cooldown_ms` of his last move; a group that is given agents gives none. Raises `MovesError`.
    """
    floor = _Floor(groups, within_s, target_s)
    free = [
        mover
        for mover in sorted(movers, key=lambda each: (each.moved_at or 0, each.agent))
        if mover.moved_at is None or now - mover.moved_at >= cooldown_ms
    ]
    for mover in movers:
        if mover.group not in floor.groups:
            raise MovesError(f"{mover.agent}: there is no group {mover.group}")
    made: list[Move] = []
    while True:
        best = max(floor.moves(free, made), key=lambda move: move.gain, default=None)
        if best is None or best.gain < least_gain:
            return made
        mover = next(each for each in free if each.agent == best.agent)
        free.remove(mover)
        floor.make(mover, best.taker)
        made.append(best)


class _Floor:
    """The groups as the moves so far leave them, and what has been worked out about them."""

    def __init__(self, groups: Sequence[Group], within_s: float, target_s: float) -> None:
        self.groups = {group.id: group for group in groups}
        if len(self.groups) < len(groups):
            raise MovesError("two groups have the same id")
        self._within_s, self._target_s = within_s, target_s
        self._known: dict[Group, tuple[float, float]] = {}

    def moves(self, free: Sequence[Mover], made: Sequence[Move]) -> Iterator[Move]:
        """Every move that is allowed; of those between two groups, that of the fastest agent."""
        given, taken = {move.giver for move in made}, {move.taker for move in made}
        for giver in self.groups.values():
            if giver.id in taken or giver.crew.agents - 1 < max(giver.least, 1):
                continue
            own = [mover for mover in free if mover.group == giver.id]
            for taker in self.groups.values():
                able = [mover for mover in own if mover.skills.get(taker.id, 0.0) > 0]
                if able and taker.id != giver.id and taker.id not in given:
                    best = max(able, key=lambda mover: mover.skills[taker.id])
                    yield self._move(giver, taker, best)

    def make(self, mover: Mover, taker: str) -> None:
        """He goes."""
        self.groups[mover.group] = self.groups[mover.group].less_one()
        self.groups[taker] = self.groups[taker].more(mover.skills[taker])

    def _move(self, giver: Group, taker: Group, mover: Mover) -> Move:
        left, helped = giver.less_one(), taker.more(mover.skills[taker.id])
        return Move(
            agent=mover.agent,
            giver=giver.id,
            taker=taker.id,
            saved=self._fares(taker)[0] - self._fares(helped)[0],
            price=self._fares(left)[0] - self._fares(giver)[0],
            giver_level=(self._fares(giver)[1], self._fares(left)[1]),
            taker_level=(self._fares(taker)[1], self._fares(helped)[1]),
        )

    def _fares(self, group: Group) -> tuple[float, float]:
        if group not in self._known:
            lost = abandons(group.crew, group.there, self._within_s)
            share = level(group.crew, group.there, self._within_s, self._target_s)
            self._known[group] = lost, share
        return self._known[group]
