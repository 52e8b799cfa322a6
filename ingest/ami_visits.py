"""The visits of calls to queues that we believe to be open, and how to find one again."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from ingest.events import Millis
from ingest.words import RingEnd

V = TypeVar("V")

REMEMBERED = 20_000
"""How many ended or lost visits are kept, so that a late end finds its own."""


class Stage(StrEnum):
    """Where a visit stands.

    WAITING -> LEAVING -> TALKING -> ENDING -> gone: LEAVING is between QueueCallerLeave and knowing
    why he left; ENDING is between AgentComplete and knowing why it ended. PASSED: the agent handed the
    caller on and is free, but for Asterisk the call goes on until the caller hangs up.
    """

    WAITING = "waiting"
    LEAVING = "leaving"
    TALKING = "talking"
    ENDING = "ending"
    PASSED = "passed"


@dataclass(slots=True)
class Ring:
    """One phone that rings for a visit."""

    agent: str
    interface: str
    leg: str
    since: Millis
    answered: bool = False
    cause: int = 0
    result: RingEnd | None = None


@dataclass(slots=True)
class Fault:
    """A leg of the call ended, or asked to, with the cause of a fault."""

    at: Millis
    cause: int
    line: str
    callers: bool


@dataclass(slots=True)
class Passing:
    """A sign that the caller was handed on."""

    at: Millis
    kind: str
    to: str
    legs: frozenset[str] = frozenset()


@dataclass(slots=True)
class Visit:
    """One entry of one call into one queue. Times are event times in milliseconds."""

    id: str
    queue: str
    call: str
    linked: str
    channel: str = ""
    stage: Stage = Stage.WAITING
    joined_at: Millis | None = None
    rebuilt: bool = False
    rings: dict[str, Ring] = field(default_factory=dict)
    ring_lost_at: Millis | None = None
    abandoned: bool = False
    hanging_up: int | None = None
    left_at: Millis | None = None
    left_seen: bool = False
    patience_until: Millis = 0
    position: int | None = None
    hold_time_ms: Millis | None = None
    agent: str = ""
    interface: str = ""
    leg: str = ""
    answered_at: Millis | None = None
    wait_ms: Millis | None = None
    hold_since: Millis | None = None
    hold_ms: Millis = 0
    passing: Passing | None = None
    faults: list[Fault] = field(default_factory=list)
    hung_up_at: Millis | None = None
    ended_at: Millis | None = None
    reason: str = ""
    talk_ms: Millis | None = None

    @property
    def in_queue(self) -> bool:
        """Whether no agent has answered yet."""
        return self.stage in (Stage.WAITING, Stage.LEAVING)


def duration_ms(start: Millis | None, end: Millis | None, told_ms: Millis | None) -> Millis | None:
    """The span between two event times if it agrees with Asterisk's whole seconds, else those.

    `HoldTime` and `TalkTime` are differences of two whole seconds: up to one second off either way.
    """
    if start is None or end is None:
        return told_ms
    span = max(0, end - start)
    if told_ms is not None and abs(span - told_ms) > 1000:
        return told_ms
    return span


class VisitBook:
    """The open visits by call, by linked id and by id, and the ids of those that went before."""

    def __init__(self) -> None:
        self.open: dict[str, Visit] = {}
        self._by_call: dict[str, list[Visit]] = {}
        self._by_linked: dict[str, list[Visit]] = {}
        self._entries: dict[tuple[str, str], int] = {}
        self._lost: dict[tuple[str, str], Visit] = {}
        self._ended: dict[tuple[str, str], bool] = {}
        self._nameless = 0

    def enter(self, call: str, queue: str, linked: str = "") -> Visit:
        """Open a new visit: the n-th of this call in this queue."""
        if not call:
            self._nameless += 1
            call_part = f"?{self._nameless}"
        else:
            call_part = call
        entry = self._entries.get((call_part, queue), 0) + 1
        _remember(self._entries, (call_part, queue), entry)
        self._ended.pop((call, queue), None)
        tail = f"/{queue}/{entry}"
        visit = Visit(
            id=(call_part[: max(1, 255 - len(tail))] + tail)[-255:],
            queue=queue,
            call=call,
            linked=linked or call,
        )
        self._add(visit)
        return visit

    def reopen(self, visit: Visit) -> None:
        """Put back a visit that was believed lost."""
        self._lost.pop((visit.call, visit.queue), None)
        self._add(visit)

    def _add(self, visit: Visit) -> None:
        self.open[visit.id] = visit
        self._by_call.setdefault(visit.call, []).append(visit)
        self._by_linked.setdefault(visit.linked, []).append(visit)

    def relink(self, visit: Visit, linked: str) -> None:
        """The visit's channels now have another linked id (Asterisk changes it when bridges merge)."""
        if linked and linked != visit.linked:
            _drop(self._by_linked, visit.linked, visit)
            visit.linked = linked
            self._by_linked.setdefault(linked, []).append(visit)

    def close(self, visit: Visit, *, lost: bool = False) -> None:
        """The visit is over. A `lost` one is remembered: its real end may still be told."""
        if self.open.pop(visit.id, None) is None:
            return
        _drop(self._by_call, visit.call, visit)
        _drop(self._by_linked, visit.linked, visit)
        _remember(self._ended, (visit.call, visit.queue), True)
        if lost:
            _remember(self._lost, (visit.call, visit.queue), visit)
            self._ended.pop((visit.call, visit.queue))

    def over(self, call: str, queue: str) -> bool:
        """Whether this call's latest visit to this queue was told to its end: what still comes is an echo."""
        return bool(call) and (call, queue) in self._ended

    def doubt(self) -> None:
        """Events may have been lost: an end seen before says nothing about what comes now."""
        self._ended.clear()

    def of_call(self, call: str) -> list[Visit]:
        """The open visits of a call, oldest first."""
        return list(self._by_call.get(call, ())) if call else []

    def of_link(self, linked: str) -> list[Visit]:
        """The open visits whose channels share this linked id."""
        return list(self._by_linked.get(linked, ())) if linked else []

    def find(self, call: str, queue: str, *stages: Stage) -> Visit | None:
        """The newest open visit of this call in this queue that stands at one of `stages`."""
        for visit in reversed(self._by_call.get(call, ())):
            if visit.queue == queue and (not stages or visit.stage in stages):
                return visit
        return None

    def lost(self, call: str, queue: str) -> Visit | None:
        """The visit of this call in this queue that we gave up."""
        return self._lost.get((call, queue)) if call else None

    def served_by(self, queue: str, interface: str) -> Visit | None:
        """The visit that this phone is talking to in this queue: for events that lost their channel."""
        for visit in reversed(self.open.values()):
            talking = visit.stage in (Stage.TALKING, Stage.PASSED)
            if talking and visit.queue == queue and visit.interface == interface:
                return visit
        return None


def _drop(index: dict[str, list[Visit]], key: str, visit: Visit) -> None:
    visits = index.get(key, [])
    if visit in visits:
        visits.remove(visit)
    if not visits:
        index.pop(key, None)


def _remember(memory: dict[tuple[str, str], V], key: tuple[str, str], value: V) -> None:
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
