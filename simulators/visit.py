"""A visit on the simulated floor, as it is now: one entry of one call into one queue."""

from dataclasses import dataclass
from typing import TypedDict

from ingest.events import Millis
from simulators.callers import Call
from simulators.roster import Agent
from simulators.scenario import QueuePlan


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
class Visit:
    """One visit that is alive, the call's `nth`.

    `agent` is whose phone rings or who talks. `talking_since` is None while the caller waits.
    """

    id: str
    call: Call
    queue: QueuePlan
    nth: int
    queued_at: Millis
    agent: Agent | None = None
    rang_at: Millis = 0
    talking_since: Millis | None = None
    wait_ms: Millis = 0
    hold_ms: Millis = 0
    over: bool = False

    @property
    def names(self) -> Names:
        """What every event of this visit repeats."""
        return {"visit": self.id, "queue": self.queue.id, "call": self.call.id}
