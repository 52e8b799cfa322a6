"""Calls and visits on the simulated floor, as they are now. A visit is one entry into one queue."""

from dataclasses import dataclass
from typing import TypedDict

from ingest.events import Millis
from simulators.plans import QueuePlan
from simulators.roster import Agent
from simulators.truth import CallTruth, VisitTruth


class Names(TypedDict):
    """Which visit an event is about."""

    visit: str
    queue: str
    call: str


class Sums(TypedDict):
    """What an event says at the end of a conversation. The talk includes the hold."""

    talk_ms: Millis
    hold_ms: Millis
    wait_ms: Millis


@dataclass(slots=True, eq=False)
class Call:
    """One call. `number` is invented; `misdialled` callers see their mistake soon.

    `line` numbers the channel. `visit` is where it waits or talks now. `entries` counts its visits.
    `up` is False once its line is released.
    """

    id: str
    line: int
    number: str
    trunk: str
    did: str
    misdialled: bool = False
    redials: int = 0
    redial_of: str = ""
    callback: bool = False
    entries: int = 0
    visit: "Visit | None" = None
    up: bool = True
    record: CallTruth | None = None

    @property
    def caller(self) -> str:
        """What events show of the caller's number."""
        return "•••" + self.number[-3:]


@dataclass(slots=True, eq=False)
class Visit:
    """One visit that is alive, the call's `nth`.

    `agent` is whose phone rings or who talks. `talking_since` is None while the caller waits, and
    `held_since` unless he is on hold.
    """

    id: str
    call: Call
    queue: QueuePlan
    nth: int
    queued_at: Millis
    record: VisitTruth
    agent: Agent | None = None
    rang_at: Millis = 0
    talking_since: Millis | None = None
    held_since: Millis | None = None
    wait_ms: Millis = 0
    hold_ms: Millis = 0
    over: bool = False

    @property
    def priority(self) -> int:
        """Higher is served first: the queue's, and one more for a caller who was called back."""
        return self.queue.priority + self.call.callback

    @property
    def names(self) -> Names:
        """What every event of this visit repeats."""
        return {"visit": self.id, "queue": self.queue.id, "call": self.call.id}
