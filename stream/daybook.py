"""The daybook: the facts of each business day, so that every figure can be opened to its calls.

A fact is entered with a sign, as in the ledger: a correction is an entry of its own, never an
erasure. What stands in the end is what was stated and not taken back.

    runner --take(position, entries)--> held --one transaction--> pages by business day
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from ingest.events import Millis
from ingest.masking import masked
from stream.facts import (
    ArrivalFact,
    BlockFact,
    Fact,
    HandleFact,
    RingFact,
    ScoreFact,
    SpanFact,
    WaitFact,
)
from stream.intervals import Calendar
from stream.ports import Journal, Position
from stream.visits import VisitsState

Entry = tuple[int, Fact]
"""A fact that was stated (1) or taken back (-1)."""
MANY = 50_000
"""Entries that are worth writing at once, when a journal is read as fast as it goes."""
F = TypeVar("F", bound=Fact)
_HIDDEN = masked("12345")[:3]


class FactLog(Protocol):
    """Who keeps the facts of a stream. Never raises, whatever its disk does, and never waits."""

    async def recover(self, journal: Journal, position: Position, /) -> None:
        """Be where a stream begins that has taken everything up to `position`.

        What was kept of later positions is dropped: the stream tells it again. 0 is a stream that
        reads its whole journal: then what was kept stands, and only the rest is taken.
        """
        ...

    def take(self, position: Position, entries: list[Entry], visits: VisitsState, /) -> None:
        """Take over these entries, made by what the journal has up to `position`; empties the list."""
        ...

    def durable(self, position: Position, /) -> None:
        """The journal is safe up to here: what was taken so far may be kept."""
        ...

    async def keep(self, at_least: int = 0, /) -> bool:
        """Write what was taken and is durable, if it is so many entries; False if the disk refused."""
        ...


class Turn(Struct, array_like=True):
    """The entries of one business day that were made when the journal had reached `position`.

    A new kind comes last: books written before have turns that end sooner.
    """

    position: Position
    arrivals: list[tuple[int, ArrivalFact]] = []
    waits: list[tuple[int, WaitFact]] = []
    handles: list[tuple[int, HandleFact]] = []
    blocks: list[tuple[int, BlockFact]] = []
    rings: list[tuple[int, RingFact]] = []
    spans: list[tuple[int, SpanFact]] = []
    scores: list[tuple[int, ScoreFact]] = []


class Taken(NamedTuple):
    """What the stream handed over at once. `callers` by visit, masked."""

    position: Position
    entries: list[Entry]
    callers: dict[str, str]


PLACES: dict[type[Fact], str] = {
    ArrivalFact: "arrivals",
    WaitFact: "waits",
    HandleFact: "handles",
    BlockFact: "blocks",
    RingFact: "rings",
    SpanFact: "spans",
    ScoreFact: "scores",
}
"""Where a turn has its entries of a kind, in the order of its fields."""


def taken(position: Position, entries: list[Entry], visits: VisitsState) -> Taken:
    """What is to be kept of these entries: callers are looked up while their visits are known."""
    callers = {}
    for sign, fact in entries:
        if sign > 0 and type(fact) is ArrivalFact:
            visit = visits.open.get(fact.visit) or visits.ended.get(fact.visit)
            if visit is not None and visit.caller:
                callers[fact.visit] = hidden(visit.caller)
    return Taken(position, list(entries), callers)


def hidden(caller: str) -> str:
    """A caller's number as it may be kept; a source may have masked it already, or not."""
    return caller if caller.startswith(_HIDDEN) else masked(caller)


def by_day(told: Iterable[Taken], calendar: Calendar) -> dict[Millis, list[Turn]]:
    """The same entries as turns of the business days that they belong to.

    A span that touches several days belongs to each of them, whole.
    """
    days: dict[Millis, list[Turn]] = {}
    start = end = 0
    turns: list[Turn] = []
    for each in told:
        for entry in each.entries:
            fact = entry[1]
            span = type(fact) is SpanFact
            at = fact.start_at if isinstance(fact, SpanFact) else fact.at
            if not start <= at < end:
                start, end = calendar.day(at), calendar.next_day(at)
                turns = days.setdefault(start, [])
            _put(turns, each.position, entry)
            if span and fact.at > end:
                for day in _days_between(end, fact.at, calendar):
                    _put(days.setdefault(day, []), each.position, entry)
    return days


def _put(turns: list[Turn], position: Position, entry: Entry) -> None:
    if not turns or turns[-1].position != position:
        turns.append(Turn(position, [], [], [], [], [], [], []))
    getattr(turns[-1], PLACES[type(entry[1])]).append(entry)


def _days_between(start: Millis, end: Millis, calendar: Calendar) -> Iterable[Millis]:
    while start < end:
        yield start
        start = calendar.next_day(start)


def standing(entries: Sequence[tuple[int, F]]) -> list[F]:
    """The facts that were stated and not taken back, each as often as it stands."""
    gone: Counter[Any] = Counter(fact for sign, fact in entries if sign < 0)
    if not gone:
        return [fact for _, fact in entries]
    left = []
    for sign, fact in entries:
        if sign < 0:
            continue
        if gone[fact] > 0:
            gone[fact] -= 1
        else:
            left.append(fact)
    return left
