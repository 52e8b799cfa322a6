"""What a fit reads of a floor's past: its calls, waits and conversations, and who was there. Pure.

Only events are read, so that a journal, a log, a recording and a table of calls all serve alike.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.events import (
    Abandoned,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Data,
    Dropped,
    Event,
    Held,
    Millis,
    Offered,
    Overflowed,
    QualityScored,
    Queued,
    RingEnded,
    Ringing,
    SurveyScored,
    Transferred,
    VisitData,
)
from ingest.words import (
    AgentStatus,
    Block,
    ComponentKind,
    Origin,
    Overflow,
    Phase,
    RingEnd,
    TransferKind,
)

_AWAY = frozenset(
    {
        AgentStatus.SIGNED_OUT,
        AgentStatus.NOT_READY,
        AgentStatus.UNREACHABLE,
        AgentStatus.UNKNOWN,
    }
)


@dataclass(slots=True)
class Seen:
    """One visit. `wait_ms` is None until the wait is over, `answered_at` unless it was answered.

    `left` says how an unanswered wait ended: `abandoned`, `dropped`, or why it overflowed.
    `first` says that the call came from outside into this queue, not from another queue.
    """

    queue: str
    call: str
    queued_at: Millis
    first: bool
    caller: str = ""
    wait_ms: Millis | None = None
    left: str = ""
    agent: str = ""
    answered_at: Millis | None = None
    ended_at: Millis | None = None
    talk_ms: Millis | None = None
    hold_ms: Millis = 0
    dropped: bool = False

    @property
    def came(self) -> bool:
        """Whether its wait is over: only then does it tell anything."""
        return self.wait_ms is not None


@dataclass(slots=True)
class Record:
    """A floor's past. Times are UTC; `offered` is when each call reached the system.

    `on` are the spans in which agents were there for calls, if their states are told: then `told` has
    them. `habits` counts what people did, by the names of `simulators.fit_habits`; `lengths` are
    durations by such names.
    """

    visits: dict[str, Seen] = field(default_factory=dict)
    offered: dict[str, Millis] = field(default_factory=dict)
    did: dict[str, str] = field(default_factory=dict)
    blocked: dict[tuple[str, Block], int] = field(default_factory=dict)
    entered: dict[str, tuple[str, Millis]] = field(default_factory=dict)
    on: list[tuple[str, Millis, Millis]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    habits: Counter[str] = field(default_factory=Counter)
    lengths: dict[str, list[Millis]] = field(default_factory=dict)
    lines: dict[str, ComponentKind] = field(default_factory=dict)
    to_queues: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    wrap_ups: dict[str, list[Millis]] = field(default_factory=dict)
    first_at: Millis = 0
    last_at: Millis = 0

    def waits(self) -> list[Seen]:
        """The visits whose wait is over, in order of entry."""
        return [seen for seen in self.visits.values() if seen.came]


def record(events: Iterable[Event]) -> Record:
    """Read the events. Back-fill, a second witness of what the first one tells, is not read."""
    reader = Reader()
    for event in events:
        if event.origin is not Origin.BACKFILL:
            reader.take(event.time, event.data)
    return reader.finish()


class Reader:
    """Takes what happened, in order of time; `finish` when there is no more."""

    def __init__(self) -> None:
        self._record = Record()
        self._calls: set[str] = set()
        self._states: dict[str, tuple[AgentStatus, Millis, str]] = {}

    def take(self, time: Millis, data: Data) -> None:
        """This happened at `time`."""
        seen = self._record
        seen.first_at = seen.first_at or time
        seen.last_at = max(seen.last_at, time)
        match data:
            case Queued():
                self._queued(time, data)
            case VisitData() if data.visit in seen.visits:
                self._of_visit(time, data, seen.visits[data.visit])
            case Offered():
                seen.offered.setdefault(data.call, time)
                seen.did[data.call] = data.did
            case Blocked():
                key = data.queue, data.reason
                seen.blocked[key] = seen.blocked.get(key, 0) + 1
                self._enters(data.call, data.queue, time)
            case AgentState():
                self._state(time, data)
            case Component(kind=ComponentKind.TRUNK | ComponentKind.REGISTRATION):
                seen.lines.setdefault(data.name, data.kind)
            case SurveyScored():
                seen.habits["csat"] += 1
            case QualityScored():
                seen.habits["quality"] += 1
            case _:
                pass

    def finish(self) -> Record:
        """All that was seen; who is still there is there until now."""
        for agent in list(self._states):
            self._leave(agent, self._record.last_at)
        return self._record

    def _enters(self, call: str, queue: str, time: Millis) -> bool:
        """Whether the call comes from outside, not from another queue."""
        if call and call in self._calls:
            return False
        self._calls.add(call)
        if call:
            self._record.entered[call] = queue, self._record.offered.get(call, time)
        return True

    def _queued(self, time: Millis, data: Queued) -> None:
        seen = self._record
        if data.visit in seen.visits:
            return
        first = self._enters(data.call or data.visit, data.queue, time)
        seen.visits[data.visit] = Seen(data.queue, data.call, time, first, data.caller)
        if first and data.call in seen.offered:
            seen.lengths.setdefault("menu", []).append(time - seen.offered[data.call])

    def _of_visit(self, time: Millis, data: VisitData, visit: Seen) -> None:
        habits, lengths = self._record.habits, self._record.lengths
        match data:
            case Ringing():
                habits["rings"] += 1
            case RingEnded(result=RingEnd.NO_ANSWER | RingEnd.BUSY):
                habits[data.result.value] += 1
                if data.result is RingEnd.NO_ANSWER and data.ring_ms:
                    lengths.setdefault("ring_timeout", []).append(data.ring_ms)
            case Answered():
                visit.agent, visit.answered_at = data.agent, time
                told = data.wait_ms
                visit.wait_ms = time - visit.queued_at if told is None else told
                if data.ring_ms is not None:
                    lengths.setdefault("ring", []).append(data.ring_ms)
            case Held():
                habits["holds"] += 1
            case _:
                self._over(time, data, visit)

    def _over(self, time: Millis, data: VisitData, visit: Seen) -> None:
        """The wait or the conversation is over, if this says so."""
        match data:
            case Abandoned():
                self._gone(time, visit, data.wait_ms, "abandoned")
            case Overflowed():
                self._gone(time, visit, data.wait_ms, data.reason.value)
                if data.to_queue:
                    self._record.to_queues[data.queue, data.reason.value, data.to_queue] += 1
                if data.reason is Overflow.KEY:
                    self._record.lengths.setdefault("key", []).append(visit.wait_ms or 0)
            case Dropped(phase=Phase.TALKING):
                visit.dropped = True
                self._ended(time, visit, data.talk_ms, data.hold_ms)
            case Dropped():
                self._gone(time, visit, data.wait_ms, "dropped")
            case Transferred():
                self._transferred(data)
                self._ended(time, visit, data.talk_ms, data.hold_ms)
            case Completed():
                self._record.habits[f"ended_by_{data.ended_by.value}"] += 1
                self._ended(time, visit, data.talk_ms, data.hold_ms)
            case _:
                pass

    def _gone(self, time: Millis, visit: Seen, wait_ms: Millis | None, left: str) -> None:
        visit.wait_ms = time - visit.queued_at if wait_ms is None else wait_ms
        visit.left, visit.ended_at = left, time

    def _ended(
        self, time: Millis, visit: Seen, talk_ms: Millis | None, hold_ms: Millis | None
    ) -> None:
        if visit.answered_at is None:
            return
        visit.ended_at = time
        visit.talk_ms = time - visit.answered_at if talk_ms is None else talk_ms
        visit.hold_ms = hold_ms or 0
        if hold_ms:
            self._record.lengths.setdefault("hold", []).append(hold_ms)

    def _transferred(self, data: Transferred) -> None:
        habits = self._record.habits
        habits["transfers"] += 1
        if data.to_queue:
            self._record.to_queues[data.queue, "transfer", data.to_queue] += 1
        else:
            habits["transfers_out"] += 1
            habits["attended"] += data.kind is TransferKind.ATTENDED

    def _state(self, time: Millis, data: AgentState) -> None:
        since = time if data.since is None else min(data.since, time)
        self._leave(data.agent, since)
        self._states[data.agent] = data.state, since, data.queue
        if data.state in (AgentStatus.READY, AgentStatus.SIGNED_OUT, AgentStatus.NOT_READY):
            self._record.told.add(data.agent)

    def _leave(self, agent: str, time: Millis) -> None:
        """The agent's state of before is over."""
        state, since, queue = self._states.pop(agent, (AgentStatus.UNKNOWN, time, ""))
        if state not in _AWAY and time > since:
            self._record.on.append((agent, since, time))
        if state is AgentStatus.ACW:
            self._record.wrap_ups.setdefault(queue, []).append(time - since)
