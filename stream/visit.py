"""One visit: what was told of it, and the facts that follow.

A visit is a pure function of the set of events told of it, never of the order in which they came:
each event competes for one of four slots (begin, answer, leave, end). The better witness wins a
slot; of two equally good ones the earlier event. So a late or repeated event, a gap filled from
another source, or a guess made by reconciliation all end in the same facts.

    begin --- waiting ---+--- answer --- talking --- end (completed | transferred | dropped)
                         +--- leave (abandoned | overflowed | dropped)
"""

from collections.abc import Callable

from msgspec import Struct

from ingest.events import (
    Abandoned,
    Answered,
    Completed,
    Dropped,
    Event,
    Held,
    Millis,
    Overflowed,
    Queued,
    Retrieved,
    Transferred,
)
from ingest.words import Clock, Origin, Phase
from stream.facts import ArrivalFact, HandleFact, WaitFact

GUESS, FILLED, TOLD = 1, 2, 3
"""How good a witness is: reconciliation's guess, another source's back-fill, the source itself."""
STALE_MS = 5_000
"""A live event this long after its back-filled twin belongs to something else, or was inferred."""


class Mark(Struct, array_like=True, gc=False):
    """What one event says for one slot. `kind` and `detail` depend on the slot."""

    rank: int
    time: Millis
    seq: int
    kind: str = ""
    agent: str = ""
    detail: str = ""
    wait_ms: Millis | None = None
    talk_ms: Millis | None = None
    hold_ms: Millis | None = None

    def beats(self, other: "Mark") -> bool:
        if {self.rank, other.rank} == {FILLED, TOLD} and abs(self.time - other.time) > STALE_MS:
            # A log writes what happens when it happens: who tells the same long after it missed it.
            return self.time < other.time
        if self.rank != other.rank:
            return self.rank > other.rank
        return (self.time, self.seq) < (other.time, other.seq)


class Visit(Struct, array_like=True):
    """One entry of one call into one queue. The three facts are those now stated for it.

    `ringing` holds the phones that ring, since when; `rung` when they last stopped, as a word of an
    offer may come after the word of its end. `told_epoch` and `told_seq` are of the last event that
    its own source told of it.
    """

    key: str
    queue: str
    call: str
    source: str
    begin: Mark | None = None
    answer: Mark | None = None
    leave: Mark | None = None
    end: Mark | None = None
    holds: list[tuple[Millis, int, bool]] | None = None
    ringing: dict[str, Millis] | None = None
    caller: str = ""
    position: int | None = None
    refused: int = 0
    contradicted: bool = False
    told_epoch: str = ""
    told_seq: int = 0
    arrival: ArrivalFact | None = None
    wait: WaitFact | None = None
    handle: HandleFact | None = None
    priority: int | None = None
    rung: dict[str, Millis] | None = None

    @property
    def waiting(self) -> bool:
        return self.wait is None

    @property
    def talking(self) -> bool:
        return self.wait is not None and self.wait.answered and self.handle is None

    @property
    def over(self) -> bool:
        return self.handle is not None or (self.wait is not None and not self.wait.answered)

    @property
    def begin_witnessed(self) -> bool:
        return self.begin is not None and self.begin.rank > GUESS

    @property
    def joined_at(self) -> Millis:
        assert self.arrival is not None
        return self.arrival.at

    def offer(self, slot: str, mark: Mark) -> bool:
        """Let a mark compete for a slot; False if it lost against a better or equal witness."""
        held: Mark | None = getattr(self, slot)
        if held is None:
            setattr(self, slot, mark)
            return True
        if held.rank == mark.rank == TOLD:
            self.refused += 1
        if not mark.beats(held):
            return False
        setattr(self, slot, mark)
        return True


def rank_of(event: Event) -> int:
    """How good a witness this event is."""
    if event.origin is Origin.BACKFILL:
        return FILLED
    if event.clock is Clock.ESTIMATED or event.origin is Origin.SNAPSHOT:
        return GUESS
    return TOLD


