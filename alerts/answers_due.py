"""How many answers were due since the last one.

Every arrival makes one due, a little later and as surely as arrivals are answered ordinarily; but no
more are due than are ordinarily given in the time. So a rush, in which answers go on as ever, owes
none, and a quiet night owes few.
"""

from math import inf, log

from msgspec import Struct

from alerts.shiryaev_roberts import PoissonMixture
from ingest.events import Millis

RATIOS = (0.02, 0.1)
"""None at all, or hardly any: one answer by chance does not end it."""
BAND = 0.8
"""Answers may run so far below what is usual, day in, day out."""
LN_2 = log(2)
HALF_LIFE_MS = 30 * 60_000
SAVED = 3.0
"""What was not used up of the answers that could have been given is kept up to so many."""
LAG_MS = 30_000
SHARE_LEARN = 0.01
WAIT_LEARN = 0.02
MOST_DUE = 2_000
KEEP_COMING = 0.5
"""So many of the usual arrivals must come: where hardly anybody calls, it is closed, or it is night."""
NOW_MS = 10 * 60_000
DOUBT = 2.0
"""From this evidence on nothing is learnt: a fault must not become what is usual."""


class AnswersDue(Struct):
    """One scope. `rate` of answers, `come` of arrivals are of the last hours, `come_now` of the last
    minutes, per millisecond; `share` of the arrivals are answered. `missed` is how many answers were
    due since the last one, `log` the evidence."""

    mixture: PoissonMixture
    share: float = 0.0
    rate: float = 0.0
    come: float = 0.0
    come_now: float = 0.0
    wait_ms: float = 0.0
    saved: float = 0.0
    at: Millis = 0
    faded_at: Millis = 0
    due: list[Millis] = []
    log: float = -inf
    answered_at: Millis = 0
    missed: float = 0.0
    arrivals: int = 0
    answers: int = 0
    learnt: int = 0

    def arrive(self, at: Millis) -> None:
        """A call has come."""
        if len(self.due) < MOST_DUE:
            self.due.append(at + LAG_MS + int(self.wait_ms))
        self.arrivals += 1
        self._fade(at)
        self.come_now += LN_2 / NOW_MS
        if self.learns:
            self.come += LN_2 / HALF_LIFE_MS

    def answer(self, at: Millis, wait_ms: Millis | None) -> None:
        """A call was answered."""
        self.answers += 1
        self.answered_at, self.missed, self.arrivals = at, 0.0, 0
        if self.learns:
            self._fade(at)
            self.rate += LN_2 / HALF_LIFE_MS
        if wait_ms is not None:
            self.wait_ms += WAIT_LEARN * (wait_ms - self.wait_ms)

    def ended(self, answered: bool) -> None:
        """What became of an arrival, as far as is known."""
        if self.learns:
            self.learnt += 1
            step = max(SHARE_LEARN, 1 / (1 + self.learnt))
            self.share += step * (answered - self.share)

    @property
    def learns(self) -> bool:
        return self.log < DOUBT

    def waits(self, now: Millis) -> bool:
        """Whether there is anything to judge."""
        return self.answers > 0 or bool(self.due and self.due[0] <= now)

    def judge(self, now: Millis, rate: float, share: float, come: float) -> float:
        """Take what has become due; gives the evidence that nobody answers.

        At most `rate` answers per millisecond could have been given since the last judgement, to a
        `share` of the arrivals; `come` is the usual rate of those.
        """
        self._fade(now)
        passed = max(0, now - self.at) if self.at else 0
        self.at = now
        self.saved = min(SAVED, self.saved + rate * passed)
        keep_coming = self.come_now >= KEEP_COMING * come
        expected = 0.0
        while self.due and self.due[0] <= now:
            del self.due[0]
            one = min(share, self.saved) if keep_coming else 0.0
            self.saved -= one
            expected += one
        self.missed += expected
        self.log = self.mixture.update(self.answers, BAND * expected)
        self.answers = 0
        return self.log

    def _fade(self, now: Millis) -> None:
        passed = max(0, now - self.faded_at) if self.faded_at else 0
        self.faded_at = max(now, self.faded_at)
        self.come_now *= 0.5 ** (passed / NOW_MS)
        if self.learns:
            kept = 0.5 ** (passed / HALF_LIFE_MS)
            self.rate *= kept
            self.come *= kept

    def forget(self, now: Millis) -> None:
        """Something was not seen: the evidence begins anew."""
        self.mixture.reset()
        self.log, self.missed, self.arrivals, self.answers = -inf, 0.0, 0, 0
        self.due.clear()
        self.at = now
