"""The training desk: somebody asks for a fault, the floor shows it, somebody else has to find it.

    a trainer: inject, surprise, relieve          a trainee: find
           \\                                       /
            drills: asked for ... running ... over
                      |
    who plays the floor: apply(floor, now), as often as he looks at the clock

What is asked for begins at the next `apply`, and is a real fault of the simulated floor; a silent
feed alone is left to who plays the floor: he keeps back what happens as long as the desk is `silent`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ingest.events import Millis
from simulators.draws import Draws
from simulators.faults import Fault, FaultKind, FaultTruth
from simulators.plans import MINUTE
from simulators.scenario import Scenario

Names = Mapping[str, str]
Row = dict[str, Any]

MOST_AT_ONCE = 6
"""Faults that may run at the same time; more than that nobody can tell apart."""
KEPT = 5
"""Drills that are over and still shown."""


class TrainingError(ValueError):
    """The desk cannot do what is asked; the message says why, in a word of `Refusal`."""

    def __init__(self, why: "Refusal") -> None:
        super().__init__(str(why))
        self.why = why


class Refusal(StrEnum):
    """Why the desk refuses."""

    NOT_OFFERED = "not_offered"
    """There is no such fault to be had, or not of this size or in this place."""
    RUNNING = "running"
    """This very fault is running already, or another surprise is."""
    TOO_MANY = "too_many"
    """So many are running that another one would teach nothing."""
    OVER = "over"
    """It is over, or it never was."""


class Verdict(StrEnum):
    """How good a guess was."""

    RIGHT = "right"
    PLACE = "place"
    """The right kind of fault in the wrong place."""
    WRONG = "wrong"


class Floor(Protocol):
    """What the desk asks of a simulated floor."""

    def inject(self, fault: Fault) -> FaultTruth: ...

    def relieve(self, truth: FaultTruth) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A fault that can be had: for how long, in which sizes (one, if it has none), and where."""

    kind: FaultKind
    length_ms: Millis
    sizes: tuple[float, ...]
    scopes: Mapping[str, Names]

    def fault(self, scope: str, size: float) -> Fault:
        """The fault itself."""
        return Fault(kind=self.kind, after_ms=0, length_ms=self.length_ms, scope=scope, size=size)


@dataclass(slots=True, kw_only=True)
class Drill:
    """A fault that was asked for. It begins when it has a `truth`.

    `secret` says that it was a surprise: what it is stays hidden until it is found or over. `guess`
    is the last one, and `wrong` counts those that were not right.
    """

    number: int
    fault: Fault
    secret: bool = False
    truth: FaultTruth | None = None
    relieved: bool = False
    found_at: Millis | None = None
    guess: tuple[str, str, Verdict] | None = None
    wrong: int = 0

    @property
    def over(self) -> bool:
        return self.truth is not None and self.truth.ended_at is not None

    @property
    def hidden(self) -> bool:
        return self.secret and self.found_at is None and not self.over

    @property
    def until(self) -> Millis:
        """When it ends by itself; 0 before it began."""
        return self.truth.started_at + self.fault.length_ms if self.truth is not None else 0


