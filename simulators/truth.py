"""What really happened on the simulated floor, counted where it happens.

The simulation keeps this itself, apart from the events that it tells: so it can judge anybody's
sums of those events. The names are those of `replay --json`.
"""

from dataclasses import dataclass, field

from ingest.events import Millis
from ingest.words import AgentStatus


@dataclass(slots=True)
class QueueTruth:
    """The fates of one queue's visits. At every instant `offered` is the sum of `answered`,
    `abandoned`, all of `overflowed`, `dropped_waiting` and `waiting`. Blocked calls never entered.
    `completed` are the conversations that ended without a transfer, the dropped ones among them.
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

    def talked(self, talk_ms: Millis, hold_ms: Millis) -> None:
        """A conversation of `talk_ms` ended, in which the caller was on hold for `hold_ms`."""
        self.talk_ms += talk_ms
        self.hold_ms += hold_ms


@dataclass(slots=True)
class AgentTruth:
    """One agent: what he did, and how long he was in each state (and reason) that has ended."""

    since: Millis
    state: AgentStatus = AgentStatus.SIGNED_OUT
    reason: str = ""
    answered: int = 0
    ring_no_answer: int = 0
    talk_ms: Millis = 0
    ended_ms: dict[tuple[AgentStatus, str], Millis] = field(default_factory=dict)

    def turn(self, state: AgentStatus, reason: str, now: Millis) -> None:
        """The agent's state changed."""
        self.ended_ms = self.time_ms(now)
        self.state, self.reason, self.since = state, reason, now

    def time_ms(self, now: Millis) -> dict[tuple[AgentStatus, str], Millis]:
        """How long he has been in each state and reason up to `now`."""
        key = self.state, self.reason
        return self.ended_ms | {key: self.ended_ms.get(key, 0) + now - self.since}


@dataclass(slots=True)
class Truth:
    """The whole floor's true totals since the simulation began."""

    queues: dict[str, QueueTruth] = field(default_factory=dict)
    agents: dict[str, AgentTruth] = field(default_factory=dict)
    calls: int = 0
    menu_quits: int = 0
    redials: int = 0
