"""When meals and breaks cost the fewest calls. Pure: time is counted in slots, and told.

What a slot costs is how many callers give up in it, by Erlang A (`planning.erlang`): convex in the
agents, so that breaks spread by themselves. Each break goes where it costs least; then one is moved,
or several at once, while that helps. On drawn days where all have a place, no exact solver's plan is
1 % better; on overfull ones a break or two more may be left out than need be.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from planning.erlang import erlang_a

_LEAST_GAIN = 1e-6
_LEFT_OUT = 1e4
"""A break that finds no place costs more calls than any plan saves: they are placed if they can be."""
_BROKEN = 1e6
"""A limit is broken only while a chain of moves goes on, never at its end."""
_LONGEST_CHAIN = 6
_PARTNERS = 2


class BreaksError(ValueError):
    """The slots or the breaks make no sense; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One slot of the group's day, if nobody had a break in it.

    `agents` are there and `per_hour` calls come; no more than `most_off` may be on a break at once,
    and `least` must be left.
    """

    agents: int
    per_hour: float
    most_off: int | None = None
    least: int = 0

    @property
    def room(self) -> int:
        """How many may be on a break at once."""
        left = max(self.agents - self.least, 0)
        return left if self.most_off is None else max(min(left, self.most_off), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One break to be planned: `length` slots, begun in a slot from `first` to `last`.

    `worked_ms` is how long its agent will have been without one: of two, the longer goes first.
    """

    id: str
    first: int
    last: int
    length: int = 1
    worked_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How long a slot is, an agent needs for a call, and callers have patience: mean seconds."""

    slot_s: float
    handling_s: float
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPlan:
    """`starts` says in which slot a break begins; `left_out` found no place within the limits.

    `off` are on a break, slot by slot. `abandons` is how many callers are expected to give up, and
    `without_breaks` how many if there were none.
    """

    starts: Mapping[str, int]
    left_out: tuple[str, ...]
    off: tuple[int, ...]
    abandons: float
    without_breaks: float


def plan(
    slots: Sequence[Slot], due: Sequence[Due], calls: Calls, *, not_before: int = 0
) -> BreakPlan:
    """A start for each break, so that the fewest callers are lost.

    None begins before the slot `not_before`, so that people have notice. No cap and no minimum is
    ever broken: what finds no place is left out. Among those who could change places, who has
    worked longest goes first. Raises `BreaksError`.
    """
    groups = kinds_of(slots, due, not_before)
    costs: dict[tuple[float, int], float] = {}
    tries = [Day(slots, calls, groups, costs) for _ in range(len(_ORDERS) + 1)]
    for day, order in zip(tries, _ORDERS, strict=False):
        day.spread(order)
    tries[-1].pack()
    for day in tries:
        day.improve()
    return planned(min(tries, key=Day.total), groups, due, not_before)


def kinds_of(slots: Sequence[Slot], due: Sequence[Due], not_before: int) -> dict["Kind", list[Due]]:
    """The breaks by their kinds. Raises `BreaksError`."""
    _check(slots, due)
    groups: dict[Kind, list[Due]] = {}
    for each in due:
        last = min(each.last, len(slots) - each.length)
        groups.setdefault(Kind(max(each.first, not_before, 0), last, each.length), []).append(each)
    return groups


def planned(
    day: "Day", groups: Mapping["Kind", list[Due]], due: Sequence[Due], not_before: int
) -> BreakPlan:
    """Who has which of the breaks that have begun: whoever has worked longest first."""
    starts: dict[str, int] = {}
    for kind, members in groups.items():
        members.sort(key=_longest_first)
        # Where not all have a place, those have it who have worked longest.
        starts.update(zip((each.id for each in members), day.begun(kind), strict=False))
    _in_order(due, starts, not_before)
    return BreakPlan(
        starts=starts,
        left_out=tuple(each.id for each in due if each.id not in starts),
        off=tuple(day.off),
        abandons=sum(day.cost(at, off) for at, off in enumerate(day.off)),
        without_breaks=sum(day.cost(at, 0) for at in range(len(day.slots))),
    )


class Kind(NamedTuple):
    """Breaks that may begin in the same slots, and last as long."""

    first: int
    last: int
    length: int


class _Move(NamedTuple):
    """A break of this kind begins elsewhere; None is nowhere."""

    kind: Kind
    since: int | None
    to: int | None


_ORDERS: tuple[Callable[[Kind], tuple[int, ...]], ...] = (
    lambda kind: (kind.last - kind.first, -kind.length),
    lambda kind: (-kind.length, kind.last - kind.first),
    lambda kind: (kind.last + kind.length,),
)
"""Who chooses first: who has least choice, who needs most room, who must be done first."""


@dataclass(slots=True)
class Day:
    """How many are off in each slot, and which kinds of breaks have begun where."""

    LEFT_OUT: ClassVar[float] = _LEFT_OUT
    slots: Sequence[Slot]
    calls: Calls
    groups: Mapping[Kind, Sequence[Due]]
    costs: dict[tuple[float, int], float] = field(default_factory=dict)
    off: list[int] = field(init=False)
    _places: Counter[tuple[Kind, int | None]] = field(init=False)

    def __post_init__(self) -> None:
        self.off = [0] * len(self.slots)
        self._places = Counter({(kind, None): len(due) for kind, due in self.groups.items()})

    def begin(self, kind: Kind, at: int) -> None:
        """One more break of this kind begins there."""
        self._do(_Move(kind, None, at))

    def spread(self, order: Callable[[Kind], tuple[int, ...]]) -> None:
        """Each where it costs least, or nowhere, one after the other in this order."""
        for kind in sorted(self.groups, key=lambda kind: (*order(kind), *kind)):
            for _ in range(len(self.groups[kind])):
                moves = [_Move(kind, None, to) for to in range(kind.first, kind.last + 1)]
                best = min(moves, key=self._gain, default=None)
                if best is not None and self._gain(best) < 0:
                    self._do(best)

    def pack(self) -> None:
        """Each as soon as it can be, whoever must be done first before others: without gaps."""
        for at in range(len(self.slots)):
            for kind in sorted(self.groups, key=lambda kind: (kind.last, -kind.length)):
                move = _Move(kind, None, at)
                while kind.first <= at <= kind.last and self._places[kind, None]:
                    if self._gain(move) >= 0:
                        break
                    self._do(move)

    def improve(self) -> None:
        """Move one while that helps, or several at once where one alone does not."""
        while self._best_one() or any(self._chain(move) for move in self._moves()):
            pass

    def total(self) -> float:
        """The cost of all of it, those left out included."""
        left_out = sum(number for (_, at), number in self._places.items() if at is None)
        return left_out * _LEFT_OUT + sum(self.cost(at, off) for at, off in enumerate(self.off))

    def begun(self, kind: Kind) -> list[int]:
        """Where the breaks of this kind begin, in order."""
        places = [
            (at, number)
            for (other, at), number in self._places.items()
            if other == kind and at is not None
        ]
        return [at for at, number in sorted(places) for _ in range(number)]

    def cost(self, at: int, off: int) -> float:
        """How many give up in this slot if so many are off."""
        slot = self.slots[at]
        key = slot.per_hour, slot.agents - off
        if key not in self.costs:
            found = erlang_a(
                per_hour=slot.per_hour,
                handling_s=self.calls.handling_s,
                agents=slot.agents - off,
                patience_s=self.calls.patience_s,
            )
            self.costs[key] = found.abandons * slot.per_hour * self.calls.slot_s / 3_600
        return self.costs[key]

    def _moves(self) -> list[_Move]:
        return [
            _Move(kind, since, to)
            for (kind, since), number in self._places.items()
            if number
            for to in (*range(kind.first, kind.last + 1), None)
            if to != since
        ]

    def _best_one(self) -> bool:
        best = min(self._moves(), key=self._gain, default=None)
        if best is None or self._gain(best) >= -_LEAST_GAIN:
            return False
        self._do(best)
        return True

    def _chain(self, move: _Move) -> bool:
        """This move, and then who makes room for it, until together they help; else as it was."""
        done: list[_Move] = []
        total = 0.0
        while True:
            total += self._gain(move)
            self._do(move)
            done.append(move)
            if total < -_LEAST_GAIN:
                return True
            followers = self._followers(done) if len(done) < _LONGEST_CHAIN else []
            if not followers:
                break
            move = min(followers, key=self._gain)
        for each in reversed(done):
            self._do(_Move(each.kind, each.to, each.since))
        return False

    def _followers(self, done: Sequence[_Move]) -> list[_Move]:
        """Moves out of where these went: while a limit is broken, or as the first one's partner."""
        entered = {at for kind, _, to in done for at in _covered(kind, to)}
        full = {at for at in entered if self.off[at] > self.slots[at].room}
        if not full and len(done) > _PARTNERS:
            return []
        wanted, settled = full or entered, {(each.kind, each.to) for each in done}
        return [
            move
            for move in self._moves()
            if (move.kind, move.since) not in settled
            and not wanted.isdisjoint(_covered(move.kind, move.since))
        ]

    def _gain(self, move: _Move) -> float:
        """By how much the cost changes: below 0 is better."""
        kind, since, to = move
        before, after = _covered(kind, since), _covered(kind, to)
        total = _LEFT_OUT * ((to is None) - (since is None))
        for at in before:
            if at not in after:
                total += self._price(at, self.off[at] - 1) - self._price(at, self.off[at])
        for at in after:
            if at not in before:
                total += self._price(at, self.off[at] + 1) - self._price(at, self.off[at])
        return total

    def _price(self, at: int, off: int) -> float:
        """The cost, and what forbids to break a limit."""
        room = self.slots[at].room
        return self.cost(at, min(off, room)) + _BROKEN * max(off - room, 0)

    def _do(self, move: _Move) -> None:
        kind, since, to = move
        self._places[kind, since] -= 1
        self._places[kind, to] += 1
        for at in _covered(kind, since):
            self.off[at] -= 1
        for at in _covered(kind, to):
            self.off[at] += 1


