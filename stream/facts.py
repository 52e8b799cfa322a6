"""Facts: rows about something that has become final, from which every figure is summed.

A fact stands as long as nothing later contradicts it. When a late event does, the fact is taken
back and the right one is stated in the interval where it belongs: sums stay equal to the facts.
Each carries the targets in force when it was stated, so that changing one never rewrites history.
Times and durations are integer milliseconds.
"""

from msgspec import Struct

from ingest.events import Millis

DEFINITION = 1
"""Version of the definitions below and in `metrics`; stored with every row."""


class ArrivalFact(Struct, frozen=True, array_like=True, gc=False):
    """A visit began at `at`: demand, counted where it arrived."""

    at: Millis
    queue: str
    visit: str


class WaitFact(Struct, frozen=True, array_like=True, gc=False):
    """A wait ended at `at`: exactly one of the four outcomes holds.

    `reason` is the overflow reason or the cause class of a drop. `ghost` marks a wait whose end
    nobody saw and reconciliation closed.
    """

    at: Millis
    queue: str
    visit: str
    agent: str
    wait_ms: Millis
    target_ms: Millis
    short_ms: Millis
    answered: bool = False
    abandoned: bool = False
    overflowed: bool = False
    dropped: bool = False
    reason: str = ""
    ghost: bool = False


class HandleFact(Struct, frozen=True, array_like=True, gc=False):
    """A conversation ended at `at`. `talk_ms` is from answer to end and includes `hold_ms`.

    It was transferred, or it was completed by somebody hanging up; a completed one may have been
    `dropped` by a fault of class `reason`.
    """

    at: Millis
    queue: str
    visit: str
    agent: str
    talk_ms: Millis
    hold_ms: Millis
    transferred: bool = False
    dropped: bool = False
    reason: str = ""
    ended_by: str = ""
    ghost: bool = False


class BlockFact(Struct, frozen=True, array_like=True, gc=False):
    """A call was refused entry to a queue at `at`; it is not offered."""

    at: Millis
    queue: str
    call: str
    reason: str


class RingFact(Struct, frozen=True, array_like=True, gc=False):
    """An offer to an agent's phone ended unanswered at `at`, `result` says how."""

    at: Millis
    queue: str
    visit: str
    agent: str
    result: str
    ring_ms: Millis


class SpanFact(Struct, frozen=True, array_like=True, gc=False):
    """An agent was in one state from `start_at` to `at`; `queue` is the queue served, if any."""

    at: Millis
    start_at: Millis
    agent: str
    queue: str
    state: str
    reason: str


class ScoreFact(Struct, frozen=True, array_like=True, gc=False):
    """A call was judged at `at`, be that days after it: by its caller (`survey`), or by a reviewer.

    The scale runs from `low` to `high`, which is higher. `queue` and `agent` are those of the visit
    that was judged, or "" where nobody knows.
    """

    at: Millis
    queue: str
    agent: str
    call: str
    survey: bool
    score: int
    low: int
    high: int


Fact = ArrivalFact | WaitFact | HandleFact | BlockFact | RingFact | SpanFact | ScoreFact
