"""What the simulated PBX knows of its queues, members, calls and lines, as a real one would.

It is kept by the dialogue from what the simulation tells, and read by the lists that a login asks
for. Its counters are Asterisk's own, bias and all, not the simulation's truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.events import Millis
from simulators.ami_text import Bridge, Leg, escaped
from simulators.plans import AgentPlan, QueuePlan
from simulators.scenario import Scenario

FREE, IN_USE, UNAVAILABLE, RINGING = 1, 2, 5, 6
"""A member's states, as Asterisk numbers those of his phone."""

AGE_MS = 3 * 86_400_000
"""How long the PBX had been running when the simulation began."""


@dataclass(slots=True, eq=False)
class Call:
    """A call that is up. `caller` is the caller's leg; `partner` whoever he is joined with.

    `rung` are the legs that ring for him, by agent. `dismissed`: Asterisk is about to hang him up;
    `closing`: all is told of the end but the end of his channel itself. `taken_from` is the agent
    from whom a supervisor took him over.
    """

    id: str
    line: int
    caller: Leg
    queue: str = ""
    joined_at: Millis = 0
    place: int = 0
    legs: int = 0
    rung: dict[str, Leg] = field(default_factory=dict)
    rung_at: Millis = 0
    partner: Leg | None = None
    talking_since: Millis = 0
    bridge: Bridge | None = None
    consulted: tuple[Leg, Leg, Leg, Bridge, Bridge] | None = None
    dismissed: bool = False
    closing: bool = False
    taken_from: str = ""

    @property
    def all_legs(self) -> Iterator[Leg]:
        """Every channel of the call."""
        yield self.caller
        yield from self.rung.values()
        if self.partner is not None:
            yield self.partner
        if self.consulted is not None:
            yield from self.consulted[:3]


@dataclass(slots=True, eq=False)
class Member:
    """An agent's phone as a member of queues: `queues` and his penalty in each.

    `in_call` is the queue whose caller he talks to, `call` that call; `pauses` the reason by queue, and
    `reason` that of his own break. Counts are one for all his queues. Times are in seconds since
    1970, 0 for never.
    """

    plan: AgentPlan
    name: str
    extension: str
    queues: dict[str, int] = field(default_factory=dict)
    status: int = FREE
    pauses: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    in_call: str = ""
    call: str = ""
    calls_taken: int = 0
    last_call_s: int = 0
    last_pause_s: int = 0
    login_s: int = 0

    def forget(self) -> None:
        """He is removed from his queues: what was counted is lost."""
        self.calls_taken = self.last_call_s = self.last_pause_s = self.login_s = 0
        self.pauses.clear()
        self.reason, self.status = "", FREE
        self.in_call = self.call = ""


@dataclass(slots=True, eq=False)
class Queue:
    """A queue: who waits, in order, and Asterisk's own counters since it started.

    `hold_s` and `talk_s` are its running averages, which weigh the last call a quarter.
    """

    plan: QueuePlan
    waiting: list[Call] = field(default_factory=list)
    completed: int = 0
    completed_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    hold_s: int = 0
    talk_s: int = 0

    def complete(self, hold_s: int, talk_s: int) -> None:
        """A conversation ended after this wait and talk."""
        self.completed += 1
        self.completed_in_time += hold_s * 1000 <= self.plan.target_ms
        self.talk_s = (3 * self.talk_s + talk_s) >> 2

    def abandon(self, hold_s: int) -> None:
        """A caller left unanswered after this wait."""
        self.abandoned += 1
        self.abandoned_in_time += hold_s * 1000 <= self.plan.target_ms

    def forget(self) -> None:
        """The PBX has started anew."""
        self.waiting.clear()
        self.completed = self.completed_in_time = 0
        self.abandoned = self.abandoned_in_time = self.hold_s = self.talk_s = 0


class Picture:
    """All of it. `now` is the moment told last; `started_at` when the PBX itself was started."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.now: Millis = 0
        self.started_at: Millis = 0
        self.processed = 0
        self.queues = {plan.id: Queue(plan) for plan in scenario.queues}
        self.members = {plan.id: _member(plan) for plan in scenario.agents}
        self.lines_up = {trunk.name: True for trunk in scenario.trunks}
        self.calls: dict[str, Call] = {}
        self.desks: dict[str, Leg] = {}

    def restart(self, started_at: Millis) -> None:
        """The PBX has crashed and is back, empty; members and pauses are what they were."""
        self.started_at, self.processed = started_at, 0
        self.calls.clear()
        self.desks.clear()
        for queue in self.queues.values():
            queue.forget()
        for member in self.members.values():
            pauses, reason, status = dict(member.pauses), member.reason, member.status
            member.forget()
            member.pauses, member.reason, member.status = pauses, reason, status
            member.login_s = started_at // 1000


def _member(plan: AgentPlan) -> Member:
    person = plan.names.get("en") or next(iter(plan.names.values()), plan.id)
    extension = plan.interface.rpartition("/")[2]
    return Member(plan, escaped(person), extension)
