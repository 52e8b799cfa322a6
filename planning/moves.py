"""Whom to lend to which queue: moves ranked by the calls they save in the next half-hour. Pure.

A move is worth what the taking queue saves less what the others lose, all from where their queues
stand now (`planning.transient`): with a backlog the formulas of balance are wrong. Who serves several
queues is shared out among them (`planning.sharing`), and goes on so while somebody else is lent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from planning.sharing import Server, Waits, crew_of, crews
from planning.transient import Crew, abandons_over, level

HALF_HOUR_S = 1_800.0
COOLDOWN_MS = 900_000
LEAST_GAIN = 0.3
"""Calls: a move that saves fewer is not worth the disturbance."""
PARTS = 6
"""The time asked about is looked at in so many parts: people come and go meanwhile."""
MOST_MOVES = 5
"""Nobody makes more at once."""
_REST_OF_CALL = 0.75
"""Of a mean call: so much of the one that a mover is in is still to come, as real calls vary."""


class MovesError(ValueError):
    """The queues or people make no sense; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A queue as it is now: `busy` agents serve its calls, `waiting` callers wait.

    Calls come at `per_hour`; `handling_s` and `patience_s` are mean seconds. `least` agents must stay.
    """

    id: str
    per_hour: float
    handling_s: float
    patience_s: float
    busy: int = 0
    waiting: int = 0
    least: int = 1

    @property
    def there(self) -> int:
        """How many callers are there, waiting or talking."""
        return self.busy + self.waiting

    @property
    def demand(self) -> Crew:
        """Its calls, without anybody to serve them."""
        return Crew(
            agents=0,
            per_hour=self.per_hour,
            handling_s=self.handling_s,
            patience_s=self.patience_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An agent who serves `queues`, and for how much of the time asked about.

    `share` is less than 1 for whoever is or goes on a break in it, or home; `parts` say it for each of
    the `PARTS` of that time, where it is known so well. `skills` are the other
    queues that the agent could serve, and how fast: 1.0 as their own. `busy` is whoever is in a call
    now. `moved_at` is when the agent was moved last, in milliseconds; who is not `free` stays.
    """

    agent: str
    queues: tuple[str, ...]
    share: float = 1.0
    parts: tuple[float, ...] = ()
    skills: Mapping[str, float] = field(default_factory=dict)
    busy: bool = False
    moved_at: int | None = None
    free: bool = True

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each part of the time."""
        return self.parts or (self.share,) * PARTS

    def without(self, of_all: float) -> "Person":
        """The same who is away first, for this share of all the time."""
        left, parts = of_all * PARTS, []
        for share in self.shares:
            gone = min(left, 1.0)
            left -= gone
            parts.append(share * (1 - gone))
        return replace(self, parts=tuple(parts), share=sum(parts) / PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Lend `agent` from `giver` to `taker`: in calls that do not give up within the time asked about.

    `saved` in the taking queue, `price` in all the others. The levels are the shares of coming calls
    answered within the target: before and after, each with the moves ranked above. `giver` is the
    first of the agent's queues, all of which are left.
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


Crews = tuple[Crew, ...]
"""A queue's crew in each part of the time."""


@dataclass(slots=True)
class Memory:
    """What has been worked out about queues as they stand: of the same lines and time, for many asks."""

    waits: dict[tuple[str, bool], Waits] = field(default_factory=dict)
    lost: dict[tuple[str, "Crews"], float] = field(default_factory=dict)


def ranked(  # noqa: PLR0913 - what a ranking may be asked with
    lines: Sequence[Line],
    people: Sequence[Person],
    now: int,
    *,
    within_s: float = HALF_HOUR_S,
    target_s: float = 20.0,
    cooldown_ms: int = COOLDOWN_MS,
    least_gain: float = LEAST_GAIN,
    memory: Memory | None = None,
) -> list[Move]:
    """The moves worth making, best first, each as if those before it were made.

    No queue goes below its minimum or is left empty, and nobody moves without the skill, twice, or
    within `cooldown_ms` of the last time; a queue that is given agents gives none. `MOST_MOVES` at
    the most. Raises `MovesError`.
    """
    floor = _Floor(lines, people, within_s, target_s, memory)
    stay = {
        each.agent
        for each in people
        if not each.free or (each.moved_at is not None and now - each.moved_at < cooldown_ms)
    }
    made: list[Move] = []
    while len(made) < MOST_MOVES:
        best = max(floor.moves(stay, made), key=lambda move: move.gain, default=None)
        if best is None or best.gain < least_gain:
            break
        before = floor.fares()
        person = floor.people[best.agent]
        floor.make(person, best.taker)
        after = floor.fares()
        stay.add(best.agent)
        levels = {
            id: (floor.level(id, before[id]), floor.level(id, after[id]))
            for id in (best.giver, best.taker)
        }
        made.append(
            Move(
                agent=best.agent,
                giver=best.giver,
                taker=best.taker,
                saved=best.saved,
                price=best.price,
                giver_level=levels[best.giver],
                taker_level=levels[best.taker],
            )
        )
    return made


