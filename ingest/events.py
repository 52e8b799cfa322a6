"""The events of a call-centre floor: the one vocabulary that every source speaks.

An `Event` says who tells it, in which order, and when it happened; its `data` says what happened.
Times are integer milliseconds since 1970 (UTC), durations are integer milliseconds.
State is keyed by *visit*: one entry of one call into one queue. A call that overflows, or comes
back, visits again. Every visit ends exactly once.
"""

from typing import Annotated

from msgspec import Meta, Struct

from ingest.words import (
    AdapterStatus,
    AgentStatus,
    Block,
    CauseClass,
    Clock,
    ComponentKind,
    ComponentStatus,
    EndedBy,
    MembershipAction,
    Origin,
    Overflow,
    Phase,
    RingEnd,
    TransferKind,
)

Millis = int
"""Milliseconds: since 1970 UTC if the name ends in `at`, or is `time`; a duration if it ends in `ms`."""

Name = Annotated[str, Meta(min_length=1, max_length=255)]
"""What identifies a visit, a call, a queue, an agent: any text that is not empty, up to 255 characters."""

Duration = Annotated[int, Meta(ge=0, le=366 * 86_400_000)]
"""Milliseconds that something lasted: never negative, at most a year."""

Instant = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
"""Milliseconds since 1970 UTC, up to the year 9999."""

Whole = Annotated[int, Meta(ge=-(2**53) + 1, le=2**53 - 1)]
"""Any whole number that every JSON reader takes without loss, and that fits 64 bits everywhere."""


