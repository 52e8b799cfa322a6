"""What really happened on the simulated floor, counted where it happens.

The simulation keeps this itself, apart from the events that it tells: so it can judge anybody's
sums of those events. The names are those of `replay --json`.
"""

from collections import Counter
from dataclasses import dataclass, field

from ingest.events import Millis
from ingest.words import AgentStatus, EndedBy, Phase
from simulators.faults import FaultTruth

INTERVAL_MS = 900_000
"""A quarter of an hour. Every time zone in use lies whole quarters from UTC, so UTC's will do."""


@dataclass(slots=True)
class QueueTruth:
    """The fates of one queue's visits. At every instant `offered` is the sum of `answered`,
    `abandoned`, all of `overflowed`, `dropped_waiting` and `waiting`. Blocked calls never entered.
    `completed` are the conversations that ended without a transfer, the dropped ones among them.
    `csat` and `quality` hold the scores given, each with how often.
    """

    target_ms: Millis
    short_ms: Millis
    offered: int = 0
    answered: int = 0
    answered_in_target: int = 0
    abandoned: int = 0
    abandoned_short: int = 0
    abandoned_ringing: int = 0
    overflowed: dict[str, int] = field(default_factory=dict)
    blocked: int = 0
    dropped_waiting: int = 0
    dropped_talking: int = 0
    completed: int = 0
    transferred: int = 0
    waiting: int = 0
    wait_ms_answered: Millis = 0
    wait_ms_abandoned: Millis = 0
    talk_ms: Millis = 0
    hold_ms: Millis = 0
    csat: Counter[int] = field(default_factory=Counter)
    quality: Counter[int] = field(default_factory=Counter)

    def enter(self) -> None:
        """A caller begins to wait."""
        self.offered += 1
        self.waiting += 1

    def answer(self, wait_ms: Millis) -> None:
        """A caller came through after `wait_ms`."""
        self.waiting -= 1
        self.answered += 1
        self.answered_in_target += wait_ms <= self.target_ms
        self.wait_ms_answered += wait_ms

    def abandon(self, wait_ms: Millis, ringing: bool) -> None:
        """A caller gave up after `wait_ms`; `ringing` says whether a phone rang for him."""
        self.waiting -= 1
        self.abandoned += 1
        self.abandoned_short += wait_ms < self.short_ms
        self.abandoned_ringing += ringing
        self.wait_ms_abandoned += wait_ms

    def overflow(self, reason: str) -> None:
        """A rule took a caller out of the queue."""
        self.waiting -= 1
        self.overflowed[reason] = self.overflowed.get(reason, 0) + 1

    def drop(self) -> None:
        """A fault cut a waiting caller off."""
        self.waiting -= 1
        self.dropped_waiting += 1

    def talked(self, talk_ms: Millis, hold_ms: Millis, end: str) -> None:
        """A conversation of `talk_ms` ended, in which the caller was on hold for `hold_ms`.

        `end` is `completed`, `transferred`, or `dropped`.
        """
        self.talk_ms += talk_ms
        self.hold_ms += hold_ms
        self.transferred += end == "transferred"
        self.completed += end != "transferred"
        self.dropped_talking += end == "dropped"

    def judged(self, score: int, *, survey: bool) -> None:
        """A caller (`survey`) or a reviewer gave a conversation a score."""
        (self.csat if survey else self.quality)[score] += 1


@dataclass(slots=True)
class AgentTruth:
    """One agent: what he did, and how long he was in each state (and reason) that has ended.

    `ring_no_answer` counts the rings that he did not take, whyever. `seen` says whether he has
    signed in at all: before that nobody but his employer knows of him.
    """

    since: Millis
    state: AgentStatus = AgentStatus.SIGNED_OUT
    reason: str = ""
    seen: bool = False
    answered: int = 0
    ring_no_answer: int = 0
    talk_ms: Millis = 0
    ended_ms: dict[tuple[AgentStatus, str], Millis] = field(default_factory=dict)

    def turn(self, state: AgentStatus, reason: str, now: Millis) -> None:
        """The agent's state changed."""
        key = self.state, self.reason
        self.ended_ms[key] = self.ended_ms.get(key, 0) + now - self.since
        self.seen = self.seen or state is not AgentStatus.SIGNED_OUT
        self.state, self.reason, self.since = state, reason, now

    def time_ms(self, now: Millis) -> dict[tuple[AgentStatus, str], Millis]:
        """How long he has been in each state and reason up to `now`."""
        key = self.state, self.reason
        return self.ended_ms | {key: self.ended_ms.get(key, 0) + now - self.since}


@dataclass(slots=True)
class RingTruth:
    """A phone that rang for a visit. `result` is empty while it rings, then how it ended."""

    agent: str
    at: Millis
    ended_at: Millis | None = None
    result: str = ""


@dataclass(slots=True)
class VisitTruth:
    """One entry of a call into a queue, from its first moment to its last.

    `fate` is `waiting`, `talking`, `abandoned`, `overflowed`, `completed`, `transferred`, or
    `dropped`; `reason` is the overflow's, or the cause of the drop. `left_at` ends the wait and
    `ended_at` the visit; of one who was not answered both are the same. `crashed_until` is when the
    telephone system was back whose death cut this visit off.
    """

    visit: str
    queue: str
    queued_at: Millis
    fate: str = "waiting"
    reason: str = ""
    left_at: Millis | None = None
    ended_at: Millis | None = None
    agent: str = ""
    hold_ms: Millis = 0
    phase: Phase | None = None
    ended_by: EndedBy | None = None
    to: str = ""
    crashed_until: Millis | None = None
    rings: list[RingTruth] = field(default_factory=list)


@dataclass(slots=True)
class RefusalTruth:
    """A queue that did not take the call."""

    queue: str
    at: Millis
    reason: str


@dataclass(slots=True)
class CallTruth:
    """One call from the seizing of its line to the release. `uniqueid` names it to an Asterisk."""

    call: str
    uniqueid: str
    trunk: str
    did: str
    arrived_at: Millis
    redial_of: str = ""
    callback: bool = False
    ended_at: Millis | None = None
    cause: int | None = None
    visits: list[VisitTruth] = field(default_factory=list)
    refused: list[RefusalTruth] = field(default_factory=list)
    csat: int | None = None
    quality: int | None = None


@dataclass(slots=True)
class Truth:
    """The whole floor's true totals since the simulation began.

    With `keep` also each call and each quarter of an hour: `calls` by id, and `intervals` by queue
    and the quarter's start. Without, so that a floor can live for ever, only the totals.
    """

    keep: bool = False
    queues: dict[str, QueueTruth] = field(default_factory=dict)
    agents: dict[str, AgentTruth] = field(default_factory=dict)
    faults: list[FaultTruth] = field(default_factory=list)
    calls: dict[str, CallTruth] = field(default_factory=dict)
    intervals: dict[tuple[str, Millis], QueueTruth] = field(default_factory=dict)
    arrived: int = 0
    lines_up: int = 0
    menu_quits: int = 0
    redials: int = 0

    def of(self, queue: str, now: Millis) -> tuple[QueueTruth, ...]:
        """Whatever counts something that became final in this queue just now."""
        total = self.queues[queue]
        if not self.keep:
            return (total,)
        key = queue, now // INTERVAL_MS * INTERVAL_MS
        quarter = self.intervals.get(key)
        if quarter is None:
            quarter = self.intervals[key] = QueueTruth(total.target_ms, total.short_ms)
        return total, quarter
