"""Back-fill: what a second witness (the PBX's own log) adds to what the first one missed.

Its events wait until the live sources have spoken of later times and are whole again, since only
then is known what they missed. A visit then takes from them whatever nobody told of it, and they
outweigh guesses. Agents, ringing and refused joins have no slot to compete for, so of those only
what lies in a declared gap is taken; the rest the live source has told itself.
"""

from collections import deque
from collections.abc import Callable

from ingest import wire
from ingest.events import (
    AgentMembership,
    AgentState,
    Blocked,
    Event,
    Millis,
    RingEnded,
    Ringing,
    VisitData,
)
from stream.feeds import Feeds

PATIENCE_MS = 5_000
"""How far the live sources must be past an event before it is judged."""

MOST_PARKED = 100_000
"""Events that wait at the most, a day's worth: the oldest are judged when more come."""


class Backfill:
    """Holds the second witness's events until they can be judged; `parked` is part of the state."""

    def __init__(self, parked: list[bytes], feeds: Feeds, handle: Callable[[Event], None]) -> None:
        self._parked = parked
        self._queue = deque(wire.decode(payload, 0) for payload in parked)
        self._feeds = feeds
        self._handle = handle

    def park(self, event: Event) -> None:
        self._queue.append(event)
        self._parked.append(wire.encode(event))

    def settle(self, now: Millis) -> None:
        """Judge what can be judged now, or can no longer be kept."""
        while self._queue:
            judgeable = self._feeds.past(self._queue[0].time + PATIENCE_MS, now)
            if not judgeable and len(self._queue) <= MOST_PARKED:
                break
            self._judge_first()

    def finish(self) -> None:
        """Judge all that is left: nothing more will come."""
        while self._queue:
            self._judge_first()

    def _judge_first(self) -> None:
        event = self._queue.popleft()
        del self._parked[0]
        match event.data:
            case Ringing() | RingEnded() | Blocked() | AgentState() | AgentMembership():
                if self._feeds.in_gap(event.time):
                    self._handle(event)
            case VisitData():
                self._handle(event)
            case _:
                pass
