"""The arrivals of one scope as time goes by: what came, what was due, and which alarms hold.

    arrive(at), advance(now) -> Pace: what is expected -> judges: surge, collapse, silence
    pause(at), resume(at)       while nothing can be seen, nothing is judged and nothing learnt

Plain data, to be copied and stored as it is. Time never goes back: what comes late counts now.
"""

import msgspec
from msgspec import Struct

from alerts.arrival_judge import (
    COLLAPSED_MS,
    LEAST_CALLS,
    LEAST_LOW_MS,
    MORNING_MS,
    WARY_LOW_MS,
    Alarm,
    RatioJudge,
    SilenceJudge,
    counted,
    missed,
)
from alerts.arrival_pace import GUESSED_HIGHEST, Ground, Pace
from alerts.forecast import Forecast
from alerts.hours import Hours
from alerts.level import STEP_MS
from alerts.onset import Recent
from alerts.usual_day import SLOT_MS
from ingest.events import Millis

LATE_MS = 3_000
"""A call told later than this is counted in the time in which it came: several of them are a backlog."""
GRACE_MS = 30_000
"""After a blind time so much is left to settle: what was held up comes all at once."""
_LOW_EVERY_MS = 5_000
_THAW_MS = 3_600_000
"""An alarm that lasts so long has become the level of the day."""


