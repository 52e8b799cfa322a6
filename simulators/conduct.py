"""What callers and agents are going to do, drawn at the moment when it is decided."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.events import Millis
from ingest.words import RingEnd
from simulators.draws import Draws
from simulators.plans import AgentPlan, Cause, QueuePlan
from simulators.scenario import Scenario
from simulators.visit import Call


class Leave(StrEnum):
    """Why a caller would leave the queue, if nobody answers before."""

    HANG_UP = "hang_up"
    KEY = "key"
    CALLBACK = "callback"
    DROP = "drop"


class TalkEnd(StrEnum):
    """How a conversation is going to end. `ON` and `OUT`: passed on to a queue, or outside;
    `ANNOUNCED`: outside, after the agent has asked there."""

    CALLER = "caller"
    AGENT = "agent"
    ON = "on"
    OUT = "out"
    ANNOUNCED = "announced"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to come: `before_ms`, then the hold if there is one, then `after_ms`."""

    before_ms: Millis
    hold_ms: Millis
    after_ms: Millis
    end: TalkEnd


class Conduct:
    """All decisions of the scenario's people. Each kind has draws of its own, so that a change in
    one habit leaves the others as they were."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._habits = scenario.habits
        self._menus = Draws(seed, "menus")
        self._patience = Draws(seed, "patience")
        self._rings = Draws(seed, "rings")
        self._talks = Draws(seed, "talks")
        self._faults = Draws(seed, "faults")
        self._scores = Draws(seed, "scores")

    def menu_ms(self) -> Millis:
        """How long a caller listens to the menu, until he is queued or has had enough."""
        return round(self._menus.between(*self._habits.menu_ms))

    def menu_quits(self) -> bool:
        """Whether he has had enough."""
        return self._menus.chance(self._habits.menu_quit_share)

    def patience(self, queue: QueuePlan, call: Call) -> tuple[Leave, Millis] | None:
        """How the caller leaves the queue unless he is answered, and after how long; None: never."""
        habits, draws = self._habits, self._patience
        if call.misdialled:
            return Leave.HANG_UP, round(draws.between(*habits.misdial_ms))
        patience_ms = draws.patience(queue.patience)
        if draws.chance(habits.drop_waiting_share):
            waits_ms = queue.talk.mean_ms if patience_ms is None else patience_ms
            return Leave.DROP, round(waits_ms * draws.share())
        if draws.chance(habits.key_share):
            key_ms = round(draws.exponential(habits.key_after_ms))
            if patience_ms is None or key_ms < patience_ms:
                return Leave.KEY, key_ms
        lasts = patience_ms is None or habits.callback_after_ms < patience_ms
        if not call.callback and draws.chance(habits.callback_share) and lasts:
            return Leave.CALLBACK, habits.callback_after_ms
        return None if patience_ms is None else (Leave.HANG_UP, patience_ms)

    def callback_ms(self) -> Millis:
        """How much later a caller who asked for it is called back."""
        return round(self._patience.between(*self._habits.callback_ms))

    def pick_up(self, agent: AgentPlan) -> tuple[RingEnd | None, Millis]:
        """How a ring at an agent's phone ends, and when; None: he answers."""
        habits, draws = self._habits, self._rings
        misses = habits.no_answer_share
        if agent.no_answer_share is not None:
            misses = agent.no_answer_share
        which = draws.share()
        if which < misses:
            return RingEnd.NO_ANSWER, habits.ring_timeout_ms
        if which < misses + habits.busy_share:
            return RingEnd.BUSY, habits.busy_ms
        if not habits.ring.mean_ms:
            return None, 0
        return None, min(draws.length(habits.ring), habits.ring_timeout_ms - 1)

    def talk(self, queue: QueuePlan, agent: AgentPlan, drop_share: float) -> Talk:
        """The conversation that begins now, of which this share is cut off."""
        habits, draws = self._habits, self._talks
        talk_ms = max(1, round(draws.length(queue.talk) * agent.talk_factor))
        if draws.chance(drop_share):
            return Talk(max(1, round(talk_ms * draws.share())), 0, 0, TalkEnd.DROP)
        shorts = habits.short_call_share
        if agent.short_call_share is not None:
            shorts = agent.short_call_share
        if draws.chance(shorts):
            return Talk(draws.length(habits.short_call), 0, 0, TalkEnd.AGENT)
        end = TalkEnd.CALLER if draws.chance(habits.caller_hangs_up_share) else TalkEnd.AGENT
        if draws.chance(habits.transfer_share):
            end = self._passing(queue, end)
        if end is TalkEnd.ANNOUNCED:
            return Talk(talk_ms, draws.length(habits.consult), 0, end)
        if not draws.chance(habits.hold_share):
            return Talk(talk_ms, 0, 0, end)
        before_ms = round(talk_ms * draws.between(0.2, 0.8))
        return Talk(before_ms, draws.length(habits.hold), talk_ms - before_ms, end)

    def _passing(self, queue: QueuePlan, otherwise: TalkEnd) -> TalkEnd:
        habits, draws = self._habits, self._talks
        if habits.extensions and draws.chance(habits.transfer_out_share):
            return TalkEnd.ANNOUNCED if draws.chance(habits.attended_share) else TalkEnd.OUT
        return TalkEnd.ON if queue.transfer_to else otherwise

    def wrap_up_ms(self, queue: QueuePlan) -> Millis:
        """How long the agent writes after this conversation; 0 where nobody writes."""
        return self._talks.length(queue.wrap_up) if queue.wrap_up.mean_ms else 0

    def passed_to(self, queue: QueuePlan, end: TalkEnd) -> str:
        """The queue, or the extension, that the agent passes the caller to."""
        return self._talks.one_of(
            queue.transfer_to if end is TalkEnd.ON else self._habits.extensions
        )

    def passed_on_ms(self) -> Millis:
        """How long a caller who was passed outside talks there."""
        return self._talks.length(self._habits.passed_on)

    def fault(self) -> Cause:
        """What cut the call off."""
        return self._faults.one_of(self._habits.causes)

    def is_hit(self, share: float) -> bool:
        """Whether a fault that befalls this share befalls this one."""
        return self._faults.chance(share)

    def within(self, length_ms: Millis) -> Millis:
        """Some moment of a span of this length."""
        return round(self._faults.between(0, length_ms))

    def csat(self) -> tuple[int, Millis] | None:
        """The caller's score from 1 to 5, and how long after the call he gives it; None: he does not."""
        habits, draws = self._habits, self._scores
        if not draws.chance(habits.csat_share):
            return None
        return 1 + draws.weighted(habits.csat_weights), round(draws.between(*habits.csat_after_ms))

    def quality(self) -> tuple[int, Millis] | None:
        """A reviewer's score from 0 to 100, and how long after the call he gives it; None: no review."""
        habits, draws = self._habits, self._scores
        if not draws.chance(habits.quality_share):
            return None
        score = round(habits.quality_mean + habits.quality_deviation * draws.normal())
        return min(max(score, 0), 100), round(draws.between(*habits.quality_after_ms))