class Data(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What happened. Each subclass is one type of event; its fields are the event's `data`."""


class VisitData(Data, frozen=True, kw_only=True):
    """Something that happened to a visit.

    `visit` is unique per source for ever. `queue` and `call` are repeated on every event, so that a
    visit whose beginning was lost can still be counted where it belongs. An empty `call` means that
    the source knows no call id apart from the visit.
    """

    visit: Name
    queue: Name
    call: str = ""


class Offered(Data, frozen=True, kw_only=True):
    """A call reached the system, before or without any queue."""

    call: Name
    did: str = ""


class Queued(VisitData, frozen=True, kw_only=True):
    """A visit begins: the caller waits from now on. `caller` is masked at ingest (last digits only);
    `trunk` is the line by which the call came in, as `Dropped` and `Component` name it."""

    position: Whole | None = None
    caller: str = ""
    priority: Whole | None = None
    trunk: str = ""


class Blocked(Data, frozen=True, kw_only=True):
    """A call was refused entry to a queue: no visit begins, and it is not offered."""

    call: Name
    queue: Name
    reason: Block = Block.OTHER


class Ringing(VisitData, frozen=True, kw_only=True):
    """An agent's phone rings for the visit. With ring-all there is one event per phone."""

    agent: Name
    leg: str = ""


class RingEnded(VisitData, frozen=True, kw_only=True):
    """That offer failed; the caller still waits."""

    agent: Name
    result: RingEnd = RingEnd.NO_ANSWER
    ring_ms: Duration | None = None


class Answered(VisitData, frozen=True, kw_only=True):
    """An agent was connected: the wait ends well. `wait_ms` includes ringing (None: from the times)."""

    agent: Name
    wait_ms: Duration | None = None
    ring_ms: Duration | None = None
    leg: str = ""


class Held(VisitData, frozen=True, kw_only=True):
    """The agent parked the caller."""

    agent: str = ""


class Retrieved(VisitData, frozen=True, kw_only=True):
    """The agent took the caller back."""

    agent: str = ""


class Transferred(VisitData, frozen=True, kw_only=True):
    """The agent passed the caller on: the visit ends for him. `wait_ms` repeats the wait, if known."""

    agent: str = ""
    kind: TransferKind = TransferKind.UNKNOWN
    to: str = ""
    to_queue: str = ""
    talk_ms: Duration | None = None
    hold_ms: Duration | None = None
    wait_ms: Duration | None = None


class Overflowed(VisitData, frozen=True, kw_only=True):
    """The caller left the queue unanswered, by a rule or another's hand."""

    reason: Overflow = Overflow.OTHER
    wait_ms: Duration | None = None
    to_queue: str = ""


class Abandoned(VisitData, frozen=True, kw_only=True):
    """The caller hung up before an answer; `phase` says whether a phone was ringing for him."""

    wait_ms: Duration | None = None
    position: Whole | None = None
    phase: Phase = Phase.WAITING


class Completed(VisitData, frozen=True, kw_only=True):
    """The conversation ended by somebody hanging up."""

    agent: str = ""
    ended_by: EndedBy = EndedBy.UNKNOWN
    talk_ms: Duration | None = None
    hold_ms: Duration | None = None
    wait_ms: Duration | None = None


class Dropped(VisitData, frozen=True, kw_only=True):
    """A fault cut the call off, waiting or talking. `cause` is the native cause, e.g. a Q.850 number."""

    phase: Phase
    cause: str = ""
    cause_class: CauseClass = CauseClass.UNKNOWN
    agent: str = ""
    trunk: str = ""
    talk_ms: Duration | None = None
    hold_ms: Duration | None = None
    wait_ms: Duration | None = None


class AgentState(Data, frozen=True, kw_only=True):
    """An agent's state changed. `reason` belongs to not_ready; `set_by` names who did it, if not he.

    `since` is when the state began, if that was before the event's time.
    """

    agent: Name
    state: AgentStatus
    reason: str = ""
    queue: str = ""
    visit: str = ""
    interface: str = ""
    set_by: str = ""
    since: Instant | None = None


class AgentMembership(Data, frozen=True, kw_only=True):
    """An agent's relation to one queue changed. `interface` is the phone by which the queue knows him."""

    agent: Name
    queue: Name
    action: MembershipAction
    reason: str = ""
    interface: str = ""


class Component(Data, frozen=True, kw_only=True):
    """A part of the telephone system is up, degraded or down."""

    kind: ComponentKind
    name: Name
    status: ComponentStatus
    cause: str = ""


class Adapter(Data, frozen=True, kw_only=True):
    """The source's own birth, life and death (its MQTT will says `down`)."""

    status: AdapterStatus
    reason: str = ""


class Heartbeat(Data, frozen=True, kw_only=True):
    """Every ten seconds: the source lives, even when nothing happens on the floor."""

    clock_offset_ms: Whole | None = None
    last_native_at: Instant | None = None
    lag_ms: Duration | None = None
    backlog: Whole = 0
    counters: dict[str, Whole] = {}


class Gap(Data, frozen=True, kw_only=True):
    """Between `start_at` and `end_at` events were lost: numbers of that span are not to be trusted."""

    start_at: Instant
    end_at: Instant
    why: str = ""
    lost: Whole | None = None


class SnapshotBegin(Data, frozen=True, kw_only=True):
    """The items up to the matching end are the whole truth of `scope` at the event's time.

    `queues` names the queues that the snapshot speaks of.
    """

    snapshot: Name
    queues: list[str] = []


class SnapshotVisit(VisitData, frozen=True, kw_only=True):
    """A visit that is alive now: `talking` says whether it still waits.

    `since` is when the wait began. A visit of a snapshot is matched to the one we know of the same
    call and queue.
    """

    snapshot: Name
    talking: bool = False
    agent: str = ""
    position: Whole | None = None
    caller: str = ""
    since: Instant | None = None


class SnapshotAgent(Data, frozen=True, kw_only=True):
    """An agent as he is now; agents of no item are signed out."""

    snapshot: Name
    agent: Name
    state: AgentStatus
    reason: str = ""
    queue: str = ""
    interface: str = ""
    since: Instant | None = None


class SnapshotMember(Data, frozen=True, kw_only=True):
    """That an agent is a member of a queue now."""

    snapshot: Name
    agent: Name
    queue: Name
    interface: str = ""
    paused: bool = False
    reason: str = ""


class SnapshotEnd(Data, frozen=True, kw_only=True):
    """The snapshot is whole. What it did not name of its scope is over."""

    snapshot: Name
    items: Whole = 0


class SurveyScored(Data, frozen=True, kw_only=True):
    """A caller's judgement of a call (CSAT), on a scale from `low` to `high`."""

    call: Name
    score: Whole
    low: Whole = 1
    high: Whole = 5
    queue: str = ""
    agent: str = ""


class QualityScored(Data, frozen=True, kw_only=True):
    """A reviewer's judgement of a call, on a scale from `low` to `high`."""

    call: Name
    score: Whole
    low: Whole = 0
    high: Whole = 100
    queue: str = ""
    agent: str = ""
    reviewer: str = ""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """One fact as its source tells it.

    `source` names the adapter, e.g. `/acd/hq/asterisk-1`. `epoch` names the adapter's start (its
    milliseconds since 1970, as text) and `seq` counts its events from 1 without holes: a hole is a loss.
    A source that cannot count sends `seq` 0. Same fact, same `id`: taking an event twice changes
    nothing.
    """

    data: Data
    time: Millis
    recvtime: Millis
    source: str
    id: str
    epoch: str = ""
    seq: int = 0
    clock: Clock = Clock.SOURCE
    origin: Origin = Origin.LIVE