class ArrivalStream(Struct):
    """One scope: the whole floor, a queue, or a group of queues.

    `shares` are the false alarms a week that each rule may give here.
    """

    scope: str
    pace: Pace
    shares: dict[str, float] = {}
    surges: list[RatioJudge] = []
    collapses: list[RatioJudge] = []
    silences: list[SilenceJudge] = []
    recent: Recent = msgspec.field(default_factory=Recent)
    at: Millis = 0
    turned_at: Millis = 0
    turn_at: Millis = 0
    blind_until: Millis = 0
    """Before this nothing is judged."""
    paused: bool = False
    whole: bool = False
    """Whether all of the running step was seen."""
    awake: bool = False
    """Whether a call has come since the doors were opened."""
    holding: bool = False
    """Whether any alarm holds."""
    stilled: bool = False
    """Whether an alarm elsewhere distorts what comes here."""
    calls: int = 0
    expected: float = 0.0
    noted_calls: int = 0
    noted_expected: float = 0.0
    low_at: Millis = 0
    low_expected: float = 0.0

    def arrive(self, at: Millis, calls: int = 1, forecast: Forecast | None = None) -> None:
        """These calls came, just now or a little earlier."""
        late = self.at - at > LATE_MS
        self._flow(at, forecast)
        if self.paused:
            return
        self.pace.count(calls)
        self.calls += calls
        self._note()
        self.awake = True
        self.low_expected = self.expected
        if self.at < self.blind_until:
            self._skip()
            return
        for silence in self.silences:
            silence.over(self.at)
        if late:
            for judge in self.surges:
                judge.back_to(at)
        self._judge_surges(exact=not late)

    def advance(self, now: Millis, forecast: Forecast | None = None) -> None:
        """Time has passed."""
        self._flow(now, forecast)
        if self.paused:
            return
        if self.at < self.blind_until:
            self._skip()
            return
        if self.holding:
            # Without an alarm, time alone cannot make a surge likelier.
            self._judge_surges()
        if self.at - self.low_at >= _LOW_EVERY_MS or self.holding:
            self._judge_low()

    def learn(self, at: Millis, calls: int = 1) -> None:
        """Calls of the past, told only now."""
        self.pace.base.recall(at, calls)

    def pause(self, at: Millis, forecast: Forecast | None = None) -> None:
        """From now on nothing is seen, or not all."""
        self._flow(at, forecast)
        self.paused, self.whole = True, False
        self.pace.miss(0)
        self._forget()

    def resume(self, at: Millis, forecast: Forecast | None = None) -> None:
        """All is seen again."""
        self._flow(at, forecast)
        self.paused = False
        self.blind_until = self.at + GRACE_MS
        self.turn_at = self.at - self.at % STEP_MS + STEP_MS
        self._forget()

    @property
    def alarms(self) -> dict[str, Alarm]:
        """What holds, by rule."""
        told = [(judge.rule, judge.alarm) for judge in (*self.surges, *self.collapses)]
        told += [(judge.rule, judge.alarm) for judge in self.silences]
        return {rule: alarm for rule, alarm in told if alarm is not None}

    @property
    def surging(self) -> bool:
        """Whether a surge holds."""
        return self.holding and any(judge.alarm for judge in self.surges)

    def promise(self, forecast: Forecast | None) -> None:
        """Set the limits so that each rule keeps to its share."""
        pace = self.pace
        weekly = pace.weekly(forecast)
        for judge in self.surges:
            judge.promise(self.shares.get(judge.rule, 0.0), weekly * pace.highest)
        for judge in self.collapses:
            judge.promise(self.shares.get(judge.rule, 0.0), weekly * pace.lowest)
        for silence in self.silences:
            silence.promise(self.shares.get(silence.rule, 0.0), weekly)

    def _flow(self, now: Millis, forecast: Forecast | None) -> None:
        """Let what is expected grow until `now`, step by step."""
        if not self.at:
            self.at = self.low_at = now
            for silence in self.silences:
                silence.over(now)
            self._turn(forecast)
        while self.at < now:
            until = min(now, self.turn_at)
            if not self.paused:
                self.expected += self.pace.rate * (until - self.at)
            self.at = until
            if until == self.turn_at:
                self._note()
                if self.whole:
                    self.pace.close(frozen=self.stilled or self.frozen, wary=self._suspecting)
                else:
                    self.pace.miss((until - self.turned_at) // STEP_MS or 1)
                self._turn(forecast)

    def _turn(self, forecast: Forecast | None) -> None:
        """A step begins."""
        pace, before = self.pace, self.pace.ground
        self.turned_at = self.at
        # While nothing is seen there is nothing to be learnt in small steps.
        step_ms = SLOT_MS if self.paused else STEP_MS
        self.turn_at = self.at - self.at % step_ms + step_ms
        self.whole = not self.paused and self.at % STEP_MS == 0
        pace.turn(self.at, forecast, seen=self.whole)
        if pace.ground is Ground.SHUT:
            self.awake = False
        if pace.ground is not before:
            self.recent.reset()
            for judge in (*self.surges, *self.collapses):
                if judge.alarm is None:
                    judge.skip(self.calls, self.expected)
        for judge in self.surges:
            judge.aim(GUESSED_HIGHEST if self._guessed else 1.0)
        if pace.ground is not before or pace.ground is Ground.FLAT or self.at % SLOT_MS == 0:
            self.promise(forecast)

    @property
    def frozen(self) -> bool:
        """Whether an alarm of its own keeps its level where it was."""
        return self.holding and any(self.at - alarm.at < _THAW_MS for alarm in self.alarms.values())

    @property
    def _guessed(self) -> bool:
        """Whether this is the whole floor, and goes by a forecast that was never tried. A queue's
        calls are too few to tell so little more from what is left of a rush."""
        return not self.scope and self.pace.guessed

    @property
    def _suspecting(self) -> bool:
        """Whether a surge may be on its way that its level would soon take for the usual.

        Only against a forecast: it tells when more is due, and a learnt shape wanders more.
        """
        return self._guessed and any(judge.suspects for judge in self.surges)

    def _note(self) -> None:
        """Keep what came and was due since the last time."""
        if not self.paused and self.pace.rate > 0:
            calls, expected = self.calls - self.noted_calls, self.expected - self.noted_expected
            self.recent.add(self.at, calls, expected)
        self.noted_calls, self.noted_expected = self.calls, self.expected

    def _forget(self) -> None:
        self.recent.reset()
        self.noted_calls, self.noted_expected = self.calls, self.expected
        self._skip()

    def _skip(self) -> None:
        """What came and was due up to now is not to be judged."""
        for judge in (*self.surges, *self.collapses):
            judge.skip(self.calls, self.expected)
        for silence in self.silences:
            if silence.alarm is None:
                silence.over(self.at)
        self.low_at, self.low_expected = self.at, self.expected

    def _judge_surges(self, *, exact: bool = True) -> None:
        highest = self.pace.highest
        for judge in self.surges:
            if self.pace.rate <= 0 or not judge.hours.holds(self.at):
                judge.over()
                judge.skip(self.calls, self.expected)
            elif judge.weigh(self.calls, self.expected, highest, exact=exact):
                self._alarm(judge, highest)
            judge.keep(self.at)
        self._look()

    def _judge_low(self) -> None:
        self._note()
        due, self.low_expected = self.expected - self.low_expected, self.expected
        self.low_at = self.at
        lowest = self.pace.lowest
        silent = False
        for silence in self.silences:
            if not self._due(silence.hours):
                silence.over(self.at)
            elif silence.weigh(self.at, due * lowest, self._patience):
                evidence = missed(silence, self.at, silence.missed / lowest, self.pace.rate)
                silence.alarm = Alarm(silence.since, self.at, evidence, self.pace.learning)
                self.holding = True
            silent = silent or silence.alarm is not None
        for judge in self.collapses:
            if not self.awake or not self._due(judge.hours):
                judge.over()
                judge.skip(self.calls, self.expected)
            elif silent and judge.alarm is None:
                judge.skip(self.calls, self.expected)  # Told already, and more clearly.
            elif judge.weigh(self.calls, self.expected, lowest):
                self._alarm(judge, lowest)
        self._look()

    def _look(self) -> None:
        if self.holding:
            self.holding = bool(self.alarms)

    def _due(self, hours: Hours) -> bool:
        """Whether calls are sure to be due now: the rule says so, or this weekday always showed it."""
        if self.pace.rate <= 0 or self.pace.ground is Ground.SHUT:
            return False
        return hours.holds(self.at) and (self.pace.proven or bool(hours.spans))

    @property
    def _patience(self) -> Millis:
        """How long a silence must be at the least."""
        if any(judge.alarm for judge in self.collapses):
            return COLLAPSED_MS
        if not self.awake:
            return MORNING_MS
        return WARY_LOW_MS if self.pace.learning else LEAST_LOW_MS

    def _alarm(self, judge: RatioJudge, factor: float) -> None:
        onset = judge.onset(self.recent, factor)
        if onset is None or (judge.upward and onset.calls < LEAST_CALLS):
            return
        least_ms = WARY_LOW_MS if self.pace.learning else LEAST_LOW_MS
        if judge.upward or onset.over_ms >= least_ms:
            evidence = counted(onset, self.pace.rate)
            judge.hold(Alarm(onset.since, self.at, evidence, self.pace.learning))
            self.holding = True


def counted_since(recent: Recent, since: Millis) -> tuple[int, float]:
    """What came, and was due, since then."""
    calls, expected = 0, 0.0
    for bucket in reversed(recent.buckets):
        if bucket.until <= since:
            break
        calls, expected = calls + bucket.calls, expected + bucket.expected
    return calls, expected
