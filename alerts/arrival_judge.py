"""The judges of one scope's arrivals: too many, too few, none at all, each by its own promise."""

from math import inf, log

import msgspec
from msgspec import Struct

from alerts.breach import Evidence
from alerts.hours import ALWAYS, Hours
from alerts.onset import Onset, Recent
from alerts.reverse import ReverseCusum
from alerts.shiryaev_roberts import PoissonMixture, threshold
from ingest.events import Millis

LEAST_CALLS = 5
"""Fewer calls than this are no surge, however rare they are."""
LEAST_LOW_MS = 30_000
"""A collapse or silence is no shorter: a feed that dies is known by then, and is another matter."""
WARY_LOW_MS = 120_000
"""The same while the base is new."""
COLLAPSED_MS = 5 * 60_000
"""The same while a collapse is told of: what few calls there are come far apart."""
MORNING_MS = 30 * 60_000
"""How late the first call of the day may come."""
_LEAST_MISSED = 5.0
_CLEAR = 8.0
"""More than what is sure: where the rate itself wanders, an alarm that ends too soon comes again."""
_LEAST_WEEK = 20.0
_SUSPECTED = 0.3
"""So much of the way to an alarm, its evidence is no longer what chance brings every hour."""
_KEEP_EVERY_MS, _KEPT = 5_000, 5
_LEAST_AIM = 1.2
"""Evidence for less than this takes all day."""
_HOUR_MS = 3_600_000.0


class Alarm(Struct, frozen=True):
    """An alarm that holds: since when it is so, when it was seen, and what was counted."""

    since: Millis
    at: Millis
    evidence: Evidence
    learning: bool = False


class Standing(Struct, frozen=True):
    """How far a judge was at a moment."""

    at: Millis
    calls: int
    expected: float
    logs: list[float]


class RatioJudge(Struct):
    """Whether arrivals run above (`ratios` > 1) or below what is expected."""

    rule: str
    ratios: tuple[float, ...]
    hours: Hours = ALWAYS
    mix: PoissonMixture = msgspec.field(default_factory=PoissonMixture)
    back: ReverseCusum | None = None
    alarm: Alarm | None = None
    limit: float = inf
    calls: int = 0
    expected: float = 0.0
    standings: list[Standing] = []
    """Of the last moments, a few seconds apart: to go back to."""

    @property
    def upward(self) -> bool:
        """Whether it looks for more than is expected."""
        return self.ratios[0] > 1

    @property
    def suspects(self) -> bool:
        """Whether an alarm may be on its way."""
        return self.alarm is None and self.mix.value >= _SUSPECTED * self.limit

    def aim(self, usual: float) -> None:
        """What comes is weighed against `usual` times the expected; the least ratio is meant of the
        expected itself. The evidence so far stays: what is known before a call may choose the
        ratio, and the promise holds."""
        least = self.ratios[0]
        self.mix.ratios = (max(least / usual, min(least, _LEAST_AIM)), *self.ratios[1:])

    def promise(self, alarms: float, period_calls: float) -> None:
        """Grant so many false alarms per period, in which so many calls are expected."""
        self.limit = threshold(max(period_calls, _LEAST_WEEK), alarms) if alarms > 0 else inf

    def skip(self, calls: int, expected: float) -> None:
        """What was counted up to these totals is not to be judged, and what was weighed is void."""
        self.calls, self.expected = calls, expected
        self._begin_anew()

    def keep(self, at: Millis) -> None:
        """Remember how far it is now, if that is some seconds on."""
        past = self.standings
        if self.alarm is None and (not past or at - past[-1].at >= _KEEP_EVERY_MS):
            past.append(Standing(at, self.calls, self.expected, [*self.mix.logs]))
            del past[:-_KEPT]

    def back_to(self, at: Millis) -> None:
        """Be as far as before this moment, or as early as is known, and weigh anew what came since."""
        past = self.standings
        if self.alarm is not None or not past:
            return
        while len(past) > 1 and past[-1].at > at:
            past.pop()
        then = past[-1]
        self.calls, self.expected, self.mix.logs = then.calls, then.expected, [*then.logs]

    def weigh(self, calls: int, expected: float, factor: float, *, exact: bool = True) -> bool:
        """Take the totals so far, of which the expected counts `factor` times; True if it alarms.

        It is called at each call, so that a single new one came at this very moment; unless `exact`
        is False: then those that are new came at moments that are not known.
        """
        came, due = calls - self.calls, (expected - self.expected) * factor
        self.calls, self.expected = calls, expected
        if self.back is not None:
            if self.back.update(came, due):
                self.over()
            return False
        told = self.mix.call(due) if came == 1 and exact else self.mix.update(came, due)
        return told >= self.limit

    def hold(self, alarm: Alarm) -> None:
        """It alarms from now on, until what comes is normal again."""
        # Not against the likeliest ratio: a surge of x4 that goes down to x1.7 is not over.
        self.back = ReverseCusum(self.ratios[0], clear=_CLEAR)
        self.alarm = alarm
        self._begin_anew()

    def over(self) -> None:
        """It holds no more."""
        self.back = self.alarm = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.standings.clear()
        self.mix.reset()

    def onset(self, recent: Recent, factor: float) -> Onset | None:
        """Since when, and how much."""
        return recent.onset(max(self.ratios[0], factor) if self.upward else self.ratios[0])


class SilenceJudge(Struct):
    """Whether nothing comes for longer than chance explains: optimal where all traffic is lost."""

    rule: str
    hours: Hours = ALWAYS
    limit: float = inf
    missed: float = 0.0
    since: Millis = 0
    alarm: Alarm | None = None

    def promise(self, alarms: float, period_calls: float) -> None:
        """Grant so many false alarms per period, in which so many calls are expected."""
        expected = max(period_calls, _LEAST_WEEK)
        self.limit = max(log(expected / alarms), _LEAST_MISSED) if alarms > 0 else inf

    def over(self, at: Millis) -> None:
        """A call came, or it does not count: silence begins anew."""
        self.missed, self.since, self.alarm = 0.0, at, None

    def weigh(self, at: Millis, missed: float, least_ms: Millis) -> bool:
        """So many more calls were due, at the least, up to now; True if it alarms."""
        self.missed += missed
        return self.alarm is None and self.missed >= self.limit and at - self.since >= least_ms


def counted(onset: Onset, base_per_ms: float) -> Evidence:
    """An onset as evidence."""
    return {
        "calls": onset.calls,
        "expected": round(onset.expected, 2),
        "over_ms": onset.over_ms,
        "ratio": round(onset.ratio, 3),
        "rate_per_hour": round(onset.calls * _HOUR_MS / max(onset.over_ms, 1), 1),
        "base_per_hour": round(base_per_ms * _HOUR_MS, 1),
    }


def missed(judge: SilenceJudge, at: Millis, expected: float, base_per_ms: float) -> Evidence:
    """A silence as evidence."""
    return {
        "expected": round(expected, 2),
        "quiet_ms": at - judge.since,
        "base_per_hour": round(base_per_ms * _HOUR_MS, 1),
    }