def take(visit: Visit, event: Event) -> str:
    """Enter one event into the visit; returns the slot it won, or "" if it changed nothing.

    Raises `KeyError` for data that is not of a visit.
    """
    return _TAKERS[type(event.data)](visit, event, rank_of(event))


def _put(visit: Visit, slot: str, mark: Mark) -> str:
    return slot if visit.offer(slot, mark) else ""


def _queued(visit: Visit, event: Event, rank: int) -> str:
    data: Queued = event.data  # type: ignore[assignment]  # each taker is called for its own type
    visit.caller = visit.caller or data.caller
    visit.position = data.position
    visit.priority = data.priority
    return _put(visit, "begin", Mark(rank, event.time, event.seq))


def _answered(visit: Visit, event: Event, rank: int) -> str:
    data: Answered = event.data  # type: ignore[assignment]
    mark = Mark(rank, event.time, event.seq, "answered", data.agent, "", data.wait_ms)
    return _put(visit, "answer", mark)


def _abandoned(visit: Visit, event: Event, rank: int) -> str:
    data: Abandoned = event.data  # type: ignore[assignment]
    return _put(
        visit, "leave", Mark(rank, event.time, event.seq, "abandoned", "", "", data.wait_ms)
    )


def _overflowed(visit: Visit, event: Event, rank: int) -> str:
    data: Overflowed = event.data  # type: ignore[assignment]
    mark = Mark(rank, event.time, event.seq, "overflowed", "", data.reason.value, data.wait_ms)
    return _put(visit, "leave", mark)


def _dropped(visit: Visit, event: Event, rank: int) -> str:
    data: Dropped = event.data  # type: ignore[assignment]
    if data.phase is Phase.TALKING:
        return _ended(visit, event, rank, data, "dropped", data.cause_class.value)
    mark = Mark(rank, event.time, event.seq, "dropped", "", data.cause_class.value, data.wait_ms)
    return _put(visit, "leave", mark)


def _completed(visit: Visit, event: Event, rank: int) -> str:
    data: Completed = event.data  # type: ignore[assignment]
    return _ended(visit, event, rank, data, "completed", data.ended_by.value)


def _transferred(visit: Visit, event: Event, rank: int) -> str:
    data: Transferred = event.data  # type: ignore[assignment]
    return _ended(visit, event, rank, data, "transferred", data.kind.value)


def _ended(
    visit: Visit,
    event: Event,
    rank: int,
    data: Completed | Transferred | Dropped,
    kind: str,
    detail: str,
) -> str:
    mark = Mark(
        rank,
        event.time,
        event.seq,
        kind,
        data.agent,
        detail,
        data.wait_ms,
        data.talk_ms,
        data.hold_ms,
    )
    return _put(visit, "end", mark)


def _parked(visit: Visit, event: Event, rank: int) -> str:
    data: Held | Retrieved = event.data  # type: ignore[assignment]
    entry = (event.time, event.seq, isinstance(data, Held))
    holds = visit.holds or []
    if entry in holds:
        return ""
    visit.holds = sorted([*holds, entry])
    # Who is parked was answered, even if the answer itself was lost.
    suppose(visit, "answer", Mark(GUESS, event.time, event.seq, "answered", data.agent))
    suppose(visit, "begin", Mark(GUESS, event.time, event.seq))
    return "holds"


_TAKERS: dict[type, Callable[[Visit, Event, int], str]] = {
    Queued: _queued,
    Answered: _answered,
    Abandoned: _abandoned,
    Overflowed: _overflowed,
    Dropped: _dropped,
    Completed: _completed,
    Transferred: _transferred,
    Held: _parked,
    Retrieved: _parked,
}
"""What each kind of event does to a visit."""


def suppose(visit: Visit, slot: str, mark: Mark) -> None:
    """Let a guess compete for a slot, unless a witness holds it."""
    held: Mark | None = getattr(visit, slot)
    if held is None or held.rank == GUESS:
        visit.offer(slot, mark)


def last_news(visit: Visit) -> Millis:
    """When anything was last told of it."""
    marks = (visit.begin, visit.answer, visit.leave, visit.end)
    return max((mark.time for mark in marks if mark is not None), default=0)