class Desk:
    """All drills of one floor. `seed` decides which faults the surprises are."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.offers = {offer.kind: offer for offer in _offers(scenario)}
        self.drills: list[Drill] = []
        self._draws = Draws(seed, "surprises")
        self._last = 0

    @property
    def silent(self) -> bool:
        """Whether the feed is silent: nothing may be told of what happens, until it is over."""
        return any(drill.fault.kind is FaultKind.SILENT for drill in self._running())

    def inject(self, kind: str, scope: str, size: float) -> None:
        """Ask for a fault; `size` 0 is the smallest offered. Raises `TrainingError`."""
        offer = self.offers.get(kind)  # type: ignore[call-overload]  # a StrEnum is its own word
        if offer is None or scope not in offer.scopes:
            raise TrainingError(Refusal.NOT_OFFERED)
        size = size or offer.sizes[0]
        if size not in offer.sizes:
            raise TrainingError(Refusal.NOT_OFFERED)
        if (offer.kind, scope) in self._taken():
            raise TrainingError(Refusal.RUNNING)
        self._ask(offer.fault(scope, size))

    def surprise(self) -> None:
        """Ask for some fault, and not be told which. Raises `TrainingError`."""
        if any(drill.hidden for drill in self.drills):
            raise TrainingError(Refusal.RUNNING)
        taken = self._taken()
        kinds = [
            offer
            for offer in self.offers.values()
            if not any(kind == offer.kind for kind, _ in taken)
        ]
        if not kinds:
            raise TrainingError(Refusal.TOO_MANY)
        offer = self._draws.one_of(kinds)
        scope = self._draws.one_of(tuple(offer.scopes))
        self._ask(offer.fault(scope, self._draws.one_of(offer.sizes)), secret=True)

    def relieve(self, number: int) -> None:
        """Ask for the end of a drill, be it found or not. Raises `TrainingError`."""
        self._drill(number).relieved = True

    def find(self, number: int, kind: str, scope: str, now: Millis) -> Verdict:
        """Guess what a surprise is, and where. Raises `TrainingError`."""
        drill = self._drill(number)
        if not drill.hidden or drill.truth is None:
            raise TrainingError(Refusal.OVER)
        offer = self.offers.get(kind)  # type: ignore[call-overload]  # a StrEnum is its own word
        if offer is None or scope not in offer.scopes:
            raise TrainingError(Refusal.NOT_OFFERED)
        verdict = Verdict.WRONG
        if kind == drill.fault.kind:
            verdict = Verdict.RIGHT if scope == drill.fault.scope else Verdict.PLACE
        drill.guess = kind, scope, verdict
        if verdict is Verdict.RIGHT:
            drill.found_at = max(now, drill.truth.started_at)
        else:
            drill.wrong += 1
        return verdict

    def apply(self, floor: Floor, now: Millis) -> None:
        """Begin and end on the floor what was asked for since the last time."""
        for drill in self._running():
            silent = drill.fault.kind is FaultKind.SILENT
            if drill.truth is None:
                drill.truth = _silence(now) if silent else floor.inject(drill.fault)
            if silent and (drill.relieved or now >= drill.until):
                drill.truth.ended_at = min(now, drill.until)
            elif drill.relieved:
                floor.relieve(drill.truth)
        over = [drill for drill in self.drills if drill.over]
        for drill in over[:-KEPT]:
            self.drills.remove(drill)

    def document(self) -> Row:
        """What screens are shown: what can be had, and the drills, the first asked for first."""
        return {
            "offers": [_offer_row(offer) for offer in self.offers.values()],
            "faults": [_row(drill) for drill in self.drills],
        }

    def _ask(self, fault: Fault, *, secret: bool = False) -> None:
        if len(self._running()) >= MOST_AT_ONCE:
            raise TrainingError(Refusal.TOO_MANY)
        self._last += 1
        self.drills.append(Drill(number=self._last, fault=fault, secret=secret))

    def _running(self) -> Sequence[Drill]:
        return [drill for drill in self.drills if not drill.over]

    def _taken(self) -> set[tuple[FaultKind, str]]:
        # What a hidden drill is must not be learnt from a refusal.
        return {(d.fault.kind, d.fault.scope) for d in self._running() if not d.hidden}

    def _drill(self, number: int) -> Drill:
        for drill in self._running():
            if drill.number == number:
                return drill
        raise TrainingError(Refusal.OVER)


def _silence(now: Millis) -> FaultTruth:
    return FaultTruth(kind=FaultKind.SILENT, scope="", started_at=now)


def _offers(scenario: Scenario) -> Iterator[Offer]:
    everywhere: dict[str, Names] = {"": {}}
    queues = {f"queue:{queue.id}": queue.names for queue in scenario.queues}
    teams = {f"team:{id}": names for id, names in scenario.teams.items()}
    trunks: dict[str, Names] = {f"trunk:{trunk.name}": {} for trunk in scenario.trunks}
    yield Offer(
        kind=FaultKind.PEAK, length_ms=5 * MINUTE, sizes=(2.0, 4.0), scopes=everywhere | queues
    )
    if trunks:
        yield Offer(kind=FaultKind.TRUNK_DOWN, length_ms=2 * MINUTE, sizes=(0.0,), scopes=trunks)
    yield Offer(
        # A burst: those who talk are cut off some time within it, so a long one would be a drizzle.
        kind=FaultKind.DROPS,
        length_ms=90_000,
        sizes=(0.4, 0.8),
        scopes=everywhere | trunks,
    )
    yield Offer(kind=FaultKind.SILENT, length_ms=45_000, sizes=(0.0,), scopes=everywhere)
    yield Offer(
        kind=FaultKind.SIGN_OUT, length_ms=3 * MINUTE, sizes=(0.6,), scopes=everywhere | teams
    )


def _offer_row(offer: Offer) -> Row:
    return {
        "kind": offer.kind.value,
        "length_ms": offer.length_ms,
        "sizes": [size for size in offer.sizes if size],
        "scopes": [_scope_row(scope, names) for scope, names in offer.scopes.items()],
    }


def _scope_row(scope: str, names: Names) -> Row:
    return {"id": scope, "names": dict(names)}


def _row(drill: Drill) -> Row:
    fault, truth = drill.fault, drill.truth
    row: Row = {"number": drill.number, "secret": drill.secret, "wrong": drill.wrong}
    if truth is not None:
        row["since"] = truth.started_at
    if drill.guess is not None:
        row["guess"] = dict(zip(("kind", "scope", "verdict"), drill.guess, strict=True))
    if drill.hidden:
        return row  # how long it will last, or whom it hits, would give it away
    row |= {"kind": fault.kind.value, "scope": fault.scope}
    if fault.size:
        row["size"] = fault.size
    if truth is not None:
        row["hit"] = truth.hit
        row["until"] = drill.until
        if truth.ended_at is not None:
            row["ended_at"] = truth.ended_at
    if drill.found_at is not None:
        row["found_at"] = drill.found_at
    return row