def expected(
    lines: Sequence[Line],
    people: Sequence[Person],
    *,
    within_s: float = HALF_HOUR_S,
    memory: Memory | None = None,
) -> dict[str, float]:
    """How many callers are expected to give up in each queue, if nobody is moved.

    Raises `MovesError`.
    """
    floor = _Floor(lines, people, within_s, 0.0, memory)
    return {id: floor.lost(id, crew) for id, crew in floor.fares().items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worth:
    """What a move would be worth, before it is known what it does to the levels."""

    agent: str
    giver: str
    taker: str
    saved: float
    price: float

    @property
    def gain(self) -> float:
        return self.saved - self.price


class _Floor:
    """Queues and people as the moves so far leave them, and what has been worked out about them."""

    def __init__(
        self,
        lines: Sequence[Line],
        people: Sequence[Person],
        within_s: float,
        target_s: float,
        memory: Memory | None,
    ) -> None:
        self.lines = {line.id: line for line in lines}
        if len(self.lines) < len(lines):
            raise MovesError("two queues have the same id")
        self.people = {person.agent: person for person in people}
        if len(self.people) < len(people):
            raise MovesError("two people have the same id")
        for person in people:
            for id in person.queues:
                if id not in self.lines:
                    raise MovesError(f"{person.agent}: there is no queue {id}")
        self._within_s, self._target_s = within_s, target_s
        memory = memory or Memory()
        for line in lines:
            # Who waits now is served in the first part.
            for first, waiting in ((True, line.waiting), (False, 0)):
                waits = Waits(line.demand, waiting, within_s / PARTS)
                memory.waits.setdefault((line.id, first), waits)
        self._waits, self._lost = memory.waits, memory.lost

    def fares(self, *changed: Person) -> dict[str, Crews]:
        """Each queue's crews, with these people as they would be instead."""
        people = self.people | {person.agent: person for person in changed}
        demand = {id: line.demand for id, line in self.lines.items()}
        known: dict[tuple[bool, tuple[Server, ...]], dict[str, Crew]] = {}
        parts = []
        for part in range(PARTS):
            servers = tuple(
                Server(queues=each.queues, share=each.shares[part]) for each in people.values()
            )
            key = part == 0, servers
            if key not in known:
                waits = {id: self._waits[id, part == 0] for id in self.lines}
                known[key] = crews(demand, servers, waits)
            parts.append(known[key])
        return {id: tuple(part[id] for part in parts) for id in self.lines}

    def lost(self, id: str, crews: Crews) -> float:
        """How many give up in this queue, if these crews serve it."""
        if (id, crews) not in self._lost:
            self._lost[id, crews] = abandons_over(crews, self.lines[id].there, self._within_s)
        return self._lost[id, crews]

    def level(self, id: str, crews: Crews) -> float:
        """Which share of its coming calls is answered in time, by the crew halfway."""
        crew = crews[len(crews) // 2]
        return level(crew, self.lines[id].there, self._within_s, self._target_s)

    def moves(self, stay: set[str], made: Sequence[Move]) -> Iterator[_Worth]:
        """Every move that is allowed; of those of people alike, that of the one to be sent first."""
        given, taken = {move.giver for move in made}, {move.taker for move in made}
        there = {id: sum(id in each.queues for each in self.people.values()) for id in self.lines}
        now = self.fares()
        lost = {id: self.lost(id, crew) for id, crew in now.items()}
        seen: set[tuple[tuple[str, ...], str]] = set()
        for person in sorted(self.people.values(), key=_sent_first):
            if person.agent in stay or not person.queues or taken.intersection(person.queues):
                continue
            if any(there[id] - 1 < max(self.lines[id].least, 1) for id in person.queues):
                continue
            for id, speed in person.skills.items():
                if id not in self.lines or id in person.queues or id in given or speed <= 0:
                    continue
                # No move saves more than is lost.
                if (person.queues, id) not in seen and lost[id] > 0:
                    seen.add((person.queues, id))
                    yield self._worth(person, id, now, lost)

    def make(self, person: Person, taker: str) -> None:
        """The agent goes."""
        self.people[person.agent] = self._moved(person, taker)

    def _moved(self, person: Person, taker: str) -> Person:
        moved = replace(person, queues=(taker,))
        if person.busy:
            rest_s = _REST_OF_CALL * self.lines[person.queues[0]].handling_s
            moved = moved.without(min(rest_s / self._within_s, 1.0))
        speed = person.skills[taker]
        return replace(
            moved,
            share=moved.share * speed,
            parts=tuple(share * speed for share in moved.shares),
        )

    def _worth(
        self, person: Person, taker: str, now: Mapping[str, Crews], lost: Mapping[str, float]
    ) -> _Worth:
        after = self._lent(person, taker, now)
        change = {id: self.lost(id, crews) - lost[id] for id, crews in after.items()}
        saved = -change.pop(taker)
        return _Worth(
            agent=person.agent,
            giver=person.queues[0],
            taker=taker,
            saved=saved,
            price=sum(change.values()),
        )

    def _lent(self, person: Person, taker: str, now: Mapping[str, Crews]) -> Mapping[str, Crews]:
        """The crews of those queues that are served otherwise once this agent is lent.

        The others go on as before. Shared out anew at once, they would be said to leave the queue that
        was just helped, and the move to save half of what it does on the simulated floor.
        """
        moved = self._moved(person, taker)
        if len(person.queues) > 1:
            return self.fares(moved)  # he served several himself: what they lose is shared out
        giver = person.queues[0]
        less = [-share for share in person.shares]
        return {
            taker: tuple(map(_with, now[taker], moved.shares)),
            giver: tuple(map(_with, now[giver], less)),
        }


def _with(crew: Crew, share: float) -> Crew:
    """The crew with a part of an agent more, or less."""
    return crew_of(crew, max(crew.agents + sum(crew.helpers) + share, 0.0))


def _sent_first(person: Person) -> tuple[float, bool, int, str]:
    """Whoever is there longest, then free now, then not moved for long."""
    return (
        -person.share * max(person.skills.values(), default=0.0),
        person.busy,
        person.moved_at or 0,
        person.agent,
    )