def _covered(kind: Kind, start: int | None) -> range:
    return range(0) if start is None else range(start, start + kind.length)


def _longest_first(due: Due) -> tuple[int, str]:
    return -due.worked_ms, due.id


def _in_order(due: Sequence[Due], starts: dict[str, int], not_before: int) -> None:
    """Whoever may change places does, until who has worked longer never goes after."""
    placed = sorted((each for each in due if each.id in starts), key=_longest_first)
    changed = True
    while changed:
        changed = False
        for n, one in enumerate(placed):
            for other in placed[n + 1 :]:
                mine, his = starts[one.id], starts[other.id]
                if (
                    his < mine
                    and one.length == other.length
                    and one.worked_ms > other.worked_ms
                    and max(one.first, not_before) <= his
                    and mine <= other.last
                ):
                    starts[one.id], starts[other.id] = his, mine
                    changed = True


def _check(slots: Sequence[Slot], due: Sequence[Due]) -> None:
    for at, slot in enumerate(slots):
        if slot.agents < 0 or not slot.per_hour >= 0:
            raise BreaksError(f"slot {at}: fewer than no agents or calls")
    ids = Counter(each.id for each in due)
    for each in due:
        if ids[each.id] > 1:
            raise BreaksError(f"break {each.id}: two are called so")
        if each.length < 1:
            raise BreaksError(f"break {each.id}: it must last a slot at least")
