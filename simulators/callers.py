"""The people who call: when they call, how patient they are, how long they talk.

Calls arrive by a Poisson process whose rate is the profile's, exactly: it forgets the past, so at
each change of the rate the waiting simply starts anew.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from ingest.events import Millis
from ingest.words import RingEnd
from simulators.agenda import Agenda
from simulators.draws import Draws
from simulators.local_time import local_ms
from simulators.scenario import Cause, QueuePlan, Scenario
from simulators.truth import Truth

HOUR_MS = 3_600_000


class Leave(StrEnum):
    """Why a caller would leave the queue, if nobody answers before."""

    HANG_UP = "hang_up"
    KEY = "key"
    DROP = "drop"


class TalkEnd(StrEnum):
    """How a conversation is going to end."""

    CALLER = "caller"
    AGENT = "agent"
    TRANSFER = "transfer"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `caller` is masked; `misdialled` callers see their mistake soon."""

    id: str
    caller: str
    trunk: str
    misdialled: bool
    redials: int = 0


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to come: `before_ms`, then the hold if there is one, then `after_ms`."""

    before_ms: Millis
    hold_ms: Millis
    after_ms: Millis
    end: TalkEnd


class Callers:
    """All callers. `arrived` are the calls, with the queue they ask for, that came since the floor
    last looked; the floor clears it. Call ids begin with `world`."""

    def __init__(
        self, scenario: Scenario, seed: int, agenda: Agenda, truth: Truth, world: str
    ) -> None:
        self._scenario, self._agenda, self._truth, self._world = scenario, agenda, truth, world
        self._habits = scenario.habits
        self._gaps = {queue.id: Draws(seed, f"arrivals {queue.id}") for queue in scenario.queues}
        self._people = Draws(seed, "people")
        self._patience = Draws(seed, "patience")
        self._rings = Draws(seed, "rings")
        self._talks = Draws(seed, "talks")
        self.arrived: list[tuple[Call, QueuePlan]] = []

    def begin(self) -> None:
        """Start the arrivals of each queue."""
        for queue in self._scenario.queues:
            self._plan_next(queue)

    def menu_ms(self) -> Millis | None:
        """How long a caller listens to the menu before he is queued; None: he hangs up in it."""
        if self._people.chance(self._habits.menu_quit_share):
            return None
        return round(self._people.between(*self._habits.menu_ms))

    def patience(self, queue: QueuePlan, call: Call) -> tuple[Leave, Millis]:
        """How the caller leaves the queue unless he is answered, and after how long."""
        habits, draws = self._habits, self._patience
        if call.misdialled:
            return Leave.HANG_UP, round(draws.between(*habits.misdial_ms))
        patience_ms = round(draws.exponential(queue.patience_ms))
        if draws.chance(habits.drop_waiting_share):
            return Leave.DROP, round(patience_ms * draws.share())
        if draws.chance(habits.key_share):
            key_ms = round(draws.exponential(habits.key_after_ms))
            if key_ms < patience_ms:
                return Leave.KEY, key_ms
        return Leave.HANG_UP, patience_ms

    def pick_up(self) -> tuple[RingEnd | None, Millis]:
        """How a ring at an agent's phone ends, and when; None: he answers."""
        habits, draws = self._habits, self._rings
        which = draws.share()
        if which < habits.no_answer_share:
            return RingEnd.NO_ANSWER, habits.ring_timeout_ms
        if which < habits.no_answer_share + habits.busy_share:
            return RingEnd.BUSY, habits.busy_ms
        return None, min(draws.length(habits.ring), habits.ring_timeout_ms - 1)

    def talk(self, queue: QueuePlan) -> Talk:
        """The conversation that begins now."""
        habits, draws = self._habits, self._talks
        talk_ms = draws.length(queue.talk)
        if draws.chance(habits.drop_talking_share):
            return Talk(max(1, round(talk_ms * draws.share())), 0, 0, TalkEnd.DROP)
        end = TalkEnd.CALLER if draws.chance(habits.caller_hangs_up_share) else TalkEnd.AGENT
        if queue.transfer_to and draws.chance(habits.transfer_share):
            end = TalkEnd.TRANSFER
        if not draws.chance(habits.hold_share):
            return Talk(talk_ms, 0, 0, end)
        before_ms = round(talk_ms * draws.between(0.2, 0.8))
        return Talk(before_ms, draws.length(habits.hold), talk_ms - before_ms, end)

    def wrap_up_ms(self, queue: QueuePlan) -> Millis:
        """How long the agent writes after this conversation."""
        return self._talks.length(queue.wrap_up)

    def fault(self) -> Cause:
        """What cut the call off."""
        return self._talks.one_of(self._habits.causes)

    def transfer_to(self, queue: QueuePlan) -> str:
        """The queue that the agent passes the caller to."""
        return self._talks.one_of(queue.transfer_to)

    def may_redial(self, call: Call, queue: QueuePlan) -> None:
        """The caller was not served: some call again later, a few times."""
        habits = self._habits
        if call.misdialled or call.redials >= habits.redials_most:
            return
        if self._people.chance(habits.redial_share):
            after_ms = round(self._people.exponential(habits.redial_after_ms))
            self._agenda.after(after_ms, partial(self._redial, call, queue))

    def _redial(self, call: Call, queue: QueuePlan) -> None:
        self._truth.redials += 1
        self.arrived.append((replace(call, id=self._next_id(), redials=call.redials + 1), queue))

    def _plan_next(self, queue: QueuePlan) -> None:
        profile = self._scenario.profile
        local = local_ms(self._scenario.zone, self._agenda.now)
        per_hour = queue.calls_per_hour * profile.weight(local)
        left_ms = profile.left_ms(local)
        gap_ms = self._gaps[queue.id].exponential(HOUR_MS / per_hour) if per_hour else left_ms
        if gap_ms < left_ms:
            self._agenda.after(round(gap_ms), partial(self._arrive, queue))
        else:
            self._agenda.after(left_ms, partial(self._plan_next, queue))

    def _arrive(self, queue: QueuePlan) -> None:
        people, trunks = self._people, self._scenario.trunks
        call = Call(
            id=self._next_id(),
            caller=f"•••{int(people.share() * 1000):03}",
            trunk=people.one_of(trunks).name if trunks else "",
            misdialled=people.chance(self._habits.misdial_share),
        )
        self.arrived.append((call, queue))
        self._plan_next(queue)

    def _next_id(self) -> str:
        self._truth.calls += 1
        return f"{self._world}-{self._truth.calls}"
